//! Classes of road: what speeds are stated for.

/// Classifies a road by OpenStreetMap's `highway` (links apart), or as a ferry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// `motorway`
    Motorway,
    /// `motorway_link`
    MotorwayLink,
    /// `trunk`
    Trunk,
    /// `trunk_link`
    TrunkLink,
    /// `primary`
    Primary,
    /// `primary_link`
    PrimaryLink,
    /// `secondary`
    Secondary,
    /// `secondary_link`
    SecondaryLink,
    /// `tertiary`
    Tertiary,
    /// `tertiary_link`
    TertiaryLink,
    /// `unclassified`, `road`
    Unclassified,
    /// `residential`
    Residential,
    /// `living_street`
    LivingStreet,
    /// `service`
    Service,
    /// `busway`
    Busway,
    /// `pedestrian`
    Pedestrian,
    /// `track`
    Track,
    /// `footway`, `path`, `cycleway` that say that vehicles or emergency services may use them
    Path,
    /// `route=ferry`
    Ferry,
    /// `steps`: on foot only
    Steps,
    /// A path that is hard to walk or to see: on foot only
    Trail,
    /// `waterway=river`: by boat only
    River,
    /// `waterway=canal`: by boat only
    Canal,
    /// A line on which ships go: by boat only
    Fairway,
}

impl Class {
    /// How many classes there are.
    pub const COUNT: usize = 24;

    /// All classes, in order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Motorway,
        Self::MotorwayLink,
        Self::Trunk,
        Self::TrunkLink,
        Self::Primary,
        Self::PrimaryLink,
        Self::Secondary,
        Self::SecondaryLink,
        Self::Tertiary,
        Self::TertiaryLink,
        Self::Unclassified,
        Self::Residential,
        Self::LivingStreet,
        Self::Service,
        Self::Busway,
        Self::Pedestrian,
        Self::Track,
        Self::Path,
        Self::Ferry,
        Self::Steps,
        Self::Trail,
        Self::River,
        Self::Canal,
        Self::Fairway,
    ];

    /// Gives the class's name in files and results: OpenStreetMap's.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Motorway => "motorway",
            Self::MotorwayLink => "motorway_link",
            Self::Trunk => "trunk",
            Self::TrunkLink => "trunk_link",
            Self::Primary => "primary",
            Self::PrimaryLink => "primary_link",
            Self::Secondary => "secondary",
            Self::SecondaryLink => "secondary_link",
            Self::Tertiary => "tertiary",
            Self::TertiaryLink => "tertiary_link",
            Self::Unclassified => "unclassified",
            Self::Residential => "residential",
            Self::LivingStreet => "living_street",
            Self::Service => "service",
            Self::Busway => "busway",
            Self::Pedestrian => "pedestrian",
            Self::Track => "track",
            Self::Path => "path",
            Self::Ferry => "ferry",
            Self::Steps => "steps",
            Self::Trail => "trail",
            Self::River => "river",
            Self::Canal => "canal",
            Self::Fairway => "fairway",
        }
    }

    /// Gives the class as it is stored; `None` for a number that no class has.
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    pub(super) fn from_highway(value: &str) -> Option<Self> {
        Some(match value {
            "motorway" => Self::Motorway,
            "motorway_link" => Self::MotorwayLink,
            "trunk" => Self::Trunk,
            "trunk_link" => Self::TrunkLink,
            "primary" => Self::Primary,
            "primary_link" => Self::PrimaryLink,
            "secondary" => Self::Secondary,
            "secondary_link" => Self::SecondaryLink,
            "tertiary" => Self::Tertiary,
            "tertiary_link" => Self::TertiaryLink,
            "unclassified" | "road" => Self::Unclassified,
            "residential" => Self::Residential,
            "living_street" => Self::LivingStreet,
            "service" => Self::Service,
            "busway" => Self::Busway,
            "pedestrian" => Self::Pedestrian,
            "track" => Self::Track,
            "footway" | "path" | "cycleway" => Self::Path,
            _ => return None,
        })
    }
}
