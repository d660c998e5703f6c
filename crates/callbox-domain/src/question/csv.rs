//! Question cards as a table: one row for each answer that does something; what is read and written
//! again is the same.

use super::{AnswerKind, Branch, Card, Match, NOT_KNOWN, Question, Then, Wording};
use crate::{Code, Text, response_plan::TableError};

/// The columns in their order; a cell of `card` or `question` that is empty goes on with the one above.
pub const COLUMNS: [&str; 19] = [
    "card",
    "label",
    "label_zh",
    "types",
    "question",
    "kind",
    "ask",
    "ask_zh",
    "say",
    "say_zh",
    "then",
    "answer",
    "words",
    "words_zh",
    "answer_then",
    "answer_say",
    "answer_say_zh",
    "type",
    "priority",
];
/// How the end of a card is written where a question's code could stand.
const END: &str = "end";

/// Writes cards as a table.
pub fn write(cards: &[Card]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("memory takes all");
    for card in cards {
        let mut first = vec![card.code.to_string()];
        first.extend(wording(Some(&card.label)));
        first.push(list(&card.types));
        for question in &card.questions {
            let mut row = std::mem::take(&mut first);
            row.resize(4, String::new());
            row.push(question.code.to_string());
            row.push(question.kind.name().to_owned());
            row.extend(wording(Some(&question.ask)));
            row.extend(wording(question.say.as_ref()));
            row.push(then(Some(&question.then)));
            for branch in &question.branches {
                row.resize(11, String::new());
                row.push(match &branch.answer {
                    Match::Choice(code) => code.to_string(),
                    Match::Yes => "yes".into(),
                    Match::No => "no".into(),
                    Match::From(from) => from.to_string(),
                    Match::NotKnown => NOT_KNOWN.into(),
                });
                row.extend(wording(branch.words.as_ref()));
                row.push(then(branch.then.as_ref()));
                row.extend(wording(branch.say.as_ref()));
                let code =
                    |code: &Option<Code>| code.as_ref().map_or(String::new(), Code::to_string);
                row.push(code(&branch.incident_type));
                row.push(code(&branch.priority));
                writer.write_record(&row).expect("memory takes all");
                row = vec![];
            }
            if question.branches.is_empty() {
                row.resize(COLUMNS.len(), String::new());
                writer.write_record(&row).expect("memory takes all");
            }
        }
    }
    let bytes = writer.into_inner().expect("memory takes all");
    String::from_utf8(bytes).expect("codes and texts are UTF-8")
}

fn wording(wording: Option<&Wording>) -> [String; 2] {
    let own = wording.map_or(String::new(), |it| it.own.to_string());
    let zh = wording.and_then(|it| it.zh.as_ref());
    [own, zh.map_or(String::new(), Text::to_string)]
}

fn then(then: Option<&Then>) -> String {
    match then {
        None | Some(Then::Following) => String::new(),
        Some(Then::End) => END.into(),
        Some(Then::Question(code)) => code.to_string(),
    }
}

/// Signs that mean something in a list stand behind a backslash.
fn list(codes: &[Code]) -> String {
    let escaped = |code: &Code| code.as_str().replace('\\', "\\\\").replace('|', "\\|");
    codes.iter().map(escaped).collect::<Vec<_>>().join("|")
}

/// Reads a table; the first mistake is named with its line and column.
pub fn read(text: &str) -> Result<Vec<Card>, TableError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut cards: Vec<Card> = Vec::new();
    let mut heading: Option<Vec<usize>> = None;
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            mistake(line, "", error.to_string())
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let Some(places) = &heading else {
            heading = Some(read_heading(&record, line)?);
            continue;
        };
        if record.len() > places.len() {
            return Err(mistake(line, "", "it has more cells than the heading"));
        }
        let mut cells = [""; COLUMNS.len()];
        for (cell, place) in record.iter().zip(places) {
            cells[*place] = cell;
        }
        add_row(&mut cards, &Row { line, cells })?;
    }
    match heading {
        Some(_) => Ok(cards),
        None => Err(mistake(
            1,
            "",
            "the table is empty; the first line names the columns",
        )),
    }
}

fn mistake(line: u64, column: &str, what: impl Into<String>) -> TableError {
    TableError {
        line,
        column: column.to_owned(),
        what: what.into(),
    }
}

/// Where each cell of a row belongs.
fn read_heading(record: &csv::StringRecord, line: u64) -> Result<Vec<usize>, TableError> {
    let mut places = Vec::new();
    for name in record {
        match COLUMNS.iter().position(|known| *known == name) {
            Some(place) if places.contains(&place) => {
                let what = format!("the column {name} is there twice");
                return Err(mistake(line, "", what));
            }
            Some(place) => places.push(place),
            None => {
                let what = format!("there is no column '{name}'; known: {}", COLUMNS.join(", "));
                return Err(mistake(line, "", what));
            }
        }
    }
    for needed in ["card", "label", "question", "kind", "ask"] {
        if !record.iter().any(|name| name == needed) {
            return Err(mistake(line, "", format!("the column {needed} is missing")));
        }
    }
    Ok(places)
}

struct Row<'a> {
    line: u64,
    cells: [&'a str; COLUMNS.len()],
}

