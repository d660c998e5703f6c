//! What the rules answer, line by line.

mod calls;
mod configuration;
mod coverage;
mod crew;
mod dispatch;
mod incident;
mod status;
mod unit;
