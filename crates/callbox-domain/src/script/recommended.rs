//! What `recommend` adds to a transcript.

use super::{NotACommand, transcript::called, words::Words};
use crate::{Center, Code};

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
    for (unit, at) in &found.present {
        lines.push(format!(
            "    {} is there for {}",
            called(center, *unit),
            wanted(*at)
        ));
    }
    for (unit, at) in &found.done {
        lines.push(format!(
            "    {} was there for {}",
            called(center, *unit),
            wanted(*at)
        ));
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
