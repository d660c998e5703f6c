//! What the geocoder is built from, apart from any file format.

use crate::Coord;

/// Which of a thing's names this is; the first of them names it in answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameKind {
    /// The name on the sign.
    Main = 0,
    /// Another present name, or the name in another language.
    Other = 1,
    /// A name that it no longer has.
    Former = 2,
    /// The number of a road, such as `I 795`.
    Reference = 3,
    /// The sound of a Chinese name in Latin letters; made by the builder.
    Sound = 4,
}

/// A name as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The text.
    pub text: String,
    /// What kind of name it is.
    pub kind: NameKind,
}

impl Name {
    /// Makes the main name.
    pub fn main(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kind: NameKind::Main,
        }
    }
}

/// A stretch of a street between two places where its tags change.
#[derive(Debug, Clone, Default)]
pub struct StreetWay {
    /// Names; may be empty where `references` are not.
    pub names: Vec<Name>,
    /// Numbers of the roads that use it.
    pub references: Vec<String>,
    /// Its nodes, by any number that is the same where two ways meet.
    pub nodes: Vec<u64>,
    /// Where those nodes are; as many as `nodes`.
    pub points: Vec<Coord>,
}

/// Where the position of a house number comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HouseSource {
    /// An address point or an entrance.
    Point = 0,
    /// The middle of a building or ground.
    Building = 1,
    /// A line along which numbers are said to run.
    Interpolation = 2,
}

/// A house number.
#[derive(Debug, Clone)]
pub struct House {
    /// The number as it is written: `12`, `12a`, `12-14`, `123/4`.
    pub number: String,
    /// Other numbers of the same house, such as the two halves of a Czech one.
    pub alternates: Vec<String>,
    /// The street as the address names it, or the place where houses are numbered without streets.
    pub street: String,
    /// The town as the address names it.
    pub city: Option<String>,
    /// The postcode.
    pub postcode: Option<String>,
    /// Where it is.
    pub point: Coord,
    /// How far the building reaches from there, in metres.
    pub extent_meters: f64,
    /// Where the position comes from.
    pub source: HouseSource,
}

/// A town, a part of one, a county.
#[derive(Debug, Clone)]
pub struct Area {
    /// Names.
    pub names: Vec<Name>,
    /// Its label point.
    pub point: Coord,
    /// Its rings, each closed; empty if only the point is known.
    pub rings: Vec<Vec<Coord>>,
    /// The administrative level (2 country … 10 part of a town); 0 for a place known by its point only.
    pub level: u8,
    /// How far it reaches about its point, in metres.
    pub reach_meters: f64,
}

/// A named thing: a school, a shop, a park, a bridge.
#[derive(Debug, Clone)]
pub struct Place {
    /// Names.
    pub names: Vec<Name>,
    /// What it is, in a word or two: `school`, `fire station`.
    pub category: String,
    /// Where it is.
    pub point: Coord,
    /// How far it reaches from there, in metres.
    pub extent_meters: f64,
    /// Its town, if its address says so.
    pub city: Option<String>,
}

/// A kilometre or mile post.
#[derive(Debug, Clone)]
pub struct Post {
    /// The number of the road, if the post says so; else the road whose way holds the post's node.
    pub reference: Option<String>,
    /// The node's number, as in [`StreetWay::nodes`].
    pub node: u64,
    /// The distance on the post, in thousandths of its unit.
    pub thousandths: u32,
    /// Whether the unit is the mile, else the kilometre.
    pub miles: bool,
    /// Where it stands.
    pub point: Coord,
}

/// A motorway junction.
#[derive(Debug, Clone)]
pub struct Exit {
    /// Its number, such as `7A`.
    pub number: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The node's number, as in [`StreetWay::nodes`].
    pub node: u64,
    /// Where it is.
    pub point: Coord,
}

/// Everything that one geocoder is built from.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Streets.
    pub streets: Vec<StreetWay>,
    /// House numbers.
    pub houses: Vec<House>,
    /// Towns and their parts.
    pub areas: Vec<Area>,
    /// Named things.
    pub places: Vec<Place>,
    /// Kilometre and mile posts.
    pub posts: Vec<Post>,
    /// Motorway junctions.
    pub exits: Vec<Exit>,
    /// Words that every address of the extract may end with: state, country, their codes.
    pub regions: Vec<String>,
}
