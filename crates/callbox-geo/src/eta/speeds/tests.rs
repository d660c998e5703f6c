#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;

fn built_in() -> Vec<Profile> {
    vec![Profile::blue_light(), Profile::heavy(), Profile::car()]
}

#[test]
fn figures_and_new_profiles_are_read() {
    let mut profiles = built_in();
    let text = "# ours\n[heavy]\nscale.residential = 0.8 # narrow\nheight_meters = 3.4\n\
                [ladder]\nlike = \"heavy\"\nweight_tonnes = 26\n";
    parse(text, &mut profiles).unwrap();
    assert_eq!(profiles[1].scale[Class::Residential as usize], 0.8);
    assert_eq!(profiles[1].height_meters, 3.4);
    assert_eq!(profiles[3].name, "ladder");
    assert_eq!(profiles[3].weight_tonnes, 26.0);
    assert_eq!(
        profiles[3].height_meters, 3.4,
        "a new profile is like the other as it is by then"
    );
}

#[test]
fn wrong_lines_are_named() {
    for (text, line, part) in [
        ("scale.primary = 1", 1, "no [profile]"),
        ("[heavy]\nscale.primary = fast", 2, "no number"),
        ("[heavy]\nscale.primary = NaN", 2, "no number"),
        ("[heavy]\n\nscale.lagoon = 1", 3, "no figure"),
        ("[heavy]\nscale.primary = 99", 2, "from 0.1 to 10"),
        ("[ladder]\nscale.primary = 1", 2, "like ="),
        ("[ladder]", 1, "like ="),
        ("[a b]", 1, "no name"),
        ("hello", 1, "neither"),
    ] {
        let (at, what) = parse(text, &mut built_in()).unwrap_err();
        assert_eq!(at, line, "{text}");
        assert!(what.contains(part), "{text}: {what}");
    }
}

#[test]
fn what_is_kept_is_read_again_and_leaves_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let by_hand = "[heavy]\n# old\nscale.primary = 0.5\nheight_meters = 3.3\n[car]\ntop_kmh = 90\n";
    fs::write(speeds_file(dir.path()), by_hand).unwrap();
    let mut learned = Profile::heavy();
    learned.scale[Class::Primary as usize] = 0.75;
    keep_speeds(dir.path(), &learned, "learned from 300 drives").unwrap();
    keep_speeds(dir.path(), &Profile::blue_light(), "none").unwrap();
    let mut profiles = built_in();
    read(dir.path(), &mut profiles).unwrap();
    assert_eq!(profiles[0], Profile::blue_light());
    assert_eq!(profiles[1].scale[Class::Primary as usize], 0.75);
    assert_eq!(profiles[1].height_meters, 3.3);
    assert_eq!(profiles[2].top_kmh, 90.0);
}

#[test]
fn kinds_of_unit_get_profiles() {
    let mut profiles = built_in();
    let text = "[units]\nENGINE = \"heavy\"\nTOWER = \"ladder\"\n[ladder]\nlike = \"heavy\"\n";
    let units = parse(text, &mut profiles).unwrap();
    assert_eq!(units["ENGINE"], "heavy");
    assert_eq!(units["TOWER"], "ladder");
    for (text, line, part) in [
        ("[units]\nENGINE = \"heavier\"", 2, "no profile \"heavier\""),
        ("[units]\n\n = \"heavy\"", 3, "no kind of unit"),
    ] {
        let (at, what) = parse(text, &mut built_in()).unwrap_err();
        assert_eq!(at, line, "{text}");
        assert!(what.contains(part), "{text}: {what}");
    }
}
