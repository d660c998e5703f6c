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
account 71 duty 25
account 71 duty 8
account 71 duty 8
account 71 duty 0
account 71 duty 0
account 71 duty 12
account 71 off
account 71 duty 8
account 71 on
account 71 duty 0
account 71 credential password replaced
account 72 credential passkey added
account 71 token read
account 71 token account
account 71 end 1
account 71 end 1
account 0 rule second-factor // required
account 0 rule second-factor // required
"#,
        expect![[r#"
            09:00:00 account 71 add mlee dispatcher
              32 AccountAdded a71 role=dispatcher login=‹mlee›
            account 71 add other dispatcher
              refused account-taken: account 71 or its login name is on the record already
                hint: choose another login name
            account 72 add mlee dispatcher
              refused account-taken: account 72 or its login name is on the record already
                hint: choose another login name
            account 2 add mlee dispatcher
              refused account-taken: account 2 or its login name is on the record already
                hint: choose another login name
            account 71 role dispatcher
              nothing to do
            account 71 role supervisor
              33 AccountRoleSet a71 role=supervisor
            account 72 role supervisor
              refused unknown-account: there is no account 72 on the record
                hint: check the login name in the list of accounts
            account 71 agency EMS
              34 AccountBound a71 agency=EMS
            account 71 agency EMS
              nothing to do
            account 71 agency
              35 AccountBound a71 agency=-
            account 71 off
              36 AccountSwitched a71 off
            account 71 off
              nothing to do
            account 71 on
              37 AccountSwitched a71 on
            account 71 duty 25
              refused duty-out-of-bounds: a duty ends within 24 hours from now
                hint: give 1 to 24 hours, and sign on anew after that
            account 71 duty 8
              38 DutySet a71 until=2026-01-05T17:00:00Z
            account 71 duty 8
              nothing to do
            account 71 duty 0
              39 DutySet a71 off duty
            account 71 duty 0
              nothing to do
            account 71 duty 12
              40 DutySet a71 until=2026-01-05T21:00:00Z
            account 71 off
              41 AccountSwitched a71 off
            account 71 duty 8
              refused unknown-account: there is no account 71 on the record
                hint: check the login name in the list of accounts
            account 71 on
              42 AccountSwitched a71 on
            account 71 duty 0
              nothing to do
            account 71 credential password replaced
              43 CredentialChanged a71 password replaced
            account 72 credential passkey added
              refused unknown-account: there is no account 72 on the record
                hint: check the login name in the list of accounts
            account 71 token read
              44 TokenIssued a71 token=1 scope=read
            account 71 token account
              45 TokenIssued a71 token=2 scope=account
            account 71 end 1
              46 TokenEnded a71 token=1
            account 71 end 1
              refused unknown-token: there is no token 1 on the record
                hint: check the number in the list of tokens
            account 0 rule second-factor // required
              47 SignInRuleSet second-factor=‹required›
            account 0 rule second-factor // required
              nothing to do
        "#]],
    );
}

#[test]
fn an_account_that_is_out_of_use_loses_its_names_and_nobody_acts_with_it() {
    check(
        r#"
09:00:00 account 71 add mlee dispatcher
account 71 token read
account 71 erase LAW-12
account 71 off
account 71 erase LAW-12
201:00:00 account 71 erase LAW-12
account 71 erase LAW-12
account 71 on
account 71 duty 8
account 71 token read
account 71 complete
account 71 complete
account 72 add mlee dispatcher
"#,
        expect![[r#"
            09:00:00 account 71 add mlee dispatcher
              32 AccountAdded a71 role=dispatcher login=‹mlee›
            account 71 token read
              33 TokenIssued a71 token=1 scope=read
            account 71 erase LAW-12
              refused account-in-use: account 71 is in use
                hint: take it out of use first, and wait as erasures do
            account 71 off
              34 AccountSwitched a71 off
            account 71 erase LAW-12
              refused too-early: the waiting period ends at 2026-01-12T09:00:00Z
                hint: approve it then, or refuse it now
            201:00:00 account 71 erase LAW-12
              35 AccountErased a71 basis=LAW-12
            account 71 erase LAW-12
              nothing to do
            account 71 on
              refused account-erased: the names of account 71 are erased
                hint: make a new account
            account 71 duty 8
              refused account-erased: the names of account 71 are erased
                hint: make a new account
            account 71 token read
              refused account-erased: the names of account 71 are erased
                hint: make a new account
            account 71 complete
              36 AccountErasureCompleted a71 payloads=1 keys=1
            account 71 complete
              nothing to do
            account 72 add mlee dispatcher
              37 AccountAdded a72 role=dispatcher login=‹mlee›
        "#]],
    );
}
