use minicbor::{Decode, Encode};

/// A part of an event that is about a person, or may be: known, or lawfully erased.
///
/// It is recorded apart from the event's open part, in a payload that the ledger commits to by
/// hash only, so that it can be sealed and erased while every proof still verifies.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Personal<T> {
    /// The data is here.
    #[n(0)]
    Known(#[n(0)] T),
    /// The data was erased, or was never given out to this reader.
    #[n(1)]
    Erased,
}

impl<T> Personal<T> {
    /// The data, unless it was erased.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Erased => None,
        }
    }
}

/// Decoding an event's open part alone leaves the personal part unknown.
impl<T> Default for Personal<T> {
    fn default() -> Self {
        Self::Erased
    }
}

/// What is not there any more was erased.
impl<T> From<Option<T>> for Personal<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Erased, Self::Known)
    }
}
