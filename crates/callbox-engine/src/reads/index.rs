use std::path::Path;

use callbox_domain::Consultation;
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter, types::Value};

use super::ReadWanted;
use crate::archive::{ArchiveError, open_projection};

/// 1 held a purpose's place in the list instead of its number.
const FORMAT: i64 = 2;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS read(
        seq INTEGER NOT NULL,
        no INTEGER NOT NULL,
        at INTEGER NOT NULL,
        actor INTEGER NOT NULL,
        object INTEGER NOT NULL,
        incident INTEGER NOT NULL,
        outcome INTEGER NOT NULL,
        purpose INTEGER,
        by_grant INTEGER,
        PRIMARY KEY (seq, no)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS read_actor ON read(actor);
    CREATE INDEX IF NOT EXISTS read_object ON read(object, incident);
    CREATE TABLE IF NOT EXISTS state(id INTEGER PRIMARY KEY CHECK (id = 1), through INTEGER NOT NULL) STRICT;
";

/// Where each read stands in the ledger: a projection, built when somebody looks.
pub(crate) struct Index(Connection);

/// Where one read stands: its batch's position in the ledger, and its own in the batch.
pub(crate) type ReadAt = (u64, u32);

impl Index {
    pub(crate) fn open(path: &Path) -> Result<Self, ArchiveError> {
        let index = open_projection(path, SCHEMA, "the index of reads")?;
        let format: i64 = index.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let mut index = Self(index);
        if format != FORMAT {
            index.clear()?;
            index.0.pragma_update(None, "user_version", FORMAT)?;
        }
        Ok(index)
    }

    /// How much of the ledger is in it; more than the ledger has where it is another ledger's.
    pub(crate) fn through(&self) -> Result<u64, ArchiveError> {
        let through = self
            .0
            .query_row("SELECT through FROM state", [], |row| row.get::<_, i64>(0));
        Ok(through.optional()?.unwrap_or(0) as u64)
    }

    pub(crate) fn clear(&mut self) -> Result<(), ArchiveError> {
        Ok(self
            .0
            .execute_batch("DELETE FROM read; DELETE FROM state;")?)
    }

    /// Takes batches up; the ledger is `through` events long.
    pub(crate) fn put(
        &mut self,
        reads: &[(ReadAt, Consultation)],
        through: u64,
    ) -> Result<(), ArchiveError> {
        let transaction = self.0.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT OR REPLACE INTO read VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            for ((seq, no), read) in reads {
                let (object, incident) = read.object.key();
                insert.execute(params![
                    *seq as i64,
                    no,
                    read.at.micros(),
                    read.actor.0 as i64,
                    object,
                    incident as i64,
                    read.outcome as u8,
                    read.purpose.map(|purpose| purpose.row().number),
                    read.grant.map(|grant| grant as i64),
                ])?;
            }
            transaction
                .prepare_cached("INSERT OR REPLACE INTO state(id, through) VALUES (1, ?1)")?
                .execute([through as i64])?;
        }
        Ok(transaction.commit()?)
    }

    /// The newest first.
    pub(crate) fn find(&self, wanted: &ReadWanted) -> Result<Vec<ReadAt>, ArchiveError> {
        let (mut sql, mut values) = (String::from("SELECT seq, no FROM read WHERE 1"), Vec::new());
        let mut and = |clause: &str, value: i64| {
            values.push(Value::Integer(value));
            sql.push_str(&format!(" AND {clause} ?{}", values.len()));
        };
        if let Some(actor) = wanted.actor {
            and("actor =", actor.0 as i64);
        }
        if let Some(object) = wanted.object {
            let (kind, incident) = object.key();
            and("object =", kind.into());
            and("incident =", incident as i64);
        }
        if let Some(purpose) = wanted.purpose {
            and("purpose =", purpose.row().number.into());
        }
        if wanted.refused {
            and("outcome >", 1);
        }
        if wanted.by_grant {
            and("by_grant >=", 0);
        }
        if let Some(from) = wanted.from {
            and("at >=", from.micros());
        }
        if let Some(to) = wanted.to {
            and("at <", to.micros());
        }
        if let Some((seq, no)) = wanted.before {
            values.push(Value::Integer(seq as i64));
            values.push(Value::Integer(no.into()));
            let n = values.len();
            sql.push_str(&format!(" AND (seq, no) < (?{}, ?{n})", n - 1));
        }
        values.push(Value::Integer(wanted.limit as i64));
        sql.push_str(&format!(
            " ORDER BY seq DESC, no DESC LIMIT ?{}",
            values.len()
        ));
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| {
            Ok((row.get::<_, i64>(0)? as u64, row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What format 1 held of purposes would be read as others.
    #[test]
    fn an_index_of_an_older_format_is_built_anew() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("reads.db");
        let index = Index::open(&path).expect("a new index");
        index
            .0
            .execute_batch(
                "PRAGMA user_version = 1; INSERT INTO state VALUES (1, 7);
                 INSERT INTO read VALUES (3, 0, 0, 1, 1, 1, 1, 8, NULL);",
            )
            .expect("rows of the older format");
        assert_eq!(index.through().expect("a length"), 7);
        drop(index);
        let index = Index::open(&path).expect("the same file");
        assert_eq!(index.through().expect("a length"), 0);
        let wanted = ReadWanted {
            limit: 10,
            ..ReadWanted::default()
        };
        assert!(index.find(&wanted).expect("an answer").is_empty());
    }
}
