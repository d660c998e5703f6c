//! Asks small made-up towns what dispatchers ask, and reads the replies.
//!
//! Each test is a script: a question a line, the expectation a transcript.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fmt::Write as _;

use callbox_geo::Coord;
use callbox_geo::geocode::{
    Area, Ask, Exit, Geocoder, Here, House, HouseSource, Name, NameKind, Overlay, Place, Post,
    Source, StreetWay,
};
use expect_test::{Expect, expect};

/// A town on a grid of its own: `x` and `y` are metres east and north of its middle.
struct Town {
    source: Source,
    middle: Coord,
    city: &'static str,
}

impl Town {
    fn new(city: &'static str, lat: f64, lon: f64) -> Self {
        let middle = Coord::from_degrees(lat, lon).unwrap();
        let mut source = Source::default();
        source.areas.push(Area {
            names: vec![Name::main(city)],
            point: middle,
            rings: Vec::new(),
            level: 0,
            reach_meters: 5_000.0,
        });
        Self {
            source,
            middle,
            city,
        }
    }

    fn at(&self, x: f64, y: f64) -> Coord {
        let (lat, lon) = self.middle.degrees();
        let wide = 111_195.0 * lat.to_radians().cos();
        Coord::from_degrees(lat + y / 111_195.0, lon + x / wide).unwrap()
    }

    /// A street through these points; points that two streets share are their crossings.
    fn street(&mut self, name: &str, points: &[(f64, f64)]) -> &mut Self {
        self.way(name, &[], points)
    }

    /// A way; its names are the sign's, another one, and a former one, with `|` between them.
    fn way(&mut self, name: &str, references: &[&str], points: &[(f64, f64)]) -> &mut Self {
        let salt = u64::from(self.middle.lat.unsigned_abs()) << 40;
        let kinds = [NameKind::Main, NameKind::Other, NameKind::Former];
        let names = name.split('|').zip(kinds);
        let names = names.filter(|(text, _)| !text.is_empty());
        let names = names.map(|(text, kind)| Name {
            text: text.to_owned(),
            kind,
        });
        let way = StreetWay {
            names: names.collect(),
            references: references.iter().map(|text| (*text).to_owned()).collect(),
            nodes: points
                .iter()
                .map(|(x, y)| salt + (*x + 50_000.0) as u64 * 200_000 + (*y + 50_000.0) as u64)
                .collect(),
            points: points.iter().map(|(x, y)| self.at(*x, *y)).collect(),
        };
        self.source.streets.push(way);
        self
    }

    fn house(&mut self, number: &str, street: &str, x: f64, y: f64) -> &mut Self {
        self.source.houses.push(House {
            number: number.to_owned(),
            alternates: Vec::new(),
            street: street.to_owned(),
            city: Some(self.city.to_owned()),
            postcode: None,
            point: self.at(x, y),
            extent_meters: 8.0,
            source: HouseSource::Point,
        });
        self
    }

    fn place(&mut self, name: &str, category: &str, x: f64, y: f64) -> &mut Self {
        self.source.places.push(Place {
            names: vec![Name::main(name)],
            category: category.to_owned(),
            point: self.at(x, y),
            extent_meters: 40.0,
            city: None,
        });
        self
    }

    fn post(
        &mut self,
        reference: &str,
        thousandths: u32,
        miles: bool,
        x: f64,
        y: f64,
    ) -> &mut Self {
        self.source.posts.push(Post {
            reference: Some(reference.to_owned()),
            node: 0,
            thousandths,
            miles,
            point: self.at(x, y),
        });
        self
    }

    fn and(mut self, other: Self) -> Self {
        self.source.streets.extend(other.source.streets);
        self.source.houses.extend(other.source.houses);
        self.source.areas.extend(other.source.areas);
        self.source.places.extend(other.source.places);
        self.source.posts.extend(other.source.posts);
        self
    }

    fn geocoder(&self) -> Geocoder {
        Geocoder::build(&self.source, "").0
    }
}

/// An English town with what people mix up, and a second town with a street of the same name.
fn english() -> Town {
    let mut town = Town::new("Ashford", 39.0, -76.0);
    town.street("Main Street", &[(-400.0, 0.0), (0.0, 0.0), (400.0, 0.0)])
        .street("North Main Street", &[(0.0, 2_000.0), (400.0, 2_000.0)])
        .street("Elm Street", &[(0.0, -400.0), (0.0, 0.0), (0.0, 400.0)])
        .street("Elm Avenue", &[(900.0, -400.0), (900.0, 400.0)])
        .street(
            "5th Street",
            &[(400.0, 0.0), (400.0, 400.0), (400.0, 800.0)],
        )
        .street(
            "Mission Street",
            &[(0.0, 400.0), (400.0, 400.0), (800.0, 400.0)],
        )
        .street(
            "Old Mill Road||Miller Lane",
            &[(-3_000.0, 0.0), (-2_500.0, 0.0)],
        )
        .street("Viaduct Way", &[(200.0, -200.0), (200.0, 200.0)])
        .street("Saint Mary's Court", &[(1_500.0, 0.0), (1_600.0, 0.0)])
        .street("Barker Lane", &[(-1_500.0, 0.0), (-1_500.0, 300.0)])
        .street("Parker Lane", &[(-1_500.0, 3_000.0), (-1_500.0, 3_300.0)]);
    let main = [
        ("100", -390.0),
        ("102", -350.0),
        ("110", -300.0),
        ("201", 100.0),
        ("203", 140.0),
    ];
    for (number, x) in main {
        town.house(number, "Main Street", x, 12.0);
    }
    town.house("100", "North Main Street", 50.0, 2_010.0)
        .house("12", "Elm Street", 10.0, 100.0)
        .house("12", "Elm Avenue", 910.0, 100.0)
        .house("14", "Elm Street", 10.0, 140.0)
        .house("21", "5th Street", 410.0, 100.0)
        .house("7", "Barker Lane", -1_490.0, 50.0)
        .house("7", "Parker Lane", -1_490.0, 3_050.0)
        .house("3", "Old Mill Road", -2_900.0, 10.0)
        .place("Lincoln Elementary School", "school", 600.0, -300.0);
    let mut other = Town::new("Brook", 39.2, -76.0);
    other
        .street("Main Street", &[(-200.0, 0.0), (200.0, 0.0)])
        .house("102", "Main Street", 20.0, 10.0);
    town.and(other)
}

