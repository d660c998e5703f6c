//! Plans as a table: one row for each requirement; what is read and written again is the same.

use super::{Choice, Hours, Plan, Requirement, Season, Tie, When};
use crate::{
    Code,
    sheet::{self, Row, TableError, TableFault},
};

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

/// Signs that mean something in a plan's lists.
const MARKS: [char; 2] = ['+', '='];

/// Writes plans as a table; a plan's conditions stand in its first row.
pub fn write(plans: &[Plan]) -> String {
    let mut rows = Vec::new();
    for plan in plans {
        let mut conditions = conditions(plan);
        for (alarm, requirements) in (1..).zip(&plan.alarms) {
            for requirement in requirements {
                let mut row = vec![plan.code.to_string(), format!("{alarm}")];
                row.extend(requirement_cells(requirement));
                row.append(&mut conditions);
                row.resize(heading().len(), String::new());
                rows.push(row);
            }
        }
    }
    sheet::write(&heading(), &rows)
}

/// All columns, the last one too.
fn heading() -> Vec<&'static str> {
    COLUMNS.into_iter().chain([TIES]).collect()
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

fn escape(code: &Code) -> String {
    sheet::escape(code, &MARKS)
}

/// Reads a table; the first mistake is named with its line and column.
pub fn read(text: &str) -> Result<Vec<Plan>, TableError> {
    let mut plans: Vec<Plan> = Vec::new();
    sheet::read(text, &heading(), &COLUMNS[..4], |row| {
        add_row(&mut plans, row)
    })?;
    Ok(plans)
}

fn number(row: &Row<'_>, column: &str, most: u64) -> Result<u64, TableError> {
    let text = match row.cell(column) {
        "" => "0",
        text => text,
    };
    match text.parse() {
        Ok(number) if number <= most => Ok(number),
        _ => {
            let text = text.to_owned();
            row.bad(column, TableFault::NoNumber { text, max: most })
        }
    }
}

/// The members of a list, each with what stands behind `mark`, if anything.
fn members(
    row: &Row<'_>,
    column: &str,
    mark: Option<char>,
) -> Result<Vec<(Code, Option<String>)>, TableError> {
    let members = row.members(column, mark).into_iter();
    members
        .map(|(name, rest)| Ok((row.code(column, &name)?, rest)))
        .collect()
}

fn codes(row: &Row<'_>, column: &str) -> Result<Vec<Code>, TableError> {
    let members = members(row, column, None)?;
    Ok(members.into_iter().map(|(code, _)| code).collect())
}

fn add_row(plans: &mut Vec<Plan>, row: &Row<'_>) -> Result<(), TableError> {
    let code = match row.cell("plan") {
        "" => return row.bad("plan", TableFault::PlanUnnamed),
        text => row.code("plan", text)?,
    };
    let alarm = match number(row, "alarm", super::MAX_ALARMS as u64)? {
        0 => return row.bad("alarm", TableFault::AlarmsFromOne),
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
        let code = code.to_string();
        return row.bad("plan", TableFault::Apart { code });
    }
    let plan = &mut plans[at];
    // A later row repeats the plan's conditions or leaves them all out.
    if when != When::default() && when != plan.when {
        let code = code.to_string();
        return row.bad("types", TableFault::ConditionsDiffer { code });
    }
    if (tie_seconds, &ties) != (0, &vec![])
        && (tie_seconds, &ties) != (plan.tie_seconds, &plan.ties)
    {
        let code = code.to_string();
        return row.bad(TIES, TableFault::TiesDiffer { code });
    }
    if alarm != plan.alarms.len() && alarm != plan.alarms.len() + 1 {
        let alarm = plan.alarms.len() + 1;
        return row.bad("alarm", TableFault::AlarmNext { alarm });
    }
    plan.alarms
        .resize_with(alarm.max(plan.alarms.len()), Vec::new);
    plan.alarms[alarm - 1].push(requirement);
    Ok(())
}

fn read_requirement(row: &Row<'_>) -> Result<Requirement, TableError> {
    let count = match number(row, "count", 64)? {
        0 => return row.bad("count", TableFault::CountFromOne),
        count => count as u8,
    };
    let mut choices = Vec::new();
    for (unit_type, later) in members(row, "units", Some('+'))? {
        let later_seconds = match later.as_deref().map(str::parse) {
            None => 0,
            Some(Ok(seconds)) => seconds,
            Some(Err(_)) => return row.bad("units", TableFault::NoSeconds),
        };
        choices.push(Choice {
            unit_type,
            later_seconds,
        });
    }
    if choices.is_empty() {
        return row.bad("units", TableFault::NoUnitType);
    }
    let mut skills = Vec::new();
    for (skill, count) in members(row, "skills", Some('='))? {
        match count.as_deref().map(str::parse) {
            None => skills.push((skill, 1)),
            Some(Ok(count)) => skills.push((skill, count)),
            Some(Err(_)) => return row.bad("skills", TableFault::NoPeople),
        }
    }
    Ok(Requirement {
        count,
        choices,
        skills,
        equipment: codes(row, "equipment")?,
        crew: number(row, "crew", 255)? as u8,
        seats: number(row, "seats", 255)? as u8,
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
            _ => return row.bad("hours", TableFault::NoHours),
        },
    };
    let season = match row.cell("season") {
        "" => None,
        text => match text
            .split_once('/')
            .map(|(from, to)| (date(from), date(to)))
        {
            Some((Some(from), Some(to))) => Some(Season { from, to }),
            _ => return row.bad("season", TableFault::NoSeason),
        },
    };
    let mut days = 0;
    for name in row.cell("days").split('|').filter(|name| !name.is_empty()) {
        match DAYS.iter().position(|day| *day == name.trim()) {
            Some(day) => days |= 1 << day,
            None => return row.bad("days", none_of(name, &DAYS)),
        }
    }
    Ok(When {
        types: codes(row, "types")?,
        areas: codes(row, "areas")?,
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
    let Some((Ok(seconds), names)) = text
        .split_once(':')
        .map(|(seconds, names)| (seconds.parse(), names))
    else {
        return row.bad(TIES, TableFault::NoTies);
    };
    let mut ties = Vec::new();
    for name in names.split('|').filter(|name| !name.is_empty()) {
        match Tie::from_name(name.trim()) {
            Some(tie) => ties.push(tie),
            None => return row.bad(TIES, none_of(name, &["rest", "station", "plain"])),
        }
    }
    Ok((seconds, ties))
}

fn none_of(text: &str, known: &[&str]) -> TableFault {
    let (text, known) = (text.to_owned(), known.join(", "));
    TableFault::NoneOf { text, known }
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
