//! The road graph as it lies in its file.

use std::{io, path::Path};

use crate::Coord;

use super::{
    Class, FileError,
    file::{Column, FileReader, FileWriter},
};

/// Grows with each change of the columns or of their meaning.
const VERSION: u32 = 3;

/// Stands for no edge.
pub(crate) const NO_EDGE: u32 = u32::MAX;

/// What a turn is, in the low bits of its attributes.
pub(crate) const TURN_STRAIGHT: u8 = 0;
pub(crate) const TURN_RIGHT: u8 = 1;
pub(crate) const TURN_LEFT: u8 = 2;
pub(crate) const TURN_SHARP: u8 = 3;
pub(crate) const TURN_BACK: u8 = 4;
pub(crate) const TURN_KIND: u8 = 7;
/// There are traffic signals.
pub(crate) const TURN_SIGNALS: u8 = 8;
/// A sign forbids it.
pub(crate) const TURN_FORBIDDEN: u8 = 16;
/// A gate stands in between that an emergency vehicle gets opened.
pub(crate) const TURN_GATE: u8 = 32;
/// A bollard, a wall or the like stands in between.
pub(crate) const TURN_BLOCKED: u8 = 64;
/// There is no other way on, so turning round is what everybody does.
pub(crate) const TURN_DEAD_END: u8 = 128;
/// The same bit on any other turn: the sign is not meant for all. With [`TURN_FORBIDDEN`] it lets emergency
/// vehicles pass, alone it stops heavy ones.
pub(crate) const TURN_FOR_SOME: u8 = 128;

/// Makes a turn forbidden to all, whatever the sign at its side says.
pub(crate) fn forbidden_to_all(what: u8) -> u8 {
    let some = if what & TURN_KIND == TURN_BACK {
        0
    } else {
        TURN_FOR_SOME
    };
    (what & !some) | TURN_FORBIDDEN
}

/// Who may use an edge, and its speed limit (0: none known).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Says {
    pub(crate) allow: u8,
    pub(crate) speed_kmh: u8,
}

impl Says {
    /// Tells whether one who obeys all signs may use the edge.
    pub(crate) fn open_to_all(self) -> bool {
        self.allow & super::rules::CAR != 0
    }
}

/// Streets as a graph whose vertices are *edges*, the two directions of a segment of street between
/// two junctions, and whose arcs are *turns* from one edge into the next.
///
/// Edges from `plain` on are copies: a vehicle is on a copy instead of the plain edge when it came
/// from where a restriction over several streets begins, so that each turn can be judged alone.
#[derive(Debug)]
pub(crate) struct RoadGraph {
    pub(crate) node_coord: Column<[i32; 2]>,
    pub(crate) seg_nodes: Column<[u32; 2]>,
    pub(crate) seg_way: Column<i64>,
    pub(crate) seg_name: Column<u32>,
    pub(crate) seg_class: Column<u8>,
    pub(crate) seg_speed: Column<[u8; 2]>,
    /// Decimetres.
    pub(crate) seg_length: Column<u32>,
    /// Height and width in decimetres, weight in 100 kg (0 = no limit), signals between the ends.
    pub(crate) seg_limits: Column<[u16; 4]>,
    /// A ferry's milliseconds, 0 = unknown.
    pub(crate) seg_ferry: Column<u32>,
    pub(crate) shape_start: Column<u32>,
    pub(crate) shape: Column<[i32; 2]>,
    /// The edge of each segment's two directions, or [`NO_EDGE`].
    pub(crate) seg_edge: Column<[u32; 2]>,
    /// Segment times two, plus one against its direction.
    pub(crate) edge_side: Column<u32>,
    pub(crate) edge_allow: Column<u8>,
    /// For whom the edge lies in the network's largest part in which all reach all.
    pub(crate) edge_main: Column<u8>,
    /// 0 on the ground, above it on bridges, below it in tunnels.
    pub(crate) seg_level: Column<i8>,
    /// What conditions say when they hold: [`MOST`](super::conditional::MOST) bits.
    pub(crate) timed_segment: Column<[u32; 2]>,
    /// For each way with conditions: how many, where its rows begin, the conditions' numbers.
    pub(crate) timed_way: Column<[u32; 6]>,
    pub(crate) timed_row: Column<[u8; 4]>,
    /// Turns that are forbidden while a condition holds, and its number.
    pub(crate) timed_turn: Column<[u32; 2]>,
    /// The conditions' texts.
    pub(crate) when_end: Column<u32>,
    pub(crate) when_text: Column<u8>,
    /// Plain edge and copy, sorted.
    pub(crate) copies: Column<[u32; 2]>,
    pub(crate) turn_start: Column<u32>,
    pub(crate) turn_to: Column<u32>,
    pub(crate) turn_what: Column<u8>,
    pub(crate) name_end: Column<u32>,
    pub(crate) name_text: Column<u8>,
    pub(crate) box_items: Column<[u32; 2]>,
    pub(crate) boxes: Column<[i32; 4]>,
}

