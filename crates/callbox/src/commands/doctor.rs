//! `callbox doctor`: is everything in order, and if not, what to do?

use std::{fs, path::Path};

use callbox_engine::DataDir;
use callbox_ledger::{Gate, RootKind, Source as _, SqliteReader, TileReader};
use clap::Args;
use serde::Serialize;

use super::{
    Data, Printed,
    backup::{LAST, LAST_KEYS, epoch},
    ledger::{policy, published_by},
};
use crate::{
    center,
    failure::{Failure, Outcome, chain},
    output, passphrase, times,
};

/// Below this much free space a server should not start a shift.
const LITTLE_SPACE: u64 = 1 << 30;
/// Below this much it may stop within hours.
const NO_SPACE: u64 = 100 << 20;
/// A running server has its checkpoint cosigned every few minutes.
const SILENT_SECONDS: u64 = 3_600;
const DAY_SECONDS: f64 = 86_400.0;

/// Checks disk, clock, permissions, keys, checkpoints and backups, and says what to do
///
/// Exits with 1 when a check fails. Works while a server runs. To check the record itself, use
/// verify.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox doctor --data callbox-data")]
pub(super) struct Doctor {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warn,
    Fail,
}

#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    state: State,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

#[derive(Serialize)]
struct Checks {
    ok: bool,
    checks: Vec<Check>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            state: State::Ok,
            found: found.into(),
            advice: None,
        }
    }

    fn bad(
        name: &'static str,
        state: State,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            name,
            state,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }
}

impl Doctor {
    pub(super) fn run(self) -> Outcome {
        let data = center::existing(&self.data.data)?;
        let mut checks = vec![disk(&data), permissions(&data)];
        let last = last_frame(&data);
        checks.push(clock(
            last.as_ref().ok().and_then(|last| last.map(|(_, at)| at)),
        ));
        checks.extend(keys_and_checkpoint(&data, last));
        checks.extend(witnesses(&data));
        checks.push(backups(&data));
        checks.push(vault(&data));
        let failed = checks
            .iter()
            .filter(|check| check.state == State::Fail)
            .count();
        let checks = Checks {
            ok: failed == 0,
            checks,
        };
        let rows: Vec<String> = checks.checks.iter().map(line).collect();
        output::result(self.printed.format, rows.join("\n"), &checks)?;
        match failed {
            0 => Ok(()),
            1 => Err(Failure::Check("1 check failed".to_owned())),
            n => Err(Failure::Check(format!("{n} checks failed"))),
        }
    }
}

fn line(check: &Check) -> String {
    let state = match check.state {
        State::Ok => "ok  ",
        State::Warn => "warn",
        State::Fail => "FAIL",
    };
    let advice = check.advice.as_ref();
    let advice = advice.map_or_else(String::new, |advice| format!("\n{:19}-> {advice}", ""));
    format!("{state}  {:<12} {}{advice}", check.name, check.found)
}

fn disk(data: &DataDir) -> Check {
    let free = match rustix::fs::statvfs(&data.root) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            return Check::bad(
                "disk",
                State::Fail,
                format!("cannot be read: {error}"),
                "check the disk",
            );
        }
    };
    let found = format!("{:.1} GB free", free as f64 / 1e9);
    let advice = "free some space, or move the data directory to a larger disk";
    match free {
        free if free < NO_SPACE => Check::bad("disk", State::Fail, found, advice),
        free if free < LITTLE_SPACE => Check::bad("disk", State::Warn, found, advice),
        _ => Check::ok("disk", found),
    }
}

