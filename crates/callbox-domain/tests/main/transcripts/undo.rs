//! Undoing a slip, calls that are stacked for a unit, and units that are taken from their work.

use expect_test::expect;

use crate::town::{check, check_after};

#[test]
fn a_dispatch_is_undone_within_half_a_minute_by_whoever_sent() {
    check(
        r#"
        09:00:00 receive FIRE
        09:00:10 dispatch E104 L110 1
        by 8 undo
        09:00:40 by 7 undo
        show 1
        show E104
        undo
        09:00:50 dispatch E104 1
        09:01:21 undo
        show 1
        "#,
        expect![[r#"
            09:00:00 receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            09:00:10 dispatch E104 L110 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
              34 UnitDispatched #1/2 L110 type=LADDER status=DSP
            by 8 undo
              refused nothing-to-undo: there is nothing of yours to undo
                hint: units sent, statuses, ends of assignments and closings can be undone
            09:00:40 by 7 undo
              35 DispatchUndone #1/2 L110 undoes=34
              36 DispatchUndone #1/1 E104 undoes=33
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:00:10, undone 09:00:40
                /2 L110 DSP: dispatched 09:00:10, undone 09:00:40
            show E104
              E104 agency=FIRE type=ENGINE: AVL available since 00:00:00
            undo
              refused nothing-to-undo: there is nothing of yours to undo
                hint: units sent, statuses, ends of assignments and closings can be undone
            09:00:50 dispatch E104 1
              37 UnitDispatched #1/3 E104 type=ENGINE status=DSP
            09:01:21 undo
              refused too-late-to-undo: that was more than 30 seconds ago
                hint: put it right by an act of its own: cancel, correct, reopen
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:00:10, undone 09:00:40
                /2 L110 DSP: dispatched 09:00:10, undone 09:00:40
                /3 E104 DSP: dispatched 09:00:50
        "#]],
    );
}

#[test]
fn a_status_is_undone_with_its_times() {
    check_after(
        "09:00:00 receive FIRE\ndispatch E104 1",
        r#"
        09:01:00 status E104 ENR
        09:01:05 status E104 ONS
        09:01:06 undo
        show 1
        undo
        show 1
        undo
        "#,
        expect![[r#"
            09:01:00 status E104 ENR
              34 AssignmentProgressed #1/1 E104 status=ENR en_route
            09:01:05 status E104 ONS
              35 AssignmentProgressed #1/1 E104 status=ONS on_scene
            09:01:06 undo
              36 StatusUndone #1/1 E104 status=ENR en_route since=09:01:00 undoes=35
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 ENR: dispatched 09:00:00, en_route 09:01:00
            undo
              37 StatusUndone #1/1 E104 status=DSP dispatched since=09:00:00 undoes=34
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:00:00
            undo
              refused nothing-to-undo: there is nothing of yours to undo
                hint: units sent, statuses, ends of assignments and closings can be undone
        "#]],
    );
}

#[test]
fn what_was_done_on_top_is_not_undone_from_below() {
    check_after(
        "09:00:00 receive FIRE\n09:00:10 dispatch E104 1",
        r#"
        09:00:15 by 8 status E104 ENR
        by 7 undo
        09:00:20 by 8 undo
        by 7 undo
        "#,
        expect![[r#"
            09:00:15 by 8 status E104 ENR
              34 AssignmentProgressed #1/1 E104 status=ENR en_route
            by 7 undo
              refused changed-since: something has happened since to what would be undone
                hint: put it right by an act of its own: cancel, correct, reopen
            09:00:20 by 8 undo
              35 StatusUndone #1/1 E104 status=DSP dispatched since=09:00:10 undoes=34
            by 7 undo
              36 DispatchUndone #1/1 E104 undoes=33
        "#]],
    );
}

#[test]
fn the_end_of_a_units_work_is_undone() {
    check_after(
        "09:00:00 receive FIRE\nreceive MED\ndispatch E104 1\n09:05:00 status E104 ONS",
        r#"
        09:30:00 status E104 AVL
        09:30:05 undo
        show 1
        09:31:00 status E104 AVL
        09:31:01 by 8 dispatch E104 2
        by 7 undo
        09:32:00 reassign E104 > 1
        undo
        show E104
        show 1
        show 2
        "#,
        expect![[r#"
            09:30:00 status E104 AVL
              36 AssignmentEnded #1/1 E104 cleared status=AVL
            09:30:05 undo
              37 EndUndone #1/1 E104 undoes=36
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 ONS: dispatched 09:00:00, on_scene 09:05:00
            09:31:00 status E104 AVL
              38 AssignmentEnded #1/1 E104 cleared status=AVL
            09:31:01 by 8 dispatch E104 2
              39 UnitDispatched #2/1 E104 type=ENGINE status=DSP
            by 7 undo
              refused changed-since: something has happened since to what would be undone
                hint: put it right by an act of its own: cancel, correct, reopen
            09:32:00 reassign E104 > 1
              40 AssignmentEnded #2/1 E104 reassigned to #1 status=AVL
              41 UnitDispatched #1/2 E104 type=ENGINE status=DSP
            undo
              42 DispatchUndone #1/2 E104 undoes=41
              43 EndUndone #2/1 E104 undoes=40
            show E104
              E104 agency=FIRE type=ENGINE: DSP dispatched since 09:31:01 on #2
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 ONS: dispatched 09:00:00, on_scene 09:05:00, cleared 09:31:00
                /2 E104 DSP: dispatched 09:32:00, undone 09:32:00
            show 2
              #2 received 09:00:00 type=MED priority=2
                /1 E104 DSP: dispatched 09:31:01
        "#]],
    );
}

#[test]
fn closing_is_undone_and_leaves_no_reopening() {
    check_after(
        "09:00:00 receive FIRE",
        r#"
        09:05:00 close 1 FALSE
        09:05:05 undo
        show 1
        09:05:10 close 1 FALSE
        09:05:12 reopen 1 // smoke again
        undo
        "#,
        expect![[r#"
            09:05:00 close 1 FALSE
              33 IncidentClosed #1 disposition=FALSE
            09:05:05 undo
              34 CloseUndone #1 undoes=33
            show 1
              #1 received 09:00:00 type=FIRE priority=1
            09:05:10 close 1 FALSE
              35 IncidentClosed #1 disposition=FALSE
            09:05:12 reopen 1 // smoke again
              36 IncidentReopened #1 ‹smoke again›
            undo
              refused changed-since: something has happened since to what would be undone
                hint: put it right by an act of its own: cancel, correct, reopen
        "#]],
    );
}

#[test]
fn a_waiting_call_is_stacked_for_a_unit() {
    check(
        r#"
        09:00:00 receive FIRE
        receive MED
        dispatch A201 1
        stack A201 2
        stack A201 2
        stack A201 1
        stack A201 9
        stack x9 2
        stack A202 2
        show A201
        unstack A202 2
        unstack A202 2
        unstack A202 9
        unstack x9 2
        out A202
        stack A202 2
        status A201 AVL
        dispatch A201 2
        show A201
        receive MED
        stack A203 3
        close 3 FALSE
        show A203
        stack A203 3
        "#,
        expect![[r#"
            09:00:00 receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            receive MED
              33 IncidentReceived #2 type=MED priority=2
            dispatch A201 1
              34 UnitDispatched #1/1 A201 type=AMB status=DSP
            stack A201 2
              35 IncidentStacked #2 A201
            stack A201 2
              nothing to do
            stack A201 1
              refused already-assigned: A201 is already on incident #1
                hint: leave it out, or change its status
            stack A201 9
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            stack x9 2
              refused unknown-unit: there is no unit x9
                hint: check the call sign in the list of units
            stack A202 2
              36 IncidentStacked #2 A202
            show A201
              A201 agency=EMS type=AMB: DSP dispatched since 09:00:00 on #1 next #2
            unstack A202 2
              37 IncidentUnstacked #2 A202
            unstack A202 2
              refused not-stacked: incident #2 is not on the stack of A202
                hint: check the unit's stack
            unstack A202 9
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            unstack x9 2
              refused unknown-unit: there is no unit x9
                hint: check the call sign in the list of units
            out A202
              38 UnitTakenOutOfService A202 status=OOS
            stack A202 2
              refused unit-out-of-service: A202 is out of service
                hint: put A202 in service first
            status A201 AVL
              39 AssignmentEnded #1/1 A201 cleared status=AVL
            dispatch A201 2
              40 UnitDispatched #2/1 A201 type=AMB status=DSP
            show A201
              A201 agency=EMS type=AMB: DSP dispatched since 09:00:00 on #2
            receive MED
              41 IncidentReceived #3 type=MED priority=2
            stack A203 3
              42 IncidentStacked #3 A203
            close 3 FALSE
              43 IncidentUnstacked #3 A203
              44 IncidentClosed #3 disposition=FALSE
            show A203
              A203 agency=EMS type=AMB: AVL available since 00:00:00
            stack A203 3
              refused incident-closed: incident #3 is closed
                hint: reopen it first, with a reason
        "#]],
    );
}

#[test]
fn a_unit_that_becomes_free_is_to_be_sent_to_what_is_next() {
    check(
        r#"
        09:00:00 receive FIRE
        receive MED
        receive MED
        dispatch A201 1
        stack A201 2
        stack A201 3
        09:01:00 due
        show alarms
        09:10:00 status A201 AVL
        09:10:01 due
        show alarms
        09:10:02 due
        show alarms
        unstack A201 2
        show alarms
        09:10:05 due
        out A201
        show alarms
        in A201
        09:10:10 due
        dispatch A201 3
        show alarms
        "#,
        expect![[r#"
            09:00:00 receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            receive MED
              33 IncidentReceived #2 type=MED priority=2
            receive MED
              34 IncidentReceived #3 type=MED priority=2
            dispatch A201 1
              35 UnitDispatched #1/1 A201 type=AMB status=DSP
            stack A201 2
              36 IncidentStacked #2 A201
            stack A201 3
              37 IncidentStacked #3 A201
            09:01:00 due
              nothing to do
            show alarms
              no alarm
            09:10:00 status A201 AVL
              38 AssignmentEnded #1/1 A201 cleared status=AVL
            09:10:01 due
              39 AlarmRaised next #2 A201 due=09:10:00
            show alarms
              alarm 39 next #2 A201 since 09:10:01
            09:10:02 due
              nothing to do
            show alarms
              alarm 39 next #2 A201 since 09:10:01
            unstack A201 2
              40 IncidentUnstacked #2 A201
            show alarms
              no alarm
            09:10:05 due
              41 AlarmRaised next #3 A201 due=09:10:00
            out A201
              42 UnitTakenOutOfService A201 status=OOS
            show alarms
              no alarm
            in A201
              43 UnitPutInService A201 status=AVL
            09:10:10 due
              44 AlarmRaised next #3 A201 due=09:10:05
            dispatch A201 3
              45 UnitDispatched #3/1 A201 type=AMB status=DSP
            show alarms
              no alarm
        "#]],
    );
}

#[test]
fn a_stack_is_bounded() {
    let mut script = "receive MED\n".repeat(21);
    for incident in 1..=20 {
        script += &format!("stack A201 {incident}\n");
    }
    check_after(
        &script,
        "stack A201 21",
        expect![[r#"
        stack A201 21
          refused full: the unit's stack is full: at most 20
            hint: open a new incident and link the two
    "#]],
    );
}

#[test]
fn a_unit_that_has_begun_its_work_is_taken_from_it_only_expressly() {
    check_after(
        "09:00:00 receive FIRE\nreceive MED\ndispatch E104 1\n09:05:00 status E104 ONS",
        r#"
        09:06:00 reassign E104 > 2
        reassign E104 > 2 preempt
        show 1
        "#,
        expect![[r#"
            09:06:00 reassign E104 > 2
              refused work-begun: E104 has begun to work on incident #1
                hint: send another unit, or take E104 expressly from its work
            reassign E104 > 2 preempt
              36 AssignmentEnded #1/1 E104 preempted for #2 status=AVL
              37 UnitDispatched #2/1 E104 type=ENGINE status=DSP
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 ONS: dispatched 09:00:00, on_scene 09:05:00, preempted for #2 09:06:00
        "#]],
    );
}

/// Found by simulation: the crew had gone out with its other vehicle meanwhile.
#[test]
fn an_end_is_not_undone_when_the_crew_is_out_with_another_unit() {
    check_after(
        "equip E105 shares B\nequip L110 shares B\nreceive FIRE",
        "
dispatch L110 1
09:01:00 by 9 cancel L110
09:01:05 by 8 dispatch E105 1
09:01:10 by 9 undo
09:01:20 by 8 cancel E105
09:01:25 by 9 undo
",
        expect![[r#"
            dispatch L110 1
              35 UnitDispatched #1/1 L110 type=LADDER status=DSP
            09:01:00 by 9 cancel L110
              36 AssignmentEnded #1/1 L110 cancelled status=AVL
            09:01:05 by 8 dispatch E105 1
              37 UnitDispatched #1/2 E105 type=ENGINE status=DSP
            09:01:10 by 9 undo
              refused changed-since: something has happened since to what would be undone
                hint: put it right by an act of its own: cancel, correct, reopen
            09:01:20 by 8 cancel E105
              38 AssignmentEnded #1/2 E105 cancelled status=AVL
            09:01:25 by 9 undo
              39 EndUndone #1/1 L110 undoes=36
        "#]],
    );
}
