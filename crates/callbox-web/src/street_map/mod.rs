//! The streets as vector tiles, for maps that are moved in the browser.

mod cache;
mod tile;

use crate::{
    access::rights::Action,
    mount::Mount,
    security::{Route, get},
};

pub(crate) use cache::TileCache;

/// What a map in the browser is drawn from.
pub(crate) const ROUTES: &[Route] = &[get(
    "/tiles/{z}/{x}/{y}",
    Action::ReadBoard,
    "whoever sees where help is needed sees the streets there",
)];

/// The routes' handlers.
pub(crate) fn router() -> Mount {
    Mount::new().get("/tiles/{z}/{x}/{y}", tile::show)
}
