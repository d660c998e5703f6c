//! The live state of one dispatch centre.

mod bound;
mod invariants;
mod sharing;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use minicbor::{Decode, Encode};

use crate::{
    Account, Assignment, AssignmentNo, Closure, ClosureId, Code, Configuration, ConsultationCounts,
    Entry, ErasureCase, Grant, GrantCounts, Incident, IncidentId, Line, NoteId, PremiseNote,
    Refusal, SignInRules, Stream, Table, Unit, UnitId, alarm::Alarm, undo::Recent,
};

pub use invariants::BrokenInvariant;

/// How many closed incidents stay in memory at least; older ones go to the archive.
pub const CLOSED_KEPT: usize = 500;
/// How many closed incidents are in memory at most: those beyond [`CLOSED_KEPT`] leave it together.
pub const CLOSED_AT_MOST: usize = CLOSED_KEPT + 64;

/// The live state of one dispatch centre: what `decide` reads and `evolve` changes.
///
/// A clone shares what did not change, so that readers keep a state for as long as they like.
/// Size: open incidents, the last closed ones ([`CLOSED_AT_MOST`]), all units, the configuration.
#[derive(Clone, Debug, Default, Encode, Decode)]
#[cbor(map)]
pub struct Center {
    /// What the agency set up.
    #[cbor(n(0), with = "crate::base::shared")]
    pub configuration: Arc<Configuration>,
    /// Open incidents and the last closed ones, by number.
    #[n(1)]
    pub incidents: Table<Incident>,
    /// All units, by number.
    #[n(2)]
    pub units: Table<Unit>,
    #[cbor(n(3), with = "crate::base::shared")]
    call_signs: Arc<BTreeMap<Code, UnitId>>,
    #[n(4)]
    last_incident: u64,
    #[n(5)]
    last_unit: u32,
    /// The ledger's length that this state stands for: the next entry's `seq`.
    #[n(6)]
    next_seq: u64,
    #[n(7)]
    configuration_version: u32,
    /// Closed incidents in memory, the one that was closed or touched longest ago first.
    #[n(8)]
    closed: VecDeque<IncidentId>,
    /// Set when an entry did not fit the state.
    #[n(9)]
    broken: Option<BrokenInvariant>,
    /// Alarms that last, in the order in which they were raised.
    #[n(20)]
    #[cbor(default)]
    pub(crate) alarms: Vec<Alarm>,
    /// What may still be undone, by the ledger position of its event.
    #[n(21)]
    #[cbor(default)]
    pub(crate) recent: Table<Recent>,
    /// What is to be known about places, by number.
    #[n(30)]
    pub notes: Table<PremiseNote>,
    #[n(31)]
    last_note: u64,
    /// The closures in force, by number.
    #[n(40)]
    #[cbor(default)]
    pub closures: Table<Closure>,
    #[n(41)]
    #[cbor(default)]
    pub(crate) last_closure: u64,
    /// What stands on the record about erasures, by the incident's number.
    #[n(80)]
    pub(crate) erasures: Table<ErasureCase>,
    /// How many reads are on the record.
    #[n(90)]
    #[cbor(default)]
    pub consultations: ConsultationCounts,
    /// What was broken and waits for its review, by number.
    #[n(91)]
    #[cbor(default)]
    pub grants: Table<Grant>,
    /// How often the glass was broken.
    #[n(92)]
    #[cbor(default)]
    pub grant_counts: GrantCounts,
    /// Who has an account, by its number.
    #[n(93)]
    #[cbor(default)]
    pub accounts: Table<Account>,
    /// What sign-in asks for.
    #[n(94)]
    #[cbor(default)]
    pub sign_in: SignInRules,
}

impl Center {
    /// The `seq` that the next entry will have: how many entries this state stands for.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The number of the newest incident; 0 when there is none.
    pub fn last_incident(&self) -> IncidentId {
        IncidentId(self.last_incident)
    }

    /// The incident in memory with this number; older closed ones stand in the archive.
    pub fn incident(&self, id: IncidentId) -> Option<&Arc<Incident>> {
        self.incidents.get(id.0)
    }

    /// The unit with this number.
    pub fn unit(&self, id: UnitId) -> Option<&Arc<Unit>> {
        self.units.get(u64::from(id.0))
    }

