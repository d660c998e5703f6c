//! Whether a password is on a list of breached ones, by a search in a sorted file.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Seek as _, SeekFrom},
    path::Path,
};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::hex::hex;

/// The longest line that is read; a line has 40 digits, a colon and a count.
const MAX_LINE_BYTES: usize = 128;

/// Whether `password` is in the file: some 35 short reads in a list of a thousand million.
///
/// A line that is no hash makes the file unusable, and the password is not let through unseen.
pub(super) fn is_breached(path: &Path, password: &str) -> io::Result<bool> {
    let wanted = hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()).as_ref());
    let file = File::open(path)?;
    let (mut low, mut high) = (0, file.metadata()?.len());
    let mut reader = BufReader::with_capacity(4 * MAX_LINE_BYTES, file);
    // The first line at or after `low` may be the one; none that begins at or after `high` is.
    while low < high {
        let middle = low.midpoint(high);
        let Some((end, hash)) = line_after(&mut reader, middle)? else {
            high = middle;
            continue;
        };
        match hash.as_str().cmp(wanted.as_str()) {
            std::cmp::Ordering::Equal => return Ok(true),
            std::cmp::Ordering::Less => low = end,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Ok(false)
}

/// The first line that begins at or after `at`: its end, and its hash in small letters.
fn line_after(reader: &mut BufReader<File>, at: u64) -> io::Result<Option<(u64, String)>> {
    let mut begin = at;
    let mut line = Vec::new();
    if at > 0 {
        // From the byte before, so that a line that begins right here is not skipped.
        reader.seek(SeekFrom::Start(at - 1))?;
        begin = at - 1 + read_line(reader, &mut line)? as u64;
        line.clear();
    } else {
        reader.seek(SeekFrom::Start(0))?;
    }
    let length = read_line(reader, &mut line)?;
    if length == 0 {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&line);
    let hash = text.split(':').next().unwrap_or_default().trim();
    if hash.len() != 40 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a line of the list is no SHA-1 in hexadecimal digits",
        ));
    }
    Ok(Some((begin + length as u64, hash.to_ascii_lowercase())))
}

fn read_line(reader: &mut BufReader<File>, line: &mut Vec<u8>) -> io::Result<usize> {
    use io::Read as _;
    let read = reader
        .by_ref()
        .take(MAX_LINE_BYTES as u64)
        .read_until(b'\n', line)?;
    if read == MAX_LINE_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a line of the list is too long",
        ));
    }
    Ok(read)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_the_list_is_found_wherever_it_stands() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("list");
        let words: Vec<String> = (0..200).map(|n| format!("password number {n}")).collect();
        for (ending, count) in [("\n", ""), ("\r\n", ":12345")] {
            let mut lines: Vec<String> = words
                .iter()
                .map(|word| hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, word.as_bytes()).as_ref()))
                .map(|hash| hash.to_uppercase() + count)
                .collect();
            lines.sort();
            for length in [0, 1, 2, 3, 7, 200] {
                std::fs::write(&path, lines[..length].join(ending)).unwrap();
                for word in &words {
                    let hash = hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, word.as_bytes()).as_ref());
                    let stands = lines[..length]
                        .iter()
                        .any(|line| line.to_lowercase().starts_with(&hash));
                    assert_eq!(is_breached(&path, word).unwrap(), stands, "{word} {length}");
                }
            }
        }
        std::fs::write(&path, "not a list\n").unwrap();
        assert!(is_breached(&path, "x").is_err());
        assert!(is_breached(&dir.path().join("none"), "x").is_err());
    }
}
