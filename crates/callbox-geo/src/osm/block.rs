//! The elements of one unpacked block.

use crate::Coord;

use super::{
    Tags,
    blob::pairs,
    extract::MemberKind,
    wire::{Fields, Malformed, Packed, Value, zigzag},
};

/// One element of a block, valid during the visit.
pub(super) enum Element<'a> {
    Node {
        id: i64,
        /// `None` when the file says a place outside the Earth.
        coord: Option<Coord>,
        tags: Tags<'a>,
    },
    Way {
        id: i64,
        refs: &'a [i64],
        tags: Tags<'a>,
    },
    Relation {
        id: i64,
        members: &'a [(MemberKind, i64, &'a str)],
        tags: Tags<'a>,
    },
}

/// Which elements a visit is for; the others are not decoded.
#[derive(Clone, Copy)]
pub(super) struct Kinds {
    pub(super) nodes: bool,
    pub(super) ways: bool,
    pub(super) relations: bool,
}

/// What a block has, whether it was visited or not.
#[derive(Clone, Copy, Default)]
pub(super) struct Has {
    pub(super) nodes: bool,
    pub(super) ways: bool,
}

struct Grid {
    granularity: i64,
    lat_offset: i64,
    lon_offset: i64,
}

impl Grid {
    /// Nanodegrees to units of 1e-7 degree.
    fn coord(&self, lat: i64, lon: i64) -> Option<Coord> {
        let scale = |value: i64, offset: i64| {
            let nano = value.checked_mul(self.granularity)?.checked_add(offset)?;
            i32::try_from((nano + 50).div_euclid(100)).ok()
        };
        let (lat, lon) = (scale(lat, self.lat_offset)?, scale(lon, self.lon_offset)?);
        let inside = (-900_000_000..=900_000_000).contains(&lat)
            && (-1_800_000_000..=1_800_000_000).contains(&lon);
        inside.then_some(Coord { lat, lon })
    }
}

/// Room that is used again for each element.
#[derive(Default)]
struct Scratch {
    pairs: Vec<(u32, u32)>,
    refs: Vec<i64>,
}

/// Calls `visit` for each element of the block.
pub(super) fn visit(
    block: &[u8],
    kinds: Kinds,
    visit: &mut dyn FnMut(Element<'_>),
) -> Result<Has, Malformed> {
    let mut strings = Vec::new();
    let mut groups = Vec::new();
    let mut grid = Grid {
        granularity: 100,
        lat_offset: 0,
        lon_offset: 0,
    };
    let mut fields = Fields::new(block);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(table)) => read_strings(table, &mut strings)?,
            (2, Value::Bytes(group)) => groups.push(group),
            (17, Value::Varint(value)) => grid.granularity = value as i64,
            (19, Value::Varint(value)) => grid.lat_offset = value as i64,
            (20, Value::Varint(value)) => grid.lon_offset = value as i64,
            _ => {}
        }
    }
    let mut has = Has::default();
    let mut scratch = Scratch::default();
    for group in groups {
        let mut fields = Fields::new(group);
        while let Some(field) = fields.next()? {
            match field {
                (1 | 2, _) => has.nodes = true,
                (3, _) => has.ways = true,
                _ => {}
            }
            match field {
                (1, Value::Bytes(node)) if kinds.nodes => {
                    read_node(node, &strings, &grid, &mut scratch, visit)?;
                }
                (2, Value::Bytes(dense)) if kinds.nodes => {
                    read_dense(dense, &strings, &grid, &mut scratch, visit)?;
                }
                (3, Value::Bytes(way)) if kinds.ways => {
                    read_way(way, &strings, &mut scratch, visit)?;
                }
                (4, Value::Bytes(relation)) if kinds.relations => {
                    read_relation(relation, &strings, &mut scratch, visit)?;
                }
                _ => {}
            }
        }
    }
    Ok(has)
}

fn read_strings<'a>(table: &'a [u8], strings: &mut Vec<&'a str>) -> Result<(), Malformed> {
    let mut fields = Fields::new(table);
    while let Some(field) = fields.next()? {
        if let (1, Value::Bytes(bytes)) = field {
            // Text in another encoding says nothing to us; its element stays.
            strings.push(std::str::from_utf8(bytes).unwrap_or_default());
        }
    }
    Ok(())
}

fn checked<'a>(pairs: &'a [(u32, u32)], strings: &'a [&'a str]) -> Result<Tags<'a>, Malformed> {
    let count = strings.len();
    let inside = |&(key, value): &(u32, u32)| (key as usize) < count && (value as usize) < count;
    if !pairs.iter().all(inside) {
        return Err(Malformed("a tag without text"));
    }
    Ok(Tags::of_block(pairs, strings))
}

