//! How a request's members become a command of the rules.

use axum::http::StatusCode;
use callbox_domain::{
    AddNarrative, Area, CallTemplate, CancelAssignment, Center, ChangeUnitStatus, ClassifyIncident,
    CloseIncident, Code, Command, CorrectNarrative, CrewUnit, DefineAgency, DefineArea,
    DefineCallTemplate, DefineCenter, DefineDispatchRules, DefineDisposition, DefineIncidentType,
    DefinePriority, DefineStation, DefineTurnout, DefineUnit, DefineUnitStatus, DefineUnitType,
    DispatchUnits, EquipUnit, IncidentId, LineNo, LinkIncidents, Meaning, Place, Point,
    PrioritiseIncident, PutUnitInService, ReassignUnit, Refusal, Relation, ReleaseUnit,
    ReopenIncident, SetCondition, ShareIncident, TakeUnitOutOfService, UnitId, UnshareIncident,
};

use super::fields::{Members, lonely};
use crate::problem::Problem;

/// What a request is about: from its path, its body, and the state for looking call signs up.
pub(crate) struct Input<'a> {
    pub(super) center: &'a Center,
    pub(super) path: Vec<(String, String)>,
    pub(super) body: Members,
}

/// Makes a command of a request.
pub(crate) type Make = fn(&Input<'_>) -> Result<Command, Problem>;

impl Input<'_> {
    pub(super) fn part(&self, name: &str) -> &str {
        let part = self.path.iter().find(|(known, _)| known == name);
        part.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub(super) fn incident(&self) -> Result<IncidentId, Problem> {
        incident_number(self.part("id"))
    }

    pub(super) fn unit(&self) -> Result<UnitId, Problem> {
        self.called(self.part("call_sign"))
    }

    pub(super) fn called(&self, call_sign: &str) -> Result<UnitId, Problem> {
        let unit = self.center.unit_called(call_sign).map(|unit| unit.id);
        unit.ok_or_else(|| Refusal::UnknownUnit(call_sign.to_owned()).into())
    }

    pub(super) fn place(&self) -> Result<Option<Place>, Problem> {
        let lat_lon = self.body.lat_lon()?;
        match self.body.text("place") {
            Some(text) => Ok(Some(Place::new(text, lat_lon))),
            None if lat_lon.is_some() => Err(lonely("place", "lat")),
            None => Ok(None),
        }
    }
}

/// An incident's number as it stands in a path.
pub(super) fn incident_number(text: &str) -> Result<IncidentId, Problem> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.map(IncidentId).ok_or_else(|| {
        Problem::not_found(
            "there is no such incident",
            "an incident has a number, like 2612",
        )
        .in_words("not-found.incident")
    })
}

pub(super) fn classify(input: &Input<'_>) -> Result<Command, Problem> {
    let incident_type = input.body.need_code("type");
    Ok(ClassifyIncident {
        incident: input.incident()?,
        incident_type,
    }
    .into())
}

pub(super) fn prioritise(input: &Input<'_>) -> Result<Command, Problem> {
    let priority = input.body.need_code("priority");
    Ok(PrioritiseIncident {
        incident: input.incident()?,
        priority,
    }
    .into())
}

pub(super) fn narrate(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(AddNarrative {
        incident: input.incident()?,
        text: input.body.need_text("text"),
    }
    .into())
}

pub(super) fn correct(input: &Input<'_>) -> Result<Command, Problem> {
    let line = input.part("line").parse().map(LineNo).map_err(|_| {
        Problem::not_found(
            "there is no such line",
            "lines are numbered from 1 in each incident",
        )
        .in_words("not-found.line")
    })?;
    let text = input.body.need_text("text");
    Ok(CorrectNarrative {
        incident: input.incident()?,
        line,
        text,
    }
    .into())
}

pub(super) fn link(input: &Input<'_>) -> Result<Command, Problem> {
    let relation = match input.body.choice("relation") {
        Some("duplicate") => Relation::Duplicate,
        _ => Relation::Related,
    };
    let other = IncidentId(input.body.need_number("other"));
    Ok(LinkIncidents {
        incident: input.incident()?,
        other,
        relation,
    }
    .into())
}

