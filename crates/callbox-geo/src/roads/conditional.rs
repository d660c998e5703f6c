//! Conditional tags: `access:conditional=no @ (Mo-Fr 07:00-09:00)` and the like.
//! <https://wiki.openstreetmap.org/wiki/Conditional_restrictions>
//!
//! What depends on the clock is kept and asked at the time of the question. A ban by weight, height
//! or width alone is a limit. Everything else (rain, axles, the driver's licence, times that are
//! not read) is taken to hold always where it forbids or slows down, and never where it allows;
//! under blue light such a ban is passed as other bans are. It is counted as unread.

use crate::osm::Tags;

use super::{
    Class, Network,
    hours::Hours,
    rules::{EMERGENCY, Rules, Said, rules},
};

/// The most conditions of one way that are asked apart; more are taken as unread.
pub(super) const MOST: usize = 4;
/// The suffix of a conditional key.
const SUFFIX: &str = ":conditional";

/// What a way's tags say, and what else they say at times.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Timed {
    /// When no condition holds.
    pub(super) always: Rules,
    /// The conditions, as their tags say them; each can be read.
    pub(super) whens: Vec<String>,
    /// For each set of conditions that hold (one bit for each): who may go forward and backward,
    /// and the speeds. Empty without conditions, else the first row is for none.
    pub(super) rows: Vec<[u8; 4]>,
    pub(super) unread: u64,
}

/// Says when a value counts.
#[derive(Clone, Debug, PartialEq)]
enum When {
    Hours(String),
    /// Above this many metres or tonnes.
    Height(f64),
    Width(f64),
    Weight(f64),
    Unread,
}

impl Timed {
    /// Whether somebody may use the way, be it at times.
    pub(super) fn is_usable(&self) -> bool {
        self.always.forward | self.always.backward != 0
            || self.rows.iter().any(|row| row[0] | row[1] != 0)
    }
}

/// Reads what a way says; `None` when nobody ever may use it and nothing is unread.
pub(super) fn timed(network: Network, tags: &Tags<'_>) -> Option<Timed> {
    let mut whens: Vec<(&str, &str, String)> = Vec::new();
    let mut unread: Vec<(&str, &str)> = Vec::new();
    let mut limits: Vec<When> = Vec::new();
    for (key, text) in tags.iter() {
        let Some(key) = key.strip_suffix(SUFFIX) else {
            continue;
        };
        if !keys(network).contains(&key) {
            continue;
        }
        for (value, when) in clauses(text) {
            match when {
                When::Hours(when) if whens.len() < MOST => whens.push((key, value, when)),
                When::Height(_) | When::Width(_) | When::Weight(_)
                    if value == "no" && !key.starts_with("oneway") =>
                {
                    limits.push(when);
                }
                _ => unread.push((key, value)),
            }
        }
    }
    let said = Said::plain(tags);
    let plain = rules(network, &said);
    if whens.is_empty() && unread.is_empty() && limits.is_empty() {
        return plain.map(|always| Timed {
            always,
            whens: Vec::new(),
            rows: Vec::new(),
            unread: 0,
        });
    }
    let with = |over: &[(&str, &str)]| {
        rules(network, &Said { tags, over })
            .map(|said| cautious(network, tags, over, said, &unread))
    };
    let rows: Vec<Option<Rules>> = (0..1usize << whens.len())
        .map(|set| {
            let over: Vec<(&str, &str)> = (0..whens.len())
                .filter(|no| set >> no & 1 == 1)
                .map(|no| (whens[no].0, whens[no].1))
                .collect();
            with(&over)
        })
        .collect();
    let some = rows.iter().flatten().next().cloned();
    // A way that nobody may use for all that is read: it counts among what is not.
    let some = some.or_else(|| (!unread.is_empty()).then(|| Rules::new(Class::Path, &said)))?;
    let mut always = rows[0].clone().unwrap_or_else(|| Rules {
        forward: 0,
        backward: 0,
        ..some.clone()
    });
    for limit in limits {
        always.add_limit(limit);
    }
    let row = |said: &Option<Rules>| {
        said.as_ref().map_or([0; 4], |said| {
            [
                said.forward,
                said.backward,
                said.speed_forward,
                said.speed_backward,
            ]
        })
    };
    let rows: Vec<[u8; 4]> = rows.iter().map(row).collect();
    Some(Timed {
        always,
        rows: if whens.is_empty() { Vec::new() } else { rows },
        whens: whens.into_iter().map(|when| when.2).collect(),
        unread: unread.len() as u64,
    })
}

