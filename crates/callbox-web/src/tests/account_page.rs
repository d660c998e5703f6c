//! The page of one's account: what is shown once, and what is said when codes for recovery run out.

use axum::http::StatusCode;

use super::{
    World,
    second_factor::{Browser, codes_on, enrol, now},
};
use crate::access::authenticator_app;

#[tokio::test]
async fn a_page_that_is_loaded_again_makes_nothing_anew() {
    let world = World::empty();
    let mut browser = Browser::new("Firefox");
    browser.sign_in(&world, "dispatcher").await;
    let (secret, codes) = enrol(&world, &mut browser).await;
    let form = format!("code={}", authenticator_app(&secret, now(&world)));
    for (path, form) in [
        ("/account/authenticator/confirm", form.as_str()),
        ("/account/authenticator", ""),
    ] {
        let again = browser.post(&world, path, form).await;
        assert_eq!(again.status, StatusCode::OK, "{path}: {}", again.text);
        assert!(again.text.contains("This was done already"), "{path}");
        assert_eq!(codes_on(&again.text), Vec::<String>::new());
    }
    let page = browser.get(&world, "/account").await.text;
    let mark = page.split("name=\"mark\" value=\"").nth(1).unwrap();
    let form = format!("mark={}", mark.split('"').next().unwrap());
    let made = browser.post(&world, "/account/recovery-codes", &form).await;
    let new = codes_on(&made.text);
    assert_eq!(new.len(), 10);
    let again = browser.post(&world, "/account/recovery-codes", &form).await;
    assert!(
        again.text.contains("This was done already"),
        "{}",
        again.text
    );
    assert_eq!(codes_on(&again.text), Vec::<String>::new());
    // What was written down holds, and what it replaced does not.
    let mut there = Browser::new("Chrome");
    for (code, opens) in [(&codes[0], false), (&new[0], true)] {
        there.sign_in(&world, "dispatcher").await;
        there
            .post(&world, "/sign-in/code", &format!("code={code}"))
            .await;
        let board = there.get(&world, "/board").await;
        assert_eq!(board.status == StatusCode::OK, opens, "{code}");
    }
}

#[tokio::test]
async fn who_has_few_codes_for_recovery_left_is_told_on_every_page() {
    let world = World::empty();
    let mut browser = Browser::new("Firefox");
    browser.sign_in(&world, "dispatcher").await;
    let (_, codes) = enrol(&world, &mut browser).await;
    for (used, code) in (1..=8).zip(&codes) {
        let account = browser.get(&world, "/account").await.text;
        let left = format!("{} codes for recovery are left", 11 - used);
        assert!(account.contains(&left), "{account}");
        let notice = format!("{} codes for recovery left", 11 - used);
        assert!(!account.contains(&notice), "{account}");
        browser.sign_in(&world, "dispatcher").await;
        let form = format!("code={code}");
        browser.post(&world, "/sign-in/code", &form).await;
    }
    for path in ["/board", "/units", "/account"] {
        let page = browser.get(&world, path).await.text;
        assert!(page.contains("2 codes for recovery left"), "{path}: {page}");
    }
    let account = browser.get(&world, "/account").await.text;
    assert!(account.contains("Few codes are left"), "{account}");
    browser.post(&world, "/account/recovery-codes", "").await;
    for path in ["/board", "/account"] {
        let page = browser.get(&world, path).await.text;
        assert!(!page.contains("2 codes for recovery left"), "{page}");
        assert!(!page.contains("10 codes for recovery left"), "{page}");
    }
}
