//! Members of bodies and parameters: described once, for reading them and for the description.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use callbox_domain::{Code, IncidentId, Meaning, Point, Text, TextError, Timestamp};
use serde_json::Value as Json;

use super::time;
use crate::problem::Problem;

/// The most members of a list.
const MAX_LIST: usize = 64;
/// The most corners of an area.
const MAX_POINTS: usize = 1_000;
/// The greatest whole number that every JSON reader keeps exact.
pub(crate) const MAX_NUMBER: u64 = (1 << 53) - 1;
/// Something printable and nothing that is not, as the description says it.
const CODE_PATTERN: &str = r"^[^\u0000-\u001F\u007F-\u009F]*[^\s\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*$";
/// The same with line breaks and tabs.
const TEXT_PATTERN: &str = r"^([^\u0000-\u001F\u007F-\u009F]|[\t\n\r])*[^\s\u0000-\u001F\u007F-\u009F]([^\u0000-\u001F\u007F-\u009F]|[\t\n\r])*$";

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A code of the center's configuration, a call sign or a name: 1 to 64 bytes.
    Code,
    /// Words: 1 to 4,000 bytes.
    Text,
    /// An incident's number.
    Incident,
    /// A whole number between two bounds.
    Number(u64, u64),
    /// Degrees between minus and plus this many.
    Degrees(u32),
    /// True or false.
    Flag,
    /// RFC 3339 with offset.
    Time,
    /// One to 64 codes.
    Codes,
    /// An object of codes with a number from 0 to 255 each.
    Counts,
    /// Up to 1,000 pairs of latitude and longitude.
    Points,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// One member of a body, or one parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// What it means, for the description.
    pub(crate) words: &'static str,
}

/// A member that must be there.
pub(crate) const fn required(name: &'static str, kind: Kind, words: &'static str) -> Field {
    Field {
        name,
        kind,
        required: true,
        words,
    }
}

/// A member that may be left out, or be `null`.
pub(crate) const fn optional(name: &'static str, kind: Kind, words: &'static str) -> Field {
    Field {
        name,
        kind,
        required: false,
        words,
    }
}

/// A member's value, already in the form in which the rules take it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Code(Code),
    Text(Text),
    Number(u64),
    Degrees(f64),
    Flag(bool),
    Time(Timestamp),
    Codes(Vec<Code>),
    Counts(Vec<(Code, u8)>),
    Points(Vec<Point>),
    Choice(&'static str),
}

/// The members that a body holds; all that are required are there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Members(BTreeMap<&'static str, Value>);

