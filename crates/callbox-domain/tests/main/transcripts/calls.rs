//! Calls: kinds, several to one incident, places and how sure they are, merging, schedules.

use callbox_domain::{Sought, script::Run};
use expect_test::expect;

use crate::town::{check, check_after, code, town};

#[test]
fn several_people_call_about_one_emergency() {
    check(
        r#"
receive FIRE @"212 Elm St" caller "Mrs Doe" "555-0100"
09:01:00 by 8 call 1 spoken caller - "555-0101"
09:02:00 call 1 abandoned
09:03:00 call 1 no 3 abandoned caller - "555-0102"
call 1 no 4 spoken
call 9 spoken
09:04:00 handle 1 3 no-answer
09:09:00 handle 1 3 reached
handle 1 4 settled
handle 9 1 settled
show 1
"#,
        expect![[r#"
            receive FIRE @"212 Elm St" caller "Mrs Doe" "555-0100"
              32 IncidentReceived #1 type=FIRE priority=1 place=‹212 Elm St› caller=‹Mrs Doe, 555-0100›
            09:01:00 by 8 call 1 spoken caller - "555-0101"
              33 CallRecorded #1 call=2 spoken caller=‹555-0101›
            09:02:00 call 1 abandoned
              34 CallRecorded #1 call=3 abandoned
            09:03:00 call 1 no 3 abandoned caller - "555-0102"
              35 CallRecorded #1 call=3 abandoned caller=‹555-0102›
            call 1 no 4 spoken
              refused unknown-call: incident #1 has no call 4
                hint: refer to a call that is there
            call 9 spoken
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            09:04:00 handle 1 3 no-answer
              36 CallHandled #1 call=3 no-answer
            09:09:00 handle 1 3 reached
              37 CallHandled #1 call=3 reached
            handle 1 4 settled
              refused unknown-call: incident #1 has no call 4
                hint: refer to a call that is there
            handle 9 1 settled
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            show 1
              #1 received 09:00:00 type=FIRE priority=1 place=‹212 Elm St› caller=‹Mrs Doe, 555-0100›
                call 1 09:00:00 a7 spoken caller=‹Mrs Doe, 555-0100›
                call 2 09:01:00 a8 spoken caller=‹555-0101›
                call 3 09:02:00 a8 abandoned caller=‹555-0102›, no-answer 09:04:00, reached 09:09:00
        "#]],
    );
}

#[test]
fn a_call_brings_its_kind_and_where_the_device_says_it_is() {
    check(
        r#"
take silent device 120 FIRE 2 @"near Bell Ave" (50.85,4.35)
take written map 15 MED @"Elm St / Bell Ave" caller "Mr Roe"
take spoken NONE
show 1
show 2
"#,
        expect![[r#"
            take silent device 120 FIRE 2 @"near Bell Ave" (50.85,4.35)
              32 IncidentReceived #1 type=FIRE priority=2 place=‹near Bell Ave (50.85,4.35)›
              33 CallRecorded #1 call=1 silent device said place=‹near Bell Ave (50.85,4.35)› ±120
              34 PlaceAssessed #1 device unverified ±120
            take written map 15 MED @"Elm St / Bell Ave" caller "Mr Roe"
              35 IncidentReceived #2 type=MED priority=2 place=‹Elm St / Bell Ave› caller=‹Mr Roe›
              36 CallRecorded #2 call=1 written
              37 PlaceAssessed #2 map unverified ±15
            take spoken NONE
              refused unknown-code: there is no incident type NONE
                hint: use one of: FIRE, MED, ODOUR
            show 1
              #1 received 09:00:00 type=FIRE priority=2 place=‹near Bell Ave (50.85,4.35)›
                place 09:00:00 a7 device unverified ±120
                call 1 09:00:00 a7 silent device said place=‹near Bell Ave (50.85,4.35)› ±120
            show 2
              #2 received 09:00:00 type=MED priority=2 place=‹Elm St / Bell Ave› caller=‹Mr Roe›
                place 09:00:00 a7 map unverified ±15
                call 1 09:00:00 a7 written caller=‹Mr Roe›
        "#]],
    );
}

#[test]
fn how_sure_a_place_is_goes_with_the_place() {
    check(
        r#"
receive FIRE @"Elm"
assess 1 @"212 Elm St" (50.85,4.35) caller chosen 10
assess 1 @"212 Elm St" (50.85,4.35) caller chosen 10
assess 1 @"212 Elm St" (50.85,4.35) caller confirmed 10
show 1
locate 1 @"221 Elm St"
show 1
receive MED
merge 2 > 1
assess 2 @"Bell Ave" map confirmed
close 1 DONE
assess 1 @"Bell Ave" map confirmed
assess 9 @"Bell Ave" map confirmed
"#,
        expect![[r#"
            receive FIRE @"Elm"
              32 IncidentReceived #1 type=FIRE priority=1 place=‹Elm›
            assess 1 @"212 Elm St" (50.85,4.35) caller chosen 10
              33 IncidentLocated #1 correction place=‹212 Elm St (50.85,4.35)›
              34 PlaceAssessed #1 caller chosen ±10
            assess 1 @"212 Elm St" (50.85,4.35) caller chosen 10
              nothing to do
            assess 1 @"212 Elm St" (50.85,4.35) caller confirmed 10
              35 PlaceAssessed #1 caller confirmed ±10
            show 1
              #1 received 09:00:00 type=FIRE priority=1 place=‹212 Elm St (50.85,4.35)›
                place 09:00:00 a7 caller confirmed ±10
            locate 1 @"221 Elm St"
              36 IncidentLocated #1 correction place=‹221 Elm St›
            show 1
              #1 received 09:00:00 type=FIRE priority=1 place=‹221 Elm St›
            receive MED
              37 IncidentReceived #2 type=MED priority=2
            merge 2 > 1
              38 IncidentsMerged #2 into #1
            assess 2 @"Bell Ave" map confirmed
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            close 1 DONE
              39 IncidentClosed #1 disposition=DONE
              40 IncidentClosed #2 disposition=DONE
            assess 1 @"Bell Ave" map confirmed
              refused incident-closed: incident #1 is closed
                hint: reopen it first, with a reason
            assess 9 @"Bell Ave" map confirmed
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
        "#]],
    );
}

#[test]
fn a_merge_is_worked_on_under_one_number_and_can_be_taken_back() {
    check(
        r#"
receive FIRE @"212 Elm St"
receive FIRE @"214 Elm St"
receive MED
merge 2 > 1
merge 2 > 3
merge 3 > 2
merge 1 > 3
merge 1 > 1
merge 9 > 1
dispatch E104 2
locate 2 @"Bell Ave"
classify 2 MED
prioritise 2 3
close 2 DONE
note 2 // a line still goes to where it was said
show 2
show 1
unmerge 2 < 3
unmerge 9 < 1
unmerge 2 < 1
dispatch E104 2
merge 2 > 1
"#,
        expect![[r#"
            receive FIRE @"212 Elm St"
              32 IncidentReceived #1 type=FIRE priority=1 place=‹212 Elm St›
            receive FIRE @"214 Elm St"
              33 IncidentReceived #2 type=FIRE priority=1 place=‹214 Elm St›
            receive MED
              34 IncidentReceived #3 type=MED priority=2
            merge 2 > 1
              35 IncidentsMerged #2 into #1
            merge 2 > 3
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            merge 3 > 2
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            merge 1 > 3
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            merge 1 > 1
              refused link-to-itself: an incident cannot be linked to itself
                hint: name two different incidents
            merge 9 > 1
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            dispatch E104 2
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            locate 2 @"Bell Ave"
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            classify 2 MED
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            prioritise 2 3
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            close 2 DONE
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            note 2 // a line still goes to where it was said
              36 NarrativeAdded #2 line=1 ‹a line still goes to where it was said›
            show 2
              #2 received 09:00:00 type=FIRE priority=1 place=‹214 Elm St›
                merged into #1
                line 1 09:00:00 a7 ‹a line still goes to where it was said›
            show 1
              #1 received 09:00:00 type=FIRE priority=1 place=‹212 Elm St›
                merged #2
            unmerge 2 < 3
              refused not-merged: incident #2 is not merged into #3
                hint: check which incident it is merged into
            unmerge 9 < 1
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            unmerge 2 < 1
              37 MergeUndone #2 from #1
            dispatch E104 2
              38 UnitDispatched #2/1 E104 type=ENGINE status=DSP
            merge 2 > 1
              refused units-still-assigned: incident #2 still has E104
                hint: make them available, cancel or reassign them first
        "#]],
    );
}

#[test]
fn what_was_merged_is_closed_with_the_other_and_stays_closed() {
    check(
        r#"
receive FIRE @"212 Elm St"
receive FIRE @"214 Elm St"
merge 2 > 1
dispatch E104 1
reassign E104 > 2
status E104 AVL
close 1 DONE
reopen 2 // who wants it back takes the merge back first
merge 2 > 1
unmerge 2 < 1
reopen 2 // another fire
show 2
show 1
"#,
        expect![[r#"
            receive FIRE @"212 Elm St"
              32 IncidentReceived #1 type=FIRE priority=1 place=‹212 Elm St›
            receive FIRE @"214 Elm St"
              33 IncidentReceived #2 type=FIRE priority=1 place=‹214 Elm St›
            merge 2 > 1
              34 IncidentsMerged #2 into #1
            dispatch E104 1
              35 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            reassign E104 > 2
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            status E104 AVL
              36 AssignmentEnded #1/1 E104 cleared status=AVL
            close 1 DONE
              37 IncidentClosed #1 disposition=DONE
              38 IncidentClosed #2 disposition=DONE
            reopen 2 // who wants it back takes the merge back first
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            merge 2 > 1
              refused incident-closed: incident #2 is closed
                hint: reopen it first, with a reason
            unmerge 2 < 1
              39 MergeUndone #2 from #1
            reopen 2 // another fire
              40 IncidentReopened #2 ‹another fire›
            show 2
              #2 received 09:00:00 type=FIRE priority=1 place=‹214 Elm St›
                reopened 09:00:00 a7 ‹another fire›
            show 1
              #1 received 09:00:00 type=FIRE priority=1 place=‹212 Elm St›
                /1 E104 DSP: dispatched 09:00:00, cleared 09:00:00
                closed 09:00:00 DONE
        "#]],
    );
}

#[test]
fn what_is_planned_begins_when_its_time_comes_or_a_unit_is_sent() {
    check(
        r#"
take spoken at 10:00:00 warn 600 MED @"Clinic"
take spoken at 08:00:00 MED
take spoken at 11:00:00 MED
show 1
10:00:00 by 0 activate 1
activate 1
show 1
dispatch A201 2
show 2
merge 2 > 1
merge 1 > 2
activate 1
receive MED
close 3 DONE
activate 3
activate 9
"#,
        expect![[r#"
            take spoken at 10:00:00 warn 600 MED @"Clinic"
              32 IncidentReceived #1 type=MED priority=2 place=‹Clinic›
              33 IncidentScheduled #1 at 10:00:00 warn 600
            take spoken at 08:00:00 MED
              refused not-in-the-future: the scheduled time is not in the future
                hint: leave the time out for a call that begins now
            take spoken at 11:00:00 MED
              34 IncidentReceived #2 type=MED priority=2
              35 IncidentScheduled #2 at 11:00:00 warn 900
            show 1
              #1 received 09:00:00 type=MED priority=2 place=‹Clinic›
                scheduled for 10:00:00
            10:00:00 by 0 activate 1
              36 ScheduleActivated #1
            activate 1
              refused not-scheduled: incident #1 is not scheduled
                hint: it waits for units already
            show 1
              #1 received 10:00:00 type=MED priority=2 place=‹Clinic›
            dispatch A201 2
              37 UnitDispatched #2/1 A201 type=AMB status=DSP
            show 2
              #2 received 10:00:00 type=MED priority=2
                /1 A201 DSP: dispatched 10:00:00
            merge 2 > 1
              refused units-still-assigned: incident #2 still has A201
                hint: make them available, cancel or reassign them first
            merge 1 > 2
              38 IncidentsMerged #1 into #2
            activate 1
              refused incident-merged: incident #1 is merged into #2
                hint: work on #2, or take the merge of #1 back first
            receive MED
              39 IncidentReceived #3 type=MED priority=2
            close 3 DONE
              40 IncidentClosed #3 disposition=DONE
            activate 3
              refused incident-closed: incident #3 is closed
                hint: reopen it first, with a reason
            activate 9
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
        "#]],
    );
}

#[test]
fn an_incident_is_handed_to_another_center() {
    check(
        r#"
receive FIRE @"beyond the bridge"
transfer 1 "Next Town" NT-17 // their side of the river
transfer 1 "Next Town"
transfer 9 "Next Town"
show 1
receive FIRE
merge 2 > 1
transfer 2 "Next Town"
close 1 DONE
transfer 1 "Next Town"
"#,
        expect![[r#"
            receive FIRE @"beyond the bridge"
              32 IncidentReceived #1 type=FIRE priority=1 place=‹beyond the bridge›
            transfer 1 "Next Town" NT-17 // their side of the river
              33 IncidentTransferred #1 to="Next Town" ref=NT-17 reason=‹their side of the river›
            transfer 1 "Next Town"
              34 IncidentTransferred #1 to="Next Town"
            transfer 9 "Next Town"
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            show 1
              #1 received 09:00:00 type=FIRE priority=1 place=‹beyond the bridge›
                transferred 09:00:00 a7 to="Next Town" ref=NT-17 reason=‹their side of the river›
                transferred 09:00:00 a7 to="Next Town"
            receive FIRE
              35 IncidentReceived #2 type=FIRE priority=1
            merge 2 > 1
              36 IncidentsMerged #2 into #1
            transfer 2 "Next Town"
              refused incident-merged: incident #2 is merged into #1
                hint: work on #1, or take the merge of #2 back first
            close 1 DONE
              37 IncidentClosed #1 disposition=DONE
              38 IncidentClosed #2 disposition=DONE
            transfer 1 "Next Town"
              refused incident-closed: incident #1 is closed
                hint: reopen it first, with a reason
        "#]],
    );
}

#[test]
fn lists_of_calls_are_bounded() {
    let fill = |line: &str, times: usize| format!("{line}\n").repeat(times);
    let before = format!(
        "receive FIRE\n{}{}{}",
        fill("call 1 spoken", 499),
        fill("handle 1 1 no-answer", 100),
        fill("transfer 1 Next", 50)
    );
    check_after(
        &before,
        r#"
call 1 spoken
handle 1 1 no-answer
transfer 1 Next
"#,
        expect![[r#"
            call 1 spoken
              refused full: the list of calls is full: at most 500
                hint: open a new incident and link the two
            handle 1 1 no-answer
              refused full: the list of what was done about a call is full: at most 100
                hint: open a new incident and link the two
            transfer 1 Next
              refused full: the list of transfers is full: at most 50
                hint: open a new incident and link the two
        "#]],
    );
    let merged = format!("receive FIRE\n{}", fill("receive FIRE", 201));
    let merges: String = (2..=201).map(|n| format!("merge {n} > 1\n")).collect();
    check_after(
        &format!("{merged}{merges}"),
        r#"
merge 202 > 1
"#,
        expect![[r#"
            merge 202 > 1
              refused full: the list of merged incidents is full: at most 200
                hint: open a new incident and link the two
        "#]],
    );
}

fn candidates(run: &Run, sought: &Sought) -> String {
    let now = run.entries().last().unwrap().at;
    let found = run.center().candidates(sought, now);
    let lines = found
        .iter()
        .map(|it| format!("{} {} {:?}\n", it.incident, it.weight, it.reasons));
    lines.collect()
}

#[test]
fn likely_duplicates_come_first_and_say_why() {
    let mut run = town();
    run.play(
        r#"
receive FIRE @"212 Elm St, Small Town" (50.8503,4.3517) caller - "+32 555 0100"
09:05:00 receive MED @"9 Elm St" (50.8510,4.3520)
receive FIRE @"Elm St / Bell Ave" (50.9900,4.9000)
receive ODOUR @"Mill Rd"
receive FIRE @"214 Elm St" (50.8504,4.3518)
close 5 DONE
receive FIRE @"212 Elm St" (50.8503,4.3517)
merge 6 > 1
09:06:00 note 1 // later
"#,
    )
    .unwrap();
    let sought = Sought {
        place: Some("212 elm st".into()),
        lat_lon: Some((50.8503, 4.3517)),
        incident_type: Some(code("FIRE")),
        ..Sought::default()
    };
    expect![[r#"
        #1 209 [SamePlace, Near { meters: 0 }, SameType, Ago { minutes: 6 }]
        #2 124 [SameStreet, Near { meters: 81 }, Ago { minutes: 1 }]
        #5 64 [SameStreet, Near { meters: 13 }, SameType, Closed { minutes: 1 }]
    "#]]
    .assert_eq(&candidates(&run, &sought));
    // A number to call back is compared among what is in hand, however it is written.
    let called = Sought {
        call_back: Some("0032-5550100".into()),
        ..Sought::default()
    };
    expect![[r#"
        #1 84 [SameCallBack, Ago { minutes: 6 }]
    "#]]
    .assert_eq(&candidates(&run, &called));
    let nothing = Sought {
        incident_type: Some(code("FIRE")),
        call_back: Some("55".into()),
        ..Sought::default()
    };
    assert_eq!(candidates(&run, &nothing), "");
    // An hour after its end an incident is no candidate any more.
    run.play("10:30:00 note 1 // much later").unwrap();
    assert!(!candidates(&run, &sought).contains("#5"));
    assert!(candidates(&run, &sought).contains("#1"));
}
