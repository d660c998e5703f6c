use std::{borrow::Borrow, fmt, sync::Arc};

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use super::text::{TextError, clean};

/// A short name that the center's configuration defines: a type, a status, a call sign.
///
/// 1 to 64 bytes, trimmed, without control characters. Cheap to clone; compared byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(Arc<str>);

impl Code {
    /// The greatest length, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 64;

    /// Parses a code; refuses an empty, overlong or unprintable one.
    pub fn new(text: &str) -> Result<Self, TextError> {
        clean(text, Self::MAX_BYTES, false).map(|text| Self(text.into()))
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
        Self::new(d.str()?).map_err(decode::Error::message)
    }
}
