//! Writes `.osm.pbf` files: for tests, and for towns that a program draws.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use flate2::{Compression, write::ZlibEncoder};

use super::extract::MemberKind;

/// How many elements a block holds: what other writers use.
const PER_BLOCK: usize = 8_000;

/// Writes elements in the order in which they come; nodes, ways, relations is the usual one.
///
/// Only granularity 100 (1e-7 degree), dense nodes and zlib; no metadata.
#[derive(Debug)]
pub struct PbfWriter<W: Write> {
    out: W,
    strings: HashMap<String, u32>,
    table: Vec<u8>,
    group: Vec<u8>,
    nodes: Vec<(i64, i64, i64)>,
    keys_values: Vec<u8>,
    count: usize,
}

impl<W: Write> PbfWriter<W> {
    /// Writes the file's header.
    pub fn new(out: W) -> io::Result<Self> {
        let mut header = Vec::new();
        bytes_field(&mut header, 4, b"OsmSchema-V0.6");
        bytes_field(&mut header, 4, b"DenseNodes");
        bytes_field(&mut header, 16, b"callbox");
        let mut writer = Self {
            out,
            strings: HashMap::new(),
            table: Vec::new(),
            group: Vec::new(),
            nodes: Vec::new(),
            keys_values: Vec::new(),
            count: 0,
        };
        writer.blob("OSMHeader", &header)?;
        writer.start_block();
        Ok(writer)
    }

    /// Adds a node at degrees.
    pub fn node(&mut self, id: i64, lat: f64, lon: f64, tags: &[(&str, &str)]) -> io::Result<()> {
        let place = ((lat * 1e7).round() as i64, (lon * 1e7).round() as i64);
        self.nodes.push((id, place.0, place.1));
        for (key, value) in tags {
            let (key, value) = (self.string(key), self.string(value));
            varint(&mut self.keys_values, u64::from(key));
            varint(&mut self.keys_values, u64::from(value));
        }
        self.keys_values.push(0);
        self.counted()
    }

    /// Adds a way.
    pub fn way(&mut self, id: i64, nodes: &[i64], tags: &[(&str, &str)]) -> io::Result<()> {
        let mut way = self.tagged(id, tags);
        bytes_field(&mut way, 8, &deltas(nodes.iter().copied()));
        bytes_field(&mut self.group, 3, &way);
        self.counted()
    }

    /// Adds a relation.
    pub fn relation(
        &mut self,
        id: i64,
        members: &[(MemberKind, i64, &str)],
        tags: &[(&str, &str)],
    ) -> io::Result<()> {
        let mut relation = self.tagged(id, tags);
        let (mut roles, mut kinds) = (Vec::new(), Vec::new());
        for (kind, _, role) in members {
            let role = self.string(role);
            varint(&mut roles, u64::from(role));
            varint(&mut kinds, *kind as u64);
        }
        bytes_field(&mut relation, 8, &roles);
        bytes_field(
            &mut relation,
            9,
            &deltas(members.iter().map(|member| member.1)),
        );
        bytes_field(&mut relation, 10, &kinds);
        bytes_field(&mut self.group, 4, &relation);
        self.counted()
    }

    /// Writes what is left and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.end_block()?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn tagged(&mut self, id: i64, tags: &[(&str, &str)]) -> Vec<u8> {
        let (mut element, mut keys, mut values) = (Vec::new(), Vec::new(), Vec::new());
        varint(&mut element, 1 << 3);
        varint(&mut element, id as u64);
        for (key, value) in tags {
            let (key, value) = (self.string(key), self.string(value));
            varint(&mut keys, u64::from(key));
            varint(&mut values, u64::from(value));
        }
        bytes_field(&mut element, 2, &keys);
        bytes_field(&mut element, 3, &values);
        element
    }

    fn string(&mut self, text: &str) -> u32 {
        if let Some(&no) = self.strings.get(text) {
            return no;
        }
        let no = self.strings.len() as u32 + 1;
        bytes_field(&mut self.table, 1, text.as_bytes());
        self.strings.insert(text.to_owned(), no);
        no
    }

    fn start_block(&mut self) {
        self.strings.clear();
        self.table.clear();
        // Index 0 ends a dense node's tags, so no tag may use it.
        bytes_field(&mut self.table, 1, b"");
        self.group.clear();
        self.nodes.clear();
        self.keys_values.clear();
        self.count = 0;
    }

    fn counted(&mut self) -> io::Result<()> {
        self.count += 1;
        if self.count == PER_BLOCK {
            self.end_block()?;
        }
        Ok(())
    }

    fn end_block(&mut self) -> io::Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let mut block = Vec::new();
        bytes_field(&mut block, 1, &self.table);
        if !self.nodes.is_empty() {
            let mut dense = Vec::new();
            bytes_field(&mut dense, 1, &deltas(self.nodes.iter().map(|node| node.0)));
            bytes_field(&mut dense, 8, &deltas(self.nodes.iter().map(|node| node.1)));
            bytes_field(&mut dense, 9, &deltas(self.nodes.iter().map(|node| node.2)));
            bytes_field(&mut dense, 10, &self.keys_values);
            let mut group = Vec::new();
            bytes_field(&mut group, 2, &dense);
            bytes_field(&mut block, 2, &group);
        }
        if !self.group.is_empty() {
            bytes_field(&mut block, 2, &self.group);
        }
        self.blob("OSMData", &block)?;
        self.start_block();
        Ok(())
    }

    fn blob(&mut self, kind: &str, content: &[u8]) -> io::Result<()> {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(content)?;
        let mut blob = Vec::new();
        varint(&mut blob, 2 << 3);
        varint(&mut blob, content.len() as u64);
        bytes_field(&mut blob, 3, &zlib.finish()?);
        let mut header = Vec::new();
        bytes_field(&mut header, 1, kind.as_bytes());
        varint(&mut header, 3 << 3);
        varint(&mut header, blob.len() as u64);
        self.out.write_all(&(header.len() as u32).to_be_bytes())?;
        self.out.write_all(&header)?;
        self.out.write_all(&blob)
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn bytes_field(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    varint(out, number << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn deltas(values: impl Iterator<Item = i64>) -> Vec<u8> {
    let (mut out, mut last) = (Vec::new(), 0i64);
    for value in values {
        let step = value.wrapping_sub(last);
        varint(&mut out, (step << 1 ^ step >> 63) as u64);
        last = value;
    }
    out
}
