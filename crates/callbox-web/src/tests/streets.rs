//! Ways of units, and which streets help reaches in time.

use axum::http::StatusCode;
use callbox_geo::Coord;
use serde_json::{Value, json};

use super::{World, check_schema, second_factor::Browser};
use crate::{access::Role, percent::encoded};

/// A town with one station, one engine in it and a call far from it.
async fn town() -> (World, u64) {
    let world = World::with_streets().defined().await;
    let streets = &world.state.geography.as_ref().unwrap().streets;
    let at = |no: usize| streets.node(no % streets.node_count()).degrees();
    let profile = streets.profile("blue-light").unwrap();
    let (from, to) = (1..200)
        .map(|no| (at(no * 7), at(no * 13 + streets.node_count() / 2)))
        .find(|(from, to)| {
            let snap = |(lat, lon)| streets.snap(lat, lon).unwrap();
            let route = streets.route(&snap(*from), &snap(*to), profile);
            route.is_some_and(|route| route.legs.len() > 3)
        })
        .unwrap();
    let station =
        json!({"code": "F1", "name": "F1", "agency": "FIRE", "lat": from.0, "lon": from.1});
    world.define("stations", station).await;
    let unit = json!({"call_sign": "E1", "agency": "FIRE", "type": "ENGINE", "station": "F1"});
    world.define("units", unit).await;
    let call = json!({"type": "FIRE", "place": "there", "lat": to.0, "lon": to.1});
    let taken = world.post(Role::CallTaker, "/api/v1/incidents", call).await;
    let id = taken.json()["incident"].as_u64().unwrap();
    (world, id)
}

async fn ways(world: &World, id: u64) -> Vec<Value> {
    let path = format!("/api/v1/ways?incident={id}");
    let found = world.get(Role::CallTaker, &path).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.text);
    check_schema("Ways", &found.json());
    found.json()["ways"].as_array().unwrap().clone()
}

async fn act(world: &World, path: &str, body: Value) {
    let done = world.post(Role::Dispatcher, path, body).await;
    assert!(done.status.is_success(), "{}", done.text);
}

#[tokio::test]
async fn the_way_of_a_unit_says_when_it_is_there_and_what_it_goes_round() {
    let (world, id) = town().await;
    assert_eq!(ways(&world, id).await, [] as [Value; 0]);
    act(
        &world,
        &format!("/api/v1/incidents/{id}/units"),
        json!({"units": ["E1"]}),
    )
    .await;
    let found = ways(&world, id).await;
    let way = &found[0];
    assert_eq!(
        (&way["unit"], &way["source"]),
        (&json!("E1"), &json!("station"))
    );
    let seconds: f64 = way["legs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leg| leg["seconds"].as_f64().unwrap())
        .sum();
    let drive = way["eta_seconds"].as_f64().unwrap() - way["turnout_seconds"].as_f64().unwrap();
    let legs = way["legs"].as_array().unwrap().len() as f64;
    assert!((seconds - drive).abs() <= legs, "{seconds} of {drive}");
    assert!(way["legs"][1]["street"].is_string(), "{way}");
    assert_eq!(way["detour"], Value::Null);

    // A closure in the middle of it: another way, and the reason.
    let line = way["line"].as_array().unwrap();
    let middle = &line[line.len() / 2];
    let body = json!({"cause": "works", "lat": middle[1], "lon": middle[0]});
    act(&world, "/api/v1/closures", body).await;
    let after = &ways(&world, id).await[0];
    assert!(after["eta_seconds"].as_u64() >= way["eta_seconds"].as_u64());
    if after["line"] != way["line"] {
        let without = after["detour"]["seconds_without"].as_f64().unwrap();
        assert!((without - drive).abs() <= 1.0, "{without} is not {drive}");
    }

    // The turnout runs off; who has arrived is under way no more.
    world.pass(20);
    let later = &ways(&world, id).await[0];
    let turnout = |way: &Value| way["turnout_seconds"].as_u64().unwrap();
    assert_eq!(turnout(later) + 20, turnout(way));
    for status in ["ENR", "ONS"] {
        act(&world, "/api/v1/units/E1/status", json!({"status": status})).await;
    }
    assert_eq!(ways(&world, id).await, [] as [Value; 0]);
    let none = world
        .get(Role::CallTaker, "/api/v1/ways?incident=999")
        .await;
    assert_eq!(none.problem(), "404 unknown-incident");
}

async fn coverage(world: &World, query: &str) -> Value {
    let found = world
        .get(Role::CallTaker, &format!("/api/v1/coverage{query}"))
        .await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.text);
    check_schema("Coverage", &found.json());
    found.json()
}