/// Takes away what unread conditions may take away, and adds nothing that they may add.
fn cautious(
    network: Network,
    tags: &Tags<'_>,
    over: &[(&str, &str)],
    mut said: Rules,
    unread: &[(&str, &str)],
) -> Rules {
    for &(key, value) in unread {
        let mut more = over.to_vec();
        more.push((key, value));
        let other = rules(network, &Said { tags, over: &more });
        // A direction that may be the wrong one is for nobody, a ban for those who obey bans.
        let passes = if key.starts_with("oneway") {
            0
        } else {
            EMERGENCY
        };
        let (forward, backward) = other
            .as_ref()
            .map_or((0, 0), |it| (it.forward, it.backward));
        said.forward &= forward | passes;
        said.backward &= backward | passes;
        if let Some(other) = other {
            let slower = |a: u8, b: u8| match (a, b) {
                (0, other) | (other, 0) => other,
                (a, b) => a.min(b),
            };
            said.speed_forward = slower(said.speed_forward, other.speed_forward);
            said.speed_backward = slower(said.speed_backward, other.speed_backward);
        }
    }
    said
}

fn keys(network: Network) -> &'static [&'static str] {
    match network {
        Network::Drive => &[
            "access",
            "vehicle",
            "motor_vehicle",
            "motorcar",
            "bus",
            "psv",
            "emergency",
            "oneway",
            "maxspeed",
            "maxspeed:forward",
            "maxspeed:backward",
        ],
        Network::Foot => &["access", "foot"],
        Network::Boat => &["access", "boat", "motorboat", "oneway"],
    }
}

/// Reads what a turn restriction says at times: its kind, and when; `None` for the time means that
/// it is not read.
pub(super) fn restriction(text: &str) -> impl Iterator<Item = (&str, Option<String>)> {
    clauses(text).into_iter().map(|(kind, when)| match when {
        When::Hours(when) => (kind, Some(when)),
        _ => (kind, None),
    })
}

/// Cuts `value @ condition; value @ (condition; condition)`.
fn clauses(text: &str) -> Vec<(&str, When)> {
    let mut parts: Vec<&str> = Vec::new();
    let (mut depth, mut start) = (0u32, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            // A part without a value of its own goes on with the condition before it.
            ';' if depth == 0
                && text[at + 1..]
                    .split(';')
                    .next()
                    .is_some_and(|it| it.contains('@')) =>
            {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    let clauses = parts.into_iter().filter_map(|part| {
        let (value, condition) = part.split_once('@')?;
        Some((value.trim(), when(condition)))
    });
    clauses.collect()
}

fn when(condition: &str) -> When {
    let mut condition = condition.trim().trim_end_matches(';').trim();
    if let Some(inner) = condition
        .strip_prefix('(')
        .and_then(|it| it.strip_suffix(')'))
    {
        condition = inner.trim();
    }
    if Hours::read(condition).is_some() {
        return When::Hours(condition.to_owned());
    }
    let above = condition
        .split_once(">=")
        .or_else(|| condition.split_once('>'));
    let Some((what, number)) = above else {
        return When::Unread;
    };
    let Some(number) = number
        .trim()
        .trim_end_matches(['t', 'm'])
        .trim()
        .parse()
        .ok()
    else {
        return When::Unread;
    };
    match what.trim() {
        "weight" | "maxweight" | "maxweightrating" | "weightrating" => When::Weight(number),
        "height" | "maxheight" => When::Height(number),
        "width" | "maxwidth" => When::Width(number),
        _ => When::Unread,
    }
}

impl Rules {
    fn add_limit(&mut self, limit: When) {
        let tenths = |number: f64, most: f64| {
            let tenths = (number * 10.0).floor();
            (1.0..=most).contains(&tenths).then_some(tenths as u16)
        };
        let least = |known: u16, new: u16| if known == 0 { new } else { known.min(new) };
        match limit {
            When::Height(number) => {
                if let Some(new) = tenths(number, 250.0) {
                    self.height = least(self.height.into(), new) as u8;
                }
            }
            When::Width(number) => {
                if let Some(new) = tenths(number, 250.0) {
                    self.width = least(self.width.into(), new) as u8;
                }
            }
            When::Weight(number) => {
                if let Some(new) = tenths(number, 10_000.0) {
                    self.weight = least(self.weight, new);
                }
            }
            When::Hours(_) | When::Unread => {}
        }
    }
}
