//! What a way's tags say about who may drive on it, in which direction and how fast.

use crate::osm::Tags;

use super::{Class, Network, afloat, afoot};

/// A way's tags, some of them replaced: the later ones first.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) tags: &'a Tags<'a>,
    pub(super) over: &'a [(&'a str, &'a str)],
}

impl<'a> Said<'a> {
    pub(super) fn plain(tags: &'a Tags<'a>) -> Self {
        Self { tags, over: &[] }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        let over = self.over.iter().rev().find(|pair| pair.0 == key);
        over.map(|pair| pair.1).or_else(|| self.tags.get(key))
    }

    pub(super) fn is(&self, key: &str, value: &str) -> bool {
        self.get(key) == Some(value)
    }
}

/// A car may use it.
pub(crate) const CAR: u8 = 1;
/// An emergency vehicle under blue light may use it.
pub(crate) const EMERGENCY: u8 = 2;

/// What a way's tags say; speeds in km/h, 0 = unknown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rules {
    pub(super) class: Class,
    /// Who may drive along the way's nodes, and against them.
    pub(super) forward: u8,
    pub(super) backward: u8,
    pub(super) speed_forward: u8,
    pub(super) speed_backward: u8,
    /// Limits in decimetres and in 100 kg; 0 = none.
    pub(super) height: u8,
    pub(super) width: u8,
    pub(super) weight: u16,
    /// A ferry's time in seconds for the whole way; 0 = unknown.
    pub(super) ferry_seconds: u32,
    /// 0 on the ground, above it on bridges, below it in tunnels.
    pub(super) level: i8,
}

/// Reads a way's rules; `None` when nobody may use it.
pub(super) fn rules(network: Network, tags: &Said<'_>) -> Option<Rules> {
    match network {
        Network::Drive => drive(tags),
        Network::Foot => afoot::rules(tags),
        Network::Boat => afloat::rules(tags),
    }
}

fn drive(tags: &Said<'_>) -> Option<Rules> {
    let class = if tags.is("route", "ferry") {
        Class::Ferry
    } else {
        Class::from_highway(tags.get("highway")?)?
    };
    if tags.is("area", "yes") || tags.is("impassable", "yes") {
        return None;
    }
    let who = access(class, tags);
    if who == 0 {
        return None;
    }
    let (forward, backward) = directions(class, who, tags);
    if forward | backward == 0 {
        return None;
    }
    let speed = |key: &str| tags.get(key).and_then(speed_kmh);
    let both = speed("maxspeed").unwrap_or(0);
    Some(Rules {
        class,
        forward,
        backward,
        speed_forward: speed("maxspeed:forward").unwrap_or(both),
        speed_backward: speed("maxspeed:backward").unwrap_or(both),
        ferry_seconds: ferry_seconds(tags),
        ..Rules::new(class, tags)
    })
}

impl Rules {
    /// What every network reads alike: limits and the level.
    pub(super) fn new(class: Class, tags: &Said<'_>) -> Self {
        Self {
            class,
            forward: 0,
            backward: 0,
            speed_forward: 0,
            speed_backward: 0,
            height: limit(tags, &["maxheight", "maxheight:physical"], meters, 250) as u8,
            width: limit(tags, &["maxwidth", "maxwidth:physical"], meters, 250) as u8,
            weight: limit(tags, &["maxweight", "maxgcweight"], tonnes, 10_000) as u16,
            ferry_seconds: 0,
            level: level(tags),
        }
    }
}

/// How many roads lie below (or above): what `layer` says, else `level`, else that bridges lie above
/// and tunnels below the ground.
fn level(tags: &Said<'_>) -> i8 {
    let number = |key: &str| tags.get(key)?.split(';').next()?.trim().parse::<f32>().ok();
    let said = number("layer").or_else(|| number("level"));
    let is = |key: &str| tags.get(key).is_some_and(|value| value != "no");
    let level = said.filter(|level| *level != 0.0).unwrap_or_else(|| {
        if is("bridge") {
            1.0
        } else if is("tunnel") {
            -1.0
        } else {
            0.0
        }
    });
    level.clamp(-100.0, 100.0).round() as i8
}

fn access(class: Class, tags: &Said<'_>) -> u8 {
    let said = |key: &str| tags.get(key);
    match said("emergency") {
        Some("no") => return 0,
        Some("yes" | "designated" | "official") => {
            return if car_may(class, tags) {
                CAR | EMERGENCY
            } else {
                EMERGENCY
            };
        }
        _ => {}
    }
    if car_may(class, tags) {
        return CAR | EMERGENCY;
    }
    let bus = ["bus", "psv"]
        .iter()
        .any(|key| matches!(said(key), Some("yes" | "designated" | "official")));
    let vehicle = ["motorcar", "motor_vehicle", "vehicle"]
        .iter()
        .find_map(|key| said(key));
    let road = !matches!(class, Class::Path | Class::Ferry);
    // A ban on vehicles is passed under blue light; `access=no` may mean that nothing gets through.
    let open = match (vehicle, said("access")) {
        (_, Some("no")) => bus,
        _ => true,
    };
    if road && (open || bus) { EMERGENCY } else { 0 }
}

