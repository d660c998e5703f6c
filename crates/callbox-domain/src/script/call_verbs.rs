//! The longer lines about calls and places.

use super::{
    NotACommand,
    verbs::{Said, named, receive},
    words::{Words, syntax},
};
use crate::{
    AnswerQuestion, Area, Assessed, CallKind, CallTemplate, CloseStreet, ClosedStretch,
    ClosureCause, DefineArea, DefineCallTemplate, Hazard, NoteDetails, NoteId, PlaceSource,
    PlaceVerdict, PublishCards, Reported, Schedule, SetPremiseNote, TakeCall, question::csv,
};

/// Reads what follows `define template`.
pub(super) fn define_template(
    w: &mut Words,
    _: &Said<'_>,
) -> Result<DefineCallTemplate, NotACommand> {
    let template = CallTemplate {
        code: w.code("a code")?,
        label: w.code("a label")?,
        retired: w.keyword("retired"),
        incident_type: w.code_or_none("a type")?,
        priority: w.code_or_none("a priority")?,
        place: w.place()?.map(|place| place.text),
        text: w.tail_if_any()?,
    };
    Ok(DefineCallTemplate { template })
}

/// Reads what follows `premise`.
pub(super) fn set_note(w: &mut Words, _: &Said<'_>) -> Result<SetPremiseNote, NotACommand> {
    let note = match w.keyword("again") {
        true => Some(NoteId(w.number("a note's number")?)),
        false => None,
    };
    let hazard = named(w, "a hazard", Hazard::from_name, Hazard::NAMES)?;
    let owner = w.code("an owner")?;
    let Some(place) = w.place()? else {
        return syntax("a place is missing; it begins with @");
    };
    let radius_meters = w.number("a number of metres")?;
    let mut days_after = |keyword| match w.keyword(keyword) {
        true => Ok(super::DAY.plus_seconds(86_400 * w.number::<i64>("a number of days")?)),
        false => syntax(format!("the word {keyword} is missing")),
    };
    Ok(SetPremiseNote {
        note,
        hazard,
        owner,
        expires: days_after("expires")?,
        review: days_after("review")?,
        details: NoteDetails {
            place,
            radius_meters,
            text: w.tail("what units are told")?,
        },
    })
}

/// Reads what follows `closure`; streets are no part of scripts, so that pieces are told in full.
pub(super) fn close_street(w: &mut Words, _: &Said<'_>) -> Result<CloseStreet, NotACommand> {
    let cause = named(w, "a cause", ClosureCause::from_name, ClosureCause::NAMES)?;
    let Some(street) = w.short_text("a street's name")? else {
        return syntax("a street's name is missing");
    };
    let way = w.number("a way's number")?;
    let (Some(from), Some(to)) = (w.point()?, w.point()?) else {
        return syntax("where one drives in and out is missing, like (50.85,4.35) (50.86,4.35)");
    };
    let times = match w.keyword("times") {
        true => w.number::<u16>("how many pieces")?,
        false => 1,
    };
    Ok(CloseStreet {
        cause,
        street,
        stretches: vec![ClosedStretch { way, from, to }; usize::from(times)],
        impassable: w.keyword("impassable"),
        until: match w.keyword("until") {
            true => Some(w.time("when it ends")?),
            false => None,
        },
    })
}

/// Reads what follows `take`.
pub(super) fn take_call(w: &mut Words, center: &Said<'_>) -> Result<TakeCall, NotACommand> {
    let kind = named(w, "a kind of call", CallKind::from_name, CallKind::NAMES)?;
    let scheduled = match w.keyword("at") {
        true => Some(Schedule {
            at: w.time("when it begins")?,
            warn_seconds: match w.keyword("warn") {
                true => w.number("a number of seconds")?,
                false => 900,
            },
        }),
        false => None,
    };
    let source = PlaceSource::ALL
        .iter()
        .find(|source| w.keyword(source.name()));
    let assessed = match source {
        Some(&source) => Some(Assessed {
            source,
            verdict: PlaceVerdict::Unverified,
            uncertainty_meters: Some(w.number("a number of metres")?),
            found: None,
            fit_percent: None,
            extent_meters: None,
        }),
        None => None,
    };
    let received = Box::new(receive(w, center)?);
    let reported = match (&assessed, &received.place) {
        (Some(assessed), Some(place)) if assessed.source == PlaceSource::Device => Some(Reported {
            place: place.clone(),
            source: assessed.source,
            uncertainty_meters: assessed.uncertainty_meters,
        }),
        _ => None,
    };
    Ok(TakeCall {
        received,
        kind,
        reported,
        assessed,
        scheduled,
        told: w.tail_if_any()?,
    })
}

/// Reads what follows `publish-cards`: rows of the table, without its heading.
pub(super) fn publish_cards(w: &mut Words, said: &Said<'_>) -> Result<PublishCards, NotACommand> {
    let effective = match w.keyword("after") {
        true => Some(said.at().plus_seconds(w.number("a number of seconds")?)),
        false => None,
    };
    let mut table = csv::COLUMNS.join(",");
    while !w.is_empty() {
        table.push('\n');
        table.push_str(&w.text_word("a row")?);
    }
    match csv::read(&table) {
        Ok(cards) => Ok(PublishCards { effective, cards }),
        Err(error) => syntax(error.to_string()),
    }
}

/// Reads what follows `answer`.
pub(super) fn answer(w: &mut Words, _: &Said<'_>) -> Result<AnswerQuestion, NotACommand> {
    let incident = w.incident()?;
    let named = w.code("a card")?;
    let (card, version) = match named.as_str().rsplit_once('=') {
        None => (named.clone(), None),
        Some((card, version)) => match (crate::Code::new(card), version.parse()) {
            (Ok(card), Ok(version)) => (card, Some(version)),
            _ => return syntax(format!("{named} is not a card with a version")),
        },
    };
    Ok(AnswerQuestion {
        incident,
        card,
        version,
        question: w.code("a question")?,
        answer: match w.short_text("an answer")? {
            Some(answer) => answer,
            None => return syntax("an answer is missing"),
        },
    })
}

/// Reads what follows `define area`.
pub(super) fn define_area(w: &mut Words, _: &Said<'_>) -> Result<DefineArea, NotACommand> {
    let mut area = Area {
        code: w.code("a code")?,
        name: w.code("a name")?,
        corners: Vec::new(),
        members: Vec::new(),
        station_order: Vec::new(),
    };
    while let Some(corner) = w.point()? {
        area.corners.push(corner);
    }
    if w.keyword("of") {
        while !w.is_empty() && !w.is_next("stations") {
            area.members.push(w.code("an area")?);
        }
    }
    if w.keyword("stations") {
        while !w.is_empty() {
            area.station_order.push(w.code("a station")?);
        }
    }
    Ok(DefineArea { area })
}
