//! Templates: a call that comes often, taken in a few keys.

use expect_test::expect;

use crate::town::check;

#[test]
fn a_template_fills_in_what_a_line_leaves_out() {
    check(
        r#"
define template BELL "Fire bell" FIRE 2 @"Town hall, Market Sq" // automatic alarm, ring back the porter
define template BELL "Fire bell" FIRE 2 @"Town hall, Market Sq" // automatic alarm, ring back the porter
define template FALL "Fall at home" MED
define template TEST "Test of the line" // monthly test
> TM BELL
> TM bell @"Town hall", rear door //panel 3
> TM FALL @212 Elm St
> TM FALL
> TM TEST
> TM FALL 1
> TM
> TM NONE
"#,
        expect![[r#"
            define template BELL "Fire bell" FIRE 2 @"Town hall, Market Sq" // automatic alarm, ring back the porter
              32 CallTemplateDefined BELL "Fire bell" type=FIRE priority=2 @Town hall, Market Sq //automatic alarm, ring back the porter
            define template BELL "Fire bell" FIRE 2 @"Town hall, Market Sq" // automatic alarm, ring back the porter
              nothing to do
            define template FALL "Fall at home" MED
              33 CallTemplateDefined FALL "Fall at home" type=MED
            define template TEST "Test of the line" // monthly test
              34 CallTemplateDefined TEST "Test of the line" //monthly test
            > TM BELL
              reads N FIRE 2 @Town hall, Market Sq //automatic alarm, ring back the porter ‹template template=Fire bell; type=Structure fire; priority=Urgent; place=Town hall, Market Sq; text=automatic alarm, ring back the porter›
              35 IncidentReceived #1 type=FIRE priority=2 place=‹Town hall, Market Sq›
              36 NarrativeAdded #1 line=1 ‹automatic alarm, ring back the porter›
            > TM bell @"Town hall", rear door //panel 3
              reads N FIRE 2 @"Town hall", rear door //automatic alarm, ring back the porter panel 3 ‹template template=Fire bell; type=Structure fire; priority=Urgent; place="Town hall", rear door; text=automatic alarm, ring back the porter panel 3›
              37 IncidentReceived #2 type=FIRE priority=2 place=‹"Town hall", rear door›
              38 NarrativeAdded #2 line=1 ‹automatic alarm, ring back the porter panel 3›
            > TM FALL @212 Elm St
              reads N MED @212 Elm St ‹template template=Fall at home; type=Medical; place=212 Elm St›
              39 IncidentReceived #3 type=MED priority=2 place=‹212 Elm St›
            > TM FALL
              reads N MED ‹template template=Fall at home; type=Medical›
              40 IncidentReceived #4 type=MED priority=2
            > TM TEST
              reads N //monthly test ‹template template=Test of the line; text=monthly test›
              41 IncidentReceived #5
              42 NarrativeAdded #5 line=1 ‹monthly test›
            > TM FALL 1
              mistake left-over: 1 has no place in this line
                hint: take it out: TM TEMPLATE [@PLACE] [//TEXT]
            > TM
              mistake missing: the template is missing
                hint: type TM TEMPLATE [@PLACE] [//TEXT]
            > TM NONE
              mistake unknown: there is no template NONE
                hint: type TM TEMPLATE [@PLACE] [//TEXT]
        "#]],
    );
}

#[test]
fn a_template_names_what_is_known_and_is_retired_in_sight() {
    check(
        r#"
define template BELL "Fire bell" SMOKE
define template BELL "Fire bell" FIRE 9
define template BELL "Fire bell" FIRE
define template BELL "Fire bell" retired FIRE
> TM BELL
define template BELL "Fire bell" FIRE
> TM BELL
"#,
        expect![[r#"
            define template BELL "Fire bell" SMOKE
              refused unknown-code: there is no incident type SMOKE
                hint: use one of: FIRE, MED, ODOUR
            define template BELL "Fire bell" FIRE 9
              refused unknown-code: there is no priority 9
                hint: use one of: 1, 2, 3
            define template BELL "Fire bell" FIRE
              32 CallTemplateDefined BELL "Fire bell" type=FIRE
            define template BELL "Fire bell" retired FIRE
              33 CallTemplateDefined BELL "Fire bell" type=FIRE retired
            > TM BELL
              mistake unknown: there is no template BELL
                hint: type TM TEMPLATE [@PLACE] [//TEXT]
            define template BELL "Fire bell" FIRE
              34 CallTemplateDefined BELL "Fire bell" type=FIRE
            > TM BELL
              reads N FIRE ‹template template=Fire bell; type=Structure fire›
              35 IncidentReceived #1 type=FIRE priority=1
        "#]],
    );
}

#[test]
fn no_more_than_64_templates() {
    check(
        r#"
define template T0 T
define template T1 T
define template T2 T
define template T3 T
define template T4 T
define template T5 T
define template T6 T
define template T7 T
define template T8 T
define template T9 T
define template T10 T
define template T11 T
define template T12 T
define template T13 T
define template T14 T
define template T15 T
define template T16 T
define template T17 T
define template T18 T
define template T19 T
define template T20 T
define template T21 T
define template T22 T
define template T23 T
define template T24 T
define template T25 T
define template T26 T
define template T27 T
define template T28 T
define template T29 T
define template T30 T
define template T31 T
define template T32 T
define template T33 T
define template T34 T
define template T35 T
define template T36 T
define template T37 T
define template T38 T
define template T39 T
define template T40 T
define template T41 T
define template T42 T
define template T43 T
define template T44 T
define template T45 T
define template T46 T
define template T47 T
define template T48 T
define template T49 T
define template T50 T
define template T51 T
define template T52 T
define template T53 T
define template T54 T
define template T55 T
define template T56 T
define template T57 T
define template T58 T
define template T59 T
define template T60 T
define template T61 T
define template T62 T
define template T63 T
define template T64 T
define template T3 "Changed"
"#,
        expect![[r#"
            define template T0 T
              32 CallTemplateDefined T0 "T"
            define template T1 T
              33 CallTemplateDefined T1 "T"
            define template T2 T
              34 CallTemplateDefined T2 "T"
            define template T3 T
              35 CallTemplateDefined T3 "T"
            define template T4 T
              36 CallTemplateDefined T4 "T"
            define template T5 T
              37 CallTemplateDefined T5 "T"
            define template T6 T
              38 CallTemplateDefined T6 "T"
            define template T7 T
              39 CallTemplateDefined T7 "T"
            define template T8 T
              40 CallTemplateDefined T8 "T"
            define template T9 T
              41 CallTemplateDefined T9 "T"
            define template T10 T
              42 CallTemplateDefined T10 "T"
            define template T11 T
              43 CallTemplateDefined T11 "T"
            define template T12 T
              44 CallTemplateDefined T12 "T"
            define template T13 T
              45 CallTemplateDefined T13 "T"
            define template T14 T
              46 CallTemplateDefined T14 "T"
            define template T15 T
              47 CallTemplateDefined T15 "T"
            define template T16 T
              48 CallTemplateDefined T16 "T"
            define template T17 T
              49 CallTemplateDefined T17 "T"
            define template T18 T
              50 CallTemplateDefined T18 "T"
            define template T19 T
              51 CallTemplateDefined T19 "T"
            define template T20 T
              52 CallTemplateDefined T20 "T"
            define template T21 T
              53 CallTemplateDefined T21 "T"
            define template T22 T
              54 CallTemplateDefined T22 "T"
            define template T23 T
              55 CallTemplateDefined T23 "T"
            define template T24 T
              56 CallTemplateDefined T24 "T"
            define template T25 T
              57 CallTemplateDefined T25 "T"
            define template T26 T
              58 CallTemplateDefined T26 "T"
            define template T27 T
              59 CallTemplateDefined T27 "T"
            define template T28 T
              60 CallTemplateDefined T28 "T"
            define template T29 T
              61 CallTemplateDefined T29 "T"
            define template T30 T
              62 CallTemplateDefined T30 "T"
            define template T31 T
              63 CallTemplateDefined T31 "T"
            define template T32 T
              64 CallTemplateDefined T32 "T"
            define template T33 T
              65 CallTemplateDefined T33 "T"
            define template T34 T
              66 CallTemplateDefined T34 "T"
            define template T35 T
              67 CallTemplateDefined T35 "T"
            define template T36 T
              68 CallTemplateDefined T36 "T"
            define template T37 T
              69 CallTemplateDefined T37 "T"
            define template T38 T
              70 CallTemplateDefined T38 "T"
            define template T39 T
              71 CallTemplateDefined T39 "T"
            define template T40 T
              72 CallTemplateDefined T40 "T"
            define template T41 T
              73 CallTemplateDefined T41 "T"
            define template T42 T
              74 CallTemplateDefined T42 "T"
            define template T43 T
              75 CallTemplateDefined T43 "T"
            define template T44 T
              76 CallTemplateDefined T44 "T"
            define template T45 T
              77 CallTemplateDefined T45 "T"
            define template T46 T
              78 CallTemplateDefined T46 "T"
            define template T47 T
              79 CallTemplateDefined T47 "T"
            define template T48 T
              80 CallTemplateDefined T48 "T"
            define template T49 T
              81 CallTemplateDefined T49 "T"
            define template T50 T
              82 CallTemplateDefined T50 "T"
            define template T51 T
              83 CallTemplateDefined T51 "T"
            define template T52 T
              84 CallTemplateDefined T52 "T"
            define template T53 T
              85 CallTemplateDefined T53 "T"
            define template T54 T
              86 CallTemplateDefined T54 "T"
            define template T55 T
              87 CallTemplateDefined T55 "T"
            define template T56 T
              88 CallTemplateDefined T56 "T"
            define template T57 T
              89 CallTemplateDefined T57 "T"
            define template T58 T
              90 CallTemplateDefined T58 "T"
            define template T59 T
              91 CallTemplateDefined T59 "T"
            define template T60 T
              92 CallTemplateDefined T60 "T"
            define template T61 T
              93 CallTemplateDefined T61 "T"
            define template T62 T
              94 CallTemplateDefined T62 "T"
            define template T63 T
              95 CallTemplateDefined T63 "T"
            define template T64 T
              refused too-many: the list of templates has more than 64 entries
                hint: leave some out
            define template T3 "Changed"
              96 CallTemplateDefined T3 "Changed"
        "#]],
    );
}
