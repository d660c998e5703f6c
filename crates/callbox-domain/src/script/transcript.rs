//! How a transcript shows what was recorded and what is.
//!
//! Every event is taken apart field by field, so that a new field cannot be forgotten here.

use super::{DAY, NotACommand, clocks, words::Words};
use crate::{
    Area, Assignment, AssignmentEnd, Caller, Center, Code, Edition, Entry, Event, Incident,
    Personal, Place, Text, Timestamp, Unit, UnitId, configuration::*, events::*,
};

/// One line for one entry: position, kind, open part; personal data in ‹…›.
pub(super) fn entry(center: &Center, entry: &Entry) -> String {
    let name = entry.event.kind().name;
    format!("  {} {name} {}", entry.seq, event(center, &entry.event))
}

/// The lines that `recommend` adds: the units to send, what is missing, and why others are not sent.
pub(super) fn recommend(
    center: &Center,
    context: &crate::Context,
    mut words: Words,
) -> Result<Vec<String>, NotACommand> {
    let incident = words.incident()?;
    let alarm = words.alarm()?.unwrap_or(1);
    let only = match words.keyword("why-not") {
        true => Some(words.unit(center)?),
        false => None,
    };
    words.finish()?;
    let question = crate::Question { incident, alarm };
    let facts = super::facts(center, incident, context.at);
    let found = center.recommend(question, &facts)?;
    if let Some(unit) = only {
        let reasons = center.why_not(question, &facts, &found, unit).into_iter();
        let mut reasons: Vec<_> = reasons.map(|why| why.to_string()).collect();
        if reasons.is_empty() {
            reasons.push("it is suggested".into());
        }
        return Ok(vec![format!(
            "  {}: {}",
            called(center, unit),
            reasons.join("; ")
        )]);
    }
    let plan = found.plan.as_ref().map_or("none", Code::as_str);
    let mut lines = vec![format!("  plan {plan}, alarm {alarm} of {}", found.alarms)];
    let wanted = |at: usize| found.requirements[at].choices[0].unit_type.clone();
    let filled = [(&found.present, "is"), (&found.done, "was")];
    for (units, how) in filled {
        for (unit, at) in units {
            let (unit, wanted) = (called(center, *unit), wanted(*at));
            lines.push(format!("    {unit} {how} there for {wanted}"));
        }
    }
    for one in &found.suggested {
        let arrival = one.lateness.arrival_seconds();
        let arrival = arrival.map_or("?".to_owned(), |seconds| format!("{seconds} s"));
        let notes: String = one.notes.iter().map(|note| format!(", {note}")).collect();
        let unit = called(center, one.unit);
        lines.push(format!(
            "    {unit} for {} in {arrival}{notes}",
            wanted(one.requirement)
        ));
    }
    for shortfall in &found.shortfalls {
        let reasons = shortfall.reasons.iter();
        let reasons: String = reasons.map(|(why, n)| format!(", {n}: {why}")).collect();
        let (missing, wanted) = (shortfall.missing, wanted(shortfall.requirement));
        lines.push(format!("    missing {missing} {wanted}{reasons}"));
    }
    Ok(lines)
}

/// The lines that `show` adds: an incident by its number, a unit by its call sign, or the
/// alarms that last.
pub(super) fn show(center: &Center, mut words: Words) -> Result<Vec<String>, NotACommand> {
    if words.keyword("alarms") {
        return words.finish().map(|()| clocks::show_alarms(center));
    }
    let lines = match words.incident_if_any() {
        Some(id) => match center.incident(id) {
            Some(incident) => show_incident(center, incident),
            None => return Err(crate::Refusal::UnknownIncident(id).into()),
        },
        None => {
            let unit = words.unit(center)?;
            show_unit(center, center.need_unit(unit)?)
        }
    };
    words.finish().map(|()| lines)
}

