use super::*;

#[test]
fn the_first_start_fills_the_hours_so_far_and_a_later_one_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let dir = DataDir::create(dir.path().join("demo"), "velmora-bay.invalid/test").unwrap();
    let clock = Arc::new(AtomicI64::new(MIDNIGHT.plus_seconds(86_400).micros()));
    let wall = Arc::clone(&clock);
    let engine_options = callbox_engine::Options {
        clock: Arc::new(move || Timestamp::from_micros(wall.load(Ordering::Relaxed))),
        exit_on_fatal: false,
        ..callbox_engine::Options::default()
    };
    let engine = Engine::open(&dir, engine_options.clone()).unwrap();
    let town = Arc::new(Town::new());
    let now = MIDNIGHT.plus_seconds(86_400);
    let from = MIDNIGHT.plus_seconds(12 * 3_600);
    set_up(&engine, &town, "Etc/UTC", from).unwrap();
    let filled = fill(&engine, Arc::clone(&town), options(1, 10.0), from, now).unwrap();
    assert!(filled.commands > 1_000, "{}", filled.commands);
    let center = engine.snapshot();
    center.check().unwrap();
    assert!(
        center
            .incidents
            .iter()
            .any(|(_, incident)| incident.closed.is_none())
    );
    assert!(engine.history(None, 500).unwrap().len() > 60);

    // A person's incident, then a stop in the middle of everything, for days.
    let submission = |command: Command, actor| Submission {
        command,
        context: context(actor, now),
        idempotency: None,
    };
    let own = submission(ReceiveIncident::default().into(), PERSON);
    engine.enqueue(own).unwrap().wait().unwrap();
    let own = engine.snapshot().last_incident();
    engine.shutdown();
    clock.store(now.plus_seconds(3 * 86_400).micros(), Ordering::Relaxed);
    let engine = Engine::open(&dir, engine_options).unwrap();
    let later = now.plus_seconds(3 * 86_400);
    let calls = Options {
        calls: false,
        ..options(1, 10.0)
    };
    let mut simulation = resume(&engine, town, calls, later);
    let until = later.plus_seconds(3_600);
    let mut seq = engine.snapshot().next_seq();
    while let Some(act) = simulation.act(until, &engine.snapshot()) {
        let submission = Submission {
            command: act.command,
            context: act.context,
            idempotency: None,
        };
        let receipt = engine.enqueue(submission).unwrap().wait().unwrap();
        simulation.answer(Ok(&receipt.entries));
        let center = engine.snapshot();
        for entry in engine.entries_from(seq, 100).unwrap() {
            seq = entry.seq + 1;
            simulation.observe(&entry, &center);
        }
    }
    let center = engine.snapshot();
    center.check().unwrap();
    let open: Vec<_> = center
        .incidents
        .iter()
        .filter(|(_, i)| i.closed.is_none())
        .map(|(_, i)| i.id)
        .collect();
    assert_eq!(open, [own]);
    assert!(center.units.iter().all(|(_, unit)| unit.active.is_empty()));
    engine.shutdown();
}
