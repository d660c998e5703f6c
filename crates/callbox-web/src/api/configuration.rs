//! The center's configuration as the board shows it.

use callbox_domain::{Center, Configuration};
use serde_json::{Value, json};

/// The names of a board's members that come from the configuration.
const NAMES: [&str; 14] = [
    "center",
    "statuses",
    "priorities",
    "types",
    "dispositions",
    "agencies",
    "unit_types",
    "clocks",
    "welfare_rules",
    "stations",
    "dispatch_rules",
    "areas",
    "templates",
    "conditions",
];

/// The members of a board that come from the configuration.
pub(super) fn members(center: &Center) -> [(&'static str, Value); 14] {
    NAMES.map(|name| (name, member(center, name)))
}

/// The one with this name; `null` where there is none.
pub(crate) fn member(center: &Center, name: &str) -> Value {
    let configuration = &*center.configuration;
    match name {
        "center" => named(configuration),
        "statuses" => statuses(configuration),
        "priorities" => priorities(configuration),
        "types" => types(configuration),
        "dispositions" => dispositions(configuration),
        "agencies" => agencies(configuration),
        "unit_types" => unit_types(configuration),
        "clocks" => clocks(configuration),
        "welfare_rules" => welfare_rules(configuration),
        "stations" => stations(configuration),
        "dispatch_rules" => dispatch_rules(configuration),
        "areas" => areas(configuration),
        "templates" => templates(configuration),
        "conditions" => configuration
            .conditions
            .iter()
            .map(|code| code.as_str())
            .collect(),
        _ => Value::Null,
    }
}

fn named(configuration: &Configuration) -> Value {
    match &configuration.center {
        Some(center) => {
            json!({"name": center.name.as_str(), "timezone": center.timezone.as_str()})
        }
        None => json!({"name": "", "timezone": "UTC"}),
    }
}

fn statuses(configuration: &Configuration) -> Value {
    let mut statuses: Vec<_> = configuration.unit_statuses.values().collect();
    statuses.sort_by_key(|status| status.order);
    let row = |status: &&callbox_domain::UnitStatus| {
        json!({
            "code": status.code.as_str(),
            "label": status.label.as_str(),
            "meaning": status.meaning.name()
        })
    };
    statuses.iter().map(row).collect()
}

fn priorities(configuration: &Configuration) -> Value {
    let mut priorities: Vec<_> = configuration.priorities.values().collect();
    priorities.sort_by_key(|priority| priority.rank);
    let row = |priority: &&callbox_domain::Priority| {
        json!({
            "code": priority.code.as_str(),
            "label": priority.label.as_str(),
            "rank": priority.rank,
            "unassigned_warn_seconds": priority.unassigned_warn_seconds,
            "unassigned_alarm_seconds": priority.unassigned_alarm_seconds
        })
    };
    priorities.iter().map(row).collect()
}

fn types(configuration: &Configuration) -> Value {
    let row = |kind: &callbox_domain::IncidentType| {
        json!({
            "code": kind.code.as_str(),
            "label": kind.label.as_str(),
            "priority": kind.priority.as_ref().map(|code| code.as_str())
        })
    };
    configuration.incident_types.values().map(row).collect()
}

fn dispositions(configuration: &Configuration) -> Value {
    let row = |disposition: &callbox_domain::Disposition| json!({"code": disposition.code.as_str(), "label": disposition.label.as_str()});
    configuration.dispositions.values().map(row).collect()
}

fn agencies(configuration: &Configuration) -> Value {
    let row = |agency: &callbox_domain::Agency| json!({"code": agency.code.as_str(), "name": agency.name.as_str()});
    configuration.agencies.values().map(row).collect()
}

fn unit_types(configuration: &Configuration) -> Value {
    let row = |kind: &callbox_domain::UnitType| json!({"code": kind.code.as_str(), "label": kind.label.as_str()});
    configuration.unit_types.values().map(row).collect()
}

fn stations(configuration: &Configuration) -> Value {
    let row = |station: &callbox_domain::Station| {
        let lat_lon = station.point.map(callbox_domain::Point::degrees);
        json!({
            "code": station.code.as_str(),
            "name": station.name.as_str(),
            "agency": station.agency.as_str(),
            "lat": lat_lon.map(|(lat, _)| lat),
            "lon": lat_lon.map(|(_, lon)| lon),
            "open": station.open,
        })
    };
    configuration.stations.values().map(row).collect()
}

fn dispatch_rules(configuration: &Configuration) -> Value {
    let rules = &configuration.dispatch_rules;
    let turnouts = configuration.turnouts.iter();
    let turnouts: serde_json::Map<_, _> = turnouts
        .map(|(unit_type, seconds)| (unit_type.to_string(), json!(seconds)))
        .collect();
    json!({
        "moving_stale_seconds": rules.moving_stale_seconds,
        "parked_stale_seconds": rules.parked_stale_seconds,
        "turnout_seconds": rules.turnout_seconds,
        "rest_seconds": rules.rest_seconds,
        "rest_penalty_seconds": rules.rest_penalty_seconds,
        "turnouts": turnouts,
    })
}

fn areas(configuration: &Configuration) -> Value {
    let row = |area: &callbox_domain::Area| {
        let corners = area.corners.iter().map(|corner| {
            let (lat, lon) = corner.degrees();
            json!([lat, lon])
        });
        json!({
            "code": area.code.as_str(),
            "name": area.name.as_str(),
            "corners": corners.collect::<Vec<_>>(),
            "members": codes(&area.members),
            "station_order": codes(&area.station_order),
        })
    };
    configuration.areas.values().map(row).collect()
}

fn templates(configuration: &Configuration) -> Value {
    let row = |template: &callbox_domain::CallTemplate| {
        json!({
            "code": template.code.as_str(),
            "label": template.label.as_str(),
            "incident_type": template.incident_type.as_ref().map(|code| code.as_str()),
            "priority": template.priority.as_ref().map(|code| code.as_str()),
            "place": template.place.as_ref().map(|text| text.as_str()),
            "text": template.text.as_ref().map(|text| text.as_str()),
            "retired": template.retired,
        })
    };
    configuration.templates.values().map(row).collect()
}

fn clocks(configuration: &Configuration) -> Value {
    let row = |clock: &callbox_domain::Clock| {
        let target = clock.target.as_ref().map(|target| {
            json!({
                "seconds": target.seconds,
                "percent": target.percent,
                "standard": target.standard.as_ref().map(|code| code.as_str()),
                "edition": target.edition.as_ref().map(|code| code.as_str()),
            })
        });
        json!({
            "code": clock.code.as_str(),
            "label": clock.label.as_str(),
            "start": clock.start.name(),
            "stop": clock.stop.name(),
            "priorities": codes(&clock.priorities),
            "unit_types": codes(&clock.unit_types),
            "warn_seconds": clock.warn_seconds,
            "alarm_seconds": clock.alarm_seconds,
            "escalate_seconds": clock.escalate_seconds,
            "action": clock.action.as_ref().map(|code| code.as_str()),
            "target": target,
        })
    };
    configuration.clocks.values().map(row).collect()
}

fn welfare_rules(configuration: &Configuration) -> Value {
    let row = |rule: &callbox_domain::WelfareRule| {
        json!({
            "code": rule.code.as_str(),
            "label": rule.label.as_str(),
            "incident_types": codes(&rule.incident_types),
            "unit_types": codes(&rule.unit_types),
            "every_seconds": rule.every_seconds,
            "answer_seconds": rule.answer_seconds,
            "misses_to_mayday": rule.misses_to_mayday,
        })
    };
    configuration.welfare_rules.values().map(row).collect()
}

fn codes(codes: &[callbox_domain::Code]) -> Vec<&str> {
    codes.iter().map(|code| code.as_str()).collect()
}
