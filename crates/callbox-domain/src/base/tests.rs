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
fn two_codes_that_look_the_same_are_the_same() {
    for (typed, unseen) in [
        ("E\u{a0}1", 0xa0),
        ("E1\u{200b}x", 0x200b),
        ("E\u{202e}1", 0x202e),
        ("\u{feff}E1", 0xfeff),
        ("E\u{3000}1", 0x3000),
    ] {
        assert_eq!(
            Code::new(typed),
            Err(TextError::Unseen(unseen)),
            "{typed:?}"
        );
    }
    assert_eq!(Code::new("Engine  1"), Err(TextError::TwoBlanks));
    assert!(Code::new("Engine 1").is_ok());
    assert_eq!(
        Code::new("می\u{200c}خواهم").map(|c| c.as_str().len()),
        Ok(17)
    );
    // Files of others have them: there they mean a code.
    let meant = Code::tidied("\u{feff}Engine \u{a0}\t 1\u{200b}");
    assert_eq!(meant, Code::new("Engine 1"));
}

#[test]
fn what_older_ledgers_hold_is_read_as_it_was_written() {
    for old in ["Engine  1", "E\u{a0}1", "a\u{200b}b", "a\u{202e}b"] {
        assert!(Code::new(old).is_err());
        let bytes = minicbor::to_vec(old).expect("it is a string");
        let code: Code = minicbor::decode(&bytes).expect("it is a string");
        assert_eq!(code.as_str(), old);
        assert_eq!(minicbor::to_vec(&code).expect("it is a string"), bytes);
    }
    let bytes = minicbor::to_vec("a\u{202e}b").expect("it is a string");
    let text: Text = minicbor::decode(&bytes).expect("it is a string");
    assert_eq!(text.as_str(), "a\u{202e}b");
    assert_eq!(minicbor::to_vec(&text).expect("it is a string"), bytes);
}

#[test]
fn a_text_turns_nothing_that_stands_beside_it() {
    let text = |typed: &str| Text::new(typed).map(|text| text.to_string());
    assert_eq!(text("\u{202a}555 0100\u{202c}"), Ok("555 0100".into()));
    assert_eq!(text("a\u{2067}b\u{2069}"), Ok("ab".into()));
    assert_eq!(text(" \u{202e} "), Err(TextError::Empty));
    // What belongs to a script stays.
    assert_eq!(text("شارع\u{200f} 5"), Ok("شارع\u{200f} 5".into()));
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
