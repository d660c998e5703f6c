//! The streets around an incident, drawn by the server: needs neither script nor WebGL, and prints.
//! The ways of its units and closed streets stand on it, and in words below it.

use callbox_domain::{Center, Incident, Source};
use callbox_geo::{
    Coord,
    map::{Line, Mark, Picture},
};
use maud::{Markup, PreEscaped, html};

use super::{texts::Locale, ui::Ui};
use crate::{
    geography::Geography,
    state::AppState,
    ways::{self, Way},
};

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
    let ways = ways::ways(state, center, incident);
    let mut lines = closed(state, geography, center);
    lines.extend(ways.iter().map(|way| Line {
        points: way.route.points.clone(),
        class: "map-way".to_owned(),
    }));
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
        lines,
        marks,
        title: ui.fill("map.around", &[("id", &incident.id.to_string())]),
    });
    html! {
        @if let Some(svg) = svg {
            figure class="map-frame" {
                (PreEscaped(svg))
                @if !ways.is_empty() { figcaption { ul class="map-ways" { @for way in &ways { li { (in_words(ui, way)) } } } } }
            }
        }
    }
}

/// The streets that are closed now.
fn closed(state: &AppState, geography: &Geography, center: &Center) -> Vec<Line> {
    let closures = center.closures.iter();
    let lines = closures.filter_map(|(_, closure)| {
        let (lines, _) = state.closures.lines(&geography.streets, closure.id)?;
        Some(lines.into_iter().map(|points| Line {
            points,
            class: "map-closed".to_owned(),
        }))
    });
    lines.flatten().collect()
}

/// When a unit is there, by which streets, and why this way.
fn in_words(ui: &Ui, way: &Way<'_>) -> Markup {
    let minutes = way.eta_seconds().div_ceil(60).to_string();
    let kilometers = format!("{:.1}", way.route.meters / 1_000.0);
    let mut streets: Vec<&str> = Vec::new();
    for leg in &way.route.legs {
        if !leg.name.is_empty() && streets.last() != Some(&leg.name.as_str()) {
            streets.push(&leg.name);
        }
    }
    let around = way.around.as_ref();
    html! {
        b { (way.unit.call_sign) } " " (ui.fill("way.eta", &[("minutes", &minutes), ("kilometers", &kilometers)]))
        @if matches!(way.source, Source::StaleFix(_) | Source::StationForStale(_)) { " · " (ui.t("way.stale")) }
        @if !streets.is_empty() { ": " (streets.join(" → ")) }
        @if let Some(around) = around {
            " · " (ui.fill("way.around", &[("streets", &around.streets.join(", ")), ("minutes", &around.seconds_without.div_ceil(60).to_string())]))
        }
    }
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
