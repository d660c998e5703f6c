//! One transcript for each verb; `UPDATE_EXPECT=1 cargo test -p callbox` writes them anew.

use expect_test::expect_file;

use crate::{
    erase::{account, as_supervisor},
    shop::{Ran, Shop},
};

pub(crate) fn check(shop: &Shop, script: &str, expected: expect_test::ExpectFile) {
    expected.assert_eq(&shop.transcript(script));
}

#[test]
fn init() {
    let script = "
        init --data center --center \"Elm County\" --origin dispatch.example.org/elm --timezone America/Denver
        init --data center --center \"Elm County\"
        init --data other --center \"Elm County\" --timezone Mars/Olympus
        init --data other --center \" \"
        init --data other --center X --origin \"two words\"
        init --data map.toml --center X
        init --data other
    ";
    check(&Shop::new(), script, expect_file!["transcripts/init.txt"]);
}

#[test]
fn demo() {
    let script = "
        demo --listen 0.0.0.0:0
        demo --speed 5000
        demo --data history.csv
    ";
    check(&Shop::new(), script, expect_file!["transcripts/demo.txt"]);
}

#[test]
fn town() {
    let script = "
        town town.osm.pbf --size 2
        town town.osm.pbf
        town other.osm.pbf --size 0
        town nowhere/town.osm.pbf
        town other.osm.pbf --size 2 --seed 7 --format json
    ";
    check(&Shop::new(), script, expect_file!["transcripts/town.txt"]);
}

#[test]
fn plans() {
    let shop = Shop::new();
    assert_eq!(shop.run("init --data center --center X").code, 0);
    let Ran { stdout: table, .. } = shop.run("plans export --data center");
    shop.write("same.csv", &table);
    shop.write(
        "changed.csv",
        table
            .replace("FIRE,1,3,ENGINE", "FIRE,1,4,ENGINE")
            .replace("POLICE", "PATROLS"),
    );
    shop.write("bad.csv", "plan,alarm,count,units\nA,1,some,ENGINE\n");
    shop.write("unknown.csv", "plan,alarm,count,units\nA,1,1,BOAT\n");
    let script = "
        plans export --data center
        plans check same.csv --data center
        plans check changed.csv --data center
        plans check bad.csv --data center
        plans import unknown.csv --data center
        plans import missing.csv --data center
        plans import changed.csv --data center --format json
        plans import changed.csv --data center
        plans export --data nowhere
    ";
    check(&shop, script, expect_file!["transcripts/plans.txt"]);
    // What is exported and imported again is the same.
    let Ran { stdout: again, .. } = shop.run("plans export --data center");
    let changed = std::fs::read_to_string(shop.path("changed.csv")).unwrap();
    assert_eq!(again, changed);
}

#[test]
fn cards() {
    let shop = Shop::new();
    assert_eq!(shop.run("init --data center --center X").code, 0);
    let Ran { stdout: table, .. } = shop.run("cards export --data center");
    shop.write("same.csv", &table);
    let changed = table.replace("What is burning?", "What burns?");
    let gone = changed.find("POLICE,").unwrap();
    shop.write("changed.csv", &changed[..gone]);
    let heading = "card,label,question,kind,ask,then\n";
    shop.write("bad.csv", format!("{heading}A,A,q,riddle,Q?,\n"));
    let round = format!("{heading}A,A,q,text,Q?,\n,,r,text,R?,q\n");
    shop.write("round.csv", round);
    let script = "
        cards check same.csv --data center
        cards check changed.csv --data center
        cards check bad.csv --data center
        cards import round.csv --data center
        cards import missing.csv --data center
        cards import changed.csv --data center --format json
        cards import changed.csv --data center
        cards export --data nowhere
    ";
    check(&shop, script, expect_file!["transcripts/cards.txt"]);
    // What is exported and imported again is the same.
    let Ran { stdout: again, .. } = shop.run("cards export --data center");
    let imported = std::fs::read_to_string(shop.path("changed.csv")).unwrap();
    assert_eq!(again, imported);
}

