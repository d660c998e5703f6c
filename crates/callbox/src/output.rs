//! Results on stdout, diagnostics on stderr.

use std::{
    fmt,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
};

use clap::ValueEnum;
use serde::Serialize;

use crate::failure::{Failure, Outcome};

/// In which form results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Prints a result: `text` for people, `json` for programs.
pub(crate) fn result(format: Format, text: impl fmt::Display, json: &impl Serialize) -> Outcome {
    let mut out = io::stdout().lock();
    match format {
        Format::Text => writeln!(out, "{text}")?,
        Format::Json => {
            let json =
                serde_json::to_string_pretty(json).map_err(|error| Failure::internal(&error))?;
            writeln!(out, "{json}")?;
        }
    }
    Ok(out.flush()?)
}

/// Prints a result that has one form only.
pub(crate) fn text(text: impl fmt::Display) -> Outcome {
    let mut out = io::stdout().lock();
    write!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Says something on stderr; whether anybody reads it does not matter.
pub(crate) fn note(words: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{words}");
}

/// Refuses to write over a file that exists.
pub(crate) fn must_be_new(file: &Path) -> Outcome {
    if file.exists() {
        return Err(Failure::Refused(format!(
            "{} exists; name another file or remove it",
            file.display()
        )));
    }
    Ok(())
}

/// Whether stderr is a terminal that may show bars.
pub(crate) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// Breaks a paragraph at blanks into lines of at most 100 characters.
pub(crate) fn wrap(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > 100 {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// A table with aligned columns: the first `left` to the left, the rest to the right.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>], left: usize) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let longest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        longest.max(head[column].chars().count())
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = cells
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                if column < left {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            })
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut head.iter().copied())];
    lines.extend(
        rows.iter()
            .map(|row| line(&mut row.iter().map(String::as_str))),
    );
    lines.join("\n")
}
