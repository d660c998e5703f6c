//! Positions as people write and read them out: degrees in three forms, UTM, MGRS, plus codes.
//!
//! Each reader answers three ways: this is not such a position; it is one; it is meant as one but cannot be right,
//! and why. The ranges are checked, because a position with one wrong digit is worse than none.

use super::answer::Reason;
use crate::Coord;

mod angles;
mod grid;
mod plus;

/// A position that a text gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Position {
    pub(crate) point: Coord,
    /// The size of the last digit given, in metres.
    pub(crate) extent_meters: f64,
    /// How the text was read.
    pub(crate) form: &'static str,
    /// The same numbers with longitude first, if the text does not say which is which and both can be.
    pub(crate) swapped: Option<Coord>,
}

/// What a text is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Read {
    /// Something else than a position.
    No,
    Position(Position),
    Wrong(Reason),
    /// A short plus code: its digits, and the words of the place that it is near.
    Short(String, String),
}

/// Reads a text as a position.
pub(crate) fn read(text: &str) -> Read {
    let text = text.trim();
    let text = text
        .strip_prefix("geo:")
        .map_or(text, |rest| rest.split(['?', ';']).next().unwrap_or(rest));
    if text.len() > 120 {
        return Read::No;
    }
    for reader in [plus::read, grid::read_mgrs, grid::read_utm, angles::read] {
        match reader(text) {
            Read::No => {}
            read => return read,
        }
    }
    Read::No
}

/// The full plus code nearest to a reference that ends in these digits.
pub(crate) fn near(short: &str, reference: Coord) -> Option<Position> {
    plus::near(short, reference)
}

fn wrong(what: impl Into<String>) -> Read {
    Read::Wrong(Reason::BadCoordinates(what.into()))
}

fn at(lat: f64, lon: f64) -> Option<Coord> {
    Coord::from_degrees(lat, lon)
}

#[cfg(test)]
mod tests;
