use minicbor::{Decode, Encode};

/// What can be said of a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurposeRow {
    /// The purpose.
    pub purpose: ReadPurpose,
    /// The number in the ledger and in read models; stable, never used twice.
    pub number: u8,
    /// The name in interfaces, as in `court`; stable.
    pub name: &'static str,
    /// Whether a person states it, with a number and a reason; others come with the work itself.
    pub is_stated: bool,
    /// What it is for.
    pub words: &'static str,
}

macro_rules! purposes {
    ($($number:literal $name:ident $text:literal $stated:literal $words:literal;)*) => {
        /// Why somebody read personal data; the numbers are never used twice.
        #[expect(missing_docs, reason = "each row says what it is for")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(index_only)]
        pub enum ReadPurpose {
            $(#[n($number)] $name),*
        }

        impl ReadPurpose {
            /// All purposes, by number.
            pub const ROWS: &[PurposeRow] = &[
                $(PurposeRow {
                    purpose: Self::$name,
                    number: $number,
                    name: $text,
                    is_stated: $stated,
                    words: $words,
                }),*
            ];
        }
    };
}

purposes! {
    1 LiveWork "live-work" false "who is on duty works on what happens now";
    2 OwnRecord "own-record" false "people see what is recorded of their own reads";
    3 Upkeep "upkeep" false "whoever answers for a warning keeps it right";
    4 Oversight "oversight" false "whoever oversees the service decides about holds, erasures and reviews";
    10 Lawfulness "lawfulness" true "a log of reads is held against the law";
    11 SelfMonitoring "self-monitoring" true "the service looks at its own use of data";
    12 Integrity "integrity" true "data is kept whole and safe";
    13 CriminalProceedings "criminal-proceedings" true "a prosecutor or a court asks who read what";
    20 FollowUp "follow-up" true "a caller calls again, or work goes on after the end";
    21 RelatedEmergency "related-emergency" true "a present emergency is about the same place or event";
    22 CaseReview "case-review" true "what was done in a case is reviewed, so that help gets better";
    23 Complaint "complaint" true "somebody complains about what was done";
    24 Court "court" true "a court or a prosecutor asks for the case";
    25 AccessRequest "access-request" true "somebody asks what is recorded of themselves";
    26 Exercise "exercise" true "a demo or an exercise: nobody was in need";
    27 BreakGlass "break-glass" true "life is in danger and the usual way is closed";
}

impl ReadPurpose {
    /// The names of all purposes, by number.
    pub const NAMES: &[&str] = &names::<{ count(false) }>(false);
    /// The names of those that people state, by number.
    pub const STATED_NAMES: &[&str] = &names::<{ count(true) }>(true);

    /// What can be said of it.
    pub fn row(self) -> &'static PurposeRow {
        let row = Self::ROWS.iter().find(|row| row.purpose == self);
        row.expect("every purpose has a row")
    }

    /// The name in interfaces.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The purpose with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let row = Self::ROWS.iter().find(|row| row.name == name)?;
        Some(row.purpose)
    }
}

/// How many purposes there are, or how many that people state.
const fn count(is_stated: bool) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < ReadPurpose::ROWS.len() {
        if ReadPurpose::ROWS[i].is_stated || !is_stated {
            n += 1;
        }
        i += 1;
    }
    n
}

/// Their names; `N` is [`count`]'s answer.
const fn names<const N: usize>(is_stated: bool) -> [&'static str; N] {
    let (mut names, mut n, mut i) = ([""; N], 0, 0);
    while i < ReadPurpose::ROWS.len() {
        if ReadPurpose::ROWS[i].is_stated || !is_stated {
            names[n] = ReadPurpose::ROWS[i].name;
            n += 1;
        }
        i += 1;
    }
    names
}