macro_rules! take {
    ($($(#[$doc:meta])* $name:ident $variant:ident $type:ty $(, $need:ident)?;)*) => {
        impl Members {
            $($(#[$doc])*
            pub(crate) fn $name(&self, name: &'static str) -> Option<$type> {
                match self.0.get(name)? {
                    Value::$variant(value) => Some(value.clone()),
                    _ => None,
                }
            }

            $(/// The same where the table of fields says that it is required.
            pub(crate) fn $need(&self, name: &'static str) -> $type {
                self.$name(name).expect("a required member is there")
            })?)*
        }
    };
}

take! {
    /// A code.
    code Code Code, need_code;
    /// Words.
    text Text Text, need_text;
    /// A number.
    number Number u64, need_number;
    /// Degrees.
    degrees Degrees f64;
    /// A time.
    time Time Timestamp;
    /// Codes.
    codes Codes Vec<Code>, need_codes;
    /// Codes with numbers.
    counts Counts Vec<(Code, u8)>;
    /// Points.
    points Points Vec<Point>;
    /// One of the words.
    choice Choice &'static str, need_choice;
}

impl Members {
    /// Whether a flag is there and set.
    pub(crate) fn flag(&self, name: &'static str) -> bool {
        self.0.get(name) == Some(&Value::Flag(true))
    }

    /// An incident's number.
    pub(crate) fn incident(&self, name: &'static str) -> Option<IncidentId> {
        self.number(name).map(IncidentId)
    }

    /// Latitude and longitude in degrees, both or none.
    pub(crate) fn lat_lon(&self) -> Result<Option<(f64, f64)>, Problem> {
        match (self.degrees("lat"), self.degrees("lon")) {
            (Some(lat), Some(lon)) => Ok(Some((lat, lon))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(lonely("lon", "lat")),
            (None, Some(_)) => Err(lonely("lat", "lon")),
        }
    }

    /// Reads a JSON body; an empty one counts as an object without members.
    pub(crate) fn from_json(body: &[u8], fields: &'static [Field]) -> Result<Self, Problem> {
        let json = if body.is_empty() {
            Json::Object(Default::default())
        } else {
            serde_json::from_slice(body).map_err(|error| bad_json(&error))?
        };
        let Json::Object(object) = json else {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "bad-body",
                "the body is not a JSON object",
                "send an object like {\"text\": \"…\"}",
            ));
        };
        Self::from_object(object, fields)
    }

    /// Reads the members of an object.
    pub(crate) fn from_object(
        object: serde_json::Map<String, Json>,
        fields: &'static [Field],
    ) -> Result<Self, Problem> {
        Self::read(
            object.into_iter().filter(|(_, value)| !value.is_null()),
            fields,
        )
    }

    /// Reads the parameters of a query.
    pub(crate) fn from_query(
        pairs: Vec<(String, String)>,
        fields: &'static [Field],
    ) -> Result<Self, Problem> {
        let twice = |at: usize| pairs[..at].iter().any(|(name, _)| *name == pairs[at].0);
        if let Some(at) = (0..pairs.len().min(MAX_LIST)).find(|at| twice(*at)) {
            let name: String = pairs[at].0.chars().take(64).collect();
            return Err(
                Problem::bad_field(name, "it is there twice", "send it once")
                    .in_words("bad-field.twice"),
            );
        }
        let typed = |(name, text): (String, String)| {
            let field = fields.iter().find(|field| field.name == name);
            let value = match field.map(|field| field.kind) {
                // A number's digits are the same in JSON; anything else stays a string.
                Some(Kind::Number(..) | Kind::Incident) => {
                    text.parse::<u64>().map_or(Json::String(text), Json::from)
                }
                _ => Json::String(text),
            };
            (name, value)
        };
        Self::read(pairs.into_iter().map(typed), fields)
    }

    fn read(
        members: impl Iterator<Item = (String, Json)>,
        fields: &'static [Field],
    ) -> Result<Self, Problem> {
        let mut read = Self::default();
        for (name, value) in members {
            let Some(field) = fields.iter().find(|field| field.name == name) else {
                let known: Vec<_> = fields.iter().map(|field| field.name).collect();
                let hint = match known.as_slice() {
                    [] => "send none".to_owned(),
                    known => format!("known here: {}", known.join(", ")),
                };
                // Its name comes from outside: cut, so that the answer stays short.
                let name: String = name.chars().take(64).collect();
                return Err(
                    Problem::bad_field(name, "this member is not known here", hint)
                        .in_words("bad-field.unknown"),
                );
            };
            read.0
                .insert(field.name, field.kind.read(field.name, &value)?);
        }
        match fields
            .iter()
            .find(|field| field.required && !read.0.contains_key(field.name))
        {
            Some(missing) => Err(Problem::bad_field(
                missing.name,
                "this member is missing",
                format!("send it: {}", missing.words),
            )
            .in_words("bad-field.missing")),
            None => Ok(read),
        }
    }
}

impl Kind {
    fn read(self, name: &'static str, json: &Json) -> Result<Value, Problem> {
        let bad_field = |detail| self.bounds(Problem::bad_field(name, detail, self.hint()));
        let wrong = || bad_field("this member has the wrong type");
        let out = || bad_field("this member is out of its bounds");
        let bad =
            |error: TextError| Problem::bad_text(name, &error, error.to_string(), self.hint());
        let text = || json.as_str().ok_or_else(wrong);
        Ok(match self {
            Self::Code => Value::Code(Code::new(text()?).map_err(bad)?),
            Self::Text => Value::Text(Text::new(text()?).map_err(bad)?),
            Self::Flag => Value::Flag(json.as_bool().ok_or_else(wrong)?),
            Self::Time => Value::Time(time::parse(text()?).ok_or_else(wrong)?),
            Self::Incident => return Self::Number(1, MAX_NUMBER).read(name, json),
            Self::Number(least, most) => match whole(json).ok_or_else(wrong)? {
                number if (least..=most).contains(&number) => Value::Number(number),
                _ => return Err(out()),
            },
            Self::Degrees(most) => match json.as_f64().ok_or_else(wrong)? {
                degrees if degrees.abs() <= f64::from(most) => Value::Degrees(degrees),
                _ => return Err(out()),
            },
            Self::Choice(words) => {
                let given = text()?;
                let known = words.iter().find(|word| **word == given);
                Value::Choice(known.ok_or_else(out)?)
            }
            Self::Counts => {
                let object = json.as_object().ok_or_else(wrong)?;
                if object.len() > MAX_LIST {
                    return Err(out());
                }
                let count = |(code, count): (&String, &Json)| {
                    let count = whole(count).ok_or_else(wrong)?;
                    Ok((
                        Code::new(code).map_err(bad)?,
                        u8::try_from(count).map_err(|_| out())?,
                    ))
                };
                Value::Counts(object.iter().map(count).collect::<Result<_, Problem>>()?)
            }
            Self::Points => {
                let list = json.as_array().ok_or_else(wrong)?;
                if list.len() > MAX_POINTS {
                    return Err(out());
                }
                let point = |pair: &Json| {
                    let pair = pair.as_array().filter(|pair| pair.len() == 2);
                    let pair = pair.and_then(|pair| Some((pair[0].as_f64()?, pair[1].as_f64()?)));
                    let (lat, lon) = pair.ok_or_else(wrong)?;
                    Point::from_degrees(lat, lon).ok_or_else(out)
                };
                Value::Points(list.iter().map(point).collect::<Result<_, _>>()?)
            }
            Self::Codes => {
                let list = json.as_array().ok_or_else(wrong)?;
                if !(1..=MAX_LIST).contains(&list.len()) {
                    return Err(out());
                }
                let code = |json: &Json| Code::new(json.as_str().ok_or_else(wrong)?).map_err(bad);
                Value::Codes(list.iter().map(code).collect::<Result<_, _>>()?)
            }
        })
    }

    /// Says between what a number has to be.
    fn bounds(self, problem: Problem) -> Problem {
        match self {
            Self::Number(least, most) => problem
                .in_words("bad-field.number")
                .with("least", least)
                .with("most", most),
            Self::Degrees(most) => problem.in_words("bad-field.degrees").with("most", most),
            _ => problem,
        }
    }

    /// What to send instead.
    fn hint(self) -> String {
        match self {
            Self::Code => "send a string of 1 to 64 bytes".into(),
            Self::Text => "send a string of 1 to 4,000 bytes".into(),
            Self::Incident => "send an incident's number, like 2612".into(),
            Self::Number(least, most) => format!("send a whole number from {least} to {most}"),
            Self::Degrees(most) => format!("send degrees from -{most} to {most}"),
            Self::Flag => "send true or false".into(),
            Self::Time => "send RFC 3339 with an offset, like 2026-11-02T08:15:00-05:00".into(),
            Self::Counts => {
                "send an object of codes with numbers from 0 to 255, like {\"EMT\": 2}".into()
            }
            Self::Points => "send a list of pairs of degrees, like [[40.5, -74.2], …]".into(),
            Self::Codes => "send a list of 1 to 64 strings".into(),
            Self::Choice(words) => format!("send one of: {}", words.join(", ")),
        }
    }

    /// The kind in the description's terms.
    pub(crate) fn schema(self) -> Json {
        use serde_json::json;
        match self {
            // Lengths here count characters, the rules count bytes of UTF-8.
            Self::Code => json!({
                "type": "string",
                "minLength": 1,
                "maxLength": Code::MAX_BYTES,
                "pattern": CODE_PATTERN,
            }),
            Self::Text => json!({
                "type": "string",
                "minLength": 1,
                "maxLength": Text::MAX_BYTES,
                "pattern": TEXT_PATTERN,
            }),
            Self::Incident => Self::Number(1, MAX_NUMBER).schema(),
            Self::Number(least, most) => {
                json!({"type": "integer", "minimum": least, "maximum": most})
            }
            Self::Degrees(most) => {
                json!({"type": "number", "minimum": -f64::from(most), "maximum": most})
            }
            Self::Flag => json!({"type": "boolean"}),
            Self::Time => json!({"type": "string", "format": "date-time"}),
            Self::Counts => json!({
                "type": "object",
                "maxProperties": MAX_LIST,
                "propertyNames": Self::Code.schema(),
                "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 255},
            }),
            Self::Points => json!({
                "type": "array",
                "maxItems": MAX_POINTS,
                "items": {
                    "type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"},
                },
            }),
            Self::Codes => json!({
                "type": "array", "minItems": 1, "maxItems": MAX_LIST, "items": Self::Code.schema()
            }),
            Self::Choice(words) => json!({"type": "string", "enum": words}),
        }
    }
}

/// The names of all meanings, for [`Kind::Choice`].
pub(crate) const MEANINGS: &[&str] = &[
    Meaning::ALL[0].name(),
    Meaning::ALL[1].name(),
    Meaning::ALL[2].name(),
    Meaning::ALL[3].name(),
    Meaning::ALL[4].name(),
    Meaning::ALL[5].name(),
    Meaning::ALL[6].name(),
    Meaning::ALL[7].name(),
];

/// A whole number; JSON knows no difference between `7` and `7.0`.
fn whole(json: &Json) -> Option<u64> {
    let exact = |number: &f64| number.fract() == 0.0 && (0.0..=MAX_NUMBER as f64).contains(number);
    json.as_u64()
        .or_else(|| json.as_f64().filter(exact).map(|number| number as u64))
}

/// That a member is missing which belongs to another one.
pub(super) fn lonely(missing: &'static str, given: &'static str) -> Problem {
    let detail = format!("this member is missing where {given} is given");
    Problem::bad_field(
        missing,
        detail,
        "send both or none; words go with coordinates",
    )
}

pub(super) fn bad_json(error: &serde_json::Error) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "bad-json",
        format!(
            "the body is not JSON: line {}, column {}",
            error.line(),
            error.column()
        ),
        "check quotes, commas and brackets there",
    )
    .with("line", error.line())
    .with("column", error.column())
}
