//! The closed loop: each client asks again when it was answered.
//!
//! Against callbox as a whole (rules, sealing, ledger, published state) stand the conventional
//! table and plain rows that do nothing but insert: once with a transaction for each request, once
//! behind a queue whose writer commits whatever waits as one transaction.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use callbox_domain::{
    ActorId, AddNarrative, ChangeUnitStatus, CloseIncident, Code, Command, Context, DefineAgency,
    DefineDisposition, DefineUnit, DefineUnitStatus, DefineUnitType, IncidentId, Meaning, Purpose,
    ReceiveIncident, Text, Timestamp, UnitId,
};
use callbox_engine::{DataDir, Engine, Options, RequestKey, Submission};
use callbox_ledger::sha256;

use super::super::process_time;
use super::contender::{Contender, Conventional, Plain};
use super::event::{Event, Events};

const CLIENTS: [usize; 4] = [1, 8, 64, 256];
const ROUND: Duration = Duration::from_millis(1_000);

/// The medians of one way with so many clients.
pub(crate) struct Loop {
    pub(crate) way: &'static str,
    pub(crate) clients: usize,
    pub(crate) requests_per_second: f64,
    pub(crate) events_per_second: f64,
    /// CPU of the whole process, clients included, in microseconds for each request.
    pub(crate) cpu_micros: f64,
    /// How many requests were committed at once; nothing where nobody counts.
    pub(crate) requests_per_commit: f64,
}

/// Measures callbox beside the others, or `alone`, for a profiler.
pub(crate) fn measure(directory: &Path, rounds: usize, alone: bool) -> anyhow::Result<Vec<Loop>> {
    let mut all = Vec::new();
    for clients in CLIENTS {
        let directory = directory.join(format!("closed-{clients}"));
        std::fs::create_dir_all(&directory)?;
        let engine = center(&directory, clients)?;
        let mut table: Box<dyn Contender + Send> = Box::new(Conventional::open(&directory)?);
        let mut rows: Box<dyn Contender + Send> = Box::new(Plain::open(&directory)?);
        let own = directory.join("own");
        std::fs::create_dir_all(&own)?;
        drop(Conventional::open(&own)?);
        let mut samples: [Vec<[f64; 4]>; 4] = Default::default();
        for round in 0..rounds {
            let seed = (round * 1_000) as u64;
            samples[3].push(callbox(&engine, clients, round)?);
            if alone {
                continue;
            }
            samples[0].push(each_for_itself(
                &own.join("conventional.db"),
                clients,
                seed,
            )?);
            samples[1].push(grouped(table.as_mut(), clients, seed)?);
            samples[2].push(grouped(rows.as_mut(), clients, seed)?);
        }
        engine.shutdown();
        let ways = [
            "table, own commits",
            "table, group commit",
            "rows, group commit",
            "callbox",
        ];
        let measured = ways.into_iter().zip(&samples);
        let measured = measured.filter(|(_, samples)| !samples.is_empty());
        all.extend(measured.map(|(way, samples)| Loop {
            way,
            clients,
            requests_per_second: super::median(samples, 0),
            events_per_second: super::median(samples, 1),
            cpu_micros: super::median(samples, 2),
            requests_per_commit: super::median(samples, 3),
        }));
    }
    Ok(all)
}

