//! Plans as a table: one row for each requirement; what is read and written again is the same.

use std::fmt;

use thiserror::Error;

use super::{Choice, Hours, Plan, Requirement, Season, Tie, When};
use crate::Code;

/// The columns in their order.
pub const COLUMNS: [&str; 15] = [
    "plan",
    "alarm",
    "count",
    "units",
    "skills",
    "equipment",
    "crew",
    "seats",
    "types",
    "areas",
    "premise",
    "hours",
    "days",
    "season",
    "condition",
];
/// A last column, whose words are the plan's tie-breakers.
const TIES: &str = "ties";
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Why a table cannot be read; names the row and the column.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct TableError {
    /// The line in the file, from 1; the heading is line 1.
    pub line: u64,
    /// The column's name; empty where the whole line is meant.
    pub column: String,
    /// What is wrong and what to do.
    pub what: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, what) = (self.line, &self.what);
        match self.column.as_str() {
            "" => write!(f, "line {line}: {what}"),
            column => write!(f, "line {line}, column {column}: {what}"),
        }
    }
}

/// Writes plans as a table; a plan's conditions stand in its first row.
pub fn write(plans: &[Plan]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heading = COLUMNS.into_iter().chain([TIES]);
    writer.write_record(heading).expect("memory takes all");
    for plan in plans {
        let mut conditions = conditions(plan);
        for (alarm, requirements) in (1..).zip(&plan.alarms) {
            for requirement in requirements {
                let mut row = vec![plan.code.to_string(), format!("{alarm}")];
                row.extend(requirement_cells(requirement));
                row.append(&mut conditions);
                row.resize(COLUMNS.len() + 1, String::new());
                writer.write_record(&row).expect("memory takes all");
            }
        }
    }
    let bytes = writer.into_inner().expect("memory takes all");
    String::from_utf8(bytes).expect("codes are UTF-8")
}

fn requirement_cells(requirement: &Requirement) -> [String; 6] {
    let choice = |choice: &Choice| match choice.later_seconds {
        0 => escape(&choice.unit_type),
        later => format!("{}+{later}", escape(&choice.unit_type)),
    };
    let skill = |(skill, count): &(Code, u8)| format!("{}={count}", escape(skill));
    let number = |number: u8| match number {
        0 => String::new(),
        number => number.to_string(),
    };
    [
        requirement.count.to_string(),
        list(&requirement.choices, choice),
        list(&requirement.skills, skill),
        list(&requirement.equipment, escape),
        number(requirement.crew),
        number(requirement.seats),
    ]
}

fn conditions(plan: &Plan) -> Vec<String> {
    let code = |code: &Option<Code>| code.as_ref().map_or_else(String::new, Code::to_string);
    let When {
        types,
        areas,
        premise,
        hours: _,
        days: _,
        season: _,
        condition,
    } = &plan.when;
    let mut cells = vec![list(types, escape), list(areas, escape), code(premise)];
    cells.extend(times(&plan.when));
    cells.push(code(condition));
    cells.push(match (plan.tie_seconds, plan.ties.as_slice()) {
        (0, []) => String::new(),
        (seconds, ties) => format!("{seconds}:{}", list(ties, |tie| tie.name().to_owned())),
    });
    cells
}

/// The cells of a plan's times: hours, days, season.
pub fn times(when: &When) -> [String; 3] {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let date = |(month, day): (u8, u8)| format!("{month:02}-{day:02}");
    let named: Vec<_> = (0..7).filter(|day| when.days & (1 << day) != 0).collect();
    [
        when.hours.map_or_else(String::new, |hours| {
            format!("{}-{}", clock(hours.from_minute), clock(hours.to_minute))
        }),
        list(&named, |day| DAYS[*day].to_owned()),
        when.season.map_or_else(String::new, |season| {
            format!("{}/{}", date(season.from), date(season.to))
        }),
    ]
}

fn list<T>(items: &[T], print: impl Fn(&T) -> String) -> String {
    items.iter().map(print).collect::<Vec<_>>().join("|")
}

