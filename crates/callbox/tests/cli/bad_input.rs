//! Bad input: a clear message, the right exit code, and nothing left behind.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    process::{Command, Stdio},
};

use crate::shop::{HISTORY, MAP, Ran, Shop, ran};

/// Replays what stands in the shop and expects a refusal that says `message` and leaves no trace.
#[track_caller]
fn refused(shop: &Shop, file: &str, message: &str) {
    let Ran {
        code,
        stdout,
        stderr,
    } = shop.run(&format!("replay {file} --map map.toml --data center"));
    assert_eq!((code, stdout.as_str()), (3, ""), "{stderr}");
    assert!(stderr.contains(message), "{stderr}");
    let left = shop.names();
    assert!(
        !left
            .iter()
            .any(|name| name.starts_with("center") || name == "rejected.csv"),
        "{left:?}"
    );
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = Command::new("gzip")
        .arg("-c")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    gzip.stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    gzip.wait_with_output().unwrap().stdout
}

#[test]
fn a_gzip_file_that_is_cut_off_or_damaged() {
    let shop = Shop::new();
    let whole = gzip(HISTORY);
    shop.write("short.csv.gz", &whole[..whole.len() - 40]);
    refused(
        &shop,
        "short.csv.gz",
        "short.csv.gz: the gzip file ends too early",
    );
    let mut damaged = whole.clone();
    damaged[40] ^= 0xff;
    shop.write("damaged.csv.gz", damaged);
    refused(
        &shop,
        "damaged.csv.gz",
        "damaged.csv.gz: the gzip file is damaged",
    );
    shop.write("whole.csv.gz", whole);
    assert_eq!(
        shop.run("replay whole.csv.gz --map map.toml --data center")
            .code,
        0
    );
}

#[test]
fn columns_and_zones_and_formats_that_do_not_exist() {
    let shop = Shop::new();
    shop.write(
        "map.toml",
        MAP.replace("\"there\"", "\"ther\"")
            .replace("\"prio\"", "\"urgency\""),
    );
    refused(
        &shop,
        "history.csv",
        "assignment.on_scene = \"ther\"; did you mean \"there\"?",
    );
    refused(&shop, "history.csv", "call.priority = \"urgency\"\n");
    refused(
        &shop,
        "history.csv",
        "Its columns are: call, kind, prio, received, where",
    );
    shop.write(
        "map.toml",
        MAP.replace("America/Los_Angeles", "America/Los_Angles"),
    );
    refused(
        &shop,
        "history.csv",
        "names the time zone \"America/Los_Angles\", which is not known",
    );
    shop.write("map.toml", MAP.replace("%Y-%m-%d", "%Q-%m-%d"));
    refused(
        &shop,
        "history.csv",
        "timestamp_format \"%Q-%m-%d %H:%M:%S\" that cannot be used",
    );
    shop.write("map.toml", MAP.replace("%Y-%m-%d %H", "%H"));
    refused(
        &shop,
        "history.csv",
        "timestamp_format \"%H:%M:%S\" that cannot be used",
    );
    shop.write("map.toml", MAP.replace("kind", "kind\"\ncolour = \"red"));
    refused(&shop, "history.csv", "unknown field `colour`");
    shop.write("map.toml", "timezone = ");
    refused(&shop, "history.csv", "the map map.toml cannot be used");
}

#[test]
fn bytes_that_are_not_utf_8() {
    let shop = Shop::new();
    let mut bytes = HISTORY.as_bytes().to_vec();
    let at = HISTORY.find("9 Oak").unwrap();
    bytes[at] = 0xe9;
    shop.write("latin.csv", bytes);
    refused(
        &shop,
        "latin.csv",
        "latin.csv line 6, column 5 (where): byte 1 of the field is not UTF-8",
    );
    shop.write("empty.csv", "");
    refused(&shop, "empty.csv", "empty.csv is empty");
}

#[test]
fn a_line_without_end_is_refused_in_bounded_memory() {
    let shop = Shop::new();
    let mut file = File::create(shop.path("long.csv")).unwrap();
    file.write_all(HISTORY.as_bytes()).unwrap();
    file.write_all(b"\"").unwrap();
    // Two gigabytes of nothing, which take no space on the disk.
    file.set_len(2 << 30).unwrap();
    // The limit makes a program fail that takes the line as a whole.
    let script = "ulimit -v 800000; exec \"$0\" replay long.csv --map map.toml --data center";
    let program = env!("CARGO_BIN_EXE_callbox");
    let output = Command::new("sh")
        .args(["-c", script, program])
        .current_dir(shop.path(""))
        .output()
        .unwrap();
    let Ran { code, stderr, .. } = ran(output);
    assert_eq!(code, 3, "{stderr}");
    assert!(
        stderr.contains("the record that begins here has more than 1048576 bytes"),
        "{stderr}"
    );
    assert!(!shop.exists("center"));
}

