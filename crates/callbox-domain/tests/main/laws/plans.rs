//! The plans' table: what is written is read again as the same, and mistakes are named.

use callbox_domain::response_plan::{changes, csv};
use callbox_domain::{Choice, Hours, Plan, Requirement, Season, Tie, When};
use proptest::prelude::*;

use crate::{samples::PLANS, town::code};

fn name() -> impl Strategy<Value = callbox_domain::Code> {
    "[A-Z|+=\\\\,\"é]{1,6}( [a-z|=]{1,3})?".prop_map(|text| code(&text))
}

fn names() -> impl Strategy<Value = Vec<callbox_domain::Code>> {
    prop::collection::vec(name(), 0..3)
}

prop_compose! {
    fn requirement()(
        count in 1..65_u8,
        choices in prop::collection::vec((name(), 0..900_u16), 1..4),
        skills in prop::collection::vec((name(), 0..9_u8), 0..3),
        equipment in names(),
        crew in any::<u8>(),
        seats in any::<u8>(),
    ) -> Requirement {
        let choices = choices.into_iter().map(|(unit_type, later_seconds)| Choice { unit_type, later_seconds });
        Requirement { count, choices: choices.collect(), skills, equipment, crew, seats }
    }
}

prop_compose! {
    fn when()(
        types in names(),
        areas in names(),
        premise in prop::option::of(name()),
        hours in prop::option::of((0..1_440_u16, 0..1_441_u16)),
        days in 0..128_u8,
        season in prop::option::of(((1..13_u8, 1..29_u8), (1..13_u8, 1..29_u8))),
        condition in prop::option::of(name()),
    ) -> When {
        When {
            types, areas, premise, days, condition,
            hours: hours.map(|(from_minute, to_minute)| Hours { from_minute, to_minute }),
            season: season.map(|(from, to)| Season { from, to }),
        }
    }
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let ties = prop::sample::subsequence(vec![Tie::Rest, Tie::Station, Tie::Plain], 0..4);
    let alarms = prop::collection::vec(prop::collection::vec(requirement(), 1..3), 1..4);
    let plan = (when(), alarms, 0..100_u16, ties);
    prop::collection::vec(plan, 0..5).prop_map(|plans| {
        let plans = plans.into_iter().enumerate();
        let plan = |(at, (when, alarms, tie_seconds, ties))| Plan {
            code: code(&format!("P{at}")),
            when,
            alarms,
            tie_seconds,
            ties,
        };
        plans.map(plan).collect()
    })
}

proptest! {
    #[test]
    fn plans_come_back_from_their_table_as_they_were(plans in plans()) {
        let table = csv::write(&plans);
        let again = csv::read(&table).unwrap();
        prop_assert_eq!(&again, &plans);
        prop_assert_eq!(csv::write(&again), table);
        prop_assert_eq!(changes(&plans, &again), vec![]);
    }
}

#[test]
fn a_table_as_people_write_it_is_kept() {
    assert_eq!(csv::write(&csv::read(PLANS).unwrap()), PLANS);
}

#[test]
fn mistakes_are_named_by_line_and_column() {
    let said = |table: &str| csv::read(table).unwrap_err().to_string();
    let row = |cells: &str| {
        said(&format!(
            "plan,alarm,count,units,skills,hours,days,season,ties,types\n{cells}\n"
        ))
    };
    assert_eq!(
        said(""),
        "line 1: the table is empty; the first line names the columns"
    );
    assert!(said("plan,alarm,count").contains("the column units is missing"));
    assert!(said("plan,plan").contains("the column plan is there twice"));
    assert!(said("plan,colour").starts_with("line 1: there is no column 'colour'"));
    assert_eq!(
        row(",1,1,ENGINE"),
        "line 2, column plan: every row names its plan"
    );
    assert_eq!(
        row("A,0,1,ENGINE"),
        "line 2, column alarm: alarms count from 1"
    );
    assert_eq!(
        row("A,2,1,ENGINE"),
        "line 2, column alarm: alarm 1 comes next"
    );
    assert_eq!(
        row("A,1,x,ENGINE"),
        "line 2, column count: 'x' is not a whole number up to 64"
    );
    assert_eq!(
        row("A,1,1,"),
        "line 2, column units: name a unit type, or several with | between them"
    );
    assert_eq!(
        row("A,1,1,E+x"),
        "line 2, column units: behind a + stands a number of seconds"
    );
    assert_eq!(
        row("A,1,1,E,P=x"),
        "line 2, column skills: behind a = stands a number of people"
    );
    assert_eq!(
        row("A,1,1,E,,noon"),
        "line 2, column hours: write them as 22:00-06:00"
    );
    assert_eq!(
        row("A,1,1,E,,,someday"),
        "line 2, column days: 'someday' is none of: mon, tue, wed, thu, fri, sat, sun"
    );
    assert_eq!(
        row("A,1,1,E,,,,13-01/01-01"),
        "line 2, column season: write it as 11-01/03-31, month and day"
    );
    assert!(row("A,1,1,E,,,,,rest").starts_with("line 2, column ties: write them as"));
    assert!(
        row("A,1,1,E\nA,1,1,E,,,,,,FIRE")
            .starts_with("line 3, column types: the conditions differ")
    );
    assert!(row("A,1,1,E\nB,1,1,E\nA,1,1,E").starts_with("line 4, column plan: the rows of A"));
    assert!(row("A,1,1,E,,,,,,,,").contains("more cells than the heading"));
}

#[test]
fn changes_are_named_plan_by_plan() {
    let read = |rows: &str| csv::read(&format!("plan,alarm,count,units\n{rows}")).unwrap();
    let old = read("A,1,1,E\nB,1,1,E\nC,1,1,E");
    let new = read("B,1,1,E\nC,1,2,E\nD,1,1,E");
    let said: Vec<_> = changes(&old, &new)
        .into_iter()
        .map(|(plan, change)| format!("{plan} {}", change.name()))
        .collect();
    assert_eq!(said, ["C changed", "D added", "A removed"]);
}
