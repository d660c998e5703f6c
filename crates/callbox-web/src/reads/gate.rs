use axum::http::StatusCode;
use callbox_domain::{
    Center, Incident, IncidentId, ReadAct, ReadObject, ReadOutcome, ReadPurpose, Timestamp,
};
use callbox_engine::{Reading, Recorded};

use super::{Claim, table::Need};
use crate::{access::rights::Action, problem::Problem, security::Signed, state::AppState};

/// How long after its end an incident still is the work of those on duty, in seconds.
const GRACE_SECONDS: f64 = 15.0 * 60.0;
/// How long after its end call-takers and dispatchers may read an incident, in seconds.
const REACH_SECONDS: f64 = 72.0 * 3_600.0;

/// How something may be read.
enum Way {
    /// By the work itself.
    Work(ReadPurpose, bool),
    /// For a purpose that was stated.
    Stated(Claim),
}

/// Lets a request through when what it reads is on the record, and refuses it otherwise.
///
/// `path` is the address that was asked for: it names the incident. `asks` says whether a page then asks for the
/// purpose: nothing is shown either way, but nobody is turned away.
pub(crate) async fn gate(
    state: &AppState,
    signed: &Signed,
    need: Need,
    path: &str,
    asks: bool,
) -> Result<(), Problem> {
    let (object, act) = match need {
        Need::Nothing => return Ok(()),
        Need::Board => (ReadObject::Board, ReadAct::Read),
        Need::Stream => (ReadObject::Board, ReadAct::Opened),
        Need::Incident | Need::HandOut => {
            // Without a number there is nothing to read, and the handler says so.
            let Some(id) = number_in(path) else {
                return Ok(());
            };
            let act = match need {
                Need::HandOut => ReadAct::HandedOut,
                _ => ReadAct::Read,
            };
            (ReadObject::Incident(id), act)
        }
        Need::Premises | Need::PremisesAt => (ReadObject::Premises, ReadAct::Read),
        Need::Erasures => (ReadObject::Erasures, ReadAct::Read),
        Need::Events => (ReadObject::Events, ReadAct::Read),
        Need::Consultations | Need::OwnReads => (ReadObject::Consultations, ReadAct::Read),
    };
    let by_itself = match need {
        Need::PremisesAt => Some((ReadPurpose::LiveWork, true)),
        Need::OwnReads => Some((ReadPurpose::OwnRecord, false)),
        _ => None,
    };
    let without = match asks {
        true => ReadOutcome::Asked,
        false => ReadOutcome::NoPurpose,
    };
    admit_or(state, signed, object, act, by_itself, without).await
}

/// The same for handlers that show something beside what they are asked for.
pub(crate) async fn admit(
    state: &AppState,
    signed: &Signed,
    object: ReadObject,
    act: ReadAct,
    by_itself: Option<(ReadPurpose, bool)>,
) -> Result<(), Problem> {
    let without = ReadOutcome::NoPurpose;
    admit_or(state, signed, object, act, by_itself, without).await
}

/// The same; `without` is what the record says where no purpose is stated.
async fn admit_or(
    state: &AppState,
    signed: &Signed,
    object: ReadObject,
    act: ReadAct,
    by_itself: Option<(ReadPurpose, bool)>,
    without: ReadOutcome,
) -> Result<(), Problem> {
    let center = state.engine.snapshot();
    if let Some(id) = object.incident()
        && center.incident(id).is_none()
        && !center.is_archived(id)
    {
        return Ok(());
    }
    let work = by_itself.or_else(|| work(state, signed, &center, object, act));
    let way = match work {
        Some((purpose, is_live)) => Way::Work(purpose, is_live),
        None => match state.reads.claim(signed.actor(), object, state.now()) {
            // What life depends on is read, not carried away; and only while the grant holds.
            Some(claim)
                if claim.purpose != ReadPurpose::BreakGlass
                    || (act == ReadAct::Read && grant_of(state, signed, object).is_some()) =>
            {
                Way::Stated(claim)
            }
            _ => {
                record_unread(state, signed, object, None, without).await;
                return Err(purpose_first(object));
            }
        },
    };
    if let Way::Stated(claim) = &way {
        hold_against_age(state, signed, object, claim).await?;
    }
    record(state, signed, object, act, &way).await
}

/// Whether the places of closed incidents may be shown in a list: they are when a purpose was stated,
/// and then that is on the record.
pub(crate) async fn sees_places(state: &AppState, signed: &Signed) -> Result<bool, Problem> {
    let object = ReadObject::History;
    match state.reads.claim(signed.actor(), object, state.now()) {
        Some(claim) => {
            let way = Way::Stated(claim);
            record(state, signed, object, ReadAct::Read, &way).await?;
            Ok(true)
        }
        None => Ok(false),
    }
}

/// The purpose that comes with the work itself, if it does, and whether it is live work.
///
/// An incident is nobody's work who is off duty, where the center asks for duty.
fn work(
    state: &AppState,
    signed: &Signed,
    center: &Center,
    object: ReadObject,
    act: ReadAct,
) -> Option<(ReadPurpose, bool)> {
    match object {
        ReadObject::Board => Some((ReadPurpose::LiveWork, true)),
        ReadObject::Incident(_) if act == ReadAct::HandedOut => None,
        ReadObject::Incident(id) => {
            let incident = center.incident(id).filter(|_| !signed.is_off_duty)?;
            is_live(incident, state.now()).then_some((ReadPurpose::LiveWork, true))
        }
        ReadObject::Premises => signed
            .may(Action::KeepPremises)
            .then_some((ReadPurpose::Upkeep, false)),
        ReadObject::Erasures | ReadObject::Events => Some((ReadPurpose::Oversight, false)),
        ReadObject::History | ReadObject::Consultations => None,
    }
}

