//! A unit's status, on an incident and between incidents.

use expect_test::expect;

use crate::town::check;

#[test]
fn a_unit_goes_from_call_to_hospital_and_is_free() {
    check(
        r#"
receive MED
09:01:00 dispatch A201 1
09:01:20 status A201 ACK
09:02:00 status A201 ENR
09:10:00 status A201 ONS
09:11:00 status A201 PAT
09:25:00 status A201 TRN 1
09:40:00 status A201 HOS
10:00:00 status A201 AVP
show 1
show A201
"#,
        expect![[r#"
            receive MED
              32 IncidentReceived #1 type=MED priority=2
            09:01:00 dispatch A201 1
              33 UnitDispatched #1/1 A201 type=AMB status=DSP
            09:01:20 status A201 ACK
              34 AssignmentProgressed #1/1 A201 status=ACK acknowledged
            09:02:00 status A201 ENR
              35 AssignmentProgressed #1/1 A201 status=ENR en_route
            09:10:00 status A201 ONS
              36 AssignmentProgressed #1/1 A201 status=ONS on_scene
            09:11:00 status A201 PAT
              37 AssignmentProgressed #1/1 A201 status=PAT on_scene
            09:25:00 status A201 TRN 1
              38 AssignmentProgressed #1/1 A201 status=TRN transporting
            09:40:00 status A201 HOS
              39 AssignmentProgressed #1/1 A201 status=HOS at_hospital
            10:00:00 status A201 AVP
              40 AssignmentEnded #1/1 A201 cleared status=AVP
            show 1
              #1 received 09:00:00 type=MED priority=2
                /1 A201 HOS: dispatched 09:01:00, acknowledged 09:01:20, en_route 09:02:00, on_scene 09:10:00, transporting 09:25:00, at_hospital 09:40:00, cleared 10:00:00
            show A201
              A201 agency=EMS type=AMB: AVP available since 10:00:00
        "#]],
    );
}

#[test]
fn statuses_may_be_left_out() {
    check(
        r#"
receive MED
dispatch A201 A202 1
09:05:00 status A201 ONS
09:06:00 status A202 AVL
show 1
"#,
        expect![[r#"
            receive MED
              32 IncidentReceived #1 type=MED priority=2
            dispatch A201 A202 1
              33 UnitDispatched #1/1 A201 type=AMB status=DSP
              34 UnitDispatched #1/2 A202 type=AMB status=DSP
            09:05:00 status A201 ONS
              35 AssignmentProgressed #1/1 A201 status=ONS on_scene
            09:06:00 status A202 AVL
              36 AssignmentEnded #1/2 A202 cleared status=AVL
            show 1
              #1 received 09:00:00 type=MED priority=2
                /1 A201 ONS: dispatched 09:00:00, on_scene 09:05:00
                /2 A202 DSP: dispatched 09:00:00, cleared 09:06:00
        "#]],
    );
}

#[test]
fn a_second_patient_is_no_step_back() {
    check(
        r#"
receive MED
dispatch A201 1
09:10:00 status A201 TRN
09:20:00 status A201 HOS
09:30:00 status A201 TRN
09:40:00 status A201 HOS
09:41:00 status A201 ONS
show 1
"#,
        expect![[r#"
            receive MED
              32 IncidentReceived #1 type=MED priority=2
            dispatch A201 1
              33 UnitDispatched #1/1 A201 type=AMB status=DSP
            09:10:00 status A201 TRN
              34 AssignmentProgressed #1/1 A201 status=TRN transporting
            09:20:00 status A201 HOS
              35 AssignmentProgressed #1/1 A201 status=HOS at_hospital
            09:30:00 status A201 TRN
              36 AssignmentProgressed #1/1 A201 status=TRN transporting
            09:40:00 status A201 HOS
              37 AssignmentProgressed #1/1 A201 status=HOS at_hospital
            09:41:00 status A201 ONS
              refused backward: A201 is at hospital on incident #1, on scene comes before that
                hint: send it as a correction if the later status was set by mistake
            show 1
              #1 received 09:00:00 type=MED priority=2
                /1 A201 HOS: dispatched 09:00:00, transporting 09:10:00, at_hospital 09:20:00
        "#]],
    );
}

#[test]
fn a_step_back_is_a_correction() {
    check(
        r#"
receive FIRE
dispatch E104 1
09:02:00 status E104 ENR
09:03:00 status E104 ONS
09:03:10 status E104 ENR
09:03:20 status E104 ENR correction
show 1
09:08:00 status E104 ONS
show 1
09:09:00 status E104 DSP
status E104 DSP correction
show 1
cancel E104
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            09:02:00 status E104 ENR
              34 AssignmentProgressed #1/1 E104 status=ENR en_route
            09:03:00 status E104 ONS
              35 AssignmentProgressed #1/1 E104 status=ONS on_scene
            09:03:10 status E104 ENR
              refused backward: E104 is on scene on incident #1, en route comes before that
                hint: send it as a correction if the later status was set by mistake
            09:03:20 status E104 ENR correction
              36 AssignmentProgressed #1/1 E104 status=ENR en_route correction
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 ENR: dispatched 09:00:00, en_route 09:02:00
            09:08:00 status E104 ONS
              37 AssignmentProgressed #1/1 E104 status=ONS on_scene
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 ONS: dispatched 09:00:00, en_route 09:02:00, on_scene 09:08:00
            09:09:00 status E104 DSP
              refused backward: E104 is on scene on incident #1, dispatched comes before that
                hint: send it as a correction if the later status was set by mistake
            status E104 DSP correction
              38 AssignmentProgressed #1/1 E104 status=DSP dispatched correction
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:00:00
            cancel E104
              39 AssignmentEnded #1/1 E104 cancelled status=AVL
        "#]],
    );
}

#[test]
fn a_correction_forward_is_a_plain_step() {
    check(
        r#"
receive FIRE
dispatch E104 1
09:02:00 status E104 ENR correction
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            09:02:00 status E104 ENR correction
              34 AssignmentProgressed #1/1 E104 status=ENR en_route
        "#]],
    );
}

#[test]
fn what_is_taken_back_does_not_speak_against_the_times_that_stay() {
    check(
        r#"
receive FIRE
dispatch E104 1
09:05:00 status E104 ENR
09:04:00 status E104 ONS
show 1
09:05:30 status E104 ENR correction
09:09:00 status E104 ONS
show 1
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            09:05:00 status E104 ENR
              34 AssignmentProgressed #1/1 E104 status=ENR en_route
            09:04:00 status E104 ONS
              35 AssignmentProgressed #1/1 E104 status=ONS on_scene out-of-order
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 ONS: dispatched 09:00:00, en_route 09:05:00, on_scene 09:04:00 out-of-order
            09:05:30 status E104 ENR correction
              36 AssignmentProgressed #1/1 E104 status=ENR en_route correction
            09:09:00 status E104 ONS
              37 AssignmentProgressed #1/1 E104 status=ONS on_scene
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 ONS: dispatched 09:00:00, en_route 09:05:00, on_scene 09:09:00
        "#]],
    );
}

#[test]
fn dispatched_comes_from_a_dispatch() {
    check(
        r#"
receive FIRE
status E104 DSP
status E104 DSP correction
dispatch E104 1
status E104 DSP
status E104 PGD
09:02:00 status E104 ACK
status E104 DSP
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            status E104 DSP
              refused dispatch-needs-incident: the status DSP means 'dispatched', which needs an incident
                hint: dispatch the unit to an incident
            status E104 DSP correction
              refused dispatch-needs-incident: the status DSP means 'dispatched', which needs an incident
                hint: dispatch the unit to an incident
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            status E104 DSP
              refused same-status: E104 has the status DSP already
                hint: nothing to do
            status E104 PGD
              34 AssignmentProgressed #1/1 E104 status=PGD dispatched
            09:02:00 status E104 ACK
              35 AssignmentProgressed #1/1 E104 status=ACK acknowledged
            status E104 DSP
              refused backward: E104 is acknowledged on incident #1, dispatched comes before that
                hint: send it as a correction if the later status was set by mistake
        "#]],
    );
}

#[test]
fn a_status_on_the_way_needs_an_incident() {
    check(
        r#"
receive FIRE
status E104 ENR
status E104 ENR 1
status E104 AVL 1
status E104 OOS 1
close 1 DONE
status E104 ENR 1
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            status E104 ENR
              refused not-committed: E104 is not on any incident
                hint: dispatch E104 to an incident first
            status E104 ENR 1
              refused not-assigned: E104 is not on incident #1
                hint: check the incident's units
            status E104 AVL 1
              refused not-assigned: E104 is not on incident #1
                hint: check the incident's units
            status E104 OOS 1
              refused not-assigned: E104 is not on incident #1
                hint: check the incident's units
            close 1 DONE
              33 IncidentClosed #1 disposition=DONE
            status E104 ENR 1
              refused not-assigned: E104 is not on incident #1
                hint: check the incident's units
        "#]],
    );
}

#[test]
fn the_same_status_again_is_refused() {
    check(
        r#"
receive FIRE
dispatch E104 1
status E104 ENR
status E104 ENR
status E105 AVL
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            status E104 ENR
              34 AssignmentProgressed #1/1 E104 status=ENR en_route
            status E104 ENR
              refused same-status: E104 has the status ENR already
                hint: nothing to do
            status E105 AVL
              refused same-status: E105 has the status AVL already
                hint: nothing to do
        "#]],
    );
}

#[test]
fn a_status_must_be_known() {
    check(
        r#"
status E104 FLY
status E999 AVL
"#,
        expect![[r#"
            status E104 FLY
              refused unknown-code: there is no unit status FLY
                hint: use one of: ACK, AVL, AVP, DSP, ENR, HOS, MEC, ONS, OOS, PAT, PGD, TRN
            status E999 AVL
              refused unknown-unit: there is no unit E999
                hint: check the call sign in the list of units
        "#]],
    );
}

#[test]
fn a_unit_on_no_incident_goes_in_and_out_of_service_by_status() {
    check(
        r#"
09:01:00 status E104 AVP
09:02:00 status E104 OOS
09:03:00 status E104 OOS
09:04:00 status E104 MEC
09:05:00 status E104 AVL
show E104
"#,
        expect![[r#"
            09:01:00 status E104 AVP
              32 UnitStatusSet E104 status=AVP
            09:02:00 status E104 OOS
              33 UnitTakenOutOfService E104 status=OOS
            09:03:00 status E104 OOS
              refused same-status: E104 has the status OOS already
                hint: nothing to do
            09:04:00 status E104 MEC
              34 UnitTakenOutOfService E104 status=MEC
            09:05:00 status E104 AVL
              35 UnitPutInService E104 status=AVL
            show E104
              E104 agency=FIRE type=ENGINE: AVL available since 09:05:00
        "#]],
    );
}

#[test]
fn a_unit_at_work_does_not_go_out_of_service() {
    check(
        r#"
receive FIRE
dispatch E104 1
status E104 OOS
status E104 OOS 1
status E104 OOS 2
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            status E104 OOS
              refused still-on-incident: E104 is on incident #1 and cannot go out of service
                hint: make it available, cancel or reassign it first
            status E104 OOS 1
              refused still-on-incident: E104 is on incident #1 and cannot go out of service
                hint: make it available, cancel or reassign it first
            status E104 OOS 2
              refused unknown-incident: there is no incident #2
                hint: check the number on the board or in the history
        "#]],
    );
}

#[test]
fn a_second_transport_does_not_stand_in_for_the_first() {
    check(
        r#"
receive MED
dispatch A201 1
09:20:00 status A201 HOS
09:30:00 status A201 TRN
09:40:00 status A201 HOS
show 1
"#,
        expect![[r#"
            receive MED
              32 IncidentReceived #1 type=MED priority=2
            dispatch A201 1
              33 UnitDispatched #1/1 A201 type=AMB status=DSP
            09:20:00 status A201 HOS
              34 AssignmentProgressed #1/1 A201 status=HOS at_hospital
            09:30:00 status A201 TRN
              35 AssignmentProgressed #1/1 A201 status=TRN transporting
            09:40:00 status A201 HOS
              36 AssignmentProgressed #1/1 A201 status=HOS at_hospital
            show 1
              #1 received 09:00:00 type=MED priority=2
                /1 A201 HOS: dispatched 09:00:00, at_hospital 09:20:00
        "#]],
    );
}