pub(super) fn share(input: &Input<'_>) -> Result<Command, Problem> {
    let incident = input.incident()?;
    let agency = input.body.need_code("agency");
    Ok(ShareIncident { incident, agency }.into())
}

pub(super) fn unshare(input: &Input<'_>) -> Result<Command, Problem> {
    let incident = input.incident()?;
    let agency = input.body.need_code("agency");
    Ok(UnshareIncident { incident, agency }.into())
}

pub(super) fn close(input: &Input<'_>) -> Result<Command, Problem> {
    let disposition = input.body.need_code("disposition");
    Ok(CloseIncident {
        incident: input.incident()?,
        disposition,
    }
    .into())
}

pub(super) fn reopen(input: &Input<'_>) -> Result<Command, Problem> {
    let reason = input.body.need_text("reason");
    Ok(ReopenIncident {
        incident: input.incident()?,
        reason,
    }
    .into())
}

pub(super) fn dispatch(input: &Input<'_>) -> Result<Command, Problem> {
    let called: Vec<Code> = input.body.need_codes("units");
    let units = called
        .iter()
        .map(|code| input.called(code.as_str()))
        .collect::<Result<_, _>>()?;
    Ok(DispatchUnits {
        incident: input.incident()?,
        units,
        although_committed: input.body.flag("although_committed"),
    }
    .into())
}

pub(super) fn change_status(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(ChangeUnitStatus {
        unit: input.unit()?,
        status: input.body.need_code("status"),
        incident: input.body.incident("incident"),
        correction: input.body.flag("correction"),
    }
    .into())
}

pub(super) fn cancel(input: &Input<'_>) -> Result<Command, Problem> {
    let (incident, reason) = (input.body.incident("incident"), input.body.text("reason"));
    Ok(CancelAssignment {
        unit: input.unit()?,
        incident,
        reason,
    }
    .into())
}

pub(super) fn reassign(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(ReassignUnit {
        unit: input.unit()?,
        from: input.body.incident("from"),
        to: IncidentId(input.body.need_number("to")),
        preempt: input.body.flag("preempt"),
    }
    .into())
}

pub(super) fn release(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(ReleaseUnit {
        unit: input.unit()?,
        incident: input.body.incident("incident"),
        reason: input.body.need_text("reason"),
    }
    .into())
}

pub(super) fn put_in_service(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(PutUnitInService {
        unit: input.unit()?,
    }
    .into())
}

pub(super) fn take_out_of_service(input: &Input<'_>) -> Result<Command, Problem> {
    let (status, reason) = (input.body.code("status"), input.body.text("reason"));
    Ok(TakeUnitOutOfService {
        unit: input.unit()?,
        status,
        reason,
    }
    .into())
}

pub(super) fn define_center(input: &Input<'_>) -> Result<Command, Problem> {
    let timezone = input.body.need_code("timezone");
    if jiff::tz::TimeZone::get(timezone.as_str()).is_err() {
        let (detail, hint) = (
            "there is no such time zone",
            "send an IANA name, like Europe/Vienna",
        );
        return Err(
            Problem::new(StatusCode::CONFLICT, "unknown-time-zone", detail, hint).at("timezone"),
        );
    }
    Ok(DefineCenter {
        name: input.body.need_code("name"),
        timezone,
    }
    .into())
}

pub(super) fn define_agency(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    Ok(DefineAgency {
        code: body.need_code("code"),
        name: body.need_code("name"),
    }
    .into())
}

pub(super) fn define_priority(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    let seconds = |name| {
        body.number(name)
            .and_then(|number| u32::try_from(number).ok())
    };
    Ok(DefinePriority {
        code: body.need_code("code"),
        label: body.need_code("label"),
        rank: u8::try_from(body.need_number("rank")).expect("its bound is below 255"),
        unassigned_warn_seconds: seconds("unassigned_warn_seconds"),
        unassigned_alarm_seconds: seconds("unassigned_alarm_seconds"),
    }
    .into())
}

pub(super) fn define_incident_type(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    Ok(DefineIncidentType {
        code: body.need_code("code"),
        label: body.need_code("label"),
        priority: body.code("priority"),
    }
    .into())
}

