//! What is kept of an extract.

use std::path::Path;

use crate::{Coord, Progress, Stage, Step};

use super::{
    OsmError, Tags,
    blob::BlobFile,
    block::{Element, Has, Kinds, visit},
    pass::pass,
    strings::StringTable,
};

/// What to do with a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// Leave it out.
    No,
    /// Keep it.
    Alone,
    /// Keep it, and its ways even if nobody wants them by their tags.
    WithWays,
}

/// Chooses by tags what to keep; each builder has one.
///
/// Is called from several threads, for each element of the file: it has to be quick.
pub trait Wants: Sync {
    /// Keeps a node with its tags. Nodes of kept ways are kept anyway, without tags.
    fn node(&self, tags: &Tags<'_>) -> bool;
    /// Keeps a way.
    fn way(&self, tags: &Tags<'_>) -> bool;
    /// Keeps a relation.
    fn relation(&self, tags: &Tags<'_>) -> Keep;
}

/// The kind of a relation's member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// A node.
    Node,
    /// A way.
    Way,
    /// A relation.
    Relation,
}

/// Is the place of a node in the extract's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeIx(pub u32);

/// Is a kept node with tags.
#[derive(Clone, Copy, Debug)]
pub struct TaggedNode<'a> {
    /// OpenStreetMap's number.
    pub id: i64,
    /// Where it is.
    pub coord: Coord,
    /// Its tags.
    pub tags: Tags<'a>,
}

/// Is a kept way.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// OpenStreetMap's number.
    pub id: i64,
    /// Its nodes in order; some may lie outside the extract ([`Extract::coord`]).
    pub nodes: &'a [NodeIx],
    /// Its tags.
    pub tags: Tags<'a>,
}

/// Is a member of a kept relation.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// What it is.
    pub kind: MemberKind,
    /// OpenStreetMap's number.
    pub id: i64,
    /// Its role, perhaps empty.
    pub role: &'a str,
}

/// Is a kept relation.
#[derive(Clone, Debug)]
pub struct Relation<'a> {
    /// OpenStreetMap's number.
    pub id: i64,
    /// Its members in order.
    pub members: Vec<Member<'a>>,
    /// Its tags.
    pub tags: Tags<'a>,
}

/// Counts what an extract holds that cannot be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Nodes outside the Earth.
    pub nodes_outside: u64,
    /// Wanted ways with fewer than two nodes.
    pub short_ways: u64,
}

type Range = (u32, u32);

#[derive(Debug)]
struct Record {
    id: i64,
    tags: Range,
    parts: Range,
}

/// Holds what was kept of one file.
#[derive(Debug, Default)]
pub struct Extract {
    strings: StringTable,
    tags: Vec<(u32, u32)>,
    node_ids: Vec<i64>,
    coords: Vec<Option<Coord>>,
    tagged: Vec<(i64, Coord, Range)>,
    ways: Vec<Record>,
    refs: Vec<NodeIx>,
    relations: Vec<Record>,
    members: Vec<(MemberKind, i64, u32)>,
    left_out: LeftOut,
}

type OwnedTags = Vec<(String, String)>;
type OwnedMembers = Vec<(MemberKind, i64, String)>;

/// What one block gave: text that outlives the block.
#[derive(Default)]
struct Kept {
    has: Has,
    nodes: Vec<(i64, Coord, OwnedTags)>,
    places: Vec<(u32, Coord)>,
    ways: Vec<(i64, Vec<i64>, OwnedTags)>,
    relations: Vec<(i64, OwnedMembers, OwnedTags)>,
    /// Ways that a kept relation names.
    named: Vec<i64>,
    left_out: LeftOut,
}