/// Runs the clients for one round; each asks until it is told to stop and gives what it counted.
/// `commits` tells how often something was made durable so far.
fn run<T: Send>(
    clients: Vec<T>,
    commits: impl Fn() -> u64,
    ask: impl Fn(&mut T) -> anyhow::Result<usize> + Sync,
) -> anyhow::Result<[f64; 4]> {
    let stop = AtomicBool::new(false);
    let (started, cpu, commits_before) = (Instant::now(), process_time(), commits());
    let (requests, events) = thread::scope(|scope| {
        let threads: Vec<_> = clients
            .into_iter()
            .map(|mut client| {
                let (stop, ask) = (&stop, &ask);
                scope.spawn(move || {
                    let (mut requests, mut events) = (0_usize, 0);
                    while !stop.load(Ordering::Relaxed) {
                        events += ask(&mut client)?;
                        requests += 1;
                    }
                    anyhow::Ok((requests, events))
                })
            })
            .collect();
        thread::sleep(ROUND);
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().try_fold((0, 0), |sum, thread| {
            let (requests, events) = thread.join().expect("no client panics")?;
            anyhow::Ok((sum.0 + requests, sum.1 + events))
        })
    })?;
    let seconds = started.elapsed().as_secs_f64();
    let cpu_micros = (process_time() - cpu).as_secs_f64() * 1e6;
    let (requests, events) = (requests as f64, events as f64);
    Ok([
        requests / seconds,
        events / seconds,
        cpu_micros / requests,
        requests / (commits() - commits_before) as f64,
    ])
}

fn each_for_itself(path: &Path, clients: usize, seed: u64) -> anyhow::Result<[f64; 4]> {
    let clients = (0..clients)
        .map(|client| Ok((Conventional::connect(path)?, made(seed, client))))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let commits = AtomicU64::new(0);
    run(
        clients,
        || commits.load(Ordering::Relaxed),
        |(table, events)| {
            table.append(&events.take(1))?;
            commits.fetch_add(1, Ordering::Relaxed);
            Ok(1)
        },
    )
}

/// A request to the writer of a group commit, with the way back.
type Asked = (Event, SyncSender<()>);

fn grouped(
    contender: &mut (dyn Contender + Send),
    clients: usize,
    seed: u64,
) -> anyhow::Result<[f64; 4]> {
    let (send, receive) = sync_channel::<Asked>(1_024);
    let commits = AtomicU64::new(0);
    thread::scope(|scope| {
        let counted = &commits;
        let writer = scope.spawn(move || write(contender, &receive, counted));
        let clients = (0..clients)
            .map(|client| (send.clone(), sync_channel(1), made(seed, client)))
            .collect();
        drop(send);
        let measured = run(
            clients,
            || commits.load(Ordering::Relaxed),
            |(send, (reply, answer), events)| {
                let event = events.take(1).pop().context("one was asked for")?;
                send.send((event, reply.clone()))?;
                answer.recv()?;
                Ok(1)
            },
        );
        writer.join().expect("the writer does not panic")?;
        measured
    })
}

/// Commits whatever waits as one transaction, as a server with a group commit does.
fn write(
    contender: &mut dyn Contender,
    asked: &Receiver<Asked>,
    commits: &AtomicU64,
) -> anyhow::Result<()> {
    while let Ok(first) = asked.recv() {
        let (mut events, mut replies) = (vec![first.0], vec![first.1]);
        while events.len() < 512
            && let Ok((event, reply)) = asked.try_recv()
        {
            events.push(event);
            replies.push(reply);
        }
        contender.append(&events)?;
        commits.fetch_add(1, Ordering::Relaxed);
        for reply in replies {
            // A client that was told to stop still waits for this one.
            let _ = reply.send(());
        }
    }
    Ok(())
}

/// Events whose streams are this client's own.
fn made(seed: u64, client: usize) -> Events {
    Events::of_client(seed, client as u64)
}

fn code(text: &str) -> anyhow::Result<Code> {
    Ok(Code::new(text)?)
}

pub(crate) fn submission(command: impl Into<Command>, key: Option<String>) -> Submission {
    Submission {
        command: command.into(),
        context: Context {
            at: Timestamp::from_seconds(1_700_000_000),
            actor: ActorId(7_000_000_000),
            purpose: Purpose::EmergencyResponse,
        },
        idempotency: key.map(Into::into),
    }
}

/// The same as a server hands it in, which hashed what it received.
fn received(command: impl Into<Command>, key: String) -> Submission {
    let hash = sha256(key.as_bytes()).0;
    Submission {
        idempotency: Some(RequestKey::of_received(key, hash)),
        ..submission(command, None)
    }
}

