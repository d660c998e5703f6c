#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use super::*;
use crate::{
    osm::{Keep, PbfWriter, Tags},
    quiet,
};

struct Names;

impl Wants for Names {
    fn node(&self, _: &Tags<'_>) -> bool {
        false
    }
    fn way(&self, tags: &Tags<'_>) -> bool {
        tags.get("name").is_some()
    }
    fn relation(&self, _: &Tags<'_>) -> Keep {
        Keep::No
    }
}

impl Builder for Names {
    fn build(&self, extract: &Extract, dir: &Path, _: Progress<'_>) -> Result<(), ImportError> {
        let names: Vec<_> = extract
            .ways()
            .filter_map(|way| way.tags.get("name"))
            .collect();
        let path = dir.join("names");
        fs::write(&path, names.join("\n")).map_err(ImportError::write(&path))?;
        if names.contains(&"Bad Street") {
            return Err(ImportError::Unusable("a bad street".to_owned()));
        }
        Ok(())
    }
}

fn town(names: &[&str]) -> Vec<u8> {
    let mut file = PbfWriter::new(Vec::new()).unwrap();
    for id in 1..=names.len() as i64 + 1 {
        file.node(id, 50.0 + id as f64 * 1e-3, 8.0, &[]).unwrap();
    }
    for (no, name) in (1..).zip(names) {
        file.way(
            no,
            &[no, no + 1],
            &[("highway", "residential"), ("name", name)],
        )
        .unwrap();
    }
    file.finish().unwrap()
}

#[test]
fn a_broken_file_leaves_the_old_network_in_place() {
    let dir = tempfile::tempdir().unwrap();
    let (pbf, out) = (dir.path().join("x.osm.pbf"), dir.path().join("streets"));
    assert!(matches!(current(&out), Err(FindError::Missing(_))));
    fs::write(&pbf, town(&["Elm Street"])).unwrap();
    run_with(&[&Names], &pbf, &out, &quiet).unwrap();
    let old = current(&out).unwrap();
    fs::write(&pbf, &town(&["Oak Street", "Ash Street"])[..90]).unwrap();
    assert!(run_with(&[&Names], &pbf, &out, &quiet).is_err());
    assert_eq!(current(&out).unwrap(), old);
    fs::write(&pbf, town(&["Bad Street"])).unwrap();
    assert!(run_with(&[&Names], &pbf, &out, &quiet).is_err());
    assert_eq!(
        fs::read_to_string(current(&out).unwrap().join("names")).unwrap(),
        "Elm Street"
    );
    fs::write(&pbf, town(&["Oak Street", "Ash Street"])).unwrap();
    run_with(&[&Names], &pbf, &out, &quiet).unwrap();
    assert_ne!(current(&out).unwrap(), old);
    let left: Vec<_> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn one_import_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let (pbf, out) = (dir.path().join("x.osm.pbf"), dir.path().join("streets"));
    fs::write(&pbf, town(&["Elm Street"])).unwrap();
    fs::create_dir(&out).unwrap();
    let held = lock(&out).unwrap().unwrap();
    let error = run_with(&[&Names], &pbf, &out, &quiet).unwrap_err();
    assert!(error.to_string().contains("wait for it"), "{error}");
    // While it runs, what it writes is nobody's leftover.
    fs::create_dir(out.join("network7.tmp")).unwrap();
    clear(&out);
    assert!(out.join("network7.tmp").exists());
    drop(held);
    clear(&out);
    assert!(!out.join("network7.tmp").exists());
    run_with(&[&Names], &pbf, &out, &quiet).unwrap();
    clear(&out);
    assert!(current(&out).is_ok());
    clear(&dir.path().join("nowhere"));
    assert!(!dir.path().join("nowhere").exists());
}
