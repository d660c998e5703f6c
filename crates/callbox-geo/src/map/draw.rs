use std::fmt::Write as _;

use crate::Coord;

use super::{
    Kind, StreetMap,
    file::Drawn,
    flat::{Pixel, Window, put_line},
    label::{Labels, escape},
};

/// Is what the page itself puts onto the map.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Where.
    pub at: Coord,
    /// The style's class.
    pub class: String,
    /// A short text beside it, perhaps empty.
    pub label: String,
}

/// Is a line that the page itself puts onto the map: a way, a closed street.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its points.
    pub points: Vec<Coord>,
    /// The style's class.
    pub class: String,
}

/// Says what to draw.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The middle.
    pub center: Coord,
    /// As web maps count it: each step doubles the scale.
    pub zoom: f64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Whether names are Chinese where a Chinese name is known.
    pub chinese: bool,
    /// Lines above the streets and below their names, the last above the others.
    pub lines: Vec<Line>,
    /// What stands on top, the last above the others.
    pub marks: Vec<Mark>,
    /// What the picture shows, for those who do not see it.
    pub title: String,
}

impl StreetMap {
    /// Draws a picture as an SVG element; `None` where the extract has nothing: an empty map would
    /// look as if there were open land.
    #[must_use]
    pub fn draw(&self, picture: &Picture) -> Option<String> {
        let size = [f64::from(picture.width), f64::from(picture.height)];
        let window = Window::new(picture.center, picture.zoom, size);
        let mut layers: Vec<Vec<Drawn<'_>>> = Kind::ALL.iter().map(|_| Vec::new()).collect();
        self.within(window.bounds(), |drawn| {
            if drawn.kind.shows_at(picture.zoom) {
                layers[drawn.kind as usize].push(drawn);
            }
        });
        if layers.iter().all(Vec::is_empty) {
            return None;
        }
        let [width, height] = [picture.width, picture.height];
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 {width} {height}" role="img" aria-label="{}"><rect class="map-land" width="{width}" height="{height}"/>"#,
            escape(&picture.title),
        );
        let zoom = if picture.zoom >= 15.5 { "near" } else { "far" };
        put(&mut svg, format_args!(r#"<g class="map-{zoom}">"#));
        shapes(&window, &layers, &mut svg);
        lines(&window, &picture.lines, &mut svg);
        let mut labels = Labels::default();
        for mark in &picture.marks {
            labels.reserve(window.pixel([mark.at.lat, mark.at.lon]), 12.0);
        }
        points(&window, &layers, &mut labels, &mut svg);
        names(&window, &layers, picture.chinese, &mut labels);
        svg.push_str(&labels.svg);
        for mark in &picture.marks {
            let [x, y] = window.pixel([mark.at.lat, mark.at.lon]);
            let (class, label) = (escape(&mark.class), escape(&mark.label));
            put(
                &mut svg,
                format_args!(
                    r#"<g class="map-mark {class}" transform="translate({x:.1} {y:.1})"><circle r="7"/><text x="11" dy=".35em">{label}</text></g>"#
                ),
            );
        }
        svg.push_str("</g>");
        scale(picture, &mut svg);
        svg.push_str("</svg>");
        Some(svg)
    }
}

/// Writing to a string does not fail.
fn put(svg: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = svg.write_fmt(text);
}

fn lines(window: &Window, lines: &[Line], svg: &mut String) {
    for line in lines {
        let points: Vec<[i32; 2]> = line.points.iter().map(|at| [at.lat, at.lon]).collect();
        let mut data = String::new();
        for piece in window.line(&points) {
            put_line(&piece, &mut data);
        }
        if !data.is_empty() {
            let class = escape(&line.class);
            put(svg, format_args!(r#"<path class="{class}" d="{data}"/>"#));
        }
    }
}

fn shapes(window: &Window, layers: &[Vec<Drawn<'_>>], svg: &mut String) {
    let lines = |kind: Kind, class: &str, svg: &mut String| {
        let mut data = String::new();
        for part in layers[kind as usize].iter().flat_map(|drawn| drawn.parts()) {
            for piece in window.line(part) {
                put_line(&piece, &mut data);
            }
        }
        if !data.is_empty() {
            put(
                svg,
                format_args!(r#"<path class="map-{class}" d="{data}"/>"#),
            );
        }
    };
    for kind in Kind::ALL {
        if kind.is_area() {
            for drawn in &layers[kind as usize] {
                let mut data = String::new();
                for part in drawn.parts() {
                    let ring = window.ring(part);
                    if !ring.is_empty() {
                        put_line(&ring, &mut data);
                        data.push('Z');
                    }
                }
                if !data.is_empty() {
                    put(
                        svg,
                        format_args!(r#"<path class="map-{}" d="{data}"/>"#, kind.name()),
                    );
                }
            }
        } else if kind.is_line() {
            // All edges first: where streets meet, no edge runs across.
            if kind == Kind::Street {
                for kind in [Kind::Street, Kind::Road, Kind::Main, Kind::Motorway] {
                    lines(kind, &format!("{}-edge", kind.name()), svg);
                }
            }
            lines(kind, kind.name(), svg);
        }
    }
}

fn points(window: &Window, layers: &[Vec<Drawn<'_>>], labels: &mut Labels, svg: &mut String) {
    for kind in [Kind::Hydrant, Kind::Station, Kind::Hospital] {
        for at in spots(window, &layers[kind as usize]) {
            let [x, y] = at;
            let shape = match kind {
                Kind::Hydrant => r#"<circle r="3"/>"#,
                Kind::Station => r#"<path d="M-6 6V-2L0-7 6-2V6Z"/>"#,
                _ => r#"<path d="M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z"/>"#,
            };
            let name = kind.name();
            put(
                svg,
                format_args!(
                    r#"<g class="map-{name}" transform="translate({x:.1} {y:.1})">{shape}</g>"#
                ),
            );
            labels.reserve(at, if kind == Kind::Hydrant { 4.0 } else { 8.0 });
        }
    }
}

fn spots(window: &Window, things: &[Drawn<'_>]) -> Vec<Pixel> {
    let parts = things.iter().flat_map(|drawn| drawn.parts());
    parts.map(|part| window.pixel(part[0])).collect()
}

fn names(window: &Window, layers: &[Vec<Drawn<'_>>], chinese: bool, labels: &mut Labels) {
    let at = |drawn: &Drawn<'_>| drawn.parts().next().map(|part| window.pixel(part[0]));
    for (kind, below, size) in [
        (Kind::Town, 0.0, 13.0),
        (Kind::Hospital, 15.0, 11.0),
        (Kind::Station, 15.0, 11.0),
    ] {
        for drawn in &layers[kind as usize] {
            if let Some([x, y]) = at(drawn) {
                labels.put(
                    window,
                    kind.name(),
                    drawn.name(chinese),
                    [x, y + below],
                    0.0,
                    size,
                );
            }
        }
    }
    for kind in [
        Kind::Motorway,
        Kind::Main,
        Kind::Road,
        Kind::Street,
        Kind::Stream,
        Kind::Ferry,
    ] {
        for drawn in &layers[kind as usize] {
            let name = drawn.name(chinese);
            for part in drawn.parts().filter(|_| !name.is_empty()) {
                let pixels: Vec<Pixel> = part.iter().map(|&at| window.pixel(at)).collect();
                labels.along(window, kind.name(), name, &pixels, 11.0);
            }
        }
    }
    for drawn in &layers[Kind::House as usize] {
        if let Some(at) = at(drawn) {
            labels.put(window, "house", drawn.name(chinese), at, 0.0, 9.0);
        }
    }
}

/// A bar of a round length, and who made the data.
fn scale(picture: &Picture, svg: &mut String) {
    let meters_a_pixel = 40_075_016.7 * picture.center.degrees().0.to_radians().cos()
        / (256.0 * picture.zoom.exp2());
    let most = meters_a_pixel * 120.0;
    let power = 10f64.powf(most.log10().floor());
    let round = [5.0, 2.0, 1.0]
        .into_iter()
        .find(|n| n * power <= most)
        .unwrap_or(1.0)
        * power;
    let length = round / meters_a_pixel;
    let words = match round {
        far if far >= 1_000.0 => format!("{} km", far / 1_000.0),
        near => format!("{near} m"),
    };
    let y = picture.height - 8;
    let right = picture.width - 6;
    put(
        svg,
        format_args!(
            r#"<g class="map-scale"><path d="M8 {}V{y}H{:.1}V{}"/><text x="12" y="{}">{words}</text><text x="{right}" y="{y}" text-anchor="end">© OpenStreetMap contributors</text></g>"#,
            y - 5,
            8.0 + length,
            y - 5,
            y - 4,
        ),
    );
}
