//! Where boats go: what is drawn of water as lines.

use super::{
    Class,
    rules::{CAR, EMERGENCY, Rules, Said},
};

/// Reads a way's rules afloat; `None` where no boat gets.
pub(super) fn rules(tags: &Said<'_>) -> Option<Rules> {
    let class = class(tags)?;
    let under = matches!(tags.get("tunnel"), Some("culvert" | "flooded"));
    let dry = matches!(tags.get("intermittent"), Some("yes")) || tags.is("seasonal", "yes");
    if under || dry || tags.is("impassable", "yes") {
        return None;
    }
    let said = ["motorboat", "boat", "access"]
        .iter()
        .find_map(|key| tags.get(key));
    let who = match said {
        // A ban on boats is passed by a rescue boat where others may paddle.
        Some("no") if tags.get("boat").is_none() && tags.get("motorboat").is_none() => 0,
        Some("no") if tags.is("boat", "no") && !tags.is("canoe", "yes") => 0,
        Some("no" | "private" | "permit" | "customers") => EMERGENCY,
        Some(_) | None => CAR | EMERGENCY,
    };
    let (mut forward, mut backward) = (who, who);
    match tags.get("oneway:boat").or_else(|| tags.get("oneway")) {
        Some("yes" | "1" | "true") => backward = 0,
        Some("-1" | "reverse") => forward = 0,
        _ => {}
    }
    if forward | backward == 0 {
        return None;
    }
    Some(Rules {
        forward,
        backward,
        ..Rules::new(class, tags)
    })
}

fn class(tags: &Said<'_>) -> Option<Class> {
    if tags.is("route", "ferry") {
        return Some(Class::Ferry);
    }
    if matches!(
        tags.get("seamark:type"),
        Some("fairway" | "navigation_line" | "recommended_track" | "two-way_route")
    ) {
        return Some(Class::Fairway);
    }
    match tags.get("waterway")? {
        "river" | "tidal_channel" => Some(Class::River),
        "canal" => Some(Class::Canal),
        "fairway" => Some(Class::Fairway),
        _ => None,
    }
}