/// A center with a unit for each client.
pub(crate) fn center(directory: &Path, units: usize) -> anyhow::Result<Engine> {
    let root: PathBuf = directory.join("center");
    let dir = DataDir::create(root, "bench.example/1")?;
    let engine = Engine::open(&dir, Options::default())?;
    let define = |command: Command| -> anyhow::Result<()> {
        engine.enqueue(submission(command, None))?.wait()?;
        Ok(())
    };
    for (status, meaning) in [("AVL", Meaning::Available), ("OOS", Meaning::OutOfService)] {
        let (code, label) = (code(status)?, code(status)?);
        define(
            DefineUnitStatus {
                code,
                label,
                meaning,
            }
            .into(),
        )?;
    }
    let (fd, engine_type) = (code("FD")?, code("E")?);
    let (fire, label) = (code("Fire")?, code("Engine")?);
    define(
        DefineAgency {
            code: fd.clone(),
            name: fire,
        }
        .into(),
    )?;
    let unit_type = engine_type.clone();
    define(
        DefineUnitType {
            code: unit_type,
            label,
        }
        .into(),
    )?;
    let (done, label) = (code("DONE")?, code("Done")?);
    define(DefineDisposition { code: done, label }.into())?;
    for unit in 1..=units {
        let unit = DefineUnit {
            call_sign: code(&format!("E{unit}"))?,
            agency: fd.clone(),
            unit_type: engine_type.clone(),
            station: None,
        };
        define(unit.into())?;
    }
    Ok(engine)
}

/// A client's place in its round of ten commands: a call, three notes, five changes of its unit's
/// status, the end of the incident.
pub(crate) struct Client {
    pub(crate) unit: u32,
    pub(crate) asked: u64,
    pub(crate) incident: IncidentId,
    pub(crate) round: usize,
    /// Whether the unit is out of service.
    pub(crate) is_out: bool,
}

impl Client {
    /// The next command; `at` is what it was told of the call before.
    pub(crate) fn next(&mut self) -> anyhow::Result<Command> {
        let turn = self.asked % 10;
        self.asked += 1;
        Ok(match turn {
            0 => ReceiveIncident::default().into(),
            1..=3 => AddNarrative {
                incident: self.incident,
                text: Text::new(&format!(
                    "Caller Ada Lovelace, 555-{:04}, second floor, cannot walk",
                    self.asked % 10_000
                ))?,
            }
            .into(),
            9 => CloseIncident {
                incident: self.incident,
                disposition: code("DONE")?,
            }
            .into(),
            _ => {
                self.is_out = !self.is_out;
                ChangeUnitStatus {
                    unit: UnitId(self.unit),
                    status: code(if self.is_out { "OOS" } else { "AVL" })?,
                    incident: None,
                    correction: false,
                }
                .into()
            }
        })
    }

    /// Notes the incident that a call became.
    pub(crate) fn told(&mut self, receipt: &callbox_engine::Receipt) {
        if self.asked % 10 == 1
            && let Some(id) = receipt
                .entries
                .first()
                .and_then(|entry| entry.event.shown_incidents().first().copied())
        {
            self.incident = id;
        }
    }
}

fn callbox(engine: &Engine, clients: usize, round: usize) -> anyhow::Result<[f64; 4]> {
    let center = engine.snapshot();
    let clients = (1..=clients as u32)
        .map(|unit| Client {
            unit,
            asked: 0,
            incident: IncidentId(0),
            round,
            is_out: center
                .unit(UnitId(unit))
                .is_some_and(|unit| unit.status.as_str() == "OOS"),
        })
        .collect();
    let frames = || engine.health().frames;
    let measured = run(clients, frames, |client: &mut Client| {
        let command = client.next()?;
        let key = format!("{}-{}-{}", client.round, client.unit, client.asked);
        let receipt = engine.enqueue(received(command, key))?.wait()?;
        client.told(&receipt);
        Ok(receipt.entries.len())
    })?;
    ensure!(
        engine.health().halted.is_none(),
        "the engine stopped recording"
    );
    Ok(measured)
}
