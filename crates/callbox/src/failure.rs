//! How a command fails, and with which exit code.

use std::{fmt, io, process::ExitCode};

/// Why a command did not do what it was asked for; each kind has an exit code of its own.
///
/// 2 (wrong usage) is clap's, or [`Failure::Usage`].
#[derive(Debug)]
pub(crate) enum Failure {
    /// 1: a check failed; what it found was printed as its result.
    Check(String),
    /// 2: the flags do not fit together.
    Usage(String),
    /// 3: a file, a row or a value cannot be used.
    Input(String),
    /// 4: a rule or a right does not allow it.
    Refused(String),
    /// 70: the machine or callbox itself failed.
    Internal(String),
    /// Whoever read the output has gone; nothing is wrong.
    Quiet,
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    const fn code(&self) -> u8 {
        match self {
            Self::Quiet => 0,
            Self::Check(_) => 1,
            Self::Usage(_) => 2,
            Self::Input(_) => 3,
            Self::Refused(_) => 4,
            Self::Internal(_) => 70,
        }
    }

    /// A failure of the machine while doing `what`, with what the system said.
    pub(crate) fn io(what: impl fmt::Display, error: &io::Error) -> Self {
        let text = format!("{what}: {}{}", said(error), advice(error));
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Quiet,
            io::ErrorKind::NotFound
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::AlreadyExists => Self::Input(text),
            _ => Self::Internal(text),
        }
    }

    /// An internal failure with every cause in the chain.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        Self::Internal(chain(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quiet => Ok(()),
            Self::Check(text)
            | Self::Usage(text)
            | Self::Input(text)
            | Self::Refused(text)
            | Self::Internal(text) => f.write_str(text),
        }
    }
}

/// Writing a result failed.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::io("cannot write the result", &error)
    }
}

/// The error and its causes, each once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = error.source();
    }
    text
}

/// What the system said, without the error's number.
pub(crate) fn said(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space and try again"
        }
        io::ErrorKind::ReadOnlyFilesystem => "; choose a place that can be written",
        io::ErrorKind::PermissionDenied => "; check its owner and permissions",
        io::ErrorKind::NotFound => "; check the path",
        _ => "",
    }
}

/// Prints the failure to stderr and gives the exit code.
pub(crate) fn exit_code(outcome: Outcome) -> ExitCode {
    let Err(failure) = outcome else {
        return ExitCode::SUCCESS;
    };
    if !matches!(failure, Failure::Quiet) {
        crate::output::note(format_args!("callbox: {failure}"));
    }
    ExitCode::from(failure.code())
}
