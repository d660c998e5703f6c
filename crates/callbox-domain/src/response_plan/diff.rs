use super::Plan;
use crate::{Code, sheet::Change};

/// What changes when `new` takes the place of `old`, in the order of `new`, then what is removed.
pub fn changes(old: &[Plan], new: &[Plan]) -> Vec<(Code, Change)> {
    let mut changes = Vec::new();
    // Kept plans in their old order; one that is out of it has moved.
    let mut kept = old
        .iter()
        .filter(|plan| new.iter().any(|other| other.code == plan.code));
    for plan in new {
        let before = old.iter().find(|other| other.code == plan.code);
        let in_place = before.is_some() && kept.next().is_some_and(|next| next.code == plan.code);
        let change = match before {
            None => Some(Change::Added),
            Some(before) if before != plan => Some(Change::Changed),
            Some(_) if !in_place => Some(Change::Moved),
            Some(_) => None,
        };
        changes.extend(change.map(|change| (plan.code.clone(), change)));
    }
    let gone = old
        .iter()
        .filter(|plan| !new.iter().any(|other| other.code == plan.code));
    changes.extend(gone.map(|plan| (plan.code.clone(), Change::Removed)));
    changes
}