pub(super) fn define_unit_type(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    Ok(DefineUnitType {
        code: body.need_code("code"),
        label: body.need_code("label"),
    }
    .into())
}

pub(super) fn define_unit_status(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    let meaning = Meaning::from_name(body.need_choice("meaning"));
    Ok(DefineUnitStatus {
        code: body.need_code("code"),
        label: body.need_code("label"),
        meaning: meaning.expect("the choices are the meanings"),
    }
    .into())
}

pub(super) fn define_disposition(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    Ok(DefineDisposition {
        code: body.need_code("code"),
        label: body.need_code("label"),
    }
    .into())
}

pub(super) fn define_station(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    let point = input
        .body
        .lat_lon()?
        .and_then(|(lat, lon)| Point::from_degrees(lat, lon));
    Ok(DefineStation {
        code: body.need_code("code"),
        name: body.need_code("name"),
        agency: body.need_code("agency"),
        point,
        open: !body.flag("closed"),
    }
    .into())
}

pub(super) fn define_dispatch_rules(input: &Input<'_>) -> Result<Command, Problem> {
    let mut rules = input.center.configuration.dispatch_rules;
    for (name, rule) in [
        ("moving_stale_seconds", &mut rules.moving_stale_seconds),
        ("parked_stale_seconds", &mut rules.parked_stale_seconds),
        ("turnout_seconds", &mut rules.turnout_seconds),
        ("rest_seconds", &mut rules.rest_seconds),
        ("rest_penalty_seconds", &mut rules.rest_penalty_seconds),
    ] {
        if let Some(seconds) = input.body.number(name) {
            *rule = u32::try_from(seconds).expect("its bound is small");
        }
    }
    Ok(DefineDispatchRules { rules }.into())
}

pub(super) fn define_area(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    let area = Area {
        code: body.need_code("code"),
        name: body.need_code("name"),
        corners: body.points("corners").unwrap_or_default(),
        members: body.codes("members").unwrap_or_default(),
        station_order: body.codes("station_order").unwrap_or_default(),
    };
    Ok(DefineArea { area }.into())
}

pub(super) fn set_condition(input: &Input<'_>) -> Result<Command, Problem> {
    Ok(SetCondition {
        condition: input.body.need_code("condition"),
        in_force: !input.body.flag("over"),
    }
    .into())
}

pub(super) fn define_template(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    let template = CallTemplate {
        code: body.need_code("code"),
        label: body.need_code("label"),
        incident_type: body.code("incident_type"),
        priority: body.code("priority"),
        place: body.text("place"),
        text: body.text("text"),
        retired: body.flag("retired"),
    };
    Ok(DefineCallTemplate { template }.into())
}

pub(super) fn define_turnout(input: &Input<'_>) -> Result<Command, Problem> {
    let seconds = input.body.need_number("seconds");
    Ok(DefineTurnout {
        unit_type: input.body.need_code("type"),
        seconds: u32::try_from(seconds).expect("its bound is small"),
    }
    .into())
}

pub(super) fn equip(input: &Input<'_>) -> Result<Command, Problem> {
    let seats = input.body.number("seats").unwrap_or_default();
    Ok(EquipUnit {
        unit: input.unit()?,
        equipment: input.body.codes("equipment").unwrap_or_default(),
        seats: u8::try_from(seats).expect("its bound is 255"),
        shared_crew: input.body.code("shared_crew"),
    }
    .into())
}

pub(super) fn crew(input: &Input<'_>) -> Result<Command, Problem> {
    let size = input.body.need_number("size");
    Ok(CrewUnit {
        unit: input.unit()?,
        size: u8::try_from(size).expect("its bound is 255"),
        skills: input.body.counts("skills").unwrap_or_default(),
    }
    .into())
}

pub(super) fn define_unit(input: &Input<'_>) -> Result<Command, Problem> {
    let body = &input.body;
    Ok(DefineUnit {
        call_sign: body.need_code("call_sign"),
        agency: body.need_code("agency"),
        unit_type: body.need_code("type"),
        station: body.code("station"),
    }
    .into())
}