#[test]
fn times_that_go_backwards_do_not_exist_or_come_twice() {
    let shop = Shop::new();
    let head = HISTORY.lines().next().unwrap();
    let row = |id: u32, received: &str, sent: &str, free: &str| {
        format!("{id},FIRE,1,{received},Elm St,E{id},ENGINE,{sent},,,{free}\n")
    };
    let csv = [
        format!("\u{feff}{head}\n"),
        // Sent before it was received; free before it was sent.
        row(
            1,
            "2020-04-02 10:00:00",
            "2020-04-02 09:59:00",
            "2020-04-02 09:58:00",
        ),
        // In the night in which the clocks were set forward, and the one in which they were set back.
        row(
            2,
            "2020-03-08 01:50:00",
            "2020-03-08 02:10:00",
            "2020-03-08 03:30:00",
        ),
        row(
            3,
            "2020-11-01 00:50:00",
            "2020-11-01 01:10:00",
            "2020-11-01 03:30:00",
        ),
        row(4, "", "2020-11-01 01:10:00", "2020-11-01 03:30:00"),
        "5,too,few\n".to_owned(),
    ];
    shop.write("odd.csv", csv.concat());
    let Ran {
        code,
        stdout,
        stderr,
    } = shop.run("replay odd.csv --map map.toml --data center --format json");
    assert_eq!(code, 0, "{stderr}");
    let found: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(found["rows"], 5);
    assert_eq!(
        found["rejected"]["kinds"],
        serde_json::json!({"bad-timestamp": 1, "no-received-time": 1, "wrong-number-of-fields": 1})
    );
    assert_eq!(
        found["repaired"]["kinds"]["ambiguous-local-time-first-taken"],
        1
    );
    let flagged = &found["flagged"]["kinds"];
    assert_eq!(
        (
            &flagged["times-go-backwards"],
            &flagged["dispatched-before-received"]
        ),
        (&1.into(), &1.into())
    );
    let rejected = std::fs::read_to_string(shop.path("rejected.csv")).unwrap();
    assert!(
        rejected
            .contains("2,\"bad-timestamp: dispatched \"\"2020-03-08 02:10:00\"\" does not exist"),
        "{rejected}"
    );
    assert!(
        rejected.contains("5,wrong-number-of-fields: 3 fields where the head has 11,5,too,few"),
        "{rejected}"
    );
    let report = shop
        .run("report response-times --data center --format json")
        .stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let intervals = &report["total"]["intervals"];
    assert_eq!(intervals["call_to_dispatch"]["excluded_negative"], 1);
    assert_eq!(intervals["assigned"]["excluded_negative"], 1);
    // 01:10 to 03:30 over the hour that came twice.
    assert_eq!(intervals["assigned"]["median"], 12_000.0);
}

/// Mounts a small disk at `name`; says why where that cannot be done.
fn mount(shop: &Shop, name: &str, options: &str) -> Option<Mounted> {
    let path = shop.path(name);
    std::fs::create_dir(&path).unwrap();
    let done = Command::new("mount")
        .args(["-t", "tmpfs", "-o", options, "tmpfs"])
        .arg(&path)
        .stderr(Stdio::null())
        .status();
    if done.is_ok_and(|status| status.success()) {
        return Some(Mounted(path));
    }
    report_skipped("a small disk cannot be mounted here");
    None
}

