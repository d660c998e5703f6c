//! `callbox token`: access for scripts.

use callbox_web::Scope;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    Data, Printed,
    user::{access_failure, changed, day, open},
};
use crate::{failure::Outcome, output};

/// Adds, lists and revokes tokens, with which scripts use the JSON API
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox token add mlee --label \"nightly export\" > token")]
pub(super) struct Token {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Makes a token with an account's rights and prints it once
    #[command(
        after_help = "Example:\n  callbox token add mlee --label \"nightly export\" --days 30 > token"
    )]
    Add(Add),
    /// Lists the tokens
    #[command(after_help = "Example:\n  callbox token list")]
    List(List),
    /// Ends a token
    #[command(after_help = "Example:\n  callbox token revoke 3")]
    Revoke(Revoke),
}

#[derive(Debug, Args)]
struct Add {
    /// The account with whose rights the script acts
    login: String,
    /// What it is for
    #[arg(long)]
    label: String,
    /// For how many days it holds
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// What it may be used for, within the account's rights: account, read, positions or metrics
    #[arg(long, default_value = "account", value_parser = scope)]
    scope: Scope,
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

#[derive(Debug, Args)]
struct Revoke {
    /// The token's number
    id: i64,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::from_name(text).ok_or_else(|| "use account, read, positions or metrics".to_owned())
}

impl Token {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Add(add) => add.run(),
            What::List(list) => list.run(),
            What::Revoke(revoke) => revoke.run(),
        }
    }
}

impl Add {
    fn run(self) -> Outcome {
        let secret = changed(&self.data, |access| {
            access.add_token(&self.login, &self.label, self.days, self.scope)
        })?;
        let json = json!({
            "login": self.login, "label": self.label, "days": self.days,
            "scope": self.scope.name(), "token": secret,
        });
        output::result(self.printed.format, &secret, &json)
    }
}

impl List {
    fn run(self) -> Outcome {
        let tokens = open(&self.data)?
            .tokens()
            .map_err(|error| access_failure(&error))?;
        let rows: Vec<Vec<String>> = tokens
            .iter()
            .map(|token| {
                vec![
                    token.id.to_string(),
                    token.login.clone(),
                    token.label.clone(),
                    token.scope.name().to_owned(),
                    day(token.created),
                    day(token.expires),
                ]
            })
            .collect();
        let head = ["id", "login", "label", "scope", "made", "until"];
        let json = json!({ "tokens": tokens });
        output::result(self.printed.format, output::table(&head, &rows, 6), &json)
    }
}

impl Revoke {
    fn run(self) -> Outcome {
        changed(&self.data, |access| access.revoke_token(self.id))?;
        let text = format!("token {} is revoked", self.id);
        output::result(
            self.printed.format,
            text,
            &json!({ "id": self.id, "revoked": true }),
        )
    }
}
