//! What the rules answer, line by line.

mod configuration;
mod coverage;
mod crew;
mod dispatch;
mod incident;
mod status;
mod unit;
