//! Extracts that nobody should hand in, and that somebody will: the import refuses them with what to
//! do, or takes what can be used; it never panics, and its memory stays bounded.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may panic, and says what it measured"
)]

use std::{
    fs::{self, File},
    io::BufWriter,
    path::Path,
};

use callbox_geo::{
    eta::Streets,
    import,
    osm::{MemberKind, PbfWriter},
    quiet,
};

type Written = PbfWriter<BufWriter<File>>;

/// Writes an extract and imports it; gives the streets, or what is said.
fn imported(write: impl FnOnce(&mut Written)) -> Result<Streets, String> {
    let dir = tempfile::tempdir().unwrap();
    let pbf = dir.path().join("x.osm.pbf");
    let mut file = PbfWriter::new(BufWriter::new(File::create(&pbf).unwrap())).unwrap();
    write(&mut file);
    file.finish().unwrap();
    let out = dir.path().join("streets");
    import::run(&pbf, &out, &quiet).map_err(|error| {
        assert!(
            !out.join("CURRENT").exists(),
            "nothing is in use after {error}"
        );
        error.to_string()
    })?;
    // The files stay mapped when the directory goes.
    Ok(Streets::open(&out).unwrap())
}

/// What a file of these bytes is refused with.
fn refused(bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let (pbf, out) = (dir.path().join("x.osm.pbf"), dir.path().join("streets"));
    fs::write(&pbf, bytes).unwrap();
    let error = import::run(&pbf, &out, &quiet).unwrap_err();
    assert!(
        !out.join("CURRENT").exists(),
        "nothing is in use after {error}"
    );
    error.to_string()
}

/// The bytes of the street's extract.
fn street_bytes() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let pbf = dir.path().join("x.osm.pbf");
    let mut file = PbfWriter::new(BufWriter::new(File::create(&pbf).unwrap())).unwrap();
    street(&mut file);
    file.finish().unwrap();
    fs::read(&pbf).unwrap()
}

/// A street from node 1 over node 2 to node 3, a kilometre in all.
fn street(file: &mut Written) {
    for (id, lon) in [(1, 8.0), (2, 8.007), (3, 8.014)] {
        file.node(id, 50.0, lon, &[]).unwrap();
    }
    let tags = [("highway", "residential"), ("name", "Elm Street")];
    file.way(1, &[1, 2, 3], &tags).unwrap();
}

/// Seconds from one end of that street to the other.
fn along(streets: &Streets) -> Option<f64> {
    let profile = streets.profile("blue-light").unwrap();
    let (from, to) = (streets.snap(50.0, 8.0)?, streets.snap(50.0, 8.014)?);
    streets.eta_many_to_one(&[from], &to, profile)[0].map(callbox_geo::eta::Eta::seconds)
}

#[test]
fn without_streets_there_is_nothing_to_import() {
    let error = imported(|file| file.node(1, 50.0, 8.0, &[]).unwrap()).unwrap_err();
    assert!(error.contains("holds no streets"), "{error}");
    let error = imported(|file| {
        file.way(1, &[1, 2], &[("waterway", "river")]).unwrap();
    })
    .unwrap_err();
    assert!(error.contains("holds no streets"), "{error}");
    imported(|_| ()).unwrap_err();
}

#[test]
fn a_truncated_extract_says_how_much_is_missing() {
    let whole = street_bytes();
    let said = refused(&whole[..whole.len() - 5]);
    assert!(said.contains("is cut off"), "{said}");
    assert!(
        said.contains("needs 5 more bytes; download it again"),
        "{said}"
    );
}

/// A blob of map data with these bytes in zlib, which say that they unpack to `says`.
fn blob(unpacked: &[u8], says: u64) -> Vec<u8> {
    use std::io::Write as _;
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(unpacked).unwrap();
    let zlib = zlib.finish().unwrap();
    let varint = |mut value: u64| {
        let mut bytes = Vec::new();
        while value >= 0x80 {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    };
    // raw_size is field 2, zlib_data field 3.
    let body = [
        &[0x10][..],
        &varint(says),
        &[0x1a],
        &varint(zlib.len() as u64),
        &zlib,
    ]
    .concat();
    let header = [&b"\x0a\x07OSMData\x18"[..], &varint(body.len() as u64)].concat();
    let length = u32::try_from(header.len()).unwrap().to_be_bytes();
    [&length[..], &header, &body].concat()
}

#[test]
fn a_zip_bomb_is_refused_before_it_unpacks() {
    let before = peak_mb();
    // A quarter of a gigabyte in one megabyte: honest about it, and lying.
    let zeros = vec![0; 1 << 28];
    for (says, what) in [
        (1 << 28, "unpacks to more than 32 MiB"),
        (1 << 20, "another length than it says"),
        (u64::MAX, "unpacks to more than 32 MiB"),
    ] {
        let said = refused(&[street_bytes(), blob(&zeros, says)].concat());
        assert!(said.contains(what), "{said}");
        assert!(said.contains("download it again"), "{said}");
    }
    drop(zeros);
    let grown = peak_mb() - before;
    // The zeros themselves are 268 MB.
    assert!(grown.is_nan() || grown < 268.0 + 150.0, "{grown} MB");
}

#[test]
fn coordinates_outside_of_the_earth_are_counted_and_said() {
    let error = imported(|file| {
        for (id, lat, lon) in [(1, 95.0, 8.0), (2, 50.0, 190.0), (3, -91.0, -181.0)] {
            file.node(id, lat, lon, &[]).unwrap();
        }
        file.way(1, &[1, 2, 3], &[("highway", "residential")])
            .unwrap();
    })
    .unwrap_err();
    assert!(
        error.contains("holds no streets (3 of its nodes lie outside the Earth)"),
        "{error}"
    );
    // A street that leaves the Earth ends there.
    let streets = imported(|file| {
        street(file);
        file.node(4, 95.0, 8.0, &[]).unwrap();
        file.way(2, &[3, 4], &[("highway", "residential")]).unwrap();
    });
    assert_eq!(streets.unwrap().counts().1, 1);
}

#[test]
fn a_way_with_one_node_is_counted_and_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let pbf = dir.path().join("x.osm.pbf");
    let mut file = PbfWriter::new(BufWriter::new(File::create(&pbf).unwrap())).unwrap();
    street(&mut file);
    file.way(2, &[1], &[("highway", "primary")]).unwrap();
    file.way(3, &[], &[("highway", "primary")]).unwrap();
    file.finish().unwrap();
    let imported = import::run(&pbf, &dir.path().join("streets"), &quiet).unwrap();
    assert_eq!(imported.left_out.short_ways, 2);
    assert_eq!(imported.streets.roads.segments, 1);
}

