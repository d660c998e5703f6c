//! The streets around an incident, drawn by the server: needs neither script nor WebGL, and prints.

use callbox_domain::{Center, Incident};
use callbox_geo::{
    Coord,
    map::{Mark, Picture},
};
use maud::{Markup, PreEscaped, html};

use super::{texts::Locale, ui::Ui};
use crate::state::AppState;

const WIDTH: u32 = 720;
const HEIGHT: u32 = 360;
/// Close enough to read house numbers where no unit is on its way.
const NEAREST_ZOOM: u8 = 17;
/// A unit that is farther away than this zoom shows stays outside the picture.
const FARTHEST_ZOOM: u8 = 13;

/// The map with the incident in its middle and the newest positions of its units; nothing where
/// the place has no position or the streets do not reach it.
pub(super) fn around(state: &AppState, ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    let place = incident.place.as_ref().and_then(|place| place.known());
    let point = place
        .and_then(|place| place.lat_lon())
        .and_then(|(lat, lon)| Coord::from_degrees(lat, lon));
    let geography = state.geography.as_ref();
    let Some((geography, point)) = geography.zip(point).filter(|(all, at)| all.covers(*at)) else {
        return html! {};
    };
    let Some(map) = &geography.map else {
        return html! {};
    };
    let mut marks = units(state, ui, center, incident);
    let zoom = (FARTHEST_ZOOM..=NEAREST_ZOOM)
        .rev()
        .find(|&zoom| marks.iter().all(|mark| fits(point, mark.at, zoom)))
        .unwrap_or(FARTHEST_ZOOM);
    marks.push(Mark {
        at: point,
        class: "map-here".to_owned(),
        label: incident.id.to_string(),
    });
    let svg = map.draw(&Picture {
        center: point,
        zoom: zoom.into(),
        width: WIDTH,
        height: HEIGHT,
        chinese: ui.locale == Locale::Zh,
        marks,
        title: ui.fill("map.around", &[("id", &incident.id.to_string())]),
    });
    html! { @if let Some(svg) = svg { figure class="map-frame" { (PreEscaped(svg)) } } }
}

/// The newest fix of each unit that is still assigned; an old one is hollow.
fn units(state: &AppState, ui: &Ui, center: &Center, incident: &Incident) -> Vec<Mark> {
    let active = incident.assignments.iter();
    let active = active.filter(|assignment| assignment.ended.is_none());
    state.positions.read(|fixes| {
        active
            .filter_map(|assignment| {
                let unit = center.unit(assignment.unit)?;
                let fix = fixes.get(&assignment.unit)?;
                let rules = &center.configuration.dispatch_rules;
                let class = match fix.is_stale(unit, center, rules, ui.now()) {
                    true => "map-unit map-stale",
                    false => "map-unit",
                };
                Some(Mark {
                    at: fix.point,
                    class: class.to_owned(),
                    label: unit.call_sign.to_string(),
                })
            })
            .collect()
    })
}

/// Whether a point is well inside a picture around another.
fn fits(center: Coord, at: Coord, zoom: u8) -> bool {
    let pixels_a_degree = 256.0 * f64::from(zoom).exp2() / 360.0;
    let ((lat, lon), (other_lat, other_lon)) = (center.degrees(), at.degrees());
    let across = (lon - other_lon).abs() * pixels_a_degree;
    let down = (lat - other_lat).abs() * pixels_a_degree / lat.to_radians().cos();
    across < f64::from(WIDTH) * 0.42 && down < f64::from(HEIGHT) * 0.42
}
