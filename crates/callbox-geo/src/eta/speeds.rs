//! An agency's own speeds: the file beside the streets that changes profiles when they are opened.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::roads::{Class, Profile};

/// The file's name; it lies beside the imported networks, so an import keeps it.
const FILE: &str = "speeds.toml";
/// The most bytes that are read of it.
const MOST_BYTES: u64 = 1 << 16;
/// The most profiles that it may add.
const MOST_PROFILES: usize = 16;

/// Says why the agency's speeds cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpeedsError {
    /// A line does not say anything that is known.
    #[error(
        "{path} line {line}: {what}; correct the line, or remove the file to drive as built in"
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// The file cannot be read or written.
    #[error("cannot read or write {path}; check its permissions")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The profile of each kind of unit that has one of its own.
pub(super) type Units = BTreeMap<String, String>;

/// The section that names them.
const UNITS: &str = "units";

/// Gives where the agency's speeds of the streets in `dir` are kept.
#[must_use]
pub fn speeds_file(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// Changes `profiles` to what the file in `dir` says, and adds those that it names besides.
///
/// A file that is not there changes nothing. Each section is a profile, each line one of its
/// figures: `[heavy]`, `scale.residential = 0.9`, `height_meters = 3.4`. A section of a new name
/// begins with `like = "heavy"`. The section `[units]` names the profile of kinds of unit:
/// `ENGINE = "heavy"`; it is given back.
pub(super) fn read(dir: &Path, profiles: &mut Vec<Profile>) -> Result<Units, SpeedsError> {
    let path = speeds_file(dir);
    let io = |source| SpeedsError::Io {
        path: path.clone(),
        source,
    };
    let text = match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Units::new());
        }
        Err(error) => return Err(io(error)),
        Ok(file) if file.len() > MOST_BYTES => {
            let much = io::Error::other("it has more than 64 KiB");
            return Err(io(much));
        }
        Ok(_) => fs::read_to_string(&path).map_err(io)?,
    };
    parse(&text, profiles).map_err(|(line, what)| SpeedsError::Line {
        path: path.clone(),
        line,
        what,
    })
}

fn parse(text: &str, profiles: &mut Vec<Profile>) -> Result<Units, (usize, String)> {
    let mut units: Vec<(usize, String, String)> = Vec::new();
    let mut in_units = false;
    // The profile that lines belong to, or the name of one that is not made yet.
    let mut section: Option<Result<usize, String>> = None;
    for (no, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let wrong = |what: String| (no, what);
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            let known = profiles.iter().position(|profile| profile.name == name);
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            if name.is_empty() || name.len() > 40 || !name.chars().all(plain) {
                return Err(wrong(format!("{name:?} is no name for a profile")));
            }
            in_units = name == UNITS;
            if let (true, Some(Err(unmade))) = (in_units, &section) {
                return Err(wrong(format!(
                    "the new profile {unmade:?} has to begin with like = …"
                )));
            }
            section = (!in_units).then(|| known.ok_or_else(|| name.to_owned()));
            continue;
        }
        let (key, value) = line
            .split_once('=')
            .map(|(key, value)| (key.trim(), value.trim()))
            .ok_or_else(|| wrong("it is neither [a profile] nor figure = value".to_owned()))?;
        if in_units {
            if key.is_empty() {
                return Err(wrong("no kind of unit stands before the =".to_owned()));
            }
            units.push((no, key.to_owned(), value.trim_matches('"').to_owned()));
            continue;
        }
        let begun = section
            .take()
            .ok_or_else(|| wrong("no [profile] stands before it".to_owned()))?;
        let at = match begun {
            Ok(at) => at,
            Err(name) => {
                let like = (key == "like").then(|| value.trim_matches('"'));
                let model = like
                    .and_then(|like| profiles.iter().find(|profile| profile.name == like))
                    .cloned()
                    .ok_or_else(|| {
                        wrong(format!(
                            "the new profile {name:?} has to begin with like = \"blue-light\", \
                             \"heavy\", \"car\", \"foot\" or \"boat\""
                        ))
                    })?;
                if profiles.len() >= MOST_PROFILES {
                    return Err(wrong("there are too many profiles".to_owned()));
                }
                profiles.push(Profile { name, ..model });
                section = Some(Ok(profiles.len() - 1));
                continue;
            }
        };
        section = Some(Ok(at));
        let figure: f32 = value
            .parse()
            .ok()
            .filter(|figure: &f32| figure.is_finite())
            .ok_or_else(|| wrong(format!("{value:?} is no number")))?;
        let (slot, range) = slot(&mut profiles[at], key)
            .ok_or_else(|| wrong(format!("{key:?} is no figure of a profile")))?;
        if !range.contains(&figure) {
            let (least, most) = (range.start(), range.end());
            return Err(wrong(format!("{key} has to be from {least} to {most}")));
        }
        *slot = figure;
    }
    if let Some(Err(name)) = section {
        let what = format!("the new profile {name:?} has to begin with like = …");
        return Err((text.lines().count(), what));
    }
    // Profiles may stand below the units that have them.
    let unknown = units
        .iter()
        .find(|unit| profiles.iter().all(|profile| profile.name != unit.2));
    if let Some((line, _, name)) = unknown {
        return Err((*line, format!("there is no profile {name:?}")));
    }
    Ok(units
        .into_iter()
        .map(|(_, unit, name)| (unit, name))
        .collect())
}