#[tokio::test]
async fn what_help_reaches_in_time_follows_units_closures_and_minutes() {
    let (world, id) = town().await;
    let share = |told: &Value| told["in_time_meters"].as_f64().unwrap();
    let now = coverage(&world, "?minutes=1").await;
    assert_eq!((&now["starts"], &now["unknown"]), (&json!(1), &json!(2)));
    let more = coverage(&world, "?minutes=10").await;
    assert!(
        share(&now) > 0.0 && share(&more) > share(&now),
        "{} {}",
        share(&now),
        share(&more)
    );
    // The squares are the whole, cut into pieces.
    let sum: u64 = more["squares"]
        .as_array()
        .unwrap()
        .iter()
        .map(|square| square[2].as_u64().unwrap())
        .sum();
    let whole = more["meters"].as_f64().unwrap();
    assert!(
        (sum as f64 - whole).abs() < whole * 0.01,
        "{sum} of {whole}"
    );

    // A busy unit covers nothing; its station would.
    act(
        &world,
        &format!("/api/v1/incidents/{id}/units"),
        json!({"units": ["E1"]}),
    )
    .await;
    world.pass(3);
    let busy = coverage(&world, "?minutes=10").await;
    assert_eq!((&busy["starts"], share(&busy)), (&json!(0), 0.0));
    let planned = coverage(&world, "?minutes=10&from=stations").await;
    assert_eq!(share(&planned), share(&more));
    let none = coverage(&world, "?minutes=10&type=LADDER").await;
    assert_eq!(none["starts"], 0);

    // A closed way out of the station is felt at once.
    let station = world
        .engine
        .snapshot()
        .configuration
        .stations
        .values()
        .next()
        .unwrap()
        .point;
    let (lat, lon) = station.unwrap().degrees();
    let body = json!({"cause": "flood", "lat": lat, "lon": lon, "impassable": true});
    act(&world, "/api/v1/closures", body).await;
    let flooded = coverage(&world, "?minutes=10&from=stations").await;
    assert!(share(&flooded) < share(&planned));

    for query in [
        "?bbox=1,2,3",
        "?bbox=3,2,1,4",
        "?bbox=a,b,c,d",
        "?minutes=0",
        "?from=moon",
    ] {
        let refused = world
            .get(Role::CallTaker, &format!("/api/v1/coverage{query}"))
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    let at = Coord::from_degrees(lat, lon).unwrap().degrees();
    let small = format!(
        "?bbox={},{},{},{}",
        at.1 - 0.01,
        at.0 - 0.01,
        at.1 + 0.01,
        at.0 + 0.01
    );
    let near = coverage(&world, &small).await;
    assert!(near["squares"].as_array().unwrap().len() <= 60 * 60);
    let without = World::empty()
        .get(Role::CallTaker, "/api/v1/coverage")
        .await;
    assert_eq!(without.problem(), "404 not-found");
}

/// Some junctions as points of a body.
fn junctions(world: &World, numbers: impl Iterator<Item = usize>) -> Vec<(f64, f64)> {
    let streets = &world.state.geography.as_ref().unwrap().streets;
    let nodes = numbers.map(|no| streets.node(no % streets.node_count()).degrees());
    nodes.collect()
}

async fn asked(world: &World, path: &str, body: Value) -> Value {
    let found = world.post(Role::Dispatcher, path, body).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.text);
    let schema = match path {
        "/api/v1/eta" => "EtaTable",
        _ => "EtaRoute",
    };
    check_schema(schema, &found.json());
    found.json()
}

