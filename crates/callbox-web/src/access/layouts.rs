use callbox_domain::ActorId;
use serde::Serialize;

use super::{Access, AccessError, named::Shelf};

const SHELF: Shelf = Shelf {
    table: "layouts",
    text: "windows",
    max: 50,
};

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
        let all = self.named(&SHELF, actor)?.into_iter();
        Ok(all
            .map(|it| Layout {
                name: it.name,
                windows: it.text.lines().map(str::to_owned).collect(),
                center: it.center,
            })
            .collect())
    }

    /// Keeps what the windows show under a name, for an account or for all; without a window the name is
    /// forgotten. Gives whether there was room.
    pub(crate) fn set_layout(
        &self,
        actor: Option<ActorId>,
        name: &str,
        windows: &[String],
    ) -> Result<bool, AccessError> {
        self.set_named(&SHELF, actor, name, &windows.join("\n"))
    }
}
