//! Tags, and the table of their strings.

use std::collections::HashMap;

/// Holds each string once.
#[derive(Debug, Default)]
pub(super) struct StringTable {
    text: String,
    ends: Vec<u32>,
    known: HashMap<Box<str>, u32>,
}

impl StringTable {
    pub(super) fn intern(&mut self, string: &str) -> u32 {
        if let Some(&no) = self.known.get(string) {
            return no;
        }
        let no = u32::try_from(self.ends.len()).expect("fewer than 2^32 strings fit into memory");
        self.text.push_str(string);
        self.ends.push(
            u32::try_from(self.text.len()).expect("an extract's kept strings are below 4 GiB"),
        );
        self.known.insert(string.into(), no);
        no
    }

    pub(super) fn get(&self, no: u32) -> &str {
        let no = no as usize;
        let start = if no == 0 { 0 } else { self.ends[no - 1] };
        &self.text[start as usize..self.ends[no] as usize]
    }
}

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Block(&'a [&'a str]),
    Table(&'a StringTable),
}

/// Is the tags of one node, way or relation.
#[derive(Clone, Copy, Debug)]
pub struct Tags<'a> {
    pairs: &'a [(u32, u32)],
    source: Source<'a>,
}

impl<'a> Tags<'a> {
    /// The caller has checked that every index is inside the block's table.
    pub(super) fn of_block(pairs: &'a [(u32, u32)], strings: &'a [&'a str]) -> Self {
        Self {
            pairs,
            source: Source::Block(strings),
        }
    }

    pub(super) fn of_table(pairs: &'a [(u32, u32)], table: &'a StringTable) -> Self {
        Self {
            pairs,
            source: Source::Table(table),
        }
    }

    /// Gives the value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.pairs
            .iter()
            .find(|pair| self.string(pair.0) == key)
            .map(|pair| self.string(pair.1))
    }

    /// Tells whether a key has exactly this value.
    #[must_use]
    pub fn is(&self, key: &str, value: &str) -> bool {
        self.get(key) == Some(value)
    }

    /// Tells whether there is no tag.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Goes through keys and values in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let (pairs, source) = (self.pairs, self.source);
        pairs
            .iter()
            .map(move |&(key, value)| (string(source, key), string(source, value)))
    }

    fn string(&self, no: u32) -> &'a str {
        string(self.source, no)
    }
}

fn string(source: Source<'_>, no: u32) -> &str {
    match source {
        Source::Block(strings) => strings[no as usize],
        Source::Table(table) => table.get(no),
    }
}
