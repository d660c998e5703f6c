//! `callbox init`: a new center.

use callbox_ledger::RootKind;
use clap::{Args, ValueEnum};
use serde::Serialize;

use callbox_web::{Access, Role, generate_password};

use super::{Data, Printed};
use crate::{
    center::{self, NewCenter},
    defaults,
    failure::{Failure, Outcome},
    output,
};

/// Makes a new center: its keys, a usual configuration, and the first supervisor
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox init --data callbox-data --center \"Elm County Dispatch\"
  callbox init --center Elm --root-key passphrase
  callbox init --center Elm --root-key command --root-command /opt/kms/wrap --root-command --key=elm")]
pub(super) struct Init {
    #[command(flatten)]
    data: Data,
    /// The center's name
    #[arg(long, value_name = "NAME")]
    center: String,
    /// The ledger's name, unique in the world, such as dispatch.example.org/ledger; it cannot be
    /// changed later
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
    /// The time zone in which the center reads its clocks (an IANA name); the machine's unless given
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// The login name of the first supervisor
    #[arg(long, value_name = "LOGIN", default_value = "supervisor")]
    supervisor: String,
    /// Where the root key of all personal data comes from: a file in the data directory, a passphrase
    /// (asked for at each start, or in the file that CALLBOX_PASSPHRASE_FILE names), or a program
    /// that speaks to a key service
    #[arg(long, value_enum, default_value = "file", value_name = "KIND")]
    root_key: RootKey,
    /// The program of the key service, then each of its arguments, one by one
    #[arg(
        long,
        value_name = "ARG",
        allow_hyphen_values = true,
        required_if_eq("root_key", "command")
    )]
    root_command: Vec<String>,
    #[command(flatten)]
    printed: Printed,
}

/// The kinds of root keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RootKey {
    File,
    Passphrase,
    Command,
}

#[derive(Serialize)]
struct Made<'a> {
    data: &'a std::path::Path,
    center: &'a str,
    timezone: &'a str,
    verifier_key: String,
    supervisor: Supervisor<'a>,
}

#[derive(Serialize)]
struct Supervisor<'a> {
    login: &'a str,
    password: String,
}

impl Init {
    pub(super) fn run(self) -> Outcome {
        super::log("error");
        let timezone = self.timezone.unwrap_or_else(center::machine_zone);
        let new = NewCenter {
            name: &self.center,
            origin: self.origin.as_deref(),
            timezone: &timezone,
            commands: defaults::everything(),
            root: match self.root_key {
                RootKey::File => RootKind::File,
                RootKey::Passphrase => RootKind::Passphrase,
                RootKey::Command => RootKind::Command(self.root_command),
            },
        };
        let (verifier_key, password) = center::create(&self.data.data, new, |data| {
            let access =
                Access::open(&data.access_db()).map_err(|error| Failure::internal(&error))?;
            let password = generate_password().map_err(|error| Failure::internal(&error))?;
            access
                .set_policy("second-factor", "required")
                .and_then(|()| access.set_policy("first-passwords", "72"))
                .and_then(|()| {
                    let login = &self.supervisor;
                    access.create(login, login, Role::Supervisor, &password)
                })
                .map_err(|error| super::user::access_failure(&error))?;
            Ok(password)
        })?;
        let made = Made {
            data: &self.data.data,
            center: &self.center,
            timezone: &timezone,
            verifier_key,
            supervisor: Supervisor {
                login: &self.supervisor,
                password,
            },
        };
        let data = made.data.display();
        let text = format!(
            "The center {:?} is in {data}; its clocks read {timezone}.\n\n\
             Sign in as      {}\nwith password   {}\n(shown this once; another: callbox user \
             password {} --data {data})\n\nVerifier key    {}\n(give it to everybody who shall be able \
             to check the record)\n\nThe first sign-in, within 72 hours, asks for another password and for \
             a second factor: an authenticator app or a passkey.\nWithout: callbox policy set \
             first-passwords 0 --data {data}\n         callbox policy set second-factor optional \
             --data {data}\n\n\
             Next: callbox serve --data {data}\n\
             then  callbox user add NAME --role administrator --data {data}\n      \
             (administrators keep the accounts of the others at /accounts, and see no incident)",
            made.center,
            made.supervisor.login,
            made.supervisor.password,
            made.supervisor.login,
            made.verifier_key,
        );
        output::result(self.printed.format, text, &made)
    }
}
