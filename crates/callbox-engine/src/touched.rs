use std::collections::{BTreeSet, VecDeque};

use callbox_domain::{Entry, Event, IncidentId, UnitId};

/// How many frames a client may be behind before it has to fetch the whole board again.
const KEPT: usize = 4_096;

/// What changed between two positions of the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// The ledger's length after the last change: where to go on from.
    pub seq: u64,
    /// The incidents that changed, in order, each once.
    pub incidents: Vec<IncidentId>,
    /// The units that changed, in order, each once.
    pub units: Vec<UnitId>,
    /// Whether the center's configuration changed.
    pub configuration: bool,
    /// Whether an alarm was raised or is another one: then one may have come and gone in between.
    pub alarms: bool,
    /// Whether nothing happened but reads, so that no board changes.
    pub is_quiet: bool,
}

/// Remembers which rows the last frames touched; bounded, the oldest is forgotten first.
#[derive(Debug)]
pub(crate) struct Ring {
    /// Positions before this one are forgotten.
    from: u64,
    frames: VecDeque<Touched>,
}

impl Ring {
    /// Begins at the ledger's present length.
    pub(crate) fn new(seq: u64) -> Self {
        Self {
            from: seq,
            frames: VecDeque::new(),
        }
    }

    /// Remembers a frame whose last entry makes the ledger `seq` long.
    pub(crate) fn push(&mut self, seq: u64, entries: &[Entry]) {
        if self.frames.len() == KEPT
            && let Some(oldest) = self.frames.pop_front()
        {
            self.from = oldest.seq;
        }
        let mut incidents = BTreeSet::new();
        let mut units = BTreeSet::new();
        for entry in entries {
            incidents.extend(entry.event.shown_incidents());
            units.extend(entry.event.unit());
        }
        let configuration = entries
            .iter()
            .any(|e| e.event.stream() == callbox_domain::Stream::Center);
        self.frames.push_back(Touched {
            seq,
            incidents: incidents.into_iter().collect(),
            units: units.into_iter().collect(),
            configuration,
            alarms: entries.iter().any(|e| changes_alarms(&e.event)),
            is_quiet: entries
                .iter()
                .all(|e| matches!(e.event, Event::ConsultationsRecorded(_))),
        });
    }

    /// What changed since the ledger was `seq` long; `None` when that is forgotten, or never was.
    pub(crate) fn since(&self, seq: u64) -> Option<Touched> {
        let now = self.frames.back().map_or(self.from, |frame| frame.seq);
        if seq < self.from || seq > now {
            return None;
        }
        let first = self.frames.partition_point(|frame| frame.seq <= seq);
        let mut incidents = BTreeSet::new();
        let mut units = BTreeSet::new();
        let (mut configuration, mut alarms, mut is_quiet) = (false, false, true);
        for frame in self.frames.range(first..) {
            incidents.extend(&frame.incidents);
            units.extend(&frame.units);
            configuration |= frame.configuration;
            alarms |= frame.alarms;
            is_quiet &= frame.is_quiet;
        }
        Some(Touched {
            seq: now,
            incidents: incidents.into_iter().collect(),
            units: units.into_iter().collect(),
            configuration,
            alarms,
            is_quiet,
        })
    }
}

/// Whether an event raises an alarm or changes one. Any event may end one: what lasts says that by itself.
fn changes_alarms(event: &Event) -> bool {
    matches!(
        event,
        Event::AlarmRaised(_)
            | Event::AlarmAcknowledged(_)
            | Event::AlarmEscalated(_)
            | Event::WelfareAsked(_)
            | Event::WelfareMissed(_)
            | Event::EmergencyDeclared(_)
    )
}
