//! The end of an erasure: keys destroyed, bytes blanked, copies of the state renewed.
//!
//! An approval is durable at once, and from then on nobody reads what it erased. Keys and bytes go
//! at the next start, before anything else is done: so a crash in the middle is no special case, and
//! the process that had the data in its memory is gone by then.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use callbox_domain::{
    AccountAct, ActorId, ApproveErasure, Center, Command, CompleteErasure, Context, Digest,
    ErasureFacts, Event, IncidentId, KeepAccount, Purpose, Stream,
    events::{AccountErased, AccountErasureCompleted},
};
use callbox_ledger::{Event as Stored, Personal, StoreError, VaultError, kid_of, sha256};
use thiserror::Error;

use crate::{
    Clock, Engine, ReadError, Submission,
    archive::ArchiveError,
    engine::Shared,
    read::Reader,
    recovery::Live,
    sealer::{Sealer, stream_of},
};

/// Why an erasure could not be completed; it is tried again at the next start.
#[derive(Debug, Error)]
pub(crate) enum UnfinishedError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("the old snapshot cannot be destroyed: {0}")]
    Snapshot(#[from] std::io::Error),
    #[error("the record names a key of {0:?} that the vault does not know as one of its own")]
    Key(Stream),
}

/// What the ledger holds that is personal in one incident.
#[derive(Clone, Debug, Default)]
pub(crate) struct Payloads {
    /// Where they stand.
    pub(crate) seqs: Vec<u64>,
    /// What is hashed over all of them, in their order.
    hashed: Vec<u8>,
    /// The keys that sealed those that are not blanked yet.
    pub(crate) kids: BTreeSet<u64>,
    /// How many bytes they have.
    pub(crate) bytes: u64,
}

impl Payloads {
    /// Takes an event up if it is one of the stream's own and has a personal payload.
    pub(crate) fn add(&mut self, stream: Stream, stored: &Stored<'_>) -> Result<(), VaultError> {
        let (leaf, seq) = (&stored.leaf, stored.seq);
        let Some(hash) = leaf
            .personal_hash
            .filter(|_| leaf.stream == stream_of(stream))
        else {
            return Ok(());
        };
        self.seqs.push(seq);
        self.hashed.extend_from_slice(&seq.to_be_bytes());
        self.hashed.extend_from_slice(&hash.0);
        self.bytes += stored.stored_personal.map_or(0, <[u8]>::len) as u64;
        if let Personal::Known(sealed) = stored.personal {
            self.kids.insert(kid_of(sealed)?);
        }
        Ok(())
    }

    /// SHA-256 over positions and hashes.
    pub(crate) fn digest(&self) -> Digest {
        Digest(sha256(&self.hashed).0)
    }
}

/// What an erasure would blank and destroy, before anybody decides about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureReach {
    /// How many personal payloads are blanked.
    pub payloads: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many keys are destroyed.
    pub keys: u64,
    /// Incidents that were merged into it: erasure domains of their own, which stay.
    pub merged: Vec<IncidentId>,
}

impl Engine {
    /// Says what an erasure of the incident would blank and destroy; `None` where there is none.
    pub fn erasure_reach(&self, id: IncidentId) -> Result<Option<ErasureReach>, ReadError> {
        let Some(incident) = self.incident(id)? else {
            return Ok(None);
        };
        let reader = &self.shared.reader;
        let payloads = reader.payloads(Stream::Incident(id), &incident.history)?;
        Ok(Some(ErasureReach {
            payloads: payloads.seqs.len() as u64,
            bytes: payloads.bytes,
            keys: payloads.kids.len() as u64,
            merged: incident.intake.merged.clone(),
        }))
    }

    /// Records what [`finish`] has done.
    pub(crate) fn record_completed(&self, completed: Vec<Command>) {
        for command in completed {
            let context = Context {
                at: (self.shared.clock)(),
                actor: ActorId::SYSTEM,
                purpose: Purpose::Administration,
            };
            let submission = Submission {
                command,
                context,
                idempotency: None,
            };
            let recorded = self.enqueue(submission).and_then(crate::Ticket::wait);
            if let Err(error) = recorded {
                tracing::error!(error = %error, "an erasure is done and not on the record yet; the next start does it again");
            }
        }
    }
}

impl Shared {
    /// The approval of an erasure with the facts that the ledger has for it, where `command` is one.
    pub(crate) fn with_facts(
        &self,
        command: &Command,
        center: &Center,
    ) -> Result<Option<Command>, ReadError> {
        if let Command::KeepAccount(keep) = command {
            return self.with_facts_of_account(keep, center);
        }
        let Command::ApproveErasure(asked) = command else {
            return Ok(None);
        };
        let Some(incident) = center.incident(asked.incident) else {
            return Ok(None);
        };
        let durable = self.snapshot.load().next_seq();
        // What is on its way to the disk is no fact yet: the rules then ask to approve again.
        if incident.history.iter().any(|seq| *seq >= durable) {
            return Ok(None);
        }
        let stream = Stream::Incident(asked.incident);
        let facts = self.facts(stream, incident.version, &incident.history)?;
        Ok(Some(
            ApproveErasure {
                incident: asked.incident,
                facts: Some(facts),
            }
            .into(),
        ))
    }

    /// What is going to be blanked and destroyed of a stream, whose personal events are among `history`.
    fn facts(
        &self,
        stream: Stream,
        version: u32,
        history: &[u64],
    ) -> Result<ErasureFacts, ReadError> {
        let payloads = self.reader.payloads(stream, history)?;
        Ok(ErasureFacts {
            version,
            payloads: payloads.seqs.len() as u32,
            digest: payloads.digest(),
            keys: self.reader.key_digests(&payloads.kids)?,
        })
    }

