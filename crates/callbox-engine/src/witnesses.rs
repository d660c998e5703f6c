//! Has others cosign the published checkpoint, in the background.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use callbox_domain::Timestamp;
use callbox_ledger::{
    Cause, Checkpoint, MAX_POLICY_BYTES, Policy, PolicyWitness, TileReader, VerifierKey,
    WitnessClient, WitnessError, add_cosignatures,
};

use crate::{Clock, DataDir, publisher::Publication, worker::Worker};

/// How often it looks for a new checkpoint or another policy.
const LOOK: Duration = Duration::from_millis(500);
/// How long witnesses are left alone after each round, while the ledger grows or one of them fails.
const EVERY: Duration = Duration::from_secs(5);
/// How old cosignatures become while the ledger does not grow.
const RENEW: Duration = Duration::from_secs(300);
/// A witness's authorities have at most so many bytes.
const MAX_AUTHORITIES: u64 = 64 * 1024;
/// After so long without an answer a witness counts as silent.
const SILENT: Duration = Duration::from_secs(300);
/// For so long after the last cosigned checkpoint outsiders are shown that one, not a newer one.
const PREFERRED: Duration = Duration::from_secs(60);

/// Posts a body to an address and gives the status and the body of the answer, with a deadline of
/// its own: at most some seconds.
#[derive(Clone)]
pub struct PostTo(Arc<PostFn>);

type PostFn = dyn Fn(&PostRequest<'_>) -> Result<(u16, Vec<u8>), Cause> + Send + Sync;

/// One request to a witness.
#[derive(Clone, Copy, Debug)]
pub struct PostRequest<'a> {
    /// Where it goes.
    pub address: &'a str,
    /// The certificate authorities, in PEM, that alone count for this witness; without them those count
    /// that the machine trusts.
    pub authorities: Option<&'a [u8]>,
    /// What is sent.
    pub body: &'a [u8],
}

impl PostTo {
    /// Takes the function that posts.
    pub fn new(
        post: impl Fn(&PostRequest<'_>) -> Result<(u16, Vec<u8>), Cause> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(post))
    }
}

impl fmt::Debug for PostTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostTo(…)")
    }
}

/// How the witnesses do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witnessing {
    /// How many events the newest checkpoint covers that enough witnesses cosigned.
    pub size: u64,
    /// When enough of them had cosigned it.
    pub at: Option<Timestamp>,
    /// How many are enough, where any so many are.
    pub least: Option<usize>,
    /// Why the policy cannot be used.
    pub unusable: Option<String>,
    /// Each witness of the policy, in its order.
    pub witnesses: Vec<WitnessStatus>,
}

impl Witnessing {
    /// Whether a supervisor has to look at it: a witness has refused or is silent.
    pub fn is_alarming(&self) -> bool {
        self.unusable.is_some() || self.witnesses.iter().any(|witness| witness.alarming)
    }
}

/// How one witness does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessStatus {
    /// What the policy calls it.
    pub name: String,
    /// How many events it has cosigned.
    pub size: u64,
    /// When it did last, by this server's clock.
    pub at: Option<Timestamp>,
    /// Why it did not cosign the last time.
    pub trouble: Option<String>,
    /// Whether it refused, or has been silent for five minutes.
    pub alarming: bool,
}

/// What the publisher learns from the witnesses' thread.
#[derive(Default)]
pub(crate) struct Cosigning {
    note: Option<String>,
    size: u64,
    fulfilled: Option<Instant>,
    now: Option<Witnessing>,
}

pub(crate) type SharedCosigning = Arc<Mutex<Cosigning>>;

impl Cosigning {
    /// How the witnesses do; `None` without any.
    pub(crate) fn now(&self) -> Option<Witnessing> {
        self.now.clone()
    }

    /// The newest checkpoint that enough witnesses cosigned, unless that is long ago and the signed
    /// one has more events.
    pub(crate) fn preferred(&self, signed_size: u64) -> Option<(&str, u64)> {
        let fresh = self
            .fulfilled
            .is_some_and(|at| at.elapsed() < PREFERRED || self.size == signed_size);
        let note = self.note.as_deref()?;
        (fresh && self.now.is_some()).then_some((note, self.size))
    }
}

/// What the thread works with.
pub(crate) struct WitnessSetup {
    pub(crate) dir: DataDir,
    pub(crate) key: VerifierKey,
    pub(crate) post: PostTo,
    pub(crate) clock: Clock,
    pub(crate) publication: Publication,
    pub(crate) cosigning: SharedCosigning,
}

