//! Question cards as a table: one row for each answer that does something; what is read and written
//! again is the same.

use super::{AnswerKind, Branch, Card, Match, NOT_KNOWN, Question, Then, Wording};
use crate::{
    Code, Text,
    sheet::{self, Row, TableError, TableFault},
};

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
    let mut rows = Vec::new();
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
                rows.push(std::mem::take(&mut row));
            }
            if question.branches.is_empty() {
                row.resize(COLUMNS.len(), String::new());
                rows.push(row);
            }
        }
    }
    sheet::write(&COLUMNS, &rows)
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

fn list(codes: &[Code]) -> String {
    let escaped = |code: &Code| sheet::escape(code, &[]);
    codes.iter().map(escaped).collect::<Vec<_>>().join("|")
}

/// Reads a table; the first mistake is named with its line and column.
pub fn read(text: &str) -> Result<Vec<Card>, TableError> {
    let mut cards: Vec<Card> = Vec::new();
    let needed = ["card", "label", "question", "kind", "ask"];
    sheet::read(text, &COLUMNS, &needed, |row| add_row(&mut cards, row))?;
    Ok(cards)
}

fn text(row: &Row<'_>, column: &str) -> Result<Option<Text>, TableError> {
    match row.cell(column) {
        "" => Ok(None),
        text => match Text::new(text) {
            Ok(text) => Ok(Some(text)),
            Err(error) => {
                let why = error.to_string();
                row.bad(column, TableFault::NoText { why })
            }
        },
    }
}

fn read_wording(row: &Row<'_>, own: &str, zh: &str) -> Result<Option<Wording>, TableError> {
    match (text(row, own)?, text(row, zh)?) {
        (Some(own), zh) => Ok(Some(Wording { own, zh })),
        (None, None) => Ok(None),
        (None, Some(_)) => row.bad(own, TableFault::OwnMissing),
    }
}

fn read_then(row: &Row<'_>, column: &str) -> Result<Option<Then>, TableError> {
    Ok(match row.cell(column) {
        "" => None,
        END => Some(Then::End),
        code => Some(Then::Question(row.code(column, code)?)),
    })
}

/// A list of codes; a bar behind the last one is let through.
fn codes(row: &Row<'_>, column: &str) -> Result<Vec<Code>, TableError> {
    let mut members = row.members(column, None);
    members.pop_if(|(last, _)| last.is_empty());
    let names = members.iter().map(|(name, _)| name);
    names.map(|name| row.code(column, name)).collect()
}

fn add_row(cards: &mut Vec<Card>, row: &Row<'_>) -> Result<(), TableError> {
    if let Some(code) = row.maybe_code("card")? {
        if cards.iter().any(|card| card.code == code)
            && cards.last().is_none_or(|card| card.code != code)
        {
            let code = code.to_string();
            return row.bad("card", TableFault::Apart { code });
        }
        if cards.last().is_none_or(|card| card.code != code) {
            let Some(label) = read_wording(row, "label", "label_zh")? else {
                return row.bad("label", TableFault::LabelMissing);
            };
            cards.push(Card {
                code,
                label,
                types: codes(row, "types")?,
                questions: Vec::new(),
            });
        }
    }
    let Some(card) = cards.last_mut() else {
        return row.bad("card", TableFault::CardUnnamed);
    };
    if let Some(code) = row.maybe_code("question")? {
        let is_same = card.questions.last().is_some_and(|it| it.code == code);
        // The same code without a kind goes on with the question's answers.
        if !(is_same && row.cell("kind").is_empty()) {
            card.questions.push(read_question(row, code)?);
        }
    }
    let Some(question) = card.questions.last_mut() else {
        return row.bad("question", TableFault::QuestionMissing);
    };
    match read_branch(row, question.kind)? {
        Some(branch) => question.branches.push(branch),
        None => {
            let only = ["words", "answer_then", "answer_say", "type", "priority"];
            if let Some(column) = only.into_iter().find(|it| !row.cell(it).is_empty()) {
                return row.bad(column, TableFault::NoAnswerNamed);
            }
        }
    }
    Ok(())
}

fn read_question(row: &Row<'_>, code: Code) -> Result<Question, TableError> {
    if code.as_str() == END {
        return row.bad("question", TableFault::EndIsTaken);
    }
    let Some(kind) = AnswerKind::from_name(row.cell("kind")) else {
        let (text, known) = (row.cell("kind").to_owned(), AnswerKind::NAMES.join(", "));
        return row.bad("kind", TableFault::NoneOf { text, known });
    };
    let Some(ask) = read_wording(row, "ask", "ask_zh")? else {
        return row.bad("ask", TableFault::AskMissing);
    };
    Ok(Question {
        code,
        kind,
        ask,
        say: read_wording(row, "say", "say_zh")?,
        then: read_then(row, "then")?.unwrap_or(Then::Following),
        branches: Vec::new(),
    })
}

fn read_branch(row: &Row<'_>, kind: AnswerKind) -> Result<Option<Branch>, TableError> {
    let answer = match (row.cell("answer"), kind) {
        ("", _) => return Ok(None),
        (NOT_KNOWN, _) => Match::NotKnown,
        ("yes", AnswerKind::YesNo) => Match::Yes,
        ("no", AnswerKind::YesNo) => Match::No,
        (code, AnswerKind::Choice) => Match::Choice(row.code("answer", code)?),
        (digits, AnswerKind::Number) => match digits.parse() {
            Ok(from) => Match::From(from),
            Err(_) => return row.bad("answer", TableFault::NoNumberFrom),
        },
        (_, AnswerKind::YesNo) => return row.bad("answer", TableFault::NotYesNo),
        (_, AnswerKind::Text) => return row.bad("answer", TableFault::NotUnknown),
    };
    Ok(Some(Branch {
        answer,
        words: read_wording(row, "words", "words_zh")?,
        then: read_then(row, "answer_then")?,
        say: read_wording(row, "answer_say", "answer_say_zh")?,
        incident_type: row.maybe_code("type")?,
        priority: row.maybe_code("priority")?,
    }))
}