    /// The unit with this call sign.
    pub fn unit_called(&self, call_sign: &str) -> Option<&Arc<Unit>> {
        self.unit(*self.call_signs.get(call_sign)?)
    }

    /// The units that share the crew of this name.
    pub fn sharing(&self, crew: &Code) -> impl Iterator<Item = &Arc<Unit>> {
        let units = self.units.iter().map(|(_, unit)| unit);
        units.filter(move |unit| unit.shared_crew.as_ref() == Some(crew))
    }

    /// The unit, apart from `except`, with which a shared crew is out, and on which incident.
    pub fn out_with_crew(&self, crew: &Code, except: UnitId) -> Option<(&Unit, IncidentId)> {
        self.sharing(crew)
            .filter(|unit| unit.id != except)
            .find_map(|unit| Some((&**unit, unit.active.first()?.0)))
    }

    /// A unit's crew; of those that share one, what was said last of any of them.
    pub fn crew_of<'a>(&'a self, unit: &'a Unit) -> Option<&'a crate::Crew> {
        match &unit.shared_crew {
            None => unit.crew.as_ref(),
            Some(name) => self
                .sharing(name)
                .filter_map(|unit| unit.crew.as_ref())
                .max_by_key(|crew| crew.since),
        }
    }

    /// The version that the next event of `stream` will have, from 1.
    pub fn next_version(&self, stream: Stream) -> u32 {
        1 + match stream {
            Stream::Center => self.configuration_version,
            Stream::Incident(id) => self.incident(id).map_or(0, |incident| incident.version),
            Stream::Unit(id) => self.unit(id).map_or(0, |unit| unit.version),
            Stream::PremiseNote(id) => self.notes.get(id.0).map_or(0, |note| note.version),
            Stream::Closure(id) => match self.closures.get(id.0) {
                Some(closure) => closure.version,
                // Its opening may be undone: that follows the event that opened it.
                None => self.lifted(id).map_or(0, |closure| closure.version + 1),
            },
            Stream::Consultations(day) if day == self.consultations.day => {
                self.consultations.version
            }
            Stream::Consultations(_) => 0,
            Stream::Grant(id) => self.grants.get(id.0).map_or(0, |grant| grant.version),
            Stream::Account(crate::ActorId::SYSTEM) => self.sign_in.version,
            Stream::Account(id) => self.accounts.get(id.0).map_or(0, |known| known.version),
        }
    }

    /// Whether the incident exists but has left memory.
    pub fn is_archived(&self, id: IncidentId) -> bool {
        (1..=self.last_incident).contains(&id.0) && self.incident(id).is_none()
    }

    /// Takes an incident from the archive back into memory.
    pub fn thaw(&mut self, incident: Arc<Incident>) {
        self.closed.push_back(incident.id);
        self.incidents.insert(incident.id.0, incident);
    }

    /// Takes a thawed incident that nothing happened to out of memory again.
    pub fn freeze(&mut self, id: IncidentId) {
        self.closed.retain(|closed| *closed != id);
        self.incidents.remove(id.0);
    }

    /// Builds an archived incident anew from its entries, in their order; `None` when the first
    /// is not its reception.
    pub fn rebuild(id: IncidentId, entries: &[Entry]) -> Option<Arc<Incident>> {
        // A scratch state without units and other incidents: only what happens to this one counts.
        let mut scratch = Self::default();
        for entry in entries {
            scratch.evolve(entry);
        }
        scratch.incidents.remove(id.0)
    }

    /// Whether more than [`CLOSED_AT_MOST`] closed incidents are in memory: it is time to
    /// [`retire`](Center::retire) those beyond [`CLOSED_KEPT`].
    pub fn is_to_retire(&self) -> bool {
        self.closed.len() > CLOSED_AT_MOST
    }

    /// Takes the closed incidents beyond the last `keep` out of memory, for the archive.
    ///
    /// Which ones are in memory is no part of what the record says: nothing depends on when this is called.
    pub fn retire(&mut self, keep: usize) -> Vec<Arc<Incident>> {
        let excess = self.closed.len().saturating_sub(keep);
        let ids: Vec<_> = self.closed.drain(..excess).collect();
        ids.into_iter()
            .filter_map(|id| self.incidents.remove(id.0))
            .collect()
    }

