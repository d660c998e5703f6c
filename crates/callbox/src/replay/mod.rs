//! Feeds an agency's call history through the live rules, with the history's own times.
//!
//! Everything is read and checked first, so that a bad file leaves no trace. Then the calls are
//! carried out in the order of time: offline through an engine of our own, or over HTTP into a
//! running server. Nothing is guessed: a row that cannot be used is listed with its reason.

mod advised;
mod columns;
mod define;
mod history;
mod http;
mod known;
mod map;
mod offline;
mod online;
mod pace;
mod plan;
mod rejected;
mod source;
mod stamp;
mod tally;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use callbox_domain::{Meaning, sheet::Published as _};
use callbox_engine::{DataDir, Options};

pub(crate) use self::http::{Answer, Client};
use self::{
    history::{History, TIMES},
    known::Known,
    plan::{Step, What},
};
use crate::failure::{Failure, Outcome};

pub(crate) use self::pace::Speed;
pub(crate) use self::source::Source;

pub(crate) use self::tally::Tally;

/// Why a unit is released whose end nobody recorded.
const RELEASE_REASON: &str = "the source does not say when the unit was available";

/// What is replayed, by what map, and where the rejected rows go.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) file: PathBuf,
    pub(crate) map: PathBuf,
    pub(crate) rejected: PathBuf,
}

/// What is done beside taking the history over.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// Only what the history uses is defined.
    pub(crate) only_define: bool,
    /// Alarms are raised at the history's times.
    pub(crate) alarms: bool,
    /// Response plans that are published before the first call, and asked with each.
    pub(crate) plans: Option<PathBuf>,
}

/// Replays into `dir`, which is made when there is no center yet.
pub(crate) fn into_directory(
    input: &Input,
    dir: &Path,
    speed: Speed,
    beside: &Beside,
) -> Outcome<Tally> {
    let plans = beside.plans.as_deref().map(read_plans).transpose()?;
    let begun = Instant::now();
    let checked = map::load(&input.map)?;
    let mut history = history::read(&input.file, &checked)?;
    let data = DataDir::new(dir);
    let known = if data.exists() {
        Known::read(&data)?
    } else {
        Known::default()
    };
    reject_closed(&mut history, &known);
    let plan = plan::plan(&mut history);
    if !history.rejected.is_empty() {
        rejected::check(&input.file, &input.rejected)?;
    }
    if !data.exists() {
        let name = checked
            .map
            .center
            .name
            .clone()
            .unwrap_or_else(|| stem(&input.file));
        crate::center::create_for_replay(dir, &name, &checked.map.timezone)?;
        crate::output::note(format_args!(
            "made a new center {name:?} in {}",
            dir.display()
        ));
    }
    let engine = crate::center::open(&data, Options::default())?;
    let mut tally = Tally {
        alarms: beside.alarms.then_some(0),
        ..Tally::default()
    };
    let at = offline::begin(&plan.steps);
    let mut applied = offline::define(&engine, &history, &checked, at, &mut tally);
    let geography = match &plans {
        Some(_) => crate::center::geography(&data)?,
        None => None,
    };
    let mut advised = plans.is_some().then(|| {
        let streets = geography.as_ref().map(|geography| &*geography.streets);
        advised::Advised::new(streets)
    });
    if let (Ok(()), Some(plans)) = (&applied, plans) {
        applied = offline::publish(&engine, plans, at, &mut tally);
    }
    if applied.is_ok() && !beside.only_define {
        let advised = advised.as_mut();
        let of = (&plan, &known);
        applied = offline::apply(&engine, &mut history, of, speed, &mut tally, advised);
    }
    tally.suggested = advised.map(advised::Advised::finish);
    let seconds = begun.elapsed().as_secs_f64();
    engine.shutdown();
    write_rejected(input, &checked, &history, &mut tally)?;
    applied?;
    tally.finish(&history, plan, seconds);
    Ok(tally)
}

/// A client of the running server at `url`, with the token that `token_file` holds.
pub(crate) fn client(url: &str, token_file: &Path) -> Outcome<Client> {
    let token = std::fs::read_to_string(token_file).map_err(|error| {
        Failure::io(
            format_args!("cannot read the token in {}", token_file.display()),
            &error,
        )
    })?;
    Client::new(url, token.trim())
}

