//! What an account, or the center, keeps under names: macros, and what windows show.

use callbox_domain::ActorId;
use rusqlite::params;

use super::{Access, AccessError, store};

/// The owner of what is everybody's; no account has this number.
const CENTER: i64 = 0;

/// A table with an owner, a name and a text in each row.
pub(super) struct Shelf {
    pub(super) table: &'static str,
    /// The column with the text.
    pub(super) text: &'static str,
    /// How many one account, or the center, may keep.
    pub(super) max: i64,
}

/// A text that is kept under a name.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) text: String,
    /// Whether it is everybody's.
    pub(super) center: bool,
}

impl Access {
    /// An account's own texts and the center's, by name; its own go before.
    pub(super) fn named(&self, shelf: &Shelf, actor: ActorId) -> Result<Vec<Named>, AccessError> {
        let Shelf { table, text, .. } = shelf;
        let db = self.db();
        let mut select = db.prepare(&format!(
            "SELECT name, {text}, owner FROM {table} WHERE owner IN (?1, ?2)
             ORDER BY name, owner DESC"
        ))?;
        let rows = select.query_map([store::number(actor), CENTER], |row| {
            Ok(Named {
                name: row.get(0)?,
                text: row.get(1)?,
                center: row.get::<_, i64>(2)? == CENTER,
            })
        })?;
        let mut all: Vec<Named> = rows.collect::<Result<_, _>>()?;
        all.dedup_by(|later, earlier| later.name == earlier.name);
        Ok(all)
    }

    /// Keeps a text under a name, for an account or for all; without a text the name is forgotten. Gives
    /// whether there was room.
    pub(super) fn set_named(
        &self,
        shelf: &Shelf,
        actor: Option<ActorId>,
        name: &str,
        kept: &str,
    ) -> Result<bool, AccessError> {
        let Shelf { table, text, max } = shelf;
        let owner = actor.map_or(CENTER, store::number);
        let db = self.db();
        if kept.is_empty() {
            db.execute(
                &format!("DELETE FROM {table} WHERE owner = ?1 AND name = ?2"),
                params![owner, name],
            )?;
            return Ok(true);
        }
        let changed = db.execute(
            &format!(
                "INSERT INTO {table} (owner, name, {text}) SELECT ?1, ?2, ?3
                 WHERE EXISTS (SELECT 1 FROM {table} WHERE owner = ?1 AND name = ?2)
                    OR (SELECT count(*) FROM {table} WHERE owner = ?1) < ?4
                 ON CONFLICT (owner, name) DO UPDATE SET {text} = excluded.{text}"
            ),
            params![owner, name, kept, max],
        )?;
        Ok(changed > 0)
    }
}