#[tokio::test]
async fn programs_ask_for_times_and_ways_and_get_the_same() {
    let (world, _) = town().await;
    let before = world.engine.snapshot().next_seq();
    let from = junctions(&world, (0..12).map(|no| no * 17 + 3));
    let to = junctions(&world, (0..5).map(|no| no * 29 + 11));
    let table = asked(&world, "/api/v1/eta", json!({"from": from, "to": to})).await;
    assert_eq!(table["profile"], "blue-light");
    let time = |table: &Value, row: usize, column: usize| table["seconds"][row][column].clone();
    // The other way about it is one to many instead of many to one, and gives the same.
    for (row, start) in from.iter().enumerate() {
        let body = json!({"from": [start], "to": to});
        let single = asked(&world, "/api/v1/eta", body).await;
        assert_eq!(single["seconds"][0], table["seconds"][row]);
    }
    let mut ways = 0;
    for (row, start) in from.iter().enumerate() {
        let body = json!({"from": [start], "to": [to[0]]});
        if time(&table, row, 0).is_null() {
            let refused = world
                .post(Role::Dispatcher, "/api/v1/eta/route", body)
                .await;
            assert_eq!(refused.problem(), "422 no-street to");
            continue;
        }
        let way = asked(&world, "/api/v1/eta/route", body).await;
        assert_eq!(way["seconds"], time(&table, row, 0));
        assert_eq!(way["from"], table["from"][row]);
        ways += usize::from(way["legs"].as_array().unwrap().len() > 2);
    }
    assert!(ways > 3, "{ways} ways have more than two streets");
    // A car that obeys signs is slower than blue light; a crew on foot has no network here.
    let body = json!({"from": from, "to": to, "profile": "car"});
    let car = asked(&world, "/api/v1/eta", body).await;
    let sum = |table: &Value| -> f64 {
        let rows = table["seconds"].as_array().unwrap().iter();
        let all = rows.flat_map(|row| row.as_array().unwrap());
        all.filter_map(Value::as_f64).sum()
    };
    assert!(sum(&car) > sum(&table));
    // Nothing drives that is higher than every bridge and heavier than every street is wide.
    let body = json!({"from": from, "to": to, "profile": "heavy", "height_centimeters": 250,
        "width_centimeters": 200, "weight_kilograms": 3000});
    asked(&world, "/api/v1/eta", body).await;
    // The town has no condition on the hour: another moment is as now.
    let body = json!({"from": from, "to": to, "at": "2026-12-24T08:30:00Z"});
    assert_eq!(
        asked(&world, "/api/v1/eta", body).await["seconds"],
        table["seconds"]
    );
    let body = json!({"from": from, "to": to, "at": "noon"});
    let refused = world.post(Role::Dispatcher, "/api/v1/eta", body).await;
    assert_eq!(refused.problem(), "422 bad-field at");
    assert_eq!(world.engine.snapshot().next_seq(), before);
}

#[tokio::test]
async fn a_way_says_what_it_goes_round() {
    let (world, _) = town().await;
    let ends = {
        let streets = &world.state.geography.as_ref().unwrap().streets;
        let profile = streets.profile("blue-light").unwrap();
        let pairs = (1..200).map(|no| junctions(&world, [no * 7, no * 13 + 40].into_iter()));
        let mut long = pairs.filter(|pair| {
            let snap = |at: (f64, f64)| streets.snap(at.0, at.1).unwrap();
            let route = streets.route(&snap(pair[0]), &snap(pair[1]), profile);
            route.is_some_and(|route| route.legs.len() > 3 && route.points.len() > 12)
        });
        long.next().unwrap()
    };
    let body = json!({"from": [ends[0]], "to": [ends[1]]});
    let way = asked(&world, "/api/v1/eta/route", body.clone()).await;
    assert_eq!(way["detour"], Value::Null);
    let mut detours = 0;
    for part in [3, 2] {
        let line = way["line"].as_array().unwrap();
        let point = &line[line.len() / part];
        let closing = json!({"cause": "works", "lat": point[1], "lon": point[0]});
        act(&world, "/api/v1/closures", closing).await;
        let after = asked(&world, "/api/v1/eta/route", body.clone()).await;
        assert!(after["seconds"].as_f64() >= way["seconds"].as_f64());
        if after["line"] != way["line"] {
            detours += 1;
            let without = after["detour"]["seconds_without"].as_f64().unwrap();
            assert!((without - way["seconds"].as_f64().unwrap()).abs() <= 1.0);
        }
    }
    assert!(detours > 0, "no closure made the way another");
}

