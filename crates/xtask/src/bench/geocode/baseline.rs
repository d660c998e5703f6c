//! What finds addresses without a geocoder: a map of their texts, and SQLite's full-text search.

use std::collections::HashMap;

use callbox_geo::Coord;
use rusqlite::{Connection, params};

/// The baselines, over the same texts.
pub(super) struct Baselines {
    map: HashMap<String, Coord>,
    /// FTS5 by words: each has to be there, or begin there; the best by BM25 first.
    pub(super) words: Search,
    /// FTS5 by trigrams: any may be there; the best by BM25 first.
    pub(super) trigrams: Search,
}

impl Baselines {
    pub(super) fn new(texts: &[(String, Coord)]) -> anyhow::Result<Self> {
        let map = texts
            .iter()
            .map(|(text, point)| (text.to_lowercase(), *point));
        Ok(Self {
            map: map.collect(),
            words: Search::new(texts, "unicode61 remove_diacritics 2", by_words)?,
            trigrams: Search::new(texts, "trigram", by_trigrams)?,
        })
    }

    /// The place whose text is the question.
    pub(super) fn map(&self, question: &str) -> Option<Coord> {
        self.map.get(&question.to_lowercase()).copied()
    }
}

/// One full-text index in memory.
pub(super) struct Search {
    db: Connection,
    query: fn(&str) -> String,
}

impl Search {
    fn new(
        texts: &[(String, Coord)],
        tokenizer: &str,
        query: fn(&str) -> String,
    ) -> anyhow::Result<Self> {
        let mut db = Connection::open_in_memory()?;
        db.execute_batch(&format!(
            "CREATE VIRTUAL TABLE address USING fts5(text, lat UNINDEXED, lon UNINDEXED, tokenize = '{tokenizer}');"
        ))?;
        let transaction = db.transaction()?;
        {
            let mut insert = transaction.prepare("INSERT INTO address VALUES (?1, ?2, ?3)")?;
            for (text, point) in texts {
                insert.execute(params![text, point.lat, point.lon])?;
            }
        }
        transaction.commit()?;
        db.execute("INSERT INTO address(address) VALUES ('optimize')", [])?;
        Ok(Self { db, query })
    }

    /// Where the five best stand.
    pub(super) fn first_five(&self, question: &str) -> anyhow::Result<Vec<Coord>> {
        let query = (self.query)(question);
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = self.db.prepare_cached(
            "SELECT lat, lon FROM address WHERE address MATCH ?1 ORDER BY rank LIMIT 5",
        )?;
        let rows = select.query_map([query], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row| {
            let (lat, lon) = row?;
            Ok(Coord { lat, lon })
        })
        .collect()
    }
}

/// The words of a question, each as a beginning, all needed.
fn by_words(question: &str) -> String {
    let words = question.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words
        .map(|word| format!("\"{word}\"*"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The trigrams of a question, any of them.
fn by_trigrams(question: &str) -> String {
    let letters: Vec<char> = question.chars().filter(|c| *c != '"').collect();
    let trigrams = letters
        .windows(3)
        .map(|three| format!("\"{}\"", three.iter().collect::<String>()));
    trigrams.collect::<Vec<_>>().join(" OR ")
}
