use callbox_ledger::{Source, SqliteReader, SqliteStore, Store, StoreError};

use crate::DataDir;

/// Opens the ledger's only writer; again only after the one before is gone.
type OpenWriter = Box<dyn Fn() -> Result<Box<dyn Store>, StoreError> + Send + Sync>;
/// Makes further readers of the ledger.
type OpenReader = Box<dyn Fn() -> Result<Box<dyn Source>, StoreError> + Send + Sync>;

/// The ledger's store: one writer, and as many readers as are needed.
pub struct Stores {
    pub(crate) writer: OpenWriter,
    pub(crate) reader: OpenReader,
}

impl std::fmt::Debug for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}

impl Stores {
    /// Takes ways to open the writer and to make readers of the same data.
    pub fn new(
        writer: impl Fn() -> Result<Box<dyn Store>, StoreError> + Send + Sync + 'static,
        reader: impl Fn() -> Result<Box<dyn Source>, StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            writer: Box::new(writer),
            reader: Box::new(reader),
        }
    }

    /// The SQLite file of a data directory; opening the writer refuses a second server on it.
    pub fn sqlite(dir: &DataDir) -> Self {
        let (write, read) = (dir.ledger_db(), dir.ledger_db());
        Self::new(
            move || Ok(Box::new(SqliteStore::open_writer(&write)?)),
            move || Ok(Box::new(SqliteReader::open(&read)?)),
        )
    }
}