/// What stands published from before counts on, where it fulfils the policy; for the start, before
/// anything newer is published.
pub(crate) fn resume(dir: &DataDir, key: &VerifierKey) -> SharedCosigning {
    let mut cosigning = Cosigning::default();
    let policy = read(&dir.witness_policy()).ok().flatten();
    let policy = policy.and_then(|text| Policy::parse(&text).ok());
    let published = TileReader::new(&dir.tiles()).checkpoint();
    if let (Some(policy), Ok(Some(note))) = (policy, published)
        && !policy.witnesses().is_empty()
        && policy.check(&note).is_ok()
        && let Ok(checkpoint) = Checkpoint::open(&note, key)
    {
        cosigning = Cosigning {
            note: Some(note),
            size: checkpoint.size,
            fulfilled: Some(Instant::now()),
            now: Some(Witnessing::default()),
        };
    }
    Arc::new(Mutex::new(cosigning))
}

/// Starts; without a policy it asks nobody, and takes one up that is put in place later.
pub(crate) fn start(setup: WitnessSetup) -> io::Result<Worker> {
    let mut asker = Asker {
        setup,
        text: None,
        policy: None,
        known: BTreeMap::new(),
        asked: None,
    };
    asker.take_policy();
    Worker::start("witnesses", move |last| {
        // A stop does not wait for others: the next start asks again.
        if !last {
            asker.round();
        }
        LOOK
    })
}

struct Asker {
    setup: WitnessSetup,
    /// The policy's file as it was read last.
    text: Option<String>,
    policy: Option<Policy>,
    /// What is known of each witness, by its key.
    known: BTreeMap<String, Known>,
    /// The checkpoint that was sent last, with what came back, and when.
    asked: Option<(String, Instant)>,
}

struct Known {
    client: WitnessClient,
    since: Instant,
    at: Option<Timestamp>,
    trouble: Option<String>,
    refused: bool,
}

impl Known {
    fn new(key: &VerifierKey) -> Self {
        Self {
            client: WitnessClient::new(vec![key.clone()], 0),
            since: Instant::now(),
            at: None,
            trouble: None,
            refused: false,
        }
    }
}

impl Asker {
    fn round(&mut self) {
        let changed = self.take_policy();
        let Some(policy) = &self.policy else {
            return;
        };
        let Some(note) = self.setup.publication.now().note else {
            return;
        };
        let failing = self.known.values().any(|known| known.trouble.is_some());
        let wait = match &self.asked {
            _ if changed => Duration::ZERO,
            None => Duration::ZERO,
            Some((asked, _)) if !failing && same_text(asked, &note) => RENEW,
            Some(_) => EVERY,
        };
        if self
            .asked
            .as_ref()
            .is_some_and(|(_, at)| at.elapsed() < wait)
        {
            return;
        }
        let base = match &self.asked {
            Some((asked, _)) if same_text(asked, &note) => asked.clone(),
            _ => note,
        };
        let witnesses = policy.witnesses().to_vec();
        let cosigned = self.ask_all(&witnesses, &base);
        self.asked = Some((cosigned.clone(), Instant::now()));
        self.keep(cosigned);
    }

    /// Asks all of them at once and gives the note with what they answered.
    fn ask_all(&mut self, witnesses: &[PolicyWitness], note: &str) -> String {
        let Self { setup, known, .. } = self;
        let tiles = TileReader::new(&setup.publication.tiles);
        let names: Vec<String> = witnesses.iter().map(|one| one.key.to_string()).collect();
        known.retain(|key, _| names.contains(key));
        for witness in witnesses {
            let key = witness.key.to_string();
            known.entry(key).or_insert_with(|| Known::new(&witness.key));
        }
        let outcomes: Vec<(String, Result<String, WitnessError>)> = thread::scope(|scope| {
            let threads: Vec<_> = known
                .iter_mut()
                .filter_map(|(key, known)| {
                    let witness = witnesses.iter().find(|one| one.key.to_string() == *key)?;
                    let address = format!("{}/add-checkpoint", witness.url.as_deref()?);
                    let (mut tiles, post, log) = (tiles.clone(), &setup.post, &setup.key);
                    let authorities = authorities(&setup.dir, &witness.name);
                    let ask = move || {
                        let mut send = |body: &[u8]| {
                            let authorities = match &authorities {
                                Ok(pem) => pem.as_deref(),
                                // Without them others could answer in its place.
                                Err(error) => return Err(error.to_string().into()),
                            };
                            (post.0)(&PostRequest {
                                address: &address,
                                authorities,
                                body,
                            })
                        };
                        known.client.cosign(note, log, &mut tiles, &mut send)
                    };
                    Some((key.clone(), scope.spawn(ask)))
                })
                .collect();
            let ended = threads.into_iter();
            ended
                .filter_map(|(key, thread)| Some((key, thread.join().ok()?)))
                .collect()
        });
        let mut cosigned = note.to_owned();
        for (key, outcome) in outcomes {
            let Some(known) = known.get_mut(&key) else {
                continue;
            };
            match outcome.and_then(|lines| Ok(add_cosignatures(&cosigned, &lines)?)) {
                Ok(more) => {
                    cosigned = more;
                    known.since = Instant::now();
                    known.at = Some((setup.clock)());
                    known.refused = false;
                    if known.trouble.take().is_some() {
                        tracing::info!(witness = %key, "the witness cosigns again");
                    }
                }
                Err(error) => {
                    known.refused =
                        !matches!(error, WitnessError::Unreachable(_) | WitnessError::Tiles(_));
                    let text = said(&error);
                    if known.trouble.as_ref() != Some(&text) {
                        tracing::warn!(witness = %key, why = %text, "the witness did not cosign");
                    }
                    known.trouble = Some(text);
                }
            }
        }
        cosigned
    }

