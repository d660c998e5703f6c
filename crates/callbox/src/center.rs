//! Making and opening centers.

use std::{
    ffi::OsString,
    fs,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use callbox_domain::{ActorId, Code, Command, Context, DefineCenter, Purpose};
use callbox_engine::{DataDir, DataDirError, Engine, EntryError, OpenError, Options, Submission};
use callbox_ledger::{NoteError, RootError, RootKind, Signer, StoreError, VaultError};
use callbox_web::Geography;
use jiff::tz::TimeZone;

use crate::{
    failure::{Failure, Outcome, chain},
    passphrase,
};

/// The data directory where none is named.
pub(crate) const DEFAULT_DATA: &str = "callbox-data";

/// How long the signing of the last events may take.
const SIGNED_WITHIN: Duration = Duration::from_secs(20);

/// How a store begins to say that it is in use.
const ANOTHER_SERVER: &str = "another server";

/// What a new center is made of.
pub(crate) struct NewCenter<'a> {
    pub(crate) name: &'a str,
    pub(crate) origin: Option<&'a str>,
    pub(crate) timezone: &'a str,
    pub(crate) commands: Vec<Command>,
    pub(crate) root: RootKind,
}

/// Makes a center in `dir`, as a whole or not at all; `finish` completes it before it gets its
/// name. Gives the verifier key.
///
/// Refuses a directory that exists and is not empty.
pub(crate) fn create<T>(
    dir: &Path,
    new: NewCenter<'_>,
    finish: impl FnOnce(&DataDir) -> Outcome<T>,
) -> Outcome<(String, T)> {
    let name = Code::new(new.name)
        .map_err(|why| Failure::Usage(format!("the center's name cannot be used: {why}")))?;
    let timezone = crate::times::zone(new.timezone)
        .and_then(|_| Code::new(new.timezone).ok())
        .ok_or_else(|| {
            Failure::Usage(format!(
                "the time zone {:?} is not known; use an IANA name such as \"Europe/Berlin\"",
                new.timezone
            ))
        })?;
    let part = vacant(dir)?;
    let origin = new
        .origin
        .map_or_else(|| new_origin(new.name), str::to_owned);
    let ask = passphrase::asker(true);
    let made = (|| {
        let data = DataDir::create_with(&part, &origin, &new.root, &*ask)
            .map_err(|error| data_dir(&error))?;
        private(&part)?;
        let signer =
            Signer::load(&data.signing_key()).map_err(|error| Failure::internal(&error))?;
        let options = Options {
            passphrase: Arc::clone(&ask),
            program: Some(env!("CARGO_PKG_VERSION")),
            ..Options::default()
        };
        let engine = Engine::open(&data, options).map_err(|error| Failure::internal(&error))?;
        let mut commands = vec![Command::from(DefineCenter { name, timezone })];
        commands.extend(new.commands);
        let configured = configure(&engine, commands);
        engine.shutdown();
        configured?;
        Ok((signer.verifier().to_string(), finish(&data)?))
    })();
    settle(made, &part, dir)
}

/// A new center for a history: what the history uses is defined when it is replayed.
pub(crate) fn create_for_replay(dir: &Path, name: &str, timezone: &str) -> Outcome {
    let mut commands: Vec<Command> = crate::defaults::statuses().collect();
    commands.extend(callbox_domain::usual_clocks());
    let new = NewCenter {
        name,
        origin: None,
        timezone,
        commands,
        root: RootKind::File,
    };
    create(dir, new, |_| Ok(())).map(drop)
}

fn configure(engine: &Engine, commands: Vec<Command>) -> Outcome {
    let at = crate::times::now();
    let mut tickets = Vec::with_capacity(commands.len());
    for command in commands {
        let context = Context {
            at,
            actor: ActorId::SYSTEM,
            purpose: Purpose::Administration,
        };
        let submission = Submission {
            command,
            context,
            idempotency: None,
        };
        tickets.push(
            engine
                .enqueue(submission)
                .map_err(|error| Failure::internal(&error))?,
        );
    }
    for ticket in tickets {
        ticket.wait().map_err(|error| Failure::internal(&error))?;
    }
    Ok(())
}

/// Opens the center in `dir` as its only writer.
pub(crate) fn open(dir: &DataDir, options: Options) -> Outcome<Engine> {
    if !dir.exists() {
        return Err(data_dir(&DataDirError::Missing(dir.root.clone())));
    }
    let options = Options {
        passphrase: passphrase::asker(false),
        program: Some(env!("CARGO_PKG_VERSION")),
        ..options
    };
    Engine::open(dir, options).map_err(|error| match &error {
        OpenError::Store(error) => store(error),
        OpenError::Entry(EntryError::Newer { .. }) => Failure::Refused(error.to_string()),
        OpenError::Vault(VaultError::Root(_)) => Failure::Input(chain(&error)),
        OpenError::Ledger(_) | OpenError::Gate(_) | OpenError::Broken(_) => {
            Failure::Internal(format!(
                "{}\nSee what is wrong with: callbox verify --data {}",
                chain(&error),
                dir.root.display()
            ))
        }
        _ => Failure::internal(&error),
    })
}

