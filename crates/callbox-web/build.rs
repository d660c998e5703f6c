//! Lists the files under `assets/` and the user guide, so that they are part of the binary.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    list(&root.join("assets"), "assets.rs");
    list(&root.join("../../docs/guide"), "guide.rs");
}

/// Writes the list of all files below `root`.
fn list(root: &Path, name: &str) {
    let mut files = Vec::new();
    collect(root, &mut files);
    files.sort();
    let mut listing = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(root).expect("it is below the root");
        let name = name.to_string_lossy().replace('\\', "/");
        writeln!(
            listing,
            "    ({name:?}, include_bytes!({:?}).as_slice()),",
            file.display()
        )
        .expect("writing to a string cannot fail");
    }
    listing.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join(name);
    fs::write(out, listing).expect("the build directory is writable");
}

/// Adds every file below `dir` but those whose name begins with a dot.
fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", dir.display());
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
