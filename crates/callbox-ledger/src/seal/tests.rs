#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::{fs, path::Path};

use proptest::prelude::*;
use zeroize::Zeroizing;

use super::{
    CommandRoot, CoseError, MAX_SEALED, Opened, PassphraseRoot, RootError, RootFile, RootKind,
    Vault, VaultError, WrapKeys, kid_of,
};
use crate::{Stream, hash::sha256};

const ONE: Stream = Stream { kind: 1, no: 1 };
const OTHER: Stream = Stream { kind: 1, no: 2 };

fn root(directory: &Path) -> Box<dyn WrapKeys> {
    let path = directory.join("root.key");
    Box::new(
        if path.exists() {
            RootFile::load(&path)
        } else {
            RootFile::generate(&path)
        }
        .unwrap(),
    )
}

fn vault(directory: &Path) -> Vault {
    let root = root(directory);
    if directory.join("vault.db").exists() {
        Vault::open(directory, root).unwrap()
    } else {
        Vault::create(directory, root).unwrap()
    }
}

fn known(opened: Opened) -> Vec<u8> {
    match opened {
        Opened::Known(content) => content,
        Opened::Erased => panic!("the content was erased"),
    }
}

#[test]
fn what_was_sealed_opens_also_after_a_start() {
    let directory = tempfile::tempdir().unwrap();
    let mut sealed = Vec::new();
    let mut open = vault(directory.path());
    for no in 0..700_u64 {
        let domain = Stream {
            kind: 1,
            no: no / 3,
        };
        let content = format!("line {no}").into_bytes();
        sealed.push((
            open.seal(domain, &no.to_be_bytes(), &content).unwrap(),
            content,
        ));
    }
    drop(open);
    let mut open = vault(directory.path());
    for (no, (sealed, content)) in (0_u64..).zip(&sealed) {
        assert_eq!(
            known(open.open_sealed(&no.to_be_bytes(), sealed).unwrap()),
            *content
        );
        assert!(sealed.len() <= content.len() + MAX_SEALED);
    }
    // A domain keeps its key; two domains never share one.
    let kids: Vec<u64> = sealed
        .iter()
        .map(|(sealed, _)| kid_of(sealed).unwrap())
        .collect();
    assert!(
        kids.chunks(3)
            .all(|three| three.iter().all(|kid| *kid == three[0]))
    );
    let again = open.seal(Stream { kind: 1, no: 0 }, b"h", b"c").unwrap();
    assert_eq!(kid_of(&again).unwrap(), kids[0]);
    let fresh = open
        .seal(Stream { kind: 1, no: 9_999 }, b"h", b"c")
        .unwrap();
    assert!(!kids.contains(&kid_of(&fresh).unwrap()));
}

#[test]
fn which_key_serves_whom_is_found_again_after_a_crash() {
    let directory = tempfile::tempdir().unwrap();
    let mut open = vault(directory.path());
    let sealed = open.seal(ONE, b"h", b"one").unwrap();
    // The process ends here, without a flush.
    std::mem::forget(open);
    let mut open = vault(directory.path());
    let kid = kid_of(&sealed).unwrap();
    // Before the ledger is read, the key is not given out again.
    let other = open.seal(OTHER, b"h", b"other").unwrap();
    assert_ne!(kid_of(&other).unwrap(), kid);
    open.claim(kid, ONE).unwrap();
    assert_eq!(open.destroy(ONE, 5).unwrap().len(), 1);
    assert_eq!(open.open_sealed(b"h", &sealed).unwrap(), Opened::Erased);
    assert_eq!(known(open.open_sealed(b"h", &other).unwrap()), b"other");
}

#[test]
fn every_changed_byte_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let mut vault = vault(directory.path());
    let sealed = vault
        .seal(ONE, b"header", b"smoke on the second floor")
        .unwrap();
    for at in 0..sealed.len() {
        for mask in [0x01, 0x80, 0xff] {
            let mut changed = sealed.clone();
            changed[at] ^= mask;
            let opened = vault.open_sealed(b"header", &changed);
            assert!(opened.is_err(), "byte {at} with {mask:#x}: {opened:?}");
        }
    }
    let other = vault.open_sealed(b"another header", &sealed);
    assert!(matches!(other, Err(VaultError::Cose(CoseError::Mismatch))));
    for end in 0..sealed.len() {
        assert!(
            vault.open_sealed(b"header", &sealed[..end]).is_err(),
            "cut at {end}"
        );
    }
}

