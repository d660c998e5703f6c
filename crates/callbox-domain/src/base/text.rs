use std::fmt;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use thiserror::Error;

/// What is wrong with a code or a text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing is left after trimming.
    #[error("it is empty")]
    Empty,
    /// Longer than allowed.
    #[error("it has {bytes} bytes, at most {max} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// Has a control character.
    #[error("it holds a control character (U+{0:04X})")]
    Control(u32),
    /// Has a character that is not seen, or not told from a blank.
    #[error("it holds a character that nobody sees (U+{0:04X})")]
    Unseen(u32),
    /// Has blanks that are not told from one.
    #[error("it holds two blanks in a row")]
    TwoBlanks,
}

/// Free text that a person wrote: 1 to 4,000 bytes, trimmed; line breaks and tabs are allowed.
///
/// Signs that turn the direction of what follows are left out: they would turn what stands beside the text, too, such as
/// who wrote it. Telephones put them around numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(Box<str>);

impl Text {
    /// The greatest length, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 4_000;

    /// Parses a text; refuses an empty, overlong or unprintable one.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let kept: String = text.chars().filter(|c| !turns(*c)).collect();
        Self::recorded(&kept)
    }

    /// Takes a text as it stands on a record, whatever was allowed when it was written.
    fn recorded(text: &str) -> Result<Self, TextError> {
        clean(text, Self::MAX_BYTES, true).map(|text| Self(text.into()))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character turns the direction of what follows (Unicode's embeddings, overrides and isolates).
pub(super) const fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Trims `text` and holds it against the bounds.
pub(super) fn clean(text: &str, max: usize, breaks: bool) -> Result<&str, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.len() > max {
        return Err(TextError::TooLong {
            bytes: text.len(),
            max,
        });
    }
    match text
        .chars()
        .find(|c| c.is_control() && !(breaks && matches!(c, '\n' | '\r' | '\t')))
    {
        Some(c) => Err(TextError::Control(u32::from(c))),
        None => Ok(text),
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Free text may hold personal data, so that a debug print (a log line) never shows it.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

impl<C> Encode<C> for Text {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Text {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::recorded(d.str()?).map_err(decode::Error::message)
    }
}
