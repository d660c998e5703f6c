//! Pages of closed incidents, those that left memory among them.

use std::sync::Arc;

use callbox_domain::{Center, Incident, IncidentId};

use crate::{Engine, ReadError};

/// How many archived incidents are looked up together.
const CHUNK: usize = 64;

/// A page of closed incidents.
#[derive(Debug)]
pub struct HistoryPage {
    /// The incidents, the newest first.
    pub found: Vec<Arc<Incident>>,
    /// Below which number to go on; nothing where there are no more.
    pub next: Option<IncidentId>,
}

impl HistoryPage {
    /// A page of at most `limit` of what was `found`, which has one more where there is a next page.
    pub fn cut(mut found: Vec<Arc<Incident>>, limit: usize) -> Self {
        let has_more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| has_more);
        let next = last.map(|incident| incident.id);
        Self { found, next }
    }
}

impl Engine {
    /// At most `limit` closed incidents below `before`, the newest first.
    pub fn history(
        &self,
        before: Option<IncidentId>,
        limit: usize,
    ) -> Result<Vec<Arc<Incident>>, ReadError> {
        let center = self.snapshot();
        let page = self.history_where(&center, before, limit, usize::MAX, |it| {
            Some(Arc::clone(it))
        });
        Ok(page?.found)
    }

    /// The same with those only that `show` gives back, which it may change; at most `look` are looked at.
    pub fn history_where(
        &self,
        center: &Center,
        mut before: Option<IncidentId>,
        limit: usize,
        look: usize,
        show: impl Fn(&Arc<Incident>) -> Option<Arc<Incident>>,
    ) -> Result<HistoryPage, ReadError> {
        let (mut found, mut looked) = (Vec::new(), 0);
        while found.len() < limit && looked < look {
            let wanted = (limit - found.len()).max(CHUNK).min(look - looked);
            let ids = self.closed_below(center, before, wanted)?;
            let is_last = ids.len() < wanted;
            for id in ids {
                before = Some(id);
                looked += 1;
                let incident = self.incident_in(center, id)?;
                found.extend(incident.and_then(|incident| show(&incident)));
                if found.len() == limit {
                    break;
                }
            }
            if is_last && found.len() < limit {
                return Ok(HistoryPage { found, next: None });
            }
        }
        Ok(HistoryPage {
            found,
            next: before,
        })
    }

    /// The numbers of at most `limit` closed incidents below `before`, the newest first.
    fn closed_below(
        &self,
        center: &Center,
        before: Option<IncidentId>,
        limit: usize,
    ) -> Result<Vec<IncidentId>, ReadError> {
        let below = |id: u64| before.is_none_or(|before| id < before.0);
        let mut ids: Vec<IncidentId> = center
            .incidents
            .iter()
            .rev()
            .filter(|(id, incident)| below(*id) && incident.closed.is_some())
            .map(|(_, incident)| incident.id)
            .take(limit)
            .collect();
        // An archived row of an incident that is in memory again is out of date.
        let archived = self.archive().before(before, limit)?;
        ids.extend(
            archived
                .into_iter()
                .filter(|id| center.incident(*id).is_none()),
        );
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.truncate(limit);
        Ok(ids)
    }
}