#[test]
fn ids_out_of_order_do_not_matter() {
    let plain = along(&imported(street).unwrap()).unwrap();
    // The relation first, then the way, then the nodes backwards, some of them twice.
    let shuffled = imported(|file| {
        let members = [(MemberKind::Way, 1, "from"), (MemberKind::Way, 9, "to")];
        let tags = [("type", "restriction"), ("restriction", "no_u_turn")];
        file.relation(1, &members, &tags).unwrap();
        let tags = [("highway", "residential"), ("name", "Elm Street")];
        file.way(1, &[1, 2, 3], &tags).unwrap();
        for (id, lon) in [(3, 8.014), (2, 8.007), (1, 8.0), (2, 8.007)] {
            file.node(id, 50.0, lon, &[]).unwrap();
        }
    });
    let shuffled = along(&shuffled.unwrap()).unwrap();
    assert!((plain - shuffled).abs() < 0.01, "{plain} {shuffled}");
}

#[test]
fn what_is_broken_is_left_out_and_the_rest_is_used() {
    let plain = along(&imported(street).unwrap()).unwrap();
    let streets = imported(|file| {
        street(file);
        let road = [("highway", "primary")];
        // One node, none, the same twice, nodes that are not there, ids at the ends of the range.
        file.way(2, &[1], &road).unwrap();
        file.way(3, &[], &road).unwrap();
        file.way(4, &[2, 2], &road).unwrap();
        file.way(5, &[77, 78], &road).unwrap();
        file.way(i64::MAX, &[i64::MIN, i64::MAX], &road).unwrap();
        // Places that are not on Earth.
        file.node(4, 95.0, 8.0, &[]).unwrap();
        file.node(5, 50.0, 190.0, &[("name", "nowhere")]).unwrap();
        file.way(6, &[3, 4, 5], &road).unwrap();
        // Tags that mean nothing.
        let odd = [
            ("highway", "residential"),
            ("maxspeed", "-1e999"),
            ("maxheight", "'''"),
            ("oneway", "perhaps"),
            ("maxweight", "99999999999999999999"),
        ];
        file.node(6, 50.001, 8.0, &[("addr:housenumber", ""), ("barrier", "")])
            .unwrap();
        file.way(7, &[1, 6], &odd).unwrap();
    })
    .unwrap();
    let with_rubbish = along(&streets).unwrap();
    assert!(with_rubbish >= plain - 0.01, "{plain} {with_rubbish}");
    assert!(with_rubbish < plain + 30.0, "{plain} {with_rubbish}");
    for node in 0..streets.node_count() {
        let (lat, lon) = streets.node(node).degrees();
        assert!(lat.abs() <= 90.0 && lon.abs() <= 180.0, "{lat} {lon}");
    }
}

/// Ten million tags cost their blocks, one after the other, not their sum.
#[test]
fn ten_million_tags_stay_within_bounds() {
    let before = peak_mb();
    let values: Vec<String> = (0..500).map(|no| format!("value {no}")).collect();
    let keys: Vec<String> = (0..50).map(|no| format!("key:{no}")).collect();
    let streets = imported(|file| {
        street(file);
        for id in 0..200_000_i64 {
            let at = usize::try_from(id).unwrap();
            let value = |no: usize| values[(at * 7 + no) % values.len()].as_str();
            let tags: Vec<(&str, &str)> = keys
                .iter()
                .enumerate()
                .map(|(no, key)| (key.as_str(), value(no)))
                .collect();
            file.node(10 + id, 50.0, 8.0, &tags).unwrap();
        }
    });
    along(&streets.unwrap()).unwrap();
    let grown = peak_mb() - before;
    if grown.is_nan() {
        eprintln!("skipped: this system does not tell its peak of memory");
        return;
    }
    assert!(grown < 300.0, "{grown} MB");
}

/// The most memory that this process ever had; NaN where it is not told.
fn peak_mb() -> f64 {
    let status = fs::read_to_string(Path::new("/proc/self/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1000.0
}
