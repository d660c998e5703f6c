//! Whose signatures make a checkpoint count (C2SP tlog-policy).

use std::fmt;

use crate::checkpoint::{Checkpoint, parse_decimal};
use crate::note::{Note, NoteError, VerifierKey};

/// The most bytes of a policy.
pub const MAX_POLICY_BYTES: usize = 256 * 1024;
/// The most logs, the most witnesses and the most groups of a policy.
const MAX_EACH: usize = 64;
/// What the group of all witnesses is called.
const ALL: &str = "enough";

/// Says which ledgers are known, which witnesses, and how many of them must have cosigned.
///
/// The text form is that of C2SP tlog-policy; this reads it as UTF-8 only:
///
/// ```text
/// log dispatch.example.org/center+2cba0b2d+AepK…
/// witness court court.example/w1+…  https://court.example/witness
/// witness press press.example/w1+…
/// group outside 1 court press
/// quorum outside
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// Holds one witness of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What the policy calls it.
    pub name: String,
    /// What its cosignatures are checked with.
    pub key: VerifierKey,
    /// Where it takes checkpoints, as the policy says: a prefix before `/add-checkpoint`.
    pub url: Option<String>,
}

/// Tells who cosigned a checkpoint, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The name of the witness's key.
    pub witness: String,
    /// When it did, in seconds since 1970 UTC by its own clock; 0 where it does not say.
    pub at_s: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: String,
    least: usize,
    members: Vec<Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// Tells why a policy was not taken, or a note does not fulfil it.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The text is not a policy.
    #[error("line {line} of the policy: {what}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it, and what should stand there.
        what: String,
    },
    /// The text is too long or has no quorum line.
    #[error("{0}")]
    Whole(&'static str),
    /// The note is not signed as it must be, or a signature does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// No ledger of the policy signed the note.
    #[error("none of the policy's {logs} logs signed the checkpoint; check the key or the policy")]
    NoLog {
        /// How many the policy knows.
        logs: usize,
    },
    /// Too few witnesses cosigned.
    #[error(
        "{cosigned} of the policy's {witnesses} witnesses cosigned the checkpoint, which is less than its quorum; ask for cosignatures and make the proof anew"
    )]
    Quorum {
        /// How many cosigned.
        cosigned: usize,
        /// How many the policy knows.
        witnesses: usize,
    },
}

impl Policy {
    /// Asks for cosignatures by at least `least` of these witnesses; refuses more than there are,
    /// the same key twice, and keys that cosign nothing.
    pub fn least_of(
        least: usize,
        witnesses: impl IntoIterator<Item = VerifierKey>,
    ) -> Result<Self, PolicyError> {
        let mut policy = Self::none();
        for (index, key) in witnesses.into_iter().enumerate() {
            let name = index.to_string();
            policy
                .add_witness(name, key, None)
                .map_err(|what| PolicyError::Line {
                    line: 1 + index,
                    what,
                })?;
        }
        policy.need(least)?;
        Ok(policy)
    }

