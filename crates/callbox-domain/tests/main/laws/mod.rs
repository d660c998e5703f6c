//! Laws that hold whatever people do, in whatever order.

mod archive;
mod calls;
mod erasure;
mod life;
mod personal;
mod plans;
mod recommendation;
mod records;
mod work;

use callbox_domain::{Entry, Event};

pub(crate) use life::{Answer, Life, Step, histories};

/// The entry as a reader sees it after its personal part was erased.
pub(crate) fn without_personal(entry: &Entry) -> Entry {
    let kind = entry.event.kind();
    let event = Event::decode(kind.number, kind.schema, &entry.event.open(), None).unwrap();
    Entry {
        event,
        ..entry.clone()
    }
}

/// The entry after its way through the ledger.
pub(crate) fn recorded(entry: &Entry) -> Entry {
    let kind = entry.event.kind();
    let (open, personal) = (entry.event.open(), entry.event.personal());
    let event = Event::decode(kind.number, kind.schema, &open, personal.as_deref()).unwrap();
    Entry {
        event,
        ..entry.clone()
    }
}
