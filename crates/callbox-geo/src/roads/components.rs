//! The part of the network in which every edge reaches every other.

use super::{
    graph::{TURN_BLOCKED, TURN_FORBIDDEN, TURN_GATE},
    rules::{CAR, EMERGENCY},
    turns::Turns,
};

/// Marks each edge with the vehicles for which it lies in the largest such part.
pub(super) fn main_parts(allow: &[u8], turns: &Turns) -> Vec<u8> {
    let mut main = vec![0; allow.len()];
    for (who, barred) in [
        (EMERGENCY, TURN_BLOCKED),
        (CAR, TURN_BLOCKED | TURN_GATE | TURN_FORBIDDEN),
    ] {
        let next = |edge: usize, at: u32| -> Option<Option<u32>> {
            let at = (turns.start[edge] + at) as usize;
            (at < turns.start[edge + 1] as usize).then(|| {
                let to = turns.to[at];
                (turns.what[at] & barred == 0 && allow[to as usize] & who != 0).then_some(to)
            })
        };
        let parts = parts(allow.len(), |edge| allow[edge] & who != 0, next);
        let mut sizes = vec![0u32; allow.len() + 1];
        for &part in parts.iter().filter(|&&part| part != u32::MAX) {
            sizes[part as usize] += 1;
        }
        let largest = sizes
            .iter()
            .enumerate()
            .max_by_key(|size| size.1)
            .map(|size| size.0 as u32);
        for (edge, part) in parts.iter().enumerate() {
            if Some(*part) == largest {
                main[edge] |= who;
            }
        }
    }
    main
}

/// Tarjan's strongly connected components, without recursion.
fn parts(
    count: usize,
    is: impl Fn(usize) -> bool,
    next: impl Fn(usize, u32) -> Option<Option<u32>>,
) -> Vec<u32> {
    let mut part = vec![u32::MAX; count];
    let mut low = vec![0u32; count];
    let mut number = vec![0u32; count];
    let (mut seen, mut parts) = (0, 0);
    let mut open = Vec::new();
    let mut calls: Vec<(usize, u32)> = Vec::new();
    for root in 0..count {
        if number[root] != 0 || !is(root) {
            continue;
        }
        calls.push((root, 0));
        while let Some((edge, at)) = calls.pop() {
            if at == 0 {
                seen += 1;
                number[edge] = seen;
                low[edge] = seen;
                open.push(edge);
            }
            match next(edge, at) {
                Some(step) => {
                    calls.push((edge, at + 1));
                    let Some(to) = step.map(|to| to as usize) else {
                        continue;
                    };
                    if number[to] == 0 {
                        calls.push((to, 0));
                    } else if part[to] == u32::MAX {
                        low[edge] = low[edge].min(number[to]);
                    }
                }
                None => {
                    if low[edge] == number[edge] {
                        while let Some(member) = open.pop() {
                            part[member] = parts;
                            if member == edge {
                                break;
                            }
                        }
                        parts += 1;
                    }
                    if let Some(&(parent, _)) = calls.last() {
                        low[parent] = low[parent].min(low[edge]);
                    }
                }
            }
        }
    }
    part
}
