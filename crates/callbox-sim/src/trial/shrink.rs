//! Leaves out lines that a failure does not need.

use super::Line;

/// The most scripts that are tried.
const TRIES: usize = 3_000;

/// Gives a part of `lines` for which `fails` still says yes and which loses that with any line less.
///
/// Parts are left out from halves down to single lines (delta debugging), from the end on, because
/// later lines rest on earlier ones.
pub fn shrink(lines: &[Line], mut fails: impl FnMut(&[Line]) -> bool) -> Vec<Line> {
    let mut lines = lines.to_vec();
    let mut tries = 0;
    let mut size = lines.len().div_ceil(2);
    while size > 0 && tries < TRIES {
        let mut shorter = false;
        let mut end = lines.len();
        while end > 0 && tries < TRIES {
            let from = end.saturating_sub(size);
            let mut without = lines.clone();
            without.drain(from..end);
            tries += 1;
            if fails(&without) {
                lines = without;
                shorter = true;
            }
            end = from.min(lines.len());
        }
        // A single line may be needless only once another is gone.
        size = match (size, shorter) {
            (1, true) => 1,
            (size, _) => size / 2,
        };
    }
    lines
}
