use minicbor::{Decode, Encode};

use crate::{
    Center, Code, Context, Entry, Event, Refusal, UnitId, base::bounded, command::Verb,
    event::Payload,
};

/// Says what a unit carries, how many it seats, and with which units it shares its crew.
///
/// Refusals: no such unit; too much equipment; a shared crew that would be on two incidents.
#[derive(Clone, Debug, PartialEq)]
pub struct EquipUnit {
    /// Which unit.
    pub unit: UnitId,
    /// What it carries; the order does not matter.
    pub equipment: Vec<Code>,
    /// How many patients or other passengers it takes.
    pub seats: u8,
    /// The name of the crew that it shares with other units.
    pub shared_crew: Option<Code>,
}

/// What a unit carries was said, or with which units it shares its crew.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct UnitEquipped {
    /// Which unit.
    #[n(0)]
    pub unit: UnitId,
    /// What it carries, ordered.
    #[n(1)]
    pub equipment: Vec<Code>,
    /// How many patients or other passengers it takes.
    #[n(2)]
    pub seats: u8,
    /// The name of the crew that it shares with other units.
    #[n(3)]
    pub shared_crew: Option<Code>,
}

impl Verb for EquipUnit {
    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let unit = center.need_unit(self.unit)?;
        let mut equipment = self.equipment.clone();
        equipment.sort_unstable();
        equipment.dedup();
        bounded("the list of equipment", equipment.len())?;
        if unit.equipment == equipment
            && unit.seats == self.seats
            && unit.shared_crew == self.shared_crew
        {
            return Ok(vec![]);
        }
        // A unit at work cannot come to share the crew of another one at work.
        if let Some(name) = &self.shared_crew
            && !unit.active.is_empty()
            && let Some((other, incident)) = center.out_with_crew(name, self.unit)
        {
            return Err(Refusal::CrewIsOut {
                unit: unit.call_sign.clone(),
                other: other.call_sign.clone(),
                incident,
            });
        }
        let equipped = UnitEquipped {
            unit: self.unit,
            equipment,
            seats: self.seats,
            shared_crew: self.shared_crew.clone(),
        };
        Ok(vec![equipped.into()])
    }
}

impl Payload for UnitEquipped {
    fn evolve(&self, center: &mut Center, _: &Entry) {
        center.with_unit(self.unit, |unit| {
            unit.equipment = self.equipment.clone();
            unit.seats = self.seats;
            unit.shared_crew = self.shared_crew.clone();
        });
    }
}
