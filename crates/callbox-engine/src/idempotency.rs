use std::collections::{HashMap, VecDeque};

use aws_lc_rs::digest::{SHA256, digest};
use callbox_domain::{ActorId, Command};
use minicbor::{Decode, Encode};

use crate::submission::RequestKey;

/// How many requests are remembered; the oldest is forgotten first. About 15 MB when full.
const KEPT: usize = 262_144;

const KEY: usize = 11;
const ASKED: usize = 3;

/// What stands for a request's key and who used it.
pub(crate) type Key = [u8; KEY];

/// Names a request: a hash of who asked with which key, and a short one of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    key: [u8; KEY],
    asked: [u8; ASKED],
}

/// Which entries a request led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Done {
    #[n(0)]
    pub(crate) first_seq: u64,
    #[n(1)]
    pub(crate) n: u16,
    #[cbor(n(2), with = "minicbor::bytes")]
    asked: [u8; ASKED],
}

impl Name {
    /// Names a request.
    ///
    /// The key is bound to the actor, so that nobody can claim another's answer. What was asked for
    /// only has to catch a client that uses a key twice by mistake. It is hashed with the key, which
    /// stands nowhere: without it nobody can try out what a request may have said.
    pub(crate) fn new(actor: ActorId, key: &RequestKey, command: &Command) -> Self {
        match key.received() {
            Some(received) => Self::received(actor, key, received),
            // Nobody but this program asks so; its debug print hides free text.
            None => Self {
                key: first(&named(actor, key)),
                asked: first(format!("{command:?}").as_bytes()),
            },
        }
    }

    /// Names a request whose command is not known.
    pub(crate) fn received(actor: ActorId, key: &RequestKey, received: &[u8; 32]) -> Self {
        let mut named = named(actor, key);
        let short = first(&named);
        named.extend_from_slice(received);
        Self {
            key: short,
            asked: first(&named),
        }
    }

    /// What stands in the first leaf of a request that led to `n` events.
    pub(crate) fn to_leaf(self, n: u16) -> [u8; 16] {
        let mut leaf = [0; 16];
        leaf[..KEY].copy_from_slice(&self.key);
        leaf[KEY..KEY + ASKED].copy_from_slice(&self.asked);
        leaf[KEY + ASKED..].copy_from_slice(&n.to_be_bytes());
        leaf
    }

    /// Reads what [`to_leaf`](Name::to_leaf) wrote.
    pub(crate) fn from_leaf(leaf: &[u8; 16]) -> (Self, u16) {
        let (mut key, mut asked) = ([0; KEY], [0; ASKED]);
        key.copy_from_slice(&leaf[..KEY]);
        asked.copy_from_slice(&leaf[KEY..KEY + ASKED]);
        (
            Self { key, asked },
            u16::from_be_bytes([leaf[14], leaf[15]]),
        )
    }

    /// The same for the same key of the same actor.
    pub(crate) fn key(&self) -> Key {
        self.key
    }
}

fn named(actor: ActorId, key: &RequestKey) -> Vec<u8> {
    let mut named = actor.0.to_be_bytes().to_vec();
    named.extend_from_slice(key.as_str().as_bytes());
    named
}

fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&digest(&SHA256, bytes).as_ref()[..N]);
    out
}

/// Remembers the last requests, so that a repeated one gets the first answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests {
    done: HashMap<[u8; KEY], Done>,
    order: VecDeque<[u8; KEY]>,
}

impl Requests {
    /// The earlier request with this key, and whether it asked for the same.
    pub(crate) fn find(&self, name: &Name) -> Option<(Done, bool)> {
        self.done
            .get(&name.key)
            .map(|done| (*done, done.asked == name.asked))
    }

    /// Remembers a request.
    pub(crate) fn insert(&mut self, name: Name, first_seq: u64, n: u16) {
        self.restore(
            name.key,
            Done {
                first_seq,
                n,
                asked: name.asked,
            },
        );
    }

    /// The requests in the order in which they came.
    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = (&[u8; KEY], &Done)> {
        let row = |key| self.done.get(key).expect("each key in the order has a row");
        self.order.iter().map(move |key| (key, row(key)))
    }

    /// Puts a row of [`rows`](Requests::rows) back.
    pub(crate) fn restore(&mut self, key: [u8; KEY], done: Done) {
        if self.done.insert(key, done).is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.done.remove(&oldest);
        }
    }
}