impl Extract {
    /// Reads a file and keeps what any of `wants` asks for.
    ///
    /// Costs two passes over the file, three when a relation brings ways of its own.
    pub fn read(
        path: &Path,
        wants: &[&dyn Wants],
        progress: Progress<'_>,
    ) -> Result<Self, OsmError> {
        let file = BlobFile::open(path)?;
        let mut extract = Self::default();
        let mut way_refs: Vec<i64> = Vec::new();
        let mut named = Vec::new();
        let mut has = vec![Has::default(); file.blobs.len()];

        let kinds = Kinds {
            nodes: false,
            ways: true,
            relations: true,
        };
        let all: Vec<_> = file.blobs.iter().copied().enumerate().collect();
        pass(
            &file,
            &all,
            |block| {
                let mut kept = Kept::default();
                kept.has = visit(block, kinds, &mut |element| {
                    kept_ways(element, wants, &mut kept)
                })?;
                Ok(kept)
            },
            |no, kept| {
                has[no] = kept.has;
                named.extend_from_slice(&kept.named);
                extract.add(kept, &mut way_refs);
            },
            |done, total| {
                progress(Step {
                    stage: Stage::Ways,
                    done,
                    total,
                })
            },
        )?;
        extract.ways.sort_by_key(|way| way.id);
        extract.ways.dedup_by_key(|way| way.id);

        named.sort_unstable();
        named.dedup();
        named.retain(|id| extract.ways.binary_search_by_key(id, |way| way.id).is_err());
        if !named.is_empty() {
            let kinds = Kinds {
                nodes: false,
                ways: true,
                relations: false,
            };
            let some: Vec<_> = all
                .iter()
                .copied()
                .filter(|(no, _)| has[*no].ways)
                .collect();
            pass(
                &file,
                &some,
                |block| {
                    let mut kept = Kept::default();
                    visit(block, kinds, &mut |element| {
                        if let Element::Way { id, refs, tags } = element
                            && named.binary_search(&id).is_ok()
                        {
                            kept.ways.push((id, refs.to_vec(), owned(&tags)));
                        }
                    })?;
                    Ok(kept)
                },
                |_, kept| extract.add(kept, &mut way_refs),
                |done, total| {
                    progress(Step {
                        stage: Stage::Ways,
                        done,
                        total,
                    })
                },
            )?;
            extract.ways.sort_by_key(|way| way.id);
            extract.ways.dedup_by_key(|way| way.id);
        }

        extract.node_ids = way_refs.clone();
        extract.node_ids.sort_unstable();
        extract.node_ids.dedup();
        extract.coords = vec![None; extract.node_ids.len()];
        let ids = &extract.node_ids;
        extract.refs = way_refs
            .iter()
            .map(|id| {
                NodeIx(
                    ids.binary_search(id)
                        .expect("each node of a way is in the table") as u32,
                )
            })
            .collect();
        drop(way_refs);
        extract.read_nodes(&file, &all, &has, wants, progress)?;
        Ok(extract)
    }

    fn read_nodes(
        &mut self,
        file: &BlobFile,
        all: &[(usize, super::blob::BlobAt)],
        has: &[Has],
        wants: &[&dyn Wants],
        progress: Progress<'_>,
    ) -> Result<(), OsmError> {
        let kinds = Kinds {
            nodes: true,
            ways: false,
            relations: false,
        };
        let some: Vec<_> = all
            .iter()
            .copied()
            .filter(|(no, _)| has[*no].nodes)
            .collect();
        let ids = std::mem::take(&mut self.node_ids);
        let result = pass(
            file,
            &some,
            |block| {
                let mut kept = Kept::default();
                let mut near = 0;
                visit(block, kinds, &mut |element| {
                    let Element::Node { id, coord, tags } = element else {
                        return;
                    };
                    let Some(coord) = coord else {
                        kept.left_out.nodes_outside += 1;
                        return;
                    };
                    // Most files hold ascending ids: look just behind the last hit first.
                    let found = match ids.get(near + 1) {
                        Some(&next) if next == id => Ok(near + 1),
                        _ => ids.binary_search(&id),
                    };
                    if let Ok(at) = found {
                        near = at;
                        kept.places.push((at as u32, coord));
                    }
                    if !tags.is_empty() && wants.iter().any(|want| want.node(&tags)) {
                        kept.nodes.push((id, coord, owned(&tags)));
                    }
                })?;
                Ok(kept)
            },
            |_, kept| self.add(kept, &mut Vec::new()),
            |done, total| {
                progress(Step {
                    stage: Stage::Nodes,
                    done,
                    total,
                })
            },
        );
        self.node_ids = ids;
        result?;
        self.tagged.sort_by_key(|node| node.0);
        self.tagged.dedup_by_key(|node| node.0);
        Ok(())
    }

    fn add(&mut self, kept: Kept, way_refs: &mut Vec<i64>) {
        self.left_out.nodes_outside += kept.left_out.nodes_outside;
        self.left_out.short_ways += kept.left_out.short_ways;
        for (at, coord) in kept.places {
            self.coords[at as usize] = Some(coord);
        }
        for (id, coord, tags) in kept.nodes {
            let tags = self.add_tags(&tags);
            self.tagged.push((id, coord, tags));
        }
        for (id, refs, tags) in kept.ways {
            let tags = self.add_tags(&tags);
            let start = index(way_refs.len());
            way_refs.extend(refs);
            self.ways.push(Record {
                id,
                tags,
                parts: (start, index(way_refs.len())),
            });
        }
        for (id, members, tags) in kept.relations {
            let tags = self.add_tags(&tags);
            let start = index(self.members.len());
            for (kind, id, role) in members {
                let role = self.strings.intern(&role);
                self.members.push((kind, id, role));
            }
            self.relations.push(Record {
                id,
                tags,
                parts: (start, index(self.members.len())),
            });
        }
    }

