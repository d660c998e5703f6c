//! What an agency sees of the center: made once for all who are bound to it, and of each incident what it is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use callbox_domain::{Center, Code, Entry, Incident, IncidentId, Refusal};

use crate::{
    problem::Problem,
    security::Signed,
    state::{AppState, blocking},
};

/// How many agencies' sights are kept; a center has fewer agencies with bound accounts.
const KEPT: usize = 64;

/// The newest sight of each agency, by the ledger's length.
#[derive(Default)]
pub(crate) struct Sights(Mutex<BTreeMap<Code, Arc<Center>>>);

impl Sights {
    /// `center` as `agency` sees it; those who ask at the same time wait for one that is made.
    pub(crate) fn of(&self, agency: &Code, center: &Center) -> Arc<Center> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sight) = kept.get(agency)
            && sight.next_seq() == center.next_seq()
        {
            return Arc::clone(sight);
        }
        let sight = Arc::new(center.seen_by(agency));
        if kept.len() >= KEPT && !kept.contains_key(agency) {
            kept.pop_first();
        }
        kept.insert(agency.clone(), Arc::clone(&sight));
        sight
    }
}

impl AppState {
    /// The incident from memory or the archive as who asks is told it, or the refusal that names it.
    pub(crate) async fn incident_for(
        &self,
        signed: Option<&Signed>,
        id: IncidentId,
    ) -> Result<Arc<Incident>, Problem> {
        let center = self.center_for(signed);
        let found = match center.incident(id) {
            Some(incident) => Some(Arc::clone(incident)),
            None => {
                let engine = self.engine.clone();
                let archived = blocking(move || engine.incident(id)).await?;
                archived
                    .map_err(|error| Problem::internal("the incident cannot be read", &error))?
                    .and_then(|incident| self.told(signed, &incident))
            }
        };
        found.ok_or_else(|| Refusal::UnknownIncident(id).into())
    }

    /// An incident as who asks is told it; nothing where they do not see it.
    pub(crate) fn told(
        &self,
        signed: Option<&Signed>,
        incident: &Arc<Incident>,
    ) -> Option<Arc<Incident>> {
        match signed.and_then(Signed::agency) {
            Some(agency) => self.engine.snapshot().incident_seen_by(agency, incident),
            None => Some(Arc::clone(incident)),
        }
    }

    /// Those of `ids` that who asks sees.
    pub(crate) async fn seen_of(
        &self,
        signed: Option<&Signed>,
        ids: BTreeSet<IncidentId>,
    ) -> Result<BTreeSet<IncidentId>, Problem> {
        let Some(agency) = signed.and_then(Signed::agency).cloned() else {
            return Ok(ids);
        };
        let engine = self.engine.clone();
        let seen = move || {
            let center = engine.snapshot();
            let mut seen = BTreeSet::new();
            for id in ids {
                let incident = engine.incident(id)?;
                seen.extend(incident.and_then(|it| center.sees(&agency, &it).then_some(id)));
            }
            Ok(seen)
        };
        let seen: Result<_, callbox_engine::ReadError> = blocking(seen).await?;
        seen.map_err(|error| Problem::internal("the incidents cannot be read", &error))
    }

    /// What is recorded of an incident as who asks is told it.
    pub(crate) fn told_entries(&self, signed: Option<&Signed>, entries: Vec<Entry>) -> Vec<Entry> {
        let Some(agency) = signed.and_then(Signed::agency) else {
            return entries;
        };
        let center = self.engine.snapshot();
        let told = entries.iter();
        told.filter_map(|entry| center.entry_told_to(agency, entry))
            .collect()
    }
}
