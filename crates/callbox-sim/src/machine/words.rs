//! The small towns and everything that can be said in them.

/// How much of the rules an exploration covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Sending, statuses, cancelling, reassigning, releasing, closing, reopening.
    Work,
    /// That, and stacks, merges, service and emergencies.
    All,
}

/// The lines that set the town up: two units and two calls.
pub const TOWN: &str = r#"
define agency FIRE "Fire department"
define priority 1 "Life at risk" rank 1
define type FIRE "Fire" 1
define unit-type ENGINE "Engine"
define status AVL "Available" available
define status DSP "Dispatched" dispatched
define status ENR "En route" en_route
define status ONS "On scene" on_scene
define status HOS "At hospital" at_hospital
define status OOS "Out of service" out_of_service
define disposition DONE "Dealt with"
define unit E1 FIRE ENGINE
define unit E2 FIRE ENGINE
receive FIRE
receive FIRE
"#;

/// Everything that can be said about `units` of the town's units and its two calls.
pub fn alphabet(scope: Scope, units: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for unit in ["E1", "E2"].into_iter().take(units) {
        for incident in [1, 2] {
            let other = 3 - incident;
            lines.push(format!("dispatch {unit} {incident}"));
            lines.push(format!("dispatch {unit} {incident} although-committed"));
            for status in ["DSP", "ENR", "ONS", "HOS", "AVL"] {
                lines.push(format!("status {unit} {status} {incident}"));
            }
            lines.push(format!("status {unit} DSP {incident} correction"));
            lines.push(format!("cancel {unit} {incident}"));
            lines.push(format!("reassign {unit} {incident} > {other}"));
            lines.push(format!("reassign {unit} {incident} > {other} preempt"));
            lines.push(format!("release {unit} {incident} // nobody knows when"));
            if scope == Scope::All {
                lines.push(format!("stack {unit} {incident}"));
                lines.push(format!("unstack {unit} {incident}"));
            }
        }
        if scope == Scope::All {
            lines.push(format!("out {unit}"));
            lines.push(format!("in {unit}"));
            lines.push(format!("emergency {unit} button"));
            lines.push(format!("end-emergency {unit} // all are well"));
        }
    }
    for incident in [1, 2] {
        lines.push(format!("close {incident} DONE"));
        lines.push(format!("reopen {incident} // the caller rang again"));
        if scope == Scope::All {
            let other = 3 - incident;
            lines.push(format!("merge {incident} > {other}"));
            lines.push(format!("unmerge {incident} < {other}"));
        }
    }
    lines
}
