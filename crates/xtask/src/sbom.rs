//! What the program is made of, as a CycloneDX 1.6 document (ECMA-424).
//!
//! The packages come from `cargo metadata`, their hashes from `Cargo.lock`, the vendored scripts from
//! their directories. Before anything is written the document is held against `Cargo.lock` and the
//! files on disk. The same tree gives the same bytes: there is no time and no random number in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

const VENDOR: &str = "crates/callbox-web/assets/vendor";

/// Which document to write.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where to write it
    #[arg(long, default_value = "target/callbox.cdx.json")]
    out: PathBuf,
}

/// Writes the document, or says what it lacks.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let metadata = metadata(root)?;
    let lock = locked(&fs::read_to_string(root.join("Cargo.lock"))?);
    let mut components = packages(&metadata, &lock)?;
    let crates = components.len();
    components.extend(vendored(root)?);
    complete(&components, &lock, root)?;
    let required = components.iter().filter(|one| one["scope"] == "required");
    println!(
        "{} components: {crates} packages of Cargo.lock, {} vendored; {} of all are in the program, the rest \
         builds and tests it",
        components.len(),
        components.len() - crates,
        required.count(),
    );
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": "callbox", "name": "callbox", "version": version(&metadata)?,
        } },
        "components": components,
        "dependencies": dependencies(&metadata)?,
    });
    let out = root.join(&arguments.out);
    if let Some(parent) = out.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&out, serde_json::to_string_pretty(&document)? + "\n")
        .with_context(|| format!("cannot write {}", out.display()))?;
    println!("{}", out.display());
    Ok(())
}

fn metadata(root: &Path) -> anyhow::Result<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let made = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--all-features",
        ])
        .current_dir(root)
        .output()
        .context("cannot run cargo metadata")?;
    let words = String::from_utf8_lossy(&made.stderr);
    ensure!(made.status.success(), "cargo metadata failed: {words}");
    Ok(serde_json::from_slice(&made.stdout)?)
}

fn list<'a>(value: &'a Value, what: &str) -> anyhow::Result<&'a Vec<Value>> {
    let found = value[what].as_array();
    found.with_context(|| format!("cargo metadata has no {what}"))
}

fn text<'a>(value: &'a Value, what: &str) -> anyhow::Result<&'a str> {
    let found = value[what].as_str();
    found.with_context(|| format!("cargo metadata has no {what}"))
}

fn version(metadata: &Value) -> anyhow::Result<&str> {
    let program = list(metadata, "packages")?
        .iter()
        .find(|package| package["name"] == "callbox");
    text(program.context("there is no package callbox")?, "version")
}

/// Name and version of each package of `Cargo.lock`, with the SHA-256 of its archive; ours have none.
fn locked(lock: &str) -> BTreeMap<(String, String), Option<String>> {
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.strip_prefix(" = \""))
            .map(|rest| rest.trim_end_matches('"').to_owned())
    };
    lock.split("[[package]]")
        .skip(1)
        .filter_map(|block| {
            let key = (field(block, "name")?, field(block, "version")?);
            Some((key, field(block, "checksum")))
        })
        .collect()
}

/// The packages that the program is built from: what `callbox` reaches without its tests.
fn required(metadata: &Value) -> anyhow::Result<BTreeSet<&str>> {
    let nodes = list(&metadata["resolve"], "nodes")?;
    let by_id: BTreeMap<&str, &Value> = nodes
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let program = list(metadata, "packages")?
        .iter()
        .find(|package| package["name"] == "callbox")
        .context("there is no package callbox")?;
    let mut found = BTreeSet::new();
    let mut next = vec![text(program, "id")?];
    while let Some(id) = next.pop() {
        if !found.insert(id) {
            continue;
        }
        let node = by_id.get(id).context("a package is not resolved")?;
        for dependency in list(node, "deps")? {
            let kinds = list(dependency, "dep_kinds")?;
            if kinds.iter().any(|kind| kind["kind"] != "dev") {
                next.push(text(dependency, "pkg")?);
            }
        }
    }
    Ok(found)
}

fn packages(
    metadata: &Value,
    lock: &BTreeMap<(String, String), Option<String>>,
) -> anyhow::Result<Vec<Value>> {
    let required = required(metadata)?;
    let mut components = Vec::new();
    for package in list(metadata, "packages")? {
        let (id, name, version) = (
            text(package, "id")?,
            text(package, "name")?,
            text(package, "version")?,
        );
        let scope = if required.contains(id) {
            "required"
        } else {
            "excluded"
        };
        let mut component = json!({
            "type": "library", "bom-ref": id, "name": name, "version": version, "scope": scope,
            "purl": format!("pkg:cargo/{name}@{version}"),
        });
        if let Some(licence) = package["license"].as_str() {
            component["licenses"] = json!([{ "expression": licence.replace('/', " OR ") }]);
        }
        if let Some(Some(hash)) = lock.get(&(name.to_owned(), version.to_owned())) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": hash }]);
        }
        components.push(component);
    }
    components.sort_by_key(|component| component["bom-ref"].to_string());
    Ok(components)
}

