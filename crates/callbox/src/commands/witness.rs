//! `callbox witness`: signs that other centers' records only grow.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use callbox_engine::wall_clock;
use callbox_ledger::{Cosigner, KeyKind, VerifierKey, Witness as Cosigning, WitnessFile};
use callbox_web::{TlsFiles, WitnessServer};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    Printed,
    serve::{failure, stopped},
};
use crate::{
    failure::{Failure, Outcome, chain},
    output,
};

/// The witness's two files: its key, and what it has cosigned last of each ledger.
const KEY: &str = "witness.key";
const STATE: &str = "witness.state";
const DEFAULT_DATA: &str = "callbox-witness";

/// Is a witness to other centers: signs that their records have only grown since it last looked
///
/// Needs no center. Keeps a key of its own, and what it cosigned last of each ledger.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox witness init --name court.example.org/witness
  callbox witness serve --log elm.keys --log oak.keys --listen 127.0.0.1:8111")]
pub(super) struct Witness {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Makes a new witness: its key, and an empty memory
    #[command(after_help = "Example:\n  callbox witness init --name court.example.org/witness")]
    Init(Init),
    /// Answers ledgers that ask for cosignatures, until it is stopped (C2SP tlog-witness)
    ///
    /// A ledger that shrank, or shows another history, is refused. Each answer is on stable storage
    /// before it is given.
    #[command(
        after_help = "Example:\n  callbox witness serve --log elm.keys --listen 127.0.0.1:8111"
    )]
    Serve(Serve),
    /// Prints the key that its cosignatures are checked with
    #[command(after_help = "Example:\n  callbox witness keys > court.key")]
    Keys(Keys),
}

#[derive(Debug, Args)]
struct Place {
    /// The witness's directory
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    data: PathBuf,
}

#[derive(Debug, Args)]
struct Init {
    #[command(flatten)]
    place: Place,
    /// The witness's name, unique in the world, such as court.example.org/witness
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Serve {
    #[command(flatten)]
    place: Place,
    /// A file with the keys of a ledger to witness, as that center's 'ledger keys' prints them; once
    /// for each ledger
    #[arg(long = "log", value_name = "KEY-FILE", required = true)]
    logs: Vec<PathBuf>,
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8111")]
    listen: SocketAddr,
    /// The server's certificate with its chain, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Serve plain HTTP to other machines too; nothing that is sent is secret, and all of it is signed
    #[arg(long)]
    insecure_listen: bool,
}

#[derive(Debug, Args)]
struct Keys {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    printed: Printed,
}

impl Witness {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Init(init) => init.run(),
            What::Serve(serve) => serve.run(),
            What::Keys(keys) => keys.run(),
        }
    }
}

impl Place {
    fn key(&self) -> Outcome<Cosigner> {
        let path = self.data.join(KEY);
        if !path.exists() {
            let data = self.data.display();
            return Err(Failure::Input(format!(
                "there is no witness in {data}; make one with: callbox witness init --data {data} \
                 --name NAME"
            )));
        }
        Cosigner::load(&path).map_err(|error| Failure::Input(chain(&error)))
    }
}

impl Init {
    fn run(self) -> Outcome {
        let Self {
            place,
            name,
            printed,
        } = self;
        let path = place.data.join(KEY);
        if path.exists() {
            return Err(Failure::Input(format!(
                "there is a witness in {} already; choose another directory",
                place.data.display()
            )));
        }
        fs::create_dir_all(&place.data).map_err(|error| {
            Failure::io(format_args!("cannot make {}", place.data.display()), &error)
        })?;
        let unusable = |error: &dyn std::error::Error| Failure::Input(chain(error));
        // The memory first: a key without one counts as a witness that lost its memory.
        let state = place.data.join(STATE);
        if !state.exists() {
            WitnessFile::create(&state).map_err(|error| unusable(&error))?;
        }
        let key = Cosigner::generate(&name, KeyKind::Ed25519Cosignature, &path)
            .map_err(|error| unusable(&error))?;
        let key = key.verifier().to_string();
        let text = format!(
            "{key}\n\
             Next: hand this key to the centers, take their keys (callbox ledger keys), and run\n  \
             callbox witness serve --data {} --log KEY-FILE",
            place.data.display()
        );
        let json = json!({ "data": place.data, "verifier_key": key });
        output::result(printed.format, text, &json)
    }
}

impl Keys {
    fn run(self) -> Outcome {
        let key = self.place.key()?;
        let key = key.verifier().to_string();
        let json = json!({ "keys": [{ "verifier_key": key }] });
        output::result(self.printed.format, &key, &json)
    }
}

impl Serve {
    fn run(self) -> Outcome {
        super::log("info");
        let cosigner = self.place.key()?;
        let mut logs = Vec::new();
        for file in &self.logs {
            logs.extend(keys_of(file)?);
        }
        let unusable = |error: &dyn std::error::Error| Failure::Input(chain(error));
        let state =
            WitnessFile::open(&self.place.data.join(STATE)).map_err(|error| unusable(&error))?;
        let known = logs.len();
        let witness =
            Cosigning::new(logs, vec![cosigner], state).map_err(|error| unusable(&error))?;
        let tls = (self.tls_cert.zip(self.tls_key))
            .map(|(certificate, key)| TlsFiles { certificate, key });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::io("cannot start the server's threads", &error))?;
        runtime.block_on(async {
            let server = WitnessServer::bind(
                witness,
                wall_clock(),
                self.listen,
                tls.as_ref(),
                self.insecure_listen,
            )
            .await
            .map_err(|error| failure(&error))?;
            let ledgers = if known == 1 { "ledger" } else { "ledgers" };
            output::text(format_args!(
                "callbox witnesses {known} {ledgers} at {}\n",
                server.url()
            ))?;
            server.run(stopped()?).await;
            Ok(())
        })
    }
}

/// The key of a ledger that its checkpoints must be signed with: the Ed25519 one of what 'ledger
/// keys' prints.
fn keys_of(file: &Path) -> Outcome<Vec<VerifierKey>> {
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::io(format_args!("cannot read {}", file.display()), &error))?;
    let mut keys = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let key = VerifierKey::parse(line.trim())
            .map_err(|error| Failure::Input(format!("{}: {}", file.display(), chain(&error))))?;
        if key.kind() == KeyKind::Ed25519 {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        return Err(Failure::Input(format!(
            "{} holds no key of a ledger; ask the center for what its 'ledger keys' prints",
            file.display()
        )));
    }
    Ok(keys)
}
