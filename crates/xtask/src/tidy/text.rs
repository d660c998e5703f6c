//! Rules about what stands in a file: its length, its words, its characters, its links.

use super::{Problem, SourceFile};

/// The longest source file, in lines: a core module. Most files should have less than 200.
const MAX_LINES: usize = 600;

/// Words that speak of a workplace instead of the project; the first part is joined to the second so that this file
/// does not contain them. The flag says whether tests may name them, because they look there for optional data.
const FORBIDDEN_WORDS: [(&str, &str, bool); 4] = [
    ("/wo", "rk/", false),
    ("shared", "/data", true),
    ("shared", "/design", false),
    ("issue", " #", false),
];

/// Checks that a source file of a crate is short enough to be read in one sitting.
pub(super) fn check_length(file: &SourceFile, problems: &mut Vec<Problem>) {
    if !(file.path.starts_with("crates/")
        && file.path.contains("/src/")
        && file.path.ends_with(".rs"))
    {
        return;
    }
    let lines = file.text.lines().count();
    if lines > MAX_LINES {
        problems.push(Problem::new(
            file,
            0,
            format!("{lines} lines, more than {MAX_LINES}: split it"),
        ));
    }
}

/// Checks that the text speaks of the project alone.
pub(super) fn check_words(file: &SourceFile, problems: &mut Vec<Problem>) {
    for (number, line) in file.text.lines().enumerate() {
        let line = line.to_lowercase();
        for (head, tail, in_tests) in FORBIDDEN_WORDS {
            let word = format!("{head}{tail}");
            if line.contains(&word) && !(in_tests && is_test(&file.path)) {
                let message =
                    format!("'{word}' means nothing to a reader of the project: leave it out");
                problems.push(Problem::new(file, number + 1, message));
            }
        }
    }
}

/// Checks for trailing blanks, a missing last line end, and characters that show as nothing or reorder the text.
pub(super) fn check_characters(file: &SourceFile, problems: &mut Vec<Problem>) {
    for (number, line) in file.text.split('\n').enumerate() {
        if line.ends_with([' ', '\t', '\r']) {
            problems.push(Problem::new(
                file,
                number + 1,
                "blank at the end of the line: remove it",
            ));
        }
        if let Some(hidden) = line.chars().find(|c| is_hidden(*c)) {
            let message = format!(
                "invisible character U+{:04X}: write it as an escape",
                u32::from(hidden)
            );
            problems.push(Problem::new(file, number + 1, message));
        }
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        problems.push(Problem::new(
            file,
            0,
            "no line end after the last line: add one",
        ));
    }
}

/// Where the user guide stands, which is made into a book of its own.
const GUIDE: &str = "docs/guide/";

/// Checks that each relative link of a Markdown file leads to a file or folder of the repository, and each of the
/// guide's to something in its book.
pub(super) fn check_links(file: &SourceFile, files: &[SourceFile], problems: &mut Vec<Problem>) {
    if !file.path.ends_with(".md") {
        return;
    }
    for (number, line) in file.text.lines().enumerate() {
        for target in link_targets(line) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
                continue;
            }
            let resolved = resolve(&file.path, path);
            let folder = format!("{}/", resolved.trim_end_matches('/'));
            if !files
                .iter()
                .any(|other| other.path == resolved || other.path.starts_with(&folder))
            {
                problems.push(Problem::new(
                    file,
                    number + 1,
                    format!("the link to '{target}' leads nowhere"),
                ));
            } else if file.path.starts_with(GUIDE) && !resolved.starts_with(GUIDE) {
                problems.push(Problem::new(
                    file,
                    number + 1,
                    format!("the link to '{target}' leads out of the book: name the file instead"),
                ));
            }
        }
    }
}

fn is_test(path: &str) -> bool {
    path.split('/')
        .any(|part| part == "tests" || part == "tests.rs")
}

/// True for zero-width and direction-changing characters, by which code can show other than it runs.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The targets of the links and images written `[text](target)` in one line.
fn link_targets(line: &str) -> Vec<&str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target)
        .collect()
}

/// The path that `target` means in a file at `from`.
fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
