//! What the rules answer, line by line.

mod accounts;
mod agencies;
mod calls;
mod clocks;
mod closure;
mod configuration;
mod consultations;
mod coverage;
mod crew;
mod dispatch;
mod erasure;
mod incident;
mod line;
mod plans;
mod premise;
mod questions;
mod status;
mod templates;
mod undo;
mod unit;
