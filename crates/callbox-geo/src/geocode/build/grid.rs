//! A grid of cells over houses and lines, for what stands near a point.

use super::super::index::{Lists, Stored, size};
use super::super::nearby::{HOUSE, cell, cells_of_segment};

pub(super) fn add(stored: &mut Stored) {
    let mut pairs: Vec<(u64, u32)> = Vec::new();
    for (no, house) in stored.houses.items.iter().enumerate() {
        pairs.push((cell(house.point), size(no) | HOUSE));
        stored.bounds.add(house.point);
    }
    for line in 0..stored.points.len() {
        let line = size(line);
        for pair in stored.points.get(line).windows(2) {
            cells_of_segment(pair[0], pair[1], |cell| pairs.push((cell, line)));
        }
    }
    for point in &stored.points.items {
        stored.bounds.add(*point);
    }
    pairs.sort_unstable();
    pairs.dedup();
    let mut items = Lists::default();
    let mut list = Vec::new();
    for (no, (cell, item)) in pairs.iter().enumerate() {
        list.push(*item);
        if pairs.get(no + 1).is_none_or(|(next, _)| next != cell) {
            stored.cells.push(*cell);
            items.push(list.drain(..));
        }
    }
    stored.cell_items = items;
}
