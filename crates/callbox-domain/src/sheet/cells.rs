use std::fmt;

use thiserror::Error;

use super::TableFault;
use crate::Code;

/// Why a table cannot be read; names the row and the column.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct TableError {
    /// The line in the file, from 1; the heading is line 1.
    pub line: u64,
    /// The column's name; empty where the whole line is meant.
    pub column: String,
    /// What is wrong and what to do.
    pub what: TableFault,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, what) = (self.line, &self.what);
        match self.column.as_str() {
            "" => write!(f, "line {line}: {what}"),
            column => write!(f, "line {line}, column {column}: {what}"),
        }
    }
}

/// Writes rows below a heading.
pub(crate) fn write(heading: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(heading).expect("memory takes all");
    for row in rows {
        writer.write_record(row).expect("memory takes all");
    }
    let bytes = writer.into_inner().expect("memory takes all");
    String::from_utf8(bytes).expect("codes and texts are UTF-8")
}

/// Puts a backslash before each sign of a code that means something in a list: `|`, `\` and `marks`.
pub(crate) fn escape(code: &Code, marks: &[char]) -> String {
    let mut text = String::new();
    for c in code.as_str().chars() {
        if matches!(c, '|' | '\\') || marks.contains(&c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// Hands each row of a table to `each`, and stops at the first mistake.
///
/// `columns` are all that may be there, in any order; `needed` those that must.
pub(crate) fn read(
    text: &str,
    columns: &[&str],
    needed: &[&str],
    mut each: impl FnMut(&Row<'_>) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Forms end lines with two signs, of which the reader of tables counts one to the next line.
    let text = text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut heading: Option<Vec<usize>> = None;
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            whole(line, TableFault::Unreadable)
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let Some(places) = &heading else {
            heading = Some(read_heading(&record, line, columns, needed)?);
            continue;
        };
        if record.len() > places.len() {
            return Err(whole(line, TableFault::MoreCells));
        }
        let mut cells = vec![""; columns.len()];
        for (cell, place) in record.iter().zip(places) {
            cells[*place] = cell;
        }
        each(&Row {
            line,
            columns,
            cells,
        })?;
    }
    match heading {
        Some(_) => Ok(()),
        None => Err(whole(1, TableFault::NoHeading)),
    }
}

fn whole(line: u64, what: TableFault) -> TableError {
    TableError {
        line,
        column: String::new(),
        what,
    }
}

/// Where each cell of a row belongs.
fn read_heading(
    record: &csv::StringRecord,
    line: u64,
    columns: &[&str],
    needed: &[&str],
) -> Result<Vec<usize>, TableError> {
    let mut places = Vec::new();
    for name in record {
        match columns.iter().position(|known| *known == name) {
            Some(place) if places.contains(&place) => {
                let name = name.to_owned();
                return Err(whole(line, TableFault::ColumnTwice { name }));
            }
            Some(place) => places.push(place),
            None => {
                let (name, known) = (name.to_owned(), columns.join(", "));
                return Err(whole(line, TableFault::NoColumn { name, known }));
            }
        }
    }
    for name in needed {
        if !record.iter().any(|there| there == *name) {
            let name = (*name).to_owned();
            return Err(whole(line, TableFault::ColumnMissing { name }));
        }
    }
    Ok(places)
}

/// One row of a table, its cells in the order of the columns.
pub(crate) struct Row<'a> {
    line: u64,
    columns: &'a [&'a str],
    cells: Vec<&'a str>,
}

impl Row<'_> {
    pub(crate) fn cell(&self, column: &str) -> &str {
        let at = self.columns.iter().position(|known| *known == column);
        at.map_or("", |at| self.cells[at])
    }

    pub(crate) fn bad<T>(&self, column: &str, what: TableFault) -> Result<T, TableError> {
        Err(TableError {
            line: self.line,
            column: column.to_owned(),
            what,
        })
    }

    pub(crate) fn code(&self, column: &str, text: &str) -> Result<Code, TableError> {
        Code::new(text).or_else(|error| {
            let (text, why) = (text.to_owned(), error.to_string());
            self.bad(column, TableFault::NoCode { text, why })
        })
    }

    pub(crate) fn maybe_code(&self, column: &str) -> Result<Option<Code>, TableError> {
        match self.cell(column) {
            "" => Ok(None),
            text => self.code(column, text).map(Some),
        }
    }

    /// The members of a list as they are written, each with what stands behind `mark`, if anything.
    pub(crate) fn members(
        &self,
        column: &str,
        mark: Option<char>,
    ) -> Vec<(String, Option<String>)> {
        let text = self.cell(column);
        let mut members = Vec::new();
        if text.is_empty() {
            return members;
        }
        let (mut name, mut rest): (String, Option<String>) = (String::new(), None);
        let mut escaped = false;
        for c in text.chars() {
            match c {
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                c if !escaped && Some(c) == mark && rest.is_none() => rest = Some(String::new()),
                '|' if !escaped => members.push((std::mem::take(&mut name), rest.take())),
                c => rest.as_mut().unwrap_or(&mut name).push(c),
            }
            escaped = false;
        }
        members.push((name, rest));
        members
    }
}
