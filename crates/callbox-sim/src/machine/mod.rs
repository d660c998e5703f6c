//! All states that a few units and incidents can come to, by all interleavings of what users may say.
//!
//! States are told apart by what later decisions rest on: see [`key`]. That the key leaves out
//! nothing is checked on the way: two ways into the same key must lead to the same set of verbs that
//! are allowed. Time stands still, so that clocks and the end of undoing are left to
//! [`trial`](crate::trial).

use std::{
    collections::{HashMap, hash_map::Entry as Slot},
    fmt,
};

use callbox_domain::{
    ActorId, Center, Code, Command, Context, Entry, Purpose,
    script::{self, DAY},
};

use crate::trial::way_out;

mod words;

#[cfg(test)]
mod tests;

pub use words::{Scope, TOWN, alphabet};

/// What an exploration came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Explored {
    /// States that differ.
    pub states: usize,
    /// Commands that led from one of them to one of them.
    pub transitions: usize,
    /// Commands that a rule refused.
    pub refused: usize,
    /// Commands after which everything was as before.
    pub nothing: usize,
    /// How many commands the state farthest away is away.
    pub depth: usize,
    /// Whether no new state was left to find.
    pub complete: bool,
}

impl fmt::Display for Explored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            states,
            transitions,
            refused,
            nothing,
            depth,
            complete,
        } = self;
        write!(
            f,
            "{states} states, {transitions} transitions, {refused} refusals, {nothing} commands \
             without effect, depth {depth}"
        )?;
        match complete {
            true => f.write_str("; no further state exists"),
            false => Ok(()),
        }
    }
}

/// A rule that does not hold, and the lines that lead there from the empty town.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// What was said, in order.
    pub path: Vec<String>,
    /// What is wrong.
    pub what: String,
}

struct Known {
    /// Which lines are allowed, one bit each.
    allowed: Vec<u64>,
    /// The state before it and the line that led here.
    from: Option<(usize, usize)>,
}

/// Visits every state that `lines` lead to from `start`, nearest first, at most `limit` of them.
pub fn explore(start: &Center, lines: &[String], limit: usize) -> Result<Explored, Trap> {
    let mut explored = Explored::default();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut known: Vec<Known> = Vec::new();
    let mut layer = vec![(0, start.clone())];
    numbers.insert(key(start), 0);
    known.push(Known {
        allowed: allowed(start, lines),
        from: None,
    });
    while !layer.is_empty() {
        let mut next = Vec::new();
        for (number, center) in &layer {
            for (at, line) in lines.iter().enumerate() {
                let trap = |what| Trap {
                    path: path(&known, lines, *number, Some(at)),
                    what,
                };
                let Some(after) = explored.after(center, line) else {
                    continue;
                };
                after.check().map_err(|broken| trap(broken.to_string()))?;
                explored.transitions += 1;
                let may = allowed(&after, lines);
                let count = numbers.len();
                match numbers.entry(key(&after)) {
                    Slot::Occupied(slot) => {
                        if known[*slot.get()].allowed != may {
                            let what = format!(
                                "the same state allows other commands than by way of: {}",
                                path(&known, lines, *slot.get(), None).join("; ")
                            );
                            return Err(trap(what));
                        }
                    }
                    Slot::Vacant(_) if count >= limit => continue,
                    Slot::Vacant(slot) => {
                        let done = Code::new("DONE").map_err(|error| trap(error.to_string()))?;
                        way_out(&after, DAY, &done).map_err(|stuck| trap(stuck.0))?;
                        slot.insert(count);
                        known.push(Known {
                            allowed: may,
                            from: Some((*number, at)),
                        });
                        next.push((count, after));
                    }
                }
            }
        }
        explored.depth += usize::from(!next.is_empty());
        layer = next;
    }
    explored.states = known.len();
    explored.complete = known.len() < limit;
    Ok(explored)
}

/// Says every sequence of `lines` of a length: for what rests on history, as undoing does.
pub fn interleave(start: &Center, lines: &[String], length: usize) -> Result<Explored, Trap> {
    let mut explored = Explored {
        depth: length,
        states: 1,
        ..Explored::default()
    };
    descend(start, lines, length, &mut Vec::new(), &mut explored)?;
    Ok(explored)
}

