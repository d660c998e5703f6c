use std::{borrow::Borrow, fmt, sync::Arc};

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use super::text::{TextError, clean, turns};

/// A short name that the center's configuration defines: a type, a status, a call sign.
///
/// 1 to 64 bytes, trimmed, of characters that are seen, with single blanks between words: two that look the same are the
/// same. Cheap to clone; compared byte by byte. What older ledgers hold is taken as it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(Arc<str>);

impl Code {
    /// The greatest length, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 64;

    /// Parses a code; refuses an empty or overlong one, and one that looks like another.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let code = Self::recorded(text)?;
        if let Some(c) = code.0.chars().find(|c| is_unseen(*c)) {
            return Err(TextError::Unseen(u32::from(c)));
        }
        match code.0.contains("  ") {
            true => Err(TextError::TwoBlanks),
            false => Ok(code),
        }
    }

    /// Takes a code as it stands on a record, whatever was allowed when it was written.
    fn recorded(text: &str) -> Result<Self, TextError> {
        clean(text, Self::MAX_BYTES, false).map(|text| Self(text.into()))
    }

    /// The code that other people's files mean: blanks of every kind count as one, what nobody sees as nothing.
    pub fn tidied(text: &str) -> Result<Self, TextError> {
        let words = text.split(char::is_whitespace);
        let words = words.map(|word| word.chars().filter(|c| !is_unseen(*c)).collect::<String>());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        Self::new(&words.join(" "))
    }

    /// The code's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Code {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl std::str::FromStr for Code {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        Self::new(text)
    }
}

impl<C> Encode<C> for Code {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Code {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::recorded(d.str()?).map_err(decode::Error::message)
    }
}

/// Whether nobody sees a character, or tells it from a blank. Those that join or part letters of a script are seen.
fn is_unseen(c: char) -> bool {
    let is_blank = c.is_whitespace() && c != ' ';
    is_blank
        || turns(c)
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}'
            | '\u{200f}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
