//! UTM (`18S 345000 4369000`, `18 N 345000 4369000`) and MGRS (`18SUJ4500069000`) on WGS 84.
//!
//! Transverse Mercator after Krüger to the fourth order of n (Karney 2011, equations 7 to 11 and 35 to 36), exact to
//! less than a millimetre inside a zone. MGRS letters after NGA.STND.0037, section 3. The polar grids are not read.

use super::{Position, Read, at, wrong};

const BANDS: &[u8; 20] = b"CDEFGHJKLMNPQRSTUVWX";
const A: f64 = 6_378_137.0;
const F: f64 = 1.0 / 298.257_223_563;
const SCALE: f64 = 0.9996;

pub(super) fn read_utm(text: &str) -> Read {
    let upper = text.to_uppercase().replace([',', ';'], " ");
    let mut words: Vec<&str> = upper.split_whitespace().collect();
    if words.first() == Some(&"UTM") {
        words.remove(0);
    }
    // The zone may stand apart from its letter; `m`, `mE`, `E` and `N` may stand behind the numbers.
    let (zone, rest) = match words.as_slice() {
        [zone, rest @ ..]
            if zone.len() >= 2 && zone.as_bytes()[zone.len() - 1].is_ascii_alphabetic() =>
        {
            ((*zone).to_owned(), rest)
        }
        [zone, letter, rest @ ..]
            if letter.len() == 1 && letter.as_bytes()[0].is_ascii_alphabetic() =>
        {
            (format!("{zone}{letter}"), rest)
        }
        _ => return Read::No,
    };
    let (number, letter) = zone.split_at(zone.len() - 1);
    let Ok(zone) = number.parse::<u32>() else {
        return Read::No;
    };
    let value = |text: &str| -> Option<f64> {
        let number = text.trim_end_matches(['M', 'E', 'N']);
        let digits = number.split('.').next().unwrap_or_default().len();
        if (5..=8).contains(&digits) {
            number.parse().ok()
        } else {
            None
        }
    };
    let values: Vec<&&str> = rest
        .iter()
        .filter(|word| !matches!(**word, "E" | "N" | "M" | "ME" | "MN"))
        .collect();
    let [easting, northing] = values.as_slice() else {
        return Read::No;
    };
    let (Some(easting), Some(northing)) = (value(easting), value(northing)) else {
        return Read::No;
    };
    let letter = letter.as_bytes()[0];
    if !(1..=60).contains(&zone) {
        return wrong(format!("UTM zone {zone} is not 1 to 60"));
    }
    let Some(band) = BANDS.iter().position(|band| *band == letter) else {
        return wrong("UTM bands are C to X without I and O");
    };
    if !(100_000.0..=900_000.0).contains(&easting) || !(0.0..=10_000_000.0).contains(&northing) {
        return wrong("an easting is 100000 to 900000, a northing 0 to 10000000");
    }
    // N and S are bands, but most people mean the hemisphere by them; where the band fits, both agree.
    let by_band = to_degrees(zone, easting, northing, band >= 10);
    let in_band = |lat: f64| {
        let low = -80.0 + 8.0 * band as f64;
        (low - 0.1..=low + if band == 19 { 12.1 } else { 8.1 }).contains(&lat)
    };
    let (lat, lon) = if letter == b'S' && !in_band(by_band.0) {
        to_degrees(zone, easting, northing, false)
    } else {
        by_band
    };
    if !in_band(lat) && !matches!(letter, b'N' | b'S') {
        return wrong(format!(
            "this northing does not lie in band {}",
            char::from(letter)
        ));
    }
    position(lat, lon, 1.0, "UTM")
}

