use super::*;

fn days(seed: u64, n: i64) -> Vec<Vec<PlannedCall>> {
    let town = Town::new();
    (0..n).map(|n| day(&town, seed, 19_000 + n)).collect()
}

#[test]
fn the_same_seed_and_day_give_the_same_calls() {
    assert_eq!(days(1, 3), days(1, 3));
    assert_ne!(days(1, 1), days(2, 1));
}

#[test]
fn days_have_the_size_that_the_town_has() {
    let days = days(7, 60);
    let sizes: Vec<_> = days.iter().map(Vec::len).collect();
    let mean = sizes.iter().sum::<usize>() / sizes.len();
    assert!((290..=350).contains(&mean), "{mean}");
    assert!(
        sizes.iter().all(|size| (230..=430).contains(size)),
        "{sizes:?}"
    );
}

#[test]
fn calls_are_in_order_and_further_callers_ring_after_the_first() {
    for day in days(3, 20) {
        assert!(day.is_sorted_by_key(|call| call.second));
        let mut echoes = 0;
        for call in &day {
            assert!(call.second < DAY_SECONDS && call.place.lat_lon().is_some());
            if let Some(first) = call.echo_of {
                let Some(first) = day.iter().find(|other| other.no == first) else {
                    panic!("{} has no first call", call.no);
                };
                echoes += 1;
                assert!(first.second <= call.second && first.kind == call.kind);
            }
        }
        assert!(echoes > 0);
    }
}

#[test]
fn the_evening_is_busier_than_the_early_morning() {
    let days = days(11, 30);
    let hour = |from: u32, to: u32| {
        let calls = days.iter().flatten();
        calls
            .filter(|call| (from * 3_600..to * 3_600).contains(&call.second))
            .count()
    };
    assert!(
        hour(17, 20) > 2 * hour(3, 6),
        "{} {}",
        hour(17, 20),
        hour(3, 6)
    );
}

#[test]
fn call_back_numbers_are_the_ones_kept_for_fiction() {
    for call in days(5, 5).iter().flatten() {
        if let Some(number) = call
            .caller
            .as_ref()
            .and_then(|caller| caller.call_back.as_ref())
        {
            assert!(number.as_str().starts_with("555-01") && number.as_str().len() == 8);
        }
    }
}
