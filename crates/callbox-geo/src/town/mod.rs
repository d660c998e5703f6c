//! Draws towns that do not exist, and writes them as extracts like those of real places.
//!
//! [`Plan::write`] is pure: the same size and seed give the same file on the same kind of machine. A town lies between
//! sea and motorway, with a river through it; streets follow a grain that coast, river, the old town and districts give
//! them, keep their distance from each other and end at other streets. All of it is invented, and lies in the open
//! Atlantic so that no real place is meant.

mod ground;
mod grow;
mod lay;
mod names;
mod net;
mod places;
mod point;
mod sheet;
mod streets;
mod things;

use std::io::{self, Write};

use ground::Ground;
use net::Net;
use sheet::Sheet;

use crate::Coord;

/// Says which town to draw.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Thousands of people who could live there, from 1 to 10,000.
    pub size: u32,
    /// Another number, another town.
    pub seed: u64,
}

/// Counts what a drawn town has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Streets with a name of their own.
    pub streets: usize,
    /// Where streets meet or end.
    pub crossings: usize,
    /// Houses with a number.
    pub houses: usize,
    /// Nodes of the extract.
    pub nodes: usize,
    /// Ways of the extract.
    pub ways: usize,
    /// Relations of the extract.
    pub relations: usize,
}

impl Plan {
    /// Draws the town and writes its extract.
    pub fn write(self, out: impl Write) -> io::Result<Drawn> {
        let ground = self.ground();
        let mut laid = lay::lay(&ground);
        let mut names = streets::names(&laid, &ground);
        let mut net = Net::of(&laid.lines);
        net.edges.retain(|edge| edge.class != grow::Class::Path);
        streets::ferry(&mut net, &mut laid, &mut names, &ground);
        net.tidy();
        net.roundabouts(3 + self.size as usize / 15);
        let at = net.at_nodes();
        let root = (0..at.len())
            .filter(|&no| at[no].len() > 2)
            .min_by(|&a, &b| {
                net.nodes[a]
                    .to(ground.middle)
                    .total_cmp(&net.nodes[b].to(ground.middle))
            });
        if let Some(root) = root {
            net.one_ways(&streets::narrow(&laid, &ground), root);
        }
        let mut sheet = Sheet::default();
        streets::write(&net, &laid, &names, &ground, &mut sheet);
        let houses = things::write(&net, &laid, &names, &ground, &mut sheet);
        sheet.write(out)?;
        let mut lines: Vec<usize> = net.edges.iter().map(|edge| edge.line).collect();
        lines.sort_unstable();
        lines.dedup();
        let (nodes, ways, relations) = sheet.counts();
        Ok(Drawn {
            streets: lines
                .iter()
                .filter(|&&line| !names[line].english.is_empty())
                .count(),
            crossings: net
                .at_nodes()
                .iter()
                .filter(|edges| !edges.is_empty())
                .count(),
            houses,
            nodes,
            ways,
            relations,
        })
    }

    /// The middle of the town, and metres from there to where it ends.
    #[must_use]
    pub fn extent(self) -> (Coord, f64) {
        let ground = self.ground();
        let (lat, lon) = sheet::degrees(ground.middle);
        (
            Coord::from_degrees(lat, lon).expect("the town lies in the Atlantic"),
            ground.radius,
        )
    }

    fn ground(self) -> Ground {
        Ground::new(
            self.seed,
            300.0 * f64::from(self.size.clamp(1, 10_000)).sqrt(),
        )
    }
}

#[cfg(test)]
mod tests;