#[test]
fn a_destroyed_key_opens_nothing_and_leaves_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let mut open = vault(directory.path());
    let one = open.seal(ONE, b"h", b"one").unwrap();
    let other = open.seal(OTHER, b"h", b"other").unwrap();
    let fingerprints = open.destroy(ONE, 5).unwrap();
    assert_eq!(fingerprints.len(), 1);
    for _ in 0..2 {
        assert_eq!(open.open_sealed(b"h", &one).unwrap(), Opened::Erased);
        assert_eq!(known(open.open_sealed(b"h", &other).unwrap()), b"other");
        drop(open);
        open = vault(directory.path());
    }
    assert_eq!(
        open.destroy(ONE, 9).unwrap(),
        fingerprints,
        "safe to repeat"
    );
    // What comes later gets a key of its own, and can be destroyed with it.
    let later = open.seal(ONE, b"h", b"later").unwrap();
    assert_ne!(kid_of(&later).unwrap(), kid_of(&one).unwrap());
    assert_eq!(open.destroy(ONE, 10).unwrap().len(), 2);
    assert_eq!(open.open_sealed(b"h", &later).unwrap(), Opened::Erased);
}

#[test]
fn an_old_copy_of_the_vault_opens_nothing_after_a_rotation() {
    let directory = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let mut open = vault(directory.path());
    let one = open.seal(ONE, b"h", b"one").unwrap();
    let other = open.seal(OTHER, b"h", b"other").unwrap();
    open.backup(&copy.path().join("vault.db")).unwrap();
    open.destroy(ONE, 5).unwrap();
    // Until the epoch ends the copy still holds the key: that is what the date is for.
    for file in ["root.key", "epoch-1.key"] {
        fs::copy(directory.path().join(file), copy.path().join(file)).unwrap();
    }
    assert_eq!(
        known(vault(copy.path()).open_sealed(b"h", &one).unwrap()),
        b"one"
    );
    let rotation = open.rotate().unwrap();
    assert_eq!((rotation.ended, rotation.begun), (1, 2));
    assert!(rotation.keys >= 1);
    assert!(!directory.path().join("epoch-1.key").exists());
    assert_eq!(known(open.open_sealed(b"h", &other).unwrap()), b"other");
    drop(open);
    assert_eq!(
        known(vault(directory.path()).open_sealed(b"h", &other).unwrap()),
        b"other"
    );

    let restored = tempfile::tempdir().unwrap();
    fs::copy(
        copy.path().join("vault.db"),
        restored.path().join("vault.db"),
    )
    .unwrap();
    for file in ["root.key", "epoch-2.key"] {
        fs::copy(directory.path().join(file), restored.path().join(file)).unwrap();
    }
    let opened = Vault::open(restored.path(), root(restored.path()));
    assert!(matches!(opened, Err(VaultError::Epoch { epoch: 1 })));
}

#[test]
fn a_rotation_that_a_crash_broke_off_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut open = vault(directory.path());
    let one = open.seal(ONE, b"h", b"one").unwrap();
    drop(open);
    // Before the commit: the new epoch's file is there and serves nothing.
    fs::write(directory.path().join("epoch-2.key"), b"half written").unwrap();
    let mut open = vault(directory.path());
    assert!(!directory.path().join("epoch-2.key").exists());
    let old = fs::read(directory.path().join("epoch-1.key")).unwrap();
    open.rotate().unwrap();
    drop(open);
    // After the commit: the old epoch's file was not destroyed yet.
    fs::write(directory.path().join("epoch-1.key"), old).unwrap();
    let mut open = vault(directory.path());
    assert!(!directory.path().join("epoch-1.key").exists());
    assert_eq!(known(open.open_sealed(b"h", &one).unwrap()), b"one");
}

#[test]
fn no_key_stands_in_the_clear_in_any_file() {
    let directory = tempfile::tempdir().unwrap();
    let mut open = vault(directory.path());
    let sealed = open
        .seal(ONE, b"h", b"a marker that is looked for")
        .unwrap();
    let kid = kid_of(&sealed).unwrap();
    let key = *open.open.get(&kid).unwrap().bytes();
    drop(open);
    for file in fs::read_dir(directory.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(32).any(|window| window == key));
        assert!(!bytes.windows(6).any(|window| window == b"marker"));
    }
    assert_ne!(sha256(&key).0, key);
}