struct Mounted(std::path::PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

pub(crate) fn report_skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

#[test]
fn a_disk_that_is_full_from_the_start() {
    let shop = Shop::new();
    let Some(disk) = mount(&shop, "disk", "size=32k") else {
        return;
    };
    for line in [
        "init --data disk/center --center Elm",
        "replay history.csv --map map.toml --data disk/center",
    ] {
        let Ran { code, stderr, .. } = shop.run(line);
        assert_eq!(code, 70, "{line}: {stderr}");
        assert!(stderr.contains("space"), "{stderr}");
        let left: Vec<_> = std::fs::read_dir(&disk.0).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn a_disk_that_fills_up_loses_nothing_and_the_replay_goes_on() {
    let shop = Shop::new();
    let Some(disk) = mount(&shop, "disk", "size=1500k") else {
        return;
    };
    let mut csv = HISTORY.lines().next().unwrap().to_owned() + "\n";
    for call in 0..6_000 {
        let (hour, minute) = (call / 60 % 24, call % 60);
        let time = |second: u32| {
            format!(
                "2020-04-{:02} {hour:02}:{minute:02}:{second:02}",
                1 + call / 1_440
            )
        };
        let (received, sent, there, free) = (time(0), time(10), time(30), time(59));
        csv += &format!("{call},FIRE,1,{received},Elm St,E1,ENGINE,{sent},,{there},{free}\n");
    }
    shop.write("long.csv", csv);
    assert_eq!(
        shop.run("replay long.csv --map map.toml --data whole").code,
        0
    );
    let line = "replay long.csv --map map.toml --data disk/center";
    let Ran {
        code,
        stdout,
        stderr,
    } = shop.run(line);
    assert_eq!((code, stdout.as_str()), (70, ""), "{stderr}");
    assert!(stderr.contains("the replay stopped after "), "{stderr}");
    assert!(stderr.contains("run the same command again"), "{stderr}");
    let larger = Command::new("mount")
        .args(["-o", "remount,size=64m"])
        .arg(&disk.0)
        .status();
    assert!(larger.unwrap().success());
    assert_eq!(shop.run("verify --data disk/center").code, 0);
    let Ran { code, stderr, .. } = shop.run(line);
    assert_eq!(code, 0, "{stderr}");
    for report in ["response-times --by hour", "utilisation"] {
        let of = |data: &str| {
            shop.run(&format!("report {report} --format json --data {data}"))
                .stdout
        };
        assert_eq!(of("disk/center"), of("whole"));
    }
}

#[test]
fn a_place_that_cannot_be_written() {
    let shop = Shop::new();
    for line in [
        "init --data map.toml/center --center Elm",
        "replay history.csv --map map.toml --data map.toml/center",
        "replay history.csv --map map.toml --data map.toml",
    ] {
        let Ran { code, stderr, .. } = shop.run(line);
        assert_eq!(code, 3, "{line}: {stderr}");
        assert!(stderr.contains("map.toml"), "{stderr}");
    }
    let Some(_disk) = mount(&shop, "disk", "size=4m,ro") else {
        return;
    };
    let Ran { code, stderr, .. } = shop.run("init --data disk/center --center Elm");
    assert_eq!(code, 3, "{stderr}");
    assert!(stderr.to_lowercase().contains("read-only"), "{stderr}");
}

#[test]
fn a_replay_that_was_killed_goes_on_where_it_stopped() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("replay history.csv --map map.toml --data whole")
            .code,
        0
    );
    let line = "replay history.csv --map map.toml --data center";
    // Four steps in half a minute of the history, then a long wait.
    let mut child = shop
        .command(&format!("{line} --speed 60"))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !shop
        .run("verify --data center")
        .stdout
        .contains("as it was written: 28 events")
    {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it was killed"
        );
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let Ran {
        code,
        stdout,
        stderr,
    } = shop.run(&format!("{line} --format json"));
    assert_eq!(code, 0, "{stderr}");
    let found: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        found["already_there"],
        serde_json::json!({"calls": 1, "assignments": 2})
    );
    for report in ["response-times", "utilisation"] {
        let of = |data: &str| {
            shop.run(&format!("report {report} --format json --data {data}"))
                .stdout
        };
        assert_eq!(of("center"), of("whole"));
    }
    assert_eq!(shop.run("verify --data center").code, 0);
}

#[test]
fn what_a_killed_init_left_is_removed() {
    let shop = Shop::new();
    let gone = Command::new("true")
        .spawn()
        .and_then(|mut child| child.wait().map(|_| child.id()));
    std::fs::create_dir(shop.path(&format!("center.part-{}", gone.unwrap()))).unwrap();
    assert_eq!(shop.run("init --data center --center Elm").code, 0);
    assert_eq!(shop.names(), ["center"]);
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("replay history.csv --map map.toml --data center")
            .code,
        0
    );
    let mut child = shop
        .command("report response-times --by type --data center")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert_eq!(
        (child.wait().unwrap().code(), stderr.as_str()),
        (Some(0), "")
    );
}

#[test]
fn colours_and_bars_stay_away_from_files() {
    let shop = Shop::new();
    let Ran { stdout, stderr, .. } = shop.run("replay history.csv --map map.toml --data center");
    assert!(
        !stdout.contains('\u{1b}') && !stderr.contains('\u{1b}'),
        "{stdout}{stderr}"
    );
}