fn event(center: &Center, event: &Event) -> String {
    let call_sign = |unit: &UnitId| called(center, *unit);
    match event {
        Event::CenterDefined(CenterDefined { name, timezone }) => format!("{name:?} {timezone}"),
        Event::ProgramRecorded(ProgramRecorded { version }) => version.to_string(),
        Event::AgencyDefined(AgencyDefined { code, name }) => format!("{code} {name:?}"),
        Event::PriorityDefined(PriorityDefined {
            code,
            label,
            rank,
            unassigned_warn_seconds: warn,
            unassigned_alarm_seconds: alarm,
        }) => {
            let (warn, alarm) = (seconds(" warn", warn), seconds(" alarm", alarm));
            format!("{code} {label:?} rank {rank}{warn}{alarm}")
        }
        Event::IncidentTypeDefined(IncidentTypeDefined {
            code,
            label,
            priority,
        }) => format!("{code} {label:?}{}", part("priority", priority)),
        Event::StationDefined(StationDefined {
            code,
            name,
            agency,
            point,
            open,
        }) => {
            let point = point.map_or_else(String::new, |point| {
                let (lat, lon) = point.degrees();
                format!(" ({lat},{lon})")
            });
            format!(
                "{code} {name:?} agency={agency}{point}{}",
                flag("closed", !open)
            )
        }
        Event::DispatchRulesDefined(DispatchRulesDefined { rules }) => {
            let DispatchRules {
                moving_stale_seconds: moving,
                parked_stale_seconds: parked,
                turnout_seconds: turnout,
                rest_seconds: rest,
                rest_penalty_seconds: penalty,
            } = rules;
            format!(
                "moving {moving} parked {parked} turnout {turnout} rest {rest} penalty {penalty}"
            )
        }
        Event::TurnoutDefined(TurnoutDefined { unit_type, seconds }) => {
            format!("{unit_type} {seconds} s")
        }
        Event::UnitEquipped(UnitEquipped {
            unit,
            equipment,
            seats,
            shared_crew,
        }) => {
            let equipment: String = equipment.iter().map(|code| format!(" {code}")).collect();
            let shares = part("shares", shared_crew);
            format!("{}{equipment} seats={seats}{shares}", call_sign(unit))
        }
        Event::UnitCrewed(UnitCrewed { unit, size, skills }) => {
            let skills: String = skills
                .iter()
                .map(|(code, n)| format!(" {code}={n}"))
                .collect();
            format!("{} size={size}{skills}", call_sign(unit))
        }
        Event::AreaDefined(AreaDefined { area }) => {
            let Area {
                code,
                name,
                corners,
                members,
                station_order,
            } = area;
            let codes = |name: &str, codes: &[Code]| match codes {
                [] => String::new(),
                codes => {
                    let codes: Vec<_> = codes.iter().map(Code::as_str).collect();
                    format!(" {name}={}", codes.join("|"))
                }
            };
            let (members, order) = (codes("of", members), codes("stations", station_order));
            format!("{code} {name:?} {} corners{members}{order}", corners.len())
        }
        Event::ResponsePlansPublished(ResponsePlansPublished { edition }) => {
            let Edition {
                no,
                effective,
                plans,
            } = edition;
            let mut plans: Vec<_> = plans.iter().map(|plan| plan.code.as_str()).collect();
            if plans.is_empty() {
                plans.push("no plan");
            }
            format!(
                "edition {no} from {}: {}",
                clock(*effective),
                plans.join(", ")
            )
        }
        Event::CallTemplateDefined(CallTemplateDefined { template }) => {
            let of_type = part("type", &template.incident_type);
            let priority = part("priority", &template.priority);
            let place = template.place.as_ref();
            let place = place.map_or_else(String::new, |place| format!(" @{place}"));
            let text = template.text.as_ref();
            let text = text.map_or_else(String::new, |text| format!(" //{text}"));
            let retired = flag("retired", template.retired);
            format!(
                "{} {:?}{of_type}{priority}{retired}{place}{text}",
                template.code, template.label
            )
        }
        Event::ConditionSet(ConditionSet {
            condition,
            in_force,
        }) => format!(
            "{condition}{}",
            if *in_force { " in force" } else { " over" }
        ),
        Event::UnitsSuggested(UnitsSuggested {
            incident,
            alarm,
            plan,
            edition,
            areas,
            at: _,
            local: _,
            facts,
            suggested,
            missing,
        }) => {
            let units: Vec<_> = suggested.iter().map(call_sign).collect();
            let areas: String = areas.iter().map(|area| format!(" in {area}")).collect();
            let (plan, units, known) = (part("plan", plan), units.join(" "), facts.len());
            format!(
                "{incident} alarm={alarm}{plan} edition={edition}{areas} suggested=[{units}] \
                 missing={missing} weighed={known}"
            )
        }
        Event::UnitTypeDefined(UnitTypeDefined { code, label })
        | Event::DispositionDefined(DispositionDefined { code, label }) => {
            format!("{code} {label:?}")
        }
        Event::UnitStatusDefined(UnitStatusDefined {
            code,
            label,
            meaning,
        }) => format!("{code} {label:?} {meaning}"),
        Event::IncidentReceived(IncidentReceived {
            incident,
            incident_type,
            priority,
            reference,
            has_place,
            has_caller,
            details,
        }) => {
            let details = details.known();
            let place = has_place.then(|| details.and_then(|d| d.place.clone()).into());
            let caller = has_caller.then(|| details.and_then(|d| d.caller.clone()).into());
            let (of_type, priority) = (part("type", incident_type), part("priority", priority));
            let (place, caller) = (place_part(&place), caller_part(&caller));
            let reference = part("ref", reference);
            format!("{incident}{of_type}{priority}{reference}{place}{caller}")
        }
        Event::IncidentLocated(IncidentLocated {
            incident,
            correction,
            place,
        }) => {
            let correction = flag("correction", *correction);
            format!("{incident}{correction}{}", place_part(&Some(place.clone())))
        }
        Event::IncidentClassified(IncidentClassified {
            incident,
            incident_type,
        }) => format!("{incident} type={incident_type}"),
        Event::IncidentPrioritised(IncidentPrioritised { incident, priority }) => {
            format!("{incident} priority={priority}")
        }
        Event::NarrativeAdded(NarrativeAdded {
            incident,
            line,
            text,
        }) => format!("{incident} line={line} {}", words(text)),
        Event::NarrativeCorrected(NarrativeCorrected {
            incident,
            line,
            corrects,
            text,
        }) => format!("{incident} line={line} corrects={corrects} {}", words(text)),
        Event::IncidentsLinked(IncidentsLinked {
            incident,
            other,
            relation,
        }) => format!("{incident} {} {other}", relation.name()),
        Event::IncidentShared(it) => format!("{} with {}", it.incident, it.agency),
        Event::IncidentUnshared(it) => format!("{} with {}", it.incident, it.agency),
        Event::IncidentTakenFor(it) => format!("{} by {}", it.incident, it.agency),
        Event::SharingAgreed(it) => format!("{} with {} {}", it.agency, it.with, it.incident_type),
        Event::SharingEnded(it) => format!("{} with {} {}", it.agency, it.with, it.incident_type),
        Event::CallRecorded(_)
        | Event::PremiseNoteSet(_)
        | Event::PremiseNoteRetired(_)
        | Event::StreetClosed(_)
        | Event::ClosureLifted(_)
        | Event::ClosureExpired(_)
        | Event::ClosureUndone(_)
        | Event::LiftUndone(_)
        | Event::QuestionCardPublished(_)
        | Event::QuestionAnswered(_)
        | Event::QuestionsRuled(_)
        | Event::CallHandled(_)
        | Event::PlaceAssessed(_)
        | Event::IncidentsMerged(_)
        | Event::MergeUndone(_)
        | Event::IncidentScheduled(_)
        | Event::ScheduleActivated(_)
        | Event::IncidentTransferred(_) => super::calls::event(event),
        Event::IncidentClosed(IncidentClosed {
            incident,
            disposition,
        }) => format!("{incident} disposition={disposition}"),
        Event::IncidentReopened(IncidentReopened { incident, reason }) => {
            format!("{incident} {}", words(reason))
        }
        Event::UnitDispatched(UnitDispatched {
            incident,
            assignment,
            unit,
            unit_type,
            status,
            concurrent,
        }) => {
            let (unit, concurrent) = (call_sign(unit), flag("concurrent", *concurrent));
            format!("{incident}/{assignment} {unit} type={unit_type} status={status}{concurrent}")
        }
        Event::AssignmentProgressed(AssignmentProgressed {
            incident,
            assignment,
            unit,
            status,
            meaning,
            correction,
            out_of_order,
        }) => {
            let (unit, correction) = (call_sign(unit), flag("correction", *correction));
            let order = flag("out-of-order", *out_of_order);
            format!("{incident}/{assignment} {unit} status={status} {meaning}{correction}{order}")
        }
        Event::AssignmentEnded(AssignmentEnded {
            incident,
            assignment,
            unit,
            how,
            status,
            out_of_order,
            has_reason,
            reason,
        }) => {
            let (unit, how) = (call_sign(unit), ending(*how));
            let order = flag("out-of-order", *out_of_order);
            let reason = reason_part(&has_reason.then(|| reason.clone()));
            format!("{incident}/{assignment} {unit} {how} status={status}{order}{reason}")
        }
        Event::UnitDefined(UnitDefined {
            unit,
            call_sign,
            agency,
            unit_type,
            station,
            status,
        }) => {
            let station = part("station", station);
            format!("{unit} {call_sign} agency={agency} type={unit_type}{station} status={status}")
        }
        Event::UnitPutInService(UnitPutInService { unit, status })
        | Event::UnitStatusSet(UnitStatusSet { unit, status }) => {
            format!("{} status={status}", call_sign(unit))
        }
        Event::UnitTakenOutOfService(UnitTakenOutOfService {
            unit,
            status,
            has_reason,
            reason,
        }) => {
            let reason = reason_part(&has_reason.then(|| reason.clone()));
            format!("{} status={status}{reason}", call_sign(unit))
        }
        Event::DispatchUndone(_)
        | Event::StatusUndone(_)
        | Event::EndUndone(_)
        | Event::CloseUndone(_)
        | Event::IncidentStacked(_)
        | Event::IncidentUnstacked(_)
        | Event::WelfareAsked(_)
        | Event::WelfareAnswered(_)
        | Event::WelfareMissed(_)
        | Event::EmergencyDeclared(_)
        | Event::EmergencyEnded(_)
        | Event::ClockDefined(_)
        | Event::ClockRemoved(_)
        | Event::AlarmRaised(_)
        | Event::AlarmAcknowledged(_)
        | Event::AlarmEscalated(_)
        | Event::WelfareRuleDefined(_) => clocks::event(center, event),
        Event::HoldPlaced(_)
        | Event::HoldLifted(_)
        | Event::ErasureRequested(_)
        | Event::ErasureRefused(_)
        | Event::DomainErased(_)
        | Event::ErasureCompleted(_)
        | Event::ErasureRulesDefined(_) => super::erasures::event(event),
        Event::AccountAdded(_)
        | Event::AccountRoleSet(_)
        | Event::AccountBound(_)
        | Event::AccountSwitched(_)
        | Event::DutySet(_)
        | Event::AccountErasureRequested(_)
        | Event::AccountErasureRefused(_)
        | Event::AccountErased(_)
        | Event::AccountErasureCompleted(_)
        | Event::CredentialChanged(_)
        | Event::TokenIssued(_)
        | Event::TokenEnded(_)
        | Event::SignInRuleSet(_) => super::accounts::event(event),
        Event::ConsultationsRecorded(_)
        | Event::BreakGlassOpened(_)
        | Event::BreakGlassSeen(_)
        | Event::BreakGlassReviewed(_) => super::consultations::event(event),
    }
}

