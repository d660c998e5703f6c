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
            account 71 credential password replaced
              38 CredentialChanged a71 password replaced
            account 72 credential passkey added
              refused unknown-account: there is no account 72 on the record
                hint: check the login name in the list of accounts
            account 71 token read
              39 TokenIssued a71 token=1 scope=read
            account 71 token account
              40 TokenIssued a71 token=2 scope=account
            account 71 end 1
              41 TokenEnded a71 token=1
            account 71 end 1
              refused unknown-token: there is no token 1 on the record
                hint: check the number in the list of tokens
            account 0 rule second-factor // required
              42 SignInRuleSet second-factor=‹required›
            account 0 rule second-factor // required
              nothing to do
        "#]],
    );
}
