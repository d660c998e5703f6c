//! Accounts on the record: each act is one event, and what is as asked for already is none.

use expect_test::expect;

use crate::town::check;

#[test]
fn each_act_about_an_account_is_one_event() {
    check(
        r#"
09:00:00 account 71 add mlee dispatcher
account 71 add other dispatcher
account 72 add mlee dispatcher
account 2 add mlee dispatcher
account 71 role dispatcher
account 71 role supervisor
account 72 role supervisor
account 71 agency EMS
account 71 agency EMS
account 71 agency
account 71 off
account 71 off
account 71 on
account 71 credential password replaced
account 72 credential passkey added
account 71 token read
account 71 token account
account 71 end 1
account 71 end 1
account 0 rule second-factor required
account 0 rule second-factor required
"#,
        expect![[r#"
        "#]],
    );
}
