//! The lines about erasure and how a transcript shows them.

use super::{NotACommand, transcript::clock, verbs::Said, words::Words};
use crate::{
    ApproveErasure, CompleteErasure, ErasureCase, ErasureFacts, ErasureRules, Event, events::*,
};

/// Reads what follows `approve`: the facts are those of the moment, unless a version is given.
pub(super) fn approve(w: &mut Words, said: &Said<'_>) -> Result<ApproveErasure, NotACommand> {
    let incident = w.incident()?;
    let version = match w.keyword("version") {
        true => w.number("a version")?,
        false => said.incident(incident).map_or(0, |it| it.version),
    };
    let facts = ErasureFacts {
        version,
        ..ErasureFacts::default()
    };
    Ok(ApproveErasure {
        incident,
        facts: Some(facts),
    })
}

/// Reads what follows `complete`.
pub(super) fn complete(w: &mut Words, _: &Said<'_>) -> Result<CompleteErasure, NotACommand> {
    Ok(CompleteErasure {
        incident: w.incident()?,
        payloads: w.number("a number of payloads")?,
        keys: w.number("a number of keys")?,
        epoch: w.number("an epoch")?,
    })
}

/// An event about erasure.
pub(super) fn event(event: &Event) -> String {
    match event {
        Event::HoldPlaced(HoldPlaced { incident, basis })
        | Event::HoldLifted(HoldLifted { incident, basis }) => format!("{incident} {basis:?}"),
        Event::ErasureRequested(ErasureRequested {
            incident,
            basis,
            wait_days,
        }) => format!("{incident} {basis:?} wait={wait_days}"),
        Event::ErasureRefused(ErasureRefused { incident, reason }) => {
            format!("{incident} {reason:?}")
        }
        Event::DomainErased(DomainErased {
            incident,
            basis,
            requested_by,
            request,
            facts,
        }) => {
            let ErasureFacts {
                version,
                payloads,
                digest: _,
                keys,
            } = facts;
            let keys = keys.len();
            format!(
                "{incident} {basis:?} asked by {requested_by} at {request} version={version} payloads={payloads} keys={keys}"
            )
        }
        Event::ErasureCompleted(ErasureCompleted {
            incident,
            payloads,
            keys,
            epoch,
        }) => format!("{incident} payloads={payloads} keys={keys} epoch={epoch}"),
        Event::ErasureRulesDefined(ErasureRulesDefined {
            rules: ErasureRules { wait_days },
        }) => format!("wait={wait_days}"),
        _ => unreachable!("only events about erasure are shown here"),
    }
}

/// What stands on the record about an incident's erasure.
pub(super) fn show(case: &ErasureCase) -> Vec<String> {
    let holds = case.holds.iter().map(|hold| {
        let (at, by) = (clock(hold.at), hold.by);
        format!("    hold {:?} {at} {by}", hold.basis)
    });
    let request = case.request.iter().map(|request| {
        let (at, until) = (clock(request.at), clock(request.not_before));
        let (basis, by) = (&request.basis, request.by);
        format!("    erasure asked for {basis:?} {at} {by}, not before {until}")
    });
    let erased = case.erased.iter().map(|erased| {
        let (at, by) = (clock(erased.at), erased.by);
        let state = match erased.completed {
            Some(seq) => format!("complete at {seq}"),
            None => "not complete".to_owned(),
        };
        format!("    erased {:?} {at} {by}, {state}", erased.request.basis)
    });
    holds.chain(request).chain(erased).collect()
}
