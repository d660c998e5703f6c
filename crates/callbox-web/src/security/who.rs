//! Who can see or do something, and why: the tables of routes, rights and reads as an answer.

use serde::Serialize;

use super::{Route, Verb, all};
use crate::{
    access::{Role, Scope, rights},
    reads::table::{Need, needs},
};

/// One route with everything that decides about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// The method, as in `GET`.
    pub method: &'static str,
    /// The path as the router has it, as in `/incidents/{id}`.
    pub path: &'static str,
    /// The right in words, as in 'you may …'.
    pub right: &'static str,
    /// Whether anybody may, signed in or not.
    pub open: bool,
    /// The roles that may; all where it is open.
    pub roles: Vec<&'static str>,
    /// The scopes of tokens that it is open to, within their account's role.
    pub scopes: Vec<&'static str>,
    /// Whether who does it has to prove again who they are.
    pub grave: bool,
    /// Whether a center may keep it for those on duty (`callbox policy set duty required`).
    pub duty: bool,
    /// What is put on the record as read, before it is shown; `None` where nothing is.
    pub read: Option<&'static str>,
    /// How far an account gets that is bound to one agency: `yes`, `what it sees`, `incidents it sees`, `no`.
    pub agency: &'static str,
    /// Why an emergency service may offer it.
    pub reason: &'static str,
}

impl Grant {
    fn of(route: &Route) -> Self {
        let action = route.action;
        let open = rights::is_open(action);
        let reads = route.verb == Verb::Get;
        let roles = Role::ALL
            .into_iter()
            .filter(|role| rights::may(*role, action));
        let scopes = Scope::ALL.into_iter();
        let scopes = scopes.filter(|scope| open || action.is_open_to(*scope, reads));
        Self {
            method: route.verb.name(),
            path: route.path,
            right: rights::words(action).0,
            open,
            roles: roles.map(Role::name).collect(),
            scopes: scopes.map(Scope::name).collect(),
            grave: action.is_grave(),
            duty: action.is_for_those_on_duty(),
            read: needs(route.verb, route.path, action).and_then(read_name),
            agency: super::reach(route).name(),
            reason: route.reason,
        }
    }

    /// Whether it answers what was asked: `/incidents/2612`, `POST /incidents/2612/units`, or words.
    fn answers(&self, asked: &str) -> bool {
        let (method, rest) = match asked.split_once(' ') {
            Some((method, rest)) if ["GET", "POST", "PUT"].contains(&method) => (method, rest),
            _ => ("", asked),
        };
        if !method.is_empty() && method != self.method {
            return false;
        }
        if rest.starts_with('/') {
            return fits(self.path, rest);
        }
        let asked = rest.to_lowercase();
        [self.path, self.right, self.reason]
            .iter()
            .any(|text| text.to_lowercase().contains(&asked))
    }
}

/// Whether an address is one of a route's.
fn fits(route: &str, address: &str) -> bool {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let mut parts = address.split('/');
    for piece in route.split('/') {
        if piece.starts_with("{*") {
            return parts.next().is_some();
        }
        match parts.next() {
            Some(part) if piece == part || (piece.starts_with('{') && !part.is_empty()) => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

fn read_name(need: Need) -> Option<&'static str> {
    Some(match need {
        Need::Nothing => return None,
        Need::Board | Need::Stream => "board",
        Need::Incident => "incident",
        Need::HandOut => "incident, handed out",
        Need::Premises | Need::PremisesAt => "premises",
        Need::Erasures => "erasures",
        Need::Events => "events",
        Need::Consultations => "consultations",
        Need::OwnReads => "own reads",
    })
}

/// Every route that answers what was asked: an address, an address with its method, words of a right
/// or a reason; all where nothing was asked. Exact paths come first.
pub fn who_can_see(asked: &str) -> Vec<Grant> {
    let asked = asked.trim();
    let mut found: Vec<Grant> = all()
        .map(Grant::of)
        .filter(|grant| grant.answers(asked))
        .collect();
    if asked.is_empty() {
        return found;
    }
    let exact = |grant: &Grant| grant.path == asked || !grant.path.contains('{');
    found.sort_by_key(|grant| !exact(grant));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(asked: &str) -> Vec<(&'static str, &'static str)> {
        let found = who_can_see(asked);
        found
            .iter()
            .map(|grant| (grant.method, grant.path))
            .collect()
    }

    #[test]
    fn an_address_is_answered_by_its_route() {
        assert_eq!(paths("/incidents/2612"), [("GET", "/incidents/{id}")]);
        assert_eq!(paths("/incidents/2612?x=1"), [("GET", "/incidents/{id}")]);
        let sending = [("POST", "/incidents/{id}/units")];
        assert_eq!(paths("POST /incidents/2612/units"), sending);
        assert_eq!(paths("GET /incidents/2612/units"), []);
        assert_eq!(paths("/nothing/at/all"), []);
        assert_eq!(who_can_see("").len(), all().count());
    }

    #[test]
    fn words_are_found_in_rights_and_reasons() {
        let found = who_can_see("Keep accounts");
        assert!(found.iter().all(|grant| grant.roles == ["administrator"]));
        assert!(found.len() >= 3 && found.iter().all(|grant| grant.grave));
        let incident = &who_can_see("/incidents/1")[0];
        assert_eq!((incident.read, incident.duty), (Some("incident"), false));
        assert!(who_can_see("POST /incidents/1/units")[0].duty);
        assert_eq!(incident.roles, ["call-taker", "dispatcher", "supervisor"]);
        assert_eq!(incident.scopes, ["account", "read"]);
    }
}
