use std::ops::ControlFlow;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use crate::audit::{Auditor, Depth, Fault};
use crate::frame::{Frame, FrameRow, MAX_EVENTS, MAX_FRAME_BYTES, Parts, SALT, put_part};
use crate::hash::{Hash, leaf_hash, sha256};
use crate::leaf::{self, Draft, DraftFault, FrameHead, Leaf, MAX_OPEN, MAX_PERSONAL, MAX_TIME_US};
use crate::merkle::Frontier;
use crate::prove::find_frame;
use crate::store::{Store, StoreError};
use crate::walk::{Walked, walk};

/// Gives the salts of personal payloads.
#[derive(Debug)]
pub struct Salts(Source);

#[derive(Debug)]
enum Source {
    System(SystemRandom),
    Seeded { seed: u64, counter: u64 },
}

impl Salts {
    /// Takes salts from the system's random numbers: what every server uses.
    pub fn random() -> Self {
        Self(Source::System(SystemRandom::new()))
    }

    /// Gives the same salts for the same seed; for simulation and tests only, they hide nothing.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded { seed, counter: 0 })
    }

    fn fill(&mut self, out: &mut [u8]) -> Result<(), StoreError> {
        match &mut self.0 {
            Source::System(random) => random
                .fill(out)
                .map_err(|_| StoreError::Unavailable("the system gives no random numbers".into())),
            Source::Seeded { seed, counter } => {
                for chunk in out.chunks_mut(32) {
                    let block = [seed.to_be_bytes(), counter.to_be_bytes()].concat();
                    chunk.copy_from_slice(&sha256(&block).0[..chunk.len()]);
                    *counter += 1;
                }
                Ok(())
            }
        }
    }
}

/// Says who writes and how.
#[derive(Debug)]
pub struct Options {
    /// This server's number, put into each frame.
    pub writer: u32,
    /// This server's term, put into each frame: one more each time that another takes over.
    pub epoch: u32,
    /// Where salts come from.
    pub salts: Salts,
}

impl Default for Options {
    /// Gives writer 0 in epoch 0 with random salts: the only server of its ledger.
    fn default() -> Self {
        Self {
            writer: 0,
            epoch: 0,
            salts: Salts::random(),
        }
    }
}

/// Tells where a group of events now stands, durably.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The frame's number.
    pub frame: u64,
    /// The position of the group's first event; the others follow it.
    pub first_seq: u64,
    /// How many events it holds.
    pub n: u32,
    /// The tree head after the group.
    pub root: Hash,
}

/// Tells why a group of events was not appended. None of it was, unless the error is fatal.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// A draft breaks a bound: an error of the caller.
    #[error(transparent)]
    Draft(#[from] DraftFault),
    /// The store refused: `Conflict`, `Full` and `Unavailable` leave the ledger usable, after
    /// anything else it refuses all appends until it is opened anew.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An earlier append failed in a way that only opening the ledger anew can settle.
    #[error("the ledger stopped taking events after a failure; restart the server")]
    Stopped,
}

/// Tells why a ledger could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored frame is not as it was written.
    #[error("the ledger is damaged: {0}; restore a backup or ask for help, nothing was changed")]
    Damaged(#[from] Fault),
    /// The trusted frontier does not fit this ledger.
    #[error("the ledger does not hold the {size} events that were known before, or others")]
    Frontier {
        /// The frontier's size.
        size: u64,
    },
}

/// Appends events to a [`Store`] and keeps the Merkle tree's edge.
///
/// One thread owns a ledger. Recovery is the normal start: there is no other path.
#[derive(Debug)]
pub struct Ledger<S> {
    store: S,
    options: Options,
    state: State,
    stopped: bool,
}

/// What an append moves on; replaced as a whole when the frame is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    next_no: u64,
    frontier: Frontier,
    last_recorded_us: i64,
}

impl<S: Store> Ledger<S> {
    /// Opens the ledger and checks all of it; takes about a second per million events.
    pub fn open(store: S, options: Options) -> Result<Self, OpenError> {
        Self::open_from(store, options, Frontier::empty(), |_| {})
    }

    /// Opens the ledger after a trusted `frontier` (of a snapshot, or of the signed checkpoint,
    /// see [`Gate::frontier`](crate::Gate::frontier)), checks the frames after it, and hands each
    /// to `visit`, so that one pass rebuilds the caller's state too.
    ///
    /// The frontier must stand between two frames. Refuses a ledger that is shorter than the
    /// frontier, or has another root there, or holds a damaged frame.
    pub fn open_from(
        mut store: S,
        options: Options,
        frontier: Frontier,
        mut visit: impl FnMut(&Frame),
    ) -> Result<Self, OpenError> {
        let size = frontier.size();
        let (next_no, last_recorded_us) = match size {
            0 => (0, None),
            _ => {
                let no = find_frame(&mut store, size - 1)?.ok_or(OpenError::Frontier { size })?;
                let row = store
                    .read(no, 1)?
                    .pop()
                    .ok_or(OpenError::Frontier { size })?;
                let end = row.first_seq + u64::from(row.n);
                if end != size || row.root != frontier.root() {
                    return Err(OpenError::Frontier { size });
                }
                (no + 1, Some(row.at_us))
            }
        };
        let mut auditor = Auditor::new(frontier, next_no, Depth::Frames);
        auditor.last_recorded_us = last_recorded_us;
        absorb(&mut store, &mut auditor, &mut visit)?;
        let state = State {
            next_no: auditor.next_no,
            last_recorded_us: auditor.last_recorded_us.unwrap_or(-MAX_TIME_US),
            frontier: auditor.frontier,
        };
        Ok(Self {
            store,
            options,
            state,
            stopped: false,
        })
    }