fn descend(
    center: &Center,
    lines: &[String],
    left: usize,
    way: &mut Vec<String>,
    explored: &mut Explored,
) -> Result<(), Trap> {
    if left == 0 {
        return Ok(());
    }
    for line in lines {
        let Some(after) = explored.after(center, line) else {
            continue;
        };
        way.push(line.clone());
        let trap = |what| Trap {
            path: way.clone(),
            what,
        };
        after.check().map_err(|broken| trap(broken.to_string()))?;
        let done = Code::new("DONE").map_err(|error| trap(error.to_string()))?;
        way_out(&after, DAY, &done).map_err(|stuck| trap(stuck.0))?;
        explored.transitions += 1;
        explored.states += 1;
        descend(&after, lines, left - 1, way, explored)?;
        way.pop();
    }
    Ok(())
}

/// What later decisions rest on: of each unit its service, status, assignments, stack and
/// emergency; of each incident whether it is open, merged, and on whose stack.
fn key(center: &Center) -> String {
    use fmt::Write as _;
    let mut key = String::new();
    for (_, unit) in center.units.iter() {
        let emergency = unit.emergency.is_some();
        // Writing to a string cannot fail.
        let _ = write!(
            key,
            "{}{}{:?}{emergency}",
            unit.in_service, unit.status, unit.stack
        );
        for (id, no) in &unit.active {
            let assignment = center.incident(*id).and_then(|i| i.assignment(*no));
            if let Some(assignment) = assignment {
                let (status, also) = (&assignment.status, assignment.concurrent);
                let _ = write!(key, "/{id} {status} {also}");
            }
        }
        key.push(';');
    }
    for (_, incident) in center.incidents.iter() {
        let intake = &incident.intake;
        let mut merged = intake.merged.clone();
        merged.sort_unstable();
        let _ = write!(
            key,
            "{}{:?}{merged:?}{:?};",
            incident.closed.is_some(),
            intake.merged_into,
            incident.stacked_on
        );
    }
    key
}

impl Explored {
    /// The state after a line; a refusal, and a line that changes nothing, is counted.
    fn after(&mut self, center: &Center, line: &str) -> Option<Center> {
        match said(center, line) {
            Err(()) => self.refused += 1,
            Ok(None) => self.nothing += 1,
            Ok(after) => return after,
        }
        None
    }
}

/// The state after a line; nothing where it changes nothing, an error where it is refused.
fn said(center: &Center, line: &str) -> Result<Option<Center>, ()> {
    let (command, context) = read(center, line)?;
    let events = center.decide(&command, &context).map_err(drop)?;
    if events.is_empty() {
        return Ok(None);
    }
    let mut after = center.clone();
    for event in events {
        let entry = Entry {
            seq: after.next_seq(),
            at: context.at,
            recorded: context.at,
            actor: context.actor,
            purpose: context.purpose,
            event,
        };
        after.evolve(&entry);
    }
    Ok(Some(after))
}

fn read(center: &Center, line: &str) -> Result<(Command, Context), ()> {
    let context = Context {
        at: DAY,
        actor: ActorId(7),
        purpose: Purpose::Exercise,
    };
    let command = script::command(center, DAY, line).map_err(drop)?;
    Ok((command, context))
}

fn allowed(center: &Center, lines: &[String]) -> Vec<u64> {
    let mut bits = vec![0; lines.len().div_ceil(64)];
    for (at, line) in lines.iter().enumerate() {
        let may = read(center, line).and_then(|(command, context)| {
            let events = center.decide(&command, &context).map_err(drop)?;
            Ok(!events.is_empty())
        });
        if may == Ok(true) {
            bits[at / 64] |= 1 << (at % 64);
        }
    }
    bits
}

fn path(known: &[Known], lines: &[String], mut number: usize, last: Option<usize>) -> Vec<String> {
    let mut path: Vec<String> = last.map(|at| lines[at].clone()).into_iter().collect();
    while let Some((before, at)) = known[number].from {
        path.push(lines[at].clone());
        number = before;
    }
    path.reverse();
    path
}
