use callbox_domain::ActorId;
use serde::Serialize;

use super::{Access, AccessError, named::Shelf};

const SHELF: Shelf = Shelf {
    table: "macros",
    text: "line",
    max: 100,
};

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

impl Access {
    /// An account's own macros and the center's, by name; its own go before.
    pub(crate) fn macros(&self, actor: ActorId) -> Result<Vec<Macro>, AccessError> {
        let all = self.named(&SHELF, actor)?.into_iter();
        Ok(all
            .map(|it| Macro {
                name: it.name,
                line: it.text,
                center: it.center,
            })
            .collect())
    }

    /// Keeps a line under a name, for an account or for all; an empty one is forgotten. Gives
    /// whether there was room.
    pub(crate) fn set_macro(
        &self,
        actor: Option<ActorId>,
        name: &str,
        line: &str,
    ) -> Result<bool, AccessError> {
        self.set_named(&SHELF, actor, name, line)
    }
}