    /// Appends the drafts as one frame: all of them durably, or none.
    ///
    /// Takes 1 to [`MAX_EVENTS`] drafts and [`MAX_FRAME_BYTES`] bytes. Recorded times that lie
    /// below the last event's are raised to it; callers that keep state of their own raise them
    /// first, see [`last_recorded_us`](Self::last_recorded_us).
    pub fn append(&mut self, drafts: &[Draft<'_>]) -> Result<Receipt, AppendError> {
        if self.stopped {
            return Err(AppendError::Stopped);
        }
        check(drafts)?;
        let (row, next) = self.build(drafts)?;
        self.commit(&row)?;
        self.state = next;
        Ok(Receipt {
            frame: row.no,
            first_seq: row.first_seq,
            n: row.n,
            root: row.root,
        })
    }

    /// Reads the frames that another writer appended, hands each to `visit`, and gives their
    /// number; the way on after [`StoreError::Conflict`].
    pub fn catch_up(&mut self, mut visit: impl FnMut(&Frame)) -> Result<u64, OpenError> {
        let before = self.state.next_no;
        let mut auditor = Auditor::new(self.state.frontier.clone(), before, Depth::Frames);
        auditor.last_recorded_us = (before > 0).then_some(self.state.last_recorded_us);
        absorb(&mut self.store, &mut auditor, &mut visit)?;
        if auditor.next_no > before {
            self.state = State {
                next_no: auditor.next_no,
                last_recorded_us: auditor.last_recorded_us.unwrap_or(-MAX_TIME_US),
                frontier: auditor.frontier,
            };
        }
        Ok(self.state.next_no - before)
    }

    /// Hands over the frames from number `from` on until `visit` breaks off.
    pub fn frames(
        &mut self,
        from: u64,
        visit: &mut dyn FnMut(Frame) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.store.visit(from, &mut |row| visit(Frame::new(row)))
    }

    /// Overwrites the stored personal payload of these events with zeros. Their leaves and every
    /// proof still hold; [`verify`](crate::verify) counts them as erased.
    ///
    /// For lawful erasure only: the caller puts the reason on the ledger first. Safe to repeat.
    pub fn blank(&mut self, seqs: &[u64]) -> Result<(), StoreError> {
        for &seq in seqs {
            let missing = || StoreError::Corrupt {
                no: None,
                cause: format!("there is no event {seq}").into(),
            };
            let no = find_frame(&mut self.store, seq)?.ok_or_else(missing)?;
            let row = self.store.read(no, 1)?.pop().ok_or_else(missing)?;
            if let Some(sealed) = blanked(&row, seq)? {
                self.store.replace_sealed(no, &sealed)?;
            }
        }
        Ok(())
    }

    /// Counts the events; also the position of the next one.
    pub fn size(&self) -> u64 {
        self.state.frontier.size()
    }

    /// Gives the number of the next frame.
    pub fn next_frame(&self) -> u64 {
        self.state.next_no
    }

    /// Gives the tree's edge, to be kept with a snapshot for [`open_from`](Self::open_from).
    pub fn frontier(&self) -> &Frontier {
        &self.state.frontier
    }

    /// Gives the last event's recorded time, below which none is recorded; far in the past for an
    /// empty ledger.
    pub fn last_recorded_us(&self) -> i64 {
        self.state.last_recorded_us
    }

    /// Gives the store, for reading.
    pub fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    fn build(&mut self, drafts: &[Draft<'_>]) -> Result<(FrameRow, State), AppendError> {
        let Options {
            writer,
            epoch,
            ref mut salts,
        } = self.options;
        let mut next = self.state.clone();
        let first_seq = next.frontier.size();
        let mut all_salts = vec![0; SALT * drafts.iter().filter(|d| d.personal.is_some()).count()];
        salts.fill(&mut all_salts)?;
        let mut all_salts = all_salts.chunks_exact(SALT);
        let mut head = Some(FrameHead {
            no: next.next_no,
            writer,
            epoch,
        });
        let open: usize = drafts.iter().map(|draft| draft.open.len() + 80).sum();
        let (mut leaves, mut sealed) = (Vec::with_capacity(open), Vec::new());
        let (mut stored, mut bytes) = (Vec::new(), Vec::with_capacity(256));
        for draft in drafts {
            let personal_hash = draft.personal.map(|personal| {
                stored.clear();
                stored.extend_from_slice(all_salts.next().expect("one salt for each payload"));
                stored.extend_from_slice(personal);
                put_part(&mut sealed, &stored);
                sha256(&stored)
            });
            next.last_recorded_us = next.last_recorded_us.max(draft.recorded_us);
            bytes.clear();
            leaf::encode(
                &leaf_of(draft, next.last_recorded_us, personal_hash, head.take()),
                &mut bytes,
            );
            next.frontier.push(leaf_hash(&bytes));
            put_part(&mut leaves, &bytes);
        }
        if leaves.len() + sealed.len() > MAX_FRAME_BYTES {
            return Err(DraftFault::Frame.into());
        }
        let row = FrameRow {
            no: next.next_no,
            first_seq,
            n: drafts.len() as u32,
            at_us: next.last_recorded_us,
            writer,
            epoch,
            root: next.frontier.root(),
            leaves,
            sealed,
        };
        next.next_no += 1;
        Ok((row, next))
    }

    fn commit(&mut self, row: &FrameRow) -> Result<(), AppendError> {
        let outcome = match self.store.append(row) {
            Err(StoreError::Unknown(cause)) => match self.store.read(row.no, 1) {
                // The root covers every byte, the salts make it unlike any other attempt's.
                Ok(rows) => match rows.first() {
                    Some(stored) if stored.no == row.no && stored.root == row.root => Ok(()),
                    Some(_) => Err(StoreError::Conflict { no: row.no }),
                    None => Err(StoreError::Unavailable(cause)),
                },
                Err(error) => Err(StoreError::Fatal(Box::new(error))),
            },
            outcome => outcome,
        };
        outcome.map_err(|error| {
            use StoreError::{Conflict, Full, Unavailable};
            self.stopped = !matches!(error, Conflict { .. } | Full(_) | Unavailable(_));
            error.into()
        })
    }
}

/// Checks the frames after the auditor's edge and hands each on.
fn absorb<S: Store>(
    store: &mut S,
    auditor: &mut Auditor,
    visit: &mut impl FnMut(&Frame),
) -> Result<(), OpenError> {
    let from = auditor.next_no;
    let walked = walk(store, from, &mut |row, looked| {
        auditor.admit_looked(&row, looked, &mut |_, _| {})?;
        visit(&Frame::new(row));
        Ok(())
    })?;
    match walked {
        Walked::Through => Ok(()),
        Walked::Stopped(error @ StoreError::Corrupt { .. }) => {
            Err(auditor.unreadable(&error).into())
        }
        Walked::Stopped(error) => Err(error.into()),
        Walked::Lost => Err(StoreError::Fatal("the reading thread stopped".into()).into()),
    }
}

fn check(drafts: &[Draft<'_>]) -> Result<(), DraftFault> {
    if drafts.is_empty() || drafts.len() > MAX_EVENTS {
        return Err(DraftFault::Count {
            count: drafts.len(),
        });
    }
    for (index, draft) in drafts.iter().enumerate() {
        let personal = draft.personal.unwrap_or_default().len();
        for (bytes, max) in [(draft.open.len(), MAX_OPEN), (personal, MAX_PERSONAL)] {
            if bytes > max {
                return Err(DraftFault::Payload { index, bytes, max });
            }
        }
        let far = |time: i64| time.unsigned_abs() > MAX_TIME_US.unsigned_abs();
        if far(draft.at_us) || far(draft.recorded_us) {
            return Err(DraftFault::Time { index });
        }
        if draft.stream_version == 0 {
            return Err(DraftFault::Version { index });
        }
    }
    Ok(())
}

fn leaf_of<'a>(
    draft: &Draft<'a>,
    recorded_us: i64,
    personal_hash: Option<Hash>,
    frame: Option<FrameHead>,
) -> Leaf<'a> {
    Leaf {
        kind: draft.kind,
        schema: draft.schema,
        stream: draft.stream,
        stream_version: draft.stream_version,
        at_us: draft.at_us,
        recorded_us,
        actor: draft.actor,
        purpose: draft.purpose,
        idempotency: draft.idempotency,
        open: draft.open,
        personal_hash,
        frame,
    }
}

/// Gives the column `sealed` with the entry of event `seq` blanked, or `None` when it has none.
fn blanked(row: &FrameRow, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let corrupt = |cause: leaf::Malformed| StoreError::Corrupt {
        no: Some(row.no),
        cause: Box::new(cause),
    };
    let mut entries = Parts::new(&row.sealed);
    let mut sealed = Vec::with_capacity(row.sealed.len());
    let mut found = false;
    for event in crate::frame::Events::new(row) {
        let event = event.map_err(corrupt)?;
        if event.stored_personal.is_none() {
            continue;
        }
        let entry = entries.next_part().map_err(corrupt)?;
        if event.seq == seq {
            found = true;
            put_part(&mut sealed, &vec![0; entry.len()]);
        } else {
            put_part(&mut sealed, entry);
        }
    }
    Ok(found.then_some(sealed))
}