fn show_incident(center: &Center, incident: &Incident) -> Vec<String> {
    let of_type = part("type", &incident.incident_type);
    let priority = part("priority", &incident.priority);
    let reference = part("ref", &incident.reference);
    let (place, caller) = (place_part(&incident.place), caller_part(&incident.caller));
    let (id, received) = (incident.id, clock(incident.received));
    let mut lines = vec![format!(
        "  {id} received {received}{of_type}{priority}{reference}{place}{caller}"
    )];
    lines.extend(super::calls::show(incident));
    lines.extend(
        center
            .erasure(id)
            .into_iter()
            .flat_map(super::erasures::show),
    );
    for line in &incident.lines {
        let corrects = line.corrects.map(|line| format!(" corrects {line}"));
        let (at, corrects) = (clock(line.at), corrects.unwrap_or_default());
        let (no, by, text) = (line.no, line.author, words(&line.text));
        lines.push(format!("    line {no} {at} {by}{corrects} {text}"));
    }
    for assignment in &incident.assignments {
        lines.push(format!("    {}", assignment_line(center, assignment)));
    }
    for link in &incident.links {
        lines.push(format!("    {} {}", link.relation.name(), link.other));
    }
    for reopened in &incident.reopened {
        let (at, reason) = (clock(reopened.at), words(&reopened.reason));
        lines.push(format!("    reopened {at} {} {reason}", reopened.by));
    }
    if let Some(closed) = &incident.closed {
        let (at, disposition) = (clock(closed.at), &closed.disposition);
        lines.push(format!("    closed {at} {disposition}"));
    }
    lines
}