fn read_node(
    node: &[u8],
    strings: &[&str],
    grid: &Grid,
    scratch: &mut Scratch,
    visit: &mut dyn FnMut(Element<'_>),
) -> Result<(), Malformed> {
    let (mut id, mut lat, mut lon) = (0, 0, 0);
    let (mut keys, mut values) = (Packed::default(), Packed::default());
    let mut fields = Fields::new(node);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Varint(value)) => id = zigzag(value),
            (2, Value::Bytes(bytes)) => keys = Packed::new(bytes),
            (3, Value::Bytes(bytes)) => values = Packed::new(bytes),
            (8, Value::Varint(value)) => lat = zigzag(value),
            (9, Value::Varint(value)) => lon = zigzag(value),
            _ => {}
        }
    }
    pairs(keys, values, &mut scratch.pairs)?;
    visit(Element::Node {
        id,
        coord: grid.coord(lat, lon),
        tags: checked(&scratch.pairs, strings)?,
    });
    Ok(())
}

fn read_dense(
    dense: &[u8],
    strings: &[&str],
    grid: &Grid,
    scratch: &mut Scratch,
    visit: &mut dyn FnMut(Element<'_>),
) -> Result<(), Malformed> {
    let (mut ids, mut lats, mut lons) = (Packed::default(), Packed::default(), Packed::default());
    let mut keys_values = Packed::default();
    let mut fields = Fields::new(dense);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(bytes)) => ids = Packed::new(bytes),
            (8, Value::Bytes(bytes)) => lats = Packed::new(bytes),
            (9, Value::Bytes(bytes)) => lons = Packed::new(bytes),
            (10, Value::Bytes(bytes)) => keys_values = Packed::new(bytes),
            _ => {}
        }
    }
    let tagged = !keys_values.is_empty();
    let (mut id, mut lat, mut lon) = (0i64, 0i64, 0i64);
    while let Some(step) = ids.next_signed()? {
        let missing = Malformed("a node without coordinates");
        id = id.wrapping_add(step);
        lat = lat.wrapping_add(lats.next_signed()?.ok_or(missing)?);
        lon = lon.wrapping_add(lons.next_signed()?.ok_or(missing)?);
        scratch.pairs.clear();
        if tagged {
            loop {
                let unfinished = Malformed("a node's unfinished tags");
                let key = keys_values.next_index()?.ok_or(unfinished)?;
                if key == 0 {
                    break;
                }
                let value = keys_values.next_index()?.ok_or(unfinished)?;
                scratch.pairs.push((key, value));
            }
        }
        visit(Element::Node {
            id,
            coord: grid.coord(lat, lon),
            tags: checked(&scratch.pairs, strings)?,
        });
    }
    Ok(())
}

fn read_way(
    way: &[u8],
    strings: &[&str],
    scratch: &mut Scratch,
    visit: &mut dyn FnMut(Element<'_>),
) -> Result<(), Malformed> {
    let mut id = 0;
    let (mut keys, mut values) = (Packed::default(), Packed::default());
    let mut refs = Packed::default();
    let mut fields = Fields::new(way);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Varint(value)) => id = value as i64,
            (2, Value::Bytes(bytes)) => keys = Packed::new(bytes),
            (3, Value::Bytes(bytes)) => values = Packed::new(bytes),
            (8, Value::Bytes(bytes)) => refs = Packed::new(bytes),
            _ => {}
        }
    }
    pairs(keys, values, &mut scratch.pairs)?;
    scratch.refs.clear();
    let mut node = 0i64;
    while let Some(step) = refs.next_signed()? {
        node = node.wrapping_add(step);
        scratch.refs.push(node);
    }
    visit(Element::Way {
        id,
        refs: &scratch.refs,
        tags: checked(&scratch.pairs, strings)?,
    });
    Ok(())
}

fn read_relation(
    relation: &[u8],
    strings: &[&str],
    scratch: &mut Scratch,
    visit: &mut dyn FnMut(Element<'_>),
) -> Result<(), Malformed> {
    let mut id = 0;
    let (mut keys, mut values) = (Packed::default(), Packed::default());
    let (mut roles, mut ids, mut kinds) = (Packed::default(), Packed::default(), Packed::default());
    let mut fields = Fields::new(relation);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Varint(value)) => id = value as i64,
            (2, Value::Bytes(bytes)) => keys = Packed::new(bytes),
            (3, Value::Bytes(bytes)) => values = Packed::new(bytes),
            (8, Value::Bytes(bytes)) => roles = Packed::new(bytes),
            (9, Value::Bytes(bytes)) => ids = Packed::new(bytes),
            (10, Value::Bytes(bytes)) => kinds = Packed::new(bytes),
            _ => {}
        }
    }
    pairs(keys, values, &mut scratch.pairs)?;
    let mut members = Vec::new();
    let mut member = 0i64;
    while let Some(step) = ids.next_signed()? {
        let incomplete = Malformed("a member without kind or role");
        member = member.wrapping_add(step);
        let kind = match kinds.next()?.ok_or(incomplete)? {
            0 => MemberKind::Node,
            1 => MemberKind::Way,
            2 => MemberKind::Relation,
            _ => return Err(incomplete),
        };
        let role = roles.next_index()?.ok_or(incomplete)?;
        let role = strings.get(role as usize).ok_or(incomplete)?;
        members.push((kind, member, *role));
    }
    visit(Element::Relation {
        id,
        members: &members,
        tags: checked(&scratch.pairs, strings)?,
    });
    Ok(())
}