    /// Reads a policy of at most [`MAX_POLICY_BYTES`] bytes, 64 logs, 64 witnesses and 64 groups.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_POLICY_BYTES {
            return Err(PolicyError::Whole("the policy is longer than 256 KiB"));
        }
        let mut policy = Self::none();
        let mut quorum = false;
        for (index, line) in text.split('\n').enumerate() {
            policy
                .take_line(line, &mut quorum)
                .map_err(|what| PolicyError::Line {
                    line: 1 + index,
                    what,
                })?;
        }
        if !quorum {
            return Err(PolicyError::Whole(
                "the policy has no quorum line; write 'quorum none' if no witness is needed",
            ));
        }
        Ok(policy)
    }

    /// Asks for the same number of cosignatures by these witnesses, of this ledger.
    pub fn of_ledger(
        log: VerifierKey,
        least: usize,
        witnesses: Vec<PolicyWitness>,
    ) -> Result<Self, PolicyError> {
        let at = |line| move |what| PolicyError::Line { line, what };
        let mut policy = Self::none();
        policy.add_log(log).map_err(at(1))?;
        for (index, witness) in witnesses.into_iter().enumerate() {
            policy
                .add_witness(witness.name, witness.key, witness.url)
                .map_err(at(2 + index))?;
        }
        policy.need(least)?;
        Ok(policy)
    }

    /// How many of its witnesses are enough, where any so many are; `None` where groups decide.
    pub fn least(&self) -> Option<usize> {
        match (self.quorum, self.groups.as_slice()) {
            (None, []) => Some(0),
            (Some(Member::Witness(_)), []) if self.witnesses.len() == 1 => Some(1),
            (Some(Member::Group(0)), [group]) => {
                let all = (0..self.witnesses.len()).map(Member::Witness);
                let of_all = all.clone().count() == group.members.len()
                    && all
                        .into_iter()
                        .all(|member| group.members.contains(&member));
                of_all.then_some(group.least)
            }
            _ => None,
        }
    }

    /// Gives the witnesses, in order.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Gives the keys of the known ledgers; none means that the ledger is known otherwise.
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// Checks that a known ledger (where the policy names any) signed the note and enough
    /// witnesses cosigned it; gives those that did, in the policy's order.
    ///
    /// A signature by a known key that does not hold spoils the note, unknown ones do not matter.
    pub fn check(&self, note: &str) -> Result<Vec<Cosigned>, PolicyError> {
        let parsed = Note::parse(note)?;
        if !self.logs.is_empty() {
            let checkpoint = Checkpoint::parse(parsed.text)?;
            let mut signed = false;
            for key in &self.logs {
                signed |= key.name() == checkpoint.origin && parsed.signed_at(key)?.is_some();
            }
            if !signed {
                return Err(PolicyError::NoLog {
                    logs: self.logs.len(),
                });
            }
        }
        let times = self
            .witnesses
            .iter()
            .map(|witness| parsed.signed_at(&witness.key))
            .collect::<Result<Vec<_>, _>>()?;
        let cosigned: Vec<_> = (self.witnesses.iter().zip(&times))
            .filter_map(|(witness, time)| {
                Some(Cosigned {
                    witness: witness.key.name().to_owned(),
                    at_s: (*time)?,
                })
            })
            .collect();
        if !self.quorum.is_none_or(|quorum| self.has(quorum, &times)) {
            return Err(PolicyError::Quorum {
                cosigned: cosigned.len(),
                witnesses: self.witnesses.len(),
            });
        }
        Ok(cosigned)
    }

    fn need(&mut self, least: usize) -> Result<(), PolicyError> {
        if least > self.witnesses.len() {
            return Err(PolicyError::Whole(
                "the policy asks for more cosignatures than it has witnesses; ask for fewer",
            ));
        }
        if least > 0 {
            self.new_name(ALL).map_err(|_| {
                PolicyError::Whole("no witness can be called 'enough'; choose another name")
            })?;
            let members = (0..self.witnesses.len()).map(Member::Witness).collect();
            self.groups.push(Group {
                name: ALL.to_owned(),
                least,
                members,
            });
            self.quorum = Some(Member::Group(0));
        }
        Ok(())
    }

    fn name_of(&self, member: Member) -> &str {
        match member {
            Member::Witness(index) => &self.witnesses[index].name,
            Member::Group(index) => &self.groups[index].name,
        }
    }

    fn none() -> Self {
        Self {
            logs: Vec::new(),
            witnesses: Vec::new(),
            groups: Vec::new(),
            quorum: None,
        }
    }

    /// Groups name only what stands before them, so this ends.
    fn has(&self, member: Member, times: &[Option<u64>]) -> bool {
        match member {
            Member::Witness(index) => times[index].is_some(),
            Member::Group(index) => {
                let group = &self.groups[index];
                let have = group
                    .members
                    .iter()
                    .filter(|member| self.has(**member, times));
                have.count() >= group.least
            }
        }
    }

    fn take_line(&mut self, line: &str, quorum: &mut bool) -> Result<(), String> {
        if line
            .bytes()
            .any(|byte| (byte < 0x20 && byte != b'\t') || byte == 0x7f)
        {
            return Err("it has control characters; check its line ends".to_owned());
        }
        let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
        let Some(first) = words.next().filter(|word| !word.starts_with('#')) else {
            return Ok(());
        };
        let words: Vec<&str> = words.collect();
        match (first, words.as_slice()) {
            ("log", [key] | [key, _]) => self.add_log(parse_key(key)?),
            ("witness", [name, key]) => {
                self.add_witness((*name).to_owned(), parse_key(key)?, None)
            }
            ("witness", [name, key, url]) => {
                let url = Some((*url).to_owned());
                self.add_witness((*name).to_owned(), parse_key(key)?, url)
            }
            ("group", [name, least, members @ ..]) => self.add_group(name, least, members),
            ("quorum", [_]) if *quorum => Err("there is a quorum line already".to_owned()),
            ("quorum", [name]) => {
                *quorum = true;
                self.quorum = match *name {
                    "none" => None,
                    name => Some(self.member(name)?),
                };
                Ok(())
            }
            _ => Err(
                "it should be 'log KEY', 'witness NAME KEY [URL]', 'group NAME K|any|all NAME…' or 'quorum NAME'"
                    .to_owned(),
            ),
        }
    }

    fn add_log(&mut self, key: VerifierKey) -> Result<(), String> {
        if !key.is_log() {
            return Err(format!("{} makes {}, no log does", key.name(), key.kind()));
        }
        if self.logs.iter().any(|log| log.public() == key.public()) {
            return Err(format!("the key of {} stands there already", key.name()));
        }
        if self.logs.len() == MAX_EACH {
            return Err(format!("there are more than {MAX_EACH} logs"));
        }
        self.logs.push(key);
        Ok(())
    }

    fn add_witness(
        &mut self,
        name: String,
        key: VerifierKey,
        url: Option<String>,
    ) -> Result<(), String> {
        self.new_name(&name)?;
        if !key.is_witness() {
            return Err(format!(
                "{} makes {}, no witness does",
                key.name(),
                key.kind()
            ));
        }
        let known = |witness: &PolicyWitness| witness.key.public() == key.public();
        if self.witnesses.iter().any(known) {
            return Err(format!("the key of {} stands there already", key.name()));
        }
        if self.witnesses.len() == MAX_EACH {
            return Err(format!("there are more than {MAX_EACH} witnesses"));
        }
        self.witnesses.push(PolicyWitness { name, key, url });
        Ok(())
    }

    fn add_group(&mut self, name: &str, least: &str, members: &[&str]) -> Result<(), String> {
        self.new_name(name)?;
        if self.groups.len() == MAX_EACH {
            return Err(format!("there are more than {MAX_EACH} groups"));
        }
        let found = members
            .iter()
            .map(|member| self.member(member))
            .collect::<Result<Vec<_>, _>>()?;
        let elsewhere = self.groups.iter().flat_map(|group| &group.members);
        for (index, member) in found.iter().enumerate() {
            if found[..index].contains(member) || elsewhere.clone().any(|other| other == member) {
                return Err(format!("{} is a member already", members[index]));
            }
        }
        let least = match least {
            "any" => 1,
            "all" => found.len(),
            number => parse_decimal(number)
                .and_then(|least| usize::try_from(least).ok())
                .ok_or("the threshold should be a number, 'any' or 'all'")?,
        };
        if !(1..=found.len()).contains(&least) {
            return Err("the threshold should be 1 to the number of members".to_owned());
        }
        self.groups.push(Group {
            name: name.to_owned(),
            least,
            members: found,
        });
        Ok(())
    }

    fn new_name(&self, name: &str) -> Result<(), String> {
        if name == "none" || self.member(name).is_ok() {
            return Err(format!("the name {name} is taken"));
        }
        Ok(())
    }

    fn member(&self, name: &str) -> Result<Member, String> {
        let witness = self.witnesses.iter().position(|known| known.name == name);
        let group = self.groups.iter().position(|known| known.name == name);
        (witness.map(Member::Witness))
            .or(group.map(Member::Group))
            .ok_or_else(|| format!("no witness or group {name} stands before it"))
    }
}

/// The policy as a file, which reads back as the same.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for log in &self.logs {
            writeln!(f, "log {log}")?;
        }
        for witness in &self.witnesses {
            write!(f, "witness {} {}", witness.name, witness.key)?;
            match &witness.url {
                Some(url) => writeln!(f, " {url}")?,
                None => writeln!(f)?,
            }
        }
        for group in &self.groups {
            write!(f, "group {} {}", group.name, group.least)?;
            for member in &group.members {
                write!(f, " {}", self.name_of(*member))?;
            }
            writeln!(f)?;
        }
        let quorum = self.quorum.map_or("none", |member| self.name_of(member));
        writeln!(f, "quorum {quorum}")
    }
}

fn parse_key(text: &str) -> Result<VerifierKey, String> {
    VerifierKey::parse(text).map_err(|error| format!("{text}: {error}"))
}
