//! The table, and the same as JSON.

use std::io::Write as _;

use super::closed::Loop;
use super::tiles::Tiles;
use super::{Cell, Extra};

/// The ratios of a cell to the plain file and to the conventional table of its group size.
fn ratios(cells: &[Cell], cell: &Cell) -> [f64; 4] {
    let of = |name: &str| {
        cells
            .iter()
            .find(|other| other.contender == name && other.group == cell.group)
    };
    let (Some(file), Some(table)) = (of("file"), of("table")) else {
        return [f64::NAN; 4];
    };
    [
        cell.events_per_second / file.events_per_second,
        cell.events_per_second / table.events_per_second,
        cell.cpu_micros / table.cpu_micros,
        cell.disk_bytes / table.disk_bytes,
    ]
}

pub(crate) fn text(cells: &[Cell], extra: &Extra) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "group  way        events/s  CPU us/event  file B/event  written B/event | events/s: to file  to table  CPU: to table  file: to table"
    )?;
    for cell in cells {
        let [file, table, cpu, bytes] = ratios(cells, cell);
        writeln!(
            out,
            "{:>5}  {:<8}  {:>9.0}  {:>12.2}  {:>12.1}  {:>15.1} | {:>17.2}  {:>8.2}  {:>13.2}  {:>14.2}",
            cell.group,
            cell.contender,
            cell.events_per_second,
            cell.cpu_micros,
            cell.disk_bytes,
            cell.written_bytes,
            file,
            table,
            cpu,
            bytes,
        )?;
    }
    writeln!(out)?;
    for (group, micros) in &extra.encode_micros {
        writeln!(
            out,
            "ledger in memory, groups of {group}: {micros:.2} CPU us/event (encode, salt, hash, tree)"
        )?;
    }
    writeln!(
        out,
        "verify: {:.0} events/s over {} events in groups of 64",
        extra.verify_events_per_second, extra.verify_events
    )?;
    let tiles = &extra.tiles;
    for (what, which) in [("hash tiles", 0), ("hash tiles and entry bundles", 1)] {
        writeln!(
            out,
            "{what}: {:.0} events/s, {:.2} CPU us/event, {:.1} bytes/event, over {} events",
            tiles.export_events_per_second[which],
            tiles.export_cpu_micros[which],
            tiles.file_bytes[..=which].iter().sum::<f64>(),
            tiles.events,
        )?;
    }
    writeln!(
        out,
        "one proof of {} bytes: {:.0} us from tiles, {:.0} us from the ledger alone, {:.0} us to check",
        tiles.proof_bytes,
        tiles.prove_micros,
        tiles.prove_from_ledger_micros,
        tiles.verify_proof_micros,
    )?;
    Ok(())
}

pub(crate) fn json(cells: &[Cell], extra: &Extra) -> anyhow::Result<()> {
    let rows: Vec<_> = cells
        .iter()
        .map(|cell| {
            let [file, table, cpu, bytes] = ratios(cells, cell);
            format!(
                "{{\"group\":{},\"way\":\"{}\",\"events_per_second\":{:.1},\"cpu_micros_per_event\":{:.3},\"file_bytes_per_event\":{:.1},\"written_bytes_per_event\":{:.1},\"events_per_second_to_file\":{file:.3},\"events_per_second_to_table\":{table:.3},\"cpu_to_table\":{cpu:.3},\"file_bytes_to_table\":{bytes:.3}}}",
                cell.group, cell.contender, cell.events_per_second, cell.cpu_micros, cell.disk_bytes, cell.written_bytes,
            )
        })
        .collect();
    let memory: Vec<_> = extra
        .encode_micros
        .iter()
        .map(|(group, micros)| {
            format!("{{\"group\":{group},\"cpu_micros_per_event\":{micros:.3}}}")
        })
        .collect();
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{{\"rows\":[{}],\"in_memory\":[{}],\"verify\":{{\"events\":{},\"events_per_second\":{:.0}}},{}}}",
        rows.join(","),
        memory.join(","),
        extra.verify_events,
        extra.verify_events_per_second,
        tiles_json(&extra.tiles),
    )?;
    Ok(())
}

fn tiles_json(tiles: &Tiles) -> String {
    format!(
        "\"tiles\":{{\"events\":{},\"export_events_per_second\":{:.0},\"export_cpu_micros_per_event\":{:.3},\"bytes_per_event\":{:.1},\"with_entries_events_per_second\":{:.0},\"with_entries_cpu_micros_per_event\":{:.3},\"entries_bytes_per_event\":{:.1},\"proof_bytes\":{},\"prove_micros\":{:.1},\"prove_from_ledger_micros\":{:.0},\"verify_proof_micros\":{:.1}}}",
        tiles.events,
        tiles.export_events_per_second[0],
        tiles.export_cpu_micros[0],
        tiles.file_bytes[0],
        tiles.export_events_per_second[1],
        tiles.export_cpu_micros[1],
        tiles.file_bytes[1],
        tiles.proof_bytes,
        tiles.prove_micros,
        tiles.prove_from_ledger_micros,
        tiles.verify_proof_micros,
    )
}

/// A loop's requests per second beside those of the best way that is not callbox.
fn to_best(loops: &[Loop], one: &Loop) -> f64 {
    let best = loops
        .iter()
        .filter(|other| other.clients == one.clients && other.way != "callbox")
        .map(|other| other.requests_per_second)
        .fold(0.0, f64::max);
    one.requests_per_second / best
}

pub(crate) fn loops(loops: &[Loop]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "\nclients  way                  requests/s  events/s  CPU us/request  requests/commit | requests/s: to the best of the others"
    )?;
    for one in loops {
        writeln!(
            out,
            "{:>7}  {:<19}  {:>10.0}  {:>8.0}  {:>14.1}  {:>15.1} | {:>36.2}",
            one.clients,
            one.way,
            one.requests_per_second,
            one.events_per_second,
            one.cpu_micros,
            one.requests_per_commit,
            to_best(loops, one),
        )?;
    }
    Ok(())
}

pub(crate) fn loops_json(loops: &[Loop]) -> anyhow::Result<()> {
    let rows: Vec<_> = loops
        .iter()
        .map(|one| {
            serde_json::json!({
                "clients": one.clients, "way": one.way,
                "requests_per_second": one.requests_per_second,
                "events_per_second": one.events_per_second,
                "cpu_micros_per_request": one.cpu_micros,
                "requests_per_commit": one.requests_per_commit,
                "to_best_of_the_others": to_best(loops, one),
            })
        })
        .collect();
    writeln!(
        std::io::stdout().lock(),
        "{}",
        serde_json::json!({ "closed_loop": rows })
    )?;
    Ok(())
}