#[test]
fn replay() {
    let script = "
        replay history.csv --map map.toml --data center
        replay history.csv --map map.toml --data center
        replay history.csv --map map.toml --data other --only-define
        replay history.csv --map map.toml --speed fast
        replay history.csv --map map.toml --to http://127.0.0.1:1
        replay missing.csv --map map.toml
        replay history.csv --map missing.toml
    ";
    let shop = Shop::new();
    check(&shop, script, expect_file!["transcripts/replay.txt"]);
    let rejected = std::fs::read_to_string(shop.path("rejected.csv")).unwrap();
    expect_file!["transcripts/rejected.csv"].assert_eq(&rejected);
}

#[test]
fn report() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("replay history.csv --map map.toml --data center")
            .code,
        0
    );
    let script = "
        report response-times --data center --by type
        report response-times --data center --from 2020-04-02T10:10:00 --to 2020-04-02T11:00:00 --format json
        report response-times --data center --from 2021-01-01 --to 2020-01-01
        report response-times --data center --from 2020-03-08T02:30:00
        report response-times --data center --by weather
        report response-times --data nowhere
        report utilisation --data center
        report utilisation --data center --from 2020-04-02T10:00:00-07:00 --to 2020-04-02T11:00:00-07:00
        report targets --data center
        report workload --data center --from 2020-04-02T10:10:00
        report dispositions --data center --format json
    ";
    check(&shop, script, expect_file!["transcripts/report.txt"]);
}

#[test]
fn verify() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("replay history.csv --map map.toml --data center")
            .code,
        0
    );
    let Ran { stdout: note, .. } = shop.run("ledger checkpoint --data center");
    shop.write("kept", &note);
    let mut forged: Vec<&str> = note.lines().collect();
    forged[1] = "12";
    shop.write("forged", forged.join("\n") + "\n");
    let script = "
        verify --data center
        verify --data center --against kept
        verify --data center --against forged
        verify --data center --against missing
        verify --data nowhere
    ";
    check(&shop, script, expect_file!["transcripts/verify.txt"]);
}

#[test]
fn verify_finds_an_altered_byte() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("replay history.csv --map map.toml --data center")
            .code,
        0
    );
    let path = shop.path("center/ledger/ledger.db");
    // What stands in the write-ahead log moves into the file.
    let db = rusqlite::Connection::open(&path).unwrap();
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    drop(db);
    let bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(4).position(|four| four == b"FALL").unwrap();
    let mut altered = bytes.clone();
    altered[at] = b'B';
    std::fs::write(&path, altered).unwrap();
    let Ran { code, stdout, .. } = shop.run("verify --data center");
    assert_eq!(code, 1);
    assert!(stdout.contains("NOT good: frame "), "{stdout}");
    let Ran { code, stdout, .. } = shop.run("verify --data center --format json");
    assert_eq!(code, 1);
    assert!(stdout.contains("\"first_bad_frame\": "), "{stdout}");
    std::fs::write(&path, [7; 20_000]).unwrap();
    let Ran { code, stderr, .. } = shop.run("verify --data center");
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("NOT good"), "{stderr}");
}

#[test]
fn verify_finds_what_was_blanked_without_a_reason() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("replay history.csv --map map.toml --data center")
            .code,
        0
    );
    let path = shop.path("center/ledger/ledger.db");
    let store = callbox_ledger::SqliteStore::open_writer(&path).unwrap();
    let mut blanked = None;
    let (options, empty) = (
        callbox_ledger::Options::default(),
        callbox_ledger::Frontier::empty(),
    );
    let mut ledger = callbox_ledger::Ledger::open_from(store, options, empty, |frame| {
        for event in frame.events() {
            let event = event.unwrap();
            if event.leaf.personal_hash.is_some() {
                blanked.get_or_insert(event.seq);
            }
        }
    })
    .unwrap();
    let seq = blanked.unwrap();
    ledger.blank(&[seq]).unwrap();
    drop(ledger);
    let Ran { code, stdout, .. } = shop.run("verify --data center");
    assert_eq!(code, 1, "{stdout}");
    let why = format!(
        "NOT good: a personal payload is blanked without a reason on the ledger (event {seq})"
    );
    assert!(stdout.contains(&why), "{stdout}");
}

