//! Question cards: what is asked, what answers set, and what a person's own choice keeps.

use callbox_domain::{PublishCards, question::csv};
use expect_test::expect;
use proptest::prelude::*;

use crate::{
    samples::CARDS,
    town::{check, check_after, town},
};

const CARD: &str = r#"
publish-cards "BREATH,Breathing,,MED,awake,yes-no,Awake?,,,,,no,,,age,Kneel down.,,,1" ",,,,where,choice,Where?,,,,,in,Inside,,,,,," ",,,,,,,,,,,out,Outside,,end,,,ODOUR,3" ",,,,age,number,How old?,,,,,0,,,,,,,1" ",,,,,,,,,,,65,,,,,,,2" ",,,,words,text,What else?,,,,,,,,,,,,"
"#;

#[test]
fn a_card_is_held_against_the_rules() {
    check(
        r#"
publish-cards "A,A,,NONE,q,text,Q?"
publish-cards "A,A,,,q,text,Q?" "B,B,,,q,choice,Q?,,,,,one,One"
publish-cards "A,A,,,one,text,Q?" ",,,,two,text,Q?,,,,one"
publish-cards "A,A,,,one,text,Q?,,,,three"
publish-cards "A,A,,,one,text,Q?,,,,end" ",,,,two,text,Q?"
publish-cards "A,A,,,q,yes-no,Q?,,,,,yes,,,,,,,9"
publish-cards "A,A,,,q,choice,Q?,,,,,one,One" ",,,,,,,,,,,one,One"
publish-cards "A,A,,,q,text,Q?" "B,B,,,q,text,Q?"
publish-cards "A,A,,,q,text,Q?" "B,B,,,q,text,Q?"
publish-cards after 60 "A,A,,,q,text,Q again?"
publish-cards "B,B,,,q,text,Q?"
"#,
        expect![[r#"
            publish-cards "A,A,,NONE,q,text,Q?"
              refused unknown-code: there is no incident type NONE
                hint: use one of: FIRE, MED, ODOUR
            publish-cards "A,A,,,q,text,Q?" "B,B,,,q,choice,Q?,,,,,one,One"
              refused bad-card: the question card B, question q: a choice needs two answers
                hint: correct the card and publish all again
            publish-cards "A,A,,,one,text,Q?" ",,,,two,text,Q?,,,,one"
              refused bad-card: the question card A, question two: it leads back; it may lead to later questions only
                hint: correct the card and publish all again
            publish-cards "A,A,,,one,text,Q?,,,,three"
              refused bad-card: the question card A, question one: it leads to a question that is not there
                hint: correct the card and publish all again
            publish-cards "A,A,,,one,text,Q?,,,,end" ",,,,two,text,Q?"
              refused bad-card: the question card A, question two: no answer leads to it
                hint: correct the card and publish all again
            publish-cards "A,A,,,q,yes-no,Q?,,,,,yes,,,,,,,9"
              refused unknown-code: there is no priority 9
                hint: use one of: 1, 2, 3
            publish-cards "A,A,,,q,choice,Q?,,,,,one,One" ",,,,,,,,,,,one,One"
              refused bad-card: the question card A, question q: an answer is there twice
                hint: correct the card and publish all again
            publish-cards "A,A,,,q,text,Q?" "B,B,,,q,text,Q?"
              32 QuestionCardPublished A version 1 from 09:00:00: 1 questions
              33 QuestionCardPublished B version 1 from 09:00:00: 1 questions
            publish-cards "A,A,,,q,text,Q?" "B,B,,,q,text,Q?"
              nothing to do
            publish-cards after 60 "A,A,,,q,text,Q again?"
              34 QuestionCardPublished A version 2 from 09:01:00: 1 questions
              35 QuestionCardPublished B version 2 from 09:01:00: not in use
            publish-cards "B,B,,,q,text,Q?"
              36 QuestionCardPublished A version 3 from 09:00:00: not in use
        "#]],
    );
}

#[test]
fn answers_set_the_priority_that_only_the_type_brought() {
    check(
        &format!(
            "{CARD}{}",
            "receive\nclassify 1 MED\nanswer 1 BREATH awake no\n"
        ),
        expect![[r#"
            publish-cards "BREATH,Breathing,,MED,awake,yes-no,Awake?,,,,,no,,,age,Kneel down.,,,1" ",,,,where,choice,Where?,,,,,in,Inside,,,,,," ",,,,,,,,,,,out,Outside,,end,,,ODOUR,3" ",,,,age,number,How old?,,,,,0,,,,,,,1" ",,,,,,,,,,,65,,,,,,,2" ",,,,words,text,What else?,,,,,,,,,,,,"
              32 QuestionCardPublished BREATH version 1 from 09:00:00: 4 questions
            receive
              33 IncidentReceived #1
            classify 1 MED
              34 IncidentPrioritised #1 priority=2
              35 IncidentClassified #1 type=MED
            answer 1 BREATH awake no
              36 QuestionAnswered #1 BREATH version 1 ‹awake=no›
              37 IncidentPrioritised #1 priority=1
              38 QuestionsRuled #1 priority=1
        "#]],
    );
}

#[test]
fn answers_set_type_and_priority_until_a_person_does() {
    check(
        &format!(
            "{CARD}{}",
            r#"
receive MED @"12 Elm St"
answer 1 BREATH awake perhaps
answer 1 BREATH wake yes
answer 1 NONE awake yes
answer 1 BREATH=2 awake yes
answer 1 BREATH awake no
answer 1 BREATH awake no
prioritise 1 3
answer 1 BREATH age 70
answer 1 BREATH age unknown
receive - - @"14 Elm St"
answer 2 BREATH awake yes
answer 2 BREATH where out
classify 2 FIRE
answer 2 BREATH where in
receive MED 3
answer 3 BREATH awake no
close 3 DONE
answer 3 BREATH awake yes
merge 2 > 1
answer 2 BREATH awake no
answer 9 BREATH awake no
show 1
"#
        ),
        expect![[r#"
            publish-cards "BREATH,Breathing,,MED,awake,yes-no,Awake?,,,,,no,,,age,Kneel down.,,,1" ",,,,where,choice,Where?,,,,,in,Inside,,,,,," ",,,,,,,,,,,out,Outside,,end,,,ODOUR,3" ",,,,age,number,How old?,,,,,0,,,,,,,1" ",,,,,,,,,,,65,,,,,,,2" ",,,,words,text,What else?,,,,,,,,,,,,"
              32 QuestionCardPublished BREATH version 1 from 09:00:00: 4 questions
            receive MED @"12 Elm St"
              33 IncidentReceived #1 type=MED priority=2 place=‹12 Elm St›
            answer 1 BREATH awake perhaps
              refused bad-answer: this is no answer to awake
                hint: use one of its answers, a whole number where one is asked for, or unknown
            answer 1 BREATH wake yes
              refused unknown-code: there is no question of this card wake
                hint: use one of: awake, where, age, words
            answer 1 NONE awake yes
              refused unknown-code: there is no question card in this version NONE
                hint: use one of: BREATH
            answer 1 BREATH=2 awake yes
              refused unknown-code: there is no question card in this version BREATH
                hint: use one of: BREATH
            answer 1 BREATH awake no
              34 QuestionAnswered #1 BREATH version 1 ‹awake=no›
              35 IncidentPrioritised #1 priority=1
              36 QuestionsRuled #1 priority=1
            answer 1 BREATH awake no
              nothing to do
            prioritise 1 3
              37 IncidentPrioritised #1 priority=3
            answer 1 BREATH age 70
              38 QuestionAnswered #1 BREATH version 1 ‹age=70›
            answer 1 BREATH age unknown
              39 QuestionAnswered #1 BREATH version 1 ‹age=unknown›
            receive - - @"14 Elm St"
              40 IncidentReceived #2 place=‹14 Elm St›
            answer 2 BREATH awake yes
              41 QuestionAnswered #2 BREATH version 1 ‹awake=yes›
            answer 2 BREATH where out
              42 QuestionAnswered #2 BREATH version 1 ‹where=out›
              43 IncidentClassified #2 type=ODOUR
              44 IncidentPrioritised #2 priority=3
              45 QuestionsRuled #2 type=ODOUR priority=3
            classify 2 FIRE
              46 IncidentClassified #2 type=FIRE
            answer 2 BREATH where in
              47 QuestionAnswered #2 BREATH version 1 ‹where=in›
            receive MED 3
              48 IncidentReceived #3 type=MED priority=3
            answer 3 BREATH awake no
              49 QuestionAnswered #3 BREATH version 1 ‹awake=no›
            close 3 DONE
              50 IncidentClosed #3 disposition=DONE
            answer 3 BREATH awake yes
              refused incident-closed: incident #3 is closed
                hint: reopen it first, with a reason
            merge 2 > 1
              51 IncidentsMerged #2 into #1
            answer 2 BREATH awake no
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            answer 9 BREATH awake no
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            show 1
              #1 received 09:00:00 type=MED priority=3 place=‹12 Elm St›
                merged #2
        "#]],
    );
}

#[test]
fn a_card_that_changes_in_mid_call_stays_as_it_was_begun() {
    check(
        &format!(
            "{CARD}{}",
            r#"
receive MED
answer 1 BREATH awake yes
publish-cards "BREATH,Breathing,,MED,other,text,Something else?"
answer 1 BREATH where in
answer 1 BREATH other words
receive MED
answer 2 BREATH where in
answer 2 BREATH other words
"#
        ),
        expect![[r#"
            publish-cards "BREATH,Breathing,,MED,awake,yes-no,Awake?,,,,,no,,,age,Kneel down.,,,1" ",,,,where,choice,Where?,,,,,in,Inside,,,,,," ",,,,,,,,,,,out,Outside,,end,,,ODOUR,3" ",,,,age,number,How old?,,,,,0,,,,,,,1" ",,,,,,,,,,,65,,,,,,,2" ",,,,words,text,What else?,,,,,,,,,,,,"
              32 QuestionCardPublished BREATH version 1 from 09:00:00: 4 questions
            receive MED
              33 IncidentReceived #1 type=MED priority=2
            answer 1 BREATH awake yes
              34 QuestionAnswered #1 BREATH version 1 ‹awake=yes›
            publish-cards "BREATH,Breathing,,MED,other,text,Something else?"
              35 QuestionCardPublished BREATH version 2 from 09:00:00: 1 questions
            answer 1 BREATH where in
              36 QuestionAnswered #1 BREATH version 1 ‹where=in›
            answer 1 BREATH other words
              refused unknown-code: there is no question of this card other
                hint: use one of: awake, where, age, words
            receive MED
              37 IncidentReceived #2 type=MED priority=2
            answer 2 BREATH where in
              refused unknown-code: there is no question of this card where
                hint: use one of: other
            answer 2 BREATH other words
              38 QuestionAnswered #2 BREATH version 2 ‹other=words›
        "#]],
    );
}

#[test]
fn answers_and_cards_are_bounded() {
    let answers = "answer 1 BREATH awake yes\nanswer 1 BREATH awake no\n".repeat(200);
    check_after(
        &format!("{CARD}receive MED 3\n{answers}"),
        "answer 1 BREATH awake yes",
        expect![[r#"
            answer 1 BREATH awake yes
              refused full: the list of answers is full: at most 400
                hint: open a new incident and link the two
        "#]],
    );
    check(
        &format!("publish-cards \"A,A,,{},q,text,Q?\"", ["MED"; 65].join("|")),
        expect![[r#"
            publish-cards "A,A,,MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED|MED,q,text,Q?"
              refused too-many: the list of incident types has more than 64 entries
                hint: leave some out
        "#]],
    );
}

#[test]
fn the_way_through_a_card_follows_the_answers() {
    let mut run = town();
    run.play(CARD).unwrap();
    let ways = [
        (vec![], "awake?"),
        (vec!["awake yes"], "awake=yes where?"),
        (vec!["awake yes", "where out"], "awake=yes where=out"),
        (vec!["awake no"], "awake=no age?"),
        (vec!["awake no", "age 64"], "awake=no age=64 words?"),
        // An answer that the way does not come by any more does not count.
        (vec!["where out", "awake no"], "awake=no age?"),
        (vec!["awake unknown"], "awake=unknown where?"),
    ];
    for (answers, expected) in ways {
        run.play("receive MED").unwrap();
        let id = run.center().last_incident();
        for answer in &answers {
            run.play(&format!("answer {id} BREATH {answer}")).unwrap();
        }
        let incident = run.center().incident(id).unwrap();
        let card = run
            .center()
            .configuration
            .card_at("BREATH", run.entries().last().unwrap().at);
        let questions = &incident.intake.questions;
        let path = card.unwrap().card.path(|code| questions.answer_to(code));
        let path = path.iter().map(|step| match step.given {
            Some(given) => format!("{}={}", step.question.code, given.written()),
            None => format!("{}?", step.question.code),
        });
        assert_eq!(path.collect::<Vec<_>>().join(" "), expected, "{answers:?}");
    }
}

#[test]
fn what_is_read_and_written_again_is_the_same() {
    let cards = csv::read(CARDS).unwrap();
    let table = csv::write(&cards);
    assert_eq!(csv::read(&table).unwrap(), cards);
    assert_eq!(csv::write(&csv::read(&table).unwrap()), table);
}

#[test]
fn a_mistake_in_the_table_is_named_with_its_place() {
    let mistakes = [
        (
            "card,label,question,kind,ask\nA,A,q,riddle,Q?\n",
            "line 2, column kind: 'riddle' is none of: choice, yes-no",
        ),
        (
            "card,label,question,kind,ask,answer\nA,A,q,yes-no,Q?,maybe\n",
            "line 2, column answer: use yes, no",
        ),
        (
            "",
            "line 1: the table is empty; the first line names the columns",
        ),
        ("card,colour\n", "line 1: there is no column 'colour'"),
        (
            "card,label,question,kind\n",
            "line 1: the column ask is missing",
        ),
        (
            "card,label,question,kind,ask\n,,q,text,Q?\n",
            "line 2, column card: the first row names its card",
        ),
        (
            "card,label,question,kind,ask\nA,,q,text,Q?\n",
            "line 2, column label: a card's first row says",
        ),
        (
            "card,label,question,kind,ask,type\nA,A,q,text,Q?,FIRE\n",
            "line 2, column type: it belongs to an answer",
        ),
        (
            "card,label,question,kind,ask\nA,A,end,text,Q?\n",
            "line 2, column question: 'end' stands for",
        ),
    ];
    for (table, expected) in mistakes {
        let error = csv::read(table).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

proptest! {
    /// Whatever is published, every way through it ends within its number of questions.
    #[test]
    fn every_way_ends(
        jumps in proptest::collection::vec((0_usize..6, 0_usize..6), 1..6),
        answers in proptest::collection::vec(any::<bool>(), 6),
    ) {
        let mut table = csv::COLUMNS.join(",");
        for (at, (then, no)) in jumps.iter().enumerate() {
            let name = |to: &usize| match *to {
                0 => String::new(),
                1 => "end".into(),
                to => format!("q{to}"),
            };
            let head = if at == 0 { "A,A,," } else { ",,," };
            table.push_str(&format!(
                "\n{head},q{at},yes-no,Q?,,,,{},no,,,{},,,,", name(then), name(no)
            ));
        }
        let cards = csv::read(&table).unwrap();
        let card = cards[0].clone();
        let command = PublishCards { effective: None, cards };
        let run = town();
        let context = callbox_domain::Context {
            at: run.entries().last().unwrap().at,
            actor: callbox_domain::ActorId::SYSTEM,
            purpose: callbox_domain::Purpose::Administration,
        };
        if run.center().decide(&command.into(), &context).is_ok() {
            let given = [callbox_domain::Given::No, callbox_domain::Given::Yes];
            let path = card.path(|code| {
                let at: usize = code.as_str()[1..].parse().unwrap();
                Some(&given[usize::from(answers[at])])
            });
            prop_assert!(path.len() <= jumps.len());
            prop_assert!(path.iter().all(|step| step.given.is_some()));
        }
    }
}
