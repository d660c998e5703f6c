//! What a center publishes whole, as a table (CSV): response plans, question cards.

mod cells;
mod fault;

use crate::{Code, Command, Configuration, Timestamp};

pub use cells::TableError;
pub(crate) use cells::{Row, escape, read, write};
pub use fault::TableFault;

/// A command that publishes all of something together, as it holds from a time on.
pub trait Published: Into<Command> {
    /// One of what is published.
    type Item;

    /// What one is called in interfaces, as in `plan`.
    const ITEM: &'static str;

    /// Publishes these; without a time at once.
    fn publish(effective: Option<Timestamp>, items: Vec<Self::Item>) -> Self;

    /// What holds at a time.
    fn holding(configuration: &Configuration, at: Timestamp) -> Vec<Self::Item>;

    /// What changes when `new` takes the place of what holds at a time.
    fn changes(
        configuration: &Configuration,
        at: Timestamp,
        new: &[Self::Item],
    ) -> Vec<(Code, Change)>;

    /// Reads a table; the first mistake is named with its line and column.
    fn read(table: &str) -> Result<Vec<Self::Item>, TableError>;

    /// Writes a table, which reads back as the same.
    fn write(items: &[Self::Item]) -> String;
}

/// What publishing changes about one of what is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It does not hold any more.
    Removed,
    /// It says something else.
    Changed,
    /// It stands elsewhere, which matters only where two plans fit equally well.
    Moved,
}

impl Change {
    /// The name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
        }
    }
}
