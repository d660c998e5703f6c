//! Real histories, where they are there: reports against an independent recomputation.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    bad_input::report_skipped,
    shop::{Ran, Shop, ran},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn history(name: &str) -> Option<PathBuf> {
    real("calls", name)
}

/// The file, where real data is kept beside the checkout or where the environment says.
pub(crate) fn real(kind: &str, name: &str) -> Option<PathBuf> {
    let dir = match env::var_os("CALLBOX_SHARED_DATA") {
        Some(dir) => PathBuf::from(dir),
        None => root().join("../shared/data"),
    };
    let path = dir.join(kind).join(name);
    if path.exists() {
        return Some(path);
    }
    report_skipped(&format!("{} is not there", path.display()));
    None
}

fn replay(shop: &Shop, file: &Path, map: &str) -> Value {
    let map = root().join("maps").join(map);
    let line = format!(
        "replay {} --map {} --data center --format json",
        file.display(),
        map.display()
    );
    let Ran {
        code,
        stdout,
        stderr,
    } = shop.run(&line);
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

fn report(shop: &Shop, arguments: &str) -> Value {
    let line = format!("report {arguments} --data center --format json");
    let Ran {
        code,
        stdout,
        stderr,
    } = shop.run(&line);
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

fn recompute(file: &Path, map: &str, arguments: &str) -> Value {
    let output = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recompute.py"))
        .args([file, &root().join("maps").join(map)])
        .args(arguments.split_whitespace())
        .output()
        .unwrap();
    let Ran {
        code,
        stdout,
        stderr,
    } = ran(output);
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

/// Every number and text of `expected` stands in `found`, to the last digit.
#[track_caller]
fn same(expected: &Value, found: &Value, path: &str) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                let inner = found.get(key).unwrap_or(&Value::Null);
                same(value, inner, &format!("{path}/{key}"));
            }
        }
        (Value::Array(expected), Value::Array(found)) => {
            assert_eq!(expected.len(), found.len(), "{path}");
            for (at, (expected, found)) in expected.iter().zip(found).enumerate() {
                same(expected, found, &format!("{path}/{at}"));
            }
        }
        _ => assert_eq!(expected, found, "{path}"),
    }
}

#[test]
fn san_francisco_equals_the_recomputation() {
    const MAP: &str = "san-francisco-fire.toml";
    let Some(file) = history("sf_fire_2020-04-02_2020-04-20.csv.gz") else {
        return;
    };
    let shop = Shop::new();
    let first = replay(&shop, &file, MAP);
    let counts = ["rows", "calls", "units", "assignments"].map(|key| first[key].as_u64().unwrap());
    assert_eq!(counts, [14_064, 7_157, 199, 14_064]);
    assert_eq!(first["rejected"]["total"], 0);
    for by in [
        "",
        "--by type",
        "--by priority",
        "--by type,priority",
        "--by unit-type",
        "--by hour",
        "--by type,priority,unit-type,hour",
    ] {
        let arguments = format!("response-times {by}");
        let expected = recompute(&file, MAP, &arguments);
        same(&expected, &report(&shop, &arguments), by);
    }
    let expected = recompute(&file, MAP, "utilisation");
    same(&expected, &report(&shop, "utilisation"), "utilisation");
    let second = replay(&shop, &file, MAP);
    assert_eq!(second["events"], 0);
    assert_eq!(second["already_there"]["assignments"], 14_064);
    assert_eq!(shop.run("verify --data center").code, 0);
}

#[test]
fn san_diego_has_calls_without_units() {
    const MAP: &str = "san-diego-police.toml";
    let Some(file) = history("san_diego_police_2023-01.csv.gz") else {
        return;
    };
    let shop = Shop::new();
    let tally = replay(&shop, &file, MAP);
    assert_eq!(
        (&tally["rows"], &tally["calls"]),
        (&28_970.into(), &28_970.into())
    );
    assert_eq!(
        (&tally["assignments"], &tally["rejected"]["total"]),
        (&0.into(), &0.into())
    );
    let arguments = "response-times --by type,priority,hour";
    let expected = recompute(&file, MAP, arguments);
    same(&expected, &report(&shop, arguments), arguments);
}

#[test]
fn seattle_has_rows_that_stand_there_twice() {
    let Some(file) = history("seattle_police_911_2015.csv.gz") else {
        return;
    };
    let shop = Shop::new();
    let tally = replay(&shop, &file, "seattle-police.toml");
    assert_eq!(
        (&tally["rows"], &tally["calls"]),
        (&91_067.into(), &90_285.into())
    );
    assert_eq!(
        tally["rejected"]["kinds"],
        serde_json::json!({"duplicate": 782})
    );
}

#[test]
fn a_history_is_replayed_beside_what_the_plans_would_have_sent() {
    let shop = Shop::new();
    let plans = "plan,alarm,count,units,types\nFIRES,1,1,TRUCK,FIRE\nFALLS,1,1,ENGINE,FALL\n";
    std::fs::write(shop.path("plans.csv"), plans).unwrap();
    let replayed = shop.run(
        "replay history.csv --map map.toml --data center --alarms --plans plans.csv --format json",
    );
    assert_eq!(replayed.code, 0, "{}", replayed.stderr);
    let tally: serde_json::Value = serde_json::from_str(&replayed.stdout).unwrap();
    let suggested = &tally["suggested"];
    assert_eq!(
        (&suggested["calls"], &suggested["with_plan"]),
        (&3.into(), &3.into())
    );
    // To the fire E1 went first and the plan named T1; at the first fall E1 was still out.
    assert_eq!(suggested["first_unit_agreed"], 1, "{suggested}");
    assert!(suggested["checks"].as_u64().unwrap() > 0);
    let verified = shop.run("verify --data center");
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    let other = shop.run("replay history.csv --map map.toml --data other --plans nowhere.csv");
    assert_ne!(other.code, 0);
    assert!(
        other.stderr.contains("cannot read nowhere.csv"),
        "{}",
        other.stderr
    );
}
