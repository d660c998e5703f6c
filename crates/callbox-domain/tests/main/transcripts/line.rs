//! What a dispatcher types, read and done.

use callbox_domain::{
    Center, IncidentId,
    line::{Act, Mistake, Sight, VERBS, complete, read},
    script::Run,
};
use expect_test::expect;

use crate::town::{check, town};

#[test]
fn a_fire_in_typed_lines() {
    check(
        r#"
> N FIRE @212 Elm St //smoke showing
> d e104.l110 1
> AK E104
> EN E104
> OS E104
> NT 1 //gas is shut off
> CO 1 2 //gas and water are shut off
> P 1 2
> AT 1 @214 Elm St
> CL E104
> C 1 DONE
> X L110 //not needed
> C 1 DONE
> RO 1 //rekindled
"#,
        expect![[r#"
            > N FIRE @212 Elm St //smoke showing
              reads N FIRE @212 Elm St //smoke showing ‹new type=Structure fire; place=212 Elm St; text=smoke showing›
              32 IncidentReceived #1 type=FIRE priority=1 place=‹212 Elm St›
              33 NarrativeAdded #1 line=1 ‹smoke showing›
            > d e104.l110 1
              reads D E104 L110 #1 ‹dispatch units=E104, L110; incident=#1 Structure fire, 212 Elm St›
              34 UnitDispatched #1/1 E104 type=ENGINE status=DSP
              35 UnitDispatched #1/2 L110 type=LADDER status=DSP
            > AK E104
              reads S E104 ACK ‹acknowledged status=Acknowledged; unit=E104›
              36 AssignmentProgressed #1/1 E104 status=ACK acknowledged
            > EN E104
              reads S E104 ENR ‹en-route status=En route; unit=E104›
              37 AssignmentProgressed #1/1 E104 status=ENR en_route
            > OS E104
              reads S E104 ONS ‹on-scene status=On scene; unit=E104›
              38 AssignmentProgressed #1/1 E104 status=ONS on_scene
            > NT 1 //gas is shut off
              reads NT #1 //gas is shut off ‹note incident=#1 Structure fire, 212 Elm St; text=gas is shut off›
              39 NarrativeAdded #1 line=2 ‹gas is shut off›
            > CO 1 2 //gas and water are shut off
              reads CO #1 2 //gas and water are shut off ‹correct incident=#1 Structure fire, 212 Elm St; line=2; text=gas and water are shut off›
              40 NarrativeCorrected #1 line=3 corrects=2 ‹gas and water are shut off›
            > P 1 2
              reads P #1 2 ‹priority incident=#1 Structure fire, 212 Elm St; priority=Urgent›
              41 IncidentPrioritised #1 priority=2
            > AT 1 @214 Elm St
              reads AT #1 @214 Elm St ‹place incident=#1 Structure fire, 212 Elm St; place=214 Elm St›
              42 IncidentLocated #1 correction place=‹214 Elm St›
            > CL E104
              reads S E104 AVL ‹clear status=Available; unit=E104›
              43 AssignmentEnded #1/1 E104 cleared status=AVL
            > C 1 DONE
              reads C #1 DONE ‹close incident=#1 Structure fire, 214 Elm St; disposition=Dealt with›
              refused units-still-assigned: incident #1 still has L110
                hint: make them available, cancel or reassign them first
            > X L110 //not needed
              reads X L110 //not needed ‹cancel unit=L110; text=not needed›
              44 AssignmentEnded #1/2 L110 cancelled status=AVL reason=‹not needed›
            > C 1 DONE
              reads C #1 DONE ‹close incident=#1 Structure fire, 214 Elm St; disposition=Dealt with›
              45 IncidentClosed #1 disposition=DONE
            > RO 1 //rekindled
              reads RO #1 //rekindled ‹reopen incident=#1 Structure fire, 214 Elm St; text=rekindled›
              46 IncidentReopened #1 ‹rekindled›
        "#]],
    );
}

#[test]
fn a_line_that_cannot_be_read_says_what_to_type() {
    check(
        r#"
> N FIRE @1 Elm St
> N FIRE @2 Elm St
> ZZ E104
> D E999 1
> EN
> NT 1
> D "E104 1
> D E104 1 //
> EN E104 E104
> P 1 9
> D E104 77
> DU 2 1
> DU 2>1
> V 2
> F elm
> ?
"#,
        expect![[r#"
            > N FIRE @1 Elm St
              reads N FIRE @1 Elm St ‹new type=Structure fire; place=1 Elm St›
              32 IncidentReceived #1 type=FIRE priority=1 place=‹1 Elm St›
            > N FIRE @2 Elm St
              reads N FIRE @2 Elm St ‹new type=Structure fire; place=2 Elm St›
              33 IncidentReceived #2 type=FIRE priority=1 place=‹2 Elm St›
            > ZZ E104
              mistake unknown-verb: there is no verb ZZ
                hint: begin with a verb, as in D E104 2612; ? shows all
            > D E999 1
              mistake unknown: there is no unit E999
                hint: type D [UNIT…] [INCIDENT] [!]
            > EN
              mistake missing: the unit is missing
                hint: type EN UNIT [INCIDENT] [!]
            > NT 1
              mistake missing: the text after // is missing
                hint: type NT [INCIDENT] //TEXT
            > D "E104 1
              mistake open-quote: a quote is not closed
                hint: close it with "
            > D E104 1 //
              mistake left-over: // has no place in this line
                hint: take it out: D [UNIT…] [INCIDENT] [!]
            > EN E104 E104
              mistake left-over: E104 has no place in this line
                hint: take it out: EN UNIT [INCIDENT] [!]
            > P 1 9
              mistake unknown: there is no priority 9
                hint: type P [INCIDENT] PRIORITY
            > D E104 77
              mistake unknown: there is no incident 77
                hint: type D [UNIT…] [INCIDENT] [!]
            > DU 2 1
              mistake missing: the sign > or < is missing
                hint: type DU INCIDENT > INCIDENT
            > DU 2>1
              reads DU #2 > #1 ‹merge incident=#2 Structure fire, 2 Elm St; into=#1 Structure fire, 1 Elm St›
              34 IncidentsMerged #2 into #1
            > V 2
              reads V #2 ‹view unit=#2 Structure fire, 2 Elm St›
            > F elm
              reads F elm ‹find text=elm›
            > ?
              reads ? ‹help ›
        "#]],
    );
}

fn many() -> Run {
    let mut run = town();
    for _ in 0..112 {
        run.play("receive FIRE 1 @\"1 Elm St\"").unwrap();
    }
    run
}

#[test]
fn an_ending_that_fits_several_incidents_is_never_guessed_at() {
    let run = many();
    let center = run.center();
    let choices = |line: &str| match read(center, None, line) {
        Err(Mistake::Ambiguous { choices, .. }) => choices.join(" "),
        other => panic!("{other:?}"),
    };
    assert_eq!(choices("D E104 12"), "#12 #112");
    assert_eq!(choices("V 2"), "#2 #12 #22 #32 #42 #52 #62 #72");
    let line = |line: &str| read(center, None, line).map(|reading| reading.line);
    assert_eq!(line("D E104 #12").as_deref(), Ok("D E104 #12"));
    assert_eq!(line("D E104 112").as_deref(), Ok("D E104 #112"));
    // What is selected is meant where nothing is named, and the line says so.
    let selected = read(center, Some(IncidentId(7)), "D E104").unwrap();
    assert_eq!(selected.line, "D E104 #7");
    let selected = read(center, Some(IncidentId(7)), "P 2").unwrap();
    assert_eq!(selected.line, "P #7 2");
}

#[test]
fn an_incident_may_stand_behind_a_code_or_a_level() {
    let run = many();
    let center = run.center();
    let line = |line: &str| read(center, Some(IncidentId(7)), line).map(|reading| reading.line);
    for (typed, meant) in [
        ("C DONE #12", "C #12 DONE"),
        ("C DONE 112", "C #112 DONE"),
        ("T FIRE #12", "T #12 FIRE"),
        ("AL 2 #12", "AL #12 2"),
        ("AL 2 112", "AL #112 2"),
        // What may be meant as it stands is not turned.
        ("AL #12 2", "AL #12 2"),
        ("AL 112 2", "AL #112 2"),
        ("P #12 2", "P #12 2"),
        ("AL 2", "AL #7 2"),
    ] {
        assert_eq!(line(typed), line(meant), "{typed}");
        assert_eq!(line(typed).as_deref(), Ok(meant), "{typed}");
    }
}

#[test]
fn a_line_in_full_means_the_same_again() {
    let run = many();
    let center = run.center();
    let selected = Some(IncidentId(50));
    let lines = [
        "D e104 l110 #12",
        "D",
        "AL 2",
        "AL #12 2",
        "AL #12",
        "AL 49",
        "R E104 !",
        "X E104 //why",
        "EN E104",
        "s e104 enr",
        "IN E104",
        "OUT E104 //flat, tyre.",
        "ST E104",
        "N fire 1 @212 Elm St. //smoke // showing",
        "NT //line",
        "CO 1 //other",
        "P 1",
        "T FIRE",
        "AT @50.85, 4.35",
        "DU #12>#7",
        "UD #12<#7",
        "RE #12 #7",
        "C DONE",
        "RO #12 //again",
        "GO",
        "TF NORTH",
        "CB 1 reached",
        "PAR",
        "PAR #12 E104",
        "W E104",
        "EM E104",
        "EE E104 //slip",
        "U",
        "V #12",
        "LOC E104",
        "F elm street",
        "?",
    ];
    for line in lines {
        let once =
            read(center, selected, line).unwrap_or_else(|mistake| panic!("{line}: {mistake}"));
        // Whatever was selected then.
        let again = read(center, Some(IncidentId(3)), &once.line);
        let again = again.unwrap_or_else(|mistake| panic!("{}: {mistake}", once.line));
        assert_eq!(again.line, once.line, "{line}");
        assert_eq!(again.act, once.act, "{line}");
    }
}

#[test]
fn no_two_verbs_have_a_word_in_common_and_each_has_an_example() {
    let mut words: Vec<_> = VERBS.iter().flat_map(|verb| verb.words).collect();
    let count = words.len();
    words.sort();
    words.dedup();
    assert_eq!(words.len(), count);
    for verb in VERBS {
        let first = verb.example.split(' ').next();
        assert!(
            first.is_some_and(|word| verb.words.contains(&word)),
            "{}",
            verb.name
        );
    }
}

#[test]
fn what_may_come_next_is_offered() {
    let mut run = town();
    run.play("receive FIRE 1 @\"212 Elm St\"\nreceive FIRE 2 @\"3 Mill Rd\"")
        .unwrap();
    let offers = |center: &Center, line: &str| {
        let (at, found) = complete(center, None, line);
        let found: Vec<_> = found.iter().map(|one| one.insert.as_str()).collect();
        format!("{at}: {}", found.join(" "))
    };
    assert_eq!(
        offers(run.center(), "D "),
        "2: A201 A202 A203 E104 E105 L110 #1 #2"
    );
    assert_eq!(offers(run.center(), "D e"), "2: E104 E105");
    assert_eq!(
        offers(run.center(), "D E104 "),
        "7: #1 #2 A201 A202 A203 E105 L110"
    );
    assert_eq!(offers(run.center(), "V mil"), "2: #2");
    assert_eq!(offers(run.center(), "disp"), "0: D");
    assert_eq!(offers(run.center(), "NT 1 //sm"), "9: ");
    // A unit that is on its way is offered for a status first.
    run.play("dispatch E105 1").unwrap();
    assert_eq!(offers(run.center(), "EN E"), "3: E105 E104");
}

#[test]
fn a_number_that_is_a_unit_and_an_incident_is_neither() {
    let mut run = many();
    run.play("define unit 12 FIRE ENGINE").unwrap();
    let center = run.center();
    let ambiguous = |line| matches!(read(center, None, line), Err(Mistake::Ambiguous { .. }));
    assert!(ambiguous("D E104 12"));
    assert!(ambiguous("V 12"));
    let act = |line| read(center, None, line).unwrap().act;
    assert_eq!(act("V #12"), Act::See(Sight::Incident(IncidentId(12))));
    assert!(matches!(act("V \"12\""), Act::See(Sight::Unit(_))));
}