/// The directories of scripts that are in the program as they came, with the hashes beside them.
fn vendored(root: &Path) -> anyhow::Result<Vec<Value>> {
    let mut components = Vec::new();
    for directory in sorted(&root.join(VENDOR))? {
        let name = file_name(&directory);
        let sums = fs::read_to_string(directory.join("SHA256SUMS"))
            .with_context(|| format!("{name} has no SHA256SUMS"))?;
        let files: Vec<Value> = sums
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(hash, file)| {
                json!({
                    "type": "file", "name": format!("{name}/{file}"),
                    "hashes": [{ "alg": "SHA-256", "content": hash }],
                })
            })
            .collect();
        let version = banner_version(&directory)?;
        components.push(json!({
            "type": "library", "bom-ref": format!("vendor/{name}"), "name": name, "version": version,
            "scope": "required", "purl": format!("pkg:npm/{name}@{version}"), "components": files,
        }));
    }
    Ok(components)
}

/// The version that the vendored scripts say of themselves in their first lines; all the same.
fn banner_version(directory: &Path) -> anyhow::Result<String> {
    let mut found = BTreeSet::new();
    for path in sorted(directory)? {
        if path.extension().is_some_and(|extension| extension == "js") {
            let script = fs::read_to_string(&path)?;
            let banner: String = script.chars().take(400).collect();
            let after = banner.split("/blob/v").nth(1);
            let version = after.and_then(|rest| rest.split('/').next());
            let version = version.with_context(|| format!("{} says no version", path.display()))?;
            found.insert(version.to_owned());
        }
    }
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(version), None) => Ok(version),
        _ => anyhow::bail!(
            "the scripts of {} are of no or of several versions",
            directory.display()
        ),
    }
}

fn dependencies(metadata: &Value) -> anyhow::Result<Vec<Value>> {
    let mut found = Vec::new();
    for node in list(&metadata["resolve"], "nodes")? {
        let mut on = Vec::new();
        for dependency in list(node, "deps")? {
            on.push(text(dependency, "pkg")?);
        }
        on.sort_unstable();
        found.push(json!({ "ref": text(node, "id")?, "dependsOn": on }));
    }
    found.sort_by_key(|one| one["ref"].to_string());
    Ok(found)
}

/// Holds the document against `Cargo.lock` and against every file that is vendored.
fn complete(
    components: &[Value],
    lock: &BTreeMap<(String, String), Option<String>>,
    root: &Path,
) -> anyhow::Result<()> {
    let has = |name: &str, version: &str| {
        let mut all = components.iter();
        all.any(|one| one["name"] == name && one["version"] == version)
    };
    for ((name, version), checksum) in lock {
        ensure!(
            has(name, version),
            "{name} {version} of Cargo.lock is missing"
        );
        let one = components
            .iter()
            .find(|one| one["name"] == *name && one["version"] == *version);
        let hash = one.and_then(|one| one["hashes"][0]["content"].as_str());
        ensure!(
            hash == checksum.as_deref(),
            "{name} {version} has another hash"
        );
        ensure!(
            one.is_some_and(|one| one.get("licenses").is_some()),
            "{name} {version} names no licence"
        );
    }
    for directory in sorted(&root.join(VENDOR))? {
        for file in sorted(&directory)? {
            let name = format!("{}/{}", file_name(&directory), file_name(&file));
            let is_listed = components.iter().any(|one| {
                let files = one["components"].as_array();
                files.is_some_and(|files| files.iter().any(|one| one["name"] == name))
            });
            ensure!(
                is_listed || name.ends_with("/SHA256SUMS"),
                "{name} is vendored and not in its SHA256SUMS"
            );
        }
    }
    Ok(())
}

fn sorted(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"00ff\"\n\n\
                        [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";

    fn component(name: &str, version: &str, hash: Option<&str>) -> Value {
        let mut one = json!({ "name": name, "version": version, "licenses": [] });
        if let Some(hash) = hash {
            one["hashes"] = json!([{ "alg": "SHA-256", "content": hash }]);
        }
        one
    }

    #[test]
    fn what_is_missing_or_has_another_hash_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
        let root = root.expect("a root");
        let lock = locked(LOCK);
        let mut all = vec![
            component("a", "1.0.0", Some("00ff")),
            component("ours", "0.1.0", None),
        ];
        all.extend(vendored(root).expect("what is vendored has its hashes"));
        assert!(complete(&all, &lock, root).is_ok());
        assert!(complete(&all[1..], &lock, root).is_err(), "a is missing");
        assert!(
            complete(&all[..2], &lock, root).is_err(),
            "files are missing"
        );
        all[0] = component("a", "1.0.0", Some("0000"));
        assert!(complete(&all, &lock, root).is_err(), "another hash");
    }
}
