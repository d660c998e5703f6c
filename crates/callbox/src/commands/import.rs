//! `callbox import`: what a center needs from outside, taken in as a whole or not at all.

use std::{path::PathBuf, sync::Mutex};

use callbox_geo::{
    Stage, Step,
    geocode::keep_names,
    import::{self, ImportError},
    roads::Network,
};
use clap::{Args, Subcommand, ValueEnum};
use indicatif::ProgressBar;
use serde_json::json;

use super::{Data, Printed};
use crate::{
    center,
    failure::{Failure, Outcome, chain},
    output,
};

/// Takes streets and addresses in from an OpenStreetMap extract, or the agency's own names
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  callbox import streets town.osm.pbf --data callbox-data")]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Builds the road network and the geocoder from an extract (.osm.pbf)
    ///
    /// A file that cannot be read leaves the streets that are in use as they were.
    #[command(after_help = "Example:\n  callbox import streets town.osm.pbf --data callbox-data")]
    Streets(Streets),
    /// Takes the agency's own names of places in: premises, nicknames of streets
    ///
    /// A CSV file with the header `name,target`; a target is a position, or the text to look for
    /// instead. It takes the place of the list before; one that is wrong changes nothing. A running
    /// server has it after its next start.
    #[command(after_help = "Example:\n  callbox import names names.csv --data callbox-data")]
    Names(Names),
}

#[derive(Debug, Args)]
struct Names {
    /// The list
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

impl Names {
    fn run(&self) -> Outcome {
        let data = center::existing(&self.data.data)?;
        let names = keep_names(&self.file, &data.streets())
            .map_err(|error| Failure::Input(format!("{}. Nothing was changed.", chain(&error))))?;
        output::result(
            self.printed.format,
            format!("names {names}"),
            &json!({"names": names}),
        )
    }
}

#[derive(Debug, Args)]
struct Streets {
    /// The extract
    #[arg(value_name = "FILE.osm.pbf")]
    file: PathBuf,
    /// Also build the ways of crews on foot, or of boats; each takes time, memory and disk of its
    /// own (on foot about as much as the streets, by boat a tenth of it)
    #[arg(long, value_enum, value_delimiter = ',')]
    with: Vec<With>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    printed: Printed,
}

/// A network beside that of vehicles.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum With {
    /// Footways, paths, steps, and streets but motorways
    Foot,
    /// Rivers, canals, fairways, and the lines of ferries
    Boat,
}

impl From<With> for Network {
    fn from(with: With) -> Self {
        match with {
            With::Foot => Self::Foot,
            With::Boat => Self::Boat,
        }
    }
}

impl Import {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Streets(streets) => streets.run(),
            What::Names(names) => names.run(),
        }
    }
}

impl Streets {
    fn run(&self) -> Outcome {
        let data = center::existing(&self.data.data)?;
        let shown: Mutex<Option<(Stage, ProgressBar)>> = Mutex::new(None);
        let progress = |step: Step| show(&shown, step);
        let networks: Vec<Network> = self.with.iter().map(|&with| with.into()).collect();
        let imported = import::run_for(&networks, &self.file, &data.streets(), &progress);
        if let Ok(Some((_, bar))) = shown.into_inner() {
            bar.finish_and_clear();
        }
        let imported = imported.map_err(|error| failure(&error))?;
        let (streets, addresses) = (imported.streets, imported.addresses);
        let json = json!({
            "nodes": streets.roads.nodes, "edges": streets.roads.edges, "streets": addresses.streets,
            "houses": addresses.houses, "crossings": addresses.crossings,
            "places": addresses.places, "posts": addresses.posts, "bytes": imported.bytes,
            "seconds": imported.seconds,
            "restrictions": streets.roads.restrictions,
            "restrictions_unread": streets.roads.restrictions_unread,
            "conditions": streets.roads.conditions,
            "conditions_unread": streets.roads.conditions_unread,
            "nodes_outside": imported.left_out.nodes_outside,
            "short_ways": imported.left_out.short_ways,
            "foot_edges": imported.foot.map(|foot| foot.roads.edges),
            "boat_edges": imported.boat.map(|boat| boat.roads.edges),
        });
        let mut text = format!(
            "junctions     {}\npieces        {}\nstreets       {}\nhouse numbers {}\n\
             crossings     {}\nplaces        {}\nposts         {}\nbytes         {}\n\
             seconds       {:.1}",
            streets.roads.nodes,
            streets.roads.edges,
            addresses.streets,
            addresses.houses,
            addresses.crossings,
            addresses.places,
            addresses.posts,
            imported.bytes,
            imported.seconds,
        );
        text += &format!(
            "\nturn bans     {} ({} do not fit the streets)\n\
             on the hour   {} ({} cannot be read: they count as if they held always)",
            streets.roads.restrictions,
            streets.roads.restrictions_unread,
            streets.roads.conditions,
            streets.roads.conditions_unread,
        );
        let left_out = imported.left_out;
        if left_out.nodes_outside + left_out.short_ways > 0 {
            text += &format!(
                "\nleft out      {} nodes outside the Earth, {} ways of fewer than two nodes",
                left_out.nodes_outside, left_out.short_ways
            );
        }
        for (counts, words) in [(imported.foot, "on foot"), (imported.boat, "by boat")] {
            if let Some(counts) = counts {
                text += &format!("\n{words}       {} pieces", counts.roads.edges);
            }
        }
        output::result(self.printed.format, text, &json)
    }
}

/// Shows how far a stage is; a new stage gets a new bar.
fn show(shown: &Mutex<Option<(Stage, ProgressBar)>>, step: Step) {
    // A panic in another thread of the import is told by the import itself.
    let Ok(mut shown) = shown.lock() else { return };
    match &*shown {
        Some((stage, bar)) if *stage == step.stage => bar.set_position(step.done),
        _ => {
            let bar = crate::progress::bar(words(step.stage), Some(step.total));
            bar.set_position(step.done);
            if let Some((_, before)) = shown.replace((step.stage, bar)) {
                before.finish_and_clear();
            }
        }
    }
}

fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Ways => "reading ways",
        Stage::Nodes => "reading nodes",
        Stage::Roads => "building roads",
        Stage::Order => "ordering",
        Stage::Customize => "computing times",
        Stage::Geocoder => "building addresses",
        Stage::Write => "writing",
    }
}

fn failure(error: &ImportError) -> Failure {
    Failure::Input(format!(
        "{}. The streets in use stay as they were.",
        chain(error)
    ))
}
