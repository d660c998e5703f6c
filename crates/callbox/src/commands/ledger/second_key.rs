//! `callbox ledger second-key`: the key that holds against quantum computers.

use std::fs;

use callbox_engine::DataDir;
use callbox_ledger::Signer;
use clap::Args;
use serde_json::json;

use super::super::{Data, Printed};
use crate::{
    center,
    failure::{Failure, Outcome, chain},
    output,
};

#[derive(Debug, Args)]
pub(super) struct SecondKey {
    /// Puts the key that is there aside and makes a new one; readers need the new key from then on
    #[arg(long)]
    renew: bool,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

impl SecondKey {
    pub(super) fn run(self) -> Outcome {
        let data = center::existing(&self.data.data)?;
        let unusable = |error| Failure::Input(chain(&error));
        let origin = Signer::load(&data.signing_key()).map_err(unusable)?;
        let aside = if data.second_key().exists() {
            if !self.renew {
                return Err(Failure::Input(format!(
                    "there is a second key already: {}; --renew puts it aside and makes a new one",
                    data.second_key().display()
                )));
            }
            Some(put_aside(&data)?)
        } else {
            None
        };
        let made = data.make_second_key(origin.origin()).map_err(unusable)?;
        let key = made.verifier().to_string();
        let json = json!({ "verifier_key": key, "old": aside });
        let text = format!(
            "{key}\nNext: restart the server, hand the key out, and make a backup: it holds the key."
        );
        output::result(self.printed.format, text, &json)
    }
}

/// Gives the old key another name; nothing reads it there.
fn put_aside(data: &DataDir) -> Outcome<std::path::PathBuf> {
    let path = data.second_key();
    for n in 1.. {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".old-{n}"));
        let aside = std::path::PathBuf::from(name);
        if !aside.exists() {
            fs::rename(&path, &aside).map_err(|error| {
                Failure::io(format_args!("cannot rename {}", path.display()), &error)
            })?;
            return Ok(aside);
        }
    }
    unreachable!("some number is free")
}
