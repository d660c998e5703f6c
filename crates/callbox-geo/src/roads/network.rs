//! What a road graph is for.

use super::Profile;

/// Names a graph by who moves on it. Each is built, kept and opened alone, so that streets cost
/// nothing more because footways exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Network {
    /// Vehicles: always built.
    Drive,
    /// Crews and search parties on foot: footways, paths, steps, and streets but motorways.
    Foot,
    /// Boats: rivers, canals, fairways and the lines of ferries.
    Boat,
}

impl Network {
    /// All, the one that is always there first.
    pub const ALL: [Self; 3] = [Self::Drive, Self::Foot, Self::Boat];

    /// Gives the network's name in commands and messages.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Drive => "drive",
            Self::Foot => "foot",
            Self::Boat => "boat",
        }
    }

    /// What the network consists of, for messages.
    pub(crate) fn things(self) -> &'static str {
        match self {
            Self::Drive => "streets",
            Self::Foot => "ways on foot",
            Self::Boat => "waterways",
        }
    }

    /// The name of one of the network's files.
    pub(crate) fn file(self, part: &str) -> String {
        match self {
            Self::Drive => part.to_owned(),
            Self::Foot | Self::Boat => format!("{}-{part}", self.code()),
        }
    }

    /// Gives how far a point may lie from the nearest way, in metres.
    #[must_use]
    pub fn within_meters(self) -> f64 {
        match self {
            Self::Drive => 2_000.0,
            Self::Foot => 1_000.0,
            // Farther from the water there is no boat.
            Self::Boat => 500.0,
        }
    }

    /// The profiles that the network has from its import on.
    #[must_use]
    pub fn profiles(self) -> Vec<Profile> {
        match self {
            Self::Drive => vec![Profile::blue_light(), Profile::heavy(), Profile::car()],
            Self::Foot => vec![Profile::foot()],
            Self::Boat => vec![Profile::boat()],
        }
    }
}
