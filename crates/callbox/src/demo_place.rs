//! The demo's place: a drawn town or a user's extract, both through the same import.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
    sync::Arc,
};

use callbox_engine::DataDir;
use callbox_geo::{
    geocode::{Answer, Sample},
    import, quiet,
    town::Plan,
};
use callbox_sim::{Atlas, Spot, Town};
use callbox_web::Geography;

use crate::{
    failure::{Failure, Outcome, chain},
    output,
};

/// The demo's town: large enough for its units, small enough for a start within a second.
const PLAN: Plan = Plan { size: 60, seed: 1 };
/// The extract of the drawn town, in the demo's directory.
const EXTRACT: &str = "town.osm.pbf";

/// Imports the demo's streets: `file`, or a town that is drawn now.
pub(crate) fn import(data: &DataDir, file: Option<&Path>) -> Outcome {
    let drawn = data.root.join(EXTRACT);
    let file = match file {
        Some(file) => file,
        None => {
            draw(&drawn).map_err(|error| {
                Failure::io(format_args!("cannot write {}", drawn.display()), &error)
            })?;
            &drawn
        }
    };
    import::run(file, &data.streets(), &quiet).map_err(|error| Failure::Input(chain(&error)))?;
    Ok(())
}

fn draw(path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    PLAN.write(&mut out)?;
    out.flush()
}

/// The town on the streets of a center; on straight lines of its own where an older demo has none.
pub(crate) fn town(geography: Option<&Geography>, name: Option<&str>) -> Outcome<Arc<Town>> {
    let Some(geography) = geography else {
        return Ok(Arc::new(Town::new()));
    };
    let spots = |of, count| -> Vec<Spot> {
        let found = geography.geocoder.sample(of, count);
        found.into_iter().map(spot).collect()
    };
    let atlas = Atlas {
        houses: spots(Sample::Houses, 300),
        crossings: spots(Sample::Crossings, 150),
        places: spots(Sample::Places, 100),
    };
    let town = Town::on(atlas, name).ok_or_else(|| {
        Failure::Input(
            "the extract has no house number that its street and number alone find; take one of a \
             place whose addresses are mapped"
                .to_owned(),
        )
    })?;
    Ok(Arc::new(town))
}

fn spot(answer: Answer) -> Spot {
    Spot {
        words: answer.label,
        category: answer.category,
        at: answer.point.degrees(),
    }
}

/// What a user's extract is called: its file's name.
pub(crate) fn name(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or("streets");
    stem.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Says what happens, so that nobody waits before a silent screen.
pub(crate) fn note(name: &str, data: &Path) {
    output::note(format_args!("Making {name} in {} …", data.display()));
}

/// Whether a file is there at all, before anything is made.
pub(crate) fn check(file: &Path) -> Outcome {
    fs::metadata(file)
        .map(drop)
        .map_err(|error| Failure::io(format_args!("cannot read {}", file.display()), &error))
}
