//! Clocks, alarms, welfare checks, emergencies.

use expect_test::expect;

use crate::town::{check, check_after};

#[test]
fn a_clock_is_defined_changed_and_removed() {
    check(
        r#"
        define clock TURNOUT "Turnout" dispatched en_route unit-type ENGINE warn 60 alarm 80 escalate 60 do "Call the station" target 90 80 by "NFPA 1710" 2020
        define clock TURNOUT "Turnout" dispatched en_route unit-type ENGINE warn 60 alarm 80 escalate 60 do "Call the station" target 90 80 by "NFPA 1710" 2020
        define clock TURNOUT "Turnout" dispatched en_route alarm 90
        define clock BAD "Bad" on_scene dispatched alarm 90
        define clock BAD "Bad" received on_scene alarm 90
        define clock BAD "Bad" received first_on_scene priority 9
        define clock BAD "Bad" received first_on_scene target 101 90
        define clock BAD "Bad" received first_on_scene warn 90 alarm 60
        define clock SAME "Same" received first_on_scene warn 90 alarm 90
        remove-clock TURNOUT
        remove-clock TURNOUT
        "#,
        expect![[r#"
            define clock TURNOUT "Turnout" dispatched en_route unit-type ENGINE warn 60 alarm 80 escalate 60 do "Call the station" target 90 80 by "NFPA 1710" 2020
              32 ClockDefined TURNOUT "Turnout" dispatched to en_route unit-type ENGINE warn 60 alarm 80 escalate 60 do="Call the station" target 90 % in 80 standard="NFPA 1710" edition=2020
            define clock TURNOUT "Turnout" dispatched en_route unit-type ENGINE warn 60 alarm 80 escalate 60 do "Call the station" target 90 80 by "NFPA 1710" 2020
              nothing to do
            define clock TURNOUT "Turnout" dispatched en_route alarm 90
              33 ClockDefined TURNOUT "Turnout" dispatched to en_route alarm 90
            define clock BAD "Bad" on_scene dispatched alarm 90
              refused clock-order: a clock cannot stop before it starts, nor with a moment of another kind
                hint: take two moments of the incident, or two of a unit's work, the earlier first
            define clock BAD "Bad" received on_scene alarm 90
              refused clock-order: a clock cannot stop before it starts, nor with a moment of another kind
                hint: take two moments of the incident, or two of a unit's work, the earlier first
            define clock BAD "Bad" received first_on_scene priority 9
              refused unknown-code: there is no priority 9
                hint: use one of: 1, 2, 3
            define clock BAD "Bad" received first_on_scene target 101 90
              refused not-a-share: 101 percent is no share
                hint: use 1 to 100
            define clock BAD "Bad" received first_on_scene warn 90 alarm 60
              refused alarm-before-warning: it raises an alarm after 60 s, before it stands out after 90 s
                hint: let it stand out first: give the alarm as many seconds or more
            define clock SAME "Same" received first_on_scene warn 90 alarm 90
              34 ClockDefined SAME "Same" received to first_on_scene warn 90 alarm 90
            remove-clock TURNOUT
              35 ClockRemoved TURNOUT
            remove-clock TURNOUT
              refused unknown-code: there is no clock TURNOUT
                hint: use one of: SAME
        "#]],
    );
}

#[test]
fn clocks_and_rules_are_bounded() {
    let mut script = String::new();
    for no in 0..64 {
        script += &format!("define clock C{no} Clock received closed\n");
        script += &format!("define welfare R{no} Rule every 600\n");
    }
    check_after(
        &script,
        "define clock C64 Clock received closed\ndefine welfare R64 Rule every 600",
        expect![[r#"
            define clock C64 Clock received closed
              refused full: the list of clocks is full: at most 64
                hint: open a new incident and link the two
            define welfare R64 Rule every 600
              refused full: the list of welfare rules is full: at most 64
                hint: open a new incident and link the two
        "#]],
    );
}

#[test]
fn a_call_that_waits_longer_than_its_priority_allows_asks_for_a_unit() {
    check(
        r#"
        09:00:00 receive FIRE
        09:01:59 due
        09:02:00 due
        due
        show alarms
        09:02:10 acknowledge 33
        acknowledge 33
        acknowledge 35
        show alarms
        09:02:20 dispatch E104 1
        show alarms
        acknowledge 33
        "#,
        expect![[r#"
            09:00:00 receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            09:01:59 due
              nothing to do
            09:02:00 due
              33 AlarmRaised waiting #1 due=09:02:00
            due
              nothing to do
            show alarms
              alarm 33 waiting #1 since 09:02:00
            09:02:10 acknowledge 33
              34 AlarmAcknowledged alarm 33 #1
            acknowledge 33
              nothing to do
            acknowledge 35
              refused unknown-alarm: there is no alarm 35, or it is over
                hint: nothing to do
            show alarms
              alarm 33 waiting #1 since 09:02:00 acknowledged by a7
            09:02:20 dispatch E104 1
              35 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            show alarms
              no alarm
            acknowledge 33
              refused unknown-alarm: there is no alarm 33, or it is over
                hint: nothing to do
        "#]],
    );
}

#[test]
fn a_call_that_nobody_has_assessed_waits_no_longer_than_the_most_urgent_one() {
    check(
        r#"
        09:00:00 receive
        09:01:59 due
        09:02:00 due
        "#,
        expect![[r#"
            09:00:00 receive
              32 IncidentReceived #1
            09:01:59 due
              nothing to do
            09:02:00 due
              33 AlarmRaised waiting #1 due=09:02:00
        "#]],
    );
}

#[test]
fn a_clock_of_the_center_takes_the_place_of_the_prioritys_own() {
    check_after(
        r#"define clock WAIT "Call to dispatch" received first_dispatched priority 1 alarm 60 escalate 30"#,
        r#"
        09:00:00 receive FIRE
        09:01:00 due
        09:01:29 due
        09:01:30 due
        09:02:00 due
        show alarms
        remove-clock WAIT
        show alarms
        09:02:00 due
        "#,
        expect![[r#"
            09:00:00 receive FIRE
              33 IncidentReceived #1 type=FIRE priority=1
            09:01:00 due
              34 AlarmRaised clock WAIT #1 due=09:01:00
            09:01:29 due
              nothing to do
            09:01:30 due
              35 AlarmEscalated alarm 34 #1
            09:02:00 due
              nothing to do
            show alarms
              alarm 34 clock WAIT #1 since 09:01:00 escalated
            remove-clock WAIT
              36 ClockRemoved WAIT
            show alarms
              no alarm
            09:02:00 due
              37 AlarmRaised waiting #1 due=09:02:00
        "#]],
    );
}

#[test]
fn a_clock_runs_for_each_unit_apart_and_stops_when_the_unit_is_past_it() {
    check_after(
        r#"define clock TURNOUT "Turnout" dispatched en_route unit-type ENGINE alarm 80"#,
        r#"
        09:00:00 receive FIRE 2
        dispatch E104 L110 E105 1
        09:01:00 status E105 ONS
        09:01:20 due
        show alarms
        09:01:30 status E104 ENR
        show alarms
        "#,
        expect![[r#"
            09:00:00 receive FIRE 2
              33 IncidentReceived #1 type=FIRE priority=2
            dispatch E104 L110 E105 1
              34 UnitDispatched #1/1 E104 type=ENGINE status=DSP
              35 UnitDispatched #1/2 L110 type=LADDER status=DSP
              36 UnitDispatched #1/3 E105 type=ENGINE status=DSP
            09:01:00 status E105 ONS
              37 AssignmentProgressed #1/3 E105 status=ONS on_scene
            09:01:20 due
              38 AlarmRaised clock TURNOUT #1/1 E104 due=09:01:20
            show alarms
              alarm 38 clock TURNOUT #1/1 E104 since 09:01:20
            09:01:30 status E104 ENR
              39 AssignmentProgressed #1/1 E104 status=ENR en_route
            show alarms
              no alarm
        "#]],
    );
}

#[test]
fn crews_at_work_are_asked_and_two_answers_that_stay_out_call_help() {
    check_after(
        r#"
        define welfare PAR "Accountability" every 1200 answer 60 misses 2 type FIRE
        09:00:00 receive FIRE
        dispatch E104 L110 A201 1
        09:05:00 status E104 ONS
        status L110 ONS
        "#,
        r#"
        09:24:59 due
        09:25:00 due
        09:25:20 well E104 // four of four, second floor
        09:25:59 due
        09:26:00 due
        09:26:30 acknowledge 40
        09:27:00 due
        show alarms
        show L110
        09:27:30 due
        09:40:00 due
        end-emergency L110 // radio was off, all four well
        end-emergency L110 // radio was off, all four well
        09:45:20 due
        09:50:00 status L110 AVL
        09:59:59 due
        show alarms
        "#,
        expect![[r#"
            09:24:59 due
              nothing to do
            09:25:00 due
              39 WelfareAsked #1/1 E104 due
              40 WelfareAsked #1/2 L110 due
            09:25:20 well E104 // four of four, second floor
              41 WelfareAnswered #1/1 E104 reason=‹four of four, second floor›
            09:25:59 due
              nothing to do
            09:26:00 due
              42 WelfareMissed #1/2 L110 missed=1
            09:26:30 acknowledge 40
              43 AlarmAcknowledged alarm 40 #1/2 L110
            09:27:00 due
              44 WelfareMissed #1/2 L110 missed=2
              45 EmergencyDeclared L110 missed_checks on #1
            show alarms
              alarm 40 welfare #1/2 L110 since 09:27:00
              alarm 45 emergency missed_checks #1 L110 since 09:27:00
            show L110
              L110 agency=FIRE type=LADDER: ONS on_scene since 09:05:00 on #1 emergency missed_checks
            09:27:30 due
              46 AlarmEscalated alarm 45 #1 L110
            09:40:00 due
              nothing to do
            end-emergency L110 // radio was off, all four well
              47 EmergencyEnded L110 reason=‹radio was off, all four well›
              48 WelfareAnswered #1/2 L110
            end-emergency L110 // radio was off, all four well
              refused no-emergency: L110 has no emergency
                hint: nothing to do
            09:45:20 due
              49 WelfareAsked #1/1 E104 due
            09:50:00 status L110 AVL
              50 AssignmentEnded #1/2 L110 cleared status=AVL
            09:59:59 due
              51 WelfareMissed #1/1 E104 missed=1
            show alarms
              alarm 49 welfare #1/1 E104 since 09:59:59
        "#]],
    );
}

#[test]
fn a_round_of_answers_is_asked_for_by_hand() {
    check_after(
        r#"
        09:00:00 receive MED
        dispatch A201 A202 1
        "#,
        r#"
        par 1
        09:04:00 status A201 ONS
        par 1
        par 1 A202
        par 1 A203
        well A201
        well A203
        well A203 1
        well A201 2
        show alarms
        par 2
        well x9
        status A202 AVL
        well A201 1 // two of two
        status A201 AVL
        close 1 DONE
        par 1
        par 1 x9
        "#,
        expect![[r#"
            par 1
              refused nobody-to-ask: nobody is at incident #1 who could be asked
                hint: name a unit that is on its way, or wait until one arrives
            09:04:00 status A201 ONS
              35 AssignmentProgressed #1/1 A201 status=ONS on_scene
            par 1
              36 WelfareAsked #1/1 A201
            par 1 A202
              37 WelfareAsked #1/2 A202
            par 1 A203
              refused not-assigned: A203 is not on incident #1
                hint: check the incident's units
            well A201
              38 WelfareAnswered #1/1 A201
            well A203
              refused not-committed: A203 is not on any incident
                hint: dispatch A203 to an incident first
            well A203 1
              refused not-assigned: A203 is not on incident #1
                hint: check the incident's units
            well A201 2
              refused unknown-incident: there is no incident #2
                hint: check the number on the board or in the history
            show alarms
              alarm 37 welfare #1/2 A202 since 09:04:00
            par 2
              refused unknown-incident: there is no incident #2
                hint: check the number on the board or in the history
            well x9
              refused unknown-unit: there is no unit x9
                hint: check the call sign in the list of units
            status A202 AVL
              39 AssignmentEnded #1/2 A202 cleared status=AVL
            well A201 1 // two of two
              40 WelfareAnswered #1/1 A201 reason=‹two of two›
            status A201 AVL
              41 AssignmentEnded #1/1 A201 cleared status=AVL
            close 1 DONE
              42 IncidentClosed #1 disposition=DONE
            par 1
              refused incident-closed: incident #1 is closed
                hint: reopen it first, with a reason
            par 1 x9
              refused unknown-unit: there is no unit x9
                hint: check the call sign in the list of units
        "#]],
    );
}

#[test]
fn welfare_rules_are_held_against_what_is_defined() {
    check(
        r#"
        define welfare PAR "Accountability" every 1200
        define welfare PAR "Accountability" every 1200
        define welfare PAR "Accountability" every 1200 type NONE
        define welfare PAR "Accountability" every 1200 unit-type NONE
        define welfare PAR "Accountability" every 1200 answer 0
        "#,
        expect![[r#"
            define welfare PAR "Accountability" every 1200
              32 WelfareRuleDefined PAR "Accountability" every 1200 answer 60 misses 2
            define welfare PAR "Accountability" every 1200
              nothing to do
            define welfare PAR "Accountability" every 1200 type NONE
              refused unknown-code: there is no incident type NONE
                hint: use one of: FIRE, MED, ODOUR
            define welfare PAR "Accountability" every 1200 unit-type NONE
              refused unknown-code: there is no unit type NONE
                hint: use one of: AMB, ENGINE, LADDER
            define welfare PAR "Accountability" every 1200 answer 0
              refused no-time-to-answer: a crew needs time to answer
                hint: give at least one second, such as 60
        "#]],
    );
}

#[test]
fn a_crews_emergency_lasts_until_somebody_says_what_was_found() {
    check(
        r#"
        09:00:00 receive FIRE 2
        dispatch E104 1
        09:10:00 emergency E104 button
        emergency E104 mayday
        emergency A203 mayday
        emergency x9 mayday
        09:10:10 acknowledge 34
        09:10:30 due
        show alarms
        09:20:00 status E104 AVL
        close 1 DONE
        show alarms
        end-emergency E104 // pressed by mistake
        end-emergency A203 // helped by A202
        end-emergency x9 // nobody
        show alarms
        "#,
        expect![[r#"
            09:00:00 receive FIRE 2
              32 IncidentReceived #1 type=FIRE priority=2
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            09:10:00 emergency E104 button
              34 EmergencyDeclared E104 button on #1
            emergency E104 mayday
              nothing to do
            emergency A203 mayday
              35 EmergencyDeclared A203 mayday
            emergency x9 mayday
              refused unknown-unit: there is no unit x9
                hint: check the call sign in the list of units
            09:10:10 acknowledge 34
              36 AlarmAcknowledged alarm 34 #1 E104
            09:10:30 due
              37 AlarmEscalated alarm 35 A203
            show alarms
              alarm 34 emergency button #1 E104 since 09:10:00 acknowledged by a7
              alarm 35 emergency mayday A203 since 09:10:00 escalated
            09:20:00 status E104 AVL
              38 AssignmentEnded #1/1 E104 cleared status=AVL
            close 1 DONE
              39 IncidentClosed #1 disposition=DONE
            show alarms
              alarm 34 emergency button #1 E104 since 09:10:00 acknowledged by a7
              alarm 35 emergency mayday A203 since 09:10:00 escalated
            end-emergency E104 // pressed by mistake
              40 EmergencyEnded E104 reason=‹pressed by mistake›
            end-emergency A203 // helped by A202
              41 EmergencyEnded A203 reason=‹helped by A202›
            end-emergency x9 // nobody
              refused unknown-unit: there is no unit x9
                hint: check the call sign in the list of units
            show alarms
              no alarm
        "#]],
    );
}

#[test]
fn a_crew_on_two_incidents_is_asked_on_both() {
    check_after(
        r#"
        define welfare PAR "Accountability" every 600 misses 1
        09:00:00 receive FIRE
        receive FIRE
        dispatch E104 1
        dispatch E104 2 although-committed
        status E104 ONS 1
        status E104 ONS 2
        "#,
        r#"
        09:10:00 due
        well E104
        09:11:00 due
        end-emergency E104 // both floors called back
        "#,
        expect![[r#"
            09:10:00 due
              39 WelfareAsked #1/1 E104 due
              40 WelfareAsked #2/1 E104 due
            well E104
              refused which-incident: E104 is on more than one incident: #1, #2
                hint: say which incident is meant
            09:11:00 due
              41 WelfareMissed #1/1 E104 missed=1
              42 EmergencyDeclared E104 missed_checks on #1
              43 WelfareMissed #2/1 E104 missed=1
            end-emergency E104 // both floors called back
              44 EmergencyEnded E104 reason=‹both floors called back›
              45 WelfareAnswered #1/1 E104
              46 WelfareAnswered #2/1 E104
        "#]],
    );
}
