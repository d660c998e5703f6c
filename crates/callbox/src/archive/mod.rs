//! The file that a backup is: a plain tar archive (POSIX ustar) with few, known members.
//!
//! Any tar program can list and unpack it. Members: `format` (a version), `ledger.db` (verified
//! before it was put in), `vault.db` (the wrapped keys of personal data), `access.db` (accounts),
//! `ledger.key` (the signing key), `ledger-ml-dsa.key` (the second
//! one, where there is one), `checkpoint` (the last signed one), `witnesses.policy` and
//! `authority-NAME.pem` (who cosigns the record, where anybody does).
//!
//! What unwraps the vault's keys is a file of its own, kept apart: `format`, `root.key`,
//! `epoch-N.key`. Without it nobody reads personal data out of a backup, and once an epoch's key is
//! destroyed everywhere, nobody reads what was erased before out of the backups of that epoch.

use std::io::{self, Read, Write};

pub(crate) const FORMAT: &str = "format";
pub(crate) const LEDGER: &str = "ledger.db";
pub(crate) const ACCESS: &str = "access.db";
pub(crate) const VAULT: &str = "vault.db";
pub(crate) const KEY: &str = "ledger.key";
/// The ML-DSA-44 key that signs beside it, where there is one.
pub(crate) const SECOND_KEY: &str = "ledger-ml-dsa.key";
pub(crate) const CHECKPOINT: &str = "checkpoint";
pub(crate) const ROOT: &str = "root.key";

/// Which witnesses cosign the record, where it has some.
pub(crate) const POLICY: &str = "witnesses.policy";
/// What the name of a witness's own certificate authority begins with: `authority-NAME.pem`.
pub(crate) const AUTHORITY: &str = "authority-";

/// What stands in the member `format`.
pub(crate) const VERSION: &str = "callbox backup 1\n";
/// The same in the file of the keys.
pub(crate) const KEYS_VERSION: &str = "callbox keys 1\n";

const BLOCK: usize = 512;
/// The most that eleven octal digits say; a larger ledger has to be copied as files.
const MAX_BYTES: u64 = 0o77_777_777_777;

/// Writes a member of `size` bytes, readable by its owner only.
pub(crate) fn put(
    out: &mut impl Write,
    name: &str,
    size: u64,
    seconds: i64,
    content: &mut impl Read,
) -> io::Result<()> {
    if size > MAX_BYTES {
        return Err(io::Error::other("a member of a backup has 8 GB at most"));
    }
    out.write_all(&header(name, size, seconds))?;
    let written = io::copy(&mut content.take(size), out)?;
    if written != size {
        return Err(io::Error::other("a file shrank while it was read"));
    }
    out.write_all(&[0; BLOCK][..padding(size)])
}

/// Writes the end of the archive.
pub(crate) fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&[0; 2 * BLOCK])
}

/// A member's name and size; the content follows in the reader.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) size: u64,
}

/// Reads the next member's header; nothing at the archive's end. Call [`skip`] after its content.
pub(crate) fn next(from: &mut impl Read) -> io::Result<Option<Member>> {
    let mut block = [0; BLOCK];
    from.read_exact(&mut block)?;
    if block == [0; BLOCK] {
        return Ok(None);
    }
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "it is not a backup, or damaged");
    let sum = octal(&block[148..156]).ok_or_else(damaged)?;
    if &block[257..262] != b"ustar" || sum != checksum(&block) {
        return Err(damaged());
    }
    let name = block[..100]
        .split(|byte| *byte == 0)
        .next()
        .unwrap_or_default();
    let name = std::str::from_utf8(name).map_err(|_| damaged())?.to_owned();
    let size = octal(&block[124..136]).ok_or_else(damaged)?;
    Ok(Some(Member { name, size }))
}

/// Reads past the blanks after a member's content.
pub(crate) fn skip(from: &mut impl Read, size: u64) -> io::Result<()> {
    from.read_exact(&mut [0; BLOCK][..padding(size)])
}

fn padding(size: u64) -> usize {
    (BLOCK - (size % BLOCK as u64) as usize) % BLOCK
}

fn header(name: &str, size: u64, seconds: i64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(
        136,
        format!("{:011o}\0", seconds.clamp(0, MAX_BYTES as i64)).as_bytes(),
    );
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum = checksum(&block);
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// The sum of the header's bytes with its own field taken as blanks.
fn checksum(block: &[u8; BLOCK]) -> u64 {
    let own = 148..156;
    let bytes = block.iter().enumerate();
    bytes
        .map(|(at, byte)| {
            if own.contains(&at) {
                32
            } else {
                u64::from(*byte)
            }
        })
        .sum()
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    u64::from_str_radix(text.trim_matches([' ', '\0']), 8).ok()
}

#[cfg(test)]
mod tests;
