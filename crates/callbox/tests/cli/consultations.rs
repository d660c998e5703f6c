//! Who read what, at the machine itself; the proof of one read.

use expect_test::expect_file;

use crate::{
    erase::{account, as_supervisor},
    shop::Shop,
    verbs::check,
};

const WHY: &str = "--purpose lawfulness --number 2026-7 --reason yearly";

#[test]
fn consultations() {
    let shop = Shop::new();
    let init = "init --data center --center Elm --timezone UTC --origin dispatch.example.org/elm";
    assert_eq!(shop.run(init).code, 0);
    let script = "
        consultations list --data nowhere --login mlee --purpose lawfulness --number 1 --reason x
        consultations list --data center --login mlee --purpose lawfulness --number 1 --reason x
        consultations list --data center --login mlee --purpose staff-performance --number 1 --reason x
        consultations list --data center
        consultations prove 0 0 map.toml --data center --login mlee --purpose lawfulness --number 1 --reason x
        consultations counts --data center
        consultations check map.toml --key dispatch.example.org
    ";
    check(&shop, script, expect_file!["transcripts/consultations.txt"]);
    let password = account(&shop, "mlee", "auditor");
    let run = |line: &str| as_supervisor(&shop, &password, line);
    let list = format!("consultations list --data center --login mlee {WHY}");
    let first = run(&list);
    assert_eq!(first.code, 0, "{}", first.stderr);
    // Each look is on the record itself, before it shows anything.
    let second = run(&list);
    assert_eq!(second.stdout.lines().count(), 2, "{}", second.stdout);
    assert!(
        second
            .stdout
            .contains("read consultations  lawfulness  2026-7  yearly")
    );
    let case = list.replace("lawfulness", "case-review");
    assert_eq!(run(&case).code, 4);
    let refused = run(&format!("{list} --refused"));
    assert!(
        refused.stdout.contains("refused-purpose"),
        "{}",
        refused.stdout
    );
    let at = second.stdout.split_whitespace().next().unwrap().to_owned();
    let (seq, no) = at.split_once('-').unwrap();
    let prove =
        format!("consultations prove {seq} {no} one.proof --data center --login mlee {WHY}");
    let proven = run(&prove);
    assert_eq!(proven.code, 0, "{}", proven.stderr);
    assert_eq!(run(&prove).code, 4, "a file is never overwritten");
    let key = shop
        .run("ledger keys --data center")
        .stdout
        .trim()
        .to_owned();
    for verb in ["consultations check", "ledger verify-proof"] {
        let checked = shop.run(&format!("{verb} one.proof --key \"{key}\""));
        assert_eq!(checked.code, 0, "{}", checked.stderr);
        assert!(
            checked.stdout.contains("reason  yearly"),
            "{}",
            checked.stdout
        );
    }
    let text = std::fs::read_to_string(shop.path("one.proof")).unwrap();
    let read = text.lines().find(|line| line.starts_with("read ")).unwrap();
    let changed = read.replacen("read A", "read B", 1);
    let changed = match changed == read {
        true => format!("read A{}", &read[6..]),
        false => changed,
    };
    shop.write("changed.proof", text.replace(read, &changed));
    for verb in ["consultations check", "ledger verify-proof"] {
        let checked = shop.run(&format!("{verb} changed.proof --key \"{key}\""));
        assert_eq!(checked.code, 1, "{}{}", checked.stdout, checked.stderr);
    }
}
