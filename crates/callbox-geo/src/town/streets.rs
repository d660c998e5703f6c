//! Writes the network: ways with names and classes, bridges, turn bans, the ferry, junctions and posts.

use std::collections::HashMap;

use super::{
    ground::Ground,
    grow::Class,
    lay::Laid,
    names::{Name, Names},
    net::Net,
    point::{P, Random, along, length},
    sheet::{Sheet, Tags, tags},
};
use crate::osm::MemberKind;

/// Names of lines; lines that are no streets have an empty one.
pub(super) fn names(laid: &Laid, ground: &Ground) -> Vec<Name> {
    let mut names = Names::new(ground.seed);
    laid.lines
        .iter()
        .enumerate()
        .map(|(no, line)| match line.class {
            _ if no == laid.harbour => Name::new("Harbour Road", "海港路"),
            _ if laid.ring.contains(&no) => Name::new("Ring Road", "环城路"),
            _ if no == laid.island => Name::new("Island Road", "岛屿路"),
            Class::Main | Class::Road | Class::Street => {
                names.street(line.class, length(&line.points) < 220.0)
            }
            _ => Name::default(),
        })
        .collect()
}

/// Puts the ferry between the harbour and the island.
pub(super) fn ferry(net: &mut Net, laid: &mut Laid, names: &mut Vec<Name>, ground: &Ground) {
    let at = net.at_nodes();
    let nearest = |to: P, island: bool| {
        (0..net.nodes.len())
            .filter(|&no| !at[no].is_empty() && ground.on_island(net.nodes[no]) == island)
            .filter(|&no| {
                net.edges[at[no][0]].class >= Class::Main
                    && net.edges[at[no][0]].class <= Class::Street
            })
            .min_by(|&a, &b| net.nodes[a].to(to).total_cmp(&net.nodes[b].to(to)))
    };
    let quay = super::point::p(0.12 * ground.radius, ground.coast(0.12 * ground.radius));
    let Some(town) = nearest(quay, false) else {
        return;
    };
    let Some(island) = nearest(net.nodes[town], true) else {
        return;
    };
    let mut piers = Vec::new();
    for (node, toward) in [(town, net.nodes[island]), (island, net.nodes[town])] {
        let from = net.nodes[node];
        let way = (toward - from).unit();
        let mut end = from;
        while ground.sea(end) > -6.0 && end.to(from) < 300.0 {
            end = end + way * 3.0;
        }
        piers.push(net.nodes.len());
        net.nodes.push(end);
        laid.lines
            .push(super::grow::Line::new(Class::Street, vec![from, end]));
        let english = if node == town {
            "Ferry Quay"
        } else {
            "Island Quay"
        };
        let chinese = if node == town {
            "渡轮码头路"
        } else {
            "岛屿码头路"
        };
        names.push(Name::new(english, chinese));
        net.edges.push(piece(
            laid.lines.len() - 1,
            Class::Street,
            [node, net.nodes.len() - 1],
            vec![from, end],
        ));
    }
    let (a, b) = (net.nodes[piers[0]], net.nodes[piers[1]]);
    let bend = (a + b) * 0.5 + (b - a).left() * -0.08;
    let points: Vec<P> = (0..=12)
        .map(|step| {
            let t = f64::from(step) / 12.0;
            a * (1.0 - t).powi(2) + bend * (2.0 * t * (1.0 - t)) + b * t.powi(2)
        })
        .collect();
    laid.lines
        .push(super::grow::Line::new(Class::Ferry, points.clone()));
    names.push(Name::new("Island Ferry", "海岛渡轮"));
    net.edges.push(piece(
        laid.lines.len() - 1,
        Class::Ferry,
        [piers[0], piers[1]],
        points,
    ));
}

fn piece(line: usize, class: Class, ends: [usize; 2], points: Vec<P>) -> super::net::Edge {
    super::net::Edge {
        line,
        class,
        ends,
        points,
        oneway: false,
        roundabout: false,
    }
}

/// Which streets of the old town are to be one-way.
pub(super) fn narrow(laid: &Laid, ground: &Ground) -> Vec<usize> {
    let old = |at: P| ground.out(at) < 0.3 && !ground.on_island(at);
    let streets = laid.lines.iter().enumerate().filter(|(_, line)| {
        line.class == Class::Street
            && old(line.points[line.points.len() / 2])
            && length(&line.points) > 130.0
    });
    streets.map(|(no, _)| no).step_by(2).take(60).collect()
}