pub(super) fn read_mgrs(text: &str) -> Read {
    let code: String = text
        .to_uppercase()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let code = code.strip_prefix("MGRS").unwrap_or(&code);
    let code = code.strip_prefix(':').unwrap_or(code);
    let digits = code.bytes().take_while(u8::is_ascii_digit).count();
    let bytes = code.as_bytes();
    let letters = bytes.get(digits..digits + 3);
    let numbers = bytes.get(digits + 3..).unwrap_or_default();
    let (Some(letters), 1..=2) = (letters, digits) else {
        return Read::No;
    };
    if !letters.iter().all(u8::is_ascii_uppercase)
        || !numbers.iter().all(u8::is_ascii_digit)
        || !numbers.len().is_multiple_of(2)
        || !(2..=10).contains(&numbers.len())
    {
        return Read::No;
    }
    let zone: u32 = code[..digits].parse().unwrap_or(0);
    if !(1..=60).contains(&zone) {
        return wrong(format!("MGRS zone {zone} is not 1 to 60"));
    }
    let Some(band) = BANDS.iter().position(|band| *band == letters[0]) else {
        return wrong("MGRS bands are C to X without I and O");
    };
    let columns: &[u8] = match zone % 3 {
        1 => b"ABCDEFGH",
        2 => b"JKLMNPQR",
        _ => b"STUVWXYZ",
    };
    let rows = b"ABCDEFGHJKLMNPQRSTUV";
    let column = columns.iter().position(|column| *column == letters[1]);
    let row = rows.iter().position(|row| *row == letters[2]);
    let (Some(column), Some(row)) = (column, row) else {
        return wrong(format!(
            "MGRS zone {zone} has no square {}{}",
            char::from(letters[1]),
            char::from(letters[2])
        ));
    };
    let half = numbers.len() / 2;
    let size = 10_f64.powi(5 - half as i32);
    let part = |digits: &[u8]| {
        digits
            .iter()
            .fold(0.0, |value, digit| value * 10.0 + f64::from(digit - b'0'))
    };
    let easting = (column + 1) as f64 * 1e5 + (part(&numbers[..half]) + 0.5) * size;
    let row = if zone.is_multiple_of(2) {
        (row + 15) % 20
    } else {
        row
    };
    let within = row as f64 * 1e5 + (part(&numbers[half..]) + 0.5) * size;
    // Rows repeat each 2,000 km: the band says which.
    let low = -80.0 + 8.0 * band as f64;
    let high = low + if band == 19 { 12.0 } else { 8.0 };
    let north = band >= 10;
    for cycle in 0..5 {
        let (lat, lon) = to_degrees(zone, easting, within + f64::from(cycle) * 2e6, north);
        if (low - 0.02..=high + 0.02).contains(&lat) {
            return position(lat, lon, size / 2.0, "MGRS");
        }
    }
    wrong(format!(
        "square {}{} does not lie in band {}",
        char::from(letters[1]),
        char::from(letters[2]),
        char::from(letters[0])
    ))
}

fn position(lat: f64, lon: f64, extent_meters: f64, form: &'static str) -> Read {
    match at(lat, lon) {
        Some(point) => Read::Position(Position {
            point,
            extent_meters: extent_meters.max(1.0),
            form,
            swapped: None,
        }),
        None => wrong("the position lies beyond the earth's range"),
    }
}

/// Latitude and longitude of a place in a zone.
fn to_degrees(zone: u32, easting: f64, northing: f64, north: bool) -> (f64, f64) {
    let n = F / (2.0 - F);
    let (n2, n3, n4) = (n * n, n.powi(3), n.powi(4));
    let radius = A / (1.0 + n) * (1.0 + n2 / 4.0 + n4 / 64.0);
    let beta = [
        n / 2.0 - 2.0 / 3.0 * n2 + 37.0 / 96.0 * n3 - n4 / 360.0,
        n2 / 48.0 + n3 / 15.0 - 437.0 / 1440.0 * n4,
        17.0 / 480.0 * n3 - 37.0 / 840.0 * n4,
        4397.0 / 161_280.0 * n4,
    ];
    let false_northing = if north { 0.0 } else { 1e7 };
    let xi = (northing - false_northing) / (SCALE * radius);
    let eta = (easting - 500_000.0) / (SCALE * radius);
    let (mut xi_prime, mut eta_prime) = (xi, eta);
    for (j, beta) in (1..).zip(beta) {
        let twice = 2.0 * f64::from(j);
        xi_prime -= beta * (twice * xi).sin() * (twice * eta).cosh();
        eta_prime -= beta * (twice * xi).cos() * (twice * eta).sinh();
    }
    let tau_prime = xi_prime.sin() / eta_prime.sinh().hypot(xi_prime.cos());
    let lambda = eta_prime.sinh().atan2(xi_prime.cos());
    let e = (F * (2.0 - F)).sqrt();
    let mut tau = tau_prime;
    for _ in 0..5 {
        let sigma = (e * (e * tau / tau.hypot(1.0)).atanh()).sinh();
        let guess = tau * sigma.hypot(1.0) - sigma * tau.hypot(1.0);
        tau += (tau_prime - guess) / guess.hypot(1.0) * (1.0 + (1.0 - e * e) * tau * tau)
            / ((1.0 - e * e) * tau.hypot(1.0));
    }
    let middle = f64::from(zone) * 6.0 - 183.0;
    (tau.atan().to_degrees(), middle + lambda.to_degrees())
}