/// Signs that mean something in a list stand behind a backslash.
fn escape(code: &Code) -> String {
    let mut text = String::new();
    for c in code.as_str().chars() {
        if matches!(c, '|' | '+' | '=' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// Reads a table; the first mistake is named with its line and column.
pub fn read(text: &str) -> Result<Vec<Plan>, TableError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut plans: Vec<Plan> = Vec::new();
    let mut heading: Option<Vec<usize>> = None;
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            whole(line, error.to_string())
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let Some(places) = &heading else {
            heading = Some(read_heading(&record, line)?);
            continue;
        };
        if record.len() > places.len() {
            return Err(whole(line, "it has more cells than the heading"));
        }
        let mut cells = vec![""; COLUMNS.len() + 1];
        for (cell, place) in record.iter().zip(places) {
            cells[*place] = cell;
        }
        add_row(&mut plans, &Row { line, cells })?;
    }
    match heading {
        Some(_) => Ok(plans),
        None => Err(whole(
            1,
            "the table is empty; the first line names the columns",
        )),
    }
}

fn whole(line: u64, what: impl Into<String>) -> TableError {
    TableError {
        line,
        column: String::new(),
        what: what.into(),
    }
}

/// Where each cell of a row belongs.
fn read_heading(record: &csv::StringRecord, line: u64) -> Result<Vec<usize>, TableError> {
    let names: Vec<_> = COLUMNS.into_iter().chain([TIES]).collect();
    let mut places = Vec::new();
    for name in record {
        match names.iter().position(|known| *known == name) {
            Some(place) if places.contains(&place) => {
                return Err(whole(line, format!("the column {name} is there twice")));
            }
            Some(place) => places.push(place),
            None => {
                let known = names.join(", ");
                return Err(whole(
                    line,
                    format!("there is no column '{name}'; known: {known}"),
                ));
            }
        }
    }
    for (place, name) in names.iter().enumerate().take(4) {
        if !places.contains(&place) {
            return Err(whole(line, format!("the column {name} is missing")));
        }
    }
    Ok(places)
}

struct Row<'a> {
    line: u64,
    cells: Vec<&'a str>,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> &str {
        let names = COLUMNS.iter().chain([&TIES]);
        let at = names.into_iter().position(|known| *known == column);
        at.map_or("", |at| self.cells[at])
    }

    fn bad<T>(&self, column: &str, what: impl Into<String>) -> Result<T, TableError> {
        Err(TableError {
            line: self.line,
            column: column.to_owned(),
            what: what.into(),
        })
    }

    fn code(&self, column: &str, text: &str) -> Result<Code, TableError> {
        Code::new(text).or_else(|error| self.bad(column, format!("'{text}' is no code: {error}")))
    }

    fn maybe_code(&self, column: &str) -> Result<Option<Code>, TableError> {
        match self.cell(column) {
            "" => Ok(None),
            text => self.code(column, text).map(Some),
        }
    }

    fn number(&self, column: &str, most: u64) -> Result<u64, TableError> {
        let text = match self.cell(column) {
            "" => "0",
            text => text,
        };
        match text.parse() {
            Ok(number) if number <= most => Ok(number),
            _ => self.bad(
                column,
                format!("'{text}' is not a whole number up to {most}"),
            ),
        }
    }

    /// The members of a list, each with what stands behind `mark`, if anything.
    fn list(&self, column: &str, mark: char) -> Result<Vec<(Code, Option<String>)>, TableError> {
        let mut items = Vec::new();
        let (mut name, mut rest): (String, Option<String>) = (String::new(), None);
        let mut escaped = false;
        let text = self.cell(column);
        if text.is_empty() {
            return Ok(items);
        }
        for c in text.chars().map(Some).chain([None]) {
            match c {
                Some('\\') if !escaped => {
                    escaped = true;
                    continue;
                }
                Some(c) if !escaped && c == mark && rest.is_none() => rest = Some(String::new()),
                Some('|') if !escaped => {
                    items.push((self.code(column, &name)?, rest.take()));
                    name.clear();
                }
                Some(c) => match &mut rest {
                    Some(rest) => rest.push(c),
                    None => name.push(c),
                },
                None => items.push((self.code(column, &name)?, rest.take())),
            }
            escaped = false;
        }
        Ok(items)
    }

    fn codes(&self, column: &str) -> Result<Vec<Code>, TableError> {
        let items = self.list(column, '\\')?;
        Ok(items.into_iter().map(|(code, _)| code).collect())
    }
}

fn add_row(plans: &mut Vec<Plan>, row: &Row<'_>) -> Result<(), TableError> {
    let code = match row.cell("plan") {
        "" => return row.bad("plan", "every row names its plan"),
        text => row.code("plan", text)?,
    };
    let alarm = match row.number("alarm", super::MAX_ALARMS as u64)? {
        0 => return row.bad("alarm", "alarms count from 1"),
        alarm => alarm as usize,
    };
    let requirement = read_requirement(row)?;
    let when = read_when(row)?;
    let (tie_seconds, ties) = read_ties(row)?;
    let at = match plans.iter().position(|plan| plan.code == code) {
        Some(at) => at,
        None => {
            plans.push(Plan {
                code: code.clone(),
                when: when.clone(),
                alarms: Vec::new(),
                tie_seconds,
                ties: ties.clone(),
            });
            plans.len() - 1
        }
    };
    if at + 1 != plans.len() {
        return row.bad("plan", format!("the rows of {code} do not stand together"));
    }
    let plan = &mut plans[at];
    // A later row repeats the plan's conditions or leaves them all out.
    if when != When::default() && when != plan.when {
        return row.bad(
            "types",
            format!("the conditions differ from those in the first row of {code}"),
        );
    }
    if (tie_seconds, &ties) != (0, &vec![])
        && (tie_seconds, &ties) != (plan.tie_seconds, &plan.ties)
    {
        return row.bad(
            TIES,
            format!("they differ from those in the first row of {code}"),
        );
    }
    if alarm != plan.alarms.len() && alarm != plan.alarms.len() + 1 {
        return row.bad(
            "alarm",
            format!("alarm {} comes next", plan.alarms.len() + 1),
        );
    }
    plan.alarms
        .resize_with(alarm.max(plan.alarms.len()), Vec::new);
    plan.alarms[alarm - 1].push(requirement);
    Ok(())
}

