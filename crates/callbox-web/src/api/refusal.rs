//! The rules' refusals as problems, with what they speak of, so that every language can say it.

use axum::http::StatusCode;
use callbox_domain::Refusal;

use crate::problem::Problem;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.is_unknown() {
            true => StatusCode::NOT_FOUND,
            false => StatusCode::CONFLICT,
        };
        let problem = Self::new(status, refusal.code(), refusal.to_string(), refusal.hint());
        fill(problem, &refusal)
    }
}

/// The names of the values are those of the texts' holes; meanings go by their names.
fn fill(problem: Problem, refusal: &Refusal) -> Problem {
    use Refusal as R;
    match refusal {
        R::UnknownIncident(incident) | R::IncidentClosed(incident) | R::IncidentOpen(incident) => {
            problem.with("incident", incident)
        }
        R::IncidentMerged { incident, into } | R::NotMerged { incident, into } => {
            problem.with("incident", incident).with("into", into)
        }
        R::UnknownNote(note) => problem.with("note", note),
        R::UnknownClosure(closure) => problem.with("closure", closure),
        R::NotScheduled(incident)
        | R::IncidentErased(incident)
        | R::NotErased(incident)
        | R::NotClosed(incident)
        | R::AlreadyRequested(incident)
        | R::NotRequested(incident)
        | R::Outdated(incident) => problem.with("incident", incident),
        R::OnHold { incident, bases } => problem
            .with("incident", incident)
            .with("bases", join(bases)),
        R::NotOnHold { incident, basis } => problem.with("incident", incident).with("basis", basis),
        R::TooEarly(until) => problem.with("until", until),
        R::UnknownCall { incident, call } => problem.with("incident", incident).with("call", call),
        R::UnknownUnit(unit) => problem.with("unit", unit),
        R::UnknownCode { what, code, known } => {
            let problem = problem.with("what", what).with("code", code);
            match known.is_empty() {
                true => problem.in_words("unknown-code.none"),
                false => problem.with("known", join(known)),
            }
        }
        R::UnitCommitted { unit, incident }
        | R::StillOnIncident { unit, incident }
        | R::AlreadyAssigned { unit, incident }
        | R::NotAssigned { unit, incident }
        | R::HasArrived { unit, incident }
        | R::WorkBegun { unit, incident }
        | R::NotStacked { unit, incident } => problem.with("unit", unit).with("incident", incident),
        R::UnitOutOfService { unit }
        | R::UnitInService { unit }
        | R::NotCommitted { unit }
        | R::NoEmergency { unit }
        | R::NamedTwice { unit } => problem.with("unit", unit),
        R::WhichIncident { unit, incidents } => problem
            .with("unit", unit)
            .with("incidents", join(incidents)),
        R::Backward {
            unit,
            incident,
            current,
            wanted,
        } => problem
            .with("unit", unit)
            .with("incident", incident)
            .with("current", current.name())
            .with("wanted", wanted.name()),
        R::SameStatus { unit, status } => problem.with("unit", unit).with("status", status),
        R::DispatchNeedsIncident { status } => problem.with("status", status),
        R::NoStatusFor(meaning) => problem.with("meaning", meaning.name()),
        R::MeaningIsFixed { status, meaning } => problem
            .with("status", status)
            .with("meaning", meaning.name()),
        R::WrongMeaning {
            status,
            meaning,
            wanted,
        } => problem
            .with("status", status)
            .with("meaning", meaning.name())
            .with("wanted", wanted.name()),
        R::UnitsStillAssigned { incident, units } => problem
            .with("incident", incident)
            .with("units", join(units)),
        R::UnknownLine { incident, line } => problem.with("incident", incident).with("line", line),
        R::LinkToItself
        | R::NotInTheFuture
        | R::NoteOutOfBounds
        | R::ClosureOutOfBounds
        | R::NothingToDispatch
        | R::NoTimeToAnswer
        | R::ClockOrder
        | R::NothingToUndo
        | R::TooLateToUndo
        | R::SameActor
        | R::DutyOutOfBounds
        | R::ChangedSince => problem,
        R::AlarmBeforeWarning { warn, alarm } => problem.with("warn", warn).with("alarm", alarm),
        R::SharesWithItself(agency) | R::NotTheirs { agency } => problem.with("agency", agency),
        R::OfAgency { what, agency } => problem.with("what", what).with("agency", agency),
        R::NotAShare(percent) => problem.with("percent", percent),
        R::NobodyToAsk(incident) | R::NoPlanFor(incident) => problem.with("incident", incident),
        R::NoSuchAlarm {
            plan,
            alarm,
            alarms,
        } => problem
            .with("plan", plan)
            .with("alarm", alarm)
            .with("alarms", alarms),
        R::AlarmComplete { incident, alarm } | R::NobodyFree { incident, alarm } => {
            problem.with("incident", incident).with("alarm", alarm)
        }
        R::UnknownAlarm(alarm) => problem.with("alarm", alarm.0),
        R::CrewIsOut {
            unit,
            other,
            incident,
        } => problem
            .with("unit", unit)
            .with("other", other)
            .with("incident", incident),
        R::BadPlan { plan, why } => problem.with("plan", plan).with("what", why),
        R::BadCard {
            card,
            question,
            why,
        } => {
            let problem = problem.with("card", card).with("what", why);
            match question.as_str() {
                "" => problem,
                question => problem
                    .with("question", question)
                    .in_words("bad-card.question"),
            }
        }
        R::BadAnswer { question, .. } => problem.with("question", question),
        R::TooFewCorners { area } | R::AreaOfAreas { area } => problem.with("area", area),
        R::UnknownGrant(grant) | R::OwnGrant(grant) => problem.with("grant", grant),
        R::UnknownAccount(account)
        | R::AccountTaken(account)
        | R::AccountInUse(account)
        | R::AccountErasureAsked(account)
        | R::AccountErasureNotAsked(account)
        | R::AccountErasureNeedsTwo(account)
        | R::AccountErased(account) => problem.with("account", account.0),
        R::UnknownToken(token) => problem.with("token", token),
        R::ReviewsDue(max) => problem.with("max", max),
        R::TooMany { what, max } => problem.with("what", what).with("max", max),
        R::Full { what, max } => problem.with("what", what).with("max", max),
    }
}

fn join<T: ToString>(items: &[T]) -> String {
    items
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
