//! An incident from the call to its disposition, and after.

use callbox_domain::script::Run;
use expect_test::expect;

use crate::town::{check, check_after, town};

#[test]
fn a_call_is_received_before_anything_is_known() {
    check(
        r#"
receive
09:00:10 locate 1 @"212 Elm St" (50.8503,4.3517)
09:00:20 classify 1 FIRE
09:00:25 prioritise 1 2
09:00:40 by 8 locate 1 @"221 Elm St"
show 1
"#,
        expect![[r#"
            receive
              32 IncidentReceived #1
            09:00:10 locate 1 @"212 Elm St" (50.8503,4.3517)
              33 IncidentLocated #1 place=‹212 Elm St (50.8503,4.3517)›
            09:00:20 classify 1 FIRE
              34 IncidentPrioritised #1 priority=1
              35 IncidentClassified #1 type=FIRE
            09:00:25 prioritise 1 2
              36 IncidentPrioritised #1 priority=2
            09:00:40 by 8 locate 1 @"221 Elm St"
              37 IncidentLocated #1 correction place=‹221 Elm St›
            show 1
              #1 received 09:00:00 type=FIRE priority=2 place=‹221 Elm St›
        "#]],
    );
}

#[test]
fn a_type_brings_its_priority_until_one_was_chosen() {
    check(
        r#"
receive MED
classify 1 FIRE
classify 1 ODOUR
classify 1 MED
prioritise 1 3
classify 1 FIRE
receive FIRE 2
classify 2 ODOUR
classify 2 MED
receive
classify 3 FIRE
"#,
        expect![[r#"
            receive MED
              32 IncidentReceived #1 type=MED priority=2
            classify 1 FIRE
              33 IncidentPrioritised #1 priority=1
              34 IncidentClassified #1 type=FIRE
            classify 1 ODOUR
              35 IncidentClassified #1 type=ODOUR
            classify 1 MED
              36 IncidentClassified #1 type=MED
            prioritise 1 3
              37 IncidentPrioritised #1 priority=3
            classify 1 FIRE
              38 IncidentClassified #1 type=FIRE
            receive FIRE 2
              39 IncidentReceived #2 type=FIRE priority=2
            classify 2 ODOUR
              40 IncidentClassified #2 type=ODOUR
            classify 2 MED
              41 IncidentClassified #2 type=MED
            receive
              42 IncidentReceived #3
            classify 3 FIRE
              43 IncidentPrioritised #3 priority=1
              44 IncidentClassified #3 type=FIRE
        "#]],
    );
}

#[test]
fn a_call_is_received_with_all_that_is_known() {
    check(
        r#"
receive FIRE 2 @"212 Elm St" (50.8503,4.3517) caller "Mrs Doe" "555-0100" ref 2026/17
receive MED caller - "555-0101"
receive ODOUR caller "Mr Roe"
receive - 3 caller - -
show 1
show 4
"#,
        expect![[r#"
            receive FIRE 2 @"212 Elm St" (50.8503,4.3517) caller "Mrs Doe" "555-0100" ref 2026/17
              32 IncidentReceived #1 type=FIRE priority=2 ref=2026/17 place=‹212 Elm St (50.8503,4.3517)› caller=‹Mrs Doe, 555-0100›
            receive MED caller - "555-0101"
              33 IncidentReceived #2 type=MED priority=2 caller=‹555-0101›
            receive ODOUR caller "Mr Roe"
              34 IncidentReceived #3 type=ODOUR caller=‹Mr Roe›
            receive - 3 caller - -
              35 IncidentReceived #4 priority=3
            show 1
              #1 received 09:00:00 type=FIRE priority=2 ref=2026/17 place=‹212 Elm St (50.8503,4.3517)› caller=‹Mrs Doe, 555-0100›
            show 4
              #4 received 09:00:00 priority=3
        "#]],
    );
}

#[test]
fn the_type_brings_its_priority_once() {
    check(
        r#"
receive FIRE
classify 1 MED
receive ODOUR
classify 2 FIRE
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            classify 1 MED
              33 IncidentPrioritised #1 priority=2
              34 IncidentClassified #1 type=MED
            receive ODOUR
              35 IncidentReceived #2 type=ODOUR
            classify 2 FIRE
              36 IncidentPrioritised #2 priority=1
              37 IncidentClassified #2 type=FIRE
        "#]],
    );
}

#[test]
fn codes_must_be_known() {
    check(
        r#"
receive FLOOD
receive FIRE 7
receive FIRE
classify 1 FLOOD
prioritise 1 7
close 1 GONE
"#,
        expect![[r#"
            receive FLOOD
              refused unknown-code: there is no incident type FLOOD
                hint: use one of: FIRE, MED, ODOUR
            receive FIRE 7
              refused unknown-code: there is no priority 7
                hint: use one of: 1, 2, 3
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            classify 1 FLOOD
              refused unknown-code: there is no incident type FLOOD
                hint: use one of: FIRE, MED, ODOUR
            prioritise 1 7
              refused unknown-code: there is no priority 7
                hint: use one of: 1, 2, 3
            close 1 GONE
              refused unknown-code: there is no disposition GONE
                hint: use one of: DONE, FALSE
        "#]],
    );
}

#[test]
fn saying_the_same_again_does_nothing() {
    check(
        r#"
receive FIRE 1 @"212 Elm St"
locate 1 @"212 Elm St"
classify 1 FIRE
prioritise 1 1
"#,
        expect![[r#"
            receive FIRE 1 @"212 Elm St"
              32 IncidentReceived #1 type=FIRE priority=1 place=‹212 Elm St›
            locate 1 @"212 Elm St"
              nothing to do
            classify 1 FIRE
              nothing to do
            prioritise 1 1
              nothing to do
        "#]],
    );
}

#[test]
fn an_incident_must_exist() {
    check(
        r#"
locate 1 @"212 Elm St"
classify 1 FIRE
prioritise 1 1
note 1 // smoke
correct 1 1 // steam
close 1 DONE
reopen 1 // it burns again
receive
link 1 related 2
link 2 related 1
"#,
        expect![[r#"
            locate 1 @"212 Elm St"
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            classify 1 FIRE
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            prioritise 1 1
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            note 1 // smoke
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            correct 1 1 // steam
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            close 1 DONE
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            reopen 1 // it burns again
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            receive
              32 IncidentReceived #1
            link 1 related 2
              refused unknown-incident: there is no incident #2
                hint: check the number on the board or in the history
            link 2 related 1
              refused unknown-incident: there is no incident #2
                hint: check the number on the board or in the history
        "#]],
    );
}

#[test]
fn a_narrative_grows_and_is_never_changed() {
    check(
        r#"
receive FIRE
09:01:00 note 1 // smoke from the roof
09:02:00 by 8 note 1 // two people inside
09:03:00 by 7 correct 1 2 // three people inside
correct 1 3 // three people and a dog
09:00:30 note 1 // caller hung up
correct 1 0 // nothing
correct 1 6 // nothing
show 1
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            09:01:00 note 1 // smoke from the roof
              33 NarrativeAdded #1 line=1 ‹smoke from the roof›
            09:02:00 by 8 note 1 // two people inside
              34 NarrativeAdded #1 line=2 ‹two people inside›
            09:03:00 by 7 correct 1 2 // three people inside
              35 NarrativeCorrected #1 line=3 corrects=2 ‹three people inside›
            correct 1 3 // three people and a dog
              36 NarrativeCorrected #1 line=4 corrects=3 ‹three people and a dog›
            09:00:30 note 1 // caller hung up
              37 NarrativeAdded #1 line=5 ‹caller hung up›
            correct 1 0 // nothing
              refused unknown-line: incident #1 has no narrative line 0
                hint: refer to a line that is there
            correct 1 6 // nothing
              refused unknown-line: incident #1 has no narrative line 6
                hint: refer to a line that is there
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                line 1 09:01:00 a7 ‹smoke from the roof›
                line 2 09:02:00 a8 ‹two people inside›
                line 3 09:03:00 a7 corrects 2 ‹three people inside›
                line 4 09:03:00 a7 corrects 3 ‹three people and a dog›
                line 5 09:00:30 a7 ‹caller hung up›
        "#]],
    );
}

#[test]
fn links_show_on_both_sides() {
    check(
        r#"
receive FIRE
receive FIRE
link 2 duplicate 1
link 2 duplicate 1
link 1 duplicate 2
link 1 related 2
link 1 related 1
show 1
show 2
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            receive FIRE
              33 IncidentReceived #2 type=FIRE priority=1
            link 2 duplicate 1
              34 IncidentsLinked #2 duplicate #1
            link 2 duplicate 1
              nothing to do
            link 1 duplicate 2
              nothing to do
            link 1 related 2
              35 IncidentsLinked #1 related #2
            link 1 related 1
              refused link-to-itself: an incident cannot be linked to itself
                hint: name two different incidents
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                related #2
            show 2
              #2 received 09:00:00 type=FIRE priority=1
                related #1
        "#]],
    );
}

#[test]
fn an_incident_is_shared_with_an_agency() {
    check(
        r#"
receive FIRE
share 1 EMS
share 1 EMS
unshare 1 EMS
unshare 1 EMS
share 1 POLICE
share 7 EMS
unshare 1 POLICE
unshare 7 EMS
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            share 1 EMS
              33 IncidentShared #1 with EMS
            share 1 EMS
              nothing to do
            unshare 1 EMS
              34 IncidentUnshared #1 with EMS
            unshare 1 EMS
              nothing to do
            share 1 POLICE
              refused unknown-code: there is no agency POLICE
                hint: use one of: EMS, FIRE
            share 7 EMS
              refused unknown-incident: there is no incident #7
                hint: check the number on the board or in the history
            unshare 1 POLICE
              refused unknown-code: there is no agency POLICE
                hint: use one of: EMS, FIRE
            unshare 7 EMS
              refused unknown-incident: there is no incident #7
                hint: check the number on the board or in the history
        "#]],
    );
}

#[test]
fn a_closed_incident_has_a_disposition_and_no_unit() {
    check(
        r#"
receive FIRE
dispatch E104 L110 1
close 1 DONE
09:10:00 status E104 AVL
09:11:00 cancel L110
09:12:00 close 1 FALSE
close 1 DONE
show 1
show E104
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 L110 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
              34 UnitDispatched #1/2 L110 type=LADDER status=DSP
            close 1 DONE
              refused units-still-assigned: incident #1 still has E104, L110
                hint: make them available, cancel or reassign them first
            09:10:00 status E104 AVL
              35 AssignmentEnded #1/1 E104 cleared status=AVL
            09:11:00 cancel L110
              36 AssignmentEnded #1/2 L110 cancelled status=AVL
            09:12:00 close 1 FALSE
              37 IncidentClosed #1 disposition=FALSE
            close 1 DONE
              refused incident-closed: incident #1 is closed
                hint: reopen it first, with a reason
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:00:00, cleared 09:10:00
                /2 L110 DSP: dispatched 09:00:00, cancelled 09:11:00
                closed 09:12:00 FALSE
            show E104
              E104 agency=FIRE type=ENGINE: AVL available since 09:10:00
        "#]],
    );
}

#[test]
fn a_closed_incident_takes_words_and_links_but_no_work() {
    check(
        r#"
receive FIRE @"212 Elm St"
receive FIRE
close 1 DONE
locate 1 @"221 Elm St"
classify 1 MED
prioritise 1 2
dispatch E104 1
dispatch E104 2
reassign E104 > 1
note 1 // the owner called to say thank you
correct 1 1 // the owner's son
link 1 duplicate 2
show 1
"#,
        expect![[r#"
            receive FIRE @"212 Elm St"
              32 IncidentReceived #1 type=FIRE priority=1 place=‹212 Elm St›
            receive FIRE
              33 IncidentReceived #2 type=FIRE priority=1
            close 1 DONE
              34 IncidentClosed #1 disposition=DONE
            locate 1 @"221 Elm St"
              refused incident-closed: incident #1 is closed
                hint: reopen it first, with a reason
            classify 1 MED
              refused incident-closed: incident #1 is closed
                hint: reopen it first, with a reason
            prioritise 1 2
              refused incident-closed: incident #1 is closed
                hint: reopen it first, with a reason
            dispatch E104 1
              refused incident-closed: incident #1 is closed
                hint: reopen it first, with a reason
            dispatch E104 2
              35 UnitDispatched #2/1 E104 type=ENGINE status=DSP
            reassign E104 > 1
              refused incident-closed: incident #1 is closed
                hint: reopen it first, with a reason
            note 1 // the owner called to say thank you
              36 NarrativeAdded #1 line=1 ‹the owner called to say thank you›
            correct 1 1 // the owner's son
              37 NarrativeCorrected #1 line=2 corrects=1 ‹the owner's son›
            link 1 duplicate 2
              38 IncidentsLinked #1 duplicate #2
            show 1
              #1 received 09:00:00 type=FIRE priority=1 place=‹212 Elm St›
                line 1 09:00:00 a7 ‹the owner called to say thank you›
                line 2 09:00:00 a7 corrects 1 ‹the owner's son›
                duplicate #2
                closed 09:00:00 DONE
        "#]],
    );
}

#[test]
fn a_reopened_incident_shows_why_and_by_whom() {
    check(
        r#"
receive FIRE
reopen 1 // not closed yet
09:10:00 close 1 DONE
09:30:00 by 9 reopen 1 // smoke again
dispatch E104 1
09:40:00 status E104 AVL
close 1 FALSE
09:50:00 by 8 reopen 1 // closed by mistake
show 1
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            reopen 1 // not closed yet
              refused incident-open: incident #1 is not closed
                hint: nothing needs to be reopened
            09:10:00 close 1 DONE
              33 IncidentClosed #1 disposition=DONE
            09:30:00 by 9 reopen 1 // smoke again
              34 IncidentReopened #1 ‹smoke again›
            dispatch E104 1
              35 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            09:40:00 status E104 AVL
              36 AssignmentEnded #1/1 E104 cleared status=AVL
            close 1 FALSE
              37 IncidentClosed #1 disposition=FALSE
            09:50:00 by 8 reopen 1 // closed by mistake
              38 IncidentReopened #1 ‹closed by mistake›
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:30:00, cleared 09:40:00
                reopened 09:30:00 a9 ‹smoke again›
                reopened 09:50:00 a8 ‹closed by mistake›
        "#]],
    );
}

#[test]
fn lists_are_bounded() {
    let notes = "note 1 // line\n".repeat(10_000);
    check_after(
        &format!("receive\n{notes}"),
        r#"
note 1 // one more
correct 1 1 // one more
"#,
        expect![[r#"
            note 1 // one more
              refused full: the narrative is full: at most 10000
                hint: open a new incident and link the two
            correct 1 1 // one more
              refused full: the narrative is full: at most 10000
                hint: open a new incident and link the two
        "#]],
    );
    let calls = "receive\n".repeat(202);
    let links: String = (2..=201)
        .map(|other| format!("link 1 related {other}\n"))
        .collect();
    check_after(
        &(calls + &links),
        r#"
link 1 related 202
link 202 related 1
link 1 duplicate 2
"#,
        expect![[r#"
            link 1 related 202
              refused full: the list of links is full: at most 200
                hint: open a new incident and link the two
            link 202 related 1
              refused full: the list of links is full: at most 200
                hint: open a new incident and link the two
            link 1 duplicate 2
              434 IncidentsLinked #1 duplicate #2
        "#]],
    );
}

#[test]
fn what_was_erased_is_shown_as_erased() {
    let mut run = town();
    run.play(
        r#"
receive FIRE @"212 Elm St" caller "Mrs Doe"
note 1 // smoke from the roof
dispatch E104 1
cancel E104 // the owner called back
close 1 DONE
reopen 1 // smoke again
out E104 // the driver is ill
"#,
    )
    .unwrap();
    let mut erased = Run::default();
    for entry in run.entries() {
        erased.record(crate::laws::without_personal(entry));
    }
    expect![[r#"
        show 1
          #1 received 09:00:00 type=FIRE priority=1 place=‹erased› caller=‹erased›
            line 1 09:00:00 a7 ‹erased›
            /1 E104 DSP: dispatched 09:00:00, cancelled 09:00:00 reason=‹erased›
            reopened 09:00:00 a7 ‹erased›
        show E104
          E104 agency=FIRE type=ENGINE: OOS out_of_service since 09:00:00 reason=‹erased›
        locate 1 @"212 Elm St"
          39 IncidentLocated #1 correction place=‹212 Elm St›
    "#]]
    .assert_eq(
        &erased
            .play("show 1\nshow E104\nlocate 1 @\"212 Elm St\"")
            .unwrap(),
    );
}