/// The reply as a transcript.
fn told(geocoder: &Geocoder, question: &str, ask: &Ask) -> String {
    let found = geocoder.find(question, ask);
    let mut text = format!("{question} -> {}", found.verdict.code());
    for note in &found.notes {
        write!(text, "; {note}").unwrap();
    }
    text.push('\n');
    for answer in &found.answers {
        write!(text, "  {} {}", answer.kind.code(), answer.label).unwrap();
        if let Some(apart) = &answer.tells_apart {
            write!(text, " [{apart}]").unwrap();
        }
        for reason in &answer.reasons {
            write!(text, "; {reason}").unwrap();
        }
        text.push('\n');
    }
    text
}

fn check(geocoder: &Geocoder, limit: usize, script: &[&str], expected: &Expect) {
    let ask = Ask {
        limit,
        ..Ask::default()
    };
    check_as(geocoder, &ask, script, expected);
}

fn check_as(geocoder: &Geocoder, ask: &Ask, script: &[&str], expected: &Expect) {
    let replies: String = script
        .iter()
        .map(|question| told(geocoder, question, ask))
        .collect();
    expected.assert_eq(&replies);
}

#[test]
fn finds_addresses_as_people_say_them() {
    let script = [
        "14 Elm Street",
        "14 ELM ST.",
        "fourteen elm st",
        "14 elm strete, ashford",
        "21 fifth st",
        "21 5 street apt 4",
        "one hundred ten main street ashford",
        "saint marys ct",
        "14 elmstreet",
        "3 Miller Lane",
        "lincoln elem",
    ];
    check(
        &english().geocoder(),
        1,
        &script,
        &expect![[r#"
        14 Elm Street -> certain
          house-point 14 Elm Street, Ashford
        14 ELM ST. -> certain
          house-point 14 Elm Street, Ashford
        fourteen elm st -> certain
          house-point 14 Elm Street, Ashford
        14 elm strete, ashford -> certain
          house-point 14 Elm Street, Ashford; 'strete' taken for 'street'
        21 fifth st -> certain
          house-point 21 5th Street, Ashford
        21 5 street apt 4 -> certain; 'apt 4' left aside: inside the building
          house-point 21 5th Street, Ashford; '5' completed to '5th'
        one hundred ten main street ashford -> certain
          house-point 110 Main Street, Ashford
        saint marys ct -> certain
          street Saint Mary's Court, Ashford
        14 elmstreet -> certain
          house-point 14 Elm Street, Ashford
        3 Miller Lane -> certain
          house-point 3 Old Mill Road, Ashford; formerly 'Miller Lane'
        lincoln elem -> confirm
          place Lincoln Elementary School, Ashford; the name also has 'school'
    "#]],
    );
}

#[test]
fn never_chooses_silently() {
    let script = [
        "12 Elm",
        "102 Main St",
        "102 Main St, Brook",
        "100 Main St, Ashford",
        "100 South Main St",
        "100 Main Ave",
        "7 Darker Lane",
        "7 Barker Lane",
    ];
    check(
        &english().geocoder(),
        3,
        &script,
        &expect![[r#"
            12 Elm -> choose
              house-point 12 Elm Avenue, Ashford; 'avenue' was not said
              house-point 12 Elm Street, Ashford; 'street' was not said
            102 Main St -> choose
              house-point 102 Main Street, Ashford
              house-point 102 Main Street, Brook
              street North Main Street, Ashford; direction 'north' was not said; number 102 is not known here: the file has 100 to 100
            102 Main St, Brook -> certain
              house-point 102 Main Street, Brook
              house-point 102 Main Street, Ashford; 'brook' does not fit
            100 Main St, Ashford -> choose
              house-point 100 Main Street, Ashford
              house-point 100 North Main Street, Ashford; direction 'north' was not said
            100 South Main St -> choose
              house-point 100 Main Street, Ashford; has no direction 'south'
              house-point 100 North Main Street, Ashford; direction 'north', not 'south'
              street Main Street, Brook; has no direction 'south'; number 100 is not known here: the file has 102 to 102
            100 Main Ave -> choose
              house-point 100 Main Street, Ashford; 'street', not 'ave'
              house-point 100 North Main Street, Ashford; direction 'north' was not said; 'street', not 'ave'
              street Main Street, Brook; 'street', not 'ave'; number 100 is not known here: the file has 102 to 102
            7 Darker Lane -> choose
              house-point 7 Barker Lane, Ashford; 'darker' taken for 'barker'
              house-point 7 Parker Lane, Ashford; 'darker' taken for 'parker'
            7 Barker Lane -> confirm
              house-point 7 Barker Lane, Ashford; '7 Parker Lane, Ashford' looks alike and has this number too
              house-point 7 Parker Lane, Ashford; 'barker' taken for 'parker'
        "#]],
    );
}

/// A word with errors may be nearer to another street than to the one that was meant.
#[test]
fn a_word_with_errors_is_asked_about_where_one_error_more_makes_another_street() {
    let mut town = Town::new("Helsinki", 60.16, 24.93);
    town.street("Eerikinkatu", &[(0.0, 0.0), (500.0, 0.0)])
        .street("Fredrikinkatu", &[(0.0, 800.0), (500.0, 800.0)])
        .street("Kalevankatu", &[(0.0, 1_600.0), (500.0, 1_600.0)])
        .house("28", "Eerikinkatu", 100.0, 10.0)
        .house("28", "Fredrikinkatu", 100.0, 810.0)
        .house("9", "Eerikinkatu", 50.0, 10.0)
        .house("28", "Kalevankatu", 100.0, 1_610.0);
    let script = [
        // Two letters of Fredrikinkatu are wrong, one of Eerikinkatu would be.
        "rerikinkatu 28",
        // The other has no such number.
        "rerikinkatu 9",
        // Nothing else is like it.
        "kalevankatuu 28",
        "Eerikinkatu 28",
    ];
    check(
        &town.geocoder(),
        2,
        &script,
        &expect![[r#"
            rerikinkatu 28 -> confirm
              house-point Eerikinkatu 28, Helsinki; 'rerikinkatu' taken for 'eerikinkatu'; 'Fredrikinkatu 28, Helsinki' looks alike and has this number too
              house-point Fredrikinkatu 28, Helsinki; 'rerikinkatu' taken for 'fredrikinkatu'
            rerikinkatu 9 -> certain
              house-point Eerikinkatu 9, Helsinki; 'rerikinkatu' taken for 'eerikinkatu'
            kalevankatuu 28 -> certain
              house-point Kalevankatu 28, Helsinki; 'kalevankatuu' taken for 'kalevankatu'
            Eerikinkatu 28 -> certain
              house-point Eerikinkatu 28, Helsinki
        "#]],
    );
}

/// The forms in which places are given, each once, as a caller or a colleague would.
#[test]
fn finds_each_form_of_a_place() {
    let mut town = english();
    town.street("Rue de l'Église", &[(2_500.0, 0.0), (2_700.0, 0.0)])
        .street("Königstraße", &[(2_500.0, 900.0), (2_700.0, 900.0)])
        .house("4", "Rue de l'Église", 2_550.0, 10.0)
        .house("6", "Königstraße", 2_550.0, 910.0);
    let script = [
        // Missing marks, other writing, exchanged letters, spoken numbers, short forms.
        "4 rue de l eglise",
        "6 koenigstrasse",
        "6 königstr.",
        "14 eml street",
        "one hundred and ten main",
        "intersection of mission and fifth street",
        "elm and main",
        // Positions in the usual notations.
        "39.0012, -76.0034",
        "N 39° 0' 4.3\" W 76° 0' 12.2\"",
        "geo:39.0012,-76.0034",
        "18S UJ 23480 06470",
        "87F52222+22",
        "87F5X2X2+X2",
    ];
    check(
        &town.geocoder(),
        1,
        &script,
        &expect![[r#"
        4 rue de l eglise -> certain
          house-point 4 Rue de l'Église, Ashford
        6 koenigstrasse -> certain
          house-point 6 Königstraße, Ashford; also called 'koenigstraße'
        6 königstr. -> certain
          house-point 6 Königstraße, Ashford
        14 eml street -> confirm
          house-point 14 Elm Street, Ashford; 'eml' taken for 'elm'
        one hundred and ten main -> choose
          house-point 110 Main Street, Ashford; 'street' was not said
        intersection of mission and fifth street -> certain
          intersection Mission Street & 5th Street, Ashford; 'street' was not said
        elm and main -> certain
          intersection Elm Street & Main Street, Ashford; 'street' was not said; 'street' was not said
        39.0012, -76.0034 -> certain
          coordinates 39.001200, -76.003400 [Main Street, Ashford, near Elm Street]; read as decimal degrees
        N 39° 0' 4.3" W 76° 0' 12.2" -> certain
          coordinates 39.001194, -76.003389 [Main Street, Ashford, near Elm Street]; read as degrees, minutes and seconds
        geo:39.0012,-76.0034 -> certain
          coordinates 39.001200, -76.003400 [Main Street, Ashford, near Elm Street]; read as decimal degrees
        18S UJ 23480 06470 -> confirm
          coordinates 38.889386, -77.035269; read as MGRS; outside of the map
        87F52222+22 -> confirm
          coordinates 39.000062, -76.999938; read as plus code; outside of the map
        87F5X2X2+X2 -> confirm
          coordinates 39.999938, -76.999938; read as plus code; outside of the map
    "#]],
    );
}

#[test]
fn says_what_is_missing() {
    let script = [
        "9999 Main Street Ashford",
        "106 Main St Ashford",
        "14a Elm Street",
        "5 Zyzzyva Boulevard",
        "14 Elm Street, Springfield",
        "6 Saint Marys Court",
    ];
    check(
        &english().geocoder(),
        2,
        &script,
        &expect![[r#"
            9999 Main Street Ashford -> missing
              street Main Street, Ashford; number 9999 is not known here: the file has 100 to 203
              street North Main Street, Ashford; direction 'north' was not said; number 9999 is not known here: the file has 100 to 100
            106 Main St Ashford -> confirm
              house-interpolated 106 Main Street, Ashford; number not in the file, reckoned between 102 and 110
              street North Main Street, Ashford; direction 'north' was not said; number 106 is not known here: the file has 100 to 100
            14a Elm Street -> confirm
              house-point 14 Elm Street, Ashford; 14; 14a is not in the file
              street Elm Avenue, Ashford; 'avenue', not 'street'; number 14a is not known here: the file has 12 to 12
            5 Zyzzyva Boulevard -> missing; 'zyzzyva' is not in the file
            14 Elm Street, Springfield -> missing; 'springfield' is not in the file
              house-point 14 Elm Street, Ashford; 'springfield' does not fit
            6 Saint Marys Court -> missing
              street Saint Mary's Court, Ashford; number 6 is not known: the file has no numbers here
        "#]],
    );
}

#[test]
fn finds_crossings() {
    let script = [
        "Mission & 5th",
        "Mission St / 5th St",
        "corner of mission and fifth",
        "main at elm",
        "Mision & Fith",
        "Main Street & Viaduct Way",
        "Barker Lane & 5th Street",
        // A town before the mark may be the rest of another street's name; a street does not cross itself.
        "Mission Ashford & 5th",
        "Mission & 5th, Ashford",
        // Neither by a word that carries nothing nor by a typing error.
        "Mission Street & the Mission Street",
        "Mision Street & Mission Street",
    ];
    check(
        &english().geocoder(),
        2,
        &script,
        &expect![[r#"
            Mission & 5th -> certain
              intersection Mission Street & 5th Street, Ashford; 'street' was not said; 'street' was not said
            Mission St / 5th St -> certain
              intersection Mission Street & 5th Street, Ashford
            corner of mission and fifth -> certain
              intersection Mission Street & 5th Street, Ashford; 'street' was not said; 'street' was not said
            main at elm -> certain
              intersection Main Street & Elm Street, Ashford; 'street' was not said; 'street' was not said
            Mision & Fith -> confirm
              intersection Mission Street & 5th Street, Ashford; 'mision' taken for 'mission'; 'street' was not said; 'fith' taken for 'fifth'; 'street' was not said
            Main Street & Viaduct Way -> confirm
              intersection Main Street & Viaduct Way, Ashford; the two pass within 0 m without meeting: a bridge, a tunnel, or a gap in the map
            Barker Lane & 5th Street -> missing
              street 5th Street, Ashford; the two do not meet in the file
              street Barker Lane, Ashford; the two do not meet in the file
            Mission Ashford & 5th -> confirm
              intersection Mission Street & 5th Street, Ashford; 'street' was not said; 'street' was not said
            Mission & 5th, Ashford -> certain
              intersection Mission Street & 5th Street, Ashford; 'street' was not said; 'street' was not said
            Mission Street & the Mission Street -> confirm
              street Mission Street, Ashford; 'mission' does not fit; 'street' does not fit
            Mision Street & Mission Street -> missing; 'mision' is not in the file
              street Mission Street, Ashford; 'mision' does not fit; 'street' does not fit
        "#]],
    );
}

#[test]
fn completes_what_is_being_typed() {
    let typing = Ask {
        limit: 2,
        typing: true,
        ..Ask::default()
    };
    let script = ["14 El", "mis", "linc", "Mission & 5"];
    check_as(
        &english().geocoder(),
        &typing,
        &script,
        &expect![[r#"
        14 El -> confirm
          house-point 14 Elm Street, Ashford; 'el' completed to 'elm'; the name also has 'street'
          street Elm Avenue, Ashford; 'el' completed to 'elm'; the name also has 'avenue'; number 14 is not known here: the file has 12 to 12
        mis -> confirm
          street Mission Street, Ashford; 'mis' completed to 'mission'; the name also has 'street'
        linc -> confirm
          place Lincoln Elementary School, Ashford; 'linc' completed to 'lincoln'; the name also has 'elementary'; the name also has 'school'
        Mission & 5 -> confirm
          intersection Mission Street & 5th Street, Ashford; the name also has 'street'; '5' completed to '5th'; the name also has 'street'
    "#]],
    );
}

/// A town whose names begin with words that many names begin with.
fn french() -> Town {
    let mut town = Town::new("Valmer", 43.7, 7.4);
    let names = [
        ("Avenue", "31"),
        ("Avenue de la Côte", "31"),
        ("Avenue Saint-Charles", "7"),
        ("Boulevard de Suisse", "27"),
        ("Boulevard Albert", "27"),
        ("Rue des Roses", "2"),
        ("Rue du Port", "2"),
        ("Rue de l'Église", "2"),
    ];
    for (name, y) in names.iter().zip((0..).step_by(500)) {
        let y = f64::from(y);
        town.street(name.0, &[(0.0, y), (300.0, y)])
            .house(name.1, name.0, 100.0, y + 8.0);
    }
    town
}

#[test]
fn never_takes_the_beginning_of_one_name_for_another() {
    let typing = Ask {
        limit: 2,
        typing: true,
        ..Ask::default()
    };
    let script = [
        "31 Avenue",
        "31 Avenue d",
        "31 Avenue de l",
        "27 Boulevard de",
        "27 Boulevard a",
        "2 rue des",
        "2 Rue de l",
        "7 Avenue Saint",
        // The town, not the rest of the name.
        "2 Rue du Port, V",
    ];
    check_as(
        &french().geocoder(),
        &typing,
        &script,
        &expect![[r#"
            31 Avenue -> choose
              house-point Avenue 31, Valmer
              house-point Avenue de la Côte 31, Valmer; the name also has 'cote'
            31 Avenue d -> confirm
              house-point Avenue de la Côte 31, Valmer; the name also has 'cote'
              house-point Avenue 31, Valmer; 'd' does not fit
            31 Avenue de l -> choose
              house-point Avenue de la Côte 31, Valmer; the name also has 'cote'
              house-point Avenue 31, Valmer; 'l' does not fit
            27 Boulevard de -> confirm
              house-point Boulevard de Suisse 27, Valmer; the name also has 'suisse'
              house-point Boulevard Albert 27, Valmer; the name also has 'albert'; 'de' does not fit
            27 Boulevard a -> certain
              house-point Boulevard Albert 27, Valmer; 'a' completed to 'albert'
            2 rue des -> confirm
              house-point Rue des Roses 2, Valmer; the name also has 'roses'
              house-point Rue de l'Église 2, Valmer; the name also has 'leglise'; 'des' does not fit
            2 Rue de l -> certain
              house-point Rue de l'Église 2, Valmer; 'l' completed to 'leglise'
              house-point Rue des Roses 2, Valmer; the name also has 'roses'; 'l' does not fit
            7 Avenue Saint -> confirm
              house-point Avenue Saint-Charles 7, Valmer; the name also has 'charles'
              street Avenue, Valmer; 'saint' does not fit; number 7 is not known here: the file has 31 to 31
            2 Rue du Port, V -> certain
              house-point Rue du Port 2, Valmer
        "#]],
    );
}

#[test]
fn a_name_crosses_itself_under_no_spelling() {
    // Two streets with names that differ by a word that carries nothing are both found for either name.
    let mut town = Town::new("Valmer", 43.7, 7.4);
    town.street("Avenue Sainte Dévote", &[(0.0, 0.0), (300.0, 0.0)])
        .way(
            "Avenue d'Enclar|Avenue de Sainte Dévote",
            &[],
            &[(300.0, 0.0), (600.0, 0.0)],
        )
        .street("Rue du Port", &[(300.0, 0.0), (300.0, 300.0)]);
    let script = [
        "Avenue Sainte Dévote & Avenue de Sainte Dévote",
        "Avenue Sainte Dévote & Avenue Saint Devote",
        "Avenue Sainte Dévote & Rue du Port",
    ];
    check(
        &town.geocoder(),
        2,
        &script,
        &expect![[r#"
            Avenue Sainte Dévote & Avenue de Sainte Dévote -> confirm
              intersection Avenue Sainte Dévote & Avenue d'Enclar, Valmer; also called 'Avenue de Sainte Dévote'
              intersection Avenue d'Enclar & Avenue Sainte Dévote, Valmer; also called 'Avenue de Sainte Dévote'
            Avenue Sainte Dévote & Avenue Saint Devote -> confirm
              intersection Avenue Sainte Dévote & Avenue d'Enclar, Valmer; also called 'Avenue de Sainte Dévote'
              intersection Avenue d'Enclar & Avenue Sainte Dévote, Valmer; also called 'Avenue de Sainte Dévote'
            Avenue Sainte Dévote & Rue du Port -> certain
              intersection Avenue Sainte Dévote & Rue du Port, Valmer
              intersection Avenue d'Enclar & Rue du Port, Valmer; also called 'Avenue de Sainte Dévote'
        "#]],
    );
}

#[test]
fn orders_by_nearness_but_still_asks() {
    let near = Ask {
        limit: 2,
        near: Coord::from_degrees(39.2, -76.0),
        ..Ask::default()
    };
    check_as(
        &english().geocoder(),
        &near,
        &["102 Main St"],
        &expect![[r#"
        102 Main St -> choose
          house-point 102 Main Street, Brook
          house-point 102 Main Street, Ashford
    "#]],
    );
}

#[test]
fn orders_by_jurisdiction_but_still_asks() {
    let ring = [
        (38.9, -76.1),
        (39.1, -76.1),
        (39.1, -75.9),
        (38.9, -75.9),
        (38.9, -76.1),
    ];
    let ring = ring
        .iter()
        .map(|(lat, lon)| Coord::from_degrees(*lat, *lon).unwrap());
    let inside = Ask {
        limit: 2,
        jurisdiction: vec![ring.collect()],
        ..Ask::default()
    };
    check_as(
        &english().geocoder(),
        &inside,
        &["102 Main St", "39.2 -76.01"],
        &expect![[r#"
        102 Main St -> choose
          house-point 102 Main Street, Ashford
          house-point 102 Main Street, Brook; outside of the jurisdiction
        39.2 -76.01 -> certain
          coordinates 39.200000, -76.010000 [Main Street, Brook]; read as decimal degrees; outside of the jurisdiction
    "#]],
    );
}

/// A road of two stretches with posts and a bend between the second and the third, and a road with mile posts.
fn posted() -> Town {
    let mut town = Town::new("Gao", 39.9, 116.4);
    town.way("", &["G2"], &[(0.0, 0.0), (5_000.0, 0.0)])
        .way(
            "",
            &["G2"],
            &[(5_000.0, 0.0), (10_000.0, 0.0), (10_000.0, 5_000.0)],
        )
        .way(
            "Interstate Highway",
            &["I 95"],
            &[(0.0, 9_000.0), (16_093.0, 9_000.0)],
        )
        .post("G2", 120_000, false, 0.0, 5.0)
        .post("G2", 125_000, false, 5_000.0, 5.0)
        .post("G2", 135_000, false, 10_005.0, 5_000.0)
        .post("I 95", 20_000, true, 0.0, 9_005.0)
        .post("I 95", 30_000, true, 16_093.0, 9_005.0);
    town.source.exits.push(Exit {
        number: Some("7A".to_owned()),
        name: Some("Gaocun".to_owned()),
        node: town.source.streets[1].nodes[1],
        point: town.source.streets[1].points[1],
    });
    town
}

#[test]
fn finds_posts_and_junctions() {
    let script = [
        "G2 K120+000",
        "G2 km 122,5",
        "k127+500 g2",
        "km 130 on G2",
        "G2 km 200",
        "I-95 mile 25",
        "mm 20 I 95",
        "I 95 km 40.234",
        "exit 7A G2",
        "G2 exit 7",
        "Gaocun",
    ];
    check(
        &posted().geocoder(),
        1,
        &script,
        &expect![[r#"
            G2 K120+000 -> certain
              post G2, km 120
            G2 km 122,5 -> certain
              post G2, km 122.5; reckoned between km 120 and km 125
            k127+500 g2 -> certain
              post G2, km 127.5; reckoned between km 125 and km 135
            km 130 on G2 -> certain
              post G2, km 130; reckoned between km 125 and km 135
            G2 km 200 -> missing
              route G2; the file has posts from km 120 to km 135 on this road
            I-95 mile 25 -> certain
              post I 95, mile 25; reckoned between mile 20 and mile 30
            mm 20 I 95 -> certain
              post I 95, mile 20
            I 95 km 40.234 -> certain
              post I 95, mile 25; the posts of this road count in the other unit; reckoned between mile 20 and mile 30
            exit 7A G2 -> certain
              exit Exit 7A G2
            G2 exit 7 -> confirm
              exit Exit 7A G2; '7' completed to '7a'
            Gaocun -> certain
              exit Exit 7A G2; also called 'Gaocun'
        "#]],
    );
}

#[test]
fn reckons_along_the_road_between_posts() {
    let town = posted();
    let found = town.geocoder().find("G2 km 130", &Ask::default());
    // Halfway from 125 to 135 along the road is the corner, not a place on the straight line.
    let corner = town.at(10_000.0, 0.0);
    assert!(found.answers[0].point.meters_to(corner) < 30.0, "{found:?}");
}

fn chinese() -> Town {
    let mut town = Town::new("朝阳区", 39.9, 116.4);
    town.street(
        "长安街|Chang'an Avenue",
        &[(-500.0, 0.0), (0.0, 0.0), (500.0, 0.0)],
    )
    .street("建国门外大街", &[(0.0, -500.0), (0.0, 0.0), (0.0, 500.0)])
    .street("长春路", &[(900.0, -500.0), (900.0, 500.0)])
    .house("12", "长安街", 100.0, 10.0)
    .house("88号", "建国门外大街", 10.0, 100.0)
    .place("北京协和医院", "hospital", 300.0, 300.0);
    town
}

#[test]
fn finds_chinese_names() {
    let script = [
        "长安街12号",
        "朝阳区长安街12号",
        "長安街１２號",
        "changan jie 12",
        "12 Chang'an Ave",
        "长按街12号",
        "常安街12号",
        "建国门外大街88号",
        "建国外大街88号",
        "长安街与建国门外大街交叉口",
        "协和医院",
        "jianguomenwaidajie",
        "长安街99号",
        "火星路1号",
    ];
    check(
        &chinese().geocoder(),
        1,
        &script,
        &expect![[r#"
            长安街12号 -> certain
              house-point 长安街12号, 朝阳区
            朝阳区长安街12号 -> certain
              house-point 长安街12号, 朝阳区
            長安街１２號 -> certain
              house-point 长安街12号, 朝阳区
            changan jie 12 -> confirm
              house-point 长安街12号, 朝阳区; sounds like 'changanjie'
            12 Chang'an Ave -> certain
              house-point 长安街12号, 朝阳区; also called 'Chang'an Avenue'
            长按街12号 -> confirm
              house-point 长安街12号, 朝阳区; sounds like 'zhanganjie'
            常安街12号 -> confirm
              house-point 长安街12号, 朝阳区; sounds like 'changanjie'
            建国门外大街88号 -> certain
              house-point 建国门外大街88号, 朝阳区
            建国外大街88号 -> certain
              house-point 建国门外大街88号, 朝阳区; '建国外大街' taken for '建国门外大街'
            长安街与建国门外大街交叉口 -> certain
              intersection 长安街 & 建国门外大街, 朝阳区
            协和医院 -> confirm
              place 北京协和医院, 朝阳区; '协和医院' taken for '北京协和医院'
            jianguomenwaidajie -> confirm
              street 建国门外大街, 朝阳区; sounds like 'jianguomenwaidajie'
            长安街99号 -> missing
              street 长安街, 朝阳区; number 99 is not known here: the file has 12 to 12
            火星路1号 -> missing; '火星路 1 号' is not in the file
        "#]],
    );
}

#[test]
fn a_sound_stands_beside_no_name_that_is_written_so() {
    let mut town = Town::new("朝阳区", 39.9, 116.4);
    town.street("Maplebank Road|枫堤路", &[(-500.0, 0.0), (500.0, 0.0)])
        .street("Fernhill Road", &[(0.0, -900.0), (0.0, 900.0)])
        .street("Starside Way", &[(900.0, -500.0), (900.0, 500.0)])
        .house("70", "Maplebank Road", 100.0, 10.0)
        .house("70", "Fernhill Road", 10.0, 100.0)
        .house("12", "Starside Way", 910.0, 100.0);
    let typing = Ask {
        typing: true,
        ..Ask::default()
    };
    check_as(
        &town.geocoder(),
        &typing,
        &[
            "70 fern",
            "70 feng",
            "70 fengdilu",
            "12 star",
            "12 tanner st",
        ],
        &expect![[r#"
            70 fern -> confirm
              house-point 70 Fernhill Road, 朝阳区; 'fern' completed to 'fernhill'; the name also has 'road'
            70 feng -> confirm
              house-point 70 Maplebank Road, 朝阳区; 'feng' completed to 'fengdilu'; sounds like 'fengdilu'
            70 fengdilu -> confirm
              house-point 70 Maplebank Road, 朝阳区; sounds like 'fengdilu'
            12 star -> confirm
              house-point 12 Starside Way, 朝阳区; 'star' completed to 'starside'; the name also has 'way'
            12 tanner st -> missing; 'tanner' is not in the file
        "#]],
    );
}

#[test]
fn a_number_is_no_answer_where_a_name_was_left_aside() {
    let mut town = Town::new("Altstadt", 49.4, 8.7);
    town.street("12", &[(-500.0, 0.0), (500.0, 0.0)])
        .street("12", &[(-500.0, 9000.0), (500.0, 9000.0)])
        .street("Hauptstraße", &[(0.0, -900.0), (0.0, 900.0)])
        .house("47", "Hauptstraße", 10.0, 100.0)
        .house("209", "Hauptstraße", 10.0, 700.0);
    check(
        &town.geocoder(),
        3,
        &["12 Hauptstrasse", "Hauptstr 12", "12"],
        &expect![[r#"
            12 Hauptstrasse -> missing
              street Hauptstraße, Altstadt; number 12 is not known here: the file has 47 to 209
              street 12; 'hauptstrasse' does not fit
              street 12, Altstadt; 'hauptstrasse' does not fit
            Hauptstr 12 -> missing
              street Hauptstraße, Altstadt; number 12 is not known here: the file has 47 to 209
              street 12; 'hauptstr' does not fit
              street 12, Altstadt; 'hauptstr' does not fit
            12 -> choose
              street 12
              street 12, Altstadt
        "#]],
    );
}

#[test]
fn finds_places_as_callers_say_them() {
    let mut town = english();
    town.street(
        "Long Street",
        &[(-900.0, 1500.0), (0.0, 1500.0), (900.0, 1500.0)],
    )
    .street(
        "First Lane",
        &[(-900.0, 1000.0), (-900.0, 1500.0), (-900.0, 2000.0)],
    )
    .street(
        "Second Lane",
        &[(900.0, 1000.0), (900.0, 1500.0), (900.0, 2000.0)],
    )
    .place("Burger Barn", "fast_food", -500.0, 1530.0)
    .place("Burger Barn", "fast_food", 500.0, 3000.0);
    for (number, x) in [(702, -300.0), (710, -200.0), (716, -100.0), (802, 100.0)] {
        town.house(&number.to_string(), "Long Street", x, 1510.0);
    }
    check(
        &town.geocoder(),
        2,
        &[
            "700 block of long street",
            "the 700 block of Long St, Ashford",
            "7 hundred block of long street",
            "long street 712 block",
            "500 block of long street",
            "700 block of nowhere street",
            "long street between first lane and second lane",
            "long st between first and second",
            "the burger barn on long street",
            "burger barn on first lane",
            "across from the burger barn",
            "near 702 long street",
            "next to the burger barn on long st",
            "behind",
            "on long street",
        ],
        &expect![[r#"
            700 block of long street -> certain
              block 700 block of Long Street, Ashford
            the 700 block of Long St, Ashford -> certain
              block 700 block of Long Street, Ashford
            7 hundred block of long street -> certain
              block 700 block of Long Street, Ashford
            long street 712 block -> certain
              block 700 block of Long Street, Ashford
              house-interpolated 712 Long Street, Ashford; 'block' does not fit; number not in the file, reckoned between 710 and 716
            500 block of long street -> missing
              street Long Street, Ashford; number 500 is not known here: the file has 702 to 802
            700 block of nowhere street -> missing; 'nowhere' is not in the file
            long street between first lane and second lane -> certain
              block Long Street between First Lane and Second Lane, Ashford
            long st between first and second -> certain
              block Long Street between First Lane and Second Lane, Ashford; 'lane' was not said
              intersection Long Street & Second Lane, Ashford; 'between' does not fit; '1st' does not fit; 'lane' was not said
            the burger barn on long street -> confirm
              place Burger Barn, Ashford; on 'Long Street'
            burger barn on first lane -> missing
              place Burger Barn, Ashford [the south-west one]; 'on' does not fit; '1st' does not fit; 'lane' does not fit; there is another of this name
              place Burger Barn, Ashford [the north-east one]; 'on' does not fit; '1st' does not fit; 'lane' does not fit; there is another of this name
            across from the burger barn -> choose
              place Burger Barn, Ashford [the south-west one]; 'across from': not there itself; there is another of this name
              place Burger Barn, Ashford [the north-east one]; 'across from': not there itself; there is another of this name
            near 702 long street -> confirm
              house-point 702 Long Street, Ashford; 'near': not there itself
            next to the burger barn on long st -> confirm
              place Burger Barn, Ashford; on 'Long Street'; 'next to': not there itself
            behind -> missing; 'behind' is not in the file
            on long street -> certain
              street Long Street, Ashford
        "#]],
    );
    check(
        &chinese().geocoder(),
        2,
        &[
            "协和医院对面",
            "长安街12号附近",
            "我在长安街12号",
            "长安街十二号",
            "长安街建国门外大街路口",
            "长安街靠近建国门外大街",
        ],
        &expect![[r#"
            协和医院对面 -> confirm
              place 北京协和医院, 朝阳区; '协和医院' taken for '北京协和医院'; '对面' does not fit
            长安街12号附近 -> confirm
              house-point 长安街12号, 朝阳区; '附近' does not fit
            我在长安街12号 -> certain
              house-point 长安街12号, 朝阳区
            长安街十二号 -> certain
              house-point 长安街12号, 朝阳区
            长安街建国门外大街路口 -> certain
              intersection 长安街 & 建国门外大街, 朝阳区
            长安街靠近建国门外大街 -> certain
              intersection 长安街 & 建国门外大街, 朝阳区
        "#]],
    );
}

#[test]
fn finds_things_on_a_chinese_street() {
    let mut town = chinese();
    town.place("朝阳医院", "hospital", 200.0, 40.0);
    check(
        &town.geocoder(),
        2,
        &["长安街上的医院", "长安街朝阳医院", "长安街的协和医院"],
        &expect![[r#"
            长安街上的医院 -> confirm
              place 朝阳医院, 朝阳区; on '长安街'
              street 长安街, 朝阳区; '上的医院' does not fit
            长安街朝阳医院 -> confirm
              place 朝阳医院, 朝阳区; on '长安街'
              street 长安街, 朝阳区; '朝阳医院' does not fit
            长安街的协和医院 -> choose
              place 北京协和医院, 朝阳区; '街的协和医院' taken for '北京协和医院'; '长安' does not fit
              street 长安街, 朝阳区; '的协和医院' does not fit
        "#]],
    );
}

/// Two motorways with junctions on each carriageway, a road that has none, and a named one with a number.
fn motorways() -> Town {
    let mut town = Town::new("Ashford", 51.1, 0.9);
    town.way(
        "",
        &["I 695"],
        &[(0.0, 0.0), (1_000.0, 0.0), (4_000.0, 0.0)],
    )
    .way(
        "",
        &["I 695"],
        &[(4_000.0, 500.0), (1_500.0, 500.0), (0.0, 500.0)],
    )
    .way(
        "Coast Motorway|滨海高速公路",
        &["M 20"],
        &[(0.0, 3_000.0), (2_000.0, 3_000.0), (5_000.0, 3_000.0)],
    )
    .way("", &["MD 140"], &[(0.0, 9_000.0), (900.0, 9_000.0)])
    .street("Old Court Road", &[(900.0, 8_000.0), (900.0, 9_000.0)])
    .post("M 20", 3_000, false, 2_000.0, 3_005.0);
    for (number, way, no) in [
        ("18", 0, 1),
        ("18", 1, 1),
        ("19", 1, 2),
        ("19", 0, 0),
        ("7A", 2, 1),
        ("7B", 2, 2),
    ] {
        let way = &town.source.streets[way];
        town.source.exits.push(Exit {
            number: Some(number.to_owned()),
            name: None,
            node: way.nodes[no],
            point: way.points[no],
        });
    }
    town
}

#[test]
fn finds_junctions_as_callers_say_them() {
    check(
        &motorways().geocoder(),
        2,
        &[
            "exit 18 on i-695",
            "exit 18 i-695",
            "i-695 exit 18",
            "i 695 at exit 18",
            "695 exit 18",
            "695 eastbound at exit 18",
            "i-695 west, exit number 18",
            "i-695 exit 17",
            "exit 18 on i-95",
            "M20 junction 7a",
            "junction 7b of the M20",
            "J7 M20",
            "exit 7 b m20",
            "between exits 18 and 19 on 695",
            "near exit 7a on the M20",
            "exit 3 route 140",
            "滨海高速公路7A出口",
            "滨海高速公路K3+000",
            "M20高速3公里",
            "M20 marker post 3",
        ],
        &expect![[r#"
            exit 18 on i-695 -> choose
              exit Exit 18 I 695 [the south-west one]; there is another of this name
              exit Exit 18 I 695 [the north-east one]; there is another of this name
            exit 18 i-695 -> choose
              exit Exit 18 I 695 [the south-west one]; there is another of this name
              exit Exit 18 I 695 [the north-east one]; there is another of this name
            i-695 exit 18 -> choose
              exit Exit 18 I 695 [the south-west one]; there is another of this name
              exit Exit 18 I 695 [the north-east one]; there is another of this name
            i 695 at exit 18 -> choose
              exit Exit 18 I 695 [the south-west one]; there is another of this name
              exit Exit 18 I 695 [the north-east one]; there is another of this name
            695 exit 18 -> choose
              exit Exit 18 I 695 [the south-west one]; the name also has 'interstate'; there is another of this name
              exit Exit 18 I 695 [the north-east one]; the name also has 'interstate'; there is another of this name
            695 eastbound at exit 18 -> choose
              exit Exit 18 I 695 [the south-west one]; the name also has 'interstate'; there is another of this name
              exit Exit 18 I 695 [the north-east one]; the name also has 'interstate'; direction 'west', not 'eastbound'; there is another of this name
            i-695 west, exit number 18 -> choose
              exit Exit 18 I 695 [the north-east one]; there is another of this name
              exit Exit 18 I 695 [the south-west one]; direction 'east', not 'west'; there is another of this name
            i-695 exit 17 -> missing
              route I 695; exit 17 is not known here: the file has 18, 19 on this road
            exit 18 on i-95 -> missing; 'exit 18 on i 95' is not in the file
            M20 junction 7a -> certain
              exit Exit 7A M 20, Ashford
            junction 7b of the M20 -> certain
              exit Exit 7B M 20, Ashford
            J7 M20 -> choose
              exit Exit 7A M 20, Ashford; '7' completed to '7a'
              exit Exit 7B M 20, Ashford; '7' completed to '7b'
            exit 7 b m20 -> certain
              exit Exit 7B M 20, Ashford
            between exits 18 and 19 on 695 -> confirm
              block I 695 between exits 18 and 19; the name also has 'interstate'
            near exit 7a on the M20 -> confirm
              exit Exit 7A M 20, Ashford; 'near': not there itself
            exit 3 route 140 -> missing; 'route' is not in the file
              route MD 140; 'maryland', not 'route'; exit 3 is not known: the file has no numbered exits on this road
            滨海高速公路7A出口 -> certain
              exit Exit 7A Coast Motorway, Ashford; also called '滨海高速公路'
            滨海高速公路K3+000 -> certain
              post M 20, km 3; also called '滨海高速公路'
            M20高速3公里 -> certain
              post M 20, km 3
            M20 marker post 3 -> certain
              post M 20, km 3
        "#]],
    );
    check(
        &motorways().geocoder(),
        1,
        &[
            "route 140",
            "maryland route 140",
            "i 140",
            "rt 140 and old court rd",
        ],
        &expect![[r#"
            route 140 -> confirm
              route MD 140; 'maryland', not 'route'
            maryland route 140 -> certain
              route MD 140
            i 140 -> missing
              route I 695; the name also has '695'; number 140 is not known: the file has no numbers here
            rt 140 and old court rd -> confirm
              intersection MD 140 & Old Court Road; 'maryland', not 'rt'
        "#]],
    );
}

/// A street with things on it, and others of the same names elsewhere.
fn shops() -> Town {
    let mut town = english();
    town.street(
        "Long Street",
        &[(-900.0, 1500.0), (0.0, 1500.0), (900.0, 1500.0)],
    )
    .street("Short Lane", &[(0.0, 1500.0), (0.0, 2500.0)])
    .street("Dead End", &[(900.0, 1500.0), (900.0, 1600.0)])
    .place("Burger Barn", "fast food", -500.0, 1530.0)
    .place("Burger Barn", "fast food", 500.0, 3000.0)
    .place("Eagle", "fuel", 300.0, 1520.0)
    .place("Falcon", "fuel", 700.0, 1520.0)
    .place("Hawk", "fuel", 700.0, 5000.0)
    .house("12", "Long Street", -700.0, 1510.0);
    town
}

#[test]
fn finds_things_by_their_street_and_by_their_kind() {
    check(
        &shops().geocoder(),
        3,
        &[
            "burger barn, long st",
            "long street, burger barn",
            "burger barn long street",
            "burger barn at long street",
            "burger barn, short lane",
            "long street in front of burger barn",
            "gas station on long street",
            "the petrol station, long street",
            "long street opposite number 12",
            "short lane just off long street",
            "flat 3, 12 long street",
            "at 12 long street",
            "from long street to short lane",
            "12 long street, burger barn",
        ],
        &expect![[r#"
            burger barn, long st -> confirm
              place Burger Barn, Ashford [the south-west one]; on 'Long Street'; there is another of this name
              place Burger Barn, Ashford [the north-east one]; 'long' does not fit; 'st' does not fit; there is another of this name
              street Long Street, Ashford; 'burger' does not fit; 'barn' does not fit
            long street, burger barn -> confirm
              place Burger Barn, Ashford [the south-west one]; on 'Long Street'; there is another of this name
              place Burger Barn, Ashford [the north-east one]; 'long' does not fit; 'street' does not fit; there is another of this name
              street Long Street, Ashford; 'burger' does not fit; 'barn' does not fit
            burger barn long street -> confirm
              place Burger Barn, Ashford [the south-west one]; on 'Long Street'; there is another of this name
              place Burger Barn, Ashford [the north-east one]; 'long' does not fit; 'street' does not fit; there is another of this name
              street Long Street, Ashford; 'burger' does not fit; 'barn' does not fit
            burger barn at long street -> confirm
              place Burger Barn, Ashford; on 'Long Street'
            burger barn, short lane -> choose
              place Burger Barn, Ashford [the south-west one]; 'short' does not fit; 'lane' does not fit; there is another of this name
              place Burger Barn, Ashford [the north-east one]; 'short' does not fit; 'lane' does not fit; there is another of this name
              street Short Lane, Ashford; 'burger' does not fit; 'barn' does not fit
            long street in front of burger barn -> confirm
              place Burger Barn, Ashford; on 'Long Street'; 'in front of': not there itself
            gas station on long street -> choose
              place Eagle, Ashford; on 'Long Street'
              place Falcon, Ashford; on 'Long Street'
            the petrol station, long street -> choose
              place Eagle, Ashford; on 'Long Street'
              place Falcon, Ashford; on 'Long Street'
              street Long Street, Ashford; 'petrol' does not fit; 'station' does not fit
            long street opposite number 12 -> confirm
              house-point 12 Long Street, Ashford; 'opposite': not there itself
            short lane just off long street -> confirm
              intersection Short Lane & Long Street, Ashford; 'just off': not there itself
            flat 3, 12 long street -> certain; 'flat 3' left aside: inside the building
              house-point 12 Long Street, Ashford
            at 12 long street -> certain
              house-point 12 Long Street, Ashford
            from long street to short lane -> missing; 'to' is not in the file
              street Long Street, Ashford; 'to' does not fit; 'short' does not fit; 'lane' does not fit
              street Short Lane, Ashford; 'long' does not fit; 'street' does not fit; 'to' does not fit
            12 long street, burger barn -> confirm
              house-point 12 Long Street, Ashford; 'burger' does not fit; 'barn' does not fit
        "#]],
    );
}

#[test]
fn a_street_and_a_mark_list_its_crossings() {
    let geocoder = shops().geocoder();
    let typing = Ask {
        typing: true,
        ..Ask::default()
    };
    let script = [
        "Long Street /",
        "long st &",
        "short lane /",
        "long street / s",
        "/",
    ];
    check_as(
        &geocoder,
        &typing,
        &script,
        &expect![[r#"
        Long Street / -> choose
          intersection Long Street & Short Lane, Ashford
          intersection Long Street & Dead End, Ashford
        long st & -> choose
          intersection Long Street & Short Lane, Ashford
          intersection Long Street & Dead End, Ashford
        short lane / -> confirm
          intersection Short Lane & Long Street, Ashford
        long street / s -> confirm
          intersection Long Street & Short Lane, Ashford; 's' completed to 'short'; the name also has 'lane'
        / -> missing; '' is not in the file
    "#]],
    );
    let near = Ask {
        near: Some(shops().at(900.0, 1500.0)),
        ..typing
    };
    check_as(
        &geocoder,
        &near,
        &["Long Street /"],
        &expect![[r#"
        Long Street / -> choose
          intersection Long Street & Dead End, Ashford
          intersection Long Street & Short Lane, Ashford
    "#]],
    );
}

#[test]
fn knows_the_agencys_own_names() {
    let list = "name,target\nThe Pit,\"39.0012, -76.0034\"\nOld Stables,Mission & 5th\nSchool Lane,Elm Street\n";
    let geocoder = english()
        .geocoder()
        .with_overlay(Overlay::parse(list).unwrap());
    let script = ["the pit", "Old Stabels", "14 School Lane", "14 Elm Street"];
    check(
        &geocoder,
        1,
        &script,
        &expect![[r#"
        the pit -> certain
          alias The Pit; 'The Pit' in the agency's list
        Old Stabels -> certain
          intersection Mission Street & 5th Street, Ashford; 'street' was not said; 'street' was not said; 'stabels' taken for 'stables'; 'Old Stables' in the agency's list
        14 School Lane -> certain
          house-point 14 Elm Street, Ashford; 'School Lane' in the agency's list
        14 Elm Street -> certain
          house-point 14 Elm Street, Ashford
    "#]],
    );
}

#[test]
fn refuses_a_list_with_the_line_that_is_wrong() {
    let lists = [
        "Pit,1",
        "name,target\nPit",
        "name,target\n\nPit,\"39.0, -76",
        "name,target\nPit,\"39.00 -190.00\"",
    ];
    let refusals = lists.map(|text| Overlay::parse(text).unwrap_err().to_string());
    expect![[r#"
        line 1: the list has to begin with the header `name,target`
        line 2: expected a name and a target; put a text with a comma into quotes
        line 3: a quote is not closed
        line 2: not a position: latitude 39 or longitude -190 is beyond the earth's range"#]]
    .assert_eq(&refusals.join("\n"));
}

#[test]
fn says_what_stands_at_a_point() {
    let town = english();
    let geocoder = town.geocoder();
    let mut replies = String::new();
    for (x, y) in [
        (105.0, 20.0),
        (100.0, -30.0),
        (-100.0, 90.0),
        (8_000.0, 8_000.0),
    ] {
        let here = geocoder.reverse(town.at(x, y));
        let label = here.as_ref().and_then(Here::label);
        let side = here.as_ref().and_then(|here| here.side);
        writeln!(replies, "{label:?} {side:?}").unwrap();
    }
    expect![[r#"
        Some("201 Main Street, Ashford") Some("north")
        Some("201 Main Street, Ashford") Some("south")
        Some("100 block of Main Street, Ashford, near Elm Street") Some("north")
        None None
    "#]]
    .assert_eq(&replies);
}
