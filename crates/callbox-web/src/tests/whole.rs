//! Where the whole center is taken, and not what who asks sees of it.

/// Handlers take the center from `center_for`, which is the one place where it is cut to what an agency sees.
#[test]
fn no_handler_takes_the_whole_center_but_these() {
    /// With how often, and why it tells nothing of others.
    const WHOLE: &[(&str, usize, &str)] = &[
        (
            "api/consultations.rs",
            4,
            "the time zone, and counts; for the whole center but one's own reads",
        ),
        ("api/erasures.rs", 2, "which are seen is asked for each"),
        (
            "api/incident.rs",
            1,
            "names of the units that worked on an incident that is seen",
        ),
        ("api/lists.rs", 1, "which are seen is asked for each"),
        ("api/line.rs", 1, "decides for the agency"),
        ("api/streets.rs", 1, "for those of the whole center"),
        ("api/plans.rs", 1, "plans"),
        ("api/cards.rs", 1, "cards"),
        ("api/closures.rs", 1, "closed streets are for everybody"),
        ("api/eta.rs", 1, "how long a way takes is for everybody"),
        ("api/positions.rs", 1, "whose a unit is"),
        ("api/reports.rs", 2, "the time zone"),
        ("api/tables.rs", 1, "settings"),
        (
            "api/timeline.rs",
            1,
            "names of the units that worked on an incident that is seen",
        ),
        ("api/wall.rs", 1, "the time zone"),
        ("pages/call.rs", 3, "settings"),
        ("pages/consultations.rs", 1, "counts, for the whole center"),
        ("pages/erasure.rs", 3, "which are seen is asked for each"),
        ("pages/glass.rs", 1, "for the whole center"),
        (
            "pages/incident.rs",
            1,
            "names of the units that worked on an incident that is seen",
        ),
        ("pages/settings.rs", 4, "settings"),
        ("pages/tables.rs", 1, "settings"),
        (
            "pages/ui.rs",
            1,
            "the center's name, and counts for the whole center",
        ),
    ];
    let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for folder in ["api", "pages"] {
        for file in std::fs::read_dir(src.join(folder)).unwrap() {
            let path = file.unwrap().path();
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let times = text.matches("engine.snapshot()").count();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if times > 0 && name != "tests.rs" {
                found.push((format!("{folder}/{name}"), times));
            }
        }
    }
    found.sort();
    let mut known: Vec<_> = WHOLE
        .iter()
        .map(|(file, n, _)| ((*file).to_owned(), *n))
        .collect();
    known.sort();
    assert_eq!(
        found, known,
        "take the center from center_for, or say here why not"
    );
}
