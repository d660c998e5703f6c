use callbox_domain::{
    Code, Command, DefineAgency, DefineCenter, DefineDisposition, DefineIncidentType,
    DefinePriority, DefineStation, DefineUnit, DefineUnitStatus, DefineUnitType, Meaning,
};

use super::{Town, ground::Point};

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
        commands.extend(self.units());
        commands
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

/// A code of the town's own, which is known to be well formed.
pub(crate) fn code(text: &str) -> Code {
    Code::new(text).expect("the town's codes are printable and short")
}
