use callbox_domain::ActorId;
use rusqlite::params;
use serde::Serialize;

use super::{Access, AccessError, macros::CENTER, store};

/// How many one account, or the center, may keep.
const MAX: i64 = 50;

/// What the windows of one position show, under the position's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Layout {
    /// The position's name, as in `Fire 1`.
    pub(crate) name: String,
    /// One for each window, as in `incidents:60,units:40`: panes from start to end, with their shares.
    pub(crate) windows: Vec<String>,
    /// Whether it is everybody's who sits there, or one account's own.
    pub(crate) center: bool,
}

impl Access {
    /// An account's own layouts and the center's, by name; its own go before.
    pub(crate) fn layouts(&self, actor: ActorId) -> Result<Vec<Layout>, AccessError> {
        let db = self.db();
        let mut select = db.prepare(
            "SELECT name, windows, owner FROM layouts WHERE owner IN (?1, ?2)
             ORDER BY name, owner DESC",
        )?;
        let rows = select.query_map([store::number(actor), CENTER], |row| {
            let windows: String = row.get(1)?;
            Ok(Layout {
                name: row.get(0)?,
                windows: windows.lines().map(str::to_owned).collect(),
                center: row.get::<_, i64>(2)? == CENTER,
            })
        })?;
        let mut all: Vec<Layout> = rows.collect::<Result<_, _>>()?;
        all.dedup_by(|later, earlier| later.name == earlier.name);
        Ok(all)
    }

    /// Keeps what the windows show under a name, for an account or for all; without a window the name is
    /// forgotten. Gives whether there was room.
    pub(crate) fn set_layout(
        &self,
        actor: Option<ActorId>,
        name: &str,
        windows: &[String],
    ) -> Result<bool, AccessError> {
        let owner = actor.map_or(CENTER, store::number);
        let db = self.db();
        if windows.is_empty() {
            db.execute(
                "DELETE FROM layouts WHERE owner = ?1 AND name = ?2",
                params![owner, name],
            )?;
            return Ok(true);
        }
        let changed = db.execute(
            "INSERT INTO layouts (owner, name, windows) SELECT ?1, ?2, ?3
             WHERE EXISTS (SELECT 1 FROM layouts WHERE owner = ?1 AND name = ?2)
                OR (SELECT count(*) FROM layouts WHERE owner = ?1) < ?4
             ON CONFLICT (owner, name) DO UPDATE SET windows = excluded.windows",
            params![owner, name, windows.join("\n"), MAX],
        )?;
        Ok(changed > 0)
    }
}