/// Writes all streets; gives the ids of the crossings.
pub(super) fn write(net: &Net, laid: &Laid, names: &[Name], ground: &Ground, sheet: &mut Sheet) {
    let ids: Vec<i64> = net
        .nodes
        .iter()
        .map(|&at| sheet.node(at, Tags::new()))
        .collect();
    let banned = bans(net, ground.seed);
    let at = net.at_nodes();
    let mut ways: HashMap<usize, (i64, i64)> = HashMap::new();
    let mut open: Option<(Vec<i64>, Key, Vec<usize>)> = None;
    let mut close = |open: &mut Option<(Vec<i64>, Key, Vec<usize>)>, sheet: &mut Sheet| {
        if let Some((nodes, key, edges)) = open.take() {
            let way = sheet.way(nodes, describe(&key, laid, names, ground));
            for edge in edges {
                let known = ways.entry(edge).or_insert((way, way));
                known.1 = way;
            }
        }
    };
    for (no, edge) in net.edges.iter().enumerate() {
        let points = simple(&edge.points);
        let mut before = ids[edge.ends[0]];
        for i in 1..points.len() {
            let middle = (points[i - 1] + points[i]) * 0.5;
            let key = Key {
                line: edge.line,
                class: edge.class,
                oneway: edge.oneway,
                roundabout: edge.roundabout,
                bridge: edge.class != Class::Ferry
                    && ground.bank(middle) < 6.0
                    && ground.sea(middle) > 0.0,
                middle: ground.out(middle) < 0.12 && edge.class == Class::Street,
            };
            let continues = matches!(&open, Some((nodes, known, _)) if *known == key
                && nodes.last() == Some(&before)
                && !(i == 1 && banned.iter().any(|ban| ids[ban.1] == before)));
            if !continues {
                close(&mut open, sheet);
                open = Some((vec![before], key, Vec::new()));
            }
            before = if i == points.len() - 1 {
                ids[edge.ends[1]]
            } else {
                sheet.node(points[i], Tags::new())
            };
            if let Some((nodes, _, edges)) = &mut open {
                nodes.push(before);
                if edges.last() != Some(&no) {
                    edges.push(no);
                }
            }
        }
    }
    close(&mut open, sheet);
    for (from, via, to) in banned {
        // The way that touches the crossing: the last of the piece if it ends there, else the first.
        let touching = |edge: usize| {
            let (first, last) = ways[&edge];
            if net.edges[edge].ends[1] == via {
                last
            } else {
                first
            }
        };
        sheet.relation(
            vec![
                (MemberKind::Way, touching(from), "from"),
                (MemberKind::Node, ids[via], "via"),
                (MemberKind::Way, touching(to), "to"),
            ],
            tags(&[("type", "restriction"), ("restriction", "no_left_turn")]),
        );
        sheet.mark(ids[via], tags(&[("highway", "traffic_signals")]));
    }
    junctions(net, &at, &ids, laid, sheet);
    posts(laid, sheet);
}

/// What makes one way of pieces.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    line: usize,
    class: Class,
    oneway: bool,
    roundabout: bool,
    bridge: bool,
    middle: bool,
}

