//! Rules about what depends on what.

use std::collections::BTreeSet;

use super::{Problem, SourceFile};

const ROOT_MANIFEST: &str = "Cargo.toml";
const REASONS: &str = "docs/dependencies.md";

/// Our crates from the bottom up, each with its layer: a crate depends on lower layers only.
const LAYERS: [(&str, u8); 8] = [
    ("callbox-domain", 0),
    ("callbox-geo", 0),
    ("callbox-ledger", 0),
    ("callbox-engine", 1),
    ("callbox-sim", 2),
    ("callbox-web", 2),
    ("callbox", 3),
    ("xtask", 4),
];

/// What the pure domain may use apart from the standard library, outside its tests.
const DOMAIN_MAY_USE: [&str; 3] = ["csv", "minicbor", "thiserror"];

/// Checks that each dependency in the root manifest has a reason in the documents, and each reason a dependency.
pub(super) fn check_reasons(files: &[SourceFile], problems: &mut Vec<Problem>) {
    let find = |path: &str| files.iter().find(|file| file.path == path);
    let (Some(manifest), Some(reasons)) = (find(ROOT_MANIFEST), find(REASONS)) else {
        let path = format!("{ROOT_MANIFEST} or {REASONS}");
        problems.push(Problem {
            path,
            line: 0,
            message: "is missing".to_owned(),
        });
        return;
    };
    let used = entries(&manifest.text).filter(|entry| {
        entry.section == "workspace.dependencies" && !entry.name.starts_with("callbox-")
    });
    let crates: Vec<&SourceFile> = files
        .iter()
        .filter(|file| crate_name(file).is_some())
        .collect();
    let mut names = BTreeSet::new();
    for entry in used {
        names.insert(entry.name);
        if !reasons
            .text
            .lines()
            .any(|line| reason_for(line) == Some(entry.name))
        {
            let message = format!(
                "'{}' has no reason: add a line '| `{}` | … |' to {REASONS}",
                entry.name, entry.name
            );
            problems.push(Problem::new(manifest, entry.line, message));
        }
        let uses =
            |file: &&SourceFile| dependencies(&file.text).any(|used| used.name == entry.name);
        if !crates.iter().any(uses) {
            let message = format!("'{}' is used by no crate: remove it", entry.name);
            problems.push(Problem::new(manifest, entry.line, message));
        }
    }
    for (number, line) in reasons.text.lines().enumerate() {
        if let Some(name) = reason_for(line).filter(|name| !names.contains(name)) {
            let message = format!("'{name}' is no dependency in {ROOT_MANIFEST}: remove the line");
            problems.push(Problem::new(reasons, number + 1, message));
        }
    }
}

/// Checks the manifest of one of our crates: shared versions, shared lints, layers, and what the domain may use.
pub(super) fn check_crate(file: &SourceFile, problems: &mut Vec<Problem>) {
    let Some(name) = crate_name(file) else {
        return;
    };
    let Some(layer) = layer_of(name) else {
        problems.push(Problem::new(
            file,
            0,
            "the crate has no layer: give it one in `cargo xtask tidy`",
        ));
        return;
    };
    if !entries(&file.text).any(|entry| entry.section == "lints" && entry.name == "workspace") {
        problems.push(Problem::new(
            file,
            0,
            "the lints of the workspace are missing: add [lints] workspace = true",
        ));
    }
    for entry in dependencies(&file.text) {
        if !entry.is_shared {
            let message = format!(
                "'{}' names its own version: write {}.workspace = true",
                entry.name, entry.name
            );
            problems.push(Problem::new(file, entry.line, message));
        }
        if layer_of(entry.name).is_some_and(|other| other >= layer) {
            let message = format!("'{}' is not in a lower layer than '{name}'", entry.name);
            problems.push(Problem::new(file, entry.line, message));
        }
        let outside_tests = entry.section == "dependencies";
        if name == "callbox-domain" && outside_tests && !DOMAIN_MAY_USE.contains(&entry.name) {
            let message = format!("the domain is pure and must not use '{}'", entry.name);
            problems.push(Problem::new(file, entry.line, message));
        }
    }
}

/// The name of the crate whose manifest `file` is.
fn crate_name(file: &SourceFile) -> Option<&str> {
    file.path
        .strip_prefix("crates/")?
        .strip_suffix("/Cargo.toml")
}

fn layer_of(name: &str) -> Option<u8> {
    LAYERS
        .iter()
        .find(|(other, _)| *other == name)
        .map(|(_, layer)| *layer)
}

/// The dependency that a line of the documents gives a reason for: the first cell of a table row, in backquotes.
fn reason_for(line: &str) -> Option<&str> {
    line.strip_prefix("| `")?
        .split_once('`')
        .map(|(name, _)| name)
}

/// One `name = …` or `name.workspace = true` of a manifest.
struct Entry<'a> {
    section: &'a str,
    name: &'a str,
    line: usize,
    /// The version is the one of the workspace.
    is_shared: bool,
}

/// The dependencies that the manifest of a crate names, those of tests and of the build included.
fn dependencies(manifest: &str) -> impl Iterator<Item = Entry<'_>> {
    entries(manifest).filter(|entry| entry.section.ends_with("dependencies"))
}

/// Reads the subset of TOML that our manifests use: sections, and one entry a line.
fn entries(manifest: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut section = "";
    manifest
        .lines()
        .enumerate()
        .filter_map(move |(number, line)| {
            let line = line.trim();
            if let Some(name) = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                section = name;
                return None;
            }
            if line.starts_with('#') {
                return None;
            }
            let (key, value) = line.split_once('=')?;
            let (key, value) = (key.trim(), value.trim());
            let name = key.split('.').next().unwrap_or(key);
            let is_shared = key.ends_with(".workspace") || value.contains("workspace = true");
            Some(Entry {
                section,
                name,
                line: number + 1,
                is_shared,
            })
        })
}
