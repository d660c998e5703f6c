//! Vector tiles (Mapbox Vector Tile 2.1): what a map that is moved in the browser is drawn from.

use mvt::{GeomData, GeomEncoder, GeomType, Layer, Tile};

use super::{
    StreetMap,
    file::Drawn,
    flat::{Pixel, TILE_UNITS, Window},
};

/// Below this zoom there are no tiles: a center's streets fit the screen.
pub const MIN_TILE_ZOOM: u8 = 6;
/// The last zoom that has tiles; a map that is closer draws these larger.
pub const MAX_TILE_ZOOM: u8 = 15;
/// A surface or line whose box is smaller, in units of the tile, is left out.
const SMALLEST_UNITS: f64 = 8.0;

impl StreetMap {
    /// The tile at this place of the usual scheme (XYZ, Web Mercator); empty where nothing is, `None` outside of
    /// the scheme or of the zooms that have tiles.
    ///
    /// Layers: `landuse`, `water`, `waterway`, `rail`, `road`, `building`, `house_number`, `poi`, `place`. Features have
    /// `kind` (see [`Kind::name`](super::Kind::name)), `name` and, where it is known, `name_zh`.
    #[must_use]
    pub fn tile(&self, zoom: u8, x: u32, y: u32) -> Option<Vec<u8>> {
        let side = 1u32.checked_shl(u32::from(zoom))?;
        if !(MIN_TILE_ZOOM..=MAX_TILE_ZOOM).contains(&zoom) || x >= side || y >= side {
            return None;
        }
        let window = Window::tile(zoom, x, y);
        let mut things: Vec<Drawn<'_>> = Vec::new();
        self.within(window.bounds(), |drawn| {
            if drawn.kind.first_tile_zoom() <= zoom {
                things.push(drawn);
            }
        });
        // One layer after the other, and in each the least important first.
        things.sort_by_key(|drawn| drawn.kind);
        let mut tile = Tile::new(TILE_UNITS);
        let mut layer: Option<Layer> = None;
        for drawn in things {
            for shape in shapes(&window, drawn) {
                let name = drawn.kind.layer();
                let open = match layer.take() {
                    Some(open) if open.name() == Some(name) => open,
                    done => {
                        add(&mut tile, done);
                        tile.create_layer(name)
                    }
                };
                layer = Some(feature(open, shape, drawn));
            }
        }
        add(&mut tile, layer);
        // The encoder refuses two layers of one name; kinds of one layer follow each other.
        tile.to_bytes().ok()
    }
}

fn add(tile: &mut Tile, layer: Option<Layer>) {
    if let Some(layer) = layer.filter(|layer| layer.num_features() > 0) {
        let added = tile.add_layer(layer);
        debug_assert!(added.is_ok(), "kinds of one layer follow each other");
    }
}

fn feature(layer: Layer, shape: GeomData, drawn: Drawn<'_>) -> Layer {
    let mut feature = layer.into_feature(shape);
    feature.add_tag_string("kind", drawn.kind.name());
    let (name, chinese) = (drawn.name(false), drawn.name(true));
    if !name.is_empty() {
        feature.add_tag_string("name", name);
    }
    if chinese != name {
        feature.add_tag_string("name_zh", chinese);
    }
    feature.into_layer()
}

/// What of a thing lies in the tile, each as one feature's geometry.
fn shapes(window: &Window, drawn: Drawn<'_>) -> Vec<GeomData> {
    if drawn.kind.is_area() {
        let rings = drawn.parts().map(|part| window.ring(part)).collect();
        return areas(rings);
    }
    if drawn.kind.is_line() {
        let pieces: Vec<Vec<Pixel>> = drawn.parts().flat_map(|part| window.line(part)).collect();
        let visible = pieces.iter().any(|piece| reach(piece) >= SMALLEST_UNITS);
        return visible
            .then(|| lines(&pieces))
            .flatten()
            .into_iter()
            .collect();
    }
    let inside = |at: &Pixel| {
        at.iter()
            .all(|value| (0.0..f64::from(TILE_UNITS)).contains(value))
    };
    let at = drawn.parts().next().map(|part| window.pixel(part[0]));
    let point = at.filter(inside).and_then(|[x, y]| {
        let encoder = GeomEncoder::new(GeomType::Point).point(x, y).ok()?;
        encoder.encode().ok()
    });
    point.into_iter().collect()
}