    /// Keeps the checkpoint where it fulfils the policy, and tells how the witnesses do.
    fn keep(&mut self, note: String) {
        let Some(policy) = &self.policy else {
            return;
        };
        let fulfilled = policy.check(&note).is_ok();
        let size = Checkpoint::open(&note, &self.setup.key).map_or(0, |open| open.size);
        let mut cosigning = lock(&self.setup.cosigning);
        if fulfilled && size >= cosigning.size {
            cosigning.note = Some(note);
            cosigning.size = size;
            cosigning.fulfilled = Some(Instant::now());
        }
        let before = cosigning.now.take().unwrap_or_default();
        cosigning.now = Some(Witnessing {
            size: cosigning.size,
            at: match fulfilled {
                true => Some((self.setup.clock)()),
                false => before.at,
            },
            least: policy.least(),
            unusable: None,
            witnesses: policy
                .witnesses()
                .iter()
                .map(|one| self.status(one))
                .collect(),
        });
    }

    fn status(&self, witness: &PolicyWitness) -> WitnessStatus {
        let name = witness.name.clone();
        let Some(known) = self.known.get(&witness.key.to_string()) else {
            return WitnessStatus {
                name,
                size: 0,
                at: None,
                trouble: None,
                alarming: false,
            };
        };
        let missing = "the policy does not say where it takes checkpoints".to_owned();
        let trouble = match witness.url {
            Some(_) => known.trouble.clone(),
            None => Some(missing),
        };
        WitnessStatus {
            name,
            size: known.client.known(),
            at: known.at,
            alarming: known.refused || (trouble.is_some() && known.since.elapsed() >= SILENT),
            trouble,
        }
    }

    /// Reads the policy again; whether it is another one.
    fn take_policy(&mut self) -> bool {
        let path = self.setup.dir.witness_policy();
        let (text, why) = match read(&path) {
            Ok(text) => (text, None),
            Err(error) => (None, Some(format!("{}: {error}", path.display()))),
        };
        let before = lock(&self.setup.cosigning).now.is_some();
        if text == self.text && why.is_none() && before == text.is_some() {
            return false;
        }
        let parsed = text.as_deref().map(Policy::parse).transpose();
        self.text = text;
        let (policy, why) = match parsed {
            Ok(policy) => (policy.filter(|policy| !policy.witnesses().is_empty()), why),
            Err(error) => (None, Some(format!("{}: {error}", path.display()))),
        };
        let mut cosigning = lock(&self.setup.cosigning);
        // What fulfilled another policy may not fulfil this one.
        let holds = |note: &String| policy.as_ref().is_some_and(|one| one.check(note).is_ok());
        if !cosigning.note.as_ref().is_some_and(holds) {
            *cosigning = Cosigning::default();
        }
        let started = policy.is_some() || why.is_some();
        if let Some(why) = &why {
            tracing::error!(why, "no witness is asked");
        }
        cosigning.now = started.then(|| Witnessing {
            size: cosigning.size,
            least: policy.as_ref().and_then(Policy::least),
            unusable: why,
            witnesses: Vec::new(),
            at: None,
        });
        drop(cosigning);
        self.policy = policy;
        true
    }
}

/// The authorities that a witness is known by, where it has some of its own.
fn authorities(dir: &DataDir, witness: &str) -> io::Result<Option<Vec<u8>>> {
    let Some(path) = dir.witness_authority(witness) else {
        return Ok(None);
    };
    match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(metadata) if metadata.len() > MAX_AUTHORITIES => {
            Err(io::Error::other("its certificate authorities are too long"))
        }
        Ok(_) => fs::read(&path).map(Some),
    }
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(metadata) if metadata.len() > MAX_POLICY_BYTES as u64 => {
            return Err(io::Error::other("it is too long for a policy"));
        }
        Ok(_) => {}
    }
    fs::read_to_string(path).map(Some)
}

/// Whether two notes are of one checkpoint, whoever signed it.
fn same_text(one: &str, other: &str) -> bool {
    let text = |note: &str| note.split_once("\n\n").map(|(text, _)| text.to_owned());
    text(one) == text(other)
}

fn said(error: &WitnessError) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error} ({source})"),
        None => error.to_string(),
    }
}

fn lock(cosigning: &Mutex<Cosigning>) -> MutexGuard<'_, Cosigning> {
    cosigning.lock().unwrap_or_else(PoisonError::into_inner)
}
