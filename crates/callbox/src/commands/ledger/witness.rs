//! `callbox ledger witness`: who cosigns this ledger, and how many are enough.

use std::{
    fs,
    path::{Path, PathBuf},
};

use callbox_engine::DataDir;
use callbox_ledger::{Checkpoint, Policy, PolicyWitness, TileReader, VerifierKey, replace_file};
use callbox_web::check_authorities;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    super::{Data, Printed, verify::key_of},
    prove::read_policy,
};
use crate::{
    center,
    failure::{Failure, Outcome, chain},
    output, times,
};

#[derive(Debug, Args)]
pub(super) struct Witnesses {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Adds a witness; a running server asks it within a second
    #[command(
        after_help = "Example:\n  callbox ledger witness add court \"$(cat court.key)\" https://court.example.org/witness"
    )]
    Add(Add),
    /// Says how many witnesses are enough for a checkpoint to be published with their cosignatures
    #[command(after_help = "Example:\n  callbox ledger witness need 2")]
    Need(Need),
    /// Shows the witnesses, and what the published checkpoint has of them
    #[command(after_help = "Example:\n  callbox ledger witness list")]
    List(List),
    /// Takes a witness away
    #[command(after_help = "Example:\n  callbox ledger witness remove court")]
    Remove(Remove),
}