/// How far a line or ring reaches in either direction.
fn reach(points: &[Pixel]) -> f64 {
    let along = |axis: usize| {
        let values = points.iter().map(|at| at[axis]);
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), at| {
            (low.min(at), high.max(at))
        });
        high - low
    };
    along(0).max(along(1))
}

fn lines(pieces: &[Vec<Pixel>]) -> Option<GeomData> {
    let mut encoder = GeomEncoder::new(GeomType::Linestring);
    for piece in pieces {
        let piece = rounded(piece);
        if piece.len() < 2 {
            continue;
        }
        for [x, y] in piece {
            encoder.add_point(x, y).ok()?;
        }
        encoder.complete_geom().ok()?;
    }
    let data = encoder.encode().ok()?;
    (!data.is_empty()).then_some(data)
}

/// Whole units, none twice in a row.
fn rounded(points: &[Pixel]) -> Vec<[i32; 2]> {
    let mut whole: Vec<[i32; 2]> = points
        .iter()
        .map(|at| at.map(|value| value.round() as i32))
        .collect();
    whole.dedup();
    whole
}

/// Surfaces: each outer ring with the holes in it. The file does not tell holes from outer rings; a ring that lies in
/// an odd number of others is a hole.
fn areas(rings: Vec<Vec<Pixel>>) -> Vec<GeomData> {
    let mut whole: Vec<Vec<[i32; 2]>> = rings
        .iter()
        .filter(|ring| reach(ring) >= SMALLEST_UNITS)
        .map(|ring| {
            let mut ring = rounded(ring);
            if ring.first() == ring.last() {
                ring.pop();
            }
            ring
        })
        .filter(|ring| ring.len() > 2 && doubled_area(ring) != 0)
        .collect();
    // A tile that lies in a hole is cut out of both rings whole: they leave nothing.
    let mut rings: Vec<Vec<[i32; 2]>> = Vec::with_capacity(whole.len());
    for ring in whole.drain(..) {
        match rings.iter().position(|other| is_same(other, &ring)) {
            Some(other) => drop(rings.swap_remove(other)),
            None => rings.push(ring),
        }
    }
    let sizes: Vec<u64> = rings
        .iter()
        .map(|ring| doubled_area(ring).unsigned_abs())
        .collect();
    let around: Vec<Vec<usize>> = (0..rings.len())
        .map(|no| {
            let at = within(&rings[no]);
            let larger = (0..rings.len()).filter(|&other| sizes[other] > sizes[no]);
            larger.filter(|&other| holds(&rings[other], at)).collect()
        })
        .collect();
    let is_hole = |no: &usize| around[*no].len() % 2 == 1;
    let outer = (0..rings.len()).filter(|no| !is_hole(no));
    outer
        .filter_map(|no| {
            // A hole belongs to the innermost outer ring around it, which lies in one ring less than the hole.
            let holes = (0..rings.len()).filter(|hole| {
                is_hole(hole)
                    && around[*hole].contains(&no)
                    && around[no].len() + 1 == around[*hole].len()
            });
            let mut encoder = GeomEncoder::new(GeomType::Polygon);
            let mut last = None;
            for (ring, is_outer) in [(no, true)]
                .into_iter()
                .chain(holes.map(|hole| (hole, false)))
            {
                let mut ring = rings[ring].clone();
                // Outer rings run clockwise as seen, holes the other way.
                if (doubled_area(&ring) > 0) != is_outer {
                    ring.reverse();
                }
                // The encoder takes a start at the place where it stands for a line that goes on.
                if last == ring.first().copied() {
                    ring.rotate_left(1);
                }
                last = ring.last().copied();
                for [x, y] in ring {
                    encoder.add_point(x, y).ok()?;
                }
                encoder.complete_geom().ok()?;
            }
            encoder.encode().ok()
        })
        .collect()
}

