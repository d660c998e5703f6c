//! The console, the JSON API, live changes, accounts and rights of a center.
//!
//! A request passes: limits, headers, the table of routes with that of rights (`security`), then a
//! handler that reads a snapshot or submits a command to the engine. [`serve`] runs it all.
//!
//! What is *absent*: rules about incidents and units (`callbox-domain`), a second way to write
//! than [`Engine::submit`](callbox_engine::Engine::submit), names of people in the ledger, requests
//! to other servers.

mod access;
mod advice;
pub mod after_action;
mod alarms;
mod api;
mod assets;
mod calls;
pub mod certificate;
mod closures;
mod coverage;
mod geography;
mod hex;
mod ledger;
mod live;
mod metrics;
mod mount;
mod once;
mod outgoing;
mod pages;
mod percent;
mod positions;
mod problem;
mod provider;
mod reads;
pub mod reports;
mod security;
mod server;
mod settings;
mod settle;
mod state;
mod street_map;
mod tls;
mod ways;

pub use access::{
    Access, AccessError, Account, Limits, Policy, Role, Scope, Token, generate_password,
};
pub use advice::local as local_time;
pub use geography::{Geography, GeographyError};
pub use outgoing::{check_authorities, post_to_witnesses};
pub use positions::{PositionFeed, PositionRefused, PositionReport};
pub use provider::{ProviderError, ProviderSettings};
pub use reads::may_state as may_read_for;
pub use security::{Grant, who_can_see};
pub use server::{ServeError, ServeOptions, Server, WitnessServer, serve};
pub use tls::{AcmeSettings, TlsError, TlsFiles};

#[cfg(test)]
mod tests;
