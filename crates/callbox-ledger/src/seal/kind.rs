//! Which kind of root key a center has, as its file says.

use std::{fs, path::Path};

use zeroize::Zeroizing;

use super::{
    root::{FILE_HEAD, PassphraseRoot, RootError, RootFile, WrapKeys, must_be_private},
    service::CommandRoot,
    vault::{VaultError, try_root},
};
use crate::files;

const PASSPHRASE_HEAD: &str =
    "callbox root key 1, by passphrase: it is asked for at each start, keep it offline\n";
const COMMAND_HEAD: &str = "callbox root key 1, by the program below, one argument a line\n";
/// Shorter ones are guessed.
const MIN_PASSPHRASE: usize = 12;
const MAX_PASSPHRASE: usize = 1024;
const MAX_FILE: u64 = 64 * 1024;

/// Says where a root key comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum RootKind {
    /// It stands in the file itself.
    File,
    /// A person's passphrase, from which it is derived at each start.
    Passphrase,
    /// A program wraps and unwraps with it; its arguments.
    Command(Vec<String>),
}

/// Gives the passphrase, or says why it cannot be had; called only where one is needed.
pub type AskPassphrase<'a> = dyn Fn() -> Result<Zeroizing<String>, String> + Send + Sync + 'a;

impl std::fmt::Debug for RootKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl RootKind {
    /// Reads what the file says; refuses a file that other users can read.
    pub fn read(path: &Path) -> Result<Self, RootError> {
        must_be_private(path)?;
        if fs::metadata(path)?.len() > MAX_FILE {
            return Err(RootError::Malformed);
        }
        let text = Zeroizing::new(fs::read_to_string(path)?);
        if text.starts_with(FILE_HEAD) {
            return Ok(Self::File);
        }
        if *text == PASSPHRASE_HEAD {
            return Ok(Self::Passphrase);
        }
        let lines = text
            .strip_prefix(COMMAND_HEAD)
            .and_then(|rest| rest.strip_suffix('\n'))
            .filter(|rest| !rest.is_empty())
            .ok_or(RootError::Malformed)?;
        Ok(Self::Command(
            lines.split('\n').map(str::to_owned).collect(),
        ))
    }

    /// Writes a new file of this kind, and the key where it stands in it; refuses a file that exists.
    pub fn create(&self, path: &Path) -> Result<(), RootError> {
        let text = match self {
            Self::File => return RootFile::generate(path).map(drop),
            Self::Passphrase => PASSPHRASE_HEAD.to_owned(),
            Self::Command(program) => {
                CommandRoot::new(program.clone())?;
                if program.iter().any(|argument| argument.contains('\n')) {
                    return Err(RootError::Malformed);
                }
                format!("{COMMAND_HEAD}{}\n", program.join("\n"))
            }
        };
        Ok(files::create_secret(path, text.as_bytes())?)
    }

    /// Opens the root key that the file at `path` stands for.
    pub fn open(path: &Path, ask: &AskPassphrase<'_>) -> Result<Box<dyn WrapKeys>, RootError> {
        Ok(match Self::read(path)? {
            Self::File => Box::new(RootFile::load(path)?),
            Self::Command(program) => Box::new(CommandRoot::new(program)?),
            Self::Passphrase => {
                let passphrase = ask().map_err(RootError::Passphrase)?;
                if !(MIN_PASSPHRASE..=MAX_PASSPHRASE).contains(&passphrase.len()) {
                    return Err(RootError::Passphrase(format!(
                        "it must have {MIN_PASSPHRASE} to {MAX_PASSPHRASE} bytes; take several \
                         words at random"
                    )));
                }
                Box::new(PassphraseRoot::new(passphrase.to_string()))
            }
        })
    }

    /// Checks that the root key opens the key of this epoch in a vault's directory.
    pub fn try_out(
        path: &Path,
        vault: &Path,
        epoch: u32,
        ask: &AskPassphrase<'_>,
    ) -> Result<(), VaultError> {
        try_root(vault, &*Self::open(path, ask)?, epoch)
    }

    /// Names the kind.
    pub fn name(&self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Passphrase => "passphrase",
            Self::Command(_) => "command",
        }
    }
}