#[test]
fn ledger() {
    let shop = Shop::new();
    let init = "init --data center --center Elm --origin dispatch.example.org/elm";
    assert_eq!(shop.run(init).code, 0);
    let script = "
        ledger keys --data center
        ledger keys --data nowhere
        ledger checkpoint --data nowhere
        ledger verify --data nowhere
        ledger rotate-keys --data nowhere
        ledger second-key --data nowhere
        ledger witness list --data nowhere
        ledger second-key --data center
        ledger second-key --renew --data center
        ledger prove --seq 1000000 --data center
        ledger prove --seq 0 --data nowhere
        ledger verify-proof map.toml --key dispatch.example.org
        ledger export-tiles tiles --data nowhere
        ledger ship far --vault safe --data nowhere
        ledger check-shipped nowhere
        ledger check-tiles nowhere --key dispatch.example.org
    ";
    check(&shop, script, expect_file!["transcripts/ledger.txt"]);
    let Ran { stdout: note, .. } = shop.run("ledger checkpoint --data center");
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!((lines[0], lines[3]), ("dispatch.example.org/elm", ""));
    assert!(
        lines[4].starts_with("\u{2014} dispatch.example.org/elm "),
        "{note}"
    );
}

#[test]
fn proofs_and_tiles() {
    let shop = Shop::new();
    let init = "init --data center --center Elm --timezone UTC --origin dispatch.example.org/elm";
    assert_eq!(shop.run(init).code, 0);
    let key = shop
        .run("ledger keys --data center")
        .stdout
        .trim()
        .to_owned();
    let proof = shop.run("ledger prove --seq 7 --data center").stdout;
    shop.write("event-7.tlog-proof", &proof);
    let held = shop.run(&format!(
        "ledger verify-proof event-7.tlog-proof --key \"{key}\""
    ));
    assert_eq!(held.code, 0, "{}", held.stderr);
    assert!(
        held.stdout
            .starts_with("The proof holds: this is event 7 of "),
        "{}",
        held.stdout
    );
    // Any other leaf, place or signature is refused, and so is another ledger's key.
    for (at, character) in proof.char_indices().step_by(61) {
        if !character.is_ascii_alphanumeric() {
            continue;
        }
        let mut changed = proof.clone();
        let other = if character == 'A' { "B" } else { "A" };
        changed.replace_range(at..=at, other);
        shop.write("changed.tlog-proof", &changed);
        let Ran { code, .. } = shop.run(&format!(
            "ledger verify-proof changed.tlog-proof --key \"{key}\""
        ));
        assert_ne!(code, 0, "byte {at} was changed:\n{changed}");
    }
    assert_eq!(
        shop.run("ledger export-tiles tiles --entries entries --data center")
            .code,
        0
    );
    let checked = shop.run(&format!(
        "ledger check-tiles tiles --entries entries --key \"{key}\""
    ));
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    let bundle = shop.path("entries/tile/entries/000.p");
    let bundle = std::fs::read_dir(bundle)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = std::fs::read(&bundle).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let checked = shop.run(&format!(
        "ledger check-tiles tiles --entries entries --key \"{key}\""
    ));
    assert_eq!(checked.code, 1, "{}", checked.stdout);
}

