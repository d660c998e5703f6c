//! CSV files of places, read row by row.

use std::path::Path;

use callbox_geo::Coord;
use csv::ByteRecord;

use crate::{
    failure::{Failure, Outcome},
    replay::Source,
};

/// The most rows that are read.
const MOST_ROWS: usize = 200_000;

/// A CSV file, gzip or not, with its named columns.
pub(super) struct Table {
    source: Source,
    path: String,
    rows: usize,
    record: ByteRecord,
}

impl Table {
    pub(super) fn open(path: &Path) -> Outcome<Self> {
        Ok(Self {
            source: Source::open(path, ',')?,
            path: path.display().to_string(),
            rows: 0,
            record: ByteRecord::new(),
        })
    }

    /// Where a column stands, by the first of its names that the file has.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        let head = self.source.head();
        names
            .iter()
            .find_map(|name| head.iter().position(|it| it.eq_ignore_ascii_case(name)))
    }

    pub(super) fn needed(&self, name: &str) -> Outcome<usize> {
        self.column(&[name]).ok_or_else(|| {
            Failure::Input(format!(
                "{} line 1: there is no column {name}; it has: {}",
                self.path,
                self.source.head().join(", ")
            ))
        })
    }

    /// Goes to the next row; false after the last.
    pub(super) fn next(&mut self) -> Outcome<bool> {
        let more = self.source.next(&mut self.record)?;
        self.rows += usize::from(more);
        if self.rows > MOST_ROWS {
            return Err(Failure::Input(format!(
                "{} has more than {MOST_ROWS} rows; give fewer",
                self.path
            )));
        }
        Ok(more)
    }

    /// The number of the row, without the head, from 1.
    pub(super) fn row(&self) -> usize {
        self.rows
    }

    pub(super) fn text(&self, column: usize) -> String {
        let field = self.record.get(column).unwrap_or_default();
        String::from_utf8_lossy(field).trim().to_owned()
    }

    pub(super) fn number(&self, column: usize) -> Outcome<f64> {
        let text = self.text(column);
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.wrong(&format!("{text:?} is no number")))
    }

    pub(super) fn point(&self, lat: usize, lon: usize) -> Outcome<Coord> {
        let (north, east) = (self.number(lat)?, self.number(lon)?);
        Coord::from_degrees(north, east)
            .ok_or_else(|| self.wrong(&format!("{north},{east} is not on Earth")))
    }

    fn wrong(&self, what: &str) -> Failure {
        let line = self.record.position().map_or(0, csv::Position::line);
        Failure::Input(format!("{} line {line}: {what}", self.path))
    }
}
