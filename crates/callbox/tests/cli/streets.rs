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
        import names nowhere.csv --data center
        import names history.csv --data center
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
        geo rank --from units.csv --to 39.40,-76.73 --data center
        geo calibrate drives.csv --data center
    ";
    check(&shop, script, expect_file!["transcripts/geo.txt"]);
}

#[test]
fn on_foot_only_where_the_import_was_asked_for_it() {
    let shop = Shop::new();
    let run = |line: &str, code: i32| {
        let ran = shop.run(line);
        assert_eq!(ran.code, code, "{line}: {}", ran.stderr);
        (ran.stdout, ran.stderr)
    };
    run("init --data center --center Elm --timezone UTC", 0);
    run("town town.osm.pbf --size 2 --seed 1", 0);
    run("import streets town.osm.pbf --data center", 0);
    let found = run("geo find hospital --data center --format json", 0).0;
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    let place = &found["answers"][0];
    let (lat, lon) = (
        place["lat"].as_f64().unwrap(),
        place["lon"].as_f64().unwrap(),
    );
    let ends = format!("{lat},{lon} {},{lon}", lat + 0.004);
    let walk = format!("geo eta {ends} --profile foot --data center --format json");
    let (_, stderr) = run(&walk, 3);
    assert!(stderr.contains("--with foot"), "{stderr}");
    let (stdout, _) = run("import streets town.osm.pbf --data center --with foot", 0);
    assert!(stdout.contains("on foot"), "{stdout}");
    let seconds = |line: &str| {
        let eta: serde_json::Value = serde_json::from_str(&run(line, 0).0).unwrap();
        eta["seconds"].as_f64().unwrap()
    };
    let driven = seconds(&format!("geo eta {ends} --data center --format json"));
    assert!(seconds(&walk) > 2.0 * driven);
    assert_eq!(
        seconds(&format!("{walk} --at 2026-11-26T08:00")),
        seconds(&walk)
    );
    let (_, stderr) = run(&format!("geo eta {ends} --weight 0 --data center"), 2);
    assert!(stderr.contains("0.01 to 100"), "{stderr}");
    let (_, stderr) = run(&format!("{walk} --at noon"), 2);
    assert!(stderr.contains("2026-11-26T08:30"), "{stderr}");
    let (_, stderr) = run(&format!("geo eta {ends} --profile hover --data center"), 2);
    assert!(stderr.contains("blue-light, heavy, car, foot"), "{stderr}");
    // The agency's own names, for places that are on no map.
    shop.write(
        "names.csv",
        format!("name,target\nThe Old Pit,\"{lat}, {lon}\"\n"),
    );
    assert_eq!(
        run("import names names.csv --data center", 0).0.trim(),
        "names 1"
    );
    let found = run("geo find \"old pit\" --data center --format json", 0).0;
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["answers"][0]["kind"], "alias", "{found}");
    assert_eq!(found["answers"][0]["label"], "The Old Pit");
    shop.write("wrong.csv", "name,target\nPit\n");
    let (_, stderr) = run("import names wrong.csv --data center", 3);
    assert!(
        stderr.contains("line 2") && stderr.contains("Nothing was changed"),
        "{stderr}"
    );
    run("geo find \"old pit\" --data center", 0);
    // An import without it leaves none behind; the names stay.
    run("import streets town.osm.pbf --data center", 0);
    run(&walk, 3);
    assert!(
        run("geo find \"old pit\" --data center", 0)
            .0
            .contains("alias")
    );
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

    // Who is nearest, in order; a row off the map comes last instead of being left out.
    shop.write(
        "units.csv",
        "unit,lat,lon\nfar,39.40,-76.73\nsea,38.0,-74.0\nnear,39.371,-76.721\n".as_bytes(),
    );
    let ranked = program("rank --from units.csv --to 39.37,-76.72");
    let labels: Vec<&str> = ranked["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["near", "far", "sea"]);
    shop.write("units.csv", b"unit,lat,lon\na,39.4,east\n");
    let ran = shop.run("geo rank --from units.csv --to 39.37,-76.72 --data center");
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("units.csv line 2"), "{}", ran.stderr);

    // Drives that took half as long again: learned, kept, and driven by from then on.
    let mut drives = "from_lat,from_lon,to_lat,to_lon,seconds\n".to_owned();
    for no in 0..150 {
        let (lat, lon) = (
            39.37 + f64::from(no % 15) * 0.002,
            -76.76 + f64::from(no / 15) * 0.004,
        );
        let goal = "39.40,-76.73";
        let eta = program(&format!("eta {lat},{lon} {goal}"));
        let seconds = eta["seconds"].as_f64().unwrap() * 1.5;
        drives += &format!("{lat},{lon},{goal},{seconds}\n");
    }
    shop.write("drives.csv", drives.as_bytes());
    let learned = program("calibrate drives.csv");
    assert!(learned["held_out"].as_u64().unwrap() >= 25, "{learned}");
    let share = |when: &str| learned[when]["mean_share"].as_f64().unwrap();
    assert!(share("after") < 0.05 && share("before") > 0.3, "{learned}");
    let slower = program("eta 39.37,-76.72 39.40,-76.73")["seconds"]
        .as_f64()
        .unwrap();
    let before = drive["seconds"].as_f64().unwrap();
    assert!((slower / before - 1.5).abs() < 0.1, "{slower} {before}");
    // The same drives teach nothing any more.
    assert_eq!(shop.run("geo calibrate drives.csv --data center").code, 4);

    // A broken file leaves the streets in use as they were.
    let whole = std::fs::read(shop.path("town.osm.pbf")).unwrap();
    shop.write("cut.osm.pbf", &whole[..whole.len() / 2]);
    assert_eq!(shop.run("import streets cut.osm.pbf --data center").code, 3);
    assert_eq!(program("find \"1700 reistertown road\""), found);
}
