//! Length-prefixed concatenation, the only framing below the row.

use crate::leaf::Malformed;

/// The random bytes before each stored personal payload, so that its hash in the public leaf
/// cannot be found by guessing the payload.
pub(crate) const SALT: usize = 16;

/// Appends `bytes` with its length (unsigned LEB128, shortest form) before it.
pub(crate) fn put_part(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut rest = bytes.len();
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
    out.extend_from_slice(bytes);
}

/// Tells whether a stored personal payload was blanked: overwritten with zeros in its place.
///
/// The length stays, so that no other entry moves; a salt of 16 zeros does not occur by chance.
pub(crate) fn is_blanked(stored: &[u8]) -> bool {
    stored.iter().all(|byte| *byte == 0)
}

/// Reads what [`put_part`] wrote, strictly: only the shortest length is taken, so that no two
/// different columns read alike.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    rest: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn next_part(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.length()?;
        let (part, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| Malformed::new("a length points past the end of the column"))?;
        self.rest = rest;
        Ok(part)
    }

    fn length(&mut self) -> Result<usize, Malformed> {
        let mut length = 0;
        // Four groups of 7 bits cover MAX_FRAME_BYTES.
        for shift in [0, 7, 14, 21] {
            let (byte, rest) = self
                .rest
                .split_first()
                .ok_or_else(|| Malformed::new("the column ends where a length should stand"))?;
            self.rest = rest;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if *byte == 0 && shift > 0 {
                    return Err(Malformed::new("a length is not in its shortest form"));
                }
                return Ok(length);
            }
        }
        Err(Malformed::new("a length is too large"))
    }
}