fn describe(key: &Key, laid: &Laid, names: &[Name], ground: &Ground) -> Tags {
    let at = laid.lines[key.line].points[0];
    let highway = match key.class {
        Class::Motorway => "motorway",
        Class::Link => "motorway_link",
        Class::Main if laid.ring.contains(&key.line) => "primary",
        Class::Main => "secondary",
        Class::Road => "tertiary",
        Class::Path => "footway",
        Class::Ferry => "",
        Class::Street if key.middle => "living_street",
        Class::Street => "residential",
    };
    let mut tags = if key.class == Class::Ferry {
        tags(&[
            ("route", "ferry"),
            ("motor_vehicle", "yes"),
            ("foot", "yes"),
            ("duration", "00:12"),
        ])
    } else {
        tags(&[("highway", highway)])
    };
    match key.class {
        Class::Motorway => tags.extend(super::sheet::tags(&[
            ("ref", "M1"),
            ("name", "Coast Motorway"),
            ("name:zh", "滨海高速公路"),
            ("lanes", "2"),
            ("maxspeed", "110"),
        ])),
        Class::Main => tags.push((
            "maxspeed",
            if ground.out(at) > 1.1 { "70" } else { "50" }.to_owned(),
        )),
        Class::Street if key.middle => tags.push(("maxspeed", "20".to_owned())),
        _ => {}
    }
    let name = &names[key.line];
    if !name.english.is_empty() && !key.roundabout {
        tags.push(("name", name.english.clone()));
        tags.push(("name:zh", name.chinese.clone()));
    }
    if laid.ring.contains(&key.line) {
        tags.push(("ref", "R1".to_owned()));
    }
    if key.oneway {
        tags.push(("oneway", "yes".to_owned()));
    }
    if key.roundabout {
        tags.push(("junction", "roundabout".to_owned()));
    }
    if key.bridge {
        tags.extend(super::sheet::tags(&[("bridge", "yes"), ("layer", "1")]));
        let stem = name.english.rsplit_once(' ').map_or("", |(stem, _)| stem);
        if !stem.is_empty() && key.class <= Class::Road {
            tags.push(("bridge:name", format!("{stem} Bridge")));
        }
    }
    tags
}

/// Left turns that are forbidden at some crossings of larger roads: from a piece, over a crossing, to a piece.
fn bans(net: &Net, seed: u64) -> Vec<(usize, usize, usize)> {
    let mut random = Random::new(seed, 4);
    let at = net.at_nodes();
    let mut bans = Vec::new();
    for (node, edges) in at.iter().enumerate() {
        let large = edges.iter().all(|&no| {
            matches!(net.edges[no].class, Class::Main | Class::Road) && !net.edges[no].oneway
        });
        if edges.len() != 4 || !large || random.unit() > 0.5 {
            continue;
        }
        let way = |no: usize| {
            let edge = &net.edges[no];
            let points: Vec<P> = if edge.ends[0] == node {
                edge.points.clone()
            } else {
                edge.points.iter().rev().copied().collect()
            };
            (along(&points, 15.0).0 - net.nodes[node]).unit()
        };
        let from = edges[0];
        let left = edges
            .iter()
            .copied()
            .find(|&to| to != from && way(from).cross(way(to)) < -0.7);
        if let Some(to) = left {
            bans.push((from, node, to));
        }
    }
    bans
}

fn junctions(net: &Net, at: &[Vec<usize>], ids: &[i64], laid: &Laid, sheet: &mut Sheet) {
    for (node, edges) in at.iter().enumerate() {
        let leaves = |class| {
            edges
                .iter()
                .any(|&no| net.edges[no].class == class && net.edges[no].ends[0] == node)
        };
        if leaves(Class::Link) && leaves(Class::Motorway) {
            let near = |junction: &P| junction.to(net.nodes[node]);
            let no = (0..laid.junctions.len())
                .min_by(|&a, &b| near(&laid.junctions[a]).total_cmp(&near(&laid.junctions[b])));
            let number = no.unwrap_or(0) + 1;
            sheet.mark(
                ids[node],
                vec![
                    ("highway", "motorway_junction".to_owned()),
                    ("ref", number.to_string()),
                ],
            );
        }
    }
}

/// Posts every 500 m along the motorway.
fn posts(laid: &Laid, sheet: &mut Sheet) {
    let whole = length(&laid.motorway);
    let mut far = 500.0;
    while far < whole {
        let (at, way) = along(&laid.motorway, far);
        let tags = vec![
            ("highway", "milestone".to_owned()),
            ("distance", format!("{:.1}", far / 1_000.0)),
            ("ref", "M1".to_owned()),
        ];
        sheet.node(at + way.left() * -16.0, tags);
        far += 500.0;
    }
}

/// Leaves out points that hardly bend the line.
pub(super) fn simple(points: &[P]) -> Vec<P> {
    let mut kept = vec![points[0]];
    let mut from = 0;
    for i in 2..points.len() {
        let (a, b) = (points[from], points[i]);
        let way = (b - a).unit();
        let bends = points[from + 1..i]
            .iter()
            .any(|&point| way.cross(point - a).abs() > 0.7);
        if bends || a.to(b) > 140.0 {
            kept.push(points[i - 1]);
            from = i - 1;
        }
    }
    kept.push(points[points.len() - 1]);
    kept
}