/// Twice a ring's area; positive when it runs clockwise on the screen, where y points down.
fn doubled_area(ring: &[[i32; 2]]) -> i64 {
    let pairs = ring.iter().zip(ring.iter().cycle().skip(1));
    pairs
        .map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]))
        .sum()
}

/// Whether two rings go through the same points, from wherever and whichever way round.
fn is_same(a: &[[i32; 2]], b: &[[i32; 2]]) -> bool {
    let sorted = |ring: &[[i32; 2]]| {
        let mut points = ring.to_vec();
        points.sort_unstable();
        points
    };
    a.len() == b.len() && sorted(a) == sorted(b)
}

/// A point in a ring and not on it: rings that were cut lie on the tile's border together.
fn within(ring: &[[i32; 2]]) -> Pixel {
    let mut rows: Vec<i32> = ring.iter().map(|at| at[1]).collect();
    rows.sort_unstable();
    let gap = rows.windows(2).max_by_key(|pair| pair[1] - pair[0]);
    let y = gap.map_or(0.0, |pair| f64::midpoint(pair[0].into(), pair[1].into()));
    let mut crossed: Vec<f64> = crossings(ring, y).collect();
    crossed.sort_by(f64::total_cmp);
    let widest = crossed
        .chunks_exact(2)
        .max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
    [
        widest.map_or(0.0, |pair| f64::midpoint(pair[0], pair[1])),
        y,
    ]
}

/// Whether a point lies in a ring (even-odd rule).
fn holds(ring: &[[i32; 2]], [x, y]: Pixel) -> bool {
    crossings(ring, y).filter(|&at| x < at).count() % 2 == 1
}

/// Where a ring crosses a level.
fn crossings(ring: &[[i32; 2]], y: f64) -> impl Iterator<Item = f64> {
    let pairs = ring.iter().zip(ring.iter().cycle().skip(1));
    pairs.filter_map(move |(a, b)| {
        let [a, b] = [a, b].map(|at| at.map(f64::from));
        ((a[1] > y) != (b[1] > y)).then(|| a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
    })
}

#[cfg(test)]
mod tests {
    use super::{super::Kind, *};

    #[test]
    fn kinds_of_one_layer_follow_each_other() {
        let mut layers: Vec<&str> = Kind::ALL.iter().map(|kind| kind.layer()).collect();
        layers.dedup();
        assert_eq!(
            layers,
            [
                "landuse",
                "water",
                "waterway",
                "building",
                "rail",
                "road",
                "house_number",
                "poi",
                "place"
            ]
        );
    }

    #[test]
    fn a_ring_in_a_ring_is_a_hole_and_one_in_that_a_surface_again() {
        let square = |low: f64, high: f64| vec![[low, low], [high, low], [high, high], [low, high]];
        let shapes = areas(vec![
            square(0.0, 100.0),
            square(20.0, 80.0),
            square(40.0, 60.0),
        ]);
        assert_eq!(
            shapes.len(),
            2,
            "the outer one with its hole, and the island"
        );
    }

    #[test]
    fn holes_that_reach_the_border_stay_holes() {
        let tile = vec![[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]];
        // An island cut off by the tile's border, whichever point it begins with.
        let island = [[100.0, 20.0], [60.0, 50.0], [100.0, 80.0]];
        for turn in 0..3 {
            let mut hole = island.to_vec();
            hole.rotate_left(turn);
            assert_eq!(areas(vec![tile.clone(), hole]).len(), 1, "{turn}");
        }
        // All of the tile lies in the hole.
        let mut back = tile.clone();
        back.reverse();
        back.rotate_left(1);
        assert!(areas(vec![tile, back]).is_empty());
    }
}