fn read_plans(file: &Path) -> Outcome<callbox_domain::Command> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::io(format_args!("cannot read {name}"), &error))?;
    let plans = callbox_domain::PublishPlans::read(&text)
        .map_err(|error| Failure::Input(format!("{name}: {error}")))?;
    Ok(callbox_domain::PublishPlans::publish(None, plans).into())
}

/// Replays into the running server at `url`, with the token that `token_file` holds.
pub(crate) fn into_server(
    input: &Input,
    url: &str,
    token_file: &Path,
    speed: Speed,
) -> Outcome<Tally> {
    let client = client(url, token_file)?;
    let begun = Instant::now();
    let checked = map::load(&input.map)?;
    let mut history = history::read(&input.file, &checked)?;
    let plan = plan::plan(&mut history);
    if !history.rejected.is_empty() {
        rejected::check(&input.file, &input.rejected)?;
    }
    let mut tally = Tally::default();
    let applied = online::apply(client, &mut history, &checked, &plan, speed, &mut tally);
    let seconds = begun.elapsed().as_secs_f64();
    write_rejected(input, &checked, &history, &mut tally)?;
    applied?;
    tally.finish(&history, plan, seconds);
    Ok(tally)
}

/// A row about a call that an earlier replay has closed cannot be added any more.
fn reject_closed(history: &mut History, known: &Known) {
    let work = std::mem::take(&mut history.work);
    for work in work {
        let id = &history.calls[work.call as usize].id;
        let call_sign = &history.units[work.unit as usize].call_sign;
        let dispatched = work.times[0].expect("every assignment has a dispatch time");
        if known.is_closed(id) && known.assignment(id, call_sign, dispatched).is_none() {
            let why = format!("the call {id} was taken over and closed before");
            history.reject(work.row, "call-closed-already", why);
        } else {
            history.work.push(work);
        }
    }
}

fn write_rejected(
    input: &Input,
    checked: &map::Checked,
    history: &History,
    tally: &mut Tally,
) -> Outcome {
    // A list from an earlier run must not be taken for this one's.
    if history.rejected.is_empty() && !input.rejected.exists() {
        return Ok(());
    }
    let delimiter = checked.map.delimiter;
    rejected::write(&input.file, delimiter, &history.rejected, &input.rejected)?;
    if !history.rejected.is_empty() {
        tally.rejected_file = Some(input.rejected.clone());
    }
    Ok(())
}

/// The meaning of an assignment's time by its place.
fn meaning(time: usize) -> Meaning {
    Meaning::ALL[(time + 1) % TIMES]
}

/// Whether an earlier replay has done this step.
fn is_there(step: &Step, history: &History, known: &Known) -> bool {
    let assignment = |work: u32| {
        let work = &history.work[work as usize];
        let call = &history.calls[work.call as usize];
        let call_sign = &history.units[work.unit as usize].call_sign;
        let no = known.assignment(&call.id, call_sign, work.times[0]?)?;
        Some((&call.id, no))
    };
    match step.what {
        What::Receive { call } => known.calls.contains_key(&history.calls[call as usize].id),
        What::Dispatch { work, .. } => assignment(work).is_some(),
        What::Progress { work, time } => assignment(work)
            .is_some_and(|(id, no)| known.has_progressed(id, no, meaning(usize::from(time)))),
        What::Clear { work } | What::Release { work } => {
            assignment(work).is_some_and(|(id, no)| known.has_ended(id, no))
        }
        What::Close { call } => known.is_closed(&history.calls[call as usize].id),
    }
}

/// The row that a step comes from; a call has several.
fn row_of(step: &Step, history: &History) -> Option<u64> {
    match step.what {
        What::Receive { .. } | What::Close { .. } => None,
        What::Dispatch { work, .. }
        | What::Progress { work, .. }
        | What::Clear { work }
        | What::Release { work } => Some(history.work[work as usize].row),
    }
}

/// The file's name without its extensions.
fn stem(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default();
    let stem: String = stem.chars().take(40).collect();
    if stem.is_empty() {
        "history".to_owned()
    } else {
        stem
    }
}
