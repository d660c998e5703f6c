//! What a new center begins with; all of it is data that a supervisor can change.

use callbox_domain::{
    Code, Command, DefineAgency, DefineDisposition, DefineIncidentType, DefinePriority,
    DefineUnitStatus, DefineUnitType, Meaning, PublishCards, PublishPlans, question,
    response_plan::csv, usual_clocks, usual_welfare_rule,
};

/// Status codes with what they mean, in the order in which an assignment passes through them.
const STATUSES: [(&str, &str, Meaning); 8] = [
    ("AVL", "Available", Meaning::Available),
    ("DSP", "Dispatched", Meaning::Dispatched),
    ("ACK", "Acknowledged", Meaning::Acknowledged),
    ("ENR", "En route", Meaning::EnRoute),
    ("ONS", "On scene", Meaning::OnScene),
    ("TRN", "Transporting", Meaning::Transporting),
    ("HSP", "At hospital", Meaning::AtHospital),
    ("OOS", "Out of service", Meaning::OutOfService),
];

const AGENCIES: [(&str, &str); 3] = [
    ("FIRE", "Fire department"),
    ("EMS", "Ambulance service"),
    ("POLICE", "Police"),
];

/// Code, words, and after how many seconds without a unit a call stands out and asks for an act.
const PRIORITIES: [(&str, &str, u32, u32); 4] = [
    ("1", "Life in danger", 60, 120),
    ("2", "Urgent", 180, 360),
    ("3", "Soon", 900, 1_800),
    ("4", "When free", 3_600, 7_200),
];

/// Code, words, usual priority.
const INCIDENT_TYPES: [(&str, &str, &str); 12] = [
    ("FIRE", "Structure fire", "1"),
    ("ALARM", "Fire alarm", "2"),
    ("VEHFIRE", "Vehicle fire", "2"),
    ("HAZMAT", "Hazardous material", "1"),
    ("RESCUE", "Rescue", "1"),
    ("CRASH", "Traffic collision", "1"),
    ("MEDICAL", "Medical emergency", "1"),
    ("FALL", "Fall", "2"),
    ("ASSAULT", "Assault", "1"),
    ("BURGLARY", "Burglary", "2"),
    ("DISTURB", "Disturbance", "3"),
    ("SERVICE", "Service call", "4"),
];

const UNIT_TYPES: [(&str, &str); 6] = [
    ("ENGINE", "Fire engine"),
    ("LADDER", "Ladder truck"),
    ("RESCUE", "Rescue unit"),
    ("AMBULANCE", "Ambulance"),
    ("CHIEF", "Chief officer"),
    ("PATROL", "Patrol car"),
];

const DISPOSITIONS: [(&str, &str); 6] = [
    ("DONE", "Dealt with"),
    ("TRANSPORT", "Patient transported"),
    ("REFUSED", "Help declined"),
    ("NOTFOUND", "Nothing found"),
    ("FALSE", "False alarm"),
    ("DUPLICATE", "Same as another call"),
];

/// The unit statuses: without them nothing can be dispatched.
pub(crate) fn statuses() -> impl Iterator<Item = Command> {
    STATUSES.into_iter().map(|(status, label, meaning)| {
        DefineUnitStatus {
            code: code(status),
            label: code(label),
            meaning,
        }
        .into()
    })
}

/// The usual plans: what an engine company, an ambulance service and a police force would begin with.
const PLANS: &str = "\
plan,alarm,count,units,types
FIRE,1,3,ENGINE,FIRE
FIRE,1,1,LADDER|RESCUE+120|ENGINE+300,
FIRE,1,1,CHIEF,
FIRE,2,2,ENGINE,
FIRE,2,1,LADDER|RESCUE+120|ENGINE+300,
FIRE,2,1,AMBULANCE,
FIRE,3,2,ENGINE,
FIRE,3,1,CHIEF,
SMALLFIRE,1,1,ENGINE,ALARM|VEHFIRE
HAZMAT,1,2,ENGINE,HAZMAT
HAZMAT,1,1,RESCUE|LADDER+180,
HAZMAT,1,1,CHIEF,
RESCUE,1,1,RESCUE|LADDER+180|ENGINE+300,RESCUE
RESCUE,1,1,ENGINE,
RESCUE,1,1,AMBULANCE,
CRASH,1,1,PATROL,CRASH
CRASH,1,1,ENGINE|RESCUE+60,
CRASH,1,1,AMBULANCE,
CRASH,2,2,AMBULANCE,
CRASH,2,1,RESCUE|ENGINE+180,
MEDICAL,1,1,AMBULANCE,MEDICAL|FALL
ASSAULT,1,2,PATROL,ASSAULT
ASSAULT,1,1,AMBULANCE,
POLICE,1,1,PATROL,BURGLARY|DISTURB|SERVICE
";

/// The usual question cards, of the program's own making.
const CARDS: &str = include_str!("cards.csv");

/// Everything that a new center begins with apart from its name.
pub(crate) fn everything() -> Vec<Command> {
    let mut commands: Vec<Command> = statuses().collect();
    for (agency, name) in AGENCIES {
        let name = code(name);
        commands.push(
            DefineAgency {
                code: code(agency),
                name,
            }
            .into(),
        );
    }
    for (rank, (priority, label, warn, alarm)) in (1..).zip(PRIORITIES) {
        let define = DefinePriority {
            code: code(priority),
            label: code(label),
            rank,
            unassigned_warn_seconds: Some(warn),
            unassigned_alarm_seconds: Some(alarm),
        };
        commands.push(define.into());
    }
    for (incident_type, label, priority) in INCIDENT_TYPES {
        let define = DefineIncidentType {
            code: code(incident_type),
            label: code(label),
            priority: Some(code(priority)),
        };
        commands.push(define.into());
    }
    for (unit_type, label) in UNIT_TYPES {
        let label = code(label);
        commands.push(
            DefineUnitType {
                code: code(unit_type),
                label,
            }
            .into(),
        );
    }
    for (disposition, label) in DISPOSITIONS {
        let label = code(label);
        commands.push(
            DefineDisposition {
                code: code(disposition),
                label,
            }
            .into(),
        );
    }
    commands.extend(usual_clocks());
    commands.push(usual_welfare_rule(&["FIRE", "HAZMAT", "RESCUE"]));
    let plans = csv::read(PLANS).expect("the usual plans are a well-formed table");
    commands.push(
        PublishPlans {
            effective: None,
            plans,
        }
        .into(),
    );
    let cards = question::csv::read(CARDS).expect("the usual cards are a well-formed table");
    commands.push(
        PublishCards {
            effective: None,
            cards,
        }
        .into(),
    );
    commands
}

/// A code that stands in this program.
pub(crate) fn code(text: &str) -> Code {
    Code::new(text).expect("the program's own codes are well-formed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_stand_in_the_order_of_their_meanings() {
        for (at, (_, _, meaning)) in STATUSES.into_iter().enumerate() {
            assert_eq!(meaning as usize, at);
        }
    }
}
