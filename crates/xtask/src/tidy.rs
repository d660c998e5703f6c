//! House rules that no compiler checks: file sizes, reasons for dependencies, layers, links and words.
//!
//! Every check is a pure function from the files of the repository to a list of problems, so that each is tested on
//! files made up for it. The rules and their reasons stand in `CONTRIBUTING.md`.

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

mod dependencies;
mod text;

#[cfg(test)]
mod tests;

/// Directories that hold nothing written by hand, or nothing written by this project.
const SKIPPED_DIRECTORIES: [&str; 6] = [
    ".git",
    "target",
    "node_modules",
    "vendor",
    "callbox-data",
    "callbox-demo",
];

/// Extensions of the files that people write; a file without an extension counts as a script.
const TEXT_EXTENSIONS: [&str; 14] = [
    "", "cddl", "css", "html", "js", "json", "md", "rs", "sh", "sql", "svg", "toml", "yaml", "yml",
];

/// A longer file is not something that people wrote, and is not read.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// One file of the repository.
pub(crate) struct SourceFile {
    /// The path from the root of the repository, with `/` between its parts.
    pub(crate) path: String,
    /// The content; empty for a file that is not text, which is listed only so that links to it are found.
    pub(crate) text: String,
}

/// One broken rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    path: String,
    /// The line, from 1; 0 where the whole file is meant.
    line: usize,
    /// What is wrong and what to do.
    message: String,
}

impl Problem {
    fn new(file: &SourceFile, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: file.path.clone(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// Checks the repository at `root` and prints each problem; an error says how many there are.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let files = read_files(root)?;
    let problems = check(&files);
    let mut out = std::io::stdout().lock();
    for problem in &problems {
        writeln!(out, "{problem}")?;
    }
    if !problems.is_empty() {
        bail!("{} broken house rules", problems.len());
    }
    writeln!(out, "tidy: {} files, no problem", files.len())?;
    Ok(())
}

/// Applies every rule.
fn check(files: &[SourceFile]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files {
        text::check_length(file, &mut problems);
        text::check_words(file, &mut problems);
        text::check_characters(file, &mut problems);
        text::check_links(file, files, &mut problems);
        dependencies::check_crate(file, &mut problems);
    }
    dependencies::check_reasons(files, &mut problems);
    problems
}

/// Reads the files that people wrote, in order of their paths.
fn read_files(root: &Path) -> anyhow::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    let mut pending: Vec<PathBuf> = vec![root.to_path_buf()];
    while let Some(directory) = pending.pop() {
        let entries = std::fs::read_dir(&directory)
            .with_context(|| format!("cannot list {}", directory.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            let kind = entry.file_type()?;
            // In a worktree of git `.git` is a file.
            if SKIPPED_DIRECTORIES.contains(&entry.file_name().to_string_lossy().as_ref()) {
                continue;
            }
            if kind.is_dir() {
                pending.push(path);
            } else if kind.is_file() {
                files.push(read_file(root, &path, entry.metadata()?.len())?);
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn read_file(root: &Path, path: &Path, bytes: u64) -> anyhow::Result<SourceFile> {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let name = relative
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/");
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().into_owned())
        .unwrap_or_default();
    let written = TEXT_EXTENSIONS.contains(&extension.as_str()) && bytes <= MAX_FILE_BYTES;
    let text = if written {
        let content =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        String::from_utf8(content).unwrap_or_default()
    } else {
        String::new()
    };
    Ok(SourceFile { path: name, text })
}
