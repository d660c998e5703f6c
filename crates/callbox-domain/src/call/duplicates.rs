//! Which incidents a new call may be about: a look at what is in hand, never a search for people.

use crate::{Center, Code, Incident, IncidentId, Place, Timestamp};

/// For how long after its end an incident is still compared, in seconds.
const CLOSED_SECONDS: f64 = 3_600.0;
/// Within how many metres a place counts as near, where nothing says how uncertain it is.
const NEAR_METERS: f64 = 500.0;
/// The greatest distance that an uncertain place stretches that to, in metres.
const FAR_METERS: f64 = 3_000.0;
/// How many candidates are shown.
const SHOWN: usize = 8;

/// What is known of a call while it is being taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sought {
    /// The place's words.
    pub place: Option<String>,
    /// The place's latitude and longitude in degrees.
    pub lat_lon: Option<(f64, f64)>,
    /// The radius within which it is, in metres.
    pub uncertainty_meters: Option<u32>,
    /// What kind of emergency it is.
    pub incident_type: Option<Code>,
    /// The number to call back.
    pub call_back: Option<String>,
    /// The incident that the call has opened already: not a candidate.
    pub except: Option<IncidentId>,
}

/// Why an incident may be the same emergency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Likeness {
    /// The places have the same words.
    SamePlace,
    /// The places are on the same street.
    SameStreet,
    /// The places are this far apart.
    Near {
        /// The distance in metres.
        meters: u32,
    },
    /// The same number is to be called back.
    SameCallBack,
    /// The types are the same.
    SameType,
    /// The types begin with the same word, as in `FIRE-ALARM` and `FIRE-CAR`.
    SameFamily,
    /// It came in so many minutes ago.
    Ago {
        /// Whole minutes.
        minutes: u32,
    },
    /// It is closed already, so many minutes ago.
    Closed {
        /// Whole minutes.
        minutes: u32,
    },
}

/// An incident that a call may be about.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Which.
    pub incident: IncidentId,
    /// How strongly the reasons speak for it; only for the order.
    pub weight: u32,
    /// The reasons, the strongest first.
    pub reasons: Vec<Likeness>,
}

impl Center {
    /// The incidents that a call may be about, the likeliest first: open ones and those that closed
    /// within the hour. A place or a number to call back has to speak for it.
    pub fn candidates(&self, sought: &Sought, now: Timestamp) -> Vec<Candidate> {
        let mut found: Vec<_> = self
            .incidents
            .iter()
            .filter(|(_, incident)| sought.except != Some(incident.id))
            .filter_map(|(_, incident)| sought.compare(incident, now))
            .collect();
        found.sort_by_key(|it| std::cmp::Reverse((it.weight, it.incident)));
        found.truncate(SHOWN);
        found
    }
}

impl Sought {
    fn compare(&self, incident: &Incident, now: Timestamp) -> Option<Candidate> {
        let since_close = incident
            .closed
            .as_ref()
            .map(|closed| now.seconds_since(closed.at));
        // A merged incident is found under the one that goes on.
        if since_close.is_some_and(|ago| ago > CLOSED_SECONDS)
            || incident.intake.merged_into.is_some()
        {
            return None;
        }
        let mut reasons = Vec::new();
        let mut weight = self.compare_places(incident, &mut reasons);
        let calls = incident.intake.calls.iter();
        let known = calls.filter_map(|call| call.caller.as_ref()?.known()?.call_back.as_ref());
        let asked = self.call_back.as_deref().map(digits);
        if asked.is_some_and(|asked| {
            known
                .clone()
                .any(|it| is_same(&digits(it.as_str()), &asked))
        }) {
            weight += 60;
            reasons.push(Likeness::SameCallBack);
        }
        if weight == 0 {
            return None;
        }
        if let (Some(one), Some(other)) = (&self.incident_type, &incident.incident_type) {
            if one == other {
                weight += 25;
                reasons.push(Likeness::SameType);
            } else if family(one) == family(other) {
                weight += 15;
                reasons.push(Likeness::SameFamily);
            }
        }
        let minutes = |seconds: f64| (seconds / 60.0).max(0.0) as u32;
        match since_close {
            Some(ago) => {
                reasons.push(Likeness::Closed {
                    minutes: minutes(ago),
                });
                weight /= 2;
            }
            None => {
                let ago = minutes(now.seconds_since(incident.received));
                weight += 30_u32.saturating_sub(ago);
                reasons.push(Likeness::Ago { minutes: ago });
            }
        }
        Some(Candidate {
            incident: incident.id,
            weight,
            reasons,
        })
    }

