use minicbor::{Decode, Encode};

use super::ReadPurpose;
use crate::{ActorId, Digest, IncidentId, Text, Timestamp};

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub enum ReadObject {
    /// The live board, with what happens now.
    #[n(1)]
    Board,
    /// One incident.
    #[n(2)]
    Incident(#[n(0)] IncidentId),
    /// The list of closed incidents, with places.
    #[n(3)]
    History,
    /// The notes about places.
    #[n(4)]
    Premises,
    /// The record of reads itself.
    #[n(5)]
    Consultations,
    /// What is held, asked for and erased.
    #[n(6)]
    Erasures,
    /// The public parts of all events.
    #[n(7)]
    Events,
}

impl ReadObject {
    /// The names of all kinds of objects, in interfaces.
    pub const NAMES: &[&str] = &[
        "board",
        "incident",
        "history",
        "premises",
        "consultations",
        "erasures",
        "events",
    ];

    /// The kind's number, as it is encoded, and that of the incident; 0 where there is none.
    pub const fn key(self) -> (u8, u64) {
        match self {
            Self::Board => (1, 0),
            Self::Incident(id) => (2, id.0),
            Self::History => (3, 0),
            Self::Premises => (4, 0),
            Self::Consultations => (5, 0),
            Self::Erasures => (6, 0),
            Self::Events => (7, 0),
        }
    }

    /// The kind's name in interfaces.
    pub const fn name(self) -> &'static str {
        Self::NAMES[self.key().0 as usize - 1]
    }

    /// The object of this kind, for the incident `no` where the kind is about one.
    pub fn from_name(name: &str, no: Option<u64>) -> Option<Self> {
        Some(match name {
            "board" => Self::Board,
            "incident" => Self::Incident(IncidentId(no?)),
            "history" => Self::History,
            "premises" => Self::Premises,
            "consultations" => Self::Consultations,
            "erasures" => Self::Erasures,
            "events" => Self::Events,
            _ => return None,
        })
    }

    /// The incident, where it is one.
    pub const fn incident(self) -> Option<IncidentId> {
        match self {
            Self::Incident(id) => Some(id),
            _ => None,
        }
    }
}

/// In which way something was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum ReadAct {
    /// It was shown.
    #[n(1)]
    Read,
    /// A live board was opened.
    #[n(2)]
    Opened,
    /// A live board was closed.
    #[n(3)]
    Closed,
    /// It left the service as a file.
    #[n(4)]
    HandedOut,
}

impl ReadAct {
    /// The name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Opened => "opened",
            Self::Closed => "closed",
            Self::HandedOut => "handed-out",
        }
    }
}

/// Whether it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum ReadOutcome {
    /// It was shown, after this record was durable.
    #[n(1)]
    Shown,
    /// Nothing was shown: no purpose was stated.
    #[n(2)]
    NoPurpose,
    /// Nothing was shown: the purpose is none for which this may be read.
    #[n(3)]
    WrongPurpose,
    /// Nothing was shown: the page asked for the purpose.
    #[n(4)]
    Asked,
}

impl ReadOutcome {
    /// The name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::NoPurpose => "refused-no-purpose",
            Self::WrongPurpose => "refused-purpose",
            Self::Asked => "asked-for-purpose",
        }
    }
}

/// One read, as it is hashed: deterministic CBOR.
///
/// It holds nothing of what was read and no words of a person. The reader is a pseudonym.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Consultation {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// Who.
    #[n(1)]
    pub actor: ActorId,
    /// What.
    #[n(2)]
    pub object: ReadObject,
    /// In which way.
    #[n(3)]
    pub act: ReadAct,
    /// Why; none where a read without a purpose was refused.
    #[n(4)]
    pub purpose: Option<ReadPurpose>,
    /// Whether it was shown.
    #[n(5)]
    pub outcome: ReadOutcome,
    /// SHA-256 of the encoded [`ReadWords`], which begin with a salt; none where nothing was said.
    #[n(6)]
    pub words: Option<Digest>,
    /// The grant by which the usual way was gone around, where it was.
    #[n(7)]
    pub grant: Option<u64>,
}

impl Consultation {
    /// The bytes that are hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::event::to_bytes(self)
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, minicbor::decode::Error> {
        crate::event::from_bytes(bytes)
    }
}

/// What the reader said: sealed apart, so that it can be erased with the incident that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReadWords {
    /// Random, so that the hash tells nothing once the words are erased.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub salt: [u8; 16],
    /// The case's or incident's number.
    #[n(1)]
    pub number: Option<Text>,
    /// The reason in words.
    #[n(2)]
    pub reason: Option<Text>,
}

impl ReadWords {
    /// The bytes that are hashed and sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::event::to_bytes(self)
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, minicbor::decode::Error> {
        crate::event::from_bytes(bytes)
    }
}
