//! What stands on a road.

use crate::osm::Tags;

use super::Network;

/// Says who gets past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Barrier {
    /// Everybody.
    #[default]
    None,
    /// An emergency vehicle, which gets it opened.
    Gate,
    /// No vehicle.
    Blocked,
}

/// Reads a node's barrier.
pub(super) fn barrier(network: Network, tags: &Tags<'_>) -> Barrier {
    match network {
        Network::Drive => on_the_road(tags),
        Network::Foot => afoot(tags),
        Network::Boat => afloat(tags),
    }
}

/// Whether a node may be a barrier on some network.
pub(super) fn may_be(tags: &Tags<'_>) -> bool {
    ["barrier", "waterway", "lock"]
        .iter()
        .any(|key| tags.get(key).is_some())
}

/// What stops a car does not stop a walker, but for what one would have to climb.
fn afoot(tags: &Tags<'_>) -> Barrier {
    let open = matches!(tags.get("foot"), Some("yes" | "permissive" | "designated"));
    match tags.get("barrier") {
        Some("wall" | "fence" | "hedge" | "retaining_wall" | "city_wall" | "spikes") if !open => {
            Barrier::Blocked
        }
        Some(_)
            if !open
                && ["foot", "access"]
                    .iter()
                    .find_map(|key| tags.get(key))
                    .is_some_and(|said| matches!(said, "no" | "private")) =>
        {
            Barrier::Gate
        }
        _ => Barrier::None,
    }
}

fn afloat(tags: &Tags<'_>) -> Barrier {
    match tags.get("waterway") {
        Some("weir" | "dam" | "waterfall" | "rapids") => Barrier::Blocked,
        Some("lock_gate" | "sluice_gate" | "boat_lift") => Barrier::Gate,
        _ if tags.is("lock", "yes") => Barrier::Gate,
        _ if tags.is("boat", "no") => Barrier::Blocked,
        _ => Barrier::None,
    }
}

fn on_the_road(tags: &Tags<'_>) -> Barrier {
    let Some(kind) = tags.get("barrier") else {
        return Barrier::None;
    };
    let allowed = |value| matches!(value, "yes" | "permissive" | "designated" | "destination");
    let said = ["motorcar", "motor_vehicle", "vehicle", "access"]
        .iter()
        .find_map(|key| tags.get(key));
    if said.is_some_and(allowed) {
        return Barrier::None;
    }
    if matches!(
        tags.get("emergency"),
        Some("yes" | "designated" | "official")
    ) {
        return Barrier::Gate;
    }
    match kind {
        "gate" | "lift_gate" | "swing_gate" | "sliding_gate" | "hampshire_gate" => {
            if said.is_some() {
                Barrier::Gate
            } else {
                Barrier::None
            }
        }
        "chain" | "rope" | "bump_gate" | "bus_trap" | "barrier" | "yes" => Barrier::Gate,
        "bollard" => match tags.get("bollard") {
            Some("removable" | "rising" | "foldable" | "unlocked" | "flexible") => Barrier::Gate,
            _ => Barrier::Blocked,
        },
        "block"
        | "jersey_barrier"
        | "wall"
        | "fence"
        | "guard_rail"
        | "hedge"
        | "log"
        | "debris"
        | "kissing_gate"
        | "stile"
        | "turnstile"
        | "full-height_turnstile"
        | "cycle_barrier"
        | "motorcycle_barrier"
        | "planter"
        | "horse_stile"
        | "spikes"
        | "ditch" => Barrier::Blocked,
        // Kerbs, cattle grids, toll booths, border posts: one drives on.
        _ => Barrier::None,
    }
}