fn read_requirement(row: &Row<'_>) -> Result<Requirement, TableError> {
    let count = match row.number("count", 64)? {
        0 => return row.bad("count", "say how many units, from 1"),
        count => count as u8,
    };
    let mut choices = Vec::new();
    for (unit_type, later) in row.list("units", '+')? {
        let later_seconds = match later.as_deref().map(str::parse) {
            None => 0,
            Some(Ok(seconds)) => seconds,
            Some(Err(_)) => return row.bad("units", "behind a + stands a number of seconds"),
        };
        choices.push(Choice {
            unit_type,
            later_seconds,
        });
    }
    if choices.is_empty() {
        return row.bad("units", "name a unit type, or several with | between them");
    }
    let mut skills = Vec::new();
    for (skill, count) in row.list("skills", '=')? {
        match count.as_deref().map(str::parse) {
            None => skills.push((skill, 1)),
            Some(Ok(count)) => skills.push((skill, count)),
            Some(Err(_)) => return row.bad("skills", "behind a = stands a number of people"),
        }
    }
    Ok(Requirement {
        count,
        choices,
        skills,
        equipment: row.codes("equipment")?,
        crew: row.number("crew", 255)? as u8,
        seats: row.number("seats", 255)? as u8,
    })
}

fn read_when(row: &Row<'_>) -> Result<When, TableError> {
    let hours = match row.cell("hours") {
        "" => None,
        text => match text
            .split_once('-')
            .map(|(from, to)| (clock(from), clock(to)))
        {
            Some((Some(from_minute), Some(to_minute))) if from_minute < 1_440 => Some(Hours {
                from_minute,
                to_minute,
            }),
            _ => return row.bad("hours", "write them as 22:00-06:00"),
        },
    };
    let season = match row.cell("season") {
        "" => None,
        text => match text
            .split_once('/')
            .map(|(from, to)| (date(from), date(to)))
        {
            Some((Some(from), Some(to))) => Some(Season { from, to }),
            _ => return row.bad("season", "write it as 11-01/03-31, month and day"),
        },
    };
    let mut days = 0;
    for name in row.cell("days").split('|').filter(|name| !name.is_empty()) {
        match DAYS.iter().position(|day| *day == name.trim()) {
            Some(day) => days |= 1 << day,
            None => return row.bad("days", format!("'{name}' is none of: {}", DAYS.join(", "))),
        }
    }
    Ok(When {
        types: row.codes("types")?,
        areas: row.codes("areas")?,
        premise: row.maybe_code("premise")?,
        hours,
        days,
        season,
        condition: row.maybe_code("condition")?,
    })
}

fn read_ties(row: &Row<'_>) -> Result<(u16, Vec<Tie>), TableError> {
    let text = row.cell(TIES);
    if text.is_empty() {
        return Ok((0, Vec::new()));
    }
    let help = "write them as 30:rest|station, with the seconds that count as equally soon";
    let Some((Ok(seconds), names)) = text
        .split_once(':')
        .map(|(seconds, names)| (seconds.parse(), names))
    else {
        return row.bad(TIES, help);
    };
    let mut ties = Vec::new();
    for name in names.split('|').filter(|name| !name.is_empty()) {
        match Tie::from_name(name.trim()) {
            Some(tie) => ties.push(tie),
            None => return row.bad(TIES, format!("'{name}' is none of: rest, station, plain")),
        }
    }
    Ok((seconds, ties))
}

fn clock(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= 1_440 && hour <= 24).then_some(hour * 60 + minute)
}

fn date(text: &str) -> Option<(u8, u8)> {
    let (month, day) = text.trim().split_once('-')?;
    let (month, day): (u8, u8) = (month.parse().ok()?, day.parse().ok()?);
    let most = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    ((1..=12).contains(&month) && (1..=most).contains(&day)).then_some((month, day))
}
