//! What a center is set up with, on the pages that set it up.

use axum::http::StatusCode;
use callbox_domain::{ActorId, Context, Purpose};
use serde_json::json;

use super::{World, check_schema, second_factor::Browser};
use crate::{
    access::Role,
    percent::encoded,
    settings::{NOUNS, members, rows, tell},
};

/// A center in which every noun has a row.
async fn world() -> World {
    let world = World::set_up().await;
    for (what, body) in [
        (
            "stations",
            json!({"code": "ST1", "name": "Station 1", "agency": "FIRE", "lat": 40.5, "lon": -74.25}),
        ),
        (
            "stations",
            json!({"code": "ST2", "name": "Station 2", "agency": "FIRE", "closed": true}),
        ),
        (
            "areas",
            json!({"code": "NORTH", "name": "North", "corners": [[40.5, -74.25], [40.6, -74.25], [40.6, -74.1]], "station_order": ["ST2", "ST1"]}),
        ),
        (
            "areas",
            json!({"code": "ALL", "name": "All of it", "members": ["NORTH"]}),
        ),
        (
            "templates",
            json!({"code": "BELL", "label": "Fire bell", "incident_type": "ALARM", "priority": "2", "place": "Town hall", "text": "panel rings", "retired": true}),
        ),
        ("turnouts", json!({"type": "ENGINE", "seconds": 80})),
        ("conditions", json!({"condition": "STORM"})),
        (
            "clocks",
            json!({"code": "CALL", "label": "Call to dispatch", "start": "received", "stop": "first_dispatched", "priorities": ["1", "2"], "alarm_seconds": 90, "target_seconds": 60, "target_percent": 90, "standard": "NFPA 1225", "edition": "2022"}),
        ),
        (
            "welfare-rules",
            json!({"code": "PAR", "label": "Accountability", "incident_types": ["FIRE"], "every_seconds": 1200, "answer_seconds": 60, "misses_to_mayday": 2}),
        ),
    ] {
        world.define(what, body).await;
    }
    world
}

async fn signed_in(world: &World, role: Role) -> Browser {
    let mut browser = Browser::new("desk");
    browser.sign_in(world, role.name()).await;
    browser
}

/// A form that is sent as the page shows it changes nothing: what each noun's rows say and what its
/// fields take are the same.
#[tokio::test]
async fn every_row_says_the_same_again() {
    let world = world().await;
    let center = world.state.engine.snapshot();
    let context = Context {
        at: world.now(),
        actor: ActorId(1),
        purpose: Purpose::Administration,
    };
    for noun in NOUNS {
        let rows = rows(noun, &center);
        assert!(!rows.is_empty(), "{} has no row to try", noun.slug);
        for row in rows {
            let sent: Vec<_> = noun
                .fields()
                .filter_map(|field| Some((field.name.to_owned(), tell(row.get(field.name)?))))
                .filter(|(_, value)| value != "false")
                .collect();
            let command = noun.define(&center, members(noun, &sent)).unwrap();
            let events = center.decide(&command, &context).unwrap();
            assert_eq!(events, [], "{} {sent:?}", noun.slug);
        }
    }
}

