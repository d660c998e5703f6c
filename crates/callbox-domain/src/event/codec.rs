use minicbor::{Decode, Encode};
use thiserror::Error;

use crate::{Center, Entry};

/// Why recorded bytes are not an event that this version knows.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// A kind or schema version from a newer callbox: it may be read on, never written on.
    #[error(
        "event kind {kind} in schema version {schema} was written by a newer callbox; update callbox"
    )]
    Newer {
        /// The kind's number.
        kind: u16,
        /// The schema version.
        schema: u8,
    },
    /// The bytes do not have the kind's shape.
    #[error("the {part} part of a {name} event cannot be read")]
    Malformed {
        /// The kind's name.
        name: &'static str,
        /// `open` or `personal`.
        part: &'static str,
        /// What the decoder met.
        #[source]
        source: minicbor::decode::Error,
    },
}

/// An event's content: bytes for the ledger, and the change that it makes.
pub(crate) trait Payload: Encode<()> + for<'b> Decode<'b, ()> {
    /// The personal part's bytes, where the kind has one that is known.
    fn personal(&self) -> Option<Vec<u8>> {
        None
    }

    /// Puts a recorded personal part back.
    fn restore(&mut self, _bytes: &[u8]) -> Result<(), minicbor::decode::Error> {
        Err(minicbor::decode::Error::message(
            "this kind has no personal part",
        ))
    }

    /// Makes the change; cannot fail. Where the state does not fit, it is marked as broken.
    fn evolve(&self, center: &mut Center, entry: &Entry);
}

/// The content of a kind as a former version wrote it, which is lifted to the version after it.
///
/// A lift is pure: it takes what stands in the event and nothing else, so that a record is read the
/// same for all time. Each version is lifted by one step; a new one adds a step and leaves the others
/// alone.
pub(crate) trait Former: for<'b> Decode<'b, ()> {
    /// The version after it.
    type Next: Lifted;

    /// Puts a recorded personal part back, in the form that it had in this version.
    fn restore(&mut self, _bytes: &[u8]) -> Result<(), minicbor::decode::Error> {
        Err(minicbor::decode::Error::message(
            "this version has no personal part",
        ))
    }

    /// The same in the version after it.
    fn lift(self) -> Self::Next;
}

/// What is, or can be lifted to, the newest version of a kind.
pub(crate) trait Lifted {
    /// The kind's content in the newest version.
    type Newest;

    /// Takes all steps that are left.
    fn newest(self) -> Self::Newest;
}

impl<F: Former> Lifted for F {
    type Newest = <F::Next as Lifted>::Newest;

    fn newest(self) -> Self::Newest {
        self.lift().newest()
    }
}

/// Reads one value that takes up all of `bytes`.
pub(crate) fn from_bytes<T: for<'b> Decode<'b, ()>>(
    bytes: &[u8],
) -> Result<T, minicbor::decode::Error> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let value = decoder.decode()?;
    match decoder.position() == bytes.len() {
        true => Ok(value),
        false => Err(minicbor::decode::Error::message(
            "something follows its end",
        )),
    }
}

/// Deterministic CBOR of a payload part: definite lengths, shortest integers, ascending keys.
pub(crate) fn to_bytes<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("encoding into memory does not fail")
}

/// Declares that `$field` is the payload's personal part.
macro_rules! personal {
    ($field:ident) => {
        fn personal(&self) -> Option<Vec<u8>> {
            self.$field.known().map($crate::event::to_bytes)
        }

        fn restore(&mut self, bytes: &[u8]) -> Result<(), minicbor::decode::Error> {
            self.$field = $crate::base::Personal::Known($crate::event::from_bytes(bytes)?);
            Ok(())
        }
    };
}
pub(crate) use personal;
