//! Units in and out of service.

use expect_test::expect;

use crate::town::check;

#[test]
fn a_unit_is_taken_out_of_service_with_a_reason() {
    check(
        r#"
09:01:00 out E104 // flat tyre
show E104
09:02:00 out E104
09:03:00 out E104 // flat tyre
09:04:00 out E104 // flat tyre, back at noon
show E104
09:05:00 out E104 MEC
show E104
09:10:00 in E104
show E104
in E104
"#,
        expect![[r#"
            09:01:00 out E104 // flat tyre
              32 UnitTakenOutOfService E104 status=OOS reason=‹flat tyre›
            show E104
              E104 agency=FIRE type=ENGINE: OOS out_of_service since 09:01:00 reason=‹flat tyre›
            09:02:00 out E104
              refused same-status: E104 has the status OOS already
                hint: nothing to do
            09:03:00 out E104 // flat tyre
              refused same-status: E104 has the status OOS already
                hint: nothing to do
            09:04:00 out E104 // flat tyre, back at noon
              33 UnitTakenOutOfService E104 status=OOS reason=‹flat tyre, back at noon›
            show E104
              E104 agency=FIRE type=ENGINE: OOS out_of_service since 09:01:00 reason=‹flat tyre, back at noon›
            09:05:00 out E104 MEC
              34 UnitTakenOutOfService E104 status=MEC
            show E104
              E104 agency=FIRE type=ENGINE: MEC out_of_service since 09:05:00
            09:10:00 in E104
              35 UnitPutInService E104 status=AVL
            show E104
              E104 agency=FIRE type=ENGINE: AVL available since 09:10:00
            in E104
              refused unit-in-service: E104 is in service already
                hint: nothing to do
        "#]],
    );
}

#[test]
fn out_of_service_is_what_the_status_must_mean() {
    check(
        r#"
out E104 AVL
out E104 FLY
out E999
in E999
"#,
        expect![[r#"
            out E104 AVL
              refused wrong-meaning: the status AVL means 'available', not 'out of service'
                hint: use a status that means 'out of service'
            out E104 FLY
              refused unknown-code: there is no unit status FLY
                hint: use one of: ACK, AVL, AVP, DSP, ENR, HOS, MEC, ONS, OOS, PAT, PGD, TRN
            out E999
              refused unknown-unit: there is no unit E999
                hint: check the call sign in the list of units
            in E999
              refused unknown-unit: there is no unit E999
                hint: check the call sign in the list of units
        "#]],
    );
}

#[test]
fn a_unit_on_an_incident_stays_in_service() {
    check(
        r#"
receive FIRE
dispatch E104 1
out E104 // flat tyre
cancel E104
out E104 // flat tyre
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            out E104 // flat tyre
              refused still-on-incident: E104 is on incident #1 and cannot go out of service
                hint: make it available, cancel or reassign it first
            cancel E104
              34 AssignmentEnded #1/1 E104 cancelled status=AVL
            out E104 // flat tyre
              35 UnitTakenOutOfService E104 status=OOS reason=‹flat tyre›
        "#]],
    );
}

#[test]
fn a_unit_that_comes_back_is_free() {
    check(
        r#"
out E104
status E104 AVP
show E104
"#,
        expect![[r#"
            out E104
              32 UnitTakenOutOfService E104 status=OOS
            status E104 AVP
              33 UnitPutInService E104 status=AVP
            show E104
              E104 agency=FIRE type=ENGINE: AVP available since 09:00:00
        "#]],
    );
}