/// The complaint: a backup cannot be restored when it is needed.
#[test]
fn complaint_a_backup_cannot_be_restored() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("init --data center --center Elm --timezone UTC")
            .code,
        0
    );
    assert_eq!(
        shop.run("replay history.csv --map map.toml --data center")
            .code,
        0
    );
    let script = "
        backup saved.tar --keys keys.tar --data center
        backup saved.tar --data center
        backup plain.tar --data center
        backup no/such/place.tar --data center
        backup other.tar --data nowhere
    ";
    check(&shop, script, expect_file!["transcripts/backup.txt"]);
    let saved = std::fs::read(shop.path("saved.tar")).unwrap();
    shop.write("short.tar", &saved[..saved.len() / 2]);
    let mut altered = saved.clone();
    let at = altered.windows(4).position(|four| four == b"FALL").unwrap();
    altered[at] = b'B';
    shop.write("altered.tar", altered);
    let script = "
        restore short.tar --keys keys.tar --data restored
        restore altered.tar --keys keys.tar --data restored
        restore map.toml --keys keys.tar --data restored
        restore saved.tar --data restored
        restore saved.tar --keys saved.tar --data restored
        restore saved.tar --keys nowhere.tar --data restored
        restore saved.tar --keys keys.tar --data center
        restore saved.tar --keys keys.tar --data restored
        restore saved.tar --keys keys.tar --data restored
    ";
    check(&shop, script, expect_file!["transcripts/restore.txt"]);
    let left: Vec<String> = shop
        .names()
        .into_iter()
        .filter(|name| name.contains("part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    // What was restored is what was saved: record, reports, accounts, key.
    for line in [
        "report utilisation --data",
        "user list --data",
        "ledger keys --data",
    ] {
        let original = shop.run(&format!("{line} center")).stdout;
        assert_eq!(original, shop.run(&format!("{line} restored")).stdout);
    }
    assert_eq!(
        shop.run("replay history.csv --map map.toml --data restored")
            .code,
        0
    );
    assert_eq!(shop.run("verify --data restored").code, 0);
    // After a rotation the older keys open no newer backup, nor the newer ones an older.
    let script = "
        ledger rotate-keys --data center
        backup next.tar --keys next-keys.tar --data center
        restore next.tar --keys keys.tar --data other
        restore saved.tar --keys next-keys.tar --data other
        restore next.tar --keys next-keys.tar --data other
    ";
    check(&shop, script, expect_file!["transcripts/rotate-keys.txt"]);
}

/// The copy elsewhere is restored as often as it is made: a copy that cannot be is none.
#[test]
fn ship_and_restore() {
    let shop = Shop::new();
    let init = "init --data center --center Elm --timezone UTC --origin elm.example/1";
    assert_eq!(shop.run(init).code, 0);
    let frames = shop.run("verify --data center --format json").stdout;
    let frames: serde_json::Value = serde_json::from_str(&frames).unwrap();
    let configured = frames["frames"].as_u64().unwrap() - 1;
    for line in [
        "replay history.csv --map map.toml --data center",
        "backup saved.tar --keys keys.tar --data center",
    ] {
        assert_eq!(shop.run(line).code, 0, "{line}");
    }
    let script = "
        ledger ship far --vault far --data center
        ledger ship far --vault safe --data nowhere
        ledger ship far --vault safe --data center
        ledger ship far --vault safe --data center
        ledger check-shipped far
        ledger check-shipped safe
        ledger check-shipped far --key dispatch.example.org
        restore --from far --keys keys.tar --data restored
        restore --from nowhere --vault safe --keys keys.tar --data restored
        restore --from far --vault nowhere --keys keys.tar --data restored
        restore --from far --vault safe --keys keys.tar --origin elm.example/1 --data restored
        restore --from far --vault safe --keys keys.tar --origin elm.example/2 --data restored
    ";
    check(&shop, script, expect_file!["transcripts/ship.txt"]);
    let line = format!(
        "restore --from far --vault safe --keys keys.tar --to-frame {configured} --data early"
    );
    let early = shop.run(&line);
    assert_eq!(early.code, 0, "{}", early.stderr);
    assert!(
        early
            .stdout
            .contains("signed under the old name are not in it"),
        "{}",
        early.stdout
    );
    let left = shop.names();
    assert!(!left.iter().any(|name| name.contains("part")), "{left:?}");
    // Personal data included: the report of the whole record is the same.
    for line in ["report utilisation --data", "user list --data"] {
        let original = shop.run(&format!("{line} center")).stdout;
        assert_eq!(original, shop.run(&format!("{line} restored")).stdout);
    }
    // Both go on as records of their own; the copy takes neither of them in.
    for restored in ["restored", "early"] {
        let line = format!("replay history.csv --map map.toml --data {restored}");
        assert_eq!(shop.run(&line).code, 0);
        assert_eq!(shop.run(&format!("verify --data {restored}")).code, 0);
        let line = format!("ledger ship far --vault safe --data {restored}");
        assert_eq!(shop.run(&line).code, 3, "another origin");
    }
    // The same origin with another history: an early frame of the center's own, and new events.
    for end in ["", "-wal", "-shm"] {
        let (from, to) = ["early", "center"]
            .map(|data| shop.path(&format!("{data}/ledger/ledger.db{end}")))
            .into();
        // A log that is not there belongs to nothing.
        let _ = std::fs::remove_file(&to);
        let _ = std::fs::copy(from, to);
    }
    let forked = shop.run("ledger ship far --vault safe --data center");
    assert_eq!(forked.code, 1, "{}", forked.stderr);
    assert!(
        forked
            .stderr
            .contains(&format!("agree up to frame {configured},")),
        "{}",
        forked.stderr
    );
    assert_eq!(shop.run("ledger check-shipped far").code, 0);
}

#[test]
fn doctor() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("init --data center --center Elm --timezone UTC")
            .code,
        0
    );
    let healthy = shop.run("doctor --data center");
    assert_eq!(healthy.code, 0, "{}", healthy.stdout);
    assert!(
        healthy.stdout.contains("warn  backups"),
        "{}",
        healthy.stdout
    );
    assert!(healthy.stdout.contains("warn  vault"), "{}", healthy.stdout);
    let backup = shop.run("backup saved.tar --keys keys.tar --data center");
    assert_eq!(backup.code, 0);
    let healthy = shop.run("doctor --data center");
    assert!(healthy.stdout.contains("ok    vault"), "{}", healthy.stdout);
    assert!(
        healthy.stdout.contains("ok    backups"),
        "{}",
        healthy.stdout
    );
    std::fs::remove_file(shop.path("center/checkpoint/checkpoint")).unwrap();
    open_to_all(&shop, "center/keys/ledger.key");
    let sick = shop.run("doctor --data center");
    assert_eq!(sick.code, 1);
    assert!(sick.stdout.contains("FAIL  keys"), "{}", sick.stdout);
    assert!(sick.stdout.contains("-> chmod go-rwx "), "{}", sick.stdout);
    let script = "
        doctor --data nowhere
    ";
    check(&shop, script, expect_file!["transcripts/doctor.txt"]);
}

