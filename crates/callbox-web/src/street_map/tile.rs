use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    problem::Problem,
    state::{AppState, blocking},
};

use super::cache::Address;

const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";
/// A browser asks again after an hour, and is told if nothing has changed.
const AN_HOUR: &str = "private, max-age=3600";

/// `GET /tiles/{z}/{x}/{y}.mvt`: a vector tile of the imported streets; 204 where nothing is.
pub(super) async fn show(
    State(state): State<AppState>,
    Path((zoom, x, y)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let nothing = || {
        Problem::not_found(
            "there is no such tile",
            "zooms 6 to 15 are there, as /tiles/14/8500/5300.mvt",
        )
    };
    let address = parse(&zoom, &x, &y).ok_or_else(nothing)?;
    let map = state.geography.as_ref().and_then(|all| all.map.clone());
    let map = map.ok_or_else(|| {
        Problem::not_found(
            "no streets with a map were imported",
            "import them: callbox import streets FILE.osm.pbf",
        )
    })?;
    let shared = state.clone();
    let tile = blocking(move || shared.tiles.tile(&map, address))
        .await?
        .ok_or_else(nothing)?;
    if tile.is_empty() {
        return Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, AN_HOUR)]).into_response());
    }
    let tag = tag_of(&tile);
    let known = headers.get(header::IF_NONE_MATCH);
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
        (header::CACHE_CONTROL, HeaderValue::from_static(AN_HOUR)),
        (header::ETAG, tag.clone()),
    ];
    if known.is_some_and(|known| *known == tag) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    Ok((head, tile.to_vec()).into_response())
}

/// Numbers without signs or leading zeros, and the ending.
fn parse(zoom: &str, x: &str, y: &str) -> Option<Address> {
    fn number<N: std::str::FromStr + ToString>(text: &str) -> Option<N> {
        text.parse()
            .ok()
            .filter(|number: &N| number.to_string() == text)
    }
    Some((number(zoom)?, number(x)?, number(y.strip_suffix(".mvt")?)?))
}

/// A weak tag: compression on the way changes the bytes.
fn tag_of(tile: &[u8]) -> HeaderValue {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, tile);
    let tag = format!("W/\"{}\"", crate::hex::hex(&digest.as_ref()[..8]));
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("W/\"tile\""))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn one_spelling_for_each_tile() {
        assert_eq!(parse("14", "8500", "5300.mvt"), Some((14, 8_500, 5_300)));
        for (z, x, y) in [
            ("14", "8500", "5300"),
            ("014", "8500", "5300.mvt"),
            ("14", "+8500", "5300.mvt"),
            ("14", "8500", "-1.mvt"),
            ("400", "1", "1.mvt"),
            ("14", "99999999999", "1.mvt"),
            ("14", "", ".mvt"),
        ] {
            assert_eq!(parse(z, x, y), None, "{z}/{x}/{y}");
        }
    }
}
