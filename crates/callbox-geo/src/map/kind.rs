use crate::osm::Tags;

/// What a drawn thing is; in the order in which they are drawn, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Parks, woods, meadows, cemeteries.
    Green = 0,
    /// Lakes, rivers with two banks, basins.
    Water = 1,
    /// Brooks and canals drawn as a line.
    Stream = 2,
    /// Where land ends.
    Coast = 3,
    /// Houses and halls.
    Building = 4,
    /// Ferry lines.
    Ferry = 5,
    /// Railways and trams.
    Rail = 6,
    /// Footways, cycleways, steps, tracks.
    Path = 7,
    /// Residential streets, service roads.
    Street = 8,
    /// Tertiary and secondary roads.
    Road = 9,
    /// Primary and trunk roads.
    Main = 10,
    /// Motorways.
    Motorway = 11,
    /// A house number.
    House = 12,
    /// A fire hydrant.
    Hydrant = 13,
    /// A fire, ambulance or police station.
    Station = 14,
    /// A hospital.
    Hospital = 15,
    /// The name of a town, village or quarter.
    Town = 16,
}

impl Kind {
    /// All, in drawing order.
    pub const ALL: [Self; 17] = [
        Self::Green,
        Self::Water,
        Self::Stream,
        Self::Coast,
        Self::Building,
        Self::Ferry,
        Self::Rail,
        Self::Path,
        Self::Street,
        Self::Road,
        Self::Main,
        Self::Motorway,
        Self::House,
        Self::Hydrant,
        Self::Station,
        Self::Hospital,
        Self::Town,
    ];

    /// The name that styles use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Water => "water",
            Self::Stream => "stream",
            Self::Coast => "coast",
            Self::Building => "building",
            Self::Ferry => "ferry",
            Self::Rail => "rail",
            Self::Path => "path",
            Self::Street => "street",
            Self::Road => "road",
            Self::Main => "main",
            Self::Motorway => "motorway",
            Self::House => "house",
            Self::Hydrant => "hydrant",
            Self::Station => "station",
            Self::Hospital => "hospital",
            Self::Town => "town",
        }
    }

    pub(super) fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Whether it is a surface.
    pub(super) const fn is_area(self) -> bool {
        matches!(self, Self::Green | Self::Water | Self::Building)
    }

    /// Whether it is a line.
    pub(super) const fn is_line(self) -> bool {
        self as u8 >= Self::Ferry as u8 && self as u8 <= Self::Motorway as u8
            || matches!(self, Self::Stream | Self::Coast)
    }

    /// Whether it is drawn at a zoom: below that it would only be noise.
    pub(super) fn shows_at(self, zoom: f64) -> bool {
        let from = match self {
            Self::Building | Self::Path => 14.5,
            Self::House | Self::Hydrant => 16.5,
            Self::Street | Self::Stream => 12.5,
            Self::Station | Self::Hospital => 12.0,
            _ => 0.0,
        };
        zoom >= from
    }

    /// The layer of a vector tile that holds it.
    pub(super) const fn layer(self) -> &'static str {
        match self {
            Self::Green => "landuse",
            Self::Water => "water",
            Self::Stream | Self::Coast => "waterway",
            Self::Building => "building",
            Self::Ferry | Self::Rail => "rail",
            Self::Path | Self::Street | Self::Road | Self::Main | Self::Motorway => "road",
            Self::House => "house_number",
            Self::Hydrant | Self::Station | Self::Hospital => "poi",
            Self::Town => "place",
        }
    }

    /// The first zoom of the vector tiles that hold it; a tile is twice as wide as a picture's zoom counts.
    pub(super) const fn first_tile_zoom(self) -> u8 {
        match self {
            Self::Motorway | Self::Main | Self::Water | Self::Coast | Self::Town => 0,
            Self::Road | Self::Green | Self::Ferry => 9,
            Self::Rail => 10,
            Self::Street | Self::Stream | Self::Station | Self::Hospital => 12,
            Self::Building | Self::Path => 14,
            Self::House | Self::Hydrant => 15,
        }
    }

    /// What a node, or the middle of a way, stands for.
    pub(super) fn of_point(tags: &Tags<'_>) -> Option<Self> {
        if tags.is("emergency", "fire_hydrant") {
            return Some(Self::Hydrant);
        }
        match tags.get("amenity") {
            Some("fire_station" | "police") => return Some(Self::Station),
            Some("hospital") => return Some(Self::Hospital),
            _ if tags.is("emergency", "ambulance_station") => return Some(Self::Station),
            _ => {}
        }
        if tags.get("name").is_some()
            && matches!(
                tags.get("place"),
                Some("city" | "town" | "village" | "suburb" | "hamlet" | "quarter")
            )
        {
            return Some(Self::Town);
        }
        tags.get("addr:housenumber").map(|_| Self::House)
    }

    /// How a way is drawn.
    pub(super) fn of_way(tags: &Tags<'_>) -> Option<Self> {
        if tags.is("tunnel", "yes") && tags.get("highway").is_none() {
            return None;
        }
        if let Some(highway) = tags.get("highway").filter(|_| !tags.is("area", "yes")) {
            return match highway.trim_end_matches("_link") {
                "motorway" => Some(Self::Motorway),
                "trunk" | "primary" => Some(Self::Main),
                "secondary" | "tertiary" => Some(Self::Road),
                "residential" | "unclassified" | "living_street" | "service" | "pedestrian"
                | "road" | "busway" => Some(Self::Street),
                "footway" | "path" | "cycleway" | "steps" | "track" | "bridleway" => {
                    Some(Self::Path)
                }
                _ => None,
            };
        }
        if tags.is("route", "ferry") {
            return Some(Self::Ferry);
        }
        if let Some("rail" | "light_rail" | "tram" | "subway" | "narrow_gauge") =
            tags.get("railway")
        {
            return Some(Self::Rail);
        }
        if tags.is("natural", "coastline") {
            return Some(Self::Coast);
        }
        if let Some("river" | "stream" | "canal") = tags.get("waterway") {
            return Some(Self::Stream);
        }
        Self::of_area(tags)
    }

    /// What a closed way or a multipolygon covers.
    pub(super) fn of_area(tags: &Tags<'_>) -> Option<Self> {
        if tags.get("building").is_some_and(|value| value != "no") {
            return Some(Self::Building);
        }
        if tags.is("natural", "water")
            || tags.is("waterway", "riverbank")
            || tags.is("waterway", "dock")
            || matches!(tags.get("landuse"), Some("reservoir" | "basin"))
        {
            return Some(Self::Water);
        }
        let green = matches!(
            tags.get("landuse"),
            Some(
                "forest" | "grass" | "meadow" | "cemetery" | "recreation_ground" | "village_green"
            )
        ) || matches!(
            tags.get("leisure"),
            Some("park" | "garden" | "golf_course" | "nature_reserve" | "pitch")
        ) || matches!(
            tags.get("natural"),
            Some("wood" | "scrub" | "heath" | "grassland")
        );
        green.then_some(Self::Green)
    }
}
