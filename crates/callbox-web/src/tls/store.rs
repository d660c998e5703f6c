//! Where an account at an authority, its certificate and the key are kept: read by their owner only.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::TlsFiles;

/// A directory in the center's data.
#[derive(Clone, Debug)]
pub(super) struct Store(PathBuf);

impl Store {
    /// Makes the directory if it is not there.
    pub(super) fn open(directory: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        let store = Self(directory);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&store.0, fs::Permissions::from_mode(0o700))?;
        }
        Ok(store)
    }

    /// Where certificate and key stand.
    pub(super) fn files(&self) -> TlsFiles {
        TlsFiles {
            certificate: self.0.join("certificate.pem"),
            key: self.0.join("key.pem"),
        }
    }

    /// The account as it was kept; `None` where there is none.
    pub(super) fn account(&self) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.0.join("account.json")) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps an account.
    pub(super) fn keep_account(&self, bytes: &[u8]) -> io::Result<()> {
        put(&self.0.join("account.json"), bytes)
    }

    /// Keeps a certificate and its key; the key first, so that what a crash leaves does not fit and
    /// is asked for anew.
    pub(super) fn keep(&self, certificate: &str, key: &str) -> io::Result<()> {
        let files = self.files();
        put(&files.key, key.as_bytes())?;
        put(&files.certificate, certificate.as_bytes())
    }
}

/// Writes a file of which nobody sees a half.
fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