/// The same, or `None` while a server has the center open.
pub(crate) fn open_if_free(dir: &DataDir) -> Outcome<Option<Engine>> {
    match open(dir, Options::default()) {
        Ok(engine) => Ok(Some(engine)),
        Err(Failure::Refused(text)) if text.starts_with(ANOTHER_SERVER) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Waits until everything in the ledger is signed for, or as long as that may take; what is
/// asked for next says so where it is not.
pub(crate) fn wait_until_signed(engine: &Engine) {
    let started = Instant::now();
    while engine.published().size < engine.snapshot().next_seq()
        && started.elapsed() < SIGNED_WITHIN
    {
        thread::sleep(Duration::from_millis(20));
    }
}

/// The streets that were imported into a center, if any; damaged ones are an error, not ignored.
pub(crate) fn geography(data: &DataDir) -> Outcome<Option<Geography>> {
    Geography::open(&data.streets()).map_err(|error| Failure::Input(chain(&error)))
}

/// The directory of an existing center, for commands that only read it.
pub(crate) fn existing(dir: &Path) -> Outcome<DataDir> {
    DataDir::open(dir).map_err(|error| data_dir(&error))
}

/// The time zone in which the center reads its clocks; UTC before it was named.
pub(crate) fn zone_of(name: Option<&Code>) -> TimeZone {
    name.and_then(|name| crate::times::zone(name.as_str()))
        .unwrap_or(TimeZone::UTC)
}

fn data_dir(error: &DataDirError) -> Failure {
    let text = chain(error);
    match error {
        DataDirError::Io { source, .. } => match Failure::io("", source) {
            Failure::Internal(_) => Failure::Internal(text),
            _ => Failure::Input(text),
        },
        DataDirError::Store(error) => store(error),
        DataDirError::Vault(VaultError::Root(error)) if !matches!(error, RootError::Io(_)) => {
            Failure::Input(text)
        }
        DataDirError::Vault(_) => Failure::Internal(format!(
            "{text}; see whether the disk is in order and has free space"
        )),
        DataDirError::Key(NoteError::File { .. } | NoteError::Random) => Failure::Internal(text),
        DataDirError::Key(error) => {
            Failure::Usage(format!("the origin cannot be used: {}", chain(error)))
        }
        _ => Failure::Input(text),
    }
}

/// A failure of the ledger's store.
pub(crate) fn store(error: &StoreError) -> Failure {
    match error {
        StoreError::Refused(text) if text.starts_with(ANOTHER_SERVER) => {
            Failure::Refused(text.clone())
        }
        StoreError::Refused(text) => Failure::Input(text.clone()),
        // SQLite says 'disk I/O error' for a full disk, too, where it cannot grow its index.
        StoreError::Fatal(_) => Failure::Internal(format!(
            "{}; see whether the disk is in order and has free space",
            chain(error)
        )),
        _ => Failure::internal(error),
    }
}

/// The name under which a directory is made until it is complete; refuses a taken `dir`.
pub(crate) fn vacant(dir: &Path) -> Outcome<PathBuf> {
    match fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
        Ok(true) => {}
        Ok(_) if DataDir::new(dir).exists() => {
            return Err(data_dir(&DataDirError::Exists(dir.to_owned())));
        }
        Ok(_) => {
            return Err(Failure::Input(format!(
                "{} is not empty; choose another directory",
                dir.display()
            )));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(Failure::io(
                format_args!("cannot use {}", dir.display()),
                &error,
            ));
        }
    }
    let mut name = OsString::from(dir.file_name().unwrap_or_default());
    name.push(format!(".part-{}", std::process::id()));
    let parent = dir.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(parent)
        .or_else(|error| {
            if parent.as_os_str().is_empty() {
                Ok(())
            } else {
                Err(error)
            }
        })
        .map_err(|error| Failure::io(format_args!("cannot make {}", parent.display()), &error))?;
    remove_leftovers(parent, dir);
    Ok(parent.join(name))
}

/// Removes what processes that were killed while they made `dir` have left beside it.
fn remove_leftovers(parent: &Path, dir: &Path) {
    let here = if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    };
    let prefix = format!(
        "{}.part-",
        dir.file_name().unwrap_or_default().to_string_lossy()
    );
    // Where /proc is not there, nothing says that a process is gone.
    if !Path::new("/proc/self").exists() {
        return;
    }
    for entry in fs::read_dir(here).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let maker = name
            .to_str()
            .and_then(|name| name.strip_prefix(&prefix)?.parse::<u32>().ok());
        if maker.is_some_and(|maker| !Path::new(&format!("/proc/{maker}")).exists()) {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Gives a complete directory its name; removes what is left of an incomplete one.
pub(crate) fn settle<T>(made: Outcome<T>, part: &Path, dir: &Path) -> Outcome<T> {
    let made = made.and_then(|made| {
        fs::rename(part, dir)
            .map_err(|error| Failure::io(format_args!("cannot make {}", dir.display()), &error))?;
        Ok(made)
    });
    if made.is_err() {
        // Nothing in it counts yet; what cannot be removed is in nobody's way.
        let _ = fs::remove_dir_all(part);
    }
    made
}

/// Lets nobody but the owner look into the directory.
pub(crate) fn private(dir: &Path) -> Outcome {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(|error| {
            Failure::io(format_args!("cannot protect {}", dir.display()), &error)
        })?;
    }
    Ok(())
}

/// A name for a ledger that is likely the only one of its kind in the world.
fn new_origin(name: &str) -> String {
    let slug: String = name
        .to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    // Seeded by the operating system; it has to be unique, not secret.
    let random = RandomState::new().build_hasher().finish();
    format!(
        "callbox.local/{}{}{random:016x}",
        slug,
        if slug.is_empty() { "" } else { "-" }
    )
}

/// The machine's time zone, or UTC.
pub(crate) fn machine_zone() -> String {
    let from_link = || {
        let target = fs::read_link("/etc/localtime").ok()?;
        let target = target.to_str()?;
        Some(target.split_once("zoneinfo/")?.1.to_owned())
    };
    std::env::var("TZ")
        .ok()
        .filter(|name| crate::times::zone(name).is_some())
        .or_else(from_link)
        .filter(|name| crate::times::zone(name).is_some())
        .unwrap_or_else(|| "UTC".to_owned())
}
