//! `callbox town`: an extract of a town that does not exist.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::PathBuf,
};

use callbox_geo::town::Plan;
use clap::Args;
use serde_json::json;

use super::Printed;
use crate::{
    failure::{Failure, Outcome},
    output,
};

/// Draws a town that does not exist and writes it as an OpenStreetMap extract
///
/// It has what a real place has: streets with one-ways and turn bans, a river with bridges, a ring
/// road, a motorway with junctions and kilometre posts, an island with a ferry, house numbers, names
/// in English and Chinese. The same size and seed give the same town.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callbox town town.osm.pbf
  callbox town large.osm.pbf --size 1000 --seed 7
  callbox import streets town.osm.pbf --data callbox-data")]
pub(super) struct Town {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE.osm.pbf")]
    file: PathBuf,
    /// How many thousands of people could live there, 1 to 10000
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    size: u32,
    /// Another number, another town
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    printed: Printed,
}

impl Town {
    pub(super) fn run(self) -> Outcome {
        output::must_be_new(&self.file)?;
        let failed = |error: &std::io::Error| {
            Failure::io(format_args!("cannot write {}", self.file.display()), error)
        };
        let plan = Plan {
            size: self.size,
            seed: self.seed,
        };
        let file = File::create_new(&self.file).map_err(|error| failed(&error))?;
        let mut out = BufWriter::new(file);
        let written = plan
            .write(&mut out)
            .and_then(|drawn| out.flush().map(|()| drawn));
        let drawn = match written {
            Ok(drawn) => drawn,
            Err(error) => {
                // The first error is the one to tell; half a town is of no use.
                drop(fs::remove_file(&self.file));
                return Err(failed(&error));
            }
        };
        let json = json!({
            "streets": drawn.streets, "crossings": drawn.crossings, "houses": drawn.houses,
            "nodes": drawn.nodes, "ways": drawn.ways, "relations": drawn.relations,
        });
        let text = format!(
            "streets       {}\ncrossings     {}\nhouse numbers {}\nnodes         {}\nways          {}\n\
             relations     {}",
            drawn.streets, drawn.crossings, drawn.houses, drawn.nodes, drawn.ways, drawn.relations,
        );
        output::result(self.printed.format, text, &json)
    }
}
