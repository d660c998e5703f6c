//! Sending units, taking them back, moving and freeing them.

use expect_test::expect;

use crate::town::{check, check_after, check_bare};

#[test]
fn units_are_dispatched_all_or_none() {
    check(
        r#"
receive FIRE
dispatch E104 L110 1
dispatch E105 L110 1
dispatch E105 A201 E105 1
dispatch 1
show 1
show L110
show E105
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 L110 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
              34 UnitDispatched #1/2 L110 type=LADDER status=DSP
            dispatch E105 L110 1
              refused already-assigned: L110 is already on incident #1
                hint: leave it out, or change its status
            dispatch E105 A201 E105 1
              refused named-twice: E105 was named twice
                hint: name each unit once
            dispatch 1
              refused nothing-to-dispatch: no unit was named
                hint: name at least one unit
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:00:00
                /2 L110 DSP: dispatched 09:00:00
            show L110
              L110 agency=FIRE type=LADDER: DSP dispatched since 09:00:00 on #1
            show E105
              E105 agency=FIRE type=ENGINE: AVL available since 00:00:00
        "#]],
    );
}

#[test]
fn what_is_named_must_exist() {
    check(
        r#"
dispatch E104 1
receive FIRE
dispatch E999 1
dispatch E104 1
cancel E104 7
reassign E104 > 7
reassign E104 7 > 1
release E104 7 // forgotten
status E104 ENR 7
cancel E999
reassign E999 > 1
release E999 // forgotten
"#,
        expect![[r#"
            dispatch E104 1
              refused unknown-incident: there is no incident #1
                hint: check the number on the board or in the history
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E999 1
              refused unknown-unit: there is no unit E999
                hint: check the call sign in the list of units
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            cancel E104 7
              refused unknown-incident: there is no incident #7
                hint: check the number on the board or in the history
            reassign E104 > 7
              refused unknown-incident: there is no incident #7
                hint: check the number on the board or in the history
            reassign E104 7 > 1
              refused unknown-incident: there is no incident #7
                hint: check the number on the board or in the history
            release E104 7 // forgotten
              refused unknown-incident: there is no incident #7
                hint: check the number on the board or in the history
            status E104 ENR 7
              refused unknown-incident: there is no incident #7
                hint: check the number on the board or in the history
            cancel E999
              refused unknown-unit: there is no unit E999
                hint: check the call sign in the list of units
            reassign E999 > 1
              refused unknown-unit: there is no unit E999
                hint: check the call sign in the list of units
            release E999 // forgotten
              refused unknown-unit: there is no unit E999
                hint: check the call sign in the list of units
        "#]],
    );
}

#[test]
fn a_unit_is_on_one_incident_unless_expressly_sent_to_more() {
    check(
        r#"
receive FIRE
receive MED
dispatch E104 1
dispatch E104 2
dispatch E104 2 although-committed
dispatch L110 E105 2 although-committed
show E104
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            receive MED
              33 IncidentReceived #2 type=MED priority=2
            dispatch E104 1
              34 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            dispatch E104 2
              refused unit-committed: E104 is on incident #1
                hint: reassign E104 from #1, wait until it is available, or dispatch it expressly although it is committed
            dispatch E104 2 although-committed
              35 UnitDispatched #2/1 E104 type=ENGINE status=DSP concurrent
            dispatch L110 E105 2 although-committed
              36 UnitDispatched #2/2 L110 type=LADDER status=DSP
              37 UnitDispatched #2/3 E105 type=ENGINE status=DSP
            show E104
              E104 agency=FIRE type=ENGINE: DSP dispatched since 09:00:00 on #2
        "#]],
    );
}

#[test]
fn a_unit_out_of_service_is_not_dispatched() {
    check(
        r#"
receive FIRE
out E104
dispatch E104 1
in E104
dispatch E104 1
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            out E104
              33 UnitTakenOutOfService E104 status=OOS
            dispatch E104 1
              refused unit-out-of-service: E104 is out of service
                hint: put E104 in service first
            in E104
              34 UnitPutInService E104 status=AVL
            dispatch E104 1
              35 UnitDispatched #1/1 E104 type=ENGINE status=DSP
        "#]],
    );
}

#[test]
fn a_center_needs_statuses_to_dispatch() {
    check_bare(
        r#"
define agency FIRE "Fire department"
define unit-type ENGINE "Engine"
define status AVL "Available" available
define unit E104 FIRE ENGINE
receive
dispatch E104 1
out E104
"#,
        expect![[r#"
            define agency FIRE "Fire department"
              0 AgencyDefined FIRE "Fire department"
            define unit-type ENGINE "Engine"
              1 UnitTypeDefined ENGINE "Engine"
            define status AVL "Available" available
              2 UnitStatusDefined AVL "Available" available
            define unit E104 FIRE ENGINE
              3 UnitDefined u1 E104 agency=FIRE type=ENGINE status=AVL
            receive
              4 IncidentReceived #1
            dispatch E104 1
              refused no-status-for-meaning: the center has no unit status that means 'dispatched'
                hint: define a unit status that means 'dispatched'
            out E104
              refused no-status-for-meaning: the center has no unit status that means 'out of service'
                hint: define a unit status that means 'out of service'
        "#]],
    );
}

#[test]
fn a_dispatch_is_cancelled_until_arrival() {
    check(
        r#"
receive FIRE
dispatch E104 L110 E105 1
09:01:00 status L110 ENR
09:02:00 status E105 ONS
09:03:00 cancel E104
cancel L110 // not needed
cancel E105
cancel E104
cancel E104 1
show 1
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 L110 E105 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
              34 UnitDispatched #1/2 L110 type=LADDER status=DSP
              35 UnitDispatched #1/3 E105 type=ENGINE status=DSP
            09:01:00 status L110 ENR
              36 AssignmentProgressed #1/2 L110 status=ENR en_route
            09:02:00 status E105 ONS
              37 AssignmentProgressed #1/3 E105 status=ONS on_scene
            09:03:00 cancel E104
              38 AssignmentEnded #1/1 E104 cancelled status=AVL
            cancel L110 // not needed
              39 AssignmentEnded #1/2 L110 cancelled status=AVL reason=‹not needed›
            cancel E105
              refused has-arrived: E105 has arrived at incident #1, its dispatch cannot be cancelled any more
                hint: make E105 available instead
            cancel E104
              refused not-committed: E104 is not on any incident
                hint: dispatch E104 to an incident first
            cancel E104 1
              refused not-assigned: E104 is not on incident #1
                hint: check the incident's units
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:00:00, cancelled 09:03:00
                /2 L110 ENR: dispatched 09:00:00, en_route 09:01:00, cancelled 09:03:00 reason=‹not needed›
                /3 E105 ONS: dispatched 09:00:00, on_scene 09:02:00
        "#]],
    );
}

#[test]
fn with_two_incidents_one_must_be_named() {
    check(
        r#"
receive FIRE
receive MED
receive ODOUR
dispatch A201 1
dispatch A201 2 although-committed
cancel A201
release A201 // forgotten
status A201 ENR
reassign A201 > 3
cancel A201 3
release A201 3 // forgotten
status A201 ENR 3
reassign A201 3 > 1
reassign A201 1 > 2
cancel A201 2
show A201
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            receive MED
              33 IncidentReceived #2 type=MED priority=2
            receive ODOUR
              34 IncidentReceived #3 type=ODOUR
            dispatch A201 1
              35 UnitDispatched #1/1 A201 type=AMB status=DSP
            dispatch A201 2 although-committed
              36 UnitDispatched #2/1 A201 type=AMB status=DSP concurrent
            cancel A201
              refused which-incident: A201 is on more than one incident: #1, #2
                hint: say which incident is meant
            release A201 // forgotten
              refused which-incident: A201 is on more than one incident: #1, #2
                hint: say which incident is meant
            status A201 ENR
              refused which-incident: A201 is on more than one incident: #1, #2
                hint: say which incident is meant
            reassign A201 > 3
              refused which-incident: A201 is on more than one incident: #1, #2
                hint: say which incident is meant
            cancel A201 3
              refused not-assigned: A201 is not on incident #3
                hint: check the incident's units
            release A201 3 // forgotten
              refused not-assigned: A201 is not on incident #3
                hint: check the incident's units
            status A201 ENR 3
              refused not-assigned: A201 is not on incident #3
                hint: check the incident's units
            reassign A201 3 > 1
              refused not-assigned: A201 is not on incident #3
                hint: check the incident's units
            reassign A201 1 > 2
              refused already-assigned: A201 is already on incident #2
                hint: leave it out, or change its status
            cancel A201 2
              37 AssignmentEnded #2/1 A201 cancelled status=AVL
            show A201
              A201 agency=EMS type=AMB: DSP dispatched since 09:00:00 on #1
        "#]],
    );
}

#[test]
fn what_happens_on_one_incident_leaves_the_other_alone() {
    check(
        r#"
receive FIRE
receive MED
09:01:00 dispatch A201 1
09:02:00 status A201 ONS
09:10:00 dispatch A201 2 although-committed
09:12:00 status A201 ENR 2
09:15:00 status A201 AVL 1
show 1
show 2
show A201
09:20:00 status A201 AVL
show A201
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            receive MED
              33 IncidentReceived #2 type=MED priority=2
            09:01:00 dispatch A201 1
              34 UnitDispatched #1/1 A201 type=AMB status=DSP
            09:02:00 status A201 ONS
              35 AssignmentProgressed #1/1 A201 status=ONS on_scene
            09:10:00 dispatch A201 2 although-committed
              36 UnitDispatched #2/1 A201 type=AMB status=DSP concurrent
            09:12:00 status A201 ENR 2
              37 AssignmentProgressed #2/1 A201 status=ENR en_route
            09:15:00 status A201 AVL 1
              38 AssignmentEnded #1/1 A201 cleared status=AVL
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 A201 ONS: dispatched 09:01:00, on_scene 09:02:00, cleared 09:15:00
            show 2
              #2 received 09:00:00 type=MED priority=2
                /1 A201 ENR: dispatched 09:10:00, en_route 09:12:00 concurrent
            show A201
              A201 agency=EMS type=AMB: ENR en_route since 09:12:00 on #2
            09:20:00 status A201 AVL
              39 AssignmentEnded #2/1 A201 cleared status=AVL
            show A201
              A201 agency=EMS type=AMB: AVL available since 09:20:00
        "#]],
    );
}

#[test]
fn a_reassigned_unit_gets_times_of_its_own() {
    check(
        r#"
receive FIRE
receive MED
09:01:00 dispatch E104 1
09:02:00 status E104 ENR
09:05:00 reassign E104 > 2
09:09:00 status E104 ONS
show 1
show 2
show E104
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            receive MED
              33 IncidentReceived #2 type=MED priority=2
            09:01:00 dispatch E104 1
              34 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            09:02:00 status E104 ENR
              35 AssignmentProgressed #1/1 E104 status=ENR en_route
            09:05:00 reassign E104 > 2
              36 AssignmentEnded #1/1 E104 reassigned to #2 status=AVL
              37 UnitDispatched #2/1 E104 type=ENGINE status=DSP
            09:09:00 status E104 ONS
              38 AssignmentProgressed #2/1 E104 status=ONS on_scene
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 ENR: dispatched 09:01:00, en_route 09:02:00, reassigned to #2 09:05:00
            show 2
              #2 received 09:00:00 type=MED priority=2
                /1 E104 ONS: dispatched 09:05:00, on_scene 09:09:00
            show E104
              E104 agency=FIRE type=ENGINE: ONS on_scene since 09:09:00 on #2
        "#]],
    );
}

#[test]
fn a_unit_is_reassigned_to_another_open_incident() {
    check(
        r#"
receive FIRE
receive MED
reassign E104 > 1
dispatch E104 1
reassign E104 > 1
close 2 DONE
reassign E104 > 2
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            receive MED
              33 IncidentReceived #2 type=MED priority=2
            reassign E104 > 1
              refused not-committed: E104 is not on any incident
                hint: dispatch E104 to an incident first
            dispatch E104 1
              34 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            reassign E104 > 1
              refused already-assigned: E104 is already on incident #1
                hint: leave it out, or change its status
            close 2 DONE
              35 IncidentClosed #2 disposition=DONE
            reassign E104 > 2
              refused incident-closed: incident #2 is closed
                hint: reopen it first, with a reason
        "#]],
    );
}

#[test]
fn one_of_two_assignments_is_reassigned() {
    check(
        r#"
receive FIRE
receive MED
receive ODOUR
dispatch A201 1
dispatch A201 2 although-committed
reassign A201 1 > 3
status A201 AVL 2
dispatch A201 1
show A201
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            receive MED
              33 IncidentReceived #2 type=MED priority=2
            receive ODOUR
              34 IncidentReceived #3 type=ODOUR
            dispatch A201 1
              35 UnitDispatched #1/1 A201 type=AMB status=DSP
            dispatch A201 2 although-committed
              36 UnitDispatched #2/1 A201 type=AMB status=DSP concurrent
            reassign A201 1 > 3
              37 AssignmentEnded #1/1 A201 reassigned to #3 status=AVL
              38 UnitDispatched #3/1 A201 type=AMB status=DSP concurrent
            status A201 AVL 2
              39 AssignmentEnded #2/1 A201 cleared status=AVL
            dispatch A201 1
              refused unit-committed: A201 is on incident #3
                hint: reassign A201 from #3, wait until it is available, or dispatch it expressly although it is committed
            show A201
              A201 agency=EMS type=AMB: DSP dispatched since 09:00:00 on #3
        "#]],
    );
}

#[test]
fn a_released_unit_gets_no_made_up_end() {
    check(
        r#"
receive FIRE
release E104 // nothing to release
dispatch E104 1
10:00:00 release E104 // nobody recorded the end
show 1
show E104
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            release E104 // nothing to release
              refused not-committed: E104 is not on any incident
                hint: dispatch E104 to an incident first
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            10:00:00 release E104 // nobody recorded the end
              34 AssignmentEnded #1/1 E104 released status=AVL reason=‹nobody recorded the end›
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:00:00, released ? reason=‹nobody recorded the end›
            show E104
              E104 agency=FIRE type=ENGINE: AVL available since 10:00:00
        "#]],
    );
}

#[test]
fn a_unit_comes_back_as_a_new_assignment() {
    check(
        r#"
receive FIRE
dispatch E104 1
09:05:00 cancel E104
09:30:00 dispatch E104 1
09:31:00 status E104 ENR
show 1
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            09:05:00 cancel E104
              34 AssignmentEnded #1/1 E104 cancelled status=AVL
            09:30:00 dispatch E104 1
              35 UnitDispatched #1/2 E104 type=ENGINE status=DSP
            09:31:00 status E104 ENR
              36 AssignmentProgressed #1/2 E104 status=ENR en_route
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:00:00, cancelled 09:05:00
                /2 E104 ENR: dispatched 09:30:00, en_route 09:31:00
        "#]],
    );
}

#[test]
fn a_time_before_the_one_ahead_of_it_is_marked() {
    check(
        r#"
receive FIRE
09:10:00 dispatch E104 L110 E105 1
09:05:00 status E104 ENR
09:06:00 cancel L110
09:07:00 release E105 // forgotten
show 1
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            09:10:00 dispatch E104 L110 E105 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
              34 UnitDispatched #1/2 L110 type=LADDER status=DSP
              35 UnitDispatched #1/3 E105 type=ENGINE status=DSP
            09:05:00 status E104 ENR
              36 AssignmentProgressed #1/1 E104 status=ENR en_route out-of-order
            09:06:00 cancel L110
              37 AssignmentEnded #1/2 L110 cancelled status=AVL out-of-order
            09:07:00 release E105 // forgotten
              38 AssignmentEnded #1/3 E105 released status=AVL reason=‹forgotten›
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 ENR: dispatched 09:10:00, en_route 09:05:00 out-of-order
                /2 L110 DSP: dispatched 09:10:00, cancelled 09:06:00 out-of-order
                /3 E105 DSP: dispatched 09:10:00, released ? reason=‹forgotten›
        "#]],
    );
}

#[test]
fn the_list_of_assignments_is_bounded() {
    let again = "dispatch E104 1\ncancel E104\n".repeat(2_000);
    check_after(
        &format!("receive\nreceive\n{again}"),
        r#"
dispatch E104 1
dispatch E104 2
reassign E104 > 1
"#,
        expect![[r#"
            dispatch E104 1
              refused full: the list of assignments is full: at most 2000
                hint: open a new incident and link the two
            dispatch E104 2
              4034 UnitDispatched #2/1 E104 type=ENGINE status=DSP
            reassign E104 > 1
              refused full: the list of assignments is full: at most 2000
                hint: open a new incident and link the two
        "#]],
    );
}