    /// The same for the names of an account.
    fn with_facts_of_account(
        &self,
        keep: &KeepAccount,
        center: &Center,
    ) -> Result<Option<Command>, ReadError> {
        let AccountAct::Erase(asked) = &keep.act else {
            return Ok(None);
        };
        let durable = self.snapshot.load().next_seq();
        let known = center.accounts.get(asked.account.0);
        let Some(account) = known.filter(|account| account.added < durable) else {
            return Ok(None);
        };
        let stream = Stream::Account(asked.account);
        let facts = self.facts(stream, account.version, &[account.added])?;
        let act = AccountAct::Erase(AccountErased {
            facts,
            ..asked.clone()
        });
        Ok(Some(KeepAccount { act }.into()))
    }
}

/// Keeps what an approved erasure took from being read, before its state is published.
pub(crate) fn withhold<'a>(sealer: &Sealer, events: impl Iterator<Item = &'a Event>) {
    for event in events {
        if let Event::DomainErased(_) | Event::AccountErased(_) = event {
            sealer.withhold(event.stream());
            tracing::info!("an erasure is approved; the next start completes it");
        }
    }
}

/// Completes every erasure that was approved and says what is to be recorded.
///
/// Safe to repeat from any point. What cannot be done now must not keep a center from starting: it is
/// logged, and tried again at the next start.
pub(crate) fn finish(
    live: &mut Live,
    reader: &Reader,
    snapshot: &Path,
    clock: &Clock,
) -> Vec<Command> {
    let sealer = Arc::clone(&live.sealer);
    let all = live.center.erasures();
    all.filter(|(_, case)| case.erased.is_some())
        .for_each(|(id, _)| sealer.withhold(Stream::Incident(id)));
    let accounts = live.center.accounts.iter().map(|(_, account)| account);
    accounts
        .filter(|account| account.erased.is_some())
        .for_each(|account| sealer.withhold(Stream::Account(account.id)));
    let cases = live.center.erasures();
    let cases = cases.filter(|(_, case)| case.is_unfinished());
    let accounts = live.center.accounts.iter().map(|(_, account)| account);
    let accounts = accounts.filter(|account| account.is_half_erased());
    let unfinished: Vec<Stream> = cases
        .map(|(id, _)| Stream::Incident(id))
        .chain(accounts.map(|account| Stream::Account(account.id)))
        .collect();
    if unfinished.is_empty() {
        return Vec::new();
    }
    tracing::info!("erasures to complete: {}", unfinished.len());
    let now_us = clock().micros();
    match destroy(live, reader, snapshot, now_us, &unfinished) {
        Ok(completed) => completed,
        Err(error) => {
            tracing::error!(error = %error, "an erasure is not complete; the next start tries again");
            Vec::new()
        }
    }
}

fn destroy(
    live: &mut Live,
    reader: &Reader,
    snapshot: &Path,
    now_us: i64,
    unfinished: &[Stream],
) -> Result<Vec<Command>, UnfinishedError> {
    let sealer = Arc::clone(&live.sealer);
    let mut completed = Vec::new();
    for stream in unfinished.iter().copied() {
        let history = history_of(live, stream)?;
        let payloads = reader.payloads(stream, &history)?;
        // A crash may have made the vault forget whom a key serves; the sealed bytes know.
        let destroyed = sealer.destroy(stream, &payloads.kids, now_us)?;
        let entries = reader.entries(&history)?;
        let named = entries.iter().find_map(|entry| match &entry.event {
            Event::DomainErased(erased) => Some(&erased.facts),
            Event::AccountErased(erased) => Some(&erased.facts),
            _ => None,
        });
        if named.is_some_and(|facts| !facts.keys.iter().all(|key| destroyed.contains(key))) {
            return Err(UnfinishedError::Key(stream));
        }
        live.ledger.blank(&payloads.seqs)?;
        completed.push((stream, payloads.seqs.len() as u32, destroyed.len() as u32));
    }
    // Older states hold the data too: the file goes, and the key that sealed all of them.
    for file in [snapshot.to_owned(), snapshot.with_extension("new")] {
        callbox_ledger::destroy_file(&file)?;
    }
    sealer.renew_snapshot_key(now_us)?;
    let epoch = sealer.rotate()?.ended;
    let said = completed.into_iter();
    Ok(said
        .filter_map(|(stream, payloads, keys)| done(stream, payloads, keys, epoch))
        .collect())
}

/// Where the events of an erased thing stand, as far as they hold what is personal or say that it is erased.
fn history_of(live: &Live, stream: Stream) -> Result<Vec<u64>, UnfinishedError> {
    Ok(match stream {
        Stream::Incident(id) => match live.center.incident(id) {
            Some(incident) => incident.history.clone(),
            None => live.archive.history(id)?.unwrap_or_default(),
        },
        Stream::Account(id) => {
            let account = live.center.accounts.get(id.0);
            let erased = account.and_then(|account| Some((account.added, account.erased?.seq)));
            erased.map_or_else(Vec::new, |(added, erased)| vec![added, erased])
        }
        _ => Vec::new(),
    })
}

/// What the record says once keys and bytes are gone.
fn done(stream: Stream, payloads: u32, keys: u32, epoch: u32) -> Option<Command> {
    match stream {
        Stream::Incident(incident) => Some(
            CompleteErasure {
                incident,
                payloads,
                keys,
                epoch,
            }
            .into(),
        ),
        Stream::Account(account) => {
            let act = AccountAct::Complete(AccountErasureCompleted {
                account,
                payloads,
                keys,
                epoch,
            });
            Some(KeepAccount { act }.into())
        }
        _ => None,
    }
}
