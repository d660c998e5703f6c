//! Plus codes (Open Location Code): `87G2F3GC+R9`, or `F3GC+R9` near a place.
//!
//! <https://github.com/google/open-location-code/blob/main/Documentation/Specification/specification.md>

use super::{Position, Read, at, wrong};
use crate::Coord;

const DIGITS: &[u8; 20] = b"23456789CFGHJMPQRVWX";
/// Sizes in degrees of the five pairs of digits.
const PAIRS: [f64; 5] = [20.0, 1.0, 0.05, 0.0025, 0.000_125];

pub(super) fn read(text: &str) -> Read {
    let Some(plus) = text.find('+') else {
        return Read::No;
    };
    let blank = |(at, c): (usize, char)| c.is_whitespace().then_some(at + c.len_utf8());
    let start = text[..plus]
        .char_indices()
        .rev()
        .find_map(blank)
        .unwrap_or(0);
    let end = text[plus..]
        .find(|c: char| c.is_whitespace() || c == ',')
        .map_or(text.len(), |at| plus + at);
    let code = text[start..end].to_uppercase();
    let (before, after) = (plus - start, end - plus - 1);
    let is_digit = |byte: u8| DIGITS.contains(&byte) || byte == b'0';
    let plausible = code.bytes().all(|byte| is_digit(byte) || byte == b'+')
        && code.matches('+').count() == 1
        && matches!(before, 2 | 4 | 6 | 8)
        && (after >= 2 || after == 0 && before == 8);
    let words = format!("{} {}", &text[..start], &text[end..]);
    if !plausible {
        return Read::No;
    }
    // `123+45 Main` is not a code: a code in running text has a letter.
    if code
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'+')
        && before < 8
    {
        return Read::No;
    }
    if after > 7 || code.contains('0') && (before < 8 || after > 0 || !padded(&code)) {
        return wrong("a plus code has 2 to 8 characters before and at most 7 after its +");
    }
    if before < 8 {
        return Read::Short(code, words.trim_matches([' ', ',', '\t']).to_owned());
    }
    decode(&code).map_or_else(
        || wrong("the plus code lies beyond the earth's range"),
        Read::Position,
    )
}

/// Zeros only fill pairs at the end: `87000000+`.
fn padded(code: &str) -> bool {
    let digits = code.trim_end_matches('+');
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    zeros.is_multiple_of(2) && zeros < 8 && !digits[..digits.len() - zeros].contains('0')
}

/// The middle and size of a full code.
fn decode(code: &str) -> Option<Position> {
    let digits: Vec<f64> = code
        .bytes()
        .filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte))
        .map(|digit| digit as f64)
        .collect();
    let (mut lat, mut lon) = (-90.0, -180.0);
    let (mut height, mut width) = (400.0, 400.0);
    for (pair, size) in digits.chunks(2).take(5).zip(PAIRS) {
        let [row, column] = pair else { return None };
        lat += row * size;
        lon += column * size;
        (height, width) = (size, size);
    }
    for digit in digits.iter().skip(10) {
        (height, width) = (height / 5.0, width / 4.0);
        lat += (digit / 4.0).floor() * height;
        lon += (digit % 4.0) * width;
    }
    let point = at(lat + height / 2.0, lon + width / 2.0)?;
    let extent_meters = height / 2.0 * 111_195.0;
    Some(Position {
        point,
        extent_meters: extent_meters.max(1.0),
        form: "plus code",
        swapped: None,
    })
}

/// The full code nearest to `reference` whose end is this short one.
pub(super) fn near(short: &str, reference: Coord) -> Option<Position> {
    let before = short.find('+')?;
    let missing = 8_usize.checked_sub(before)?;
    let size = *PAIRS.get((missing / 2).checked_sub(1)?)?;
    let (lat, lon) = reference.degrees();
    let full = format!("{}{short}", &encode(lat, lon)[..missing]);
    let mut position = decode(&full)?;
    let (mut found_lat, mut found_lon) = position.point.degrees();
    for (found, wanted, limit) in [(&mut found_lat, lat, 90.0), (&mut found_lon, lon, 180.0)] {
        if *found - wanted > size / 2.0 && *found - size > -limit {
            *found -= size;
        } else if wanted - *found > size / 2.0 && *found + size < limit {
            *found += size;
        }
    }
    position.point = at(found_lat, found_lon)?;
    Some(position)
}

/// The first eight digits of the code of a point.
fn encode(lat: f64, lon: f64) -> String {
    let (mut lat, mut lon) = (
        (lat + 90.0).clamp(0.0, 179.999_99),
        (lon + 180.0).rem_euclid(360.0),
    );
    let mut code = String::new();
    for size in &PAIRS[..4] {
        for value in [&mut lat, &mut lon] {
            let digit = (*value / size).floor().clamp(0.0, 19.0);
            *value -= digit * size;
            code.push(char::from(DIGITS[digit as usize]));
        }
    }
    code
}
