//! The rules of callbox, held against scripts, laws, frozen bytes and the boundary.
#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

mod boundary;
mod broken;
mod canonical;
mod fixtures;
mod laws;
mod samples;
mod town;
mod transcripts;
