//! Stations, what units carry, who is on them, and units that share a crew.

use expect_test::expect;

use crate::town::check;

#[test]
fn a_station_is_defined_closed_and_named_by_units() {
    check(
        r#"
define station F4 "Station 4" FIRE (50.85,4.35)
define station F4 "Station 4" FIRE (50.85,4.35)
define station F4 "Station 4" FIRE (50.85,4.35) closed
define station F5 "Station 5" FIRE
define station F6 "Station 6" NAVY
define unit E104 FIRE ENGINE F4
show E104
define unit E104 FIRE ENGINE F9
"#,
        expect![[r#"
            define station F4 "Station 4" FIRE (50.85,4.35)
              32 StationDefined F4 "Station 4" agency=FIRE (50.85,4.35)
            define station F4 "Station 4" FIRE (50.85,4.35)
              nothing to do
            define station F4 "Station 4" FIRE (50.85,4.35) closed
              33 StationDefined F4 "Station 4" agency=FIRE (50.85,4.35) closed
            define station F5 "Station 5" FIRE
              34 StationDefined F5 "Station 5" agency=FIRE
            define station F6 "Station 6" NAVY
              refused unknown-code: there is no agency NAVY
                hint: use one of: EMS, FIRE
            define unit E104 FIRE ENGINE F4
              35 UnitDefined u1 E104 agency=FIRE type=ENGINE station=F4 status=AVL
            show E104
              E104 agency=FIRE type=ENGINE station=F4: AVL available since 00:00:00
            define unit E104 FIRE ENGINE F9
              refused unknown-code: there is no station F9
                hint: use one of: F4, F5
        "#]],
    );
}

#[test]
fn rules_and_turnouts_change_one_by_one() {
    check(
        r#"
define rules moving 90
define rules rest 3600 penalty 120
define rules moving 90
define turnout ENGINE 80
define turnout ENGINE 80
define turnout BOAT 80
"#,
        expect![[r#"
            define rules moving 90
              32 DispatchRulesDefined moving 90 parked 1800 turnout 60 rest 1800 penalty 0
            define rules rest 3600 penalty 120
              33 DispatchRulesDefined moving 90 parked 1800 turnout 60 rest 3600 penalty 120
            define rules moving 90
              nothing to do
            define turnout ENGINE 80
              34 TurnoutDefined ENGINE 80 s
            define turnout ENGINE 80
              nothing to do
            define turnout BOAT 80
              refused unknown-code: there is no unit type BOAT
                hint: use one of: AMB, ENGINE, LADDER
        "#]],
    );
}

#[test]
fn a_unit_is_equipped_and_crewed() {
    check(
        r#"
equip E104 with HOSE FOAM HOSE seats 2
equip E104 with FOAM HOSE seats 2
equip X9 with FOAM
crew E104 4 PARAMEDIC EMT=3 CHIEF=9 DIVER=0
crew E104 4 EMT=3 PARAMEDIC CHIEF=4
crew X9 4
crew E104 200 X1 X2 X3 X4 X5 X6 X7 X8 X9 X10 X11 X12 X13 X14 X15 X16 X17 X18 X19 X20 X21 X22 X23 X24 X25 X26 X27 X28 X29 X30 X31 X32 X33 X34 X35 X36 X37 X38 X39 X40 X41 X42 X43 X44 X45 X46 X47 X48 X49 X50 X51 X52 X53 X54 X55 X56 X57 X58 X59 X60 X61 X62 X63 X64 X65
equip E104 with X1 X2 X3 X4 X5 X6 X7 X8 X9 X10 X11 X12 X13 X14 X15 X16 X17 X18 X19 X20 X21 X22 X23 X24 X25 X26 X27 X28 X29 X30 X31 X32 X33 X34 X35 X36 X37 X38 X39 X40 X41 X42 X43 X44 X45 X46 X47 X48 X49 X50 X51 X52 X53 X54 X55 X56 X57 X58 X59 X60 X61 X62 X63 X64 X65
"#,
        expect![[r#"
            equip E104 with HOSE FOAM HOSE seats 2
              32 UnitEquipped E104 FOAM HOSE seats=2
            equip E104 with FOAM HOSE seats 2
              nothing to do
            equip X9 with FOAM
              refused unknown-unit: there is no unit X9
                hint: check the call sign in the list of units
            crew E104 4 PARAMEDIC EMT=3 CHIEF=9 DIVER=0
              33 UnitCrewed E104 size=4 CHIEF=4 EMT=3 PARAMEDIC=1
            crew E104 4 EMT=3 PARAMEDIC CHIEF=4
              nothing to do
            crew X9 4
              refused unknown-unit: there is no unit X9
                hint: check the call sign in the list of units
            crew E104 200 X1 X2 X3 X4 X5 X6 X7 X8 X9 X10 X11 X12 X13 X14 X15 X16 X17 X18 X19 X20 X21 X22 X23 X24 X25 X26 X27 X28 X29 X30 X31 X32 X33 X34 X35 X36 X37 X38 X39 X40 X41 X42 X43 X44 X45 X46 X47 X48 X49 X50 X51 X52 X53 X54 X55 X56 X57 X58 X59 X60 X61 X62 X63 X64 X65
              refused too-many: the list of qualifications has more than 64 entries
                hint: leave some out
            equip E104 with X1 X2 X3 X4 X5 X6 X7 X8 X9 X10 X11 X12 X13 X14 X15 X16 X17 X18 X19 X20 X21 X22 X23 X24 X25 X26 X27 X28 X29 X30 X31 X32 X33 X34 X35 X36 X37 X38 X39 X40 X41 X42 X43 X44 X45 X46 X47 X48 X49 X50 X51 X52 X53 X54 X55 X56 X57 X58 X59 X60 X61 X62 X63 X64 X65
              refused too-many: the list of equipment has more than 64 entries
                hint: leave some out
        "#]],
    );
}

#[test]
fn one_crew_goes_out_with_one_of_its_units() {
    check(
        r#"
equip E104 shares "Station 4 A"
equip L110 shares "Station 4 A"
receive FIRE
receive FIRE
dispatch E104 L110 1
dispatch E104 1
dispatch L110 2
dispatch L110 2 although-committed
dispatch E104 2 although-committed
reassign E104 1 > 2
dispatch E105 2
equip E105 shares "Station 4 A"
status E104 AVL
dispatch L110 1
"#,
        expect![[r#"
            equip E104 shares "Station 4 A"
              32 UnitEquipped E104 seats=0 shares="Station 4 A"
            equip L110 shares "Station 4 A"
              33 UnitEquipped L110 seats=0 shares="Station 4 A"
            receive FIRE
              34 IncidentReceived #1 type=FIRE priority=1
            receive FIRE
              35 IncidentReceived #2 type=FIRE priority=1
            dispatch E104 L110 1
              refused crew-is-out: L110 has no crew: it is out with E104 on incident #1
                hint: send another unit, or take E104 off its incident first
            dispatch E104 1
              36 UnitDispatched #1/1 E104 type=ENGINE status=DSP
            dispatch L110 2
              refused crew-is-out: L110 has no crew: it is out with E104 on incident #1
                hint: send another unit, or take E104 off its incident first
            dispatch L110 2 although-committed
              refused crew-is-out: L110 has no crew: it is out with E104 on incident #1
                hint: send another unit, or take E104 off its incident first
            dispatch E104 2 although-committed
              37 UnitDispatched #2/1 E104 type=ENGINE status=DSP concurrent
            reassign E104 1 > 2
              refused already-assigned: E104 is already on incident #2
                hint: leave it out, or change its status
            dispatch E105 2
              38 UnitDispatched #2/2 E105 type=ENGINE status=DSP
            equip E105 shares "Station 4 A"
              refused crew-is-out: E105 has no crew: it is out with E104 on incident #1
                hint: send another unit, or take E104 off its incident first
            status E104 AVL
              refused which-incident: E104 is on more than one incident: #1, #2
                hint: say which incident is meant
            dispatch L110 1
              refused crew-is-out: L110 has no crew: it is out with E104 on incident #1
                hint: send another unit, or take E104 off its incident first
        "#]],
    );
}

#[test]
fn a_shared_crew_is_what_was_said_last_of_any_of_its_units() {
    check(
        r#"
equip E104 shares A
equip L110 shares A
crew E104 4 EMT=2
crew L110 4 EMT=2
09:05:00 crew L110 3
crew E104 4 EMT=2
"#,
        expect![[r#"
            equip E104 shares A
              32 UnitEquipped E104 seats=0 shares=A
            equip L110 shares A
              33 UnitEquipped L110 seats=0 shares=A
            crew E104 4 EMT=2
              34 UnitCrewed E104 size=4 EMT=2
            crew L110 4 EMT=2
              nothing to do
            09:05:00 crew L110 3
              35 UnitCrewed L110 size=3
            crew E104 4 EMT=2
              36 UnitCrewed E104 size=4 EMT=2
        "#]],
    );
}
