//! What consoles of an agency show: the same stream, without what the agency does not see; rendered once for all of
//! the agency's consoles.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use callbox_domain::{Center, Code, IncidentId, UnitId};
use callbox_engine::Touched;

use super::{Event, Message, Packer, render};
use crate::{positions::PositionRow, state::AppState};

/// What a board of an agency shows: two sets of numbers, of open incidents and of units.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sight {
    incidents: BTreeSet<IncidentId>,
    units: BTreeSet<UnitId>,
}

impl Sight {
    fn of(center: &Center) -> Arc<Self> {
        let incidents = center.incidents.iter().map(|(_, incident)| incident);
        let open = incidents.filter(|incident| incident.closed.is_none());
        let incidents = open.map(|incident| incident.id);
        let units = center.units.iter().map(|(_, unit)| unit.id);
        Arc::new(Self {
            incidents: incidents.collect(),
            units: units.collect(),
        })
    }
}

/// A message as an agency gets it, for consoles that show `before` and stand where it begins.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) message: Message,
    before: Arc<Sight>,
    after: Arc<Sight>,
}

/// The message of each agency that has a console.
pub(super) type ToldAll = Arc<BTreeMap<Code, Told>>;

/// What the consoles of all agencies were told last.
#[derive(Default)]
pub(super) struct Agencies(BTreeMap<Code, View>);

/// What all consoles of one agency share.
struct View {
    sight: Arc<Sight>,
    packer: Packer,
}

impl Agencies {
    /// What changed since `from` for each of `bound`; `touched` and `whole` are of the same moment.
    ///
    /// An agency that has just got its first console is left out: that console catches up by itself.
    pub(super) fn tell(
        &mut self,
        state: &AppState,
        bound: BTreeSet<Code>,
        from: u64,
        touched: Option<&Touched>,
        whole: &Center,
    ) -> ToldAll {
        let mut known = std::mem::take(&mut self.0);
        let mut told = BTreeMap::new();
        for agency in bound {
            let center = state.sights.of(&agency, whole);
            let after = Sight::of(&center);
            let (before, mut packer) = match known.remove(&agency) {
                Some(View { sight, packer }) => (Some(sight), packer),
                None => (None, Packer::default()),
            };
            if let Some(before) = before {
                let mut message = between(state, &center, from, touched, (&before, &after));
                packer.pack(message.event());
                let one = Told {
                    message,
                    before,
                    after: Arc::clone(&after),
                };
                told.insert(agency.clone(), one);
            }
            let sight = after;
            self.0.insert(agency, View { sight, packer });
        }
        Arc::new(told)
    }

    /// The rows of `moved` that each agency sees, as far as its consoles were told of the units.
    pub(super) fn positions(
        &mut self,
        state: &AppState,
        moved: &[PositionRow],
    ) -> Arc<ForAgencies> {
        let mut events = ForAgencies::new();
        for (code, View { sight, packer }) in &mut self.0 {
            let rows = moved.iter();
            let rows: Vec<_> = rows
                .filter(|row| sight.units.contains(&row.unit()))
                .collect();
            let mut event = Event::default();
            if !rows.is_empty() {
                event = render::moved(state, &rows);
                packer.pack(&mut event);
            }
            events.insert(code.clone(), event);
        }
        Arc::new(events)
    }

    /// The beat of each agency: consoles get into step with it.
    pub(super) fn beat(&mut self, event: &Event) -> Arc<ForAgencies> {
        let mut events = ForAgencies::new();
        for (code, View { packer, .. }) in &mut self.0 {
            let mut event = event.clone();
            packer.begin();
            packer.pack(&mut event);
            events.insert(code.clone(), event);
        }
        Arc::new(events)
    }
}

/// An event for each agency that has a console; empty where there is nothing to say to it.
pub(super) type ForAgencies = BTreeMap<Code, Event>;

/// What changed for an agency since `from`: the rows that were touched and those that came in sight. Where one
/// went out of it, consoles fetch their board anew: so what is not shared any more is gone from them, whatever
/// they showed.
fn between(
    state: &AppState,
    center: &Center,
    from: u64,
    touched: Option<&Touched>,
    (before, after): (&Sight, &Sight),
) -> Message {
    let mut left = before.incidents.difference(&after.incidents);
    // One that was closed meanwhile has its last row.
    let is_left = left.any(|id| center.incident(*id).is_none())
        || before.units.difference(&after.units).next().is_some();
    let Some(touched) = touched.filter(|it| !is_left && !it.configuration) else {
        return render::reset(state, center);
    };
    let incidents = touched.incidents.iter();
    let incidents = incidents.filter(|id| center.incident(**id).is_some());
    let incidents = incidents.chain(after.incidents.difference(&before.incidents));
    let units = touched
        .units
        .iter()
        .filter(|id| after.units.contains(id))
        .chain(after.units.difference(&before.units));
    let touched = Touched {
        seq: touched.seq,
        incidents: incidents
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        units: units
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        ..Touched::default()
    };
    Message::Change {
        from,
        seq: touched.seq,
        event: render::change(state, center, &touched, true),
    }
}

/// What one console of an agency was shown.
pub(super) struct Seen {
    pub(super) agency: Code,
    /// Nothing before the first message.
    shown: Option<Arc<Sight>>,
}

impl Seen {
    pub(super) fn new(agency: Code) -> Self {
        Self {
            agency,
            shown: None,
        }
    }

    /// The agency's message, where this console stands at `position` and shows what it begins with.
    pub(super) fn take(&mut self, told: &ToldAll, position: u64) -> Option<Message> {
        let told = told.get(&self.agency)?;
        let shown = self.shown.as_ref()?;
        let is_same = Arc::ptr_eq(shown, &told.before) || *shown == told.before;
        let begins = match told.message {
            Message::Change { from, .. } => from == position,
            _ => true,
        };
        (is_same && begins).then(|| {
            self.shown = Some(Arc::clone(&told.after));
            told.message.clone()
        })
    }

    /// What changed for this console alone since `from`.
    pub(super) fn since(&mut self, state: &AppState, from: u64) -> Message {
        let (touched, whole) = state.engine.moment(from);
        let center = state.sights.of(&self.agency, &whole);
        let now = Sight::of(&center);
        let before = self.shown.replace(Arc::clone(&now));
        match (before, touched) {
            // What was in sight when the board was fetched is known only if nothing happened since.
            (_, Some(touched)) if touched.is_quiet => Message::Change {
                from,
                seq: touched.seq,
                event: Event::default(),
            },
            (Some(before), touched) => {
                between(state, &center, from, touched.as_ref(), (&before, &now))
            }
            (None, _) => render::reset(state, &center),
        }
    }
}
