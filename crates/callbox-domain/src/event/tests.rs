//! A chain of three versions, open part and personal part, through the same table as every kind.
#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
#![allow(
    unreachable_pub,
    unfulfilled_lint_expectations,
    dead_code,
    reason = "the macro makes all of a table, as for the crate's own"
)]

use minicbor::{Decode, Encode};

use super::{
    Former, KindRow, Payload, Stream,
    codec::{DecodeError, Lifted, from_bytes, personal, to_bytes},
    table::events,
};
use crate::{Center, Code, Entry, Personal};

/// Who told of a hydrant: a name and a way to reach them.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
struct Told {
    #[n(0)]
    name: String,
    #[n(1)]
    call_back: Option<String>,
}

/// The present version: the flow is in litres a minute, who told has a call-back.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct HydrantChecked {
    #[n(0)]
    hydrant: Code,
    #[n(2)]
    litres_per_minute: u32,
    #[cbor(skip)]
    told: Personal<Told>,
}

/// The second version: the flow was a number of litres a second.
#[derive(Debug, Encode, Decode)]
#[cbor(map)]
struct HydrantCheckedV2 {
    #[n(0)]
    hydrant: Code,
    #[n(1)]
    litres_per_second: u32,
    #[cbor(skip)]
    told: Personal<String>,
}

/// The first version: it worked or not, and who told was no personal part yet.
#[derive(Debug, Encode, Decode)]
#[cbor(map)]
struct HydrantCheckedV1 {
    #[n(0)]
    hydrant: Code,
    #[n(1)]
    works: bool,
}

impl Payload for HydrantChecked {
    personal!(told);

    fn evolve(&self, _: &mut Center, _: &Entry) {}
}

impl Former for HydrantCheckedV2 {
    type Next = HydrantChecked;

    fn restore(&mut self, bytes: &[u8]) -> Result<(), minicbor::decode::Error> {
        self.told = Personal::Known(from_bytes(bytes)?);
        Ok(())
    }

    fn lift(self) -> HydrantChecked {
        let told = self.told.known().map(|name| Told {
            name: name.clone(),
            call_back: None,
        });
        HydrantChecked {
            hydrant: self.hydrant,
            litres_per_minute: 60 * self.litres_per_second,
            told: told.into(),
        }
    }
}

impl Former for HydrantCheckedV1 {
    type Next = HydrantCheckedV2;

    fn lift(self) -> HydrantCheckedV2 {
        HydrantCheckedV2 {
            hydrant: self.hydrant,
            litres_per_second: if self.works { 10 } else { 0 },
            told: Personal::Erased,
        }
    }
}

events! {
    1 HydrantChecked schema 3 |_| Stream::Center, "a chain of three versions",
        was 1 HydrantCheckedV1, was 2 HydrantCheckedV2;
}

fn hydrant() -> Code {
    Code::new("H7").unwrap()
}

fn checked(litres_per_minute: u32, told: Option<Told>) -> Event {
    HydrantChecked {
        hydrant: hydrant(),
        litres_per_minute,
        told: told.into(),
    }
    .into()
}

#[test]
fn each_version_is_lifted_step_by_step() {
    let first = to_bytes(&HydrantCheckedV1 {
        hydrant: hydrant(),
        works: true,
    });
    assert_eq!(
        Event::decode(1, 1, &first, None).unwrap(),
        checked(600, None)
    );

    let second = to_bytes(&HydrantCheckedV2 {
        hydrant: hydrant(),
        litres_per_second: 3,
        told: Personal::Erased,
    });
    assert_eq!(
        Event::decode(1, 2, &second, None).unwrap(),
        checked(180, None)
    );

    let third = checked(180, None);
    assert_eq!(Event::decode(1, 3, &third.open(), None).unwrap(), third);
    assert_eq!(third.kind().schema, 3);
}

#[test]
fn a_personal_part_is_lifted_from_the_form_that_it_had() {
    let second = to_bytes(&HydrantCheckedV2 {
        hydrant: hydrant(),
        litres_per_second: 3,
        told: Personal::Erased,
    });
    let told = Told {
        name: "Ada".to_owned(),
        call_back: None,
    };
    let expected = checked(180, Some(told));
    let lifted = Event::decode(1, 2, &second, Some(&to_bytes(&"Ada"))).unwrap();
    assert_eq!(lifted, expected);

    // It is written as the present version, and read as that.
    let personal = lifted.personal().unwrap();
    let again = Event::decode(1, 3, &lifted.open(), Some(&personal)).unwrap();
    assert_eq!(again, expected);
    // The present form is not the former one, nor had the first version any.
    let present = Event::decode(1, 2, &second, Some(&personal)).unwrap_err();
    assert!(present.to_string().contains("personal"), "{present}");
    let first = to_bytes(&HydrantCheckedV1 {
        hydrant: hydrant(),
        works: false,
    });
    assert!(Event::decode(1, 1, &first, Some(&personal)).is_err());
}

#[test]
fn a_version_that_is_not_there_yet_is_refused() {
    let open = checked(180, None).open();
    let newer = Event::decode(1, 4, &open, None).unwrap_err();
    assert_eq!(
        newer.to_string(),
        "event kind 1 in schema version 4 was written by a newer callbox; update callbox"
    );
}
