use std::path::Path;

use crate::roads::{Column, FileError, FileReader};

use super::Kind;

/// The file's name in the network's folder.
pub(super) const FILE: &str = "map";
pub(super) const VERSION: u32 = 1;
/// How many things share one box of the coarse level.
pub(super) const GROUP: usize = 64;

/// Everything that can be drawn, memory-mapped.
#[derive(Debug)]
pub struct StreetMap {
    kinds: Column<u8>,
    bounds: Column<[i32; 4]>,
    groups: Column<[i32; 4]>,
    parts: Column<u32>,
    starts: Column<u32>,
    points: Column<[i32; 2]>,
    names: Column<u8>,
    name_ends: Column<u32>,
}

/// One thing of the map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawn<'a> {
    pub(super) kind: Kind,
    map: &'a StreetMap,
    no: usize,
}

impl StreetMap {
    /// Opens what the last import into `dir` made.
    pub fn open(dir: &Path) -> Result<Self, FileError> {
        let folder = crate::import::current(dir).map_err(|error| FileError::Damaged {
            path: dir.to_owned(),
            what: error.to_string(),
        })?;
        let file = FileReader::open(&folder.join(FILE), VERSION)?;
        let map = Self {
            kinds: file.column("kinds")?,
            bounds: file.column("bounds")?,
            groups: file.column("groups")?,
            parts: file.column("parts")?,
            starts: file.column("starts")?,
            points: file.column("points")?,
            names: file.column("names")?,
            name_ends: file.column("nameends")?,
        };
        let count = map.kinds.len();
        let fits = map.bounds.len() == count
            && map.parts.len() == count + 1
            && map.name_ends.len() == 2 * count + 1
            && map.groups.len() == count.div_ceil(GROUP)
            && map.parts[count] as usize + 1 == map.starts.len()
            && map.starts[map.starts.len() - 1] as usize == map.points.len()
            && map.name_ends[2 * count] as usize == map.names.len();
        match fits {
            true => Ok(map),
            false => Err(file.damaged("its columns do not fit each other")),
        }
    }

    /// Calls `visit` with everything that may lie in a box: south, west, north, east.
    pub(super) fn within<'a>(&'a self, frame: [i32; 4], mut visit: impl FnMut(Drawn<'a>)) {
        for (group, bounds) in self.groups.iter().enumerate() {
            if !meets(*bounds, frame) {
                continue;
            }
            for no in group * GROUP..((group + 1) * GROUP).min(self.bounds.len()) {
                if meets(self.bounds[no], frame)
                    && let Some(kind) = Kind::of_number(self.kinds[no])
                {
                    visit(Drawn {
                        kind,
                        map: self,
                        no,
                    });
                }
            }
        }
    }
}

impl<'a> Drawn<'a> {
    pub(super) fn parts(self) -> impl Iterator<Item = &'a [[i32; 2]]> {
        let Self { map, no, .. } = self;
        (map.parts[no] as usize..map.parts[no + 1] as usize)
            .map(|part| &map.points[map.starts[part] as usize..map.starts[part + 1] as usize])
    }

    /// The name, in Chinese where that is asked for and known; perhaps empty.
    pub(super) fn name(self, chinese: bool) -> &'a str {
        let text = |at: usize| {
            let (from, to) = (self.map.name_ends[at], self.map.name_ends[at + 1]);
            std::str::from_utf8(&self.map.names[from as usize..to as usize]).unwrap_or_default()
        };
        match text(2 * self.no + 1) {
            known if chinese && !known.is_empty() => known,
            _ => text(2 * self.no),
        }
    }
}

fn meets(a: [i32; 4], b: [i32; 4]) -> bool {
    a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}

/// The box around points.
pub(super) fn around(points: &[[i32; 2]]) -> [i32; 4] {
    let none = [i32::MAX, i32::MAX, i32::MIN, i32::MIN];
    points.iter().fold(none, |all, at| {
        [
            all[0].min(at[0]),
            all[1].min(at[1]),
            all[2].max(at[0]),
            all[3].max(at[1]),
        ]
    })
}
