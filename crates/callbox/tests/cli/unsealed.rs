//! A third party opens sealed payloads with Python's `cryptography` and `cbor2`, by the script that
//! stands in `docs/sealing.md`.

use std::{path::Path, process::Command};

use crate::shop::Shop;

#[test]
#[expect(clippy::print_stderr, reason = "a test that was skipped says so")]
fn the_documented_script_opens_what_is_sealed_and_not_what_was_changed() {
    let shop = Shop::new();
    let ran = |line: &str| {
        let ran = shop.run(line);
        assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
    };
    ran("init --data center --center Elm --timezone UTC");
    ran("replay history.csv --map map.toml --data center");
    ran("ledger rotate-keys --data center");
    ran("ledger ship copy --vault vault --data center");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sealing.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let (_, rest) = docs.split_once("```python\n").unwrap();
    let (script, _) = rest.split_once("```").unwrap();
    shop.write("open_payload.py", script);
    let python = std::env::var("CALLBOX_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let knows = Command::new(&python)
        .args(["-c", "import cbor2, cryptography"])
        .output();
    if !knows.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: needs Python with cryptography and cbor2");
        return;
    }
    let open = || {
        let output = Command::new(&python)
            .arg(shop.path("open_payload.py"))
            .args([shop.path("center"), shop.path("copy")])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said, why)
    };
    let (good, said, why) = open();
    assert!(good, "{why}");
    for part in ["12 Elm St", "9 Oak Ave", "4 Ash Ln"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // Nothing of it stands in the copy in the clear, and a changed sealed byte opens nothing.
    let frames = shop.path("copy/frames/000000000000.frames");
    let mut bytes = std::fs::read(&frames).unwrap();
    assert!(!bytes.windows(9).any(|nine| nine == b"9 Oak Ave"));
    // The beginning of a COSE_Encrypt0; the ciphertext lies behind it.
    let cose = [0xd0, 0x83, 0x43, 0xa1, 0x01, 0x03];
    let at = bytes.windows(6).position(|six| six == cose).unwrap();
    bytes[at + 130] ^= 1;
    std::fs::write(&frames, bytes).unwrap();
    let (good, _, why) = open();
    assert!(!good && why.contains("AssertionError"), "{why}");
}