fn permissions(data: &DataDir) -> Check {
    let probe = data.root.join(format!(".probe-{}", std::process::id()));
    let written = fs::write(&probe, b"probe").and_then(|()| fs::remove_file(&probe));
    if let Err(error) = written {
        let said = crate::failure::said(&error);
        let advice = "run callbox as the owner of the directory, on a disk that can be written";
        return Check::bad(
            "permissions",
            State::Fail,
            format!("cannot write: {said}"),
            advice,
        );
    }
    let open: Vec<String> = [
        data.root.clone(),
        data.signing_key(),
        data.second_key(),
        data.root_key(),
        data.access_db(),
    ]
    .into_iter()
    .filter(|path| is_open_to_others(path))
    .map(|path| path.display().to_string())
    .collect();
    if open.is_empty() {
        return Check::ok(
            "permissions",
            "the directory can be written, and read by its owner only",
        );
    }
    let open = open.join(" ");
    let advice = format!("chmod go-rwx {open}");
    let secrets = [
        data.signing_key(),
        data.second_key(),
        data.root_key(),
        data.access_db(),
    ];
    let key = secrets.iter().any(|path| is_open_to_others(path));
    let state = if key { State::Fail } else { State::Warn };
    Check::bad(
        "permissions",
        state,
        format!("others can look into {open}"),
        advice,
    )
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

/// The ledger's length and when its last event was recorded.
fn last_frame(data: &DataDir) -> Result<Option<(u64, i64)>, String> {
    let mut reader = SqliteReader::open(&data.ledger_db()).map_err(|error| chain(&error))?;
    let last = reader.last().map_err(|error| chain(&error))?;
    let Some(last) = last else {
        return Ok(None);
    };
    let row = reader
        .read(last.no, 1)
        .map_err(|error| chain(&error))?
        .pop();
    Ok(row.map(|row| (row.first_seq + u64::from(row.n), row.at_us)))
}

fn clock(last_recorded_us: Option<i64>) -> Check {
    let now = times::now();
    let advice =
        "set the machine's clock, and let it follow a time server (timedatectl set-ntp true)";
    if let Some(last) = last_recorded_us
        && now.micros() < last
    {
        let behind = (last - now.micros()) / 1_000_000;
        let found = format!("{now}, {behind} s before the last recorded event");
        return Check::bad("clock", State::Fail, found, advice);
    }
    // No callbox was made before 2025: a clock before it has lost its battery.
    if now.millis() < 1_735_689_600_000 {
        return Check::bad("clock", State::Fail, now.to_string(), advice);
    }
    Check::ok(
        "clock",
        format!("{now}, not before the last recorded event"),
    )
}

fn keys_and_checkpoint(data: &DataDir, last: Result<Option<(u64, i64)>, String>) -> Vec<Check> {
    let ledger = match last {
        Ok(last) => last.map_or(0, |(events, _)| events),
        Err(why) => {
            let advice = format!("callbox verify --data {}", data.root.display());
            return vec![Check::bad("ledger", State::Fail, why, advice)];
        }
    };
    let signer = match data.signer() {
        Ok(signer) => signer,
        Err(error) => {
            let advice = "put the key back from a backup; without it nothing can be signed";
            return vec![Check::bad("keys", State::Fail, chain(&error), advice)];
        }
    };
    let keys = match signer.ml_dsa_verifier() {
        Some(_) => Check::ok(
            "keys",
            format!("{}, and one of ML-DSA-44", signer.verifier()),
        ),
        None => Check::bad(
            "keys",
            State::Warn,
            format!("{}, without a second one of ML-DSA-44", signer.verifier()),
            format!(
                "callbox ledger second-key --data {}, then restart the server and hand the new key \
                 out: checkpoints then hold against quantum computers too",
                data.root.display()
            ),
        ),
    };
    let advice = format!("callbox verify --data {}", data.root.display());
    let kept = Gate::open(&data.checkpoint()).and_then(|gate| gate.checkpoint(signer.verifier()));
    let checkpoint = match kept {
        Err(error) => Check::bad("checkpoint", State::Fail, chain(&error), advice),
        Ok(None) if ledger == 0 => Check::ok("checkpoint", "nothing to sign yet"),
        Ok(None) => Check::bad(
            "checkpoint",
            State::Fail,
            format!("none, although the ledger has {ledger} events"),
            "start the server, it signs within a second; if there was one before, find out who \
             removed it",
        ),
        Ok(Some(kept)) if kept.size > ledger => Check::bad(
            "checkpoint",
            State::Fail,
            format!(
                "{} events were signed, the ledger has {ledger}: an older copy was put back",
                kept.size
            ),
            advice,
        ),
        Ok(Some(kept)) => Check::ok(
            "checkpoint",
            format!("{} of {ledger} events are signed", kept.size),
        ),
    };
    vec![keys, checkpoint]
}

/// Whether enough witnesses cosigned lately, where the ledger has some.
fn witnesses(data: &DataDir) -> Option<Check> {
    const NAME: &str = "witnesses";
    let policy = match policy(data) {
        Ok(policy) => policy.filter(|policy| !policy.witnesses().is_empty())?,
        Err(error) => {
            let advice =
                "put it right with an editor, or make it anew with: callbox ledger witness add";
            return Some(Check::bad(NAME, State::Fail, error.to_string(), advice));
        }
    };
    let published = TileReader::new(&data.tiles()).checkpoint().ok().flatten();
    let published = published.unwrap_or_default();
    let now_s = u64::try_from(times::now().micros() / 1_000_000).unwrap_or(0);
    let mut missing = Vec::new();
    for witness in policy.witnesses() {
        match published_by(&published, witness) {
            Some(at_s) if now_s.saturating_sub(at_s) <= SILENT_SECONDS => {}
            Some(at_s) => missing.push(format!(
                "{} (last at {})",
                witness.name,
                times::of_seconds(at_s)
            )),
            None => missing.push(witness.name.clone()),
        }
    }
    let all = policy.witnesses().len();
    if missing.is_empty() {
        return Some(Check::ok(
            NAME,
            format!("all {all} cosigned the published checkpoint"),
        ));
    }
    let found = format!(
        "{} of {all} cosigned within the last hour; not: {}",
        all - missing.len(),
        missing.join(", ")
    );
    let advice =
        "see why on the page /ledger of the running server, then ask that witness's people";
    Some(Check::bad(NAME, State::Warn, found, advice))
}

fn backups(data: &DataDir) -> Check {
    let advice = format!(
        "callbox backup FILE --data {}, every day, to another disk",
        data.root.display()
    );
    let read = fs::read_to_string(data.root.join(LAST)).ok();
    let last: Option<serde_json::Value> = read.and_then(|text| serde_json::from_str(&text).ok());
    let Some(last) = last else {
        return Check::bad("backups", State::Warn, "none was made yet", advice);
    };
    let text = |key: &str| last[key].as_str().unwrap_or_default().to_owned();
    let (file, at) = (text("file"), text("at"));
    let age = at.parse::<jiff::Timestamp>().map_or(f64::INFINITY, |at| {
        (times::now().micros() - at.as_microsecond()) as f64 / 1e6
    });
    let found = format!("the last one at {at}: {file}");
    if age > DAY_SECONDS {
        return Check::bad(
            "backups",
            State::Warn,
            format!("{found}, more than a day ago"),
            advice,
        );
    }
    Check::ok("backups", found)
}

/// The keys of personal data: that they are there, and that a copy is kept apart.
fn vault(data: &DataDir) -> Check {
    let kind = match RootKind::read(&data.root_key()) {
        Ok(kind) => kind,
        Err(error) => {
            let advice = "put it back from the file that backup --keys wrote; without it no \
                          personal data can be read";
            return Check::bad("vault", State::Fail, chain(&error), advice);
        }
    };
    let epoch = epoch(data);
    let Some(name) = epoch.as_deref().filter(|_| data.vault_db().exists()) else {
        let advice = "put the vault back from the newest backup, and its epoch's key from the file \
                      that backup --keys wrote";
        return Check::bad("vault", State::Fail, "a part of it is missing", advice);
    };
    let number = name
        .trim_start_matches("epoch-")
        .trim_end_matches(".key")
        .parse();
    let mut tried = format!("root key by {}", kind.name());
    match number {
        // Nobody is asked for a passphrase by a check that a timer may run.
        Ok(_) if kind == RootKind::Passphrase && !passphrase::is_at_hand() => {
            tried.push_str(", not tried");
        }
        Ok(number) => {
            let ask = passphrase::asker(false);
            let opened = RootKind::try_out(&data.root_key(), &data.vault(), number, &*ask);
            if let Err(error) = opened {
                let advice = "see 'When a file is lost' in docs/sealing.md; do not restart the \
                              server before this is in order";
                return Check::bad("vault", State::Fail, chain(&error), advice);
            }
        }
        Err(_) => {}
    }
    let name = &format!("{name}, {tried}");
    let read = fs::read_to_string(data.root.join(LAST_KEYS)).ok();
    let last: Option<serde_json::Value> = read.and_then(|text| serde_json::from_str(&text).ok());
    let advice = format!(
        "callbox backup FILE --keys KEY-FILE --data {}, and keep KEY-FILE apart from the backups",
        data.root.display()
    );
    match last {
        Some(last) if last["epoch"].as_str() == epoch.as_deref() => Check::ok(
            "vault",
            format!(
                "{name}; its keys were written at {}",
                last["at"].as_str().unwrap_or("?")
            ),
        ),
        Some(_) => Check::bad(
            "vault",
            State::Warn,
            format!("{name} began after the keys were written"),
            advice,
        ),
        None => Check::bad(
            "vault",
            State::Warn,
            format!("{name}; its keys were never written"),
            advice,
        ),
    }
}
