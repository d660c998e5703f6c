//! A unit: one of the service's own vehicles or crews that can be sent.

mod crew;
mod define;
mod equip;
mod put_in_service;
mod set_status;
mod take_out_of_service;

use minicbor::{Decode, Encode};

pub use crew::{Crew, CrewUnit, UnitCrewed};
pub(crate) use define::UnitDefinedV1;
pub use define::{DefineUnit, UnitDefined};
pub use equip::{EquipUnit, UnitEquipped};
pub use put_in_service::{PutUnitInService, UnitPutInService};
pub use set_status::UnitStatusSet;
pub(crate) use set_status::set_idle_status;
pub use take_out_of_service::{TakeUnitOutOfService, UnitTakenOutOfService};

use crate::{
    AssignmentNo, Center, Code, Emergency, IncidentId, Meaning, Personal, Text, Timestamp, UnitId,
};

/// One of the service's own vehicles or crews.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub struct Unit {
    /// Its number.
    #[n(0)]
    pub id: UnitId,
    /// The name by which it is called on the air.
    #[n(1)]
    pub call_sign: Code,
    /// The service it belongs to.
    #[n(2)]
    pub agency: Code,
    /// What kind of unit it is.
    #[n(3)]
    pub unit_type: Code,
    /// The code of the station where it stands when it is free.
    #[n(4)]
    pub station: Option<Code>,
    /// Whether it can be sent.
    #[n(5)]
    pub in_service: bool,
    /// The status code that it has apart from its assignments.
    #[n(6)]
    pub status: Code,
    /// Since when.
    #[n(7)]
    pub since: Timestamp,
    /// Why it is out of service, where somebody said so.
    #[n(8)]
    pub out_of_service_reason: Option<Personal<Text>>,
    /// Its assignments that have not ended, in the order of dispatch; mostly none or one.
    #[n(9)]
    pub active: Vec<(IncidentId, AssignmentNo)>,
    /// How many events its stream has.
    #[n(10)]
    pub version: u32,
    /// The ledger position of the last event that touched it.
    #[n(11)]
    pub touched: u64,
    /// What it carries, ordered.
    #[n(12)]
    pub equipment: Vec<Code>,
    /// How many patients or other passengers it takes.
    #[n(13)]
    pub seats: u8,
    /// The name of the crew that it shares with other units: sending one makes them unavailable.
    #[n(14)]
    pub shared_crew: Option<Code>,
    /// Who is on it this shift, in numbers.
    #[n(15)]
    pub crew: Option<Crew>,
    /// When it last became free from an incident, where that is known.
    #[n(16)]
    pub freed: Option<Timestamp>,
    /// Its crew is in need of help itself.
    #[n(20)]
    pub emergency: Option<Emergency>,
    /// The incidents that it is to do next, in their order, once it is free.
    #[n(21)]
    #[cbor(default)]
    pub stack: Vec<IncidentId>,
}

impl Unit {
    /// The status code that the unit shows, what it means, since when, and on which incident:
    /// that of its latest active assignment, or its own.
    pub fn shown<'a>(&'a self, center: &'a Center) -> Shown<'a> {
        let latest = self
            .active
            .last()
            .and_then(|(id, no)| Some((*id, center.incident(*id)?.assignment(*no)?)));
        match latest {
            Some((id, assignment)) => Shown {
                status: &assignment.status,
                meaning: assignment.meaning,
                since: assignment.since,
                incident: Some(id),
            },
            None => Shown {
                status: &self.status,
                meaning: if self.in_service {
                    Meaning::Available
                } else {
                    Meaning::OutOfService
                },
                since: self.since,
                incident: None,
            },
        }
    }
}

/// What a board shows of a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown<'a> {
    /// The agency's status code.
    pub status: &'a Code,
    /// What it means.
    pub meaning: Meaning,
    /// Since when.
    pub since: Timestamp,
    /// On which incident.
    pub incident: Option<IncidentId>,
}
