//! Runs the program as a person would and compares what it prints.
#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

mod bad_input;
mod certificates;
mod consultations;
mod coverage;
mod disk;
mod erase;
mod histories;
mod importing;
mod logs;
mod objects;
mod relaying;
mod root_keys;
mod running;
mod serving;
mod shop;
mod streets;
mod unsealed;
mod verbs;
mod witnessing;
