//! The center's configuration as the board shows it.

use callbox_domain::{Center, Configuration};
use serde_json::{Value, json};

/// The members of a board that come from the configuration.
pub(super) fn members(center: &Center) -> [(&'static str, Value); 7] {
    let configuration = &*center.configuration;
    [
        ("center", named(configuration)),
        ("statuses", statuses(configuration)),
        ("priorities", priorities(configuration)),
        ("types", types(configuration)),
        ("dispositions", dispositions(configuration)),
        ("agencies", agencies(configuration)),
        ("unit_types", unit_types(configuration)),
    ]
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