    fn compare_places(&self, incident: &Incident, reasons: &mut Vec<Likeness>) -> u32 {
        let Some(place) = incident.place.as_ref().and_then(|place| place.known()) else {
            return 0;
        };
        let mut weight = 0;
        if let Some(words) = self.place.as_deref().map(plain).filter(|it| !it.is_empty()) {
            let other = plain(place.text.as_str());
            if words == other {
                weight += 80;
                reasons.push(Likeness::SamePlace);
            } else if share_street(&words, &other) {
                weight += 25;
                reasons.push(Likeness::SameStreet);
            }
        }
        if let (Some(one), Some(other)) = (self.lat_lon, place.lat_lon()) {
            let meters = meters(one, other);
            let stated = self.uncertainty_meters.map_or(0.0, f64::from);
            let near = NEAR_METERS.max(stated).min(FAR_METERS);
            if meters <= near {
                weight += 20 + (60.0 * (1.0 - meters / near)) as u32;
                let meters = meters.round() as u32;
                reasons.push(Likeness::Near { meters });
            } else if meters > 4.0 * near {
                // A street of the same name in another part of town.
                weight = 0;
                reasons.clear();
            }
        }
        weight
    }
}

/// Metres between two places that are near each other.
fn meters((lat, lon): (f64, f64), (other_lat, other_lon): (f64, f64)) -> f64 {
    let y = (lat - other_lat) * 111_195.0;
    let x = (lon - other_lon) * 111_195.0 * lat.to_radians().cos();
    x.hypot(y)
}

/// Whether two places are one: positions within so many metres, or the same words.
pub(crate) fn near(one: &Place, other: &Place, within_meters: f64) -> bool {
    match (one.lat_lon(), other.lat_lon()) {
        (Some(one), Some(other)) => meters(one, other) <= within_meters,
        _ => plain(one.text.as_str()) == plain(other.text.as_str()),
    }
}

/// A number's digits without the zeros that stand for 'abroad' or 'long distance'.
fn digits(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}

/// Whether two numbers are one: fewer than five digits say nothing, and from seven on one of them
/// may lack what stands before the local number.
fn is_same(one: &str, other: &str) -> bool {
    let shorter = one.len().min(other.len());
    shorter >= 5 && (one == other || shorter >= 7 && (one.ends_with(other) || other.ends_with(one)))
}

/// Lower-case words with single spaces, without the town after a comma; a crossing's parts stay
/// apart.
fn plain(words: &str) -> String {
    let mut has_name = false;
    let parts = words.split([',', '，']).take_while(|part| {
        // In '12, Elm Street' the comma belongs to the number.
        let is_first = !has_name;
        has_name |= part.chars().any(char::is_alphabetic);
        is_first
    });
    let lower = parts.collect::<Vec<_>>().join(" ").to_lowercase();
    let apart = lower.replace(['/', '&', '@'], " / ");
    let words = apart.split(|c: char| !c.is_alphanumeric() && c != '/');
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The streets that plain words name: without numbers, up to what stands after a comma.
fn streets(plain: &str) -> Vec<String> {
    let street = |part: &str| {
        let has_digit = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
        // '5th' is a street, '212' and '212b' are numbers of houses.
        let is_number = |word: &&str| has_digit(word) && !word.ends_with(['h', 't', 'd']);
        let words = part.split_whitespace().filter(|word| !is_number(word));
        words.take(3).collect::<Vec<_>>().join(" ")
    };
    let parts = plain.split('/').map(street);
    parts.filter(|street| street.len() >= 3).collect()
}

fn share_street(one: &str, other: &str) -> bool {
    let other = streets(other);
    streets(one).iter().any(|street| other.contains(street))
}

/// The first word of a type's code.
fn family(code: &Code) -> &str {
    let text = code.as_str();
    text.split(['-', '_', '.', ' ', '/']).next().unwrap_or(text)
}