fn car_may(class: Class, tags: &Said<'_>) -> bool {
    let said = ["motorcar", "motor_vehicle", "vehicle", "access"]
        .iter()
        .find_map(|key| tags.get(key));
    match said {
        Some("yes" | "designated" | "permissive" | "official") => true,
        Some("destination" | "customers" | "delivery" | "permit" | "residents") => !matches!(
            class,
            Class::Path | Class::Ferry | Class::Pedestrian | Class::Busway
        ),
        Some("no" | "private" | "agricultural" | "forestry" | "emergency" | "use_sidepath") => {
            false
        }
        // Unknown words say nothing; what a class allows by itself stands.
        Some(_) | None => !matches!(
            class,
            Class::Path | Class::Ferry | Class::Pedestrian | Class::Busway
        ),
    }
}

fn directions(class: Class, who: u8, tags: &Said<'_>) -> (u8, u8) {
    let oneway = match tags.get("oneway") {
        Some("yes" | "true" | "1") => 1,
        Some("-1" | "reverse") => -1,
        Some("no" | "false" | "0") => 0,
        // Which way it is open now is not known, unless a condition says so.
        Some("reversible") => return (0, 0),
        _ => {
            let round = matches!(tags.get("junction"), Some("roundabout" | "circular"));
            i32::from(round || class == Class::Motorway)
        }
    };
    let contraflow = ["oneway:bus", "oneway:psv", "oneway:emergency"]
        .iter()
        .any(|key| tags.is(key, "no"))
        || ["busway", "busway:left", "busway:right"]
            .iter()
            .any(|key| matches!(tags.get(key), Some("opposite_lane" | "opposite")));
    let against = if contraflow { who & EMERGENCY } else { 0 };
    match oneway {
        1 => (who, against),
        -1 => (against, who),
        _ => (who, who),
    }
}

/// Reads `50`, `30 mph`, `5 knots`; `none` is a motorway's 130.
fn speed_kmh(text: &str) -> Option<u8> {
    if text == "none" {
        return Some(130);
    }
    let (number, unit) = split(text)?;
    let factor = match unit {
        "" | "km/h" | "kmh" | "kph" => 1.0,
        "mph" => 1.609_344,
        "knots" => 1.852,
        _ => return None,
    };
    let speed = (number * factor).round();
    (1.0..=250.0).contains(&speed).then_some(speed as u8)
}

/// The least of some limits in tenths, rounded down; 0 above `most`, which keeps no vehicle out.
fn limit(tags: &Said<'_>, keys: &[&str], read: fn(&str) -> Option<f64>, most: u32) -> u32 {
    let values = keys.iter().filter_map(|key| read(tags.get(key)?));
    let tenths = (values.fold(f64::INFINITY, f64::min) * 10.0).floor();
    if (1.0..=f64::from(most)).contains(&tenths) {
        tenths as u32
    } else {
        0
    }
}

/// Reads `3.5`, `3.5 m`, `11'6"`.
fn meters(text: &str) -> Option<f64> {
    if let Some((feet, inches)) = text.split_once('\'') {
        let inches = inches.trim().trim_end_matches('"');
        let inches: f64 = if inches.is_empty() {
            0.0
        } else {
            inches.parse().ok()?
        };
        return Some(feet.trim().parse::<f64>().ok()? * 0.3048 + inches * 0.0254);
    }
    match split(text)? {
        (number, "" | "m") => Some(number),
        (number, "ft") => Some(number * 0.3048),
        _ => None,
    }
}

/// Reads `7.5`, `7.5 t`, `10 st`, `20000 lbs`.
fn tonnes(text: &str) -> Option<f64> {
    match split(text)? {
        (number, "" | "t") => Some(number),
        (number, "kg") => Some(number / 1000.0),
        (number, "st") => Some(number * 0.907_185),
        (number, "lbs" | "lb") => Some(number * 0.000_453_592),
        _ => None,
    }
}

fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    Some((number, text[end..].trim()))
}

/// What the timetable says that a ferry takes; 0 = unknown.
pub(super) fn ferry_seconds(tags: &Said<'_>) -> u32 {
    tags.get("duration").and_then(duration).unwrap_or(0)
}

/// Reads `HH:MM`, `HH:MM:SS`, or minutes, in seconds; at most four days.
fn duration(text: &str) -> Option<u32> {
    let parts: Vec<u32> = text
        .split(':')
        .map(|part| part.trim().parse().ok())
        .collect::<Option<_>>()?;
    if parts.iter().any(|&part| part > 5_760) {
        return None;
    }
    match parts[..] {
        [minutes] => Some(minutes * 60),
        [hours, minutes] => Some(hours * 3600 + minutes * 60),
        [hours, minutes, seconds] => Some(hours * 3600 + minutes * 60 + seconds),
        _ => None,
    }
}
