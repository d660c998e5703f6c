//! Set-up: everything is data, and defining it again changes it.

use expect_test::expect;

use crate::town::{check, check_bare};

#[test]
fn a_center_is_set_up_from_nothing() {
    check_bare(
        r#"
define center "Small Town" Europe/Brussels
define agency FIRE "Fire department"
define priority 1 "Life at risk" rank 1 warn 60 alarm 120
define priority 2 Urgent rank 2
define type FIRE "Structure fire" 1
define type ODOUR Odour
define unit-type ENGINE Engine
define status AVL Available available
define disposition DONE "Dealt with"
define unit E104 FIRE ENGINE
show E104
"#,
        expect![[r#"
            define center "Small Town" Europe/Brussels
              0 CenterDefined "Small Town" Europe/Brussels
            define agency FIRE "Fire department"
              1 AgencyDefined FIRE "Fire department"
            define priority 1 "Life at risk" rank 1 warn 60 alarm 120
              2 PriorityDefined 1 "Life at risk" rank 1 warn 60 alarm 120
            define priority 2 Urgent rank 2
              3 PriorityDefined 2 "Urgent" rank 2
            define type FIRE "Structure fire" 1
              4 IncidentTypeDefined FIRE "Structure fire" priority=1
            define type ODOUR Odour
              5 IncidentTypeDefined ODOUR "Odour"
            define unit-type ENGINE Engine
              6 UnitTypeDefined ENGINE "Engine"
            define status AVL Available available
              7 UnitStatusDefined AVL "Available" available
            define disposition DONE "Dealt with"
              8 DispositionDefined DONE "Dealt with"
            define unit E104 FIRE ENGINE
              9 UnitDefined u1 E104 agency=FIRE type=ENGINE status=AVL
            show E104
              E104 agency=FIRE type=ENGINE: AVL available since 00:00:00
        "#]],
    );
}

#[test]
fn defining_the_same_again_does_nothing() {
    check(
        r#"
define center "Small Town" Europe/Brussels
define agency FIRE "Fire department"
define priority 1 "Life at risk" rank 1 warn 60 alarm 120
define type FIRE "Structure fire" 1
define unit-type ENGINE "Engine"
define status ENR "En route" en_route
define disposition DONE "Dealt with"
define unit E104 FIRE ENGINE
"#,
        expect![[r#"
            define center "Small Town" Europe/Brussels
              nothing to do
            define agency FIRE "Fire department"
              nothing to do
            define priority 1 "Life at risk" rank 1 warn 60 alarm 120
              nothing to do
            define type FIRE "Structure fire" 1
              nothing to do
            define unit-type ENGINE "Engine"
              nothing to do
            define status ENR "En route" en_route
              nothing to do
            define disposition DONE "Dealt with"
              nothing to do
            define unit E104 FIRE ENGINE
              nothing to do
        "#]],
    );
}

#[test]
fn defining_again_changes() {
    check(
        r#"
define center "Big Town" Europe/Brussels
define agency FIRE "Fire and rescue"
define priority 1 "Life at risk" rank 1
define type FIRE "Fire"
define unit-type ENGINE "Pumper"
define status ENR "Responding" en_route
define disposition DONE "Done"
define unit E104 FIRE LADDER
show E104
"#,
        expect![[r#"
            define center "Big Town" Europe/Brussels
              32 CenterDefined "Big Town" Europe/Brussels
            define agency FIRE "Fire and rescue"
              33 AgencyDefined FIRE "Fire and rescue"
            define priority 1 "Life at risk" rank 1
              34 PriorityDefined 1 "Life at risk" rank 1
            define type FIRE "Fire"
              35 IncidentTypeDefined FIRE "Fire"
            define unit-type ENGINE "Pumper"
              36 UnitTypeDefined ENGINE "Pumper"
            define status ENR "Responding" en_route
              37 UnitStatusDefined ENR "Responding" en_route
            define disposition DONE "Done"
              38 DispositionDefined DONE "Done"
            define unit E104 FIRE LADDER
              39 UnitDefined u1 E104 agency=FIRE type=LADDER status=AVL
            show E104
              E104 agency=FIRE type=LADDER: AVL available since 00:00:00
        "#]],
    );
}

#[test]
fn what_is_referred_to_must_be_defined_first() {
    check_bare(
        r#"
define type FIRE "Structure fire" 1
define priority 1 "Life at risk" rank 1
define type FIRE "Structure fire" 7
define unit E104 FIRE ENGINE
define agency FIRE "Fire department"
define unit E104 FIRE ENGINE
define unit-type ENGINE "Engine"
define unit E104 FIRE ENGINE
"#,
        expect![[r#"
            define type FIRE "Structure fire" 1
              refused unknown-code: there is no priority 1
                hint: no priority is defined yet: define it first
            define priority 1 "Life at risk" rank 1
              0 PriorityDefined 1 "Life at risk" rank 1
            define type FIRE "Structure fire" 7
              refused unknown-code: there is no priority 7
                hint: use one of: 1
            define unit E104 FIRE ENGINE
              refused unknown-code: there is no agency FIRE
                hint: no agency is defined yet: define it first
            define agency FIRE "Fire department"
              1 AgencyDefined FIRE "Fire department"
            define unit E104 FIRE ENGINE
              refused unknown-code: there is no unit type ENGINE
                hint: no unit type is defined yet: define it first
            define unit-type ENGINE "Engine"
              2 UnitTypeDefined ENGINE "Engine"
            define unit E104 FIRE ENGINE
              refused no-status-for-meaning: the center has no unit status that means 'available'
                hint: define a unit status that means 'available'
        "#]],
    );
}

#[test]
fn a_status_keeps_its_meaning() {
    check(
        r#"
define status ENR "On scene" on_scene
"#,
        expect![[r#"
            define status ENR "On scene" on_scene
              refused meaning-is-fixed: the status ENR means 'en route', and units may have it already
                hint: define a new status with another code
        "#]],
    );
}

#[test]
fn a_new_definition_leaves_running_work_alone() {
    check(
        r#"
receive FIRE
dispatch E104 1
define unit E104 FIRE LADDER
define priority 1 "Life at risk" rank 9
define type FIRE "Structure fire" 3
show 1
show E104
"#,
        expect![[r#"
            receive FIRE
              32 IncidentReceived #1 type=FIRE priority=1
            dispatch E104 1
              33 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            define unit E104 FIRE LADDER
              34 UnitDefined u1 E104 agency=FIRE type=LADDER status=AVL
            define priority 1 "Life at risk" rank 9
              35 PriorityDefined 1 "Life at risk" rank 9
            define type FIRE "Structure fire" 3
              36 IncidentTypeDefined FIRE "Structure fire" priority=3
            show 1
              #1 received 09:00:00 type=FIRE priority=1
                /1 E104 DSP: dispatched 09:00:00
            show E104
              E104 agency=FIRE type=LADDER: DSP dispatched since 09:00:00 on #1
        "#]],
    );
}

#[test]
fn the_record_says_which_version_writes_it() {
    check(
        r#"
program 0.1.0
program 0.1.0
program 0.2.0
"#,
        expect![[r#"
            program 0.1.0
              32 ProgramRecorded 0.1.0
            program 0.1.0
              nothing to do
            program 0.2.0
              33 ProgramRecorded 0.2.0
        "#]],
    );
}

#[test]
fn a_call_stands_out_before_it_raises_an_alarm() {
    check(
        r#"
        define priority 8 "Odd" rank 8 warn 120 alarm 60
        define priority 8 "Even" rank 8 warn 60 alarm 60
        "#,
        expect![[r#"
            define priority 8 "Odd" rank 8 warn 120 alarm 60
              refused alarm-before-warning: it raises an alarm after 60 s, before it stands out after 120 s
                hint: let it stand out first: give the alarm as many seconds or more
            define priority 8 "Even" rank 8 warn 60 alarm 60
              32 PriorityDefined 8 "Even" rank 8 warn 60 alarm 60
        "#]],
    );
}
