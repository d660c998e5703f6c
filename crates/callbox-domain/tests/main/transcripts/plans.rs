//! Areas, response plans, and which units they recommend.

use expect_test::expect;

use crate::town::check;

/// Two stations, three engines' worth of crews, and a plan for fires with two alarms.
const PLANS: &str = r#"
define station F4 "Station 4" FIRE (50.850,4.350)
define station F5 "Station 5" FIRE (50.860,4.350)
define unit E104 FIRE ENGINE F4
define unit E105 FIRE ENGINE F5
define unit L110 FIRE LADDER F4
define area NORTH "North" (50.84,4.34) (50.84,4.36) (50.87,4.36) (50.87,4.34) stations F5 F4
publish "FIRES,1,1,ENGINE|LADDER+120,,,,,FIRE" "FIRES,1,1,LADDER,,,,,FIRE" "FIRES,2,2,ENGINE|AMB+600,,,,,FIRE" "SICK,1,1,AMB,PARAMEDIC,,2,,MED"
"#;

fn check_planned(script: &str, expected: expect_test::Expect) {
    let mut run = crate::town::town();
    run.play(PLANS).unwrap();
    expected.assert_eq(&run.play(script).unwrap());
}

#[test]
fn an_alarm_is_met_once_until_the_incident_is_opened_again() {
    check_planned(
        r#"
receive FIRE @"212 Elm St" (50.851,4.351)
dispatch E104 1
dispatch L110 1
recommend 1
status E104 ONS
cancel L110
recommend 1
status E104 AVL
recommend 1
recommend 1 alarm 2
dispatch L110 1
status L110 ONS
status L110 AVL
close 1 DONE
reopen 1 // rekindled
recommend 1
"#,
        expect![[r#"
            receive FIRE @"212 Elm St" (50.851,4.351)
              39 IncidentReceived #1 type=FIRE priority=1 place=‹212 Elm St (50.851,4.351)›
            dispatch E104 1
              40 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            dispatch L110 1
              41 UnitDispatched #1/2 L110 type=LADDER status=DSP
            recommend 1
              plan FIRES, alarm 1 of 2
                E104 is there for ENGINE
                L110 is there for LADDER
            status E104 ONS
              42 AssignmentProgressed #1/1 E104 status=ONS on_scene
            cancel L110
              43 AssignmentEnded #1/2 L110 cancelled status=AVL
            recommend 1
              plan FIRES, alarm 1 of 2
                E104 is there for ENGINE
                L110 for LADDER in 81 s, taken to be in its station: no position, drive guessed from the straight line
            status E104 AVL
              44 AssignmentEnded #1/1 E104 cleared status=AVL
            recommend 1
              plan FIRES, alarm 1 of 2
                E104 was there for ENGINE
                L110 for LADDER in 81 s, taken to be in its station: no position, drive guessed from the straight line
            recommend 1 alarm 2
              plan FIRES, alarm 2 of 2
                E104 was there for ENGINE
                L110 for LADDER in 81 s, taken to be in its station: no position, drive guessed from the straight line
                E105 for ENGINE in 220 s, taken to be in its station: no position, drive guessed from the straight line
                A201 for ENGINE in ?, stands in for ENGINE, no driving time is known
            dispatch L110 1
              45 UnitDispatched #1/3 L110 type=LADDER status=DSP
            status L110 ONS
              46 AssignmentProgressed #1/3 L110 status=ONS on_scene
            status L110 AVL
              47 AssignmentEnded #1/3 L110 cleared status=AVL
            close 1 DONE
              48 IncidentClosed #1 disposition=DONE
            reopen 1 // rekindled
              49 IncidentReopened #1 ‹rekindled›
            recommend 1
              plan FIRES, alarm 1 of 2
                E104 for ENGINE in 81 s, taken to be in its station: no position, drive guessed from the straight line
                L110 for LADDER in 81 s, taken to be in its station: no position, drive guessed from the straight line
        "#]],
    );
}

#[test]
fn areas_are_drawn_or_made_of_others() {
    check(
        r#"
define station F4 "Station 4" FIRE (50.85,4.35)
define area NORTH "North" (50.84,4.34) (50.84,4.36) (50.87,4.35) stations F4
define area NORTH "North" (50.84,4.34) (50.84,4.36) (50.87,4.35) stations F4
define area ALL "All" of NORTH
define area MORE "More" of ALL
define area NORTH "North" of ALL
define area LINE "Line" (50.84,4.34) (50.84,4.36)
define area NONE "None"
define area X "X" of NOWHERE
define area X "X" of NORTH stations F9
define area NORTH "North" of NORTH
condition STORM on
condition STORM on
condition STORM off
"#,
        expect![[r#"
            define station F4 "Station 4" FIRE (50.85,4.35)
              32 StationDefined F4 "Station 4" agency=FIRE (50.85,4.35)
            define area NORTH "North" (50.84,4.34) (50.84,4.36) (50.87,4.35) stations F4
              33 AreaDefined NORTH "North" 3 corners stations=F4
            define area NORTH "North" (50.84,4.34) (50.84,4.36) (50.87,4.35) stations F4
              nothing to do
            define area ALL "All" of NORTH
              34 AreaDefined ALL "All" 0 corners of=NORTH
            define area MORE "More" of ALL
              refused area-of-areas: the area ALL is part of another one and has to have corners of its own
                hint: an area is made of areas with corners
            define area NORTH "North" of ALL
              refused area-of-areas: the area ALL is part of another one and has to have corners of its own
                hint: an area is made of areas with corners
            define area LINE "Line" (50.84,4.34) (50.84,4.36)
              refused too-few-corners: the area LINE has neither three corners nor members
                hint: give its corners in order, or the areas that it is made of
            define area NONE "None"
              refused too-few-corners: the area NONE has neither three corners nor members
                hint: give its corners in order, or the areas that it is made of
            define area X "X" of NOWHERE
              refused unknown-code: there is no area NOWHERE
                hint: use one of: ALL, NORTH
            define area X "X" of NORTH stations F9
              refused unknown-code: there is no station F9
                hint: use one of: F4
            define area NORTH "North" of NORTH
              refused area-of-areas: the area NORTH is part of another one and has to have corners of its own
                hint: an area is made of areas with corners
            condition STORM on
              35 ConditionSet STORM in force
            condition STORM on
              nothing to do
            condition STORM off
              36 ConditionSet STORM over
        "#]],
    );
}

#[test]
fn plans_are_published_together_and_hold_from_a_time_on() {
    check_planned(
        r#"
publish "FIRES,1,1,ENGINE|LADDER+120,,,,,FIRE" "FIRES,1,1,LADDER,,,,,FIRE" "FIRES,2,2,ENGINE|AMB+600,,,,,FIRE" "SICK,1,1,AMB,PARAMEDIC,,2,,MED"
publish after 600 "FIRES,1,2,ENGINE,,,,,FIRE"
receive FIRE @"Elm St" (50.851,4.350)
recommend 1
09:10:00 recommend 1
publish "A,1,1,BOAT"
publish "A,1,1,ENGINE,,,,,SHIP"
publish "A,1,1,ENGINE,,,,,,SOUTH"
publish "A,1,64,ENGINE" "A,2,1,ENGINE"
publish
"#,
        expect![[r#"
            publish "FIRES,1,1,ENGINE|LADDER+120,,,,,FIRE" "FIRES,1,1,LADDER,,,,,FIRE" "FIRES,2,2,ENGINE|AMB+600,,,,,FIRE" "SICK,1,1,AMB,PARAMEDIC,,2,,MED"
              nothing to do
            publish after 600 "FIRES,1,2,ENGINE,,,,,FIRE"
              39 ResponsePlansPublished edition 2 from 09:10:00: FIRES
            receive FIRE @"Elm St" (50.851,4.350)
              40 IncidentReceived #1 type=FIRE priority=1 place=‹Elm St (50.851,4.35)›
            recommend 1
              plan FIRES, alarm 1 of 2
                E104 for ENGINE in 77 s, taken to be in its station: no position, drive guessed from the straight line
                L110 for LADDER in 77 s, taken to be in its station: no position, drive guessed from the straight line
            09:10:00 recommend 1
              plan FIRES, alarm 1 of 1
                E104 for ENGINE in 77 s, taken to be in its station: no position, drive guessed from the straight line
                E105 for ENGINE in 220 s, taken to be in its station: no position, drive guessed from the straight line
            publish "A,1,1,BOAT"
              refused unknown-code: there is no unit type BOAT
                hint: use one of: AMB, ENGINE, LADDER
            publish "A,1,1,ENGINE,,,,,SHIP"
              refused unknown-code: there is no incident type SHIP
                hint: use one of: FIRE, MED, ODOUR
            publish "A,1,1,ENGINE,,,,,,SOUTH"
              refused unknown-code: there is no area SOUTH
                hint: use one of: NORTH
            publish "A,1,64,ENGINE" "A,2,1,ENGINE"
              refused bad-plan: the plan A: it asks for more than 64 units
                hint: correct the plan and publish all again
            publish
              41 ResponsePlansPublished edition 3 from 09:10:00: no plan
        "#]],
    );
}

#[test]
fn the_nearest_units_that_fit_are_recommended_and_others_are_explained() {
    check_planned(
        r#"
receive FIRE @"Elm St" (50.851,4.350)
recommend 1
recommend 1 why-not E105
recommend 1 why-not A201
recommend 1 why-not E104
send 1
show 1
recommend 1
recommend 1 alarm 2
recommend 1 alarm 2 why-not L110
send 1 alarm 2
send 1 alarm 2
send 1 alarm 3
"#,
        expect![[r#"
            receive FIRE @"Elm St" (50.851,4.350)
              39 IncidentReceived #1 type=FIRE priority=1 place=‹Elm St (50.851,4.35)›
            recommend 1
              plan FIRES, alarm 1 of 2
                E104 for ENGINE in 77 s, taken to be in its station: no position, drive guessed from the straight line
                L110 for LADDER in 77 s, taken to be in its station: no position, drive guessed from the straight line
            recommend 1 why-not E105
              E105: it counts as 143 s later than those
            recommend 1 why-not A201
              A201: the plan asks for no AMB any more
            recommend 1 why-not E104
              E104: it is suggested
            send 1
              40 UnitsSuggested #1 alarm=1 plan=FIRES edition=1 in NORTH suggested=[E104 L110] missing=0 weighed=2
              41 UnitDispatched #1/1 E104 type=ENGINE status=DSP
              42 UnitDispatched #1/2 L110 type=LADDER status=DSP
            show 1
              #1 received 09:00:00 type=FIRE priority=1 place=‹Elm St (50.851,4.35)›
                /1 E104 DSP: dispatched 09:00:00
                /2 L110 DSP: dispatched 09:00:00
            recommend 1
              plan FIRES, alarm 1 of 2
                E104 is there for ENGINE
                L110 is there for LADDER
            recommend 1 alarm 2
              plan FIRES, alarm 2 of 2
                E104 is there for ENGINE
                L110 is there for LADDER
                E105 for ENGINE in 220 s, taken to be in its station: no position, drive guessed from the straight line
                A201 for ENGINE in ?, stands in for ENGINE, no driving time is known
            recommend 1 alarm 2 why-not L110
              L110: it is on this incident already
            send 1 alarm 2
              43 UnitsSuggested #1 alarm=2 plan=FIRES edition=1 in NORTH suggested=[E105 A201] missing=0 weighed=5
              44 UnitDispatched #1/3 E105 type=ENGINE status=DSP
              45 UnitDispatched #1/4 A201 type=AMB status=DSP
            send 1 alarm 2
              refused alarm-complete: alarm 2 of incident #1 has all its units
                hint: ask for the next alarm, or name units
            send 1 alarm 3
              refused no-such-alarm: plan FIRES has 2 alarms, not 3
                hint: ask for one of them, or name units
        "#]],
    );
}

#[test]
fn what_is_missing_is_said_with_its_reasons() {
    check_planned(
        r#"
receive MED @"Elm St" (50.851,4.350)
recommend 1
crew A201 2 PARAMEDIC
crew A202 1 PARAMEDIC
crew A203 2 EMT
out A201
recommend 1
send 1
recommend 1 why-not A202
recommend 1 why-not A203
in A201
recommend 1
receive ODOUR
recommend 2
send 2
"#,
        expect![[r#"
            receive MED @"Elm St" (50.851,4.350)
              39 IncidentReceived #1 type=MED priority=2 place=‹Elm St (50.851,4.35)›
            recommend 1
              plan SICK, alarm 1 of 1
                missing 1 AMB, 3: nobody said who is on it
            crew A201 2 PARAMEDIC
              40 UnitCrewed A201 size=2 PARAMEDIC=1
            crew A202 1 PARAMEDIC
              41 UnitCrewed A202 size=1 PARAMEDIC=1
            crew A203 2 EMT
              42 UnitCrewed A203 size=2 EMT=1
            out A201
              43 UnitTakenOutOfService A201 status=OOS
            recommend 1
              plan SICK, alarm 1 of 1
                missing 1 AMB, 1: it is out of service, 1: its crew are 1, 2 are needed, 1: 0 of its crew have PARAMEDIC, 1 are needed
            send 1
              refused nobody-free: nobody that alarm 1 of incident #1 still needs can be sent
                hint: name units that may come instead, move some from elsewhere, or call for mutual aid
            recommend 1 why-not A202
              A202: its crew are 1, 2 are needed
            recommend 1 why-not A203
              A203: 0 of its crew have PARAMEDIC, 1 are needed
            in A201
              44 UnitPutInService A201 status=AVL
            recommend 1
              plan SICK, alarm 1 of 1
                A201 for AMB in ?, no driving time is known
            receive ODOUR
              45 IncidentReceived #2 type=ODOUR
            recommend 2
              plan none, alarm 1 of 0
            send 2
              refused no-plan-for: no plan is for incident #2
                hint: name at least one unit
        "#]],
    );
}

#[test]
fn others_may_be_sent_instead_and_both_stand_in_the_record() {
    check_planned(
        r#"
receive FIRE @"Elm St" (50.851,4.350)
receive FIRE
send 1 instead E105
send 1 instead E105
send 2 instead E105
send 2 instead E105 although-committed
send 2 instead X9
send 2 instead E104 E104
send 9
out L110
send 1 instead L110
close 1 DONE
status E105 AVL 1
close 1 DONE
send 1
equip E104 shares A
equip L110 shares A
in L110
receive FIRE
dispatch E104 3
send 3 instead L110
"#,
        expect![[r#"
            receive FIRE @"Elm St" (50.851,4.350)
              39 IncidentReceived #1 type=FIRE priority=1 place=‹Elm St (50.851,4.35)›
            receive FIRE
              40 IncidentReceived #2 type=FIRE priority=1
            send 1 instead E105
              41 UnitsSuggested #1 alarm=1 plan=FIRES edition=1 in NORTH suggested=[E104 L110] missing=0 weighed=2
              42 UnitDispatched #1/1 E105 type=ENGINE status=DSP
            send 1 instead E105
              refused already-assigned: E105 is already on incident #1
                hint: leave it out, or change its status
            send 2 instead E105
              refused unit-committed: E105 is on incident #1
                hint: reassign E105 from #1, wait until it is available, or dispatch it expressly although it is committed
            send 2 instead E105 although-committed
              43 UnitsSuggested #2 alarm=1 plan=FIRES edition=1 suggested=[E104 L110] missing=0 weighed=2
              44 UnitDispatched #2/1 E105 type=ENGINE status=DSP concurrent
            send 2 instead X9
              refused unknown-unit: there is no unit X9
                hint: check the call sign in the list of units
            send 2 instead E104 E104
              refused named-twice: E104 was named twice
                hint: name each unit once
            send 9
              refused unknown-incident: there is no incident #9
                hint: check the number on the board or in the history
            out L110
              45 UnitTakenOutOfService L110 status=OOS
            send 1 instead L110
              refused unit-out-of-service: L110 is out of service
                hint: put L110 in service first
            close 1 DONE
              refused units-still-assigned: incident #1 still has E105
                hint: make them available, cancel or reassign them first
            status E105 AVL 1
              46 AssignmentEnded #1/1 E105 cleared status=AVL
            close 1 DONE
              47 IncidentClosed #1 disposition=DONE
            send 1
              refused incident-closed: incident #1 is closed
                hint: reopen it first, with a reason
            equip E104 shares A
              48 UnitEquipped E104 seats=0 shares=A
            equip L110 shares A
              49 UnitEquipped L110 seats=0 shares=A
            in L110
              50 UnitPutInService L110 status=AVL
            receive FIRE
              51 IncidentReceived #3 type=FIRE priority=1
            dispatch E104 3
              52 UnitDispatched #3/1 E104 type=ENGINE status=DSP
            send 3 instead L110
              refused crew-is-out: L110 has no crew: it is out with E104 on incident #3
                hint: send another unit, or take E104 off its incident first
        "#]],
    );
}

#[test]
fn one_crew_is_recommended_with_one_of_its_units() {
    check_planned(
        r#"
equip E104 shares A
equip L110 shares A
receive FIRE @"Elm St" (50.851,4.350)
recommend 1
recommend 1 why-not E104
"#,
        expect![[r#"
            equip E104 shares A
              39 UnitEquipped E104 seats=0 shares=A
            equip L110 shares A
              40 UnitEquipped L110 seats=0 shares=A
            receive FIRE @"Elm St" (50.851,4.350)
              41 IncidentReceived #1 type=FIRE priority=1 place=‹Elm St (50.851,4.35)›
            recommend 1
              plan FIRES, alarm 1 of 2
                E105 for ENGINE in 220 s, taken to be in its station: no position, drive guessed from the straight line
                L110 for LADDER in 77 s, taken to be in its station: no position, drive guessed from the straight line
            recommend 1 why-not E104
              E104: its crew goes with L110
        "#]],
    );
}

#[test]
fn rest_lowers_and_never_hides() {
    check_planned(
        r#"
define rules rest 1800 penalty 400
receive FIRE
dispatch E104 1
status E104 AVL
receive FIRE @"Elm St" (50.851,4.350)
09:05:00 recommend 2
out E105
recommend 2
10:00:00 in E105
recommend 2
"#,
        expect![[r#"
            define rules rest 1800 penalty 400
              39 DispatchRulesDefined moving 120 parked 1800 turnout 60 rest 1800 penalty 400
            receive FIRE
              40 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 1
              41 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            status E104 AVL
              42 AssignmentEnded #1/1 E104 cleared status=AVL
            receive FIRE @"Elm St" (50.851,4.350)
              43 IncidentReceived #2 type=FIRE priority=1 place=‹Elm St (50.851,4.35)›
            09:05:00 recommend 2
              plan FIRES, alarm 1 of 2
                E105 for ENGINE in 220 s, taken to be in its station: no position, drive guessed from the straight line
                L110 for LADDER in 77 s, taken to be in its station: no position, drive guessed from the straight line
            out E105
              44 UnitTakenOutOfService E105 status=OOS
            recommend 2
              plan FIRES, alarm 1 of 2
                E104 for ENGINE in 77 s, free for 300 s only, taken to be in its station: no position, drive guessed from the straight line
                L110 for LADDER in 77 s, taken to be in its station: no position, drive guessed from the straight line
            10:00:00 in E105
              45 UnitPutInService E105 status=AVL
            recommend 2
              plan FIRES, alarm 1 of 2
                E104 for ENGINE in 77 s, taken to be in its station: no position, drive guessed from the straight line
                L110 for LADDER in 77 s, taken to be in its station: no position, drive guessed from the straight line
        "#]],
    );
}

#[test]
fn the_best_plan_is_the_one_that_says_most() {
    check_planned(
        r#"
define area SPOT "Spot" (50.84,4.34) (50.84,4.36) (50.87,4.36)
publish "ANY,1,1,AMB" "FIRES,1,1,ENGINE,,,,,FIRE" "SPOT,1,1,LADDER,,,,,FIRE,SPOT" "STORM,1,2,ENGINE,,,,,FIRE,,,,,,STORM" "NIGHT,1,3,ENGINE,,,,,FIRE,,,22:00-06:00" "TOWER,1,2,LADDER,,,,,FIRE,,12 elm" "SUMMER,1,1,ENGINE,,,,,MED,,,,,06-01/08-31" "WEEKEND,1,1,ENGINE,,,,,MED,,,,sat|sun"
receive
receive FIRE
receive FIRE @"Elm St" (50.845,4.355)
receive FIRE @"12 Elm, third floor" (50.845,4.355)
receive FIRE @"12 Elmwood" (50.60,4.355)
receive MED
recommend 1
recommend 2
recommend 3
recommend 4
recommend 5
recommend 6
condition STORM on
recommend 2
condition STORM off
23:00:00 recommend 2
29:59:00 recommend 2
30:00:00 recommend 2
"#,
        expect![[r#"
            define area SPOT "Spot" (50.84,4.34) (50.84,4.36) (50.87,4.36)
              39 AreaDefined SPOT "Spot" 3 corners
            publish "ANY,1,1,AMB" "FIRES,1,1,ENGINE,,,,,FIRE" "SPOT,1,1,LADDER,,,,,FIRE,SPOT" "STORM,1,2,ENGINE,,,,,FIRE,,,,,,STORM" "NIGHT,1,3,ENGINE,,,,,FIRE,,,22:00-06:00" "TOWER,1,2,LADDER,,,,,FIRE,,12 elm" "SUMMER,1,1,ENGINE,,,,,MED,,,,,06-01/08-31" "WEEKEND,1,1,ENGINE,,,,,MED,,,,sat|sun"
              40 ResponsePlansPublished edition 2 from 09:00:00: ANY, FIRES, SPOT, STORM, NIGHT, TOWER, SUMMER, WEEKEND
            receive
              41 IncidentReceived #1
            receive FIRE
              42 IncidentReceived #2 type=FIRE priority=1
            receive FIRE @"Elm St" (50.845,4.355)
              43 IncidentReceived #3 type=FIRE priority=1 place=‹Elm St (50.845,4.355)›
            receive FIRE @"12 Elm, third floor" (50.845,4.355)
              44 IncidentReceived #4 type=FIRE priority=1 place=‹12 Elm, third floor (50.845,4.355)›
            receive FIRE @"12 Elmwood" (50.60,4.355)
              45 IncidentReceived #5 type=FIRE priority=1 place=‹12 Elmwood (50.6,4.355)›
            receive MED
              46 IncidentReceived #6 type=MED priority=2
            recommend 1
              plan ANY, alarm 1 of 1
                A201 for AMB in ?, no driving time is known
            recommend 2
              plan FIRES, alarm 1 of 1
                E104 for ENGINE in ?, taken to be in its station: no position, no driving time is known
            recommend 3
              plan SPOT, alarm 1 of 1
                L110 for LADDER in 165 s, taken to be in its station: no position, drive guessed from the straight line
            recommend 4
              plan TOWER, alarm 1 of 1
                L110 for LADDER in 165 s, taken to be in its station: no position, drive guessed from the straight line
                missing 1 LADDER
            recommend 5
              plan FIRES, alarm 1 of 1
                E104 for ENGINE in 4514 s, taken to be in its station: no position, drive guessed from the straight line
            recommend 6
              plan ANY, alarm 1 of 1
                A201 for AMB in ?, no driving time is known
            condition STORM on
              47 ConditionSet STORM in force
            recommend 2
              plan STORM, alarm 1 of 1
                E104 for ENGINE in ?, taken to be in its station: no position, no driving time is known
                E105 for ENGINE in ?, taken to be in its station: no position, no driving time is known
            condition STORM off
              48 ConditionSet STORM over
            23:00:00 recommend 2
              plan NIGHT, alarm 1 of 1
                E104 for ENGINE in ?, taken to be in its station: no position, no driving time is known
                E105 for ENGINE in ?, taken to be in its station: no position, no driving time is known
                missing 1 ENGINE
            29:59:00 recommend 2
              plan NIGHT, alarm 1 of 1
                E104 for ENGINE in ?, taken to be in its station: no position, no driving time is known
                E105 for ENGINE in ?, taken to be in its station: no position, no driving time is known
                missing 1 ENGINE
            30:00:00 recommend 2
              plan FIRES, alarm 1 of 1
                E104 for ENGINE in ?, taken to be in its station: no position, no driving time is known
        "#]],
    );
}

#[test]
fn lists_are_bounded() {
    check_planned(
        r#"
define area X "X" of NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH
publish "A,1,1,ENGINE,,,,,FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE"
condition C0 on
condition C1 on
condition C2 on
condition C3 on
condition C4 on
condition C5 on
condition C6 on
condition C7 on
condition C8 on
condition C9 on
condition C10 on
condition C11 on
condition C12 on
condition C13 on
condition C14 on
condition C15 on
condition C16 on
condition C17 on
condition C18 on
condition C19 on
condition C20 on
condition C21 on
condition C22 on
condition C23 on
condition C24 on
condition C25 on
condition C26 on
condition C27 on
condition C28 on
condition C29 on
condition C30 on
condition C31 on
condition C32 on
condition C33 on
condition C34 on
condition C35 on
condition C36 on
condition C37 on
condition C38 on
condition C39 on
condition C40 on
condition C41 on
condition C42 on
condition C43 on
condition C44 on
condition C45 on
condition C46 on
condition C47 on
condition C48 on
condition C49 on
condition C50 on
condition C51 on
condition C52 on
condition C53 on
condition C54 on
condition C55 on
condition C56 on
condition C57 on
condition C58 on
condition C59 on
condition C60 on
condition C61 on
condition C62 on
condition C63 on
condition C64 on
"#,
        expect![[r#"
            define area X "X" of NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH NORTH
              refused too-many: the list of members has more than 64 entries
                hint: leave some out
            publish "A,1,1,ENGINE,,,,,FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE|FIRE"
              refused too-many: the list of incident types has more than 64 entries
                hint: leave some out
            condition C0 on
              39 ConditionSet C0 in force
            condition C1 on
              40 ConditionSet C1 in force
            condition C2 on
              41 ConditionSet C2 in force
            condition C3 on
              42 ConditionSet C3 in force
            condition C4 on
              43 ConditionSet C4 in force
            condition C5 on
              44 ConditionSet C5 in force
            condition C6 on
              45 ConditionSet C6 in force
            condition C7 on
              46 ConditionSet C7 in force
            condition C8 on
              47 ConditionSet C8 in force
            condition C9 on
              48 ConditionSet C9 in force
            condition C10 on
              49 ConditionSet C10 in force
            condition C11 on
              50 ConditionSet C11 in force
            condition C12 on
              51 ConditionSet C12 in force
            condition C13 on
              52 ConditionSet C13 in force
            condition C14 on
              53 ConditionSet C14 in force
            condition C15 on
              54 ConditionSet C15 in force
            condition C16 on
              55 ConditionSet C16 in force
            condition C17 on
              56 ConditionSet C17 in force
            condition C18 on
              57 ConditionSet C18 in force
            condition C19 on
              58 ConditionSet C19 in force
            condition C20 on
              59 ConditionSet C20 in force
            condition C21 on
              60 ConditionSet C21 in force
            condition C22 on
              61 ConditionSet C22 in force
            condition C23 on
              62 ConditionSet C23 in force
            condition C24 on
              63 ConditionSet C24 in force
            condition C25 on
              64 ConditionSet C25 in force
            condition C26 on
              65 ConditionSet C26 in force
            condition C27 on
              66 ConditionSet C27 in force
            condition C28 on
              67 ConditionSet C28 in force
            condition C29 on
              68 ConditionSet C29 in force
            condition C30 on
              69 ConditionSet C30 in force
            condition C31 on
              70 ConditionSet C31 in force
            condition C32 on
              71 ConditionSet C32 in force
            condition C33 on
              72 ConditionSet C33 in force
            condition C34 on
              73 ConditionSet C34 in force
            condition C35 on
              74 ConditionSet C35 in force
            condition C36 on
              75 ConditionSet C36 in force
            condition C37 on
              76 ConditionSet C37 in force
            condition C38 on
              77 ConditionSet C38 in force
            condition C39 on
              78 ConditionSet C39 in force
            condition C40 on
              79 ConditionSet C40 in force
            condition C41 on
              80 ConditionSet C41 in force
            condition C42 on
              81 ConditionSet C42 in force
            condition C43 on
              82 ConditionSet C43 in force
            condition C44 on
              83 ConditionSet C44 in force
            condition C45 on
              84 ConditionSet C45 in force
            condition C46 on
              85 ConditionSet C46 in force
            condition C47 on
              86 ConditionSet C47 in force
            condition C48 on
              87 ConditionSet C48 in force
            condition C49 on
              88 ConditionSet C49 in force
            condition C50 on
              89 ConditionSet C50 in force
            condition C51 on
              90 ConditionSet C51 in force
            condition C52 on
              91 ConditionSet C52 in force
            condition C53 on
              92 ConditionSet C53 in force
            condition C54 on
              93 ConditionSet C54 in force
            condition C55 on
              94 ConditionSet C55 in force
            condition C56 on
              95 ConditionSet C56 in force
            condition C57 on
              96 ConditionSet C57 in force
            condition C58 on
              97 ConditionSet C58 in force
            condition C59 on
              98 ConditionSet C59 in force
            condition C60 on
              99 ConditionSet C60 in force
            condition C61 on
              100 ConditionSet C61 in force
            condition C62 on
              101 ConditionSet C62 in force
            condition C63 on
              102 ConditionSet C63 in force
            condition C64 on
              refused too-many: the list of conditions has more than 64 entries
                hint: leave some out
        "#]],
    );
}
