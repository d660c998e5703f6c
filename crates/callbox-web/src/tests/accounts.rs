//! Accounts on the record: each act is an event, and what the record says is what holds.

use callbox_domain::{ActorId, Event, Personal};
use rusqlite::Connection;

use super::{PASSWORD, World, second_factor::Browser};
use crate::access::{Access, AccessError, Role, Scope};

impl World {
    pub(super) fn tie(&self) {
        let purpose = callbox_domain::Purpose::EmergencyResponse;
        self.access.record_to(&self.engine, purpose).unwrap();
    }

    /// What is recorded of accounts after `seq`: each event's actor, kind and account.
    fn account_acts(&self, seq: u64) -> Vec<(u64, &'static str)> {
        let entries = self.engine.entries_from(seq, 1_000).unwrap();
        let acts = entries
            .into_iter()
            .filter(|entry| (122..=129).contains(&entry.event.kind().number));
        acts.map(|entry| (entry.actor.0, entry.event.kind().name))
            .collect()
    }

    fn by_hand(&self, sql: &str) {
        let db = Connection::open(self.dir.path().join("data/access.db")).unwrap();
        db.execute_batch(sql).unwrap();
        self.access.refresh().unwrap();
    }
}

#[tokio::test]
async fn accounts_of_before_come_onto_the_record_once_with_their_times() {
    let world = World::set_up().await;
    world
        .access
        .set_agency(
            "call-taker",
            Some(&callbox_domain::Code::new("EMS").unwrap()),
        )
        .unwrap();
    world.access.disable("auditor").unwrap();
    world.access.set_policy("account-requests", "77").unwrap();
    let before = world.access.accounts().unwrap();
    let seq = world.engine.snapshot().next_seq();
    world.tie();
    let acts = world.account_acts(seq);
    let count = |kind| acts.iter().filter(|(_, name)| *name == kind).count();
    assert_eq!(count("AccountAdded"), Role::ALL.len());
    assert_eq!(count("TokenIssued"), Role::ALL.len());
    assert_eq!((count("AccountBound"), count("AccountSwitched")), (1, 1));
    assert_eq!(
        count("SignInRuleSet"),
        2,
        "the one that was set, and that all is on the record"
    );
    assert_eq!(
        world.access.accounts().unwrap(),
        before,
        "nothing else about them"
    );
    assert_eq!(world.access.policy().account_requests, 77);
    // Tokens of before go on holding.
    let answer = world.get(Role::Supervisor, "/api/v1/board").await;
    assert_eq!(answer.status, 200);
    let seq = world.engine.snapshot().next_seq();
    world.tie();
    assert_eq!(world.account_acts(seq), [], "once");
    // The record itself names nobody: logins are sealed.
    let added = world.engine.entries_from(0, 10_000).unwrap().into_iter();
    let mut added = added.filter(|entry| matches!(entry.event, Event::AccountAdded(_)));
    assert!(added.all(|entry| !String::from_utf8_lossy(&entry.event.open()).contains("One")));
}

