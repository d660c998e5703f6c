//! Programs that are not ours check the signatures of a cosigned checkpoint: Python's `cryptography`
//! those of both kinds, Go's `sumdb/note` those with Ed25519.

use std::fs;
use std::path::Path;
use std::process::Command;

use callbox_ledger::{
    Checkpointer, Cosigner, Gate, KeyKind, Ledger, MemoryStore, Options, Signer, TileReader,
    VerifierKey, Witness, WitnessClient, WitnessFile, add_cosignatures, export_tiles,
};

use crate::draft;

#[test]
fn an_outsider_agrees_on_cosignatures_of_both_kinds() {
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    let store = MemoryStore::new();
    let mut ledger = Ledger::open(store.clone(), Options::default()).unwrap();
    let drafts: Vec<_> = (1..=300).map(draft).collect();
    ledger.append(&drafts).unwrap();
    let own = |name: &str, kind| Cosigner::generate(name, kind, &place(&format!("{kind}{name}")));
    let origin = "center";
    let ml_dsa = own(origin, KeyKind::MlDsa44Cosignature).unwrap();
    let signer = Signer::generate(origin, &place("key")).unwrap();
    let log = signer.verifier().clone();
    let signer = signer.with_ml_dsa(ml_dsa).unwrap();
    let mut keys = vec![log.clone(), signer.ml_dsa_verifier().unwrap().clone()];
    let gate = Gate::open(&place("gate")).unwrap();
    let mut checkpointer = Checkpointer::new(Box::new(store.clone()), signer, gate);
    checkpointer.advance().unwrap();
    let mut note = checkpointer.gate().note().unwrap().unwrap();
    export_tiles(&mut store.clone(), &note, &log, &place("tiles"), None).unwrap();
    let cosigners = [KeyKind::Ed25519Cosignature, KeyKind::MlDsa44Cosignature]
        .map(|kind| own("witness", kind).unwrap());
    let state = WitnessFile::create(&place("state")).unwrap();
    let mut witness = Witness::new(vec![log.clone()], cosigners.into(), state).unwrap();
    let witness_keys: Vec<_> = witness.verifiers().cloned().collect();
    keys.extend(witness_keys.clone());
    let mut tiles = TileReader::new(&place("tiles"));
    let lines = WitnessClient::new(witness_keys, 0)
        .cosign(&note, &log, &mut tiles, &mut |body| {
            let answer = witness.add_checkpoint(body, 1_700_000_000);
            Ok((answer.status, answer.body.into_bytes()))
        })
        .unwrap();
    note = add_cosignatures(&note, &lines).unwrap();

    go_agrees(directory.path(), &note, &keys);
    let python = crate::python();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outsider/cosignatures.py");
    let run = |note: &str| {
        fs::write(place("note"), note).unwrap();
        let mut command = Command::new(&python);
        command.arg(&script).arg(place("note"));
        command.args(keys.iter().map(ToString::to_string)).output()
    };
    let output = match run(&note) {
        Ok(output) if output.status.code() != Some(3) => output,
        _ => {
            eprintln!("SKIPPED: needs {python} with the package cryptography, 47 or newer");
            return;
        }
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    let expected = "center 1 -\ncenter 6 0\nwitness 4 1700000000\nwitness 6 1700000000\n";
    assert_eq!(text, expected, "{errors}");
    eprintln!("an outsider's program says: {}", text.replace('\n', "; "));
    for changed in [
        note.replacen("300", "301", 1),
        note.replacen("center", "centre", 1),
    ] {
        let output = run(&changed).unwrap();
        assert_eq!(output.status.code(), Some(1));
    }
}

/// Go's own code for signed notes finds the log's and the witness's signatures, and nothing in a note
/// that was changed or lacks one.
fn go_agrees(directory: &Path, note: &str, keys: &[VerifierKey]) {
    let Some(program) = crate::tiles::build(directory, "cosigned.go") else {
        return;
    };
    let ed25519 = |key: &&VerifierKey| key.kind() != KeyKind::MlDsa44Cosignature;
    let keys: Vec<String> = keys
        .iter()
        .filter(ed25519)
        .map(ToString::to_string)
        .collect();
    let run = |note: &str| {
        let path = directory.join("go-note");
        fs::write(&path, note).unwrap();
        Command::new(&program)
            .arg(path)
            .args(&keys)
            .output()
            .unwrap()
    };
    let output = run(note);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(text, "center\nwitness\n", "{errors}");
    let without = |name: &str| {
        let lines = note.split_inclusive('\n');
        let kept = lines.filter(|line| !line.starts_with(&format!("— {name} ")));
        kept.collect::<String>()
    };
    for changed in [
        note.replacen("300", "301", 1),
        note.replacen("center", "centre", 1),
        without("witness"),
        without("center"),
    ] {
        assert_eq!(run(&changed).status.code(), Some(1), "{changed}");
    }
}