    /// The whole state as deterministic CBOR: equal bytes mean equal states.
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::event::to_bytes(self)
    }

    /// Reads a state that [`to_bytes`](Center::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, minicbor::decode::Error> {
        minicbor::decode(bytes)
    }

    /// The incident, or the refusal that names it; an erased one takes nothing more up.
    pub(crate) fn need_incident(&self, id: IncidentId) -> Result<&Incident, Refusal> {
        if self.is_erased(id) {
            return Err(Refusal::IncidentErased(id));
        }
        self.incident(id)
            .map(AsRef::as_ref)
            .ok_or(Refusal::UnknownIncident(id))
    }

    /// The incident if it is open and worked on under its own number, or the refusal that says what is the matter.
    pub(crate) fn need_open(&self, id: IncidentId) -> Result<&Incident, Refusal> {
        let incident = self.need_incident(id)?;
        match (&incident.closed, incident.intake.merged_into) {
            (Some(_), _) => Err(Refusal::IncidentClosed(id)),
            (None, Some(into)) => Err(Refusal::IncidentMerged { incident: id, into }),
            (None, None) => Ok(incident),
        }
    }

    /// The call signs of the units that are on an incident.
    pub(crate) fn call_signs_on(&self, incident: &Incident) -> Vec<Code> {
        let units = incident
            .active()
            .filter_map(|active| self.unit(active.unit));
        units.map(|unit| unit.call_sign.clone()).collect()
    }

    /// The unit, or the refusal that names it.
    pub(crate) fn need_unit(&self, id: UnitId) -> Result<&Unit, Refusal> {
        self.unit(id)
            .map(AsRef::as_ref)
            .ok_or_else(|| Refusal::UnknownUnit(id.to_string()))
    }

    /// The number for a new incident.
    pub(crate) fn new_incident(&self) -> IncidentId {
        IncidentId(self.last_incident + 1)
    }

    /// The number for a new unit.
    pub(crate) fn new_unit(&self) -> UnitId {
        UnitId(self.last_unit + 1)
    }

    /// The configuration for writing.
    pub(crate) fn configure(&mut self) -> &mut Configuration {
        Arc::make_mut(&mut self.configuration)
    }

    /// Adds an incident that was received.
    pub(crate) fn add_incident(&mut self, incident: Incident) {
        if incident.id != self.new_incident() {
            self.mark_broken(format!(
                "incident {} came where {} was due",
                incident.id,
                self.new_incident()
            ));
        }
        self.last_incident = self.last_incident.max(incident.id.0);
        self.incidents.insert(incident.id.0, Arc::new(incident));
    }

    /// Changes an incident; marks the center as broken where there is none.
    pub(crate) fn with_incident(&mut self, id: IncidentId, change: impl FnOnce(&mut Incident)) {
        match self.incidents.get_mut(id.0) {
            Some(incident) => change(incident),
            None => self.mark_broken(format!(
                "an event refers to incident {id}, which is not in memory"
            )),
        }
    }

    /// Changes an assignment; marks the center as broken where there is none.
    pub(crate) fn with_assignment(
        &mut self,
        id: IncidentId,
        no: AssignmentNo,
        change: impl FnOnce(&mut Assignment),
    ) {
        let mut is_there = true;
        self.with_incident(id, |incident| {
            let at = usize::from(no.0).wrapping_sub(1);
            match incident.assignments.get_mut(at) {
                Some(assignment) => change(Arc::make_mut(assignment)),
                None => is_there = false,
            }
        });
        if !is_there {
            self.mark_broken(format!(
                "an event refers to assignment {no} of incident {id}, which does not exist"
            ));
        }
    }

    /// Adds a narrative line; marks the center as broken where it is not the next one.
    pub(crate) fn add_line(&mut self, id: IncidentId, line: Line) {
        let mut due = line.no.0 as usize;
        self.with_incident(id, |incident| {
            due = incident.lines.len() + 1;
            incident.lines.push(Arc::new(line.clone()));
        });
        if due != line.no.0 as usize {
            self.mark_broken(format!(
                "line {} of incident {id} came where {due} was due",
                line.no
            ));
        }
    }

    /// Adds a unit or changes its definition.
    pub(crate) fn put_unit(&mut self, unit: Unit) {
        if unit.id > self.new_unit() || unit.id.0 == 0 {
            self.mark_broken(format!(
                "unit {} came where {} was due",
                unit.id,
                self.new_unit()
            ));
        }
        self.last_unit = self.last_unit.max(unit.id.0);
        let call_signs = Arc::make_mut(&mut self.call_signs);
        call_signs.retain(|_, id| *id != unit.id);
        call_signs.insert(unit.call_sign.clone(), unit.id);
        self.units.insert(u64::from(unit.id.0), Arc::new(unit));
    }

    /// Changes a unit; marks the center as broken where there is none.
    pub(crate) fn with_unit(&mut self, id: UnitId, change: impl FnOnce(&mut Unit)) {
        match self.units.get_mut(u64::from(id.0)) {
            Some(unit) => change(unit),
            None => self.mark_broken(format!(
                "an event refers to unit {id}, which does not exist"
            )),
        }
    }

    /// The premise note, or the refusal that names it.
    pub(crate) fn need_note(&self, id: NoteId) -> Result<&PremiseNote, Refusal> {
        let note = self.notes.get(id.0).map(AsRef::as_ref);
        note.ok_or(Refusal::UnknownNote(id))
    }

    /// The number for a new premise note.
    pub(crate) fn new_note(&self) -> NoteId {
        NoteId(self.last_note + 1)
    }

    /// Adds a premise note or changes it.
    pub(crate) fn put_note(&mut self, note: PremiseNote) {
        if note.id > self.new_note() || note.id.0 == 0 {
            self.mark_broken(format!("note {} came out of order", note.id));
        }
        self.last_note = self.last_note.max(note.id.0);
        self.notes.insert(note.id.0, Arc::new(note));
    }

    /// Changes a premise note; marks the center as broken where there is none.
    pub(crate) fn with_note(&mut self, id: NoteId, change: impl FnOnce(&mut PremiseNote)) {
        match self.notes.get_mut(id.0) {
            Some(note) => change(note),
            None => self.mark_broken(format!(
                "an event refers to note {id}, which does not exist"
            )),
        }
    }

    /// Takes a closure that ended out of the state; marks the center as broken where there is none.
    pub(crate) fn end_closure(&mut self, id: ClosureId) {
        if self.closures.remove(id.0).is_none() {
            self.mark_broken(format!(
                "an event refers to closure {id}, which does not exist"
            ));
        }
    }

    /// Remembers that an incident was closed, for [`retire`](Center::retire).
    pub(crate) fn note_closed(&mut self, id: IncidentId) {
        self.closed.push_back(id);
    }

    /// Remembers that an incident was reopened.
    pub(crate) fn note_reopened(&mut self, id: IncidentId) {
        self.closed.retain(|closed| *closed != id);
    }

    /// Counts the entry up in its stream and in the ledger's length.
    pub(crate) fn count_up(&mut self, entry: &Entry) {
        if entry.seq != self.next_seq {
            self.mark_broken(format!(
                "entry {} came where {} was due",
                entry.seq, self.next_seq
            ));
        }
        self.next_seq = entry.seq + 1;
        if let Some(unit) = entry.event.unit() {
            self.with_unit(unit, |unit| unit.touched = entry.seq);
        }
        if entry.event.is_configuration() {
            self.configure().note_change(entry.seq);
        }
        match entry.event.stream() {
            Stream::Center => self.configuration_version += 1,
            Stream::Incident(id) => self.with_incident(id, |incident| {
                incident.version += 1;
                incident.touched = entry.seq;
                incident.history.push(entry.seq);
            }),
            Stream::PremiseNote(id) => self.with_note(id, |note| note.version += 1),
            // One that ended is gone; what follows when its opening is undone counts on from there.
            Stream::Closure(id) => {
                if let Some(closure) = self.closures.get_mut(id.0) {
                    closure.version += 1;
                }
            }
            Stream::Consultations(_) => self.consultations.version += 1,
            // One that was reviewed is gone, and no event follows in its stream.
            Stream::Grant(id) => {
                if let Some(grant) = self.grants.get_mut(id.0) {
                    grant.version += 1;
                }
            }
            Stream::Account(crate::ActorId::SYSTEM) => self.sign_in.version += 1,
            Stream::Account(id) => self.with_account(id, |account| account.version += 1),
            Stream::Unit(id) => self.with_unit(id, |unit| {
                unit.version += 1;
            }),
        }
    }

    /// Marks the state as broken; the first reason stays.
    pub(crate) fn mark_broken(&mut self, what: String) {
        self.broken.get_or_insert(BrokenInvariant(what));
    }
}