#[test]
fn a_destroyed_key_leaves_the_files_too() {
    let directory = tempfile::tempdir().unwrap();
    let mut open = vault(directory.path());
    let sealed = open.seal(ONE, b"h", b"c").unwrap();
    let kid = kid_of(&sealed).unwrap();
    let wrapped: Vec<u8> = open
        .db
        .query_row(
            "SELECT wrapped FROM key WHERE kid = ?1",
            [kid as i64],
            |row| row.get(0),
        )
        .unwrap();
    open.destroy(ONE, 5).unwrap();
    drop(open);
    for file in fs::read_dir(directory.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(wrapped.len()).any(|window| window == wrapped));
    }
}

#[test]
fn a_reader_of_the_vault_keeps_nobody_from_knowing_that_old_bytes_are_still_there() {
    let directory = tempfile::tempdir().unwrap();
    let mut open = vault(directory.path());
    open.seal(ONE, b"h", b"c").unwrap();
    let reader = rusqlite::Connection::open(directory.path().join("vault.db")).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let rows: i64 = reader
        .query_row("SELECT count(*) FROM key", [], |row| row.get(0))
        .unwrap();
    assert!(rows > 0);
    assert!(matches!(open.destroy(ONE, 5), Err(VaultError::Busy)));
    drop(reader);
    // The key is gone already; once nobody reads, its bytes are too.
    open.scrub().unwrap();
    open.destroy(ONE, 5).unwrap();
}

#[test]
fn roots_refuse_what_is_not_theirs() {
    let directory = tempfile::tempdir().unwrap();
    drop(vault(directory.path()));
    let other = tempfile::tempdir().unwrap();
    let opened = Vault::open(directory.path(), root(other.path()));
    assert!(matches!(opened, Err(VaultError::Root(RootError::Wrong))));
    let made = Vault::create(directory.path(), root(directory.path()));
    assert!(matches!(made, Err(VaultError::Exists(_))));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let path = directory.path().join("root.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(RootFile::load(&path), Err(RootError::Exposed)));
    }
    let again = RootFile::generate(&directory.path().join("root.key"));
    assert!(
        matches!(again, Err(RootError::Io(_))),
        "a root key is never overwritten"
    );
}

#[test]
fn a_passphrase_opens_what_it_closed() {
    let directory = tempfile::tempdir().unwrap();
    let root = |words: &str| Box::new(PassphraseRoot::new(words.to_owned()));
    let mut open = Vault::create(directory.path(), root("correct horse")).unwrap();
    let sealed = open.seal(ONE, b"h", b"c").unwrap();
    drop(open);
    let mut open = Vault::open(directory.path(), root("correct horse")).unwrap();
    assert_eq!(known(open.open_sealed(b"h", &sealed).unwrap()), b"c");
    let wrong = Vault::open(directory.path(), root("wrong horse"));
    assert!(matches!(wrong, Err(VaultError::Root(RootError::Wrong))));
}

#[test]
fn a_key_that_the_vault_never_had_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let sealed = vault(directory.path()).seal(ONE, b"h", b"c").unwrap();
    let empty = tempfile::tempdir().unwrap();
    let opened = vault(empty.path()).open_sealed(b"h", &sealed);
    assert!(
        matches!(opened, Err(VaultError::Missing { kid: 1 })),
        "{opened:?}"
    );
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = kid_of(&bytes);
    }
}