#[tokio::test]
async fn a_setting_is_previewed_saved_and_told_with_who_changed_it() {
    let world = world().await;
    let mut browser = signed_in(&world, Role::Supervisor).await;
    let page = browser.get(&world, "/settings/priorities?row=1").await.text;
    assert!(page.contains("value=\"Life at risk\""), "{page}");
    let form = "code=1&label=Life+in+danger&rank=1&unassigned_warn_seconds=45&unassigned_alarm_seconds=120";
    let preview = browser
        .post(
            &world,
            "/settings/priorities",
            &format!("{form}&then=preview"),
        )
        .await;
    assert_eq!(preview.status, StatusCode::OK);
    assert!(preview.text.contains("<del>60</del>") && preview.text.contains("<ins>45</ins>"));
    let label = || {
        let center = world.state.engine.snapshot();
        center.configuration.priorities["1"].label.to_string()
    };
    assert_eq!(label(), "Life at risk", "a preview changes nothing");
    let saved = browser
        .post(
            &world,
            "/settings/priorities",
            &format!("{form}&then=save&key=k1"),
        )
        .await;
    assert_eq!(saved.header("location"), "/settings/priorities?saved=1");
    assert_eq!(label(), "Life in danger");
    let page = browser
        .get(&world, "/settings/priorities?saved=1")
        .await
        .text;
    assert!(page.contains("Saved:"), "{page}");
    let page = browser
        .get(&world, "/settings/priorities?saved=Nothing")
        .await
        .text;
    assert!(
        !page.contains("Saved:"),
        "an address alone says nothing: {page}"
    );
    let page = browser.get(&world, "/settings/priorities").await.text;
    assert!(
        page.contains("<del>60</del>"),
        "the change is told against the row before it"
    );
    let told = world.get(
        Role::Dispatcher,
        "/api/v1/configuration/changes?what=priorities&limit=1",
    );
    let told = told.await.json();
    check_schema("Changes", &told);
    let change = &told["changes"][0];
    assert_eq!(
        (&change["what"], &change["name"]),
        (&json!("priorities"), &json!("1"))
    );
    assert_eq!(
        change["changes"],
        json!([
            {"field": "label", "before": "Life at risk", "after": "Life in danger"},
            {"field": "unassigned_warn_seconds", "before": 60, "after": 45},
        ])
    );
    assert!(change["by"]["name"].is_string());
}

/// Whoever adds a row with a code that exists would change the one that has it, unseen.
#[tokio::test]
async fn adding_what_is_there_is_refused_and_changes_nothing() {
    let world = world().await;
    let mut browser = signed_in(&world, Role::Supervisor).await;
    let path = "/settings/priorities";
    let opened = browser.get(&world, &format!("{path}?row=1")).await.text;
    assert!(!opened.contains("name=\"adds\""), "{opened}");
    let empty = browser.get(&world, path).await.text;
    assert!(empty.contains("name=\"adds\""), "{empty}");
    let priorities = || {
        let center = world.state.engine.snapshot();
        center.configuration.priorities.clone()
    };
    let before = priorities();
    let form = "adds=yes&code=1&label=Another&rank=9";
    for then in ["preview", "save&key=k1"] {
        let refused = browser
            .post(&world, path, &format!("{form}&then={then}"))
            .await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
        assert!(
            refused.text.contains("there is one called 1 already"),
            "{}",
            refused.text
        );
        // What was typed stays, and the form still adds: nobody saves over the other row.
        for kept in ["value=\"Another\"", "value=\"9\"", "name=\"adds\""] {
            assert!(refused.text.contains(kept), "{kept}: {}", refused.text);
        }
    }
    assert_eq!(priorities(), before);
    // Sent twice it is one act, and the second answer is the first.
    let form = "adds=yes&code=9&label=Another&rank=9&then=save&key=k2";
    for _ in 0..2 {
        let saved = browser.post(&world, path, form).await;
        assert_eq!(saved.header("location"), "/settings/priorities?saved=9");
    }
    assert_eq!(priorities().len(), before.len() + 1);
}

#[tokio::test]
async fn a_premise_note_that_is_refused_keeps_what_was_typed() {
    let world = world().await;
    let mut browser = signed_in(&world, Role::Supervisor).await;
    let form = "place=3+Elm+St&radius=70&hazard=energy&text=Panels+on+the+roof&owner=FD\
                &review=2027-03-01&expires=2027-02-01&key=k1";
    let refused = browser.post(&world, "/premises", form).await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    for kept in [
        "value=\"3 Elm St\"",
        "value=\"70\"",
        "value=\"energy\" selected",
        ">Panels on the roof</textarea>",
        "value=\"2027-03-01\"",
        "value=\"2027-02-01\"",
    ] {
        assert!(
            refused.text.contains(kept),
            "{kept} is lost: {}",
            refused.text
        );
    }
}