fn assignment_line(center: &Center, assignment: &Assignment) -> String {
    let unit = called(center, assignment.unit);
    let stamps: Vec<_> = assignment
        .stamps
        .recorded()
        .map(|(meaning, at)| format!("{meaning} {}", clock(at)))
        .collect();
    let ended = assignment.ended.as_ref().map(|ended| {
        let at = ended.at.map_or("?".into(), clock);
        let (how, reason) = (ending(ended.how), reason_part(&ended.reason));
        format!(", {how} {at}{reason}")
    });
    format!(
        "/{} {unit} {}: {}{}{}{}",
        assignment.no,
        assignment.status,
        stamps.join(", "),
        ended.unwrap_or_default(),
        flag("concurrent", assignment.concurrent),
        flag("out-of-order", assignment.out_of_order),
    )
}

fn show_unit(center: &Center, unit: &Unit) -> Vec<String> {
    let shown = unit.shown(center);
    let on = shown.incident.map(|id| format!(" on {id}"));
    let emergency = unit
        .emergency
        .map(|it| format!(" emergency {}", it.cause.name()));
    let stack: String = unit.stack.iter().map(|id| format!(" next {id}")).collect();
    vec![format!(
        "  {} agency={} type={}{}: {} {} since {}{}{}{}{stack}",
        unit.call_sign,
        unit.agency,
        unit.unit_type,
        part("station", &unit.station),
        shown.status,
        shown.meaning,
        clock(shown.since),
        on.unwrap_or_default(),
        reason_part(&unit.out_of_service_reason),
        emergency.unwrap_or_default(),
    )]
}

