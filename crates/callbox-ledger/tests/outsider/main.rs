//! What others' programs make of what the ledger publishes: Go's code for tiled logs, Python's cryptography, a browser.
//!
//! Needs Go with Debian's `golang-golang-x-mod-dev`, Python with `cryptography` 47 or newer and `pymerkle` (any
//! interpreter named by `CALLBOX_PYTHON`), and Chromium; a test that lacks its tool says so and passes.

#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
#![expect(
    clippy::print_stderr,
    reason = "a test that looks at nothing must say so"
)]

mod cosignatures;
mod page;
mod tiles;

use callbox_ledger::{Draft, Stream};

/// Gives a draft with little in it.
fn draft(version: u32) -> Draft<'static> {
    Draft {
        kind: 7,
        schema: 1,
        stream: Stream { kind: 1, no: 1 },
        stream_version: version,
        at_us: i64::from(version),
        recorded_us: i64::from(version),
        actor: 42,
        purpose: 1,
        idempotency: None,
        open: b"\x82\x01\x63ENR",
        personal: version.is_multiple_of(3).then_some(b"caller Ada, 555 0100"),
    }
}

/// Gives the Python interpreter to use.
fn python() -> String {
    std::env::var("CALLBOX_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}
