#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use std::collections::BTreeSet;

use tempfile::TempDir;

use super::{Access, AccessError, Role, generate_password};

fn access() -> (TempDir, Access) {
    let dir = TempDir::new().unwrap();
    let access = Access::open(&dir.path().join("access.db")).unwrap();
    (dir, access)
}

#[test]
fn accounts_are_checked_before_they_are_made() {
    let (_dir, access) = access();
    let create = |login, name, password| access.create(login, name, Role::Dispatcher, password);
    let long = "plain words make it long";
    assert!(matches!(
        create("Kim", "Kim", long),
        Err(AccessError::BadLogin)
    ));
    assert!(matches!(
        create("", "Kim", long),
        Err(AccessError::BadLogin)
    ));
    assert!(matches!(
        create("kim", " ", long),
        Err(AccessError::BadName)
    ));
    assert!(matches!(
        create("kim", "Kim", "eleven char"),
        Err(AccessError::WeakPassword(_))
    ));
    assert!(matches!(
        create("kim", "Kim", "zzzzzzzzzzzzzz"),
        Err(AccessError::WeakPassword(_))
    ));
    assert!(matches!(
        create("kim", "Kim", "kim has a long one"),
        Err(AccessError::WeakPassword(_))
    ));
    let account = create("kim", "Kim", long).unwrap();
    assert!(account.actor.0 >= 1 << 32 && account.actor.0 < 1 << 53);
    assert!(matches!(
        create("kim", "Kim", long),
        Err(AccessError::Taken(_))
    ));
    assert_eq!(access.accounts().unwrap(), [account]);
    assert!(matches!(
        access.disable("lee"),
        Err(AccessError::Unknown(_))
    ));
    assert!(matches!(
        access.revoke_token(1),
        Err(AccessError::UnknownToken(1))
    ));
}

#[test]
fn generated_secrets_have_128_bits_and_each_letter_is_as_likely() {
    // 28 and 30 letters of 31: 138 and 148 bits.
    assert!(28.0 * f64::from(31).log2() > 128.0);
    let text = super::password::letters(2_000, 31).unwrap();
    let letters: Vec<char> = text.chars().filter(|c| *c != '-').collect();
    let kinds: BTreeSet<_> = letters.iter().collect();
    assert_eq!((letters.len(), kinds.len()), (62_000, 31));
    for kind in kinds {
        let count = letters.iter().filter(|c| *c == kind).count();
        // Ten standard deviations around 2,000.
        assert!((1_560..2_440).contains(&count), "{kind}: {count}");
    }
}

#[test]
fn generated_passwords_are_fit_to_be_used() {
    let (_dir, access) = access();
    let passwords: BTreeSet<_> = (0..50).map(|_| generate_password().unwrap()).collect();
    assert_eq!(passwords.len(), 50);
    for password in &passwords {
        assert_eq!(password.len(), 34, "{password}");
    }
    let password = passwords.first().unwrap();
    access
        .create("kim", "Kim", Role::Supervisor, password)
        .unwrap();
    assert!(
        access
            .check_credentials("kim", password, [127, 0, 0, 1].into())
            .is_ok()
    );
}

#[test]
fn the_file_is_its_owners() {
    let (dir, _access) = access();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        for file in ["access.db", "access.db-wal"] {
            let mode = dir
                .path()
                .join(file)
                .metadata()
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    }
    #[cfg(not(unix))]
    drop(dir);
}

#[test]
fn another_role_ends_the_sessions() {
    let (_dir, access) = access();
    let account = access
        .create("kim", "Kim", Role::Supervisor, "plain words, long")
        .unwrap();
    let secret = access.begin(account.actor, &super::begun()).unwrap();
    let (session, _) = access.session(super::Kind::Browser, &secret).unwrap();
    access.set_role("kim", Role::CallTaker).unwrap();
    assert!(!access.touch(&session));
    assert!(access.session(super::Kind::Browser, &secret).is_none());
    assert_eq!(access.name_of(account.actor).as_deref(), Some("Kim"));
}
