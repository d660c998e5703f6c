use super::*;

#[test]
fn crews_serve_an_incident_of_a_person_and_nobody_else_touches_it() {
    let mut world = World::new(Options {
        calls: false,
        ..options(1, 1.0)
    });
    let at = MIDNIGHT.plus_seconds(60);
    let receive = ReceiveIncident {
        incident_type: Some(code("CHEST")),
        ..Default::default()
    };
    world.person(at, receive);
    let id = world.center.last_incident();
    world.run_until(MIDNIGHT.plus_seconds(7_200));
    assert!(world.center.incident(id).unwrap().assignments.is_empty());

    let at = MIDNIGHT.plus_seconds(7_300);
    let units = vec![world.free("MEDIC"), world.free("PATROL")];
    world.person(
        at,
        DispatchUnits {
            incident: id,
            units,
            although_committed: false,
        },
    );
    world.run_until(MIDNIGHT.plus_seconds(6 * 3_600));
    let incident = world.center.incident(id).unwrap();
    for assignment in &incident.assignments {
        assert!(assignment.stamps.en_route.is_some() && assignment.stamps.on_scene.is_some());
        assert_eq!(
            assignment.ended.as_ref().unwrap().how,
            AssignmentEnd::Cleared
        );
    }
    assert!(incident.closed.is_none() && incident.lines.is_empty());
    assert!(world.simulation.counts().refused.is_empty());
}

#[test]
fn a_crew_follows_a_status_that_a_person_sets() {
    let mut world = World::new(Options {
        calls: false,
        ..options(1, 1.0)
    });
    world.person(MIDNIGHT, ReceiveIncident::default());
    let (id, unit) = (world.center.last_incident(), world.free("ENGINE"));
    world.person(
        MIDNIGHT,
        DispatchUnits {
            incident: id,
            units: vec![unit],
            although_committed: false,
        },
    );
    let arrived = MIDNIGHT.plus_seconds(1);
    let status = ChangeUnitStatus {
        unit,
        status: code("ONS"),
        incident: None,
        correction: false,
    };
    world.person(arrived, status);
    world.run_until(MIDNIGHT.plus_seconds(6 * 3_600));
    let incident = world.center.incident(id).unwrap();
    let stamps = incident.assignments[0].stamps;
    assert_eq!((stamps.acknowledged, stamps.en_route), (None, None));
    assert_eq!(stamps.get(Meaning::OnScene), Some(arrived));
    assert_eq!(
        incident.assignments[0].ended.as_ref().unwrap().how,
        AssignmentEnd::Cleared
    );
}

#[test]
fn dispatchers_leave_an_incident_to_the_person_who_sends_units_to_it() {
    let mut world = World::new(options(3, 1.0));
    let mut at = MIDNIGHT;
    let untouched = loop {
        at = at.plus_seconds(5);
        world.run_until(at);
        let waiting = world.center.incidents.iter().map(|(_, i)| i).find(|i| {
            i.assignments.is_empty()
                && i.closed.is_none()
                && i.received.seconds_since(at).abs() < 6.0
        });
        if let Some(incident) = waiting {
            break incident.id;
        }
    };
    let unit = world.free("SERGEANT");
    let units = vec![unit];
    world.person(
        at,
        DispatchUnits {
            incident: untouched,
            units,
            although_committed: false,
        },
    );
    world.run_until(at.plus_seconds(8 * 3_600));
    let incident = &world.closed[&untouched];
    let sent: Vec<_> = incident.assignments.iter().map(|a| a.unit).collect();
    assert_eq!(sent, [unit]);
}

#[test]
fn people_who_meddle_all_day_break_nothing() {
    let mut world = World::new(options(9, 1.0));
    let mut random = crate::random::Random::of(&[9]);
    let (mut done, mut refused) = (0, 0);
    for minute in 1..=24 * 60 {
        let at = MIDNIGHT.plus_seconds(minute * 60);
        world.run_until(at);
        let last = world.center.last_incident().0;
        let id = IncidentId(1 + random.below(8).min(last as usize) as u64 + last.saturating_sub(8));
        let unit = UnitId(1 + random.below(60) as u32);
        let command: Command = match random.below(7) {
            0 => callbox_domain::CloseIncident {
                incident: id,
                disposition: code("ADMIN"),
            }
            .into(),
            1 => DispatchUnits {
                incident: id,
                units: vec![unit],
                although_committed: true,
            }
            .into(),
            2 => callbox_domain::CancelAssignment {
                unit,
                incident: None,
                reason: None,
            }
            .into(),
            3 => callbox_domain::ReassignUnit {
                unit,
                from: None,
                to: id,
                preempt: false,
            }
            .into(),
            4 => ChangeUnitStatus {
                unit,
                status: code("AVL"),
                incident: None,
                correction: false,
            }
            .into(),
            5 => callbox_domain::PutUnitInService { unit }.into(),
            _ => callbox_domain::TakeUnitOutOfService {
                unit,
                status: None,
                reason: None,
            }
            .into(),
        };
        match fold(&mut world.center, &command, context(PERSON, at)) {
            Ok(entries) => {
                done += 1;
                entries
                    .iter()
                    .for_each(|entry| world.simulation.observe(entry, &world.center));
            }
            Err(_) => refused += 1,
        }
    }
    assert!(done > 200, "{done} done, {refused} refused");
    world.center.check().unwrap();
    assert!(world.simulation.counts().done > 1_000);
}
