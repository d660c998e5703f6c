//! A map of any place, drawn as SVG: for pages without script, for print, and without WebGL.
//!
//! [`MapBuilder`] keeps roads, water, grounds, buildings, house numbers, hydrants, hospitals and
//! stations of an extract; [`StreetMap`] maps the file and draws a [`Picture`]. Drawn things carry
//! classes and no colours: the page's style decides for light, dark and paper. The same things are
//! given out as vector tiles ([`StreetMap::tile`]) for maps that are moved.

mod build;
mod draw;
mod file;
mod flat;
mod kind;
mod label;
mod sea;
mod tile;

pub use build::MapBuilder;
pub use draw::{Line, Mark, Picture};
pub use file::StreetMap;
pub use kind::Kind;
pub use tile::{MAX_TILE_ZOOM, MIN_TILE_ZOOM};

#[cfg(test)]
mod tests;
