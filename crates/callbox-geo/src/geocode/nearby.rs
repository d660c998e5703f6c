//! What stands near a point: cells of a grid, searched in growing rings.

use super::geometry::meters;
use super::index::Index;
use crate::Coord;

/// Marks a house among the items of a cell; the others are lines.
pub(crate) const HOUSE: u32 = 1 << 31;

/// The side of a cell, in units of 1e-7 degree: about 220 m from south to north.
const CELL_UNITS: i64 = 20_000;
/// The most cells that one segment is entered into; a longer one is damage.
const MAX_CELLS: i64 = 4_096;

/// The number of the cell of a point.
pub(crate) fn cell(point: Coord) -> u64 {
    let (row, column) = row_column(point);
    number(row, column)
}

fn row_column(point: Coord) -> (i64, i64) {
    (
        (i64::from(point.lat) + 900_000_000).div_euclid(CELL_UNITS),
        (i64::from(point.lon) + 1_800_000_000).div_euclid(CELL_UNITS),
    )
}

fn number(row: i64, column: i64) -> u64 {
    (row.cast_unsigned() << 32) | column.cast_unsigned()
}

/// Calls `add` with each cell of the box around a segment.
pub(crate) fn cells_of_segment(a: Coord, b: Coord, mut add: impl FnMut(u64)) {
    let ((row_a, column_a), (row_b, column_b)) = (row_column(a), row_column(b));
    let (rows, columns) = (
        row_a.min(row_b)..=row_a.max(row_b),
        column_a.min(column_b)..=column_a.max(column_b),
    );
    if (rows.end() - rows.start() + 1) * (columns.end() - columns.start() + 1) > MAX_CELLS {
        return;
    }
    for row in rows {
        for column in columns.clone() {
            add(number(row, column));
        }
    }
}

/// Calls `visit` with each item in the cells within `reach` metres of a point; an item may come twice.
pub(crate) fn visit(index: &Index, point: Coord, reach: f64, mut visit: impl FnMut(u32)) {
    let stored = &index.stored;
    let (row, column) = row_column(point);
    let narrow = f64::from(point.lat).abs() / 1e7;
    let cell_meters = CELL_UNITS as f64 * 0.011_119_5;
    let rows = (reach / cell_meters).ceil() as i64;
    let columns = (reach / (cell_meters * narrow.min(89.0).to_radians().cos()))
        .ceil()
        .min(500.0) as i64;
    for row in row - rows..=row + rows {
        let low = number(row, (column - columns).max(0));
        let high = number(row, column + columns);
        let start = stored.cells.partition_point(|cell| *cell < low);
        for (no, cell) in stored.cells.iter().enumerate().skip(start) {
            if *cell > high {
                break;
            }
            stored
                .cell_items
                .get(no as u32)
                .iter()
                .for_each(|item| visit(*item));
        }
    }
}

/// The houses within `reach` metres, nearest first, at most `limit`.
pub(crate) fn houses(index: &Index, point: Coord, reach: f64, limit: usize) -> Vec<(f64, u32)> {
    let mut found = Vec::new();
    visit(index, point, reach, |item| {
        if item & HOUSE != 0 {
            let house = item & !HOUSE;
            let distance = meters(index.stored.houses.items[house as usize].point, point);
            if distance <= reach {
                found.push((distance, house));
            }
        }
    });
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    found.dedup();
    found.truncate(limit);
    found
}
