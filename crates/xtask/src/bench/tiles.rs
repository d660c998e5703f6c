//! Vector tiles: how long one takes to make when it is asked for, and how many bytes it has.
//!
//! The baseline of the same run is tilemaker, where it is installed, which makes all tiles of the extract before the
//! first can be served, with its own selection of what is drawn.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use callbox_geo::{
    import::run_with,
    map::{MAX_TILE_ZOOM, MIN_TILE_ZOOM, MapBuilder, StreetMap},
    osm::Extract,
    quiet,
};
use flate2::{Compression, write::GzEncoder};

use crate::server::Scratch;

/// What to measure on.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// An extract (.osm.pbf).
    #[arg(long)]
    streets: PathBuf,
    /// At most so many tiles of each zoom, spread over the extract.
    #[arg(long, default_value_t = 400)]
    tiles: usize,
    /// The directory with tilemaker's `config-openmaptiles.json` and `process-openmaptiles.lua`.
    #[arg(long, default_value = "/usr/share/doc/tilemaker/examples")]
    tilemaker: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let scratch = Scratch::new("tiles")?;
    let dir = scratch.0.join("streets");
    let start = Instant::now();
    run_with(&[&MapBuilder], &arguments.streets, &dir, &quiet)
        .with_context(|| format!("cannot import {}", arguments.streets.display()))?;
    let import = start.elapsed();
    let map = StreetMap::open(&dir)?;
    let [west, south, east, north] = bounds(&arguments.streets)?;
    println!(
        "{}: map imported in {:.2} s, after which every tile can be served",
        arguments.streets.display(),
        import.as_secs_f64()
    );
    println!(
        "| zoom | tiles in the extract's box | made here | with content | median ms | p99 ms | max ms | median bytes | max bytes | gzip, median |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let (mut all, mut all_time) = (0usize, Duration::ZERO);
    for zoom in MIN_TILE_ZOOM..=MAX_TILE_ZOOM {
        let (left, top) = tile_of(north, west, zoom);
        let (right, bottom) = tile_of(south, east, zoom);
        let (columns, rows) = (u64::from(right - left + 1), u64::from(bottom - top + 1));
        let count = columns * rows;
        let taken = count.min(arguments.tiles as u64);
        let (mut times, mut sizes, mut packed) = (Vec::new(), Vec::new(), Vec::new());
        for no in 0..taken {
            let at = no * count / taken;
            let (x, y) = (left + (at % columns) as u32, top + (at / columns) as u32);
            let start = super::cpu_time();
            let tile = map.tile(zoom, x, y).context("the zoom has tiles")?;
            times.push(super::cpu_time() - start);
            if !tile.is_empty() {
                let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
                gzip.write_all(&tile)?;
                packed.push(gzip.finish()?.len());
                sizes.push(tile.len());
            }
        }
        all += times.len();
        all_time += times.iter().sum::<Duration>();
        times.sort_unstable();
        sizes.sort_unstable();
        packed.sort_unstable();
        let time =
            |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        let middle = |of: &[usize]| of.get(of.len() / 2).copied().unwrap_or(0);
        println!(
            "| {zoom} | {count} | {taken} | {} | {:.2} | {:.2} | {:.2} | {} | {} | {} |",
            sizes.len(),
            time(0.5),
            time(0.99),
            time(1.0),
            middle(&sizes),
            sizes.last().copied().unwrap_or(0),
            middle(&packed),
        );
    }
    println!(
        "{all} tiles, {:.0} a second of one core",
        all as f64 / all_time.as_secs_f64()
    );
    peer(arguments, [west, south, east, north], &scratch.0)
}

/// West, south, east, north of what is drawn, in degrees.
fn bounds(extract: &Path) -> anyhow::Result<[f64; 4]> {
    let extract = Extract::read(extract, &[&MapBuilder], &quiet)?;
    let none = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
    let points = extract
        .ways()
        .flat_map(|way| way.nodes.iter().filter_map(|&node| extract.coord(node)));
    let bounds = points.fold(none, |all, at| {
        let (lat, lon) = at.degrees();
        [
            all[0].min(lon),
            all[1].min(lat),
            all[2].max(lon),
            all[3].max(lat),
        ]
    });
    ensure!(
        bounds[0] <= bounds[2],
        "the extract has no ways that are drawn"
    );
    Ok(bounds)
}

fn tile_of(lat: f64, lon: f64, zoom: u8) -> (u32, u32) {
    let side = f64::from(1u32 << zoom);
    let x = (lon / 360.0 + 0.5) * side;
    let y = (0.5 - lat.to_radians().tan().asinh() / std::f64::consts::TAU) * side;
    (x as u32, y as u32)
}

/// The same extract by tilemaker.
fn peer(arguments: &Arguments, bounds: [f64; 4], scratch: &Path) -> anyhow::Result<()> {
    let example = |name: &str| arguments.tilemaker.join(name);
    let (config, process) = (
        example("config-openmaptiles.json"),
        example("process-openmaptiles.lua"),
    );
    if !config.exists() || !process.exists() {
        println!(
            "skipped: tilemaker's examples are not in {}",
            arguments.tilemaker.display()
        );
        return Ok(());
    }
    let out = scratch.join("peer.mbtiles");
    let start = Instant::now();
    // Its example needs a box; the extracts that others cut do not always say theirs.
    let bounds = bounds.map(|degrees| format!("{degrees:.5}")).join(",");
    let status = Command::new("tilemaker")
        .args(["--bbox", &bounds, "--input"])
        .arg(&arguments.streets)
        .arg("--output")
        .arg(&out)
        .arg("--config")
        .arg(&config)
        .arg("--process")
        .arg(&process)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match status {
        Ok(status) if status.success() => {
            let db = rusqlite::Connection::open(&out)?;
            let (tiles, bytes): (u64, u64) = db.query_row(
                "SELECT count(*), coalesce(sum(length(tile_data)), 0) FROM tiles",
                [],
                |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64)),
            )?;
            println!(
                "tilemaker: {:.2} s (all cores) before the first tile, {tiles} tiles, {:.1} MB packed",
                start.elapsed().as_secs_f64(),
                bytes as f64 / 1e6
            );
        }
        Ok(status) => println!("skipped: tilemaker ended with {status}"),
        Err(error) => println!("skipped: tilemaker cannot be started ({error})"),
    }
    Ok(())
}