impl Row<'_> {
    fn cell(&self, column: &str) -> &str {
        let at = COLUMNS.iter().position(|known| *known == column);
        at.map_or("", |at| self.cells[at])
    }

    fn bad<T>(&self, column: &str, what: impl Into<String>) -> Result<T, TableError> {
        Err(mistake(self.line, column, what))
    }

    fn need_code(&self, column: &str, text: &str) -> Result<Code, TableError> {
        Code::new(text).or_else(|error| self.bad(column, format!("'{text}' is no code: {error}")))
    }

    fn code(&self, column: &str) -> Result<Option<Code>, TableError> {
        match self.cell(column) {
            "" => Ok(None),
            text => self.need_code(column, text).map(Some),
        }
    }

    fn text(&self, column: &str) -> Result<Option<Text>, TableError> {
        match self.cell(column) {
            "" => Ok(None),
            text => match Text::new(text) {
                Ok(text) => Ok(Some(text)),
                Err(error) => self.bad(column, error.to_string()),
            },
        }
    }

    fn wording(&self, own: &str, zh: &str) -> Result<Option<Wording>, TableError> {
        match (self.text(own)?, self.text(zh)?) {
            (Some(own), zh) => Ok(Some(Wording { own, zh })),
            (None, None) => Ok(None),
            (None, Some(_)) => self.bad(own, "it is missing beside its Chinese words"),
        }
    }

    fn then(&self, column: &str) -> Result<Option<Then>, TableError> {
        Ok(match self.cell(column) {
            "" => None,
            END => Some(Then::End),
            code => Some(Then::Question(self.need_code(column, code)?)),
        })
    }

    fn codes(&self, column: &str) -> Result<Vec<Code>, TableError> {
        let (mut codes, mut name, mut escaped) = (Vec::new(), String::new(), false);
        for c in self.cell(column).chars() {
            match c {
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                '|' if !escaped => codes.push(self.need_code(column, &std::mem::take(&mut name))?),
                c => name.push(c),
            }
            escaped = false;
        }
        if !name.is_empty() {
            codes.push(self.need_code(column, &name)?);
        }
        Ok(codes)
    }
}

fn add_row(cards: &mut Vec<Card>, row: &Row<'_>) -> Result<(), TableError> {
    if let Some(code) = row.code("card")? {
        if cards.iter().any(|card| card.code == code)
            && cards.last().is_none_or(|card| card.code != code)
        {
            return row.bad("card", format!("the rows of {code} do not stand together"));
        }
        if cards.last().is_none_or(|card| card.code != code) {
            let Some(label) = row.wording("label", "label_zh")? else {
                return row.bad("label", "a card's first row says what the card is for");
            };
            cards.push(Card {
                code,
                label,
                types: row.codes("types")?,
                questions: Vec::new(),
            });
        }
    }
    let Some(card) = cards.last_mut() else {
        return row.bad("card", "the first row names its card");
    };
    if let Some(code) = row.code("question")? {
        let is_same = card.questions.last().is_some_and(|it| it.code == code);
        // The same code without a kind goes on with the question's answers.
        if !(is_same && row.cell("kind").is_empty()) {
            card.questions.push(read_question(row, code)?);
        }
    }
    let Some(question) = card.questions.last_mut() else {
        return row.bad("question", "a card's first row names a question");
    };
    match read_branch(row, question.kind)? {
        Some(branch) => question.branches.push(branch),
        None => {
            let only = ["words", "answer_then", "answer_say", "type", "priority"];
            if let Some(column) = only.into_iter().find(|it| !row.cell(it).is_empty()) {
                return row.bad(column, "it belongs to an answer, and this row names none");
            }
        }
    }
    Ok(())
}

fn read_question(row: &Row<'_>, code: Code) -> Result<Question, TableError> {
    if code.as_str() == END {
        return row.bad("question", "'end' stands for the end of a card");
    }
    let Some(kind) = AnswerKind::from_name(row.cell("kind")) else {
        let known = AnswerKind::NAMES.join(", ");
        return row.bad("kind", format!("use one of: {known}"));
    };
    let Some(ask) = row.wording("ask", "ask_zh")? else {
        return row.bad("ask", "it is missing: what the caller is asked");
    };
    Ok(Question {
        code,
        kind,
        ask,
        say: row.wording("say", "say_zh")?,
        then: row.then("then")?.unwrap_or(Then::Following),
        branches: Vec::new(),
    })
}

fn read_branch(row: &Row<'_>, kind: AnswerKind) -> Result<Option<Branch>, TableError> {
    let answer = match (row.cell("answer"), kind) {
        ("", _) => return Ok(None),
        (NOT_KNOWN, _) => Match::NotKnown,
        ("yes", AnswerKind::YesNo) => Match::Yes,
        ("no", AnswerKind::YesNo) => Match::No,
        (code, AnswerKind::Choice) => Match::Choice(row.need_code("answer", code)?),
        (digits, AnswerKind::Number) => match digits.parse() {
            Ok(from) => Match::From(from),
            Err(_) => return row.bad("answer", "write the number from which on it holds"),
        },
        (_, AnswerKind::YesNo) => return row.bad("answer", "use yes, no or unknown"),
        (_, AnswerKind::Text) => return row.bad("answer", "words take none but unknown"),
    };
    Ok(Some(Branch {
        answer,
        words: row.wording("words", "words_zh")?,
        then: row.then("answer_then")?,
        say: row.wording("answer_say", "answer_say_zh")?,
        incident_type: row.code("type")?,
        priority: row.code("priority")?,
    }))
}