/// The time of day, or the whole time on another day.
pub(super) fn clock(at: Timestamp) -> String {
    let (day, text) = (DAY.to_string(), at.to_string());
    let prefix = day.split_once('T').map_or("", |(date, _)| date);
    match text.strip_prefix(prefix) {
        Some(time) => time.trim_matches(['T', 'Z']).to_owned(),
        None => text,
    }
}

pub(super) fn called(center: &Center, unit: UnitId) -> String {
    match center.unit(unit) {
        Some(unit) => unit.call_sign.to_string(),
        None => unit.to_string(),
    }
}

fn ending(how: AssignmentEnd) -> String {
    match how {
        AssignmentEnd::Reassigned(to) => format!("reassigned to {to}"),
        AssignmentEnd::Preempted(to) => format!("preempted for {to}"),
        _ => how.name().to_owned(),
    }
}

pub(super) fn flag(name: &str, is_set: bool) -> String {
    match is_set {
        true => format!(" {name}"),
        false => String::new(),
    }
}

pub(super) fn seconds(name: &str, value: &Option<u32>) -> String {
    value.map_or_else(String::new, |value| format!("{name} {value}"))
}

pub(super) fn part(name: &str, value: &Option<Code>) -> String {
    match value {
        None => String::new(),
        Some(value) if value.as_str().contains(' ') => format!(" {name}={value:?}"),
        Some(value) => format!(" {name}={value}"),
    }
}

fn words(text: &Personal<Text>) -> String {
    match text {
        Personal::Known(text) => format!("‹{text}›"),
        Personal::Erased => "‹erased›".into(),
    }
}

pub(super) fn reason_part(reason: &Option<Personal<Text>>) -> String {
    reason
        .as_ref()
        .map_or_else(String::new, |reason| format!(" reason={}", words(reason)))
}

pub(super) fn place_part(place: &Option<Personal<Place>>) -> String {
    match place {
        None => String::new(),
        Some(Personal::Erased) => " place=‹erased›".into(),
        Some(Personal::Known(place)) => match place.lat_lon() {
            None => format!(" place=‹{}›", place.text),
            Some((lat, lon)) => format!(" place=‹{} ({lat},{lon})›", place.text),
        },
    }
}

pub(super) fn caller_part(caller: &Option<Personal<Caller>>) -> String {
    match caller {
        None => String::new(),
        Some(Personal::Erased) => " caller=‹erased›".into(),
        Some(Personal::Known(Caller { name, call_back })) => {
            let known: Vec<_> = [name, call_back]
                .into_iter()
                .flatten()
                .map(Text::as_str)
                .collect();
            format!(" caller=‹{}›", known.join(", "))
        }
    }
}