/// A choice is told in the words of whoever reads it, also where it changed.
#[tokio::test]
async fn changes_are_told_in_words_and_in_both_languages() {
    let world = world().await;
    let mut browser = signed_in(&world, Role::Supervisor).await;
    let page = browser.get(&world, "/settings/unit-statuses").await.text;
    assert!(page.contains("<ins>out of service</ins>"));
    let page = browser.get(&world, "/settings").await.text;
    assert!(!page.contains("out_of_service"));
    browser.cookie += "; lang=zh";
    let page = browser.get(&world, "/settings/unit-statuses").await.text;
    assert!(page.contains("<ins>停勤</ins>"));
}

#[tokio::test]
async fn what_is_removed_is_gone_and_stays_in_the_changes() {
    let world = world().await;
    let mut browser = signed_in(&world, Role::Supervisor).await;
    let form = "code=CALL&label=x&start=received&stop=first_dispatched&then=remove&key=k1";
    browser.post(&world, "/settings/clocks", form).await;
    assert!(
        world
            .state
            .engine
            .snapshot()
            .configuration
            .clocks
            .is_empty()
    );
    let page = browser.get(&world, "/settings/clocks").await.text;
    assert!(page.contains("<del>Call to dispatch</del>"), "{page}");
    let none = browser
        .post(
            &world,
            "/settings/agencies",
            "code=FIRE&name=x&then=remove&key=k2",
        )
        .await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert!(
        world
            .state
            .engine
            .snapshot()
            .configuration
            .agencies
            .contains_key("FIRE")
    );
}

#[tokio::test]
async fn bad_values_are_refused_and_stay_in_the_form() {
    let world = world().await;
    let mut browser = signed_in(&world, Role::Supervisor).await;
    for (noun, form, status) in [
        (
            "priorities",
            "code=9&label=Later&rank=soon",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            "priorities",
            "code=9&rank=9",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            "stations",
            "code=ST9&name=Nine&agency=NAVY",
            StatusCode::CONFLICT,
        ),
        (
            "stations",
            "code=ST9&name=Nine&agency=FIRE&lat=north&lon=1",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            "areas",
            "code=A9&name=Nine&corners=1,2%0A3",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        ("areas", "code=A9&name=Nine", StatusCode::CONFLICT),
        (
            "unit-statuses",
            "code=AVL&label=x&meaning=asleep",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            "center",
            "name=Elm&timezone=Mars/Olympus",
            StatusCode::CONFLICT,
        ),
    ] {
        let before = world.state.engine.snapshot().next_seq();
        let form = format!("{form}&then=save&key={}", encoded(form));
        let answer = browser
            .post(&world, &format!("/settings/{noun}"), &form)
            .await;
        assert_eq!(answer.status, status, "{noun} {form}");
        assert!(answer.text.contains("role=\"alert\""), "{noun} {form}");
        // By the words over the field, not by the interface's name for it.
        assert!(
            answer.text.contains("'Rank' has to be a whole number from")
                || !form.contains("rank=soon"),
            "{}",
            answer.text
        );
        assert!(
            answer.text.contains("Nine") || !form.contains("Nine"),
            "the form keeps what was typed"
        );
        assert_eq!(world.state.engine.snapshot().next_seq(), before);
    }
    assert_eq!(
        browser.get(&world, "/settings/horoscopes").await.status,
        StatusCode::NOT_FOUND
    );
}

/// Around the page: whoever may not set the center up is refused whatever is sent.
#[tokio::test]
async fn who_may_not_set_the_center_up_sees_it_and_changes_nothing() {
    let world = world().await;
    for role in [Role::CallTaker, Role::Dispatcher] {
        let mut browser = signed_in(&world, role).await;
        let before = world.state.engine.snapshot().next_seq();
        for noun in NOUNS {
            let path = format!("/settings/{}", noun.slug);
            let page = browser.get(&world, &path).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(
                !page.text.contains("name=\"then\""),
                "{path} has a form for {role}"
            );
            let form = "code=X&name=X&label=X&rank=1&then=save&key=k";
            assert_eq!(
                browser.post(&world, &path, form).await.status,
                StatusCode::FORBIDDEN
            );
        }
        assert_eq!(world.state.engine.snapshot().next_seq(), before);
    }
}
