//! `callbox erase` from the request to the certificate.

use std::{io::Write as _, process::Stdio};

use expect_test::expect_file;

use crate::shop::{Ran, Shop, ran};

/// Runs a line with a password on the standard input.
pub(crate) fn as_supervisor(shop: &Shop, password: &str, line: &str) -> Ran {
    let mut child = shop
        .command(line)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(format!("{password}\n").as_bytes()).unwrap();
    drop(input);
    ran(child.wait_with_output().unwrap())
}

pub(crate) fn account(shop: &Shop, login: &str, role: &str) -> String {
    let optional = shop.run("policy set second-factor optional --data center");
    assert_eq!(optional.code, 0, "{}", optional.stderr);
    let hold = shop.run("policy set first-passwords 0 --data center");
    assert_eq!(hold.code, 0, "{}", hold.stderr);
    let made = shop.run(&format!("user add {login} --role {role} --data center"));
    assert_eq!(made.code, 0, "{}", made.stderr);
    let password = made
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("password"));
    password.unwrap().trim().to_owned()
}

fn contains(shop: &Shop, directory: &str, words: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![shop.path(directory)];
    while let Some(directory) = open.pop() {
        for item in std::fs::read_dir(directory).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if std::fs::read(&path)
                .unwrap()
                .windows(words.len())
                .any(|window| window == words.as_bytes())
            {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn erase() {
    let shop = Shop::new();
    let replay = "replay history.csv --map map.toml --data center";
    assert_eq!(shop.run(replay).code, 0);
    let (one, two) = (
        account(&shop, "mlee", "supervisor"),
        account(&shop, "bchen", "supervisor"),
    );
    let dispatcher = account(&shop, "olga", "dispatcher");
    let script = "
        erase list --data center
        erase show 1 --data center
        erase show 99 --data center
        erase list --data nowhere
        erase hold 1 --basis COURT-7 --data center --login mlee
        erase lift 1 --basis COURT-7 --data center --login nobody
        erase request 1 --basis LAW-12 --data center --login mlee
        erase refuse 1 --reason WITHDRAWN --data center --login mlee
        erase approve 1 --data center --login mlee
        erase rules --wait-days 400 --data center --login mlee
        erase finish --data center
        erase certificate 1 --data center
        erase check history.csv --key x
    ";
    expect_file!["transcripts/erase.txt"].assert_eq(&shop.transcript(script));
    let refused = as_supervisor(
        &shop,
        &dispatcher,
        "erase request 1 --basis L --data center --login olga",
    );
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    let key = shop.run("ledger keys --data center").stdout;
    shop.write("keys", &key);
    let backup = shop.run("backup before.backup --keys before.keys --data center");
    assert_eq!(backup.code, 0, "{}", backup.stderr);

    let act = |password: &str, line: &str, code: i32| {
        let done = as_supervisor(&shop, password, line);
        assert_eq!(done.code, code, "{line}: {}{}", done.stdout, done.stderr);
        format!("{}{}", done.stdout, done.stderr)
    };
    act(
        &one,
        "erase rules --wait-days 0 --data center --login mlee",
        0,
    );
    act(
        &one,
        "erase hold 1 --basis COURT-7 --data center --login mlee",
        0,
    );
    let held = act(
        &one,
        "erase request 1 --basis LAW-12 --data center --login mlee",
        4,
    );
    assert!(held.contains("legal hold: COURT-7"), "{held}");
    act(
        &one,
        "erase lift 1 --basis COURT-7 --data center --login mlee",
        0,
    );
    act(
        &one,
        "erase request 1 --basis LAW-12 --data center --login mlee",
        0,
    );
    let same = act(&one, "erase approve 1 --data center --login mlee", 4);
    assert!(same.contains("cannot approve"), "{same}");
    let erased = act(&two, "erase approve 1 --data center --login bchen", 0);
    assert!(erased.starts_with("incident 1: erased"), "{erased}");

    let verified = shop.run("verify --data center");
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    assert!(
        verified.stdout.contains("erased   2"),
        "{}",
        verified.stdout
    );
    let certificate = shop.run("erase certificate 1 --data center");
    assert_eq!(certificate.code, 0, "{}", certificate.stderr);
    shop.write("erasure-1.json", &certificate.stdout);
    let keys = key.trim_end();
    let check = |file: &str| {
        let mut command = shop.command("erase check");
        ran(command
            .args([file, "--key", keys])
            .stdin(Stdio::null())
            .output()
            .unwrap())
    };
    let holds = check("erasure-1.json");
    assert_eq!(holds.code, 0, "{}", holds.stderr);
    assert!(holds.stdout.contains("LAW-12"), "{}", holds.stdout);
    for (from, to) in [
        ("LAW-12", "LAW-13"),
        ("\"incident\": 1", "\"incident\": 2"),
        ("index ", "index 1"),
        ("\"approved\": \"c2sp", "\"approved\": \"x2sp"),
    ] {
        let forged = certificate.stdout.replacen(from, to, 1);
        assert_ne!(forged, certificate.stdout, "{from} stands in it");
        shop.write("forged.json", forged);
        assert_eq!(check("forged.json").code, 1, "{from}");
    }
    let other = shop.run("erase certificate 2 --data center");
    assert_eq!(other.code, 3, "{}", other.stderr);

    // The words were sealed everywhere before; now their ciphertext is gone too, and the old backup
    // opens with the keys of then only.
    assert_eq!(contains(&shop, "center", "12 Elm St"), Vec::<String>::new());
    let now = shop.run("backup after.backup --keys after.keys --data center");
    assert_eq!(now.code, 0, "{}", now.stderr);
    let old = shop.run("restore before.backup --keys after.keys --data old");
    assert_ne!(
        old.code, 0,
        "the keys of now do not open the backup of then"
    );
    let fresh = shop.run("restore after.backup --keys after.keys --data fresh");
    assert_eq!(fresh.code, 0, "{}", fresh.stderr);
    assert_eq!(shop.run("verify --data fresh").code, 0);
    let listed = shop.run("erase list --data fresh");
    assert!(listed.stdout.contains("erased"), "{}", listed.stdout);
}

#[test]
fn the_names_of_an_account_are_erased_from_every_file() {
    let shop = Shop::new();
    let replay = "replay history.csv --map map.toml --data center";
    assert_eq!(shop.run(replay).code, 0);
    let password = account(&shop, "mlee", "supervisor");
    let done = |line: &str, code: i32| {
        let ran = shop.run(&format!("{line} --data center"));
        assert_eq!(ran.code, code, "{line}: {}{}", ran.stdout, ran.stderr);
        format!("{}{}", ran.stdout, ran.stderr)
    };
    let left = || {
        let words = ["markerlogin", "MARKER"];
        words.map(|words| contains(&shop, "center", words)).concat()
    };
    done(
        "user add markerlogin --name \"MARKER Person\" --role dispatcher",
        0,
    );
    done("token add markerlogin --label \"MARKER export\"", 0);
    assert!(!left().is_empty(), "they stand there to begin with");
    let chief = account(&shop, "chief", "administrator");
    let deputy = account(&shop, "deputy", "administrator");
    let by = |login: &str, password: &str, what: &str, code: i32| {
        let line = format!("user erase markerlogin {what} --by {login} --data center");
        let ran = as_supervisor(&shop, password, &line);
        assert_eq!(ran.code, code, "{line}: {}{}", ran.stdout, ran.stderr);
        format!("{}{}", ran.stdout, ran.stderr)
    };
    let used = by("chief", &chief, "--basis LAW-12", 4);
    assert!(used.contains("is in use"), "{used}");
    done("user disable markerlogin", 0);
    let other = by("mlee", &password, "--basis LAW-12", 4);
    assert!(other.contains("ask an administrator"), "{other}");
    let asked = by("chief", &chief, "--basis LAW-12", 0);
    assert!(
        asked.contains("another administrator can approve"),
        "{asked}"
    );
    let early = by("deputy", &deputy, "--approve", 4);
    assert!(early.contains("waiting period"), "{early}");
    let withdrawn = by("chief", &chief, "--refuse WITHDRAWN", 0);
    assert!(withdrawn.contains("refused"), "{withdrawn}");
    let rules = "erase rules --wait-days 0 --data center --login mlee";
    let rules = as_supervisor(&shop, &password, rules);
    assert_eq!(rules.code, 0, "{}", rules.stderr);
    let access = shop.path("center/access.db");
    let before = std::fs::read(&access).unwrap();
    by("chief", &chief, "--basis LAW-12", 0);
    let own = by("chief", &chief, "--approve", 4);
    assert!(own.contains("two people"), "{own}");
    assert!(!left().is_empty(), "nothing is erased yet");
    let erased = by("deputy", &deputy, "--approve", 0);
    assert!(erased.contains(": erased\n"), "{erased}");
    assert_eq!(left(), Vec::<String>::new());
    let verified = done("verify", 0);
    assert!(verified.contains("erased   1"), "{verified}");
    // It is nobody's any more, and its login is free.
    let again = done("user enable markerlogin", 3);
    assert!(again.contains("there is no account"), "{again}");
    let listed = done("user list", 0);
    assert!(listed.contains("erased-"), "{listed}");
    // A database from before that was put back is overwritten when the record is opened.
    for beside in ["center/access.db-wal", "center/access.db-shm"] {
        let _ = std::fs::remove_file(shop.path(beside));
    }
    std::fs::write(&access, before).unwrap();
    assert!(!left().is_empty());
    done("user duty mlee 1", 0);
    assert_eq!(left(), Vec::<String>::new());
    done("user add markerlogin --role call-taker", 0);
}
