//! Imports that are killed, and disks that are full: the streets in use stay, and nothing is left.

#![expect(clippy::print_stderr, reason = "a test that was skipped says so")]

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::shop::{Shop, program, ran};

/// A center with streets, a second extract to import over them, and a question to ask.
struct Town {
    shop: Shop,
    question: String,
    answer: String,
}

impl Town {
    fn new() -> Self {
        let shop = Shop::new();
        let run = |line: &str| {
            let ran = shop.run(line);
            assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
            ran.stdout
        };
        run("init --data center --center Elm --timezone UTC");
        run("town old.osm.pbf --size 2 --seed 1");
        run("town new.osm.pbf --size 12 --seed 2");
        run("import streets old.osm.pbf --data center");
        let found = run("geo find hospital --data center --format json");
        let found: serde_json::Value = serde_json::from_str(&found).unwrap();
        let place = &found["answers"][0];
        let (lat, lon) = (
            place["lat"].as_f64().unwrap(),
            place["lon"].as_f64().unwrap(),
        );
        let question = format!(
            "geo eta {lat},{lon} {},{lon} --data center --format json",
            lat + 0.003
        );
        let answer = run(&question);
        Self {
            shop,
            question,
            answer,
        }
    }

    fn stays(&self, when: &str) {
        let ran = self.shop.run(&self.question);
        assert_eq!(
            (ran.code, ran.stdout),
            (0, self.answer.clone()),
            "{when}: {}",
            ran.stderr
        );
    }

    /// What stands beside the streets in use.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.shop.path("center/streets")).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Nothing but one network, its name, and the lock.
    fn is_clean(&self, when: &str) {
        let names = self.names();
        assert_eq!(names.len(), 3, "{when}: {names:?}");
        assert_eq!(
            (names[0].as_str(), names[1].as_str()),
            ("CURRENT", "import.lock"),
            "{when}"
        );
    }
}

/// Sends a signal by its name to a program that we started.
fn signal(child: &Child, name: &str) {
    Command::new("kill")
        .args([format!("-{name}"), child.id().to_string()])
        .status()
        .unwrap();
}

#[test]
fn an_import_that_is_killed_leaves_the_old_streets_and_the_next_begins_anew() {
    let town = Town::new();
    let import = "import streets new.osm.pbf --data center --with foot";
    let spawn = || {
        let mut command = town.shop.command(import);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    // How long it takes here, into another center.
    assert_eq!(
        town.shop
            .run("init --data other --center Oak --timezone UTC")
            .code,
        0
    );
    let begun = Instant::now();
    assert_eq!(
        town.shop
            .run("import streets new.osm.pbf --data other --with foot")
            .code,
        0
    );
    let whole = begun.elapsed();
    let (mut killed, mut unfinished) = (0, 0);
    for moment in 1..=16u32 {
        let mut child = spawn();
        thread::sleep(whole * moment / 18);
        // SIGKILL: it cannot tidy up.
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            // It was faster than the clock said: put the old streets back.
            assert_eq!(
                town.shop
                    .run("import streets old.osm.pbf --data center")
                    .code,
                0
            );
            continue;
        }
        killed += 1;
        unfinished += usize::from(town.names().iter().any(|name| name.ends_with(".tmp")));
        town.stays(&format!("killed at {moment}/18"));
    }
    assert!(
        killed >= 8 && unfinished >= 2,
        "{killed} killed, {unfinished} while they wrote"
    );
    // A second import while one runs is refused; that one is not disturbed. It is stopped meanwhile, or it could be
    // through before the second has begun.
    // What the killed ones left is swept first: the next one's is what we wait for.
    let swept = town.shop.run("import streets old.osm.pbf --data center");
    assert_eq!(swept.code, 0, "{}", swept.stderr);
    town.is_clean("before two at once");
    let begun = Instant::now();
    let mut child = loop {
        let mut child = spawn();
        while child.try_wait().unwrap().is_none()
            && !town.names().iter().any(|name| name.ends_with(".tmp"))
        {
            assert!(begun.elapsed() < Duration::from_secs(120));
            thread::sleep(Duration::from_millis(2));
        }
        signal(&child, "STOP");
        if town.names().iter().any(|name| name.ends_with(".tmp")) {
            break child;
        }
        // It was faster than we looked.
        signal(&child, "CONT");
        child.wait().unwrap();
    };
    let second = town.shop.run("import streets old.osm.pbf --data center");
    signal(&child, "CONT");
    assert_eq!(second.code, 3, "{}", second.stdout);
    assert!(
        second.stderr.contains("another import"),
        "{}",
        second.stderr
    );
    assert!(child.wait().unwrap().success());
    town.is_clean("after an import that ran through");
    let ran = town.shop.run("import streets old.osm.pbf --data center");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    town.is_clean("after going back");
    town.stays("after going back");
}

#[test]
fn files_that_cannot_grow_leave_the_old_streets_and_nothing_else() {
    let town = Town::new();
    let callbox = program();
    for kilobytes in [1, 40, 200] {
        // As on a full disk, each write beyond the limit fails; the signal that comes first is ignored.
        let script = format!(
            "trap '' XFSZ; ulimit -f {kilobytes}; exec {:?} import streets new.osm.pbf --data center",
            callbox.get_program()
        );
        let output = Command::new("bash")
            .args(["-c", &script])
            .current_dir(town.shop.path("."))
            .output()
            .unwrap();
        let ran = ran(output);
        assert_eq!(ran.code, 3, "{kilobytes}: {} {}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("cannot write"), "{}", ran.stderr);
        assert!(ran.stderr.contains("stay as they were"), "{}", ran.stderr);
        town.is_clean(&format!("{kilobytes} kB"));
        town.stays(&format!("{kilobytes} kB"));
    }
}

#[test]
fn a_full_disk_leaves_the_old_streets_and_nothing_else() {
    let town = Town::new();
    let callbox = program();
    let callbox = callbox.get_program();
    // A small file system of its own, gone with the shell.
    let script = format!(
        "mkdir small
         mount -t tmpfs -o size=$(($(du -sk center | cut -f1) + 800))k none small || exit 77
         cp -r center small/ || exit 78
         {callbox:?} import streets new.osm.pbf --data small/center; echo \"code $?\"
         ls small/center/streets
         {callbox:?} {}",
        town.question
            .replace("--data center", "--data small/center")
    );
    let output = Command::new("unshare")
        .args(["-rm", "bash", "-c", &script])
        .current_dir(town.shop.path("."))
        .output();
    let Some(output) = output
        .ok()
        .filter(|output| !matches!(output.status.code(), Some(77 | 1)))
    else {
        eprintln!("skipped: this system does not let a test mount a file system");
        return;
    };
    let ran = ran(output);
    assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("code 3"),
        "{} {}",
        ran.stdout,
        ran.stderr
    );
    assert!(ran.stderr.contains("No space left"), "{}", ran.stderr);
    assert!(!ran.stdout.contains(".tmp"), "{}", ran.stdout);
    assert!(ran.stdout.ends_with(&town.answer), "{}", ran.stdout);
}
