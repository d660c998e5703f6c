use callbox_domain::{
    CallTemplate, Choice, Code, Command, CrewUnit, DefineAgency, DefineCallTemplate, DefineCenter,
    DefineDisposition, DefineIncidentType, DefinePriority, DefineStation, DefineUnit,
    DefineUnitStatus, DefineUnitType, EquipUnit, Meaning, Plan, PublishCards, PublishPlans,
    Requirement, Text, UnitId, When, question,
};

use super::{Kind, Town, ground::Point};
use crate::simulation::instead;

/// What callers are asked in this town, of the program's own making.
const CARDS: &str = include_str!("../../data/cards.csv");

impl Town {
    /// The commands that configure an empty center for this town, in their order.
    ///
    /// `timezone` is an IANA name; the town lies wherever its visitor is, so that its day and night
    /// are theirs.
    pub fn setup(&self, timezone: &str) -> Vec<Command> {
        let service = &self.service;
        let mut commands: Vec<Command> = vec![
            DefineCenter {
                name: code(&format!("{} (demo)", service.town)),
                timezone: code(timezone),
            }
            .into(),
        ];
        commands.extend(service.agencies.iter().map(|agency| {
            DefineAgency {
                code: code(&agency.code),
                name: code(&agency.name),
            }
            .into()
        }));
        commands.extend(service.priorities.iter().map(|priority| {
            DefinePriority {
                code: code(&priority.code),
                label: code(&priority.label),
                rank: priority.rank,
                unassigned_warn_seconds: Some(priority.warn),
                unassigned_alarm_seconds: Some(priority.alarm),
            }
            .into()
        }));
        commands.extend(self.kinds.iter().map(|kind| {
            DefineIncidentType {
                code: code(&kind.code),
                label: code(&kind.label),
                priority: Some(code(&kind.priority)),
            }
            .into()
        }));
        commands.extend(service.unit_types.iter().map(|unit_type| {
            DefineUnitType {
                code: code(&unit_type.code),
                label: code(&unit_type.label),
            }
            .into()
        }));
        commands.extend(service.unit_statuses.iter().map(|status| {
            DefineUnitStatus {
                code: code(&status.code),
                label: code(&status.label),
                meaning: Meaning::from_name(&status.meaning)
                    .expect("the town's statuses have known meanings"),
            }
            .into()
        }));
        commands.extend(service.templates.iter().map(|template| {
            DefineCallTemplate {
                template: CallTemplate {
                    code: code(&template.code),
                    label: code(&template.label),
                    incident_type: template.incident_type.as_deref().map(code),
                    priority: None,
                    place: None,
                    text: Text::new(&template.text).ok(),
                    retired: false,
                },
            }
            .into()
        }));
        commands.extend(service.dispositions.iter().map(|disposition| {
            DefineDisposition {
                code: code(&disposition.code),
                label: code(&disposition.label),
            }
            .into()
        }));
        commands.extend(service.stations.iter().map(|station| {
            let (lat, lon) = Point::from(station.at).degrees();
            DefineStation {
                code: code(&station.code),
                name: code(&station.name),
                agency: code(&station.agency),
                point: callbox_domain::Point::from_degrees(lat, lon),
                open: true,
            }
            .into()
        }));
        commands.extend(callbox_domain::usual_clocks());
        commands.push(callbox_domain::usual_welfare_rule(&[
            "FIRE", "VEHFIRE", "HAZARD",
        ]));
        commands.extend(self.units());
        commands.extend(self.crews());
        commands.push(
            PublishPlans {
                effective: None,
                plans: self.kinds.iter().filter_map(plan).collect(),
            }
            .into(),
        );
        let cards = question::csv::read(CARDS).expect("the town's cards are a well-formed table");
        commands.push(
            PublishCards {
                effective: None,
                cards,
            }
            .into(),
        );
        commands
    }

    /// Who is on the units, and the boat that one of the engines' crews takes.
    fn crews(&self) -> impl Iterator<Item = Command> {
        // Units are numbered in the order in which they are defined.
        let crews = self.service.crews.iter();
        let units = crews.flat_map(|crews| crews.signs.iter().map(move |sign| (crews, sign)));
        (1..).zip(units).flat_map(|(no, (crews, sign))| {
            let (size, skills, seats) = staff(&crews.unit_type);
            let shared_crew = match sign.as_str() {
                "E5" | "BOAT1" => Some(code("Harbour B")),
                _ => None,
            };
            let crew = CrewUnit {
                unit: UnitId(no),
                size,
                skills: skills.iter().map(|(skill, n)| (code(skill), *n)).collect(),
            };
            let equip = EquipUnit {
                unit: UnitId(no),
                equipment: Vec::new(),
                seats,
                shared_crew,
            };
            [crew.into(), equip.into()]
        })
    }

    fn units(&self) -> impl Iterator<Item = Command> {
        self.service.crews.iter().flat_map(|crews| {
            crews.signs.iter().map(|sign| {
                DefineUnit {
                    call_sign: code(sign),
                    agency: code(&crews.agency),
                    unit_type: code(&crews.unit_type),
                    station: Some(code(&crews.station)),
                }
                .into()
            })
        })
    }
}

/// How many are on a unit of a type, what they can do, how many patients it takes.
fn staff(unit_type: &str) -> (u8, &'static [(&'static str, u8)], u8) {
    match unit_type {
        "ENGINE" => (4, &[("EMT", 2)], 0),
        "LADDER" | "RESCUE" => (4, &[("EMT", 1)], 0),
        "MEDIC" => (2, &[("EMT", 2), ("PARAMEDIC", 1)], 1),
        "AMB" => (2, &[("EMT", 2)], 1),
        "PATROL" | "TRAFFIC" => (2, &[], 0),
        _ => (1, &[], 0),
    }
}

/// The plan for a kind: what goes at once, what may stand in for it, and two more alarms for fires.
fn plan(kind: &Kind) -> Option<Plan> {
    let requirement = |unit_type: &str, count: u8| {
        let first = Choice {
            unit_type: code(unit_type),
            later_seconds: 0,
        };
        let others = instead(unit_type).iter().map(|other| Choice {
            unit_type: code(other),
            later_seconds: 240,
        });
        Requirement {
            count,
            choices: std::iter::once(first).chain(others).collect(),
            skills: Vec::new(),
            equipment: Vec::new(),
            crew: 0,
            seats: 0,
        }
    };
    let mut first: Vec<Requirement> = Vec::new();
    for unit_type in &kind.send {
        let of_type = |known: &&mut Requirement| known.choices[0].unit_type.as_str() == unit_type;
        match first.iter_mut().find(of_type) {
            Some(known) => known.count += 1,
            None => first.push(requirement(unit_type, 1)),
        }
    }
    if first.is_empty() {
        return None;
    }
    let mut alarms = vec![first];
    if kind.send.iter().any(|unit_type| unit_type == "LADDER") {
        alarms.push(vec![
            requirement("ENGINE", 2),
            requirement("LADDER", 1),
            requirement("AMB", 1),
        ]);
        alarms.push(vec![requirement("ENGINE", 2), requirement("CHIEF", 1)]);
    }
    Some(Plan {
        code: code(&kind.code),
        when: When {
            types: vec![code(&kind.code)],
            ..When::default()
        },
        alarms,
        tie_seconds: 0,
        ties: Vec::new(),
    })
}

/// A code of the town's own, which is known to be well formed.
pub(crate) fn code(text: &str) -> Code {
    Code::new(text).expect("the town's codes are printable and short")
}
