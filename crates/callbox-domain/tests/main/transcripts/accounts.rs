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
account 71 ask LAW-12
account 71 off
account 71 erase LAW-12
account 71 refuse NOT-ASKED
account 71 ask LAW-12
account 71 ask LAW-13
account 71 refuse WITHDRAWN
by 0 account 71 ask LAW-12
by 7 account 71 ask LAW-12
account 71 on
account 71 off
by 7 account 71 ask LAW-12
by 8 account 71 erase LAW-12
201:00:00 by 7 account 71 erase LAW-12
by 2 account 71 erase LAW-12
by 8 account 71 erase LAW-13
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
            account 71 ask LAW-12
              refused account-in-use: account 71 is in use
                hint: take it out of use first
            account 71 off
              34 AccountSwitched a71 off
            account 71 erase LAW-12
              refused account-erasure-not-asked: nobody asks for the erasure of the names of account 71
                hint: ask for it first, with its legal basis
            account 71 refuse NOT-ASKED
              refused account-erasure-not-asked: nobody asks for the erasure of the names of account 71
                hint: ask for it first, with its legal basis
            account 71 ask LAW-12
              35 AccountErasureRequested a71 basis=LAW-12 wait_days=7
            account 71 ask LAW-13
              refused account-erasure-asked: the erasure of the names of account 71 is asked for already
                hint: let another administrator approve it, or refuse it and ask anew
            account 71 refuse WITHDRAWN
              36 AccountErasureRefused a71 reason=WITHDRAWN
            by 0 account 71 ask LAW-12
              refused account-erasure-needs-two: two people erase the names of account 71: one asks, another one approves
                hint: let an administrator do it who did not ask; a program does neither
            by 7 account 71 ask LAW-12
              37 AccountErasureRequested a71 basis=LAW-12 wait_days=7
            account 71 on
              38 AccountSwitched a71 on
            account 71 off
              39 AccountSwitched a71 off
            by 7 account 71 ask LAW-12
              40 AccountErasureRequested a71 basis=LAW-12 wait_days=7
            by 8 account 71 erase LAW-12
              refused too-early: the waiting period ends at 2026-01-12T09:00:00Z
                hint: approve it then, or refuse it now
            201:00:00 by 7 account 71 erase LAW-12
              refused account-erasure-needs-two: two people erase the names of account 71: one asks, another one approves
                hint: let an administrator do it who did not ask; a program does neither
            by 2 account 71 erase LAW-12
              refused account-erasure-needs-two: two people erase the names of account 71: one asks, another one approves
                hint: let an administrator do it who did not ask; a program does neither
            by 8 account 71 erase LAW-13
              41 AccountErased a71 basis=LAW-12
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
              42 AccountErasureCompleted a71 payloads=1 keys=1
            account 71 complete
              nothing to do
            account 72 add mlee dispatcher
              43 AccountAdded a72 role=dispatcher login=‹mlee›
        "#]],
    );
}