/// The figure that a key names, and what it may be.
fn slot<'a>(
    profile: &'a mut Profile,
    key: &str,
) -> Option<(&'a mut f32, std::ops::RangeInclusive<f32>)> {
    let class = |name: &str| Class::ALL.iter().position(|class| class.code() == name);
    if let Some(name) = key.strip_prefix("scale.") {
        return Some((&mut profile.scale[class(name)?], 0.1..=10.0));
    }
    if let Some(name) = key.strip_prefix("speed_kmh.") {
        return Some((&mut profile.speeds_kmh[class(name)?], 1.0..=250.0));
    }
    Some(match key {
        "limit_factor" => (&mut profile.limit_factor, 0.1..=3.0),
        "top_kmh" => (&mut profile.top_kmh, 5.0..=250.0),
        "signal_seconds" => (&mut profile.signal_seconds, 0.0..=120.0),
        "turn_seconds" => (&mut profile.turn_seconds, 0.0..=60.0),
        "turn_round_seconds" => (&mut profile.turn_round_seconds, 0.0..=600.0),
        "boarding_seconds" => (&mut profile.boarding_seconds, 0.0..=36_000.0),
        "height_meters" => (&mut profile.height_meters, 0.5..=10.0),
        "width_meters" => (&mut profile.width_meters, 0.5..=10.0),
        "weight_tonnes" => (&mut profile.weight_tonnes, 0.1..=100.0),
        _ => return None,
    })
}

/// Writes a profile's scales into the file in `dir`; what the file says of other profiles and of
/// this one's other figures stays.
pub fn keep_speeds(dir: &Path, profile: &Profile, note: &str) -> Result<(), SpeedsError> {
    let path = speeds_file(dir);
    let io = |source| SpeedsError::Io {
        path: path.clone(),
        source,
    };
    let before = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.map_err(io)?,
    };
    let head = format!("[{}]", profile.name);
    let mut scales: Vec<String> = note.lines().map(|line| format!("# {line}")).collect();
    for class in Class::ALL {
        let scale = profile.scale[class as usize];
        scales.push(format!("scale.{} = {scale:.3}", class.code()));
    }
    let (mut lines, mut inside, mut done) = (Vec::new(), false, false);
    for line in before.lines() {
        if line.trim_start().starts_with('[') {
            inside = line.trim() == head;
        } else if inside && (line.starts_with("scale.") || line.starts_with("# ")) {
            continue;
        }
        lines.push(line.to_owned());
        if inside && line.trim() == head {
            lines.append(&mut scales);
            done = true;
        }
    }
    if !done {
        lines.push(head);
        lines.append(&mut scales);
    }
    let text = lines.join("\n") + "\n";
    let next = path.with_extension("tmp");
    let write = || -> io::Result<()> {
        let mut file = File::create(&next)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&next, &path)
    };
    write().map_err(io)
}

#[cfg(test)]
mod tests;
