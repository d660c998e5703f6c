//! Databases of accounts that former versions wrote, frozen, and taken over by the present one.

use callbox_domain::Purpose;
use rusqlite::Connection;

use super::{PASSWORD, World};
use crate::access::{Access, Role};

const FORMER: [(i64, &str); 4] = [
    (1, include_str!("access/version-1.sql")),
    (2, include_str!("access/version-2.sql")),
    (5, include_str!("access/version-5.sql")),
    (7, include_str!("access/version-7.sql")),
];

/// Every table with its columns, as SQLite tells them.
fn shape(path: &std::path::Path) -> Vec<(String, String, String, bool)> {
    let db = Connection::open(path).unwrap();
    let sql = "SELECT m.name, c.name, c.type, c.pk > 0 FROM sqlite_master m
         JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2";
    let mut select = db.prepare(sql).unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let rows = select.query_map([], row).unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test]
async fn accounts_of_every_frozen_version_are_taken_over_and_come_onto_the_record() {
    let address = std::net::IpAddr::from([127, 0, 0, 1]);
    for (version, sql) in FORMER {
        let world = World::set_up().await;
        let path = world.dir.path().join(format!("former-{version}.db"));
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let access = Access::open(&path).unwrap();
        let fresh = world.dir.path().join("fresh.db");
        drop(Access::open(&fresh).unwrap());
        assert_eq!(shape(&path), shape(&fresh), "version {version}");

        access
            .record_to(&world.engine, Purpose::EmergencyResponse)
            .unwrap();
        let accounts = access.accounts().unwrap();
        let told: Vec<_> = accounts
            .iter()
            .map(|it| (it.login.as_str(), it.role, it.created, it.disabled))
            .collect();
        let expected = [
            ("bchen", Role::Supervisor, 1_760_000_100, None),
            ("gone", Role::CallTaker, 1_760_000_200, Some(1_770_000_000)),
            ("mlee", Role::Dispatcher, 1_760_000_000, None),
        ];
        assert_eq!(told, expected, "version {version}");
        // Passwords of then open, of those who are in use; nobody has to change theirs.
        let mlee = access.check_credentials("mlee", PASSWORD, address).unwrap();
        let agency = mlee.agency.as_ref().map(ToString::to_string);
        assert_eq!(agency.as_deref(), (version >= 5).then_some("FIRE"));
        assert!(access.check_credentials("gone", PASSWORD, address).is_err());
        access.set_policy("first-passwords", "72").unwrap();
        assert!(access.check_credentials("mlee", PASSWORD, address).is_ok());
        assert!(!access.must_change(mlee.actor).unwrap());
        let tokens = access.tokens().unwrap();
        let scopes: Vec<_> = tokens.iter().map(|it| it.scope.name()).collect();
        assert_eq!(scopes, [if version >= 2 { "read" } else { "account" }]);
        if version >= 2 {
            assert_eq!(access.policy().account_requests, 77);
            let bchen = access.account_named("bchen").unwrap().unwrap();
            assert!(access.has_authenticator(bchen.actor).unwrap());
        }
        // All of it stands on the record, and nothing twice when it is opened again.
        let center = world.engine.snapshot();
        let known = center.accounts.get(4_711_000_001).unwrap();
        assert_eq!(known.role.as_str(), "dispatcher");
        assert_eq!(known.names.known().unwrap().login.as_str(), "mlee");
        let seq = center.next_seq();
        drop(access);
        let access = Access::open(&path).unwrap();
        access
            .record_to(&world.engine, Purpose::EmergencyResponse)
            .unwrap();
        assert_eq!(world.engine.snapshot().next_seq(), seq, "version {version}");
        assert_eq!(access.accounts().unwrap().len(), 3);
    }
}
