//! What stands between a request and its handler: rights, origins, headers.

mod agency;
mod authorise;
mod form;
mod headers;
mod limit;
mod origin;
mod routes;
mod sign_in;
mod signed;
mod who;

pub(crate) use agency::{Reach, is_beyond_agencies, reach};
pub(crate) use authorise::{
    authorise, duty_first, on_a_page, permit_action, prove_again, reads_pages,
};
pub(crate) use form::SignedForm;
pub(crate) use headers::{board_policy, harden, map_policy};
pub(crate) use limit::{Connected, Limiter};
pub(crate) use routes::{Route, Verb, all, find, get, post, put};
pub(crate) use sign_in::{
    TYPED, address_of, begin_session, confirm, finish, home, host, own_path, passkey,
    passkey_options, passkey_problem, sign_in, sign_out, typed, unreadable, with_cookie,
};
pub(crate) use signed::{Peer, Signed, client, cookie, cookie_name};
pub use who::{Grant, who_can_see};
