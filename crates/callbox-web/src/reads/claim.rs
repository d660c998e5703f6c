use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::http::StatusCode;
use callbox_domain::{
    ActorId, BreakGlass, Context, IncidentId, Purpose, PurposeRow, ReadAct, ReadObject,
    ReadOutcome, ReadPurpose, Text, Timestamp,
};
use callbox_engine::Submission;

use crate::{
    access::{Role, rights::Action},
    problem::Problem,
    security::Signed,
    state::AppState,
};

/// How long a stated purpose holds for the same object, in seconds.
const HOLDS_SECONDS: i64 = 15 * 60;
/// After how long a live read is recorded anew; until then it is a refresh.
const REFRESH_SECONDS: i64 = 10 * 60;
/// How many purposes and live reads are remembered at most.
const MAX: usize = 20_000;
/// The longest number, in bytes.
const MAX_NUMBER: usize = 100;
/// The longest reason, in bytes.
const MAX_REASON: usize = 1_000;

/// A purpose that somebody stated for an object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claim {
    /// Why.
    pub(crate) purpose: ReadPurpose,
    /// The case's or incident's number.
    pub(crate) number: Option<Text>,
    /// The reason.
    pub(crate) reason: Option<Text>,
    /// Until when it holds.
    pub(crate) until: Timestamp,
}

/// What somebody says before reading.
#[derive(Clone, Debug)]
pub(crate) struct Stated {
    /// What is to be read.
    pub(crate) object: ReadObject,
    /// Why.
    pub(crate) purpose: ReadPurpose,
    /// The case's or incident's number.
    pub(crate) number: Text,
    /// The reason.
    pub(crate) reason: Text,
}

/// Purposes in force, and live reads that are on the record. In memory: after a restart everybody
/// states the purpose anew.
#[derive(Default)]
pub(crate) struct Reads {
    claims: Mutex<HashMap<(ActorId, ReadObject), Claim>>,
    live: Mutex<HashMap<(u64, ReadObject, u8), Timestamp>>,
}

impl Reads {
    /// The purpose that holds for an object.
    pub(crate) fn claim(
        &self,
        actor: ActorId,
        object: ReadObject,
        now: Timestamp,
    ) -> Option<Claim> {
        let claims = lock(&self.claims);
        let claim = claims.get(&(actor, object))?;
        (claim.until > now).then(|| claim.clone())
    }

    fn put(&self, actor: ActorId, object: ReadObject, claim: Claim, now: Timestamp) {
        let mut claims = lock(&self.claims);
        if claims.len() >= MAX {
            claims.retain(|_, claim| claim.until > now);
        }
        if claims.len() >= MAX {
            // Everybody states a purpose anew; nobody reads without one.
            claims.clear();
        }
        claims.insert((actor, object), claim);
    }

    /// Whether a live read is on the record already, so that this one is a refresh.
    pub(super) fn is_refresh(
        &self,
        session: u64,
        object: ReadObject,
        act: ReadAct,
        now: Timestamp,
    ) -> bool {
        let live = lock(&self.live);
        live.get(&(session, object, act as u8))
            .is_some_and(|at| now.seconds_since(*at) < REFRESH_SECONDS as f64)
    }

    /// Notes that a live read is on the record.
    pub(super) fn recorded(&self, session: u64, object: ReadObject, act: ReadAct, now: Timestamp) {
        let mut live = lock(&self.live);
        if live.len() >= MAX {
            live.retain(|_, at| now.seconds_since(*at) < REFRESH_SECONDS as f64);
        }
        if live.len() >= MAX {
            live.clear();
        }
        live.insert((session, object, act as u8), now);
    }

