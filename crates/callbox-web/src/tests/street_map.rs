//! Vector tiles of the imported streets.

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};

use super::World;
use crate::access::Role;

/// The tile of this zoom that holds a junction of the town.
fn somewhere(world: &World, zoom: u32) -> String {
    let streets = &world.state.geography.as_ref().unwrap().streets;
    let (lat, lon) = streets.node(streets.node_count() / 2).degrees();
    let side = f64::from(1u32 << zoom);
    let x = (lon / 360.0 + 0.5) * side;
    let y = (0.5 - lat.to_radians().tan().asinh() / std::f64::consts::TAU) * side;
    format!("/tiles/{zoom}/{}/{}.mvt", x as u32, y as u32)
}

#[tokio::test]
async fn the_town_comes_as_tiles_and_an_unchanged_one_is_not_sent_again() {
    let world = World::with_streets();
    for (zoom, layers) in [
        (10, vec!["road"]),
        (15, vec!["road", "building", "house_number"]),
    ] {
        let path = somewhere(&world, zoom);
        let request = || world.request(Role::Dispatcher, &path);
        let response = world.open(request().body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/vnd.mapbox-vector-tile"
        );
        let tag = response.headers()[header::ETAG].clone();
        let bytes = to_bytes(response.into_body(), 1 << 22).await.unwrap();
        for layer in layers {
            let named = [&[0x0a, layer.len() as u8], layer.as_bytes()].concat();
            let found = bytes.windows(named.len()).any(|window| window == named);
            assert!(found, "{path} has no layer {layer}");
        }
        let again = request().header(header::IF_NONE_MATCH, tag);
        let again = world.open(again.body(Body::empty()).unwrap()).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }
    let empty = world.get(Role::Dispatcher, "/tiles/15/0/0.mvt").await;
    assert_eq!(empty.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_tile_that_cannot_be_is_not_there_and_nobody_unknown_gets_one() {
    let world = World::with_streets();
    for path in [
        "/tiles/16/0/0.mvt",
        "/tiles/5/0/0.mvt",
        "/tiles/6/64/0.mvt",
        "/tiles/6/0/0.png",
    ] {
        let answer = world.get(Role::Dispatcher, path).await;
        assert_eq!(answer.problem(), "404 not-found", "{path}");
    }
    let path = somewhere(&world, 12);
    let unknown = world
        .send(Request::get(&path).body(Body::empty()).unwrap())
        .await;
    assert_ne!(unknown.status, StatusCode::OK);
    let service = world.get(Role::Service, &path).await;
    assert_eq!(service.status, StatusCode::FORBIDDEN);
    let without = World::empty().get(Role::Dispatcher, &path).await;
    assert_eq!(without.problem(), "404 not-found");
    assert!(without.text.contains("import"), "{}", without.text);
}

#[test]
fn a_map_shows_first_where_the_streets_are() {
    let world = World::with_streets();
    let geography = world.state.geography.as_ref().unwrap();
    let ([west, south, east, north], all) = (geography.view(), geography.bounds());
    assert!(west >= all[0] && south >= all[1] && east <= all[2] && north <= all[3]);
    let nodes = (0..geography.streets.node_count()).map(|node| geography.streets.node(node));
    let (mut shown, mut known) = (0, 0);
    for (lat, lon) in nodes.map(|node| node.degrees()) {
        known += 1;
        shown += usize::from((south..=north).contains(&lat) && (west..=east).contains(&lon));
    }
    assert!(shown * 100 >= known * 95, "{shown} of {known}");
}
