//! `callbox closures`: closed streets of a running server.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Printed, Running};
use crate::{
    failure::{Failure, Outcome},
    output,
};

/// Lists closed streets, closes one, opens one, at a running server
///
/// Driving times and suggestions go round what is closed at once. The rules and rights are those of
/// the page /closures.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox closures close works \"Mill Rd / Elm St\" \"Mill Rd / Oak St\" --hours 4 \\
      --server http://127.0.0.1:8110 --token-file token")]
pub(super) struct Closures {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists the closures in force
    #[command(
        after_help = "Example:\n  callbox closures list --server http://127.0.0.1:8110 --token-file token"
    )]
    List(List),
    /// Closes the piece of street at a place, or the way between two
    #[command(
        after_help = "Example:\n  callbox closures close flood \"212 Elm St\" --impassable --server http://127.0.0.1:8110 --token-file token"
    )]
    Close(Close),
    /// Opens a closed street again
    #[command(
        after_help = "Example:\n  callbox closures lift 3 --server http://127.0.0.1:8110 --token-file token"
    )]
    Lift(Lift),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    server: Running,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Close {
    /// Why: works, crash, fire, flood, weather, damage, event, crossing or other
    cause: String,
    /// An address, a crossing, a place or coordinates
    from: String,
    /// The other end; without it the piece between the two next crossings is closed
    to: Option<String>,
    /// After how many hours it ends by itself; without it somebody has to lift it
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=17_520))]
    hours: Option<u16>,
    /// Nobody gets in at all, not even to a call on the street
    #[arg(long)]
    impassable: bool,
    /// Only say what would be closed
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    server: Running,
    #[command(flatten)]
    printed: Printed,
}

#[derive(Debug, Args)]
struct Lift {
    /// The closure's number
    closure: u64,
    #[command(flatten)]
    server: Running,
    #[command(flatten)]
    printed: Printed,
}

const PATH: &str = "/api/v1/closures";

impl Closures {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::List(list) => list.run(),
            What::Close(close) => close.run(),
            What::Lift(lift) => lift.run(),
        }
    }
}

impl List {
    fn run(self) -> Outcome {
        let answer = self.server.get(PATH)?;
        let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let rows: Vec<Vec<String>> = answer["closures"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| {
                let until = row["until"].as_str().unwrap_or("until lifted");
                let entry = if row["impassable"] == true {
                    "nobody"
                } else {
                    "calls on it"
                };
                let mut cells = vec![row["closure"].to_string()];
                cells.extend(["street", "cause"].map(|key| text(row, key)));
                cells.extend([entry.to_owned(), text(row, "since"), until.to_owned()]);
                cells
            })
            .collect();
        let head = ["no", "street", "cause", "who gets in", "since", "until"];
        let shown = match rows.is_empty() {
            true => "no street is closed".to_owned(),
            false => output::table(&head, &rows, 6),
        };
        output::result(self.printed.format, shown, &answer)
    }
}

impl Close {
    fn run(self) -> Outcome {
        let mut body = json!({"from": self.from, "to": self.to});
        if self.dry_run {
            let answer = self.server.post(&format!("{PATH}/preview"), &body)?;
            let problem = |key: &str| answer["problem"][key].as_str().unwrap_or_default();
            if answer["problem"].is_object() {
                let why = format!("{}; {}", problem("detail"), problem("hint"));
                return Err(Failure::Refused(why));
            }
            let text = format!(
                "would close {}: {} pieces, {} m",
                answer["street"].as_str().unwrap_or_default(),
                answer["pieces"],
                answer["meters"]
            );
            return output::result(self.printed.format, text, &answer);
        }
        body["cause"] = self.cause.into();
        body["impassable"] = self.impassable.into();
        if let Some(hours) = self.hours {
            let span = jiff::SignedDuration::from_hours(hours.into());
            body["until"] = (jiff::Timestamp::now() + span).to_string().into();
        }
        let answer = self.server.post(PATH, &body)?;
        let text = format!("closure {} is in force", answer["closure"]);
        output::result(self.printed.format, text, &answer)
    }
}

impl Lift {
    fn run(self) -> Outcome {
        let path = format!("{PATH}/{}/lift", self.closure);
        let answer = self.server.post(&path, &json!({}))?;
        let text = format!("closure {} is lifted", self.closure);
        output::result(self.printed.format, text, &answer)
    }
}
