//! `callbox plans`: response plans as a table.

use callbox_domain::PublishPlans;
use clap::{Args, Subcommand};

use super::table::{Export, Table};
use crate::failure::Outcome;

/// Exports, checks and imports response plans as a table (CSV)
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox plans export > plans.csv
  callbox plans check plans.csv
  callbox plans import plans.csv")]
pub(super) struct Plans {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Writes the plans in force as a table
    #[command(after_help = "Example:\n  callbox plans export > plans.csv")]
    Export(Export),
    /// Says whether a table could be imported, and what it would change
    #[command(after_help = "Example:\n  callbox plans check plans.csv")]
    Check(Table),
    /// Publishes a table as the next edition; the server must not run
    #[command(after_help = "Example:\n  callbox plans import plans.csv")]
    Import(Table),
}

impl Plans {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Export(export) => export.run::<PublishPlans>(),
            What::Check(table) => table.run::<PublishPlans>(false),
            What::Import(table) => table.run::<PublishPlans>(true),
        }
    }
}
