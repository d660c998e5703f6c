//! What a center is set up with, as pages and programs see it: nouns, their rows, what changed when.
//!
//! The fields of each noun are those of its endpoint: a form and a request become a command in the
//! same way, and a field that one has the other has too.

mod form;
mod history;
mod rows;

use callbox_domain::{Center, Command, Context, Entry};
use serde_json::{Map, Value};

pub(crate) use form::members;
pub(crate) use history::{Change, changes};
pub(crate) use rows::{rows, tell};

use crate::{
    access::rights::Action,
    api::{self, fields::Field},
    problem::Problem,
};

/// A row's members, by the names of the noun's fields.
pub(crate) type Row = Map<String, Value>;

/// Something that a center is set up with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Noun {
    /// Its name in paths and texts.
    pub(crate) slug: &'static str,
    /// The endpoint that defines it.
    path: &'static str,
    /// The field that names a row; nothing where there is one row only.
    pub(crate) key: Option<&'static str>,
    /// The heading under which it stands.
    pub(crate) group: &'static str,
    /// The endpoint that removes a row, where one can be removed.
    removal: Option<&'static str>,
}

const fn noun(
    slug: &'static str,
    path: &'static str,
    key: Option<&'static str>,
    group: &'static str,
) -> Noun {
    Noun {
        slug,
        path,
        key,
        group,
        removal: None,
    }
}

/// The headings, in the order in which a new center is set up.
pub(crate) const GROUPS: &[&str] = &["service", "calls", "units", "places", "times", "rules"];

/// Every noun that has a page.
pub(crate) const NOUNS: &[Noun] = &[
    noun("center", "/api/v1/configuration/center", None, "service"),
    noun(
        "agencies",
        "/api/v1/configuration/agencies",
        Some("code"),
        "service",
    ),
    noun(
        "priorities",
        "/api/v1/configuration/priorities",
        Some("code"),
        "calls",
    ),
    noun(
        "incident-types",
        "/api/v1/configuration/incident-types",
        Some("code"),
        "calls",
    ),
    noun(
        "dispositions",
        "/api/v1/configuration/dispositions",
        Some("code"),
        "calls",
    ),
    noun(
        "templates",
        "/api/v1/configuration/templates",
        Some("code"),
        "calls",
    ),
    noun(
        "unit-types",
        "/api/v1/configuration/unit-types",
        Some("code"),
        "units",
    ),
    noun(
        "unit-statuses",
        "/api/v1/configuration/unit-statuses",
        Some("code"),
        "units",
    ),
    noun(
        "units",
        "/api/v1/configuration/units",
        Some("call_sign"),
        "units",
    ),
    noun(
        "stations",
        "/api/v1/configuration/stations",
        Some("code"),
        "places",
    ),
    noun(
        "areas",
        "/api/v1/configuration/areas",
        Some("code"),
        "places",
    ),
    Noun {
        removal: Some("/api/v1/configuration/clocks/remove"),
        ..noun(
            "clocks",
            "/api/v1/configuration/clocks",
            Some("code"),
            "times",
        )
    },
    noun(
        "welfare-rules",
        "/api/v1/configuration/welfare-rules",
        Some("code"),
        "times",
    ),
    noun(
        "turnouts",
        "/api/v1/configuration/turnouts",
        Some("type"),
        "times",
    ),
    noun(
        "dispatch-rules",
        "/api/v1/configuration/dispatch-rules",
        None,
        "rules",
    ),
    noun(
        "conditions",
        "/api/v1/configuration/conditions",
        Some("condition"),
        "rules",
    ),
    noun("erasure-rules", "/api/v1/erasures/rules", None, "rules"),
];

impl Noun {
    /// The noun with this name in paths.
    pub(crate) fn called(slug: &str) -> Option<&'static Self> {
        NOUNS.iter().find(|noun| noun.slug == slug)
    }

    /// What a form and a request say of it; when it happened is always now on a page.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static Field> {
        let fields = api::endpoint(self.path).map_or(&[][..], |endpoint| endpoint.fields);
        fields.iter().filter(|field| field.name != "at")
    }

    /// The right that changing it takes: that of its endpoint.
    pub(crate) fn action(&self) -> Action {
        api::endpoint(self.path).map_or(Action::Configure, |endpoint| endpoint.route.action)
    }

    /// Whether a row can be removed.
    pub(crate) fn is_removable(&self) -> bool {
        self.removal.is_some()
    }

    /// The name of a row, as people know it.
    pub(crate) fn name_of<'a>(&self, row: &'a Row) -> Option<&'a str> {
        row.get(self.key?)?.as_str()
    }

    /// The command that a row asks for.
    pub(crate) fn define(&self, center: &Center, row: Row) -> Result<Command, Problem> {
        api::command(self.path, center, row)
    }

    /// The command that removes the row of this name.
    pub(crate) fn remove(&self, center: &Center, name: &str) -> Result<Command, Problem> {
        let (path, key) = self.removal.zip(self.key).ok_or_else(|| {
            Problem::not_found(
                "this cannot be removed",
                "what is on the record refers to it; change it instead",
            )
        })?;
        let row = Row::from_iter([(key.to_owned(), Value::from(name))]);
        api::command(path, center, row)
    }
}

/// One field's value before and after.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    /// The field.
    pub(crate) field: &'static Field,
    /// Its value before; nothing for a new row.
    pub(crate) before: Option<Value>,
    /// Its value after; nothing for a removed row.
    pub(crate) after: Option<Value>,
}

/// What a command would change, without doing it; refuses what the rules refuse.
pub(crate) fn preview(
    noun: &Noun,
    center: &Center,
    command: &Command,
    context: &Context,
) -> Result<Vec<Difference>, Problem> {
    let events = center.decide(command, context)?;
    let mut after = center.clone();
    for event in events {
        after.evolve(&Entry {
            seq: after.next_seq(),
            at: context.at,
            recorded: context.at,
            actor: context.actor,
            purpose: context.purpose,
            event,
        });
    }
    let (before, after) = (rows(noun, center), rows(noun, &after));
    let changed = |rows: &[Row], others: &[Row]| {
        let row = rows.iter().find(|row| !others.contains(row));
        row.cloned()
    };
    let (old, new) = (changed(&before, &after), changed(&after, &before));
    Ok(differences(noun, old.as_ref(), new.as_ref()))
}

/// Field by field, those that are not the same.
fn differences(noun: &Noun, before: Option<&Row>, after: Option<&Row>) -> Vec<Difference> {
    let told = |row: Option<&Row>, field: &Field| {
        let value = row?.get(field.name)?;
        (!rows::is_nothing(value)).then(|| value.clone())
    };
    noun.fields()
        .map(|field| Difference {
            field,
            before: told(before, field),
            after: told(after, field),
        })
        .filter(|difference| difference.before != difference.after)
        .collect()
}
