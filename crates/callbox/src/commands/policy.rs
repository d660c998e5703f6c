//! `callbox policy`: what a center asks of those who sign in.

use callbox_web::Policy as SignInPolicy;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    Data, Printed,
    user::{changed, open},
};
use crate::{failure::Outcome, output};

/// Lists and sets what a center asks of those who sign in; also while a server runs
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox policy set second-factor required
  callbox policy set secured-addresses \"10.1.2.0/24 ::1\"
  callbox policy set breached-list /srv/pwned-passwords-sha1-ordered-by-hash.txt
  callbox policy set own-words \"elm elmville\"
  callbox policy set sessions 5
  callbox policy set first-passwords 72
  callbox policy set duty required
  callbox policy set account-requests 200")]
pub(super) struct Policy {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists the settings
    #[command(after_help = "Example:\n  callbox policy list")]
    List(List),
    /// Sets one; sessions that have begun keep what they began with
    #[command(after_help = "Example:\n  callbox policy set second-factor required")]
    Set(Set),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Set {
    /// second-factor (required or optional), secured-addresses (where an open board keeps a
    /// session alive and requests have no limit), breached-list (a file of breached passwords; empty
    /// for none), own-words (words that no password holds, with spaces between them; empty for
    /// none), sessions (in how many browsers an account is signed in at once; 0 for any; beyond it
    /// the one unused longest is signed out), first-passwords (for how many hours a password holds that
    /// somebody else set; its owner changes it at the first sign-in; 0 for no end), duty (required: only those on duty change what the
    /// service does; or optional), account-requests and address-requests (most a second;
    /// 0 for any)
    name: String,
    /// The value
    value: String,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

impl Policy {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::List(List { data, printed }) => show(&open(&data)?.policy(), &printed),
            What::Set(set) => {
                let policy = changed(&set.data, |access| {
                    access.set_policy(&set.name, &set.value)?;
                    Ok(access.policy())
                })?;
                show(&policy, &set.printed)
            }
        }
    }
}

/// What the settings of [`SignInPolicy::NAMES`] are, in their order.
const MEANINGS: [&str; SignInPolicy::NAMES.len()] = [
    "whether everybody signs in with a code or a passkey too",
    "where an open board keeps a session alive, and requests have no limit",
    "a file of breached passwords, which nobody may take",
    "words that no password holds",
    "browsers in which an account is signed in at once; 0 is any number",
    "hours that a password holds which somebody else set; 0 is no end",
    "whether only those on duty change what the service does",
    "most requests of an account a second; 0 is any number",
    "most requests of an address a second; 0 is any number",
];

fn show(policy: &SignInPolicy, printed: &Printed) -> Outcome {
    let factor = if policy.second_factor {
        "required"
    } else {
        "optional"
    };
    let duty = if policy.duty { "required" } else { "optional" };
    let own_words = match policy.own_words.join(" ") {
        none if none.is_empty() => "-".to_owned(),
        words => words,
    };
    let values = [
        factor.to_owned(),
        policy.secured_addresses.join(" "),
        policy.breached_list.clone().unwrap_or_else(|| "-".into()),
        own_words,
        policy.sessions.to_string(),
        policy.first_passwords.to_string(),
        duty.to_owned(),
        policy.account_requests.to_string(),
        policy.address_requests.to_string(),
    ];
    let rows: Vec<Vec<String>> = SignInPolicy::NAMES
        .iter()
        .zip(values)
        .zip(MEANINGS)
        .map(|((name, value), meaning)| vec![(*name).to_owned(), value, meaning.to_owned()])
        .collect();
    let text = output::table(&["setting", "value", "what it is"], &rows, 3);
    output::result(printed.format, text, &json!({ "policy": policy }))
}
