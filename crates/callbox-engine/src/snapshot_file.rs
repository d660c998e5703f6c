use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use callbox_domain::Center;
use callbox_ledger::{Frontier, Hash};
use minicbor::{Decoder, Encoder};

use crate::{
    idempotency::{Done, Requests},
    sealer::Sealer,
};

/// Changes whenever the bytes of a state change their meaning; an older file is then ignored.
const FORMAT: u32 = 8;

/// A state at one length of the ledger: where a start goes on from.
///
/// Disposable: without it, or with one that does not fit the ledger, a start reads everything.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) center: Center,
    pub(crate) frontier: Frontier,
    pub(crate) requests: Requests,
}

impl Snapshot {
    /// The content, as CBOR; sealed, it is the file.
    fn to_bytes(&self, highest_key: u64) -> Vec<u8> {
        let mut body = Vec::new();
        let mut e = Encoder::new(&mut body);
        let rows = self.requests.rows();
        let written = (|| {
            e.array(6)?.u32(FORMAT)?.u64(highest_key)?;
            e.u64(self.frontier.size())?;
            e.array(self.frontier.peaks().len() as u64)?;
            for peak in self.frontier.peaks() {
                e.bytes(&peak.0)?;
            }
            e.bytes(&self.center.to_bytes())?;
            e.map(rows.len() as u64)?;
            for (key, done) in rows {
                e.bytes(key)?.encode(done)?;
            }
            Ok::<_, minicbor::encode::Error<_>>(())
        })();
        written.expect("encoding into memory does not fail");
        body
    }

    /// Reads the content; `None` when it is of another format.
    fn from_bytes(body: &[u8]) -> Option<(Self, u64)> {
        let mut d = Decoder::new(body);
        if d.array().ok()?? != 6 || d.u32().ok()? != FORMAT {
            return None;
        }
        let highest_key = d.u64().ok()?;
        let size = d.u64().ok()?;
        let peaks = (0..d.array().ok()??)
            .map(|_| Some(Hash(d.bytes().ok()?.try_into().ok()?)))
            .collect::<Option<Vec<_>>>()?;
        let frontier = Frontier::from_parts(size, peaks)?;
        let center = Center::from_bytes(d.bytes().ok()?).ok()?;
        let mut requests = Requests::default();
        for _ in 0..d.map().ok()?? {
            let key = d.bytes().ok()?.try_into().ok()?;
            requests.restore(key, d.decode::<Done>().ok()?);
        }
        let snapshot = Self {
            center,
            frontier,
            requests,
        };
        (snapshot.center.next_seq() == size).then_some((snapshot, highest_key))
    }

    /// Reads the file; `None` when it is missing, damaged, sealed with another vault's key or of
    /// another format, and when the vault is older than the snapshot: then the ledger is read as a
    /// whole, which finds the first key that is missing, before its number is given out again.
    pub(crate) fn load(path: &Path, sealer: &Sealer) -> Option<Self> {
        let sealed = fs::read(path).ok()?;
        let (snapshot, highest_key) = Self::from_bytes(&sealer.open_snapshot(&sealed).ok()??)?;
        (highest_key <= sealer.highest_key().ok()?).then_some(snapshot)
    }

    /// Writes the file as a whole, sealed: a crash leaves the old one.
    pub(crate) fn save(&self, path: &Path, sealer: &Sealer) -> io::Result<()> {
        let highest_key = sealer.highest_key().map_err(io::Error::other)?;
        let sealed = sealer
            .seal_snapshot(&self.to_bytes(highest_key))
            .map_err(io::Error::other)?;
        let temporary = path.with_extension("new");
        let mut file = File::create(&temporary)?;
        file.write_all(&sealed)?;
        file.sync_data()?;
        fs::rename(&temporary, path)
    }
}
