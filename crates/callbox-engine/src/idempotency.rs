use std::collections::{HashMap, VecDeque};

use aws_lc_rs::digest::{SHA256, digest};
use callbox_domain::{ActorId, Command, SendSuggested};
use minicbor::{Decode, Encode};

/// How many requests are remembered; the oldest is forgotten first. About 15 MB when full.
const KEPT: usize = 262_144;

const KEY: usize = 11;
const COMMAND: usize = 3;

/// What stands for a request's key and who used it.
pub(crate) type Key = [u8; KEY];

/// Names a request: a hash of who asked with which key, and a short one of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    key: [u8; KEY],
    command: [u8; COMMAND],
}

/// Which entries a request led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Done {
    #[n(0)]
    pub(crate) first_seq: u64,
    #[n(1)]
    pub(crate) n: u16,
    #[cbor(n(2), with = "minicbor::bytes")]
    command: [u8; COMMAND],
}

impl Name {
    /// Names a request.
    ///
    /// The key is bound to the actor, so that nobody can claim another's answer. The command's
    /// part only has to catch a client that uses a key twice by mistake, and its debug print hides
    /// free text: two commands that differ in nothing else count as equal.
    pub(crate) fn new(actor: ActorId, key: &str, command: &Command) -> Self {
        let mut named = actor.0.to_be_bytes().to_vec();
        named.extend_from_slice(key.as_bytes());
        Self {
            key: first(&named),
            command: first(asked(command).as_bytes()),
        }
    }

    /// What stands in the first leaf of a request that led to `n` events.
    pub(crate) fn to_leaf(self, n: u16) -> [u8; 16] {
        let mut leaf = [0; 16];
        leaf[..KEY].copy_from_slice(&self.key);
        leaf[KEY..KEY + COMMAND].copy_from_slice(&self.command);
        leaf[KEY + COMMAND..].copy_from_slice(&n.to_be_bytes());
        leaf
    }

    /// Reads what [`to_leaf`](Name::to_leaf) wrote.
    pub(crate) fn from_leaf(leaf: &[u8; 16]) -> (Self, u16) {
        let (mut key, mut command) = ([0; KEY], [0; COMMAND]);
        key.copy_from_slice(&leaf[..KEY]);
        command.copy_from_slice(&leaf[KEY..KEY + COMMAND]);
        (
            Self { key, command },
            u16::from_be_bytes([leaf[14], leaf[15]]),
        )
    }

    /// The same for the same key of the same actor.
    pub(crate) fn key(&self) -> Key {
        self.key
    }
}

/// What somebody asks for, without the facts that the server adds: they are others a moment later,
/// and a repeated request would look like another one.
fn asked(command: &Command) -> String {
    match command {
        Command::SendSuggested(send) => {
            let SendSuggested {
                incident,
                alarm,
                facts: _,
                instead,
                although_committed,
            } = send;
            format!("SendSuggested {incident} {alarm} {instead:?} {although_committed}")
        }
        other => format!("{other:?}"),
    }
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
            .map(|done| (*done, done.command == name.command))
    }

    /// Remembers a request.
    pub(crate) fn insert(&mut self, name: Name, first_seq: u64, n: u16) {
        self.restore(
            name.key,
            Done {
                first_seq,
                n,
                command: name.command,
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
