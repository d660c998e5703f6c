//! The small town in which trials take place.

/// What every personal text begins with, so that it is found where it must not be.
pub(super) const MARKER: &str = "Zq7personal";

/// The call signs of its units.
pub(super) const UNITS: [&str; 6] = ["E104", "E105", "L110", "A201", "A202", "A203"];

/// The lines that set it up.
pub(super) const TOWN: &str = r#"
define center "Small Town" Europe/Brussels
define agency FIRE "Fire department"
define agency EMS "Ambulance service"
define priority 1 "Life at risk" rank 1 warn 60 alarm 120
define priority 2 "Urgent" rank 2 alarm 600
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
define status ACK "Acknowledged" acknowledged
define status ENR "En route" en_route
define status ONS "On scene" on_scene
define status PAT "With the patient" on_scene
define status TRN "Transporting" transporting
define status HOS "At hospital" at_hospital
define status OOS "Out of service" out_of_service
define disposition DONE "Dealt with"
define disposition FALSE "False alarm"
define station S1 "Station 1" FIRE (50.85,4.35)
define station S2 "Station 2" EMS (50.86,4.36)
define unit E104 FIRE ENGINE S1
define unit E105 FIRE ENGINE S2
define unit L110 FIRE LADDER S1
define unit A201 EMS AMB S2
define unit A202 EMS AMB S1
define unit A203 EMS AMB
equip L110 shares Crew1
equip E105 shares Crew1
define clock TURNOUT "Turnout" dispatched en_route alarm 180 escalate 120
define clock HOSPITAL "At hospital" at_hospital ended alarm 1200
define welfare PAR "Accountability" every 600 answer 60 misses 2 type FIRE
publish-cards "BREATH,Breathing,,MED,awake,yes-no,Awake?,,,,,no,,,age,Kneel down.,,,1" ",,,,age,number,How old?,,,,,0,,,,,,,1" ",,,,,,,,,,,65,,,,,,,2" "SMELL,Smell,,ODOUR,what,yes-no,Smoke too?,,,,,yes,,,,,,FIRE,1"
define erasure 0
publish "FIRES,1,1,ENGINE|LADDER+120,,,,,FIRE" "FIRES,1,1,LADDER,,,,,FIRE" "FIRES,2,2,ENGINE|AMB+600,,,,,FIRE" "SICK,1,1,AMB,,,,,MED"
"#;