#[derive(Debug, Args)]
struct Add {
    /// What you call it: one word
    name: String,
    /// Its verifier key, as 'callbox witness keys' prints it there
    key: String,
    /// Where it takes checkpoints: the address before /add-checkpoint
    url: String,
    /// The certificate authority that alone vouches for its address (PEM), where it is none that this
    /// machine trusts
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Need {
    /// How many; 0 asks all of them and waits for none
    number: usize,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Remove {
    /// What you called it
    name: String,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

impl Witnesses {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Add(add) => {
                let key = VerifierKey::parse(add.key.trim())
                    .map_err(|error| Failure::Usage(format!("the key: {}", chain(&error))))?;
                let url = address(&add.url)?;
                let name = word(&add.name)?;
                let authority = add
                    .ca
                    .as_deref()
                    .map(|ca| authority(ca, &url))
                    .transpose()?;
                if let Some(pem) = authority {
                    keep_authority(&center::existing(&add.data.data)?, &name, &pem)?;
                }
                change(&add.data, &add.printed, |witnesses, least| {
                    witnesses.push(PolicyWitness {
                        name,
                        key,
                        url: Some(url),
                    });
                    Ok(least.max(1))
                })
            }
            What::Need(need) => change(&need.data, &need.printed, |_, _| Ok(need.number)),
            What::Remove(remove) => change(&remove.data, &remove.printed, |witnesses, least| {
                let data = center::existing(&remove.data.data)?;
                if let Some(path) = data.witness_authority(&remove.name)
                    && path.exists()
                {
                    fs::remove_file(&path).map_err(|error| {
                        Failure::io(format_args!("cannot remove {}", path.display()), &error)
                    })?;
                }
                let before = witnesses.len();
                witnesses.retain(|one| one.name != remove.name);
                if witnesses.len() == before {
                    return Err(Failure::Input(format!(
                        "there is no witness {}; see: callbox ledger witness list",
                        remove.name
                    )));
                }
                Ok(least.min(witnesses.len()))
            }),
            What::List(list) => show(&center::existing(&list.data.data)?, &list.printed),
        }
    }
}

/// Changes the policy's file as a whole, and shows it.
fn change(
    data: &Data,
    printed: &Printed,
    edit: impl FnOnce(&mut Vec<PolicyWitness>, usize) -> Outcome<usize>,
) -> Outcome {
    let data = center::existing(&data.data)?;
    let path = data.witness_policy();
    let (mut witnesses, least) = match policy(&data)? {
        None => (Vec::new(), 0),
        Some(policy) => {
            let least = policy.least().ok_or_else(|| {
                Failure::Refused(format!(
                    "{} has groups of witnesses; change it with an editor",
                    path.display()
                ))
            })?;
            (policy.witnesses().to_vec(), least)
        }
    };
    let least = edit(&mut witnesses, least)?;
    let policy = Policy::of_ledger(key_of(&data)?, least, witnesses)
        .map_err(|error| Failure::Input(chain(&error)))?;
    let head = "# Whose cosignatures this ledger's checkpoints need (C2SP tlog-policy). Hand it to \
                readers.\n";
    replace_file(&path, format!("{head}{policy}").as_bytes())
        .map_err(|error| Failure::io(format_args!("cannot write {}", path.display()), &error))?;
    show(&data, printed)
}

/// The policy of a center, where it has witnesses.
pub(in crate::commands) fn policy(data: &DataDir) -> Outcome<Option<Policy>> {
    let path = data.witness_policy();
    match fs::exists(&path) {
        Ok(false) => Ok(None),
        _ => read_policy(&path).map(Some),
    }
}

/// The published checkpoint where it fulfils the center's policy, with the events it covers.
pub(in crate::commands) fn cosigned_note(data: &DataDir) -> Outcome<Option<(String, u64)>> {
    let Some(policy) = policy(data)? else {
        return Ok(None);
    };
    // What cannot be read is published anew by the next start; the signed one serves meanwhile.
    let Ok(Some(note)) = TileReader::new(&data.tiles()).checkpoint() else {
        return Ok(None);
    };
    let fulfils = !policy.witnesses().is_empty() && policy.check(&note).is_ok();
    match Checkpoint::open(&note, &key_of(data)?) {
        Ok(checkpoint) if fulfils => Ok(Some((note, checkpoint.size))),
        _ => Ok(None),
    }
}

/// When the witness cosigned this checkpoint, in seconds, whatever the policy as a whole needs.
pub(in crate::commands) fn published_by(note: &str, witness: &PolicyWitness) -> Option<u64> {
    let alone = Policy::least_of(1, [witness.key.clone()]).ok()?;
    Some(alone.check(note).ok()?.first()?.at_s)
}

fn show(data: &DataDir, printed: &Printed) -> Outcome {
    let Some(policy) = policy(data)? else {
        return Err(Failure::Input(
            "the ledger has no witnesses; add one with: callbox ledger witness add NAME KEY URL"
                .to_owned(),
        ));
    };
    let published = TileReader::new(&data.tiles()).checkpoint().ok().flatten();
    let rows: Vec<_> = (policy.witnesses().iter())
        .map(|witness| {
            let at = published
                .as_deref()
                .and_then(|note| published_by(note, witness));
            (witness, at.map(times::of_seconds))
        })
        .collect();
    let json = json!({
        "least": policy.least(),
        "fulfilled": published.as_deref().is_some_and(|note| policy.check(note).is_ok()),
        "witnesses": rows.iter().map(|(witness, at)| json!({
            "name": witness.name, "key": witness.key.to_string(), "url": witness.url,
            "own_authority": has_authority(data, witness), "cosigned": at,
        })).collect::<Vec<_>>(),
    });
    let lines: Vec<Vec<String>> = (rows.iter())
        .map(|(witness, at)| {
            let at = at
                .as_ref()
                .map_or_else(|| "not".to_owned(), ToString::to_string);
            let own = has_authority(data, witness);
            let own = if own { " (its own authority)" } else { "" };
            let url = witness.url.clone().unwrap_or_else(|| "–".to_owned()) + own;
            vec![witness.name.clone(), at, url, witness.key.name().to_owned()]
        })
        .collect();
    let enough = match policy.least() {
        Some(least) => format!("{least} of {} are enough", lines.len()),
        None => "groups decide how many are enough".to_owned(),
    };
    let table = output::table(&["witness", "cosigned", "address", "key"], &lines, 4);
    let text = format!(
        "{table}\n{enough}; readers check with: callbox ledger verify-proof FILE --policy {}",
        data.witness_policy().display()
    );
    output::result(printed.format, text, &json)
}

fn has_authority(data: &DataDir, witness: &PolicyWitness) -> bool {
    (data.witness_authority(&witness.name)).is_some_and(|path| path.exists())
}

/// The certificate authority in this file, for a witness at `url`.
fn authority(path: &Path, url: &str) -> Outcome<Vec<u8>> {
    if !url.starts_with("https://") {
        return Err(Failure::Usage(format!(
            "{url} has no certificate that --ca could vouch for; use an https:// address"
        )));
    }
    let pem = fs::read(path)
        .map_err(|error| Failure::io(format_args!("cannot read {}", path.display()), &error))?;
    check_authorities(&pem)
        .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
    Ok(pem)
}

fn keep_authority(data: &DataDir, witness: &str, pem: &[u8]) -> Outcome {
    let path = data
        .witness_authority(witness)
        .expect("the name was checked");
    fs::create_dir_all(data.witness_authorities())
        .and_then(|()| replace_file(&path, pem))
        .map_err(|error| Failure::io(format_args!("cannot write {}", path.display()), &error))
}

fn word(name: &str) -> Outcome<String> {
    let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        return Err(Failure::Usage(format!(
            "{name:?} cannot be a witness's name; give one word of letters and digits"
        )));
    }
    Ok(name.to_owned())
}

fn address(url: &str) -> Outcome<String> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_graphic() && !"?#\"<>".contains(c);
    match rest {
        Some(rest) if !rest.trim_matches('/').is_empty() && rest.chars().all(plain) => {
            Ok(url.trim_end_matches('/').to_owned())
        }
        _ => Err(Failure::Usage(format!(
            "{url}: write the witness's address as https://HOST[:PORT][/PATH], without \
             /add-checkpoint"
        ))),
    }
}
