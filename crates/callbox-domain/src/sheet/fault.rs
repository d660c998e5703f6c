use thiserror::Error;

macro_rules! faults {
    ($($(#[doc = $doc:literal])* $variant:ident $({ $($field:ident: $type:ty),* })?, $name:literal, $text:literal;)*) => {
        /// What is wrong in a table, and what to do.
        #[derive(Clone, Debug, PartialEq, Eq, Error)]
        #[expect(missing_docs, reason = "each variant's message says what it is")]
        pub enum TableFault {
            $($(#[doc = $doc])* #[error($text)] $variant $({ $($field: $type),* })?,)*
        }

        impl TableFault {
            /// The names of all.
            pub const NAMES: &[&str] = &[$($name),*];

            /// Its name for programs and for the words of other languages; stable.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant $({ $($field: _),* })? => $name,)*
                }
            }

            /// What it speaks of.
            pub fn values(&self) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$variant $({ $($field),* })? => vec![$($((stringify!($field), $field.to_string())),*)?],)*
                }
            }
        }
    };
}

faults! {
    Unreadable, "bad-table.unreadable", "it is no line of a table: check the quotes";
    MoreCells, "bad-table.more-cells", "it has more cells than the heading";
    NoHeading, "bad-table.no-heading", "the table is empty; the first line names the columns";
    ColumnTwice { name: String }, "bad-table.column-twice", "the column {name} is there twice";
    NoColumn { name: String, known: String }, "bad-table.no-column", "there is no column '{name}'; known: {known}";
    ColumnMissing { name: String }, "bad-table.column-missing", "the column {name} is missing";
    NoCode { text: String, why: String }, "bad-table.no-code", "'{text}' is no code: {why}";
    NoText { why: String }, "bad-table.no-text", "{why}";
    NoNumber { text: String, max: u64 }, "bad-table.no-number", "'{text}' is not a whole number up to {max}";
    NoneOf { text: String, known: String }, "bad-table.none-of", "'{text}' is none of: {known}";
    Apart { code: String }, "bad-table.apart", "the rows of {code} do not stand together";
    PlanUnnamed, "bad-table.plan-unnamed", "every row names its plan";
    AlarmsFromOne, "bad-table.alarms-from-one", "alarms count from 1";
    AlarmNext { alarm: usize }, "bad-table.alarm-next", "alarm {alarm} comes next";
    ConditionsDiffer { code: String }, "bad-table.conditions-differ", "the conditions differ from those in the first row of {code}";
    TiesDiffer { code: String }, "bad-table.ties-differ", "they differ from those in the first row of {code}";
    CountFromOne, "bad-table.count-from-one", "say how many units, from 1";
    NoUnitType, "bad-table.no-unit-type", "name a unit type, or several with | between them";
    NoSeconds, "bad-table.no-seconds", "behind a + stands a number of seconds";
    NoPeople, "bad-table.no-people", "behind a = stands a number of people";
    NoHours, "bad-table.no-hours", "write them as 22:00-06:00";
    NoSeason, "bad-table.no-season", "write it as 11-01/03-31, month and day";
    NoTies, "bad-table.no-ties", "write them as 30:rest|station, with the seconds that count as equally soon";
    CardUnnamed, "bad-table.card-unnamed", "the first row names its card";
    LabelMissing, "bad-table.label-missing", "a card's first row says what the card is for";
    QuestionMissing, "bad-table.question-missing", "a card's first row names a question";
    AskMissing, "bad-table.ask-missing", "it is missing: what the caller is asked";
    OwnMissing, "bad-table.own-missing", "it is missing beside its Chinese words";
    EndIsTaken, "bad-table.end-is-taken", "'end' stands for the end of a card";
    NoAnswerNamed, "bad-table.no-answer-named", "it belongs to an answer, and this row names none";
    NoNumberFrom, "bad-table.no-number-from", "write the number from which on it holds";
    NotYesNo, "bad-table.not-yes-no", "use yes, no or unknown";
    NotUnknown, "bad-table.not-unknown", "words take none but unknown";
}