#[tokio::test]
async fn each_act_about_an_account_is_an_event_in_the_name_of_who_did_it() {
    let world = World::set_up().await;
    world.tie();
    let seq = world.engine.snapshot().next_seq();
    let admin = world
        .access
        .account_named("administrator")
        .unwrap()
        .unwrap();
    let access = world.access.by(admin.actor);
    let password = "seven plain words make it long";
    let made = access
        .create("kim", "Kim", Role::Dispatcher, password)
        .unwrap();
    access
        .create_for_emergency("lee", "Lee", Role::CallTaker, password)
        .unwrap();
    access.set_role("kim", Role::Supervisor).unwrap();
    access.set_role("kim", Role::Supervisor).unwrap();
    access
        .set_password("kim", "eight other words make it long")
        .unwrap();
    access.reset_factors("kim").unwrap();
    access.disable("kim").unwrap();
    access.enable("kim").unwrap();
    access.add_token("kim", "export", 30, Scope::Read).unwrap();
    let token = access.tokens().unwrap().last().unwrap().id;
    access.revoke_token(token).unwrap();
    access.set_policy("second-factor", "required").unwrap();
    let refused = access.create("kim", "Kim", Role::Dispatcher, password);
    assert!(
        matches!(refused, Err(AccessError::Taken(_))),
        "nothing of it is recorded"
    );
    let acts = world.account_acts(seq);
    assert!(acts.iter().all(|(actor, _)| *actor == admin.actor.0));
    let kinds: Vec<_> = acts.iter().map(|(_, name)| *name).collect();
    assert_eq!(
        kinds,
        [
            "AccountAdded",
            "AccountAdded",
            "AccountRoleSet",
            "CredentialChanged",
            "CredentialChanged",
            "AccountSwitched",
            "AccountSwitched",
            "TokenIssued",
            "TokenEnded",
            "SignInRuleSet",
        ]
    );
    let center = world.engine.snapshot();
    let known = center.accounts.get(made.actor.0).unwrap();
    assert_eq!(known.role.as_str(), "supervisor");
    assert_eq!(known.names.known().unwrap().login.as_str(), "kim");
    // Nothing that opens an account is on the record, in whatever form.
    let bytes = center.to_bytes();
    let hash: String = {
        let db = Connection::open(world.dir.path().join("data/access.db")).unwrap();
        let sql = "SELECT password FROM accounts WHERE login = 'kim'";
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    for secret in [password.as_bytes(), hash.as_bytes()] {
        assert!(!bytes.windows(secret.len()).any(|part| part == secret));
    }
}

#[tokio::test]
async fn an_edited_database_gives_nobody_a_right() {
    let world = World::set_up().await;
    world.tie();
    let role_of = |login: &str| world.access.account_named(login).unwrap().unwrap().role;
    world.by_hand("UPDATE accounts SET role = 'supervisor' WHERE login = 'call-taker'");
    assert_eq!(role_of("call-taker"), Role::CallTaker);
    let answer = world.get(Role::CallTaker, "/api/v1/erasures").await;
    assert_eq!(answer.status, 403);
    world.by_hand("UPDATE accounts SET role = 'chief' WHERE login = 'dispatcher'");
    assert_eq!(role_of("dispatcher"), Role::Dispatcher);
    // An account, a token, a rule that nobody recorded.
    world.by_hand(
        "INSERT INTO accounts (actor, login, name, role, password, created)
             SELECT 4711000001, 'ghost', 'Ghost', 'administrator', password, created
             FROM accounts WHERE login = 'supervisor';
         UPDATE tokens SET scope = 'account', expires = expires + 1000000;
         INSERT INTO settings (name, value) VALUES ('account-requests', '0');",
    );
    let address = std::net::IpAddr::from([127, 0, 0, 1]);
    assert!(
        world
            .access
            .check_credentials("ghost", PASSWORD, address)
            .is_err()
    );
    assert!(
        world
            .access
            .account(ActorId(4_711_000_001))
            .is_none_or(|it| it.disabled.is_some())
    );
    assert_ne!(world.access.policy().account_requests, 0);
    // What was disabled stays disabled.
    world.access.disable("dispatcher").unwrap();
    world.by_hand("UPDATE accounts SET disabled = NULL");
    assert!(
        world
            .access
            .check_credentials("dispatcher", PASSWORD, address)
            .is_err()
    );
    let answer = world.get(Role::Dispatcher, "/api/v1/board").await;
    assert_eq!(answer.status, 401);
    // A row that is gone comes back, without a password that anybody knows.
    world.by_hand("PRAGMA foreign_keys = off; DELETE FROM accounts WHERE login = 'auditor'");
    world.tie();
    let auditor = world.access.account_named("auditor").unwrap().unwrap();
    assert_eq!((auditor.role, auditor.disabled), (Role::Auditor, None));
    assert!(
        world
            .access
            .check_credentials("auditor", PASSWORD, address)
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_asks_the_server_to_record_its_acts() {
    let world = World::set_up().await;
    world.tie();
    let path = world.dir.path().join("data/access.db");
    let seq = world.engine.snapshot().next_seq();
    let asked = std::thread::spawn(move || {
        let other = Access::open(&path).unwrap();
        other.record_by_server();
        other.set_role("call-taker", Role::Dispatcher).unwrap();
        other
            .add_token("call-taker", "export", 30, Scope::Read)
            .unwrap();
        other.disable("nobody")
    });
    while !asked.is_finished() {
        world.access.answer_requests().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(matches!(
        asked.join().unwrap(),
        Err(AccessError::Unknown(_))
    ));
    world.access.refresh().unwrap();
    let role = world
        .access
        .account_named("call-taker")
        .unwrap()
        .unwrap()
        .role;
    assert_eq!(role, Role::Dispatcher);
    let system = ActorId::SYSTEM.0;
    let expected = [(system, "AccountRoleSet"), (system, "TokenIssued")];
    assert_eq!(world.account_acts(seq), expected);
    let newest = world.engine.snapshot().sign_in.last_token.cast_signed();
    assert!(
        world
            .access
            .tokens()
            .unwrap()
            .iter()
            .any(|token| token.id == newest)
    );
}

#[tokio::test]
async fn the_names_of_an_account_are_erased_by_its_page_while_the_server_runs() {
    let world = World::set_up().await;
    world.tie();
    let made = world
        .access
        .create("markerlogin", "MARKER", Role::Dispatcher, PASSWORD);
    let actor = made.unwrap().actor;
    let left = || {
        let files = std::fs::read_dir(world.dir.path().join("data")).unwrap();
        let files = files
            .map(|file| file.unwrap().path())
            .filter(|path| path.is_file());
        let found = files.filter(|path| {
            let bytes = std::fs::read(path).unwrap();
            let holds = |words: &[u8]| bytes.windows(words.len()).any(|part| part == words);
            holds(b"markerlogin") || holds(b"MARKER")
        });
        found.count()
    };
    assert!(left() > 0);
    let mut admin = Browser::new("x");
    admin.sign_in(&world, "administrator").await;
    let path = |act: &str| format!("/accounts/markerlogin/{act}");
    let (asking, basis) = (path("ask-erasure"), "basis=LAW-12");
    let refused = admin.post(&world, &asking, basis).await;
    assert!(refused.text.contains("is in use"), "{}", refused.text);
    admin.post(&world, &path("disable"), "").await;
    let approving = path("erase");
    let refused = admin.post(&world, &approving, "").await;
    assert!(refused.text.contains("nobody asks"), "{}", refused.text);
    let asked = admin.post(&world, &asking, basis).await;
    assert!(asked.text.contains("by LAW-12"), "{}", asked.text);
    let twice = admin.post(&world, &asking, basis).await;
    assert!(twice.text.contains("asked for already"), "{}", twice.text);
    // Whoever asked cannot approve; the other one waits.
    let deputy = world
        .access
        .create("deputy", "Deputy", Role::Administrator, PASSWORD);
    deputy.unwrap();
    let mut other = Browser::new("y");
    other.sign_in(&world, "deputy").await;
    let page = other.get(&world, "/accounts").await.text;
    assert!(!page.contains(&approving), "offered too early: {page}");
    let refused = other.post(&world, &approving, "").await;
    assert!(refused.text.contains("waiting period"), "{}", refused.text);
    world.pass(7 * 86_400);
    admin.sign_in(&world, "administrator").await;
    let page = admin.get(&world, "/accounts").await.text;
    assert!(!page.contains(&approving), "offered to who asked: {page}");
    let refused = admin.post(&world, &approving, "").await;
    assert!(refused.text.contains("two people"), "{}", refused.text);
    assert!(left() > 0, "nothing is erased yet");
    other.sign_in(&world, "deputy").await;
    let page = other.get(&world, "/accounts").await.text;
    assert!(page.contains(&approving), "{page}");
    let erased = other.post(&world, &approving, "").await;
    assert_eq!(erased.header("location"), "/accounts", "{}", erased.text);
    let erased = other.get(&world, "/accounts").await;
    assert!(!erased.text.contains("MARKER") && !erased.text.contains("markerlogin"));
    assert!(erased.text.contains(&format!("erased-{}", actor.0)));
    assert!(erased.text.contains("next start"), "{}", erased.text);
    assert_eq!(left(), 0);
    let known = world.engine.snapshot();
    assert_eq!(known.accounts.get(actor.0).unwrap().names, Personal::Erased);
}

#[tokio::test]
async fn what_was_typed_of_an_account_stays_and_a_lock_is_seen() {
    let world = World::set_up().await;
    let mut admin = Browser::new("x");
    admin.sign_in(&world, "administrator").await;
    let form = "login=dispatcher&name=Another+One&role=auditor&emergency=yes";
    let refused = admin.post(&world, "/accounts", form).await;
    assert_eq!(refused.status, axum::http::StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text;
    assert!(text.contains("this login name already"), "{text}");
    for kept in [
        "value=\"dispatcher\"",
        "value=\"Another One\"",
        "value=\"auditor\" selected",
        "value=\"yes\" checked",
    ] {
        assert!(text.contains(kept), "{kept} is lost: {text}");
    }
    let waits = "too many wrong passwords";
    assert!(!text.contains(waits), "{text}");
    let mut stranger = Browser::new("y");
    for _ in 0..6 {
        let wrong = "login=dispatcher&password=nonsense";
        stranger.post(&world, "/sign-in", wrong).await;
    }
    let page = admin.get(&world, "/accounts").await.text;
    assert_eq!(page.matches(waits).count(), 1, "{page}");
    let path = "/accounts/dispatcher/password";
    let page = admin.post(&world, path, "").await.text;
    assert!(!page.contains(waits), "a new password lifts it: {page}");
    // Loading the address of an act again leads to the page, not to an error.
    let again = admin.get(&world, path).await;
    assert_eq!(again.header("location"), "/accounts", "{}", again.text);
}
