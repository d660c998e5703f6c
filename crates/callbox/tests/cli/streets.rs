//! Streets from an extract: bad ones always, a real one where it is there.

use expect_test::expect_file;

use crate::{histories::real, shop::Shop, verbs::check};

#[test]
fn import() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("init --data center --center Elm --timezone UTC")
            .code,
        0
    );
    let script = "
        import streets nowhere.osm.pbf --data center
        import streets map.toml --data center
        import streets map.toml --data nowhere
    ";
    check(&shop, script, expect_file!["transcripts/import.txt"]);
}

#[test]
fn geo() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("init --data center --center Elm --timezone UTC")
            .code,
        0
    );
    let script = "
        geo find Elm --data center
        geo reverse 39.38,-76.73 --data center
        geo reverse 99,0 --data center
        geo eta 39.37,-76.72 39.40,-76.73 --data center
    ";
    check(&shop, script, expect_file!["transcripts/geo.txt"]);
}

#[test]
fn a_real_extract_answers() {
    let Some(file) = real("streets", "reisterstown.osm.pbf") else {
        return;
    };
    let shop = Shop::new();
    assert_eq!(
        shop.run("init --data center --center Elm --timezone UTC")
            .code,
        0
    );
    std::fs::copy(&file, shop.path("town.osm.pbf")).unwrap();
    let imported = shop.run("import streets town.osm.pbf --data center --format json");
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    let counts: serde_json::Value = serde_json::from_str(&imported.stdout).unwrap();
    assert!(counts["houses"].as_u64().unwrap() > 15_000, "{counts}");

    let program = |question: &str| {
        let ran = shop.run(&format!("geo {question} --data center --format json"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap()
    };
    let found = program("find \"1700 reistertown road\"");
    assert_eq!(found["verdict"], "certain");
    assert_eq!(
        found["answers"][0]["label"],
        "1700 Reisterstown Road, Pikesville"
    );
    let missing = program("find \"100 Reisterstown Road\"");
    assert_eq!(
        missing["verdict"], "missing",
        "a number that is not there is never made up"
    );
    let drive = program("eta 39.37,-76.72 39.40,-76.73");
    assert!(
        (60.0..1_200.0).contains(&drive["seconds"].as_f64().unwrap()),
        "{drive}"
    );

    // A broken file leaves the streets in use as they were.
    let whole = std::fs::read(shop.path("town.osm.pbf")).unwrap();
    shop.write("cut.osm.pbf", &whole[..whole.len() / 2]);
    assert_eq!(shop.run("import streets cut.osm.pbf --data center").code, 3);
    assert_eq!(program("find \"1700 reistertown road\""), found);
}
