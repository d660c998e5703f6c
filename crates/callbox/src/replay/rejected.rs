//! Writes the rows that were not used, each with its reason.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
};

use csv::ByteRecord;

use super::{history::Rejected, source::Source};
use crate::failure::{Failure, Outcome};

/// Sees that the rows can be written before anything is recorded.
///
/// The rows are not kept in memory but read again, so the source has to be a file.
pub(super) fn check(source: &Path, to: &Path) -> Outcome {
    let metadata = fs::metadata(source)
        .map_err(|error| Failure::io(format_args!("cannot read {}", source.display()), &error))?;
    if !metadata.is_file() {
        return Err(Failure::Input(format!(
            "{} has rows that cannot be used, and is no file that can be read again to list them; \
             save it to a file first. Nothing was recorded.",
            source.display()
        )));
    }
    File::create(to)
        .map(drop)
        .map_err(|error| cannot(to, &error))
}

/// Writes `rejected` to `to`: the row's number, the reason, the row.
pub(super) fn write(source: &Path, delimiter: char, rejected: &[Rejected], to: &Path) -> Outcome {
    let by_row: HashMap<u64, &Rejected> = rejected.iter().map(|it| (it.row, it)).collect();
    let mut source = Source::open(source, delimiter)?;
    let file = File::create(to).map_err(|error| cannot(to, &error))?;
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(BufWriter::new(file));
    let failed =
        |error: csv::Error| Failure::Internal(format!("cannot write {}: {error}", to.display()));
    let head = ["row", "reason"].into_iter();
    let head = head.chain(source.head().iter().map(String::as_str));
    writer.write_record(head).map_err(failed)?;
    let mut record = ByteRecord::new();
    let mut row = 0;
    while source.next(&mut record)? {
        row += 1;
        if let Some(Rejected { kind, why, .. }) = by_row.get(&row) {
            let own = [
                row.to_string().into_bytes(),
                format!("{kind}: {why}").into_bytes(),
            ];
            let fields = own.iter().map(Vec::as_slice).chain(record.iter());
            writer.write_record(fields).map_err(failed)?;
        }
    }
    let mut file = writer
        .into_inner()
        .map_err(|error| cannot(to, error.error()))?;
    file.flush().map_err(|error| cannot(to, &error))
}

fn cannot(to: &Path, error: &std::io::Error) -> Failure {
    Failure::io(
        format_args!(
            "cannot write the rejected rows to {} (--rejected FILE names another place)",
            to.display()
        ),
        error,
    )
}