    fn add_tags(&mut self, tags: &[(String, String)]) -> Range {
        let start = index(self.tags.len());
        for (key, value) in tags {
            let pair = (self.strings.intern(key), self.strings.intern(value));
            self.tags.push(pair);
        }
        (start, index(self.tags.len()))
    }

    fn tags(&self, range: Range) -> Tags<'_> {
        Tags::of_table(
            &self.tags[range.0 as usize..range.1 as usize],
            &self.strings,
        )
    }

    fn way_at(&self, record: &Record) -> Way<'_> {
        Way {
            id: record.id,
            nodes: &self.refs[record.parts.0 as usize..record.parts.1 as usize],
            tags: self.tags(record.tags),
        }
    }

    /// Gives what the file holds that cannot be used.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// Goes through the kept ways, by ascending id.
    pub fn ways(&self) -> impl Iterator<Item = Way<'_>> {
        self.ways.iter().map(|record| self.way_at(record))
    }

    /// Finds a kept way by OpenStreetMap's number.
    #[must_use]
    pub fn way(&self, id: i64) -> Option<Way<'_>> {
        let at = self.ways.binary_search_by_key(&id, |way| way.id).ok()?;
        Some(self.way_at(&self.ways[at]))
    }

    /// Goes through the nodes that were kept for their tags, by ascending id.
    pub fn tagged_nodes(&self) -> impl Iterator<Item = TaggedNode<'_>> {
        self.tagged.iter().map(|&(id, coord, tags)| TaggedNode {
            id,
            coord,
            tags: self.tags(tags),
        })
    }

    /// Finds a node that was kept for its tags by OpenStreetMap's number.
    #[must_use]
    pub fn tagged_node(&self, id: i64) -> Option<TaggedNode<'_>> {
        let at = self.tagged.binary_search_by_key(&id, |node| node.0).ok()?;
        let (id, coord, tags) = self.tagged[at];
        Some(TaggedNode {
            id,
            coord,
            tags: self.tags(tags),
        })
    }

    /// Goes through the kept relations in the file's order.
    pub fn relations(&self) -> impl Iterator<Item = Relation<'_>> {
        self.relations.iter().map(|record| Relation {
            id: record.id,
            members: self.members[record.parts.0 as usize..record.parts.1 as usize]
                .iter()
                .map(|&(kind, id, role)| Member {
                    kind,
                    id,
                    role: self.strings.get(role),
                })
                .collect(),
            tags: self.tags(record.tags),
        })
    }

    /// Counts the nodes of kept ways; [`NodeIx`] runs from 0 to below it.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.node_ids.len()
    }

    /// Gives a node's number in OpenStreetMap.
    #[must_use]
    pub fn node_id(&self, node: NodeIx) -> i64 {
        self.node_ids[node.0 as usize]
    }

    /// Finds a way's node by OpenStreetMap's number.
    #[must_use]
    pub fn node_ix(&self, id: i64) -> Option<NodeIx> {
        self.node_ids
            .binary_search(&id)
            .ok()
            .map(|at| NodeIx(at as u32))
    }

    /// Gives where a way's node is; `None` when the extract leaves it out or puts it outside the
    /// Earth.
    #[must_use]
    pub fn coord(&self, node: NodeIx) -> Option<Coord> {
        self.coords[node.0 as usize]
    }
}

fn index(len: usize) -> u32 {
    u32::try_from(len).expect("what is kept of an extract has fewer than 2^32 parts")
}

fn owned(tags: &Tags<'_>) -> OwnedTags {
    tags.iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn kept_ways(element: Element<'_>, wants: &[&dyn Wants], kept: &mut Kept) {
    match element {
        Element::Way { id, refs, tags } => {
            if wants.iter().any(|want| want.way(&tags)) {
                kept.left_out.short_ways += u64::from(refs.len() < 2);
                kept.ways.push((id, refs.to_vec(), owned(&tags)));
            }
        }
        Element::Relation { id, members, tags } => {
            let keep = wants
                .iter()
                .map(|want| want.relation(&tags))
                .max()
                .unwrap_or(Keep::No);
            if keep == Keep::No {
                return;
            }
            if keep == Keep::WithWays {
                let ways = members.iter().filter(|member| member.0 == MemberKind::Way);
                kept.named.extend(ways.map(|member| member.1));
            }
            let members = members
                .iter()
                .map(|&(kind, id, role)| (kind, id, role.to_owned()))
                .collect();
            kept.relations.push((id, members, owned(&tags)));
        }
        Element::Node { .. } => {}
    }
}
