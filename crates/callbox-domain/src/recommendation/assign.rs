//! Which candidate takes which place: as many places as possible, then the least cost in all.

/// What a place costs that stays empty; above every sum of costs of filled ones.
const EMPTY: i64 = 100_000_000_000_000_000;
/// What an empty place costs more for each place behind it: the first ones are filled first.
const EARLIER: i64 = 10_000_000_000_000;

/// Gives each place a candidate, or none.
///
/// `costs[kind]` lists the candidates that may take a place of this kind, with what each costs
/// (0 to 1e11); `places` lists the kinds of the places. A candidate takes one place at most. The
/// result fills as many places as can be filled, of those ways one that fills the earlier places,
/// and of those the one with the least sum of costs. Exact: the Hungarian method on the best
/// candidates of each place. At most 64 places.
pub(super) fn assign(places: &[usize], costs: &[Vec<(usize, i64)>]) -> Vec<Option<usize>> {
    let rows = places.len();
    if rows == 0 {
        return Vec::new();
    }
    // Of each kind the best `rows` are enough: the other places take at most `rows - 1` of them.
    let best: Vec<Vec<(usize, i64)>> = costs.iter().map(|all| cheapest(all, rows)).collect();
    let mut columns: Vec<usize> = best.iter().flatten().map(|(who, _)| *who).collect();
    columns.sort_unstable();
    columns.dedup();
    let width = columns.len() + rows;
    let mut kinds: Vec<Vec<i64>> = Vec::with_capacity(best.len());
    for candidates in &best {
        let mut row = vec![i64::MAX; columns.len()];
        for (who, cost) in candidates {
            let at = columns
                .binary_search(who)
                .expect("every candidate has a column");
            row[at] = *cost;
        }
        kinds.push(row);
    }
    let never = EMPTY * 4 / 3;
    let cost = |row: usize, column: usize| match column.checked_sub(columns.len()) {
        // An empty place of its own for each.
        Some(own) if own == row => EMPTY + EARLIER * (rows - row) as i64,
        Some(_) => never,
        None => kinds[places[row]][column].min(never),
    };
    hungarian(rows, width, cost)
        .into_iter()
        .map(|column| columns.get(column).copied())
        .collect()
}

/// The `most` cheapest, and by that order.
fn cheapest(all: &[(usize, i64)], most: usize) -> Vec<(usize, i64)> {
    let mut all = all.to_vec();
    if all.len() > most {
        all.select_nth_unstable_by_key(most - 1, |(who, cost)| (*cost, *who));
        all.truncate(most);
    }
    all
}

/// The column of each row in an assignment of least cost; there are no fewer columns than rows.
fn hungarian(rows: usize, columns: usize, cost: impl Fn(usize, usize) -> i64) -> Vec<usize> {
    // Rows and columns count from 1; 0 stands for none. Potentials may grow to the sum of costs.
    let mut row_potential = vec![0_i128; rows + 1];
    let mut column_potential = vec![0_i128; columns + 1];
    let mut row_of = vec![0_usize; columns + 1];
    let mut way = vec![0_usize; columns + 1];
    for row in 1..=rows {
        row_of[0] = row;
        let mut column = 0;
        let mut least = vec![i128::MAX; columns + 1];
        let mut used = vec![false; columns + 1];
        loop {
            used[column] = true;
            let from = row_of[column];
            let (mut delta, mut next) = (i128::MAX, 0);
            for to in 1..=columns {
                if used[to] {
                    continue;
                }
                let reduced =
                    i128::from(cost(from - 1, to - 1)) - row_potential[from] - column_potential[to];
                if reduced < least[to] {
                    least[to] = reduced;
                    way[to] = column;
                }
                if least[to] < delta {
                    delta = least[to];
                    next = to;
                }
            }
            for to in 0..=columns {
                if used[to] {
                    row_potential[row_of[to]] += delta;
                    column_potential[to] -= delta;
                } else if least[to] < i128::MAX {
                    least[to] -= delta;
                }
            }
            column = next;
            if row_of[column] == 0 {
                break;
            }
        }
        while column != 0 {
            let before = way[column];
            row_of[column] = row_of[before];
            column = before;
        }
    }
    let mut found = vec![0; rows];
    for column in 1..=columns {
        if row_of[column] > 0 {
            found[row_of[column] - 1] = column - 1;
        }
    }
    found
}
