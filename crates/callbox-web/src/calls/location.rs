//! Where a device says that it is: the location of a PIDF-LO (RFC 4119), in the shapes of RFC 5491.

use roxmltree::{Document, Node};
use thiserror::Error;

/// The unit of length that RFC 5491 asks for: metres.
const METERS: &str = "urn:ogc:def:uom:EPSG::9001";
/// The most corners of a polygon.
const MAX_CORNERS: usize = 100;

/// A location as a point and a radius.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Location {
    /// Latitude and longitude in degrees, WGS 84.
    pub(crate) lat_lon: (f64, f64),
    /// The radius within which it is, in metres, where the device says so.
    pub(crate) uncertainty_meters: Option<u32>,
    /// The shape that was sent.
    pub(crate) shape: &'static str,
}

/// Why a body holds no usable location.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum LocationError {
    #[error("the body is not XML")]
    NotXml,
    #[error("the body holds no point, circle, ellipse or polygon")]
    NoShape,
    #[error("the location's {0} is missing or wrong")]
    Bad(&'static str),
}

/// Reads the first location of a body. A document type is refused, so that none can refer elsewhere.
pub(crate) fn read(body: &[u8]) -> Result<Location, LocationError> {
    let text = std::str::from_utf8(body).map_err(|_| LocationError::NotXml)?;
    let document = Document::parse(text).map_err(|_| LocationError::NotXml)?;
    let shape = |node: &Node<'_, '_>| {
        let name = node.tag_name().name();
        let known = [
            "Circle",
            "Ellipse",
            "Polygon",
            "Point",
            "Sphere",
            "Ellipsoid",
        ];
        known.into_iter().find(|known| *known == name)
    };
    let (node, name) = document
        .descendants()
        .find_map(|node| Some((node, shape(&node)?)))
        .ok_or(LocationError::NoShape)?;
    let srs = node.attribute("srsName").unwrap_or_default();
    if !srs.is_empty() && !srs.ends_with("4326") && !srs.ends_with("4979") {
        return Err(LocationError::Bad("srsName"));
    }
    let dimensions = if srs.ends_with("4979") { 3 } else { 2 };
    match name {
        "Polygon" => polygon(node, dimensions),
        "Point" => Ok(Location {
            lat_lon: position(node)?,
            uncertainty_meters: None,
            shape: "point",
        }),
        "Circle" | "Sphere" => Ok(Location {
            lat_lon: position(node)?,
            uncertainty_meters: Some(length(node, "radius")?),
            shape: "circle",
        }),
        _ => Ok(Location {
            lat_lon: position(node)?,
            // The circle around the ellipse: no corner of it is left out.
            uncertainty_meters: Some(length(node, "semiMajorAxis")?),
            shape: "ellipse",
        }),
    }
}

/// How a position is written where no words are known for it.
pub(crate) fn in_words((lat, lon): (f64, f64)) -> String {
    format!("{lat:.6}, {lon:.6}")
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<&'a str> {
    let found = node.descendants().find(|it| it.tag_name().name() == name)?;
    found.text().map(str::trim)
}

fn numbers(text: &str) -> Option<Vec<f64>> {
    let numbers: Option<Vec<f64>> = text
        .split_ascii_whitespace()
        .map(|number| number.parse().ok().filter(|it: &f64| it.is_finite()))
        .collect();
    numbers
}

fn on_globe(lat: f64, lon: f64) -> Option<(f64, f64)> {
    (lat.abs() <= 90.0 && lon.abs() <= 180.0).then_some((lat, lon))
}

fn position(node: Node<'_, '_>) -> Result<(f64, f64), LocationError> {
    let found = child(node, "pos").and_then(numbers);
    let pair = found.filter(|it| (2..=3).contains(&it.len()));
    pair.and_then(|it| on_globe(it[0], it[1]))
        .ok_or(LocationError::Bad("pos"))
}

fn length(node: Node<'_, '_>, name: &'static str) -> Result<u32, LocationError> {
    let found = node.descendants().find(|it| it.tag_name().name() == name);
    let in_meters = found.filter(|it| it.attribute("uom").is_none_or(|uom| uom == METERS));
    let meters = in_meters.and_then(|it| it.text()?.trim().parse::<f64>().ok());
    meters
        .filter(|meters| (0.0..=1_000_000.0).contains(meters))
        .map(|meters| meters.ceil() as u32)
        .ok_or(LocationError::Bad(name))
}