/// A key service of two lines of shell: it reverses the text, which is no encryption, and ends as its
/// first argument says.
#[cfg(unix)]
fn service(directory: &Path, body: &str) -> CommandRoot {
    use std::os::unix::fs::PermissionsExt as _;
    let path = directory.join("service.sh");
    fs::write(&path, format!("#!/bin/sh\nread bound\nread key\n{body}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let program = vec!["/bin/sh".to_owned(), path.to_str().unwrap().to_owned()];
    CommandRoot::new(program).unwrap()
}

#[cfg(unix)]
#[test]
fn a_program_can_keep_the_root_key() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path();
    let wraps = "printf '%s' \"$key$bound\" | base64 -w0 | base64 -w0; echo";
    // Unwrapping gives back the key only where it is bound to the same.
    let both = format!(
        "if [ $1 = wrap ]; then {wraps}; else printf '%s' \"$key\" | base64 -d | base64 -d | \
         sed \"s|$bound\\$||\"; echo; fi"
    );
    let good = || Box::new(service(place, &both));
    let mut vault = Vault::create(place, good()).unwrap();
    let sealed = vault.seal(ONE, b"head", b"Elm St 12").unwrap();
    drop(vault);
    let mut vault = Vault::open(place, good()).unwrap();
    assert_eq!(
        known(vault.open_sealed(b"head", &sealed).unwrap()),
        b"Elm St 12"
    );
    vault.rotate().unwrap();
    drop(vault);
    let mut vault = Vault::open(place, good()).unwrap();
    assert_eq!(
        known(vault.open_sealed(b"head", &sealed).unwrap()),
        b"Elm St 12"
    );
    drop(vault);
    // What it says when it refuses is passed on; whatever else it does is an error, and nothing more.
    let text = |body: &str| {
        Vault::open(place, Box::new(service(place, body)))
            .unwrap_err()
            .to_string()
    };
    for (body, expected) in [
        (
            "echo 'the card is locked' >&2; exit 4",
            "the card is locked",
        ),
        ("exit 1", "said nothing"),
        ("echo no base64 here", "one line of base64"),
        ("echo AAAA", "it gave 3 bytes"),
        ("head -c 200000 /dev/zero; true", "too long"),
        ("kill -9 $$", "signal: 9"),
    ] {
        let said = text(body);
        assert!(said.contains(expected), "{body}: {said}");
    }
    let slow = service(place, "exec sleep 60").patient_for(std::time::Duration::from_millis(300));
    let said = Vault::open(place, Box::new(slow)).unwrap_err().to_string();
    assert!(said.contains("did not answer in time"), "{said}");
    let none = CommandRoot::new(vec![place.join("none").to_str().unwrap().to_owned()]).unwrap();
    let said = Vault::open(place, Box::new(none)).unwrap_err().to_string();
    assert!(said.contains("cannot be started"), "{said}");
    // One that gives the key back unwrapped is no key service.
    let naked = service(place, "echo \"$key\"");
    assert!(
        naked
            .wrap(&[7; 32], b"epoch")
            .unwrap_err()
            .to_string()
            .contains("is the key itself")
    );
}

#[test]
fn the_file_says_which_kind_of_root_key_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let none = || Err("nobody is there".to_owned());
    let command = RootKind::Command(vec!["/opt/kms".to_owned(), "--key=elm".to_owned()]);
    for (name, kind) in [
        ("file", RootKind::File),
        ("passphrase", RootKind::Passphrase),
        ("command", command),
    ] {
        kind.create(&path(name)).unwrap();
        assert_eq!(RootKind::read(&path(name)).unwrap(), kind);
        assert!(kind.create(&path(name)).is_err());
        // Only a passphrase is asked for.
        assert_eq!(
            RootKind::open(&path(name), &none).is_err(),
            name == "passphrase"
        );
    }
    let short = || Ok(Zeroizing::new("too short".to_owned()));
    let said = RootKind::open(&path("passphrase"), &short)
        .err()
        .unwrap()
        .to_string();
    assert!(said.contains("12 to 1024 bytes"), "{said}");
    let words = |words: &'static str| move || Ok(Zeroizing::new(words.to_owned()));
    let right = words("correct horse battery");
    let root = RootKind::open(&path("passphrase"), &right).unwrap();
    drop(Vault::create(directory.path(), root).unwrap());
    RootKind::try_out(&path("passphrase"), directory.path(), 1, &right).unwrap();
    let wrong = RootKind::try_out(
        &path("passphrase"),
        directory.path(),
        1,
        &words("another passphrase"),
    );
    assert!(
        matches!(wrong, Err(VaultError::Root(RootError::Wrong))),
        "{wrong:?}"
    );
    assert!(RootKind::Command(Vec::new()).create(&path("none")).is_err());
    assert!(
        RootKind::Command(vec!["two\nlines".to_owned()])
            .create(&path("none"))
            .is_err()
    );
}
