//! What the calls brought to an incident, in JSON.

use callbox_domain::{Call, Incident, Text};
use serde_json::{Value, json};

use super::{incident::actor, time::Zone};
use crate::access::Access;

/// The calls, each with its number.
pub(super) fn calls(access: &Access, zone: &Zone, incident: &Incident) -> Vec<Value> {
    let calls = incident.intake.calls.iter().enumerate();
    calls
        .map(|(at, it)| call(access, zone, at + 1, it))
        .collect()
}

fn call(access: &Access, zone: &Zone, no: usize, call: &Call) -> Value {
    let caller = call.caller.as_ref().and_then(|caller| caller.known());
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.as_str().to_owned());
    let reported = call.reported.as_ref().and_then(|it| it.known()).map(|it| {
        let lat_lon = it.place.lat_lon();
        json!({
            "lat": lat_lon.map(|(lat, _)| lat),
            "lon": lat_lon.map(|(_, lon)| lon),
            "source": it.source.name(),
            "uncertainty_meters": it.uncertainty_meters,
        })
    });
    let handled: Vec<_> = call
        .handled
        .iter()
        .map(
            |it| json!({"at": zone.print(it.at), "by": actor(access, it.by), "how": it.how.name()}),
        )
        .collect();
    json!({
        "no": no,
        "at": zone.print(call.at),
        "by": actor(access, call.by),
        "kind": call.kind.name(),
        "caller_name": caller.and_then(|caller| text(&caller.name)),
        "caller_number": caller.and_then(|caller| text(&caller.call_back)),
        "erased": call.caller.is_some() && caller.is_none(),
        "needs_handling": call.needs_handling(),
        "reported": reported,
        "handled": handled,
    })
}

/// How the place came about; `null` where nothing was recorded of it.
pub(super) fn assessed(access: &Access, zone: &Zone, incident: &Incident) -> Value {
    let Some(checked) = &incident.intake.assessed else {
        return Value::Null;
    };
    let assessed = &checked.assessed;
    json!({
        "at": zone.print(checked.at),
        "by": actor(access, checked.by),
        "source": assessed.source.name(),
        "verdict": assessed.verdict.name(),
        "uncertainty_meters": assessed.uncertainty_meters,
        "found": assessed.found.as_ref().map(|code| code.as_str()),
        "fit_percent": assessed.fit_percent,
        "extent_meters": assessed.extent_meters,
    })
}

/// The centers that it was handed to.
pub(super) fn transfers(access: &Access, zone: &Zone, incident: &Incident) -> Vec<Value> {
    let transfers = incident.intake.transfers.iter();
    transfers
        .map(|it| {
            let reason = it.reason.as_ref().and_then(|reason| reason.known());
            json!({
                "at": zone.print(it.at),
                "by": actor(access, it.by),
                "to": it.to.as_str(),
                "reference": it.reference.as_ref().map(|code| code.as_str()),
                "reason": reason.map(Text::as_str),
            })
        })
        .collect()
}
