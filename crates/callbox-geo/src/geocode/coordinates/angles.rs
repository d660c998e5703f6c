//! Degrees: decimal (`39.46, -76.83`), with minutes (`39° 27.6' N`), with seconds (`39°27'36"N 76°49'48"W`).

use super::{Position, Read, at, wrong};

/// One angle of a text.
#[derive(Debug, Default, Clone)]
struct Angle {
    /// Degrees, minutes, seconds as written.
    parts: Vec<(f64, usize)>,
    negative: bool,
    /// N, S, E or W.
    letter: Option<char>,
}

pub(super) fn read(text: &str) -> Read {
    let Some(angles) = angles(text) else {
        return Read::No;
    };
    let [first, second] = angles.as_slice() else {
        return Read::No;
    };
    let lettered = first.letter.is_some() || second.letter.is_some();
    // Two whole numbers may be anything; a position has a degree sign, or decimals and as many parts on both sides.
    let decimals = |angle: &Angle| angle.parts.last().map_or(0, |part| part.1);
    let lengths = (first.parts.len(), second.parts.len());
    let pointed = decimals(first).min(decimals(second)) > 0
        && (lengths.0 > 1 || decimals(first).max(decimals(second)) > 1);
    let both_lettered = first.letter.is_some() && second.letter.is_some() && lengths.0 > 1;
    let signed = text.contains(['°', 'º']);
    if lengths.0 != lengths.1 || !(signed || pointed || both_lettered) {
        return Read::No;
    }
    let (value, size) = match (degrees(first), degrees(second)) {
        (Ok(a), Ok(b)) => ((a.0, b.0), a.1.max(b.1)),
        (Err(what), _) | (_, Err(what)) => return wrong(what),
    };
    let is_lon = |angle: &Angle| matches!(angle.letter, Some('e' | 'w'));
    let is_lat = |angle: &Angle| matches!(angle.letter, Some('n' | 's'));
    if is_lat(first) && is_lat(second) || is_lon(first) && is_lon(second) {
        return wrong("both numbers have letters of the same axis");
    }
    let (lat, lon) = if is_lon(first) || is_lat(second) {
        (value.1, value.0)
    } else {
        value
    };
    let form = match first.parts.len() {
        1 => "decimal degrees",
        2 => "degrees and minutes",
        _ => "degrees, minutes and seconds",
    };
    let extent_meters = (size * 111_195.0).clamp(1.0, 200_000.0);
    match at(lat, lon) {
        Some(point) => {
            let swapped = if lettered { None } else { at(lon, lat) };
            Read::Position(Position {
                point,
                extent_meters,
                form,
                swapped,
            })
        }
        None if !lettered && at(lon, lat).is_some() => wrong(format!(
            "latitude {lat} is beyond 90; if longitude was given first, say {lon}, {lat}"
        )),
        None => wrong(format!(
            "latitude {lat} or longitude {lon} is beyond the earth's range"
        )),
    }
}

/// The two angles of a text; `None` if anything else stands in it.
fn angles(text: &str) -> Option<Vec<Angle>> {
    let mut angles: Vec<Angle> = vec![Angle::default()];
    let folded: Vec<char> = super::super::text::fold(text).chars().collect();
    let mut at = 0;
    let mut closed = false;
    while at < folded.len() {
        let c = folded[at];
        let current = angles.last_mut()?;
        match c {
            '0'..='9' => {
                let (value, decimals, end) = number(&folded, at)?;
                // A new angle begins after a letter, a comma, three parts, or a part with decimals.
                let full =
                    current.parts.len() == 3 || current.parts.last().is_some_and(|part| part.1 > 0);
                if closed || full {
                    angles.push(Angle {
                        parts: vec![(value, decimals)],
                        ..Angle::default()
                    });
                } else {
                    current.parts.push((value, decimals));
                }
                closed = false;
                at = end;
                continue;
            }
            '-' | '−' | '+' => {
                if !current.parts.is_empty() {
                    angles.push(Angle::default());
                }
                angles.last_mut()?.negative = c != '+';
                closed = false;
            }
            'n' | 's' | 'e' | 'w' => {
                if folded.get(at + 1).is_some_and(|next| next.is_alphabetic()) {
                    return None;
                }
                if current.parts.is_empty() && current.letter.is_none() {
                    current.letter = Some(c);
                } else if current.letter.is_none() {
                    current.letter = Some(c);
                    closed = true;
                } else {
                    angles.push(Angle {
                        letter: Some(c),
                        ..Angle::default()
                    });
                    closed = false;
                }
            }
            ',' | ';' | '/' => closed = !current.parts.is_empty(),
            ' ' | '°' | 'º' | '˚' | '\'' | '′' | '’' | '"' | '″' | '”' | '(' | ')' => {}
            _ => return None,
        }
        at += 1;
        if angles.len() > 2 {
            return None;
        }
    }
    // `N 39.46 W 76.83`: a letter before a number opens an angle.
    angles.retain(|angle| !angle.parts.is_empty());
    if let [one] = angles.as_slice()
        && one.letter.is_none()
        && matches!(one.parts.len(), 2)
    {
        let halves = one.parts.iter().map(|part| Angle {
            parts: vec![*part],
            ..Angle::default()
        });
        return Some(halves.collect());
    }
    (angles.len() == 2).then_some(angles)
}

/// A number with its decimals; a comma between digits is a decimal comma only if a point never stands for one and more
/// digits than a list would have follow it.
fn number(text: &[char], start: usize) -> Option<(f64, usize, usize)> {
    let digits = |from: usize| {
        text[from..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count()
    };
    let whole = digits(start);
    let mut end = start + whole;
    let mut decimals = 0;
    let points = text.contains(&'.');
    if let Some(mark) = text.get(end)
        && (*mark == '.' || *mark == ',' && !points)
    {
        let after = digits(end + 1);
        if after > 0 && (*mark == '.' || after >= 3) {
            decimals = after;
            end += 1 + after;
        }
    }
    if end - start > 20 {
        return None;
    }
    let value: String = text[start..end]
        .iter()
        .map(|c| if *c == ',' { '.' } else { *c })
        .collect();
    Some((value.parse().ok()?, decimals, end))
}

/// The value in degrees, and the size of its last digit.
fn degrees(angle: &Angle) -> Result<(f64, f64), String> {
    let mut value = 0.0;
    let mut unit = 1.0;
    let mut size = 1.0;
    for (no, (part, decimals)) in angle.parts.iter().enumerate() {
        if no > 0 && *part >= 60.0 {
            return Err(format!("{part} minutes or seconds are more than 59"));
        }
        if no + 1 < angle.parts.len() && *decimals > 0 {
            return Err("only the last part of an angle may have decimals".to_owned());
        }
        value += part * unit;
        size = unit * 0.1_f64.powi(i32::try_from(*decimals).unwrap_or(9));
        unit /= 60.0;
    }
    let south_or_west = matches!(angle.letter, Some('s' | 'w'));
    if angle.negative && angle.letter.is_some() {
        return Err("a sign and a letter for the same angle".to_owned());
    }
    Ok((
        if angle.negative || south_or_west {
            -value
        } else {
            value
        },
        size,
    ))
}