/// Whether an incident is the work of those on duty: open, or closed some minutes ago.
pub(crate) fn is_live(incident: &Incident, now: Timestamp) -> bool {
    let closed = incident.closed.as_ref();
    closed.is_none_or(|closed| now.seconds_since(closed.at) < GRACE_SECONDS)
}

/// Call-takers and dispatchers read what is some days old at most; those who lead read on.
async fn hold_against_age(
    state: &AppState,
    signed: &Signed,
    object: ReadObject,
    claim: &Claim,
) -> Result<(), Problem> {
    let Some(id) = object.incident() else {
        return Ok(());
    };
    let is_beyond_age = matches!(
        claim.purpose,
        ReadPurpose::Exercise | ReadPurpose::BreakGlass
    );
    if signed.may(Action::HandOut) || is_beyond_age {
        return Ok(());
    }
    // What left memory is read from the archive: how old it is, is in the record.
    let incident = state.incident_for(Some(signed), id).await?;
    let closed = incident.closed.as_ref();
    let is_near = closed.is_none_or(|closed| state.now().seconds_since(closed.at) < REACH_SECONDS);
    if is_near {
        return Ok(());
    }
    let outcome = ReadOutcome::WrongPurpose;
    record_unread(state, signed, object, Some(claim), outcome).await;
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "case-too-old",
        format!("incident {id} was closed more than 72 hours ago"),
        "ask a supervisor to read it; where life is in danger, break the glass",
    )
    .with("incident", id))
}

async fn record(
    state: &AppState,
    signed: &Signed,
    object: ReadObject,
    act: ReadAct,
    way: &Way,
) -> Result<(), Problem> {
    let (now, session) = (state.now(), signed.session_key());
    let (purpose, is_live, claim) = match way {
        Way::Work(purpose, is_live) => (*purpose, *is_live, None),
        Way::Stated(claim) => (claim.purpose, false, Some(claim)),
    };
    // What stays open is refreshed without an end; a bundle of events follows the other.
    let refreshes = is_live || object == ReadObject::Events;
    if refreshes && act == ReadAct::Read && state.reads.is_refresh(session, object, act, now) {
        return Ok(());
    }
    let reading = Reading {
        at: now,
        actor: signed.actor(),
        object,
        act,
        purpose: Some(purpose),
        outcome: ReadOutcome::Shown,
        number: claim.and_then(|claim| claim.number.clone()),
        reason: claim.and_then(|claim| claim.reason.clone()),
        grant: (purpose == ReadPurpose::BreakGlass)
            .then(|| grant_of(state, signed, object))
            .flatten(),
        is_live,
    };
    match state.engine.consult(reading).await {
        Ok(recorded) => {
            if recorded == Recorded::Spool {
                tracing::warn!("a live read is in the spool: the ledger cannot be written");
            }
            state.reads.recorded(session, object, act, now);
            Ok(())
        }
        Err(error) => {
            tracing::error!(error = %error, "a read is refused: it cannot be recorded");
            Err(not_recorded())
        }
    }
}

/// Records that nothing was shown. Where that cannot be recorded, nothing was shown all the same.
pub(super) async fn record_unread(
    state: &AppState,
    signed: &Signed,
    object: ReadObject,
    claim: Option<&Claim>,
    outcome: ReadOutcome,
) {
    let reading = Reading {
        at: state.now(),
        actor: signed.actor(),
        object,
        act: ReadAct::Read,
        purpose: claim.map(|claim| claim.purpose),
        outcome,
        number: claim.and_then(|claim| claim.number.clone()),
        reason: claim.and_then(|claim| claim.reason.clone()),
        grant: None,
        is_live: false,
    };
    if let Err(error) = state.engine.consult(reading).await {
        tracing::error!(error = %error, "a refused read could not be recorded");
    }
}

/// Records that a live board was closed, once its stream has ended.
pub(crate) fn closed(state: &AppState, signed: &Signed) {
    state.reads.forget(signed.session_key(), ReadObject::Board);
    let reading = Reading {
        at: state.now(),
        actor: signed.actor(),
        object: ReadObject::Board,
        act: ReadAct::Closed,
        purpose: Some(ReadPurpose::LiveWork),
        outcome: ReadOutcome::Shown,
        number: None,
        reason: None,
        grant: None,
        is_live: true,
    };
    let engine = state.engine.clone();
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            // A server that shuts down takes nothing more in: the boards close with it.
            let _ = engine.consult(reading).await;
        });
    }
}

/// The grant by which the glass is broken for an incident, while it holds.
fn grant_of(state: &AppState, signed: &Signed, object: ReadObject) -> Option<u64> {
    let center = state.engine.snapshot();
    let grant = center.grant(signed.actor(), object.incident()?, state.now())?;
    Some(grant.id.0)
}

/// The incident's number in an address: what follows `/incidents/`.
pub(crate) fn number_in(path: &str) -> Option<IncidentId> {
    let mut parts = path.split('/');
    parts.find(|part| *part == "incidents")?;
    parts.next()?.parse().ok().map(IncidentId)
}

fn purpose_first(object: ReadObject) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "purpose-first",
        "this is shown only when the record says why it is read",
        "state a purpose, a case or incident number and a reason at /purpose, or by POST to /api/v1/consultations/purpose, then ask again",
    )
    .with("object", object.name())
    .with(
        "incident",
        object.incident().map_or(String::new(), |id| id.0.to_string()),
    )
}

fn not_recorded() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "not-recorded",
        "the read cannot be recorded now, so that nothing is shown",
        "try again in a moment; if it stays, tell whoever runs the server",
    )
    .retry_after(5)
}
