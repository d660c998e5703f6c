use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;

use super::{Code, Table, Text, TextError, Timestamp};

#[test]
fn timestamps_read_as_rfc_3339() {
    for (seconds, expected) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
    ] {
        assert_eq!(Timestamp::from_seconds(seconds).to_string(), expected);
    }
    assert_eq!(
        Timestamp::from_micros(1_500_000).to_string(),
        "1970-01-01T00:00:01.500000Z"
    );
}

#[test]
fn codes_and_texts_are_bounded() {
    assert_eq!(
        Code::new("  E104 ").map(|c| c.to_string()),
        Ok("E104".into())
    );
    assert_eq!(Code::new(" \t "), Err(TextError::Empty));
    assert_eq!(Code::new("a\nb"), Err(TextError::Control(10)));
    assert_eq!(
        Code::new(&"x".repeat(65)),
        Err(TextError::TooLong { bytes: 65, max: 64 })
    );
    assert_eq!(Text::new("a\nb").map(|t| t.to_string()), Ok("a\nb".into()));
    assert_eq!(Text::new("a\u{7}b"), Err(TextError::Control(7)));
}

#[test]
fn a_debug_print_never_shows_free_text() {
    let printed = Text::new("Mrs Doe, flat 3").map(|text| format!("{text:?}"));
    assert_eq!(printed, Ok("Text(15 bytes)".into()));
}

proptest! {
    #[test]
    fn a_table_is_a_map_and_its_clones_do_not_move(
        steps in prop::collection::vec((0u64..200, prop::option::of(0u32..1000)), 0..300),
    ) {
        let mut table = Table::default();
        let mut model = BTreeMap::new();
        let mut held = Vec::new();
        for (i, (key, value)) in steps.into_iter().enumerate() {
            match value {
                Some(value) => {
                    let old = table.insert(key, Arc::new(value)).map(|v| *v);
                    prop_assert_eq!(old, model.insert(key, value));
                }
                None => {
                    prop_assert_eq!(table.remove(key).map(|v| *v), model.remove(&key));
                }
            }
            if let Some(value) = table.get_mut(key / 2) {
                *value += 1;
                *model.get_mut(&(key / 2)).expect("same keys") += 1;
            }
            if i % 50 == 0 {
                held.push((table.clone(), model.clone()));
            }
        }
        held.push((table, model));
        for (table, model) in held {
            prop_assert_eq!(table.len(), model.len());
            prop_assert!(table.iter().map(|(k, v)| (k, **v)).eq(model.into_iter()));
            let bytes = minicbor::to_vec(&table).expect("memory does not run out");
            let back: Table<u32> = minicbor::decode(&bytes).expect("own encoding");
            prop_assert_eq!(minicbor::to_vec(&back).expect("memory"), bytes);
        }
    }
}
