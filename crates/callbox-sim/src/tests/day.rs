use super::*;

#[test]
fn a_day_is_plausible_and_everything_ends() {
    let mut reopened = 0;
    for seed in 1..=4 {
        let mut world = World::new(options(seed, 1.0));
        let evening = MIDNIGHT.plus_seconds(86_400);
        for hour in 1..=24 {
            world.run_until(MIDNIGHT.plus_seconds(hour * 3_600));
        }
        world.wind_down(evening);

        let total = world.center.last_incident().0 as usize;
        assert!((250..=400).contains(&total), "seed {seed}: {total} calls");
        let open: Vec<_> = world
            .center
            .incidents
            .iter()
            .filter(|(_, i)| i.closed.is_none())
            .map(|(id, _)| id)
            .collect();
        assert!(open.is_empty(), "seed {seed}: open {open:?}");
        assert_eq!(world.closed.len(), total, "seed {seed}");
        assert!(
            world
                .center
                .units
                .iter()
                .all(|(_, unit)| unit.active.is_empty())
        );

        let incidents = world.closed.values();
        let sent = incidents
            .clone()
            .filter(|i| !i.assignments.is_empty())
            .count();
        let share = sent as f64 / total as f64;
        assert!(
            (0.7..0.95).contains(&share),
            "seed {seed}: {share} with a unit"
        );
        let waits = |rank: &str| {
            let of_rank = incidents
                .clone()
                .filter(|i| i.priority.as_ref().unwrap().as_str() == rank);
            let waits =
                of_rank.filter_map(|i| Some(i.first_dispatched()?.seconds_since(i.received)));
            median(waits.collect())
        };
        assert!(
            (20.0..90.0).contains(&waits("1")),
            "seed {seed}: {}",
            waits("1")
        );
        assert!(
            waits("1") < waits("3") && waits("3") < waits("4"),
            "seed {seed}"
        );
        let arrivals = incidents
            .clone()
            .filter_map(|i| Some(i.first_on_scene()?.seconds_since(i.first_dispatched()?)));
        let arrival = median(arrivals.collect());
        assert!((180.0..720.0).contains(&arrival), "seed {seed}: {arrival}");
        let units: usize = incidents.clone().map(|i| i.assignments.len()).sum();
        assert!(
            (1.1..2.2).contains(&(units as f64 / sent as f64)),
            "seed {seed}: {units} sent"
        );
        let cancelled = incidents
            .clone()
            .flat_map(|i| &i.assignments)
            .filter(|a| matches!(a.ended.as_ref().unwrap().how, AssignmentEnd::Cancelled));
        assert!(cancelled.count() > 0, "seed {seed}");
        assert!(
            incidents.clone().any(|i| !i.links.is_empty()),
            "seed {seed}"
        );
        assert!(
            incidents.clone().all(|i| !i.lines.is_empty()),
            "seed {seed}"
        );

        assert!(
            incidents.clone().all(|i| i.reopened.len() <= 1),
            "seed {seed}"
        );
        reopened += incidents.clone().filter(|i| !i.reopened.is_empty()).count();

        let counts = world.simulation.counts();
        let refused: u64 = counts.refused.values().sum();
        assert!(refused * 200 < counts.done, "seed {seed}: {counts:?}");
    }
    assert!(
        (1..20).contains(&reopened),
        "{reopened} reopened in four days"
    );
}

#[test]
fn the_same_seed_makes_the_same_day() {
    let day = |seed| {
        let mut world = World::new(options(seed, 1.0));
        world.run_until(MIDNIGHT.plus_seconds(6 * 3_600));
        (world.acts, world.center.to_bytes())
    };
    assert_eq!(day(5), day(5));
    assert_ne!(day(5).1, day(6).1);
}

#[test]
fn at_ten_times_the_speed_ten_times_as_much_happens() {
    let calls = |speed: f64, hours: i64| {
        let mut world = World::new(options(8, speed));
        world.run_until(MIDNIGHT.plus_seconds(hours * 3_600));
        world.center.last_incident().0
    };
    // The story of a day, told in a day or in a tenth of it.
    assert_eq!(calls(1.0, 10), calls(10.0, 1));
}