fn open_to_all(shop: &Shop, name: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(shop.path(name), PermissionsExt::from_mode(0o644)).unwrap();
}

#[test]
fn policy() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("init --data center --center Elm --timezone UTC")
            .code,
        0
    );
    let script = "
        policy list --data center
        policy set second-factor required --data center
        policy set second-factor sometimes --data center
        policy set secured-addresses \"10.1.2.0/24 ::1\" --data center
        policy set secured-addresses 10.1.2.0/99 --data center
        policy set breached-list nowhere.txt --data center
        policy set own-words \"Elm ELMVILLE\" --data center
        policy set own-words ab --data center
        policy set sessions 5 --data center
        policy set sessions several --data center
        policy set first-passwords 24 --data center
        policy set first-passwords 1000 --data center
        policy set duty required --data center
        policy set duty sometimes --data center
        policy set account-requests many --data center
        policy set colour blue --data center
        policy list --data center --format json
    ";
    check(&shop, script, expect_file!["transcripts/policy.txt"]);
}

#[test]
fn who_can_see() {
    let script = "
        who-can-see /incidents/2612
        who-can-see \"POST /incidents/2612/units\"
        who-can-see accounts
        who-can-see /nowhere
        who-can-see \"GET /erasures\" --format json
    ";
    let expected = expect_file!["transcripts/who-can-see.txt"];
    check(&Shop::new(), script, expected);
}