/// The middle of the corners, and the distance to the farthest of them.
fn polygon(node: Node<'_, '_>, dimensions: usize) -> Result<Location, LocationError> {
    let bad = LocationError::Bad("posList");
    let listed = match child(node, "posList") {
        Some(list) => numbers(list),
        None => {
            let corners = node
                .descendants()
                .filter(|it| it.tag_name().name() == "pos");
            let all: Option<Vec<_>> = corners.map(|it| numbers(it.text()?)).collect();
            all.map(|all| all.concat())
        }
    };
    let numbers = listed.ok_or(LocationError::Bad("posList"))?;
    let corners: Option<Vec<_>> = numbers
        .chunks(dimensions)
        .map(|corner| on_globe(*corner.first()?, *corner.get(1)?))
        .collect();
    // The last corner repeats the first.
    let corners =
        corners.filter(|it| (4..=MAX_CORNERS).contains(&it.len()) && it.first() == it.last());
    let Some(corners) = corners else {
        return Err(bad);
    };
    let ring = &corners[1..];
    let n = ring.len() as f64;
    let sum = ring
        .iter()
        .fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    let (lat, lon) = (sum.0 / n, sum.1 / n);
    let point = |(lat, lon)| callbox_geo::Coord::from_degrees(lat, lon).unwrap_or_default();
    let reach = ring
        .iter()
        .map(|it| point((lat, lon)).meters_to(point(*it)));
    Ok(Location {
        lat_lon: (lat, lon),
        uncertainty_meters: Some(reach.fold(0.0, f64::max).ceil() as u32),
        shape: "polygon",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presence(shape: &str) -> String {
        format!(
            r#"<?xml version="1.0"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"
  xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0" entity="pres:x@example.org">
 <tuple id="a"><status><gp:geopriv><gp:location-info>{shape}</gp:location-info>
 <gp:usage-rules/></gp:geopriv></status></tuple></presence>"#
        )
    }

    fn check(shape: &str, expected: Result<((f64, f64), Option<u32>), LocationError>) {
        let read = read(presence(shape).as_bytes());
        let read = read.map(|it| (it.lat_lon, it.uncertainty_meters));
        assert_eq!(read, expected);
    }

    #[test]
    fn the_shapes_of_rfc_5491_are_read() {
        check(
            r#"<gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>-34.407 150.883</gml:pos></gml:Point>"#,
            Ok(((-34.407, 150.883), None)),
        );
        check(
            r#"<gs:Circle srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>42.5463 -73.2512</gml:pos>
               <gs:radius uom="urn:ogc:def:uom:EPSG::9001">850.24</gs:radius></gs:Circle>"#,
            Ok(((42.5463, -73.2512), Some(851))),
        );
        check(
            r#"<gs:Ellipse srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>42.5463 -73.2512</gml:pos>
               <gs:semiMajorAxis uom="urn:ogc:def:uom:EPSG::9001">1275</gs:semiMajorAxis>
               <gs:semiMinorAxis uom="urn:ogc:def:uom:EPSG::9001">670</gs:semiMinorAxis>
               <gs:orientation uom="urn:ogc:def:uom:EPSG::9102">43.2</gs:orientation></gs:Ellipse>"#,
            Ok(((42.5463, -73.2512), Some(1275))),
        );
        check(
            r#"<gml:Polygon srsName="urn:ogc:def:crs:EPSG::4326"><gml:exterior><gml:LinearRing>
               <gml:posList>0.0 0.0 0.0 0.002 0.002 0.002 0.002 0.0 0.0 0.0</gml:posList>
               </gml:LinearRing></gml:exterior></gml:Polygon>"#,
            Ok(((0.001, 0.001), Some(158))),
        );
        check(
            r#"<gs:Sphere srsName="urn:ogc:def:crs:EPSG::4979"><gml:pos>42.5463 -73.2512 26.3</gml:pos>
               <gs:radius uom="urn:ogc:def:uom:EPSG::9001">10</gs:radius></gs:Sphere>"#,
            Ok(((42.5463, -73.2512), Some(10))),
        );
    }

    #[test]
    fn what_is_no_location_is_refused() {
        check("", Err(LocationError::NoShape));
        check(
            "<gml:Point><gml:pos>91 0</gml:pos></gml:Point>",
            Err(LocationError::Bad("pos")),
        );
        check(
            "<gml:Point><gml:pos>NaN 0</gml:pos></gml:Point>",
            Err(LocationError::Bad("pos")),
        );
        check(
            r#"<gml:Point srsName="urn:ogc:def:crs:EPSG::27700"><gml:pos>1 1</gml:pos></gml:Point>"#,
            Err(LocationError::Bad("srsName")),
        );
        check(
            r#"<gs:Circle><gml:pos>1 1</gml:pos><gs:radius uom="feet">3</gs:radius></gs:Circle>"#,
            Err(LocationError::Bad("radius")),
        );
        check(
            "<gml:Polygon><gml:posList>0 0 1 1 0 0</gml:posList></gml:Polygon>",
            Err(LocationError::Bad("posList")),
        );
        assert_eq!(read(b"<a>"), Err(LocationError::NotXml));
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "boom">]><a>&b;</a>"#;
        assert_eq!(read(bomb.as_bytes()), Err(LocationError::NotXml));
    }
}