#[tokio::test]
async fn what_cannot_be_reckoned_says_what_to_do() {
    let (world, _) = town().await;
    let at = junctions(&world, [5, 50].into_iter());
    let sea = (0.0, 0.0);
    let many = vec![at[0]; 200];
    for (path, body, problem) in [
        ("/api/v1/eta", json!({"from": at}), "422 bad-field to"),
        (
            "/api/v1/eta",
            json!({"from": [], "to": at}),
            "422 bad-field from",
        ),
        (
            "/api/v1/eta",
            json!({"from": many, "to": many}),
            "422 bad-field to",
        ),
        (
            "/api/v1/eta",
            json!({"from": at, "to": at, "profile": "hovercraft"}),
            "422 bad-field profile",
        ),
        (
            "/api/v1/eta",
            json!({"from": at, "to": at, "weight_kilograms": 0}),
            "422 bad-field weight_kilograms",
        ),
        (
            "/api/v1/eta",
            json!({"from": at, "to": [at[0], sea]}),
            "422 no-street to",
        ),
        (
            "/api/v1/eta/route",
            json!({"from": at, "to": [at[0]]}),
            "422 bad-field from",
        ),
        (
            "/api/v1/eta/route",
            json!({"from": [sea], "to": [at[0]]}),
            "422 no-street from",
        ),
    ] {
        let refused = world.post(Role::CallTaker, path, body).await;
        assert_eq!(refused.problem(), problem, "{}", refused.text);
    }
    let body = json!({"from": at, "to": [at[0], sea]});
    let far = world
        .post(Role::CallTaker, "/api/v1/eta", body)
        .await
        .json();
    assert_eq!(far["values"]["number"], "2");
    let body = json!({"from": at, "to": at, "profile": "foot"});
    let foot = world
        .post(Role::CallTaker, "/api/v1/eta", body.clone())
        .await;
    assert!(
        foot.json()["hint"].as_str().unwrap().contains("blue-light"),
        "{}",
        foot.text
    );
    let without = World::empty()
        .post(Role::CallTaker, "/api/v1/eta", body)
        .await;
    assert_eq!(without.problem(), "404 not-found");
}

/// Words that certainly mean a place keep an incident on the map, also where a form corrects them; and why a place is
/// offered is told by its kind, for pages of each language.
#[tokio::test]
async fn a_corrected_place_stays_on_the_map() {
    let world = World::with_streets().defined().await;
    let geocoder = &world.state.geography.as_ref().unwrap().geocoder;
    let streets = &world.state.geography.as_ref().unwrap().streets;
    let houses =
        (0..streets.node_count()).filter_map(|no| geocoder.reverse(streets.node(no))?.label());
    let find = async |text: &str| {
        let body = json!({"text": text});
        let found = world
            .post(Role::CallTaker, "/api/v1/places/find", body)
            .await;
        check_schema("Places", &found.json());
        found.json()
    };
    let mut certain = Vec::new();
    for label in houses.take(40) {
        let found = find(&label).await;
        if found["verdict"] == "certain" && !certain.contains(&label) {
            certain.push(label);
        }
    }
    let [first, second, ..] = certain.as_slice() else {
        panic!("too few addresses are certain: {certain:?}");
    };
    let call = json!({"type": "FIRE", "place": first});
    let taken = world.post(Role::CallTaker, "/api/v1/incidents", call).await;
    let id = taken.json()["incident"].as_u64().unwrap();
    let mut person = Browser::new("x");
    person.sign_in(&world, "call-taker").await;
    let form = format!("key=a-corrected-place&place={}", encoded(second));
    let answer = person
        .post(&world, &format!("/incidents/{id}/describe"), &form)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let row = world
        .get(Role::CallTaker, &format!("/api/v1/incidents/{id}"))
        .await
        .json()["row"]
        .clone();
    assert_eq!(row["verdict"], "certain", "{row}");
    assert!(row["lat"].is_number() && row["lon"].is_number(), "{row}");

    // What nobody knows is named, in words and by its kind.
    let found = find("12 Zyzzyva Boulevard").await;
    assert_eq!(found["verdict"], "missing");
    assert_eq!(found["why"][0]["code"], "not-in-file");
    assert_eq!(found["why"][0]["values"]["word"], "zyzzyva");
    assert!(
        found["notes"][0].as_str().unwrap().contains("zyzzyva"),
        "{found}"
    );
}