    /// Forgets what a session has open.
    pub(super) fn forget(&self, session: u64, object: ReadObject) {
        lock(&self.live).retain(|(known, of, _), _| (*known, *of) != (session, object));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A poisoned lock means that a task panicked; a map is whole between two changes.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The purposes that somebody of this role may state for this; see [`may_state`].
pub(crate) fn purposes_of(
    is_exercise: bool,
    role: Role,
    object: ReadObject,
) -> impl Iterator<Item = &'static PurposeRow> {
    let rows = ReadPurpose::ROWS.iter();
    rows.filter(move |row| may_state(is_exercise, role, object, row.purpose))
}

/// Whether somebody of this role may read this for this purpose, leaving aside how old it is.
/// `is_exercise` says whether the center is a demo.
pub fn may_state(is_exercise: bool, role: Role, object: ReadObject, purpose: ReadPurpose) -> bool {
    use ReadPurpose as P;
    let leads = role == Role::Supervisor;
    let works = matches!(role, Role::CallTaker | Role::Dispatcher | Role::Supervisor);
    match object {
        ReadObject::Incident(_) | ReadObject::History => match purpose {
            P::FollowUp | P::RelatedEmergency => works,
            P::CaseReview | P::Complaint | P::Court | P::AccessRequest => leads,
            P::Exercise => works && is_exercise,
            P::BreakGlass => works && object.incident().is_some(),
            _ => false,
        },
        ReadObject::Premises => match purpose {
            P::FollowUp | P::RelatedEmergency => works,
            P::CaseReview => leads,
            P::Exercise => works && is_exercise,
            _ => false,
        },
        // A log of reads serves these four ends only (Directive (EU) 2016/680, Art. 25(2)).
        ReadObject::Consultations => {
            matches!(
                purpose,
                P::Lawfulness | P::SelfMonitoring | P::Integrity | P::CriminalProceedings
            ) && matches!(role, Role::Supervisor | Role::Auditor)
        }
        ReadObject::Board | ReadObject::Erasures | ReadObject::Events => false,
    }
}

/// The right without which nothing of an object is shown, whatever the purpose.
fn right_for(object: ReadObject) -> Action {
    match object {
        ReadObject::Incident(_) => Action::ReadIncident,
        ReadObject::History => Action::ReadHistory,
        ReadObject::Premises => Action::ReadPremises,
        ReadObject::Consultations => Action::ReadConsultations,
        ReadObject::Board => Action::ReadBoard,
        ReadObject::Erasures => Action::ReadErasures,
        ReadObject::Events => Action::AuditRecord,
    }
}

impl AppState {
    /// Takes a stated purpose up, so that the object may be read for a while; one that does not fit
    /// is refused, and the refusal is on the record.
    pub(crate) async fn state_purpose(
        &self,
        signed: &Signed,
        stated: Stated,
    ) -> Result<Claim, Problem> {
        crate::security::permit_action(signed, right_for(stated.object))?;
        for (field, text, max) in [
            ("number", &stated.number, MAX_NUMBER),
            ("reason", &stated.reason, MAX_REASON),
        ] {
            if text.as_str().len() > max {
                return Err(Problem::bad_field(
                    field,
                    "it is too long",
                    "say it in fewer words; the number has at most 100 bytes, the reason 1,000",
                )
                .in_words("bad-field.too-long")
                .with("bytes", text.as_str().len())
                .with("max", max));
            }
        }
        if let Some(id) = stated
            .object
            .incident()
            .filter(|_| signed.agency().is_some())
        {
            // An incident that they do not see is answered like one that is not there.
            self.incident_for(Some(signed), id).await?;
        }
        let now = self.now();
        let claim = Claim {
            purpose: stated.purpose,
            number: Some(stated.number),
            reason: Some(stated.reason),
            until: now.plus_seconds(HOLDS_SECONDS),
        };
        if !may_state(
            self.is_exercise(),
            signed.role(),
            stated.object,
            stated.purpose,
        ) {
            let outcome = ReadOutcome::WrongPurpose;
            super::gate::record_unread(self, signed, stated.object, Some(&claim), outcome).await;
            return Err(wrong_purpose(self, signed, stated.object, stated.purpose));
        }
        let claim = match (stated.purpose, stated.object.incident()) {
            (ReadPurpose::BreakGlass, Some(incident)) => Claim {
                until: self.break_glass(signed, incident).await?,
                ..claim
            },
            _ => claim,
        };
        self.reads
            .put(signed.actor(), stated.object, claim.clone(), now);
        Ok(claim)
    }
}

impl AppState {
    /// Breaks the glass, which everybody who oversees sees at once; gives until when it holds.
    async fn break_glass(
        &self,
        signed: &Signed,
        incident: IncidentId,
    ) -> Result<Timestamp, Problem> {
        let submission = Submission {
            command: BreakGlass { incident }.into(),
            context: Context {
                at: self.now(),
                actor: signed.actor(),
                purpose: Purpose::Oversight,
            },
            idempotency: None,
        };
        self.engine.submit(submission).await?;
        let center = self.engine.snapshot();
        let grant = center.grant(signed.actor(), incident, self.now());
        Ok(grant.map_or(self.now(), |grant| grant.until))
    }
}

fn wrong_purpose(
    state: &AppState,
    signed: &Signed,
    object: ReadObject,
    purpose: ReadPurpose,
) -> Problem {
    let known: Vec<_> = purposes_of(state.is_exercise(), signed.role(), object)
        .map(|row| row.name)
        .collect();
    let hint = match known.is_empty() {
        true => "ask a supervisor".to_owned(),
        false => format!("use one of: {}", known.join(", ")),
    };
    Problem::new(
        StatusCode::FORBIDDEN,
        "wrong-purpose",
        format!(
            "as {} you may not read this for {}",
            signed.role(),
            purpose.name()
        ),
        hint,
    )
    .with("role", signed.role().name())
    .with("purpose", purpose.name())
    .with("purposes", known.join(", "))
}
