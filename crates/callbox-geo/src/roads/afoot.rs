//! Who may walk where: crews and search parties (who pass private ways), and everybody.

use super::{
    Class,
    rules::{CAR, EMERGENCY, Rules, Said},
};

/// Everybody, and crews.
const ALL: u8 = CAR | EMERGENCY;

/// Reads a way's rules on foot; `None` when nobody walks there.
pub(super) fn rules(tags: &Said<'_>) -> Option<Rules> {
    let class = class(tags)?;
    if tags.is("impassable", "yes") || tags.is("indoor", "yes") && tags.is("access", "private") {
        return None;
    }
    let said = ["foot", "access"].iter().find_map(|key| tags.get(key));
    let who = match said {
        Some("yes" | "designated" | "permissive" | "official" | "destination" | "customers") => ALL,
        // What is only `access=no` may be blocked; a ban on walkers is passed by a crew.
        Some("no") if tags.get("foot").is_none() => 0,
        Some("no" | "private" | "permit" | "use_sidepath" | "residents" | "delivery") => EMERGENCY,
        Some(_) | None => match class {
            Class::Motorway | Class::MotorwayLink => 0,
            Class::Trunk | Class::TrunkLink if tags.is("motorroad", "yes") => 0,
            _ => ALL,
        },
    };
    let (mut forward, mut backward) = (who, who);
    // One-way streets do not bind walkers; moving stairs and turnstiles do.
    match tags.get("oneway:foot").or_else(|| tags.get("conveying")) {
        Some("yes" | "forward") => backward = 0,
        Some("-1" | "backward") => forward = 0,
        _ => {}
    }
    if forward | backward == 0 {
        return None;
    }
    Some(Rules {
        forward,
        backward,
        ferry_seconds: super::rules::ferry_seconds(tags),
        // Limits are for vehicles.
        height: 0,
        width: 0,
        weight: 0,
        ..Rules::new(class, tags)
    })
}

fn class(tags: &Said<'_>) -> Option<Class> {
    if tags.is("route", "ferry") {
        return Some(Class::Ferry);
    }
    if matches!(tags.get("railway"), Some("platform")) || tags.is("public_transport", "platform") {
        return Some(Class::Path);
    }
    let hard = |class: Class| {
        let hike = tags
            .get("sac_scale")
            .is_some_and(|scale| !matches!(scale, "hiking" | "strolling"));
        let faint = matches!(
            tags.get("trail_visibility"),
            Some("bad" | "horrible" | "no")
        );
        if hike || faint { Class::Trail } else { class }
    };
    match tags.get("highway")? {
        "steps" => Some(Class::Steps),
        "corridor" | "bridleway" | "platform" => Some(Class::Path),
        "via_ferrata" => Some(Class::Trail),
        "footway" | "path" | "cycleway" => Some(hard(Class::Path)),
        "track" => Some(hard(Class::Track)),
        highway => Class::from_highway(highway),
    }
}
