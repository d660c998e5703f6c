//! A small town: what scripts and laws begin with.

use callbox_domain::{Code, Text, script::Run};
use expect_test::Expect;

const SMALL_TOWN: &str = r#"
for administration define center "Small Town" Europe/Brussels
define agency FIRE "Fire department"
define agency EMS "Ambulance service"
define priority 1 "Life at risk" rank 1 warn 60 alarm 120
define priority 2 "Urgent" rank 2
define priority 3 "Can wait" rank 3
define type FIRE "Structure fire" 1
define type MED "Medical" 2
define type ODOUR "Odour"
define unit-type ENGINE "Engine"
define unit-type LADDER "Ladder"
define unit-type AMB "Ambulance"
define status AVL "Available" available
define status AVP "Available by pager" available
define status DSP "Dispatched" dispatched
define status PGD "Paged" dispatched
define status ACK "Acknowledged" acknowledged
define status ENR "En route" en_route
define status ONS "On scene" on_scene
define status PAT "With the patient" on_scene
define status TRN "Transporting" transporting
define status HOS "At hospital" at_hospital
define status OOS "Out of service" out_of_service
define status MEC "Mechanical" out_of_service
define disposition DONE "Dealt with"
define disposition FALSE "False alarm"
define unit E104 FIRE ENGINE
define unit E105 FIRE ENGINE
define unit L110 FIRE LADDER
define unit A201 EMS AMB
define unit A202 EMS AMB
define unit A203 EMS AMB
"#;

/// The town before its first call; units u1 to u6, three priorities, no incident.
pub(crate) fn town() -> Run {
    let mut run = Run::default();
    let transcript = run.play(SMALL_TOWN).unwrap();
    assert!(!transcript.contains("refused"), "{transcript}");
    // Scripts go on at nine with dispatcher 7.
    run.play("09:00:00 by 7 for emergency-response show E104")
        .unwrap();
    run
}

/// Plays `script` in the small town and compares its transcript.
#[track_caller]
pub(crate) fn check(script: &str, expected: Expect) {
    expected.assert_eq(&town().play(script).unwrap());
}

/// Plays `before` in the small town, then compares the transcript of `script` alone.
#[track_caller]
pub(crate) fn check_after(before: &str, script: &str, expected: Expect) {
    let mut run = town();
    run.play(before).unwrap();
    expected.assert_eq(&run.play(script).unwrap());
}

/// Plays `script` in a center where nothing is defined and compares its transcript.
#[track_caller]
pub(crate) fn check_bare(script: &str, expected: Expect) {
    expected.assert_eq(&Run::default().play(script).unwrap());
}

pub(crate) fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub(crate) fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}
