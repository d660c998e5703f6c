use callbox_domain::ActorId;
use rusqlite::params;
use serde::Serialize;

use super::{Access, AccessError, store};

/// How many one account, or the center, may keep.
const MAX: i64 = 100;

/// A line with a name: typed often, kept once. It holds what its owner typed, and no caller's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Macro {
    /// What is typed after `=`.
    pub(crate) name: String,
    /// The line; `$1` to `$9` and `$*` stand for the words that follow the name.
    pub(crate) line: String,
    /// Whether it is everybody's.
    pub(crate) center: bool,
}

/// The owner, in this table and in that of layouts, of what is everybody's; no account has this number.
pub(super) const CENTER: i64 = 0;

fn owner_of(actor: Option<ActorId>) -> i64 {
    actor.map_or(CENTER, store::number)
}

impl Access {
    /// An account's own macros and the center's, by name; its own go before.
    pub(crate) fn macros(&self, actor: ActorId) -> Result<Vec<Macro>, AccessError> {
        let db = self.db();
        let mut select = db.prepare(
            "SELECT name, line, owner FROM macros WHERE owner IN (?1, ?2)
             ORDER BY name, owner DESC",
        )?;
        let rows = select.query_map([store::number(actor), CENTER], |row| {
            Ok(Macro {
                name: row.get(0)?,
                line: row.get(1)?,
                center: row.get::<_, i64>(2)? == CENTER,
            })
        })?;
        let mut all: Vec<Macro> = rows.collect::<Result<_, _>>()?;
        all.dedup_by(|later, earlier| later.name == earlier.name);
        Ok(all)
    }

    /// Keeps a line under a name, for an account or for all; an empty one is forgotten. Gives
    /// whether there was room.
    pub(crate) fn set_macro(
        &self,
        actor: Option<ActorId>,
        name: &str,
        line: &str,
    ) -> Result<bool, AccessError> {
        let owner = owner_of(actor);
        let db = self.db();
        let changed = match line {
            "" => {
                db.execute(
                    "DELETE FROM macros WHERE owner = ?1 AND name = ?2",
                    params![owner, name],
                )?;
                return Ok(true);
            }
            line => db.execute(
                "INSERT INTO macros (owner, name, line) SELECT ?1, ?2, ?3
                 WHERE EXISTS (SELECT 1 FROM macros WHERE owner = ?1 AND name = ?2)
                    OR (SELECT count(*) FROM macros WHERE owner = ?1) < ?4
                 ON CONFLICT (owner, name) DO UPDATE SET line = excluded.line",
                params![owner, name, line, MAX],
            )?,
        };
        Ok(changed > 0)
    }
}
