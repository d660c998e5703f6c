//! Measures the geocoder on an extract: addresses are drawn with a seed, misspelt, and looked for.
//!
//! The baselines of the same run are what a program without a geocoder would do: a map from the lower-case text of each
//! address to its place, and SQLite's full-text search over the same texts, by words and by trigrams.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use callbox_geo::Coord;
use callbox_geo::geocode::{
    Ask, Found, GeocodeBuilder, Geocoder, House, HouseSource, Source, Verdict, collect,
};
use callbox_geo::import::run_with;
use callbox_geo::osm::Extract;

use super::cpu_time;

use baseline::Baselines;
use tally::{Tally, near};
use typing::{Random, abbreviated, misspelt};

mod baseline;
mod chinese;
mod spoken;
mod tally;
mod typing;

/// What to measure on.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// An extract (.osm.pbf).
    #[arg(long)]
    streets: PathBuf,
    /// How many addresses to draw.
    #[arg(long, default_value_t = 2_000)]
    sample: usize,
    /// What the draw and the misspellings depend on.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print the questions that were not answered at first, at most so many of each kind.
    #[arg(long, default_value_t = 0)]
    show: usize,
    /// Ask only for places as callers say them.
    #[arg(long)]
    only_spoken: bool,
}

/// Reads the extract, builds the index, asks, and prints a table.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let directory = std::env::temp_dir().join(format!("callbox-geocode-{}", std::process::id()));
    let builder = GeocodeBuilder::default();
    let imported = run_with(
        &[&builder],
        &arguments.streets,
        &directory,
        &callbox_geo::quiet,
    )
    .with_context(|| format!("cannot import {}", arguments.streets.display()))?;
    let start = Instant::now();
    let geocoder = Geocoder::open(&directory)?;
    let open = start.elapsed();
    std::fs::remove_dir_all(&directory)?;
    println!(
        "{}: read {:.2} s, built {:.2} s, {:.1} MB, opened in {:.1} ms",
        arguments.streets.display(),
        imported.read_seconds,
        imported.seconds - imported.read_seconds,
        imported.bytes as f64 / 1e6,
        open.as_secs_f64() * 1e3
    );
    println!("{:?}", builder.counts());
    let extract = Extract::read(&arguments.streets, &[&builder], &callbox_geo::quiet)?;
    let source = collect(&extract);
    drop(extract);

    let houses: Vec<&House> = source
        .houses
        .iter()
        .filter(|house| {
            house.source != HouseSource::Interpolation && !house.street.trim().is_empty()
        })
        .filter(|house| house.number.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    ensure!(
        !houses.is_empty(),
        "the extract has no house numbers with streets"
    );
    let mut random = Random(arguments.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let sample: Vec<&House> = (0..arguments.sample)
        .map(|_| houses[random.below(houses.len())])
        .collect();
    let first = geocoder.number_first();
    let address = |house: &House, street: &str| {
        let line = if first {
            format!("{} {street}", house.number)
        } else {
            format!("{street} {}", house.number)
        };
        match &house.city {
            Some(city) => format!("{line}, {city}"),
            None => line,
        }
    };
    let han = chinese::names(&source);
    let addresses: Vec<(String, Coord)> = houses
        .iter()
        .map(|house| (address(house, &house.street), house.point))
        .collect();
    let mut texts = addresses.clone();
    texts.extend(houses.iter().filter_map(|house| {
        let name = han.of(house)?;
        Some((chinese::address(name, &house.number), house.point))
    }));
    let baselines = Baselines::new(&texts)?;

    Tally::print_head();
    if arguments.only_spoken {
        let random = &mut random;
        return spoken::ask(&geocoder, &source, &houses, &addresses, arguments, random);
    }
    let kinds: [(&str, Question<'_>); 7] = [
        ("as in the file", &|house, _| address(house, &house.street)),
        ("without town", &|house, _| {
            let mut plain = house.clone();
            plain.city = None;
            address(&plain, &house.street)
        }),
        ("abbreviated", &|house, _| {
            address(house, &abbreviated(&house.street)).to_lowercase()
        }),
        ("one typing error", &|house, random| {
            address(house, &misspelt(&house.street, random))
        }),
        ("one error, without town", &|house, random| {
            let mut plain = house.clone();
            plain.city = None;
            address(&plain, &misspelt(&house.street, random))
        }),
        ("two typing errors", &|house, random| {
            let once = misspelt(&house.street, random);
            address(house, &misspelt(&once, random))
        }),
        ("first 60 % of number and street", &|house, _| {
            let mut plain = house.clone();
            plain.city = None;
            let whole = if first {
                address(&plain, &house.street)
            } else {
                plain.street.clone()
            };
            let letters: Vec<char> = whole.chars().collect();
            let part: String = letters[..(letters.len() * 6).div_ceil(10)].iter().collect();
            if first {
                part
            } else {
                format!("{} {part}", house.number)
            }
        }),
    ];
    for (name, ask) in kinds {
        let mut tally = Tally::default();
        for house in &sample {
            let question = ask(house, &mut random);
            let options = Ask {
                typing: name.starts_with("first"),
                ..Ask::default()
            };
            let start = cpu_time();
            let found = geocoder.find(&question, &options);
            tally.add(cpu_time() - start, &found, &[house.point]);
            tally.add_baselines(&baselines, &question, house.point)?;
            let slow = tally
                .times
                .last()
                .is_some_and(|time| time.as_micros() > 2_000);
            let is_far = !near(&found, 1, &[house.point]);
            let is_wrong = is_far && found.verdict == Verdict::Certain;
            if is_wrong || tally.shown < arguments.show && (slow || is_far) {
                tally.shown += 1;
                show(&question, house, &found);
            }
        }
        tally.print(name);
    }
    chinese::ask(&geocoder, &han, &houses, &baselines, arguments, &mut random)?;
    crossings(&geocoder, &source, arguments, &mut random);
    spoken::ask(
        &geocoder,
        &source,
        &houses,
        &addresses,
        arguments,
        &mut random,
    )?;
    back_again(&geocoder, &sample, address);
    Ok(())
}

/// Makes a question out of a house.
type Question<'a> = &'a dyn Fn(&House, &mut Random) -> String;

/// Asks for pairs of streets that share a node.
fn crossings(geocoder: &Geocoder, source: &Source, arguments: &Arguments, random: &mut Random) {
    let mut at: HashMap<u64, Vec<(usize, Coord)>> = HashMap::new();
    for (no, way) in source
        .streets
        .iter()
        .enumerate()
        .filter(|(_, way)| !way.names.is_empty())
    {
        for (node, point) in way.nodes.iter().zip(&way.points) {
            at.entry(*node).or_default().push((no, *point));
        }
    }
    let mut pairs: HashMap<(&str, &str), Vec<Coord>> = HashMap::new();
    for ways in at.values() {
        for (a, point) in ways {
            for (b, _) in ways {
                let (a, b) = (
                    &source.streets[*a].names[0].text,
                    &source.streets[*b].names[0].text,
                );
                if a < b {
                    pairs.entry((a, b)).or_default().push(*point);
                }
            }
        }
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort();
    if pairs.is_empty() {
        return;
    }
    for (name, parts) in [
        ("crossing, A & B", ["", " & "]),
        ("crossing, corner of A and B", ["corner of ", " and "]),
        ("crossing, one typing error", ["", " / "]),
    ] {
        let mut tally = Tally::default();
        for _ in 0..arguments.sample {
            let ((a, b), points) = &pairs[random.below(pairs.len())];
            let meant = *a;
            let a = if name.ends_with("error") {
                misspelt(a, random)
            } else {
                (*a).to_owned()
            };
            let question = format!("{}{a}{}{b}", parts[0], parts[1]);
            let start = cpu_time();
            let found = geocoder.find(&question, &Ask::default());
            tally.add(cpu_time() - start, &found, points);
            let is_wrong = found.verdict == Verdict::Certain && !near(&found, 1, points);
            if is_wrong || (tally.shown < arguments.show && !near(&found, 1, points)) {
                tally.shown += 1;
                println!(
                    "    {question} ({} & {b}): {:?} {:?}",
                    meant,
                    found.verdict,
                    found
                        .answers
                        .first()
                        .map(|answer| (&answer.label, &answer.reasons))
                );
            }
        }
        tally.print(name);
    }
}

/// Asks what stands where an address was found, and looks how far that is from it.
fn back_again(geocoder: &Geocoder, sample: &[&House], address: impl Fn(&House, &str) -> String) {
    let (mut near, mut same_street, mut all) = (0, 0, 0);
    let mut times = Vec::new();
    for house in sample {
        let found = geocoder.find(&address(house, &house.street), &Ask::default());
        let Some(answer) = found.answers.first() else {
            continue;
        };
        all += 1;
        let start = cpu_time();
        let here = geocoder.reverse(answer.point);
        times.push(cpu_time() - start);
        let Some(here) = here else { continue };
        let back = here.house.as_ref().or(here.street.as_ref());
        near += usize::from(back.is_some_and(|back| back.point.meters_to(answer.point) <= 50.0));
        let names = |label: &str| label.to_lowercase().contains(&house.street.to_lowercase());
        same_street += usize::from(back.is_some_and(|back| names(&back.label)));
    }
    times.sort_unstable();
    let time = |share: f64| {
        let at = (times.len().saturating_sub(1) as f64 * share) as usize;
        times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    println!(
        "there and back: {all} found, {near} with something known within 50 m, {same_street} with the same street; \
         reverse median {:.3} ms, p99 {:.3} ms",
        time(0.5),
        time(0.99)
    );
}

fn show(question: &str, house: &House, found: &Found) {
    println!(
        "    {question:?} ({} {:?}) -> {:?} {:?}",
        house.street, house.city, found.verdict, found.notes
    );
    for answer in found.answers.iter().take(2) {
        println!(
            "        {:.2} {} {:.0} m off {:?}",
            answer.score,
            answer.label,
            answer.point.meters_to(house.point),
            answer.reasons
        );
    }
}