impl RoadGraph {
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        FileWriter::new(VERSION)
            .column("nodes", &self.node_coord)
            .column("segnodes", &self.seg_nodes)
            .column("segway", &self.seg_way)
            .column("segname", &self.seg_name)
            .column("segclass", &self.seg_class)
            .column("segspeed", &self.seg_speed)
            .column("seglen", &self.seg_length)
            .column("seglim", &self.seg_limits)
            .column("segferry", &self.seg_ferry)
            .column("shapefst", &self.shape_start)
            .column("shape", &self.shape)
            .column("segedge", &self.seg_edge)
            .column("edgeside", &self.edge_side)
            .column("edgewho", &self.edge_allow)
            .column("edgemain", &self.edge_main)
            .column("seglevel", &self.seg_level)
            .column("timedseg", &self.timed_segment)
            .column("timedway", &self.timed_way)
            .column("timedrow", &self.timed_row)
            .column("timedtrn", &self.timed_turn)
            .column("whenend", &self.when_end)
            .column("whentext", &self.when_text)
            .column("copies", &self.copies)
            .column("turnfst", &self.turn_start)
            .column("turnto", &self.turn_to)
            .column("turnwhat", &self.turn_what)
            .column("nameend", &self.name_end)
            .column("nametext", &self.name_text)
            .column("boxitems", &self.box_items)
            .column("boxes", &self.boxes)
            .write(path)
    }

    /// Maps the file; its checksums vouch for the columns' content, this only for their lengths.
    pub(crate) fn open(path: &Path) -> Result<Self, FileError> {
        let file = FileReader::open(path, VERSION)?;
        let graph = Self {
            node_coord: file.column("nodes")?,
            seg_nodes: file.column("segnodes")?,
            seg_way: file.column("segway")?,
            seg_name: file.column("segname")?,
            seg_class: file.column("segclass")?,
            seg_speed: file.column("segspeed")?,
            seg_length: file.column("seglen")?,
            seg_limits: file.column("seglim")?,
            seg_ferry: file.column("segferry")?,
            shape_start: file.column("shapefst")?,
            shape: file.column("shape")?,
            seg_edge: file.column("segedge")?,
            edge_side: file.column("edgeside")?,
            edge_allow: file.column("edgewho")?,
            edge_main: file.column("edgemain")?,
            seg_level: file.column("seglevel")?,
            timed_segment: file.column("timedseg")?,
            timed_way: file.column("timedway")?,
            timed_row: file.column("timedrow")?,
            timed_turn: file.column("timedtrn")?,
            when_end: file.column("whenend")?,
            when_text: file.column("whentext")?,
            copies: file.column("copies")?,
            turn_start: file.column("turnfst")?,
            turn_to: file.column("turnto")?,
            turn_what: file.column("turnwhat")?,
            name_end: file.column("nameend")?,
            name_text: file.column("nametext")?,
            box_items: file.column("boxitems")?,
            boxes: file.column("boxes")?,
        };
        let (segments, edges) = (graph.seg_way.len(), graph.edge_side.len());
        let fits = [
            graph.seg_nodes.len() == segments,
            graph.seg_name.len() == segments,
            graph.seg_class.len() == segments,
            graph.seg_speed.len() == segments,
            graph.seg_length.len() == segments,
            graph.seg_limits.len() == segments,
            graph.seg_ferry.len() == segments,
            graph.seg_edge.len() == segments,
            graph.seg_level.len() == segments,
            graph.shape_start.len() == segments + 1,
            graph.edge_allow.len() == edges,
            graph.edge_main.len() == edges,
            graph.turn_start.len() == edges + 1,
            graph.turn_to.len() == graph.turn_what.len(),
        ];
        if fits.contains(&false) {
            return Err(file.damaged("its columns differ in length"));
        }
        Ok(graph)
    }

    pub(crate) fn edges(&self) -> usize {
        self.edge_side.len()
    }

    pub(crate) fn segments(&self) -> usize {
        self.seg_way.len()
    }

    /// Gives an edge's segment, and 1 if it runs against it.
    #[inline]
    pub(crate) fn side(&self, edge: u32) -> (usize, usize) {
        let side = self.edge_side[edge as usize] as usize;
        (side >> 1, side & 1)
    }

    pub(crate) fn class(&self, segment: usize) -> Class {
        Class::from_byte(self.seg_class[segment]).unwrap_or(Class::Service)
    }

    pub(crate) fn turns(&self, edge: u32) -> std::ops::Range<usize> {
        self.turn_start[edge as usize] as usize..self.turn_start[edge as usize + 1] as usize
    }

    /// Gives the edge that a turn leaves.
    pub(crate) fn turn_from(&self, turn: u32) -> u32 {
        self.turn_start.partition_point(|&start| start <= turn) as u32 - 1
    }

    /// Gives who may use an edge, and its limit, when no condition holds.
    pub(crate) fn always(&self, edge: u32) -> Says {
        let (segment, against) = self.side(edge);
        Says {
            allow: self.edge_allow[edge as usize],
            speed_kmh: self.seg_speed[segment][against],
        }
    }

    /// Gives the texts of all conditions.
    pub(crate) fn whens(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.when_end.iter().copied());
        starts.zip(self.when_end.iter()).map(|(start, &end)| {
            let text = self.when_text.get(start as usize..end as usize);
            std::str::from_utf8(text.unwrap_or_default()).unwrap_or_default()
        })
    }

    /// Gives a segment's points from its first node to its last.
    pub(crate) fn points(&self, segment: usize) -> &[[i32; 2]] {
        &self.shape[self.shape_start[segment] as usize..self.shape_start[segment + 1] as usize]
    }

    /// Gives a street's name, or its number, or nothing.
    pub(crate) fn name(&self, segment: usize) -> &str {
        let no = self.seg_name[segment] as usize;
        let start = if no == 0 { 0 } else { self.name_end[no - 1] };
        let text = &self.name_text[start as usize..self.name_end[no] as usize];
        std::str::from_utf8(text).unwrap_or_default()
    }

    /// Gives the plain edge and its copies.
    pub(crate) fn with_copies(&self, edge: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.copies.partition_point(|pair| pair[0] < edge);
        let copies = self.copies[first..]
            .iter()
            .take_while(move |pair| pair[0] == edge);
        std::iter::once(edge).chain(copies.map(|pair| pair[1]))
    }
}

pub(crate) fn coord(point: [i32; 2]) -> Coord {
    Coord {
        lat: point[0],
        lon: point[1],
    }
}
