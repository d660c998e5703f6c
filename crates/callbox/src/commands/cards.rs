//! `callbox cards`: question cards as a table.

use callbox_domain::PublishCards;
use clap::{Args, Subcommand};

use super::table::{Export, Table};
use crate::failure::Outcome;

/// Exports, checks and imports question cards as a table (CSV)
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox cards export > cards.csv
  callbox cards check cards.csv
  callbox cards import cards.csv")]
pub(super) struct Cards {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Writes the cards in use as a table
    #[command(after_help = "Example:\n  callbox cards export > cards.csv")]
    Export(Export),
    /// Says whether a table could be imported, and what it would change
    #[command(after_help = "Example:\n  callbox cards check cards.csv")]
    Check(Table),
    /// Publishes a table, each changed card as its next version; the server must not run
    #[command(after_help = "Example:\n  callbox cards import cards.csv")]
    Import(Table),
}

impl Cards {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Export(export) => export.run::<PublishCards>(),
            What::Check(table) => table.run::<PublishCards>(false),
            What::Import(table) => table.run::<PublishCards>(true),
        }
    }
}
