//! A directory to work in, and transcripts of what was done there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// A small history with what real ones have: two calls at once for E1, a missing end for T1, times
/// that go backwards, a row that cannot be used, a quoted line break.
pub(crate) const HISTORY: &str = "\
call,kind,prio,received,where,unit,utype,sent,moving,there,free
1,FIRE,1,2020-04-02 10:00:00,\"12 Elm St
rear\",E1,ENGINE,2020-04-02 10:01:00,2020-04-02 10:02:00,2020-04-02 10:05:00,2020-04-02 10:30:00
1,FIRE,1,2020-04-02 10:00:00,\"12 Elm St
rear\",T1,TRUCK,2020-04-02 10:01:00,2020-04-02 10:02:30,,
2,FALL,2,2020-04-02 10:20:00,9 Oak Ave,E1,ENGINE,2020-04-02 10:21:00,,,2020-04-02 10:40:00
3,FALL,2,2020-04-02 11:00:00,4 Ash Ln,E1,ENGINE,2020-04-02 11:01:00,2020-04-02 11:03:00,2020-04-02 11:02:00,2020-04-02 11:20:00
4,FALL,2,2020-04-02 11:30:00,5 Ash Ln,E1,ENGINE,2020-04-02 11:31:00,yesterday,,2020-04-02 11:40:00
";

pub(crate) const MAP: &str = "\
timezone = \"America/Los_Angeles\"
timestamp_format = \"%Y-%m-%d %H:%M:%S\"

[center]
name = \"Elm County\"
agency = \"FIRE\"

[call]
id = \"call\"
type = \"kind\"
priority = \"prio\"
received = \"received\"
place = \"where\"

[assignment]
unit = \"unit\"
unit_type = \"utype\"
dispatched = \"sent\"
enroute = \"moving\"
on_scene = \"there\"
available = \"free\"
";

pub(crate) struct Shop(TempDir);

/// What a command did.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Shop {
    /// An empty directory with the small history and its map.
    pub(crate) fn new() -> Self {
        let shop = Self(tempfile::tempdir().unwrap());
        shop.write("history.csv", HISTORY);
        shop.write("map.toml", MAP);
        shop
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// What stands in the directory, without the small history and its map.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names
            .filter(|name| name != "history.csv" && name != "map.toml")
            .collect();
        names.sort();
        names
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = program();
        command.args(words(line)).current_dir(self.0.path());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        ran(self.command(line).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs each line and gives a transcript: stdout as it is, stderr after `! `, the exit code when
    /// it is not 0. What differs from run to run is replaced.
    pub(crate) fn transcript(&self, script: &str) -> String {
        let mut text = String::new();
        for line in script
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            text.push_str(&format!("$ callbox {line}\n"));
            let Ran {
                code,
                stdout,
                stderr,
            } = self.run(line);
            text.push_str(&stdout);
            for line in stderr.lines() {
                text.push_str(&format!("! {line}\n"));
            }
            if code != 0 {
                text.push_str(&format!("exit {code}\n"));
            }
            text.push('\n');
        }
        scrub(&text, self.0.path())
    }
}

/// The program, without what a person's environment would change.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callbox"));
    command
        .env_remove("RUST_LOG")
        .env("NO_COLOR", "1")
        .env("TZ", "UTC");
    command
}

pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Splits at blanks; double quotes hold words together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![];
    for (at, part) in line.split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Replaces hashes, keys, secrets, the present time and what depends on the machine.
fn scrub(text: &str, dir: &Path) -> String {
    let dir = dir.display().to_string();
    let mut lines = Vec::new();
    for line in text.replace(&dir, "<dir>").lines() {
        let is_timing = line.starts_with("seconds ") || line.starts_with("events_per_second ");
        let start = line.trim_start_matches("with ");
        if let Some(secret) = start.strip_prefix("password  ") {
            lines.push(line.replace(secret.trim(), "<password>"));
            continue;
        }
        let mut last_word = "";
        let words: Vec<String> = line
            .split(' ')
            .zip(line.split(' ').skip(1).chain([""]))
            .map(|(word, after)| {
                let before = std::mem::replace(&mut last_word, word);
                // How many events share a frame depends on the machine, too.
                let is_frame = before == "frame" || after.starts_with("frame");
                scrub_word(word, is_timing || is_frame)
            })
            .collect();
        let line = words.join(" ");
        // How wide a number is says how fast the machine was.
        let line = if is_timing {
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            line
        };
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n") + "\n"
}

fn scrub_word(word: &str, is_timing: bool) -> String {
    let bare = word.trim_matches(|c: char| "\",()[]:".contains(c));
    let number = bare.parse::<f64>().is_ok();
    let replaced = if bare.len() == 64 && bare.chars().all(|c| c.is_ascii_hexdigit()) {
        "<hash>"
    } else if bare.starts_with("callbox_") && bare.len() > 40 {
        "<token>"
    } else if bare.starts_with("callbox.local/") {
        "<origin>"
    } else if bare.split('+').count() >= 3 {
        "<key>"
    } else if is_now(bare) {
        "<now>"
    } else if number && is_timing {
        "<number>"
    } else if number && word.starts_with('(') {
        "<size>"
    } else {
        return word.to_owned();
    };
    word.replace(bare, replaced)
}

/// Whether a word is a time, or a day, of this decade's test runs and not of the small history.
fn is_now(word: &str) -> bool {
    let year = word.get(..4).and_then(|year| year.parse::<u16>().ok());
    year.is_some_and(|year| year > 2020) && word.get(4..5) == Some("-")
}
