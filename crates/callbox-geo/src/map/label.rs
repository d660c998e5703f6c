//! Where names fit without covering each other.

use std::fmt::Write as _;

use super::flat::{Pixel, Window};

/// A name is not repeated within so many pixels.
const NEIGHBOURHOOD: f64 = 180.0;

/// Collects labels; the first to take a spot keeps it.
#[derive(Debug, Default)]
pub(super) struct Labels {
    taken: Vec<[f64; 4]>,
    seen: Vec<(String, Pixel)>,
    pub(super) svg: String,
}

impl Labels {
    /// Takes a spot around a mark, so that no name covers it.
    pub(super) fn reserve(&mut self, at: Pixel, half: f64) {
        self.taken
            .push([at[0] - half, at[1] - half, at[0] + half, at[1] + half]);
    }

    /// Writes a name centred on a point, turned by some degrees, if there is room.
    pub(super) fn put(
        &mut self,
        window: &Window,
        class: &str,
        text: &str,
        at: Pixel,
        turn: f64,
        size: f64,
    ) {
        let half = width(text, size) / 2.0;
        let (sin, cos) = turn.to_radians().sin_cos();
        let (across, up) = (
            half * cos.abs() + size * 0.6 * sin.abs(),
            half * sin.abs() + size * 0.6 * cos.abs(),
        );
        let spot = [at[0] - across, at[1] - up, at[0] + across, at[1] + up];
        let inside = spot[0] >= 2.0
            && spot[1] >= 2.0
            && spot[2] <= window.size[0] - 2.0
            && spot[3] <= window.size[1] - 2.0;
        let free = |other: &[f64; 4]| {
            spot[0] > other[2] || other[0] > spot[2] || spot[1] > other[3] || other[1] > spot[3]
        };
        if !inside || !self.taken.iter().all(free) {
            return;
        }
        self.taken.push(spot);
        let [x, y] = at;
        // Writing to a string does not fail.
        let _ = write!(
            self.svg,
            r#"<text class="map-{class}-name" transform="translate({x:.1} {y:.1})"#
        );
        if turn != 0.0 {
            let _ = write!(self.svg, " rotate({turn:.0})");
        }
        let _ = write!(self.svg, r#"" dy=".35em">{}</text>"#, escape(text));
    }

    /// Writes a street's name along its longest straight piece, once in a neighbourhood.
    pub(super) fn along(
        &mut self,
        window: &Window,
        class: &str,
        text: &str,
        pixels: &[Pixel],
        size: f64,
    ) {
        let needed = width(text, size) * 0.9;
        let inside = |at: &Pixel| {
            (0.0..=window.size[0]).contains(&at[0]) && (0.0..=window.size[1]).contains(&at[1])
        };
        let longest = pixels
            .windows(2)
            .map(|pair| [pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]])
            .enumerate()
            .max_by(|(_, a), (_, b)| a[0].hypot(a[1]).total_cmp(&b[0].hypot(b[1])));
        let Some((no, [dx, dy])) = longest.filter(|(_, [dx, dy])| dx.hypot(*dy) >= needed) else {
            return;
        };
        let turn = match dy.atan2(dx).to_degrees() {
            turn if turn > 90.0 => turn - 180.0,
            turn if turn < -90.0 => turn + 180.0,
            turn => turn,
        };
        for part in [0.5, 0.25, 0.75] {
            let at = [pixels[no][0] + part * dx, pixels[no][1] + part * dy];
            let near = |(known, other): &(String, Pixel)| {
                known == text && (at[0] - other[0]).hypot(at[1] - other[1]) < NEIGHBOURHOOD
            };
            if !inside(&at) || self.seen.iter().any(near) {
                continue;
            }
            let before = self.taken.len();
            self.put(window, class, text, at, turn, size);
            if self.taken.len() > before {
                self.seen.push((text.to_owned(), at));
                return;
            }
        }
    }
}

/// About how wide a text is; Chinese characters are as wide as they are high.
fn width(text: &str, size: f64) -> f64 {
    let wide = |c: char| if c as u32 >= 0x2E80 { 1.0 } else { 0.56 };
    size * text.chars().map(wide).sum::<f64>()
}

/// Makes a text harmless between tags and in attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Not allowed in XML.
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
