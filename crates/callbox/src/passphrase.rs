//! The passphrase of a root key: from a file that the environment names, or from the terminal.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead as _, BufReader, Write as _},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use callbox_ledger::AskPassphrase;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// Names the file with the passphrase in its first line, such as a credential of the service manager
/// or `/dev/fd/3`.
pub(crate) const VARIABLE: &str = "CALLBOX_PASSPHRASE_FILE";
const MAX_LINE: u64 = 4_096;

/// Asks at most once, and only where a passphrase is needed; twice on a terminal for a new one.
pub(crate) fn asker(is_new: bool) -> Arc<AskPassphrase<'static>> {
    let known: Mutex<Option<Zeroizing<String>>> = Mutex::new(None);
    Arc::new(move || {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none() {
            *known = Some(find(is_new)?);
        }
        Ok(known.clone().unwrap_or_default())
    })
}

/// Whether the passphrase can be had without asking anybody.
pub(crate) fn is_at_hand() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

/// Whether a second process could find the passphrase too: not where a pipe handed it over once.
pub(crate) fn can_be_had_again() -> bool {
    std::env::var_os(VARIABLE)
        .is_none_or(|path| std::fs::metadata(path).is_ok_and(|file| file.is_file()))
}

fn find(is_new: bool) -> Result<Zeroizing<String>, String> {
    if let Some(path) = std::env::var_os(VARIABLE) {
        let path = Path::new(&path);
        let file =
            File::open(path).map_err(|error| format!("{VARIABLE}={}: {error}", path.display()))?;
        return first_line(file).map_err(|error| format!("{}: {error}", path.display()));
    }
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
    let Ok(terminal) = terminal else {
        return Err(format!(
            "there is no terminal to ask on; set {VARIABLE} to a file that holds it in its first line"
        ));
    };
    let failed = |error: io::Error| format!("cannot be read from the terminal: {error}");
    let first = prompt(&terminal, "Passphrase of the root key: ").map_err(failed)?;
    if is_new {
        let again = prompt(&terminal, "The same once more: ").map_err(failed)?;
        if *first != *again {
            return Err("the two differ; nothing was made".to_owned());
        }
    }
    Ok(first)
}

fn first_line(from: impl io::Read) -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    BufReader::new(from.take(MAX_LINE)).read_line(&mut line)?;
    let length = line.trim_end_matches(['\n', '\r']).len();
    line.truncate(length);
    Ok(line)
}

/// Asks without showing what is typed.
fn prompt(mut terminal: &File, words: &str) -> io::Result<Zeroizing<String>> {
    let before = tcgetattr(terminal)?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    write!(terminal, "{words}")?;
    tcsetattr(terminal, OptionalActions::Flush, &hidden)?;
    let line = first_line(terminal);
    tcsetattr(terminal, OptionalActions::Flush, &before)?;
    writeln!(terminal)?;
    line
}