#[test]
fn user_and_token() {
    let shop = Shop::new();
    assert_eq!(
        shop.run("init --data center --center Elm --timezone UTC")
            .code,
        0
    );
    let script = "
        user add mlee --name \"M. Lee\" --role dispatcher --data center
        user add mlee --role dispatcher --data center
        user add \"M Lee\" --role dispatcher --data center
        user add other --role chief --data center
        user password mlee --data center
        user password nobody --data center
        user list --data center
        user disable mlee --data center
        user disable nobody --data center
        user enable mlee --data center
        user role mlee auditor --data center
        user role nobody auditor --data center
        user agency mlee COAST --data center
        user agency mlee EMS --data center
        user agency mlee --data center
        user agency nobody EMS --data center
        user duty mlee 0 --data center
        user duty mlee 25 --data center
        user duty nobody 8 --data center
        user reset-factors mlee --data center
        user erase nobody --basis LAW-12 --by mlee --data center
        user erase nobody --data center
        user disable mlee --data center
        user add helper --role dispatcher --emergency --data center
        user list --data center
        user list --data nowhere
    ";
    check(&shop, script, expect_file!["transcripts/user.txt"]);
    let script = "
        token add supervisor --label \"nightly export\" --scope read --data center
        token add supervisor --label x --scope everything --data center
        token add mlee --label \"of a disabled account\" --data center
        token add supervisor --label x --days 1000 --data center
        token list --data center
        token revoke 1 --data center
        token revoke 1 --data center
        token list --data center
    ";
    check(&shop, script, expect_file!["transcripts/token.txt"]);
}

#[test]
fn incident() {
    let shop = Shop::new();
    let init = "init --data center --center Elm --timezone UTC --origin dispatch.example.org/elm";
    assert_eq!(shop.run(init).code, 0);
    let script = "
        incident export 1 one.json --data nowhere --login mlee --purpose court --number CASE-7 --reason asked
        incident export 1 one.json --data center --login mlee --purpose court --number CASE-7 --reason asked
        incident export 1 map.toml --data center --login mlee --purpose court --number CASE-7 --reason asked
        incident export 1 one.json --data center
        incident check map.toml --key dispatch.example.org
        incident check missing --key dispatch.example.org
    ";
    check(&shop, script, expect_file!["transcripts/incident.txt"]);
    assert_eq!(
        shop.run("replay history.csv --map map.toml --data center")
            .code,
        0
    );
    let key = shop
        .run("ledger keys --data center")
        .stdout
        .trim()
        .to_owned();
    let password = account(&shop, "mlee", "supervisor");
    let export = |purpose: &str| {
        let line = format!(
            "incident export 1 one.json --data center --login mlee --purpose {purpose} --number CASE-7 --reason asked"
        );
        as_supervisor(&shop, &password, &line)
    };
    // By the rules of the server, and the refusal is on the record.
    let refused = export("lawfulness");
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(!shop.path("one.json").exists());
    let made = export("court");
    assert_eq!(made.code, 0, "{}", made.stderr);
    let checked = shop.run(&format!("incident check one.json --key \"{key}\""));
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    assert!(
        checked
            .stdout
            .starts_with("The file is as the record says: ")
    );
    let text = std::fs::read_to_string(shop.path("one.json")).unwrap();
    shop.write(
        "changed.json",
        text.replacen("\"at\": \"20", "\"at\": \"19", 1),
    );
    let checked = shop.run(&format!("incident check changed.json --key \"{key}\""));
    assert_eq!(checked.code, 1, "{}", checked.stdout);
    assert!(
        checked.stdout.contains(", at: the file says "),
        "{}",
        checked.stdout
    );
}

#[test]
fn closures_coverage_and_times_need_a_server() {
    let shop = Shop::new();
    shop.write("token", "callbox_0");
    let server = "--server http://127.0.0.1:1 --token-file token";
    let closures = format!(
        "
        closures list {server}
        closures close works \"Mill Rd / Elm St\" --hours 0 {server}
        closures close works \"Mill Rd / Elm St\" --dry-run {server}
        closures lift one {server}
        closures lift 1 --server ftp://127.0.0.1 --token-file token
        closures list --server http://127.0.0.1:1 --token-file nowhere
    "
    );
    check(&shop, &closures, expect_file!["transcripts/closures.txt"]);
    let coverage = format!(
        "
        coverage {server}
        coverage --minutes 0 {server}
        coverage --from moon {server}
    "
    );
    check(&shop, &coverage, expect_file!["transcripts/coverage.txt"]);
    let eta = format!(
        "
        eta --from 39.469,-76.829 --to 39.45,-76.82 {server}
        eta --from 39.469,-76.829 {server}
        eta --from here --to 39.45,-76.82 {server}
        eta --from 39.469,-76.829 --to 39.45,-76.82 --weight heavy {server}
    "
    );
    check(&shop, &eta, expect_file!["transcripts/eta.txt"]);
}
