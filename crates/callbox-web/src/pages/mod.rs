//! Pages for people. All but the board work without script: plain forms, a token, back to the page.

mod account;
mod accounts;
mod agencies;
mod board;
mod call;
mod cards;
mod chart;
mod closures;
mod consultations;
mod duty;
mod erasure;
mod forms;
mod glass;
mod guide;
mod help;
mod history;
mod incident;
mod intake;
mod language;
mod layout;
mod ledger;
mod live_map;
mod map;
mod palette;
mod panel;
mod plans;
mod premises;
mod problem;
mod qr;
mod questions;
mod reports;
mod rights;
mod settings;
mod settings_form;
mod settings_map;
mod sign_in;
mod submit;
mod suggestion;
mod tables;
mod texts;
mod timeline;
mod ui;
mod unit;
mod units;
mod wall;

use axum::response::Redirect;

use crate::{
    access::rights::Action,
    mount::Mount,
    security::{Route, Signed, get, home, post},
};

pub(crate) use problem::problem;

/// A row for what changes how somebody signs in.
const fn of_account(path: &'static str) -> Route {
    let reason = "people see and change how they sign in";
    post(path, Action::OwnAccount, reason)
}

/// The pages' rows in the table of routes.
pub(crate) const ROUTES: &[Route] = &[
    get(
        "/sign-in",
        Action::SignIn,
        "people sign in, so that the record says who did what",
    ),
    get(
        "/sign-in/code",
        Action::FinishSignIn,
        "a stolen password alone opens nothing",
    ),
    get(
        "/confirm",
        Action::OwnAccount,
        "a screen that was left open does not do grave acts",
    ),
    get(
        "/account",
        Action::OwnAccount,
        "people see and change how they sign in",
    ),
    post(
        "/account/password",
        Action::OwnPassword,
        "who was given a password has one that nobody else knows",
    ),
    of_account("/account/authenticator"),
    of_account("/account/authenticator/confirm"),
    of_account("/account/authenticator/remove"),
    of_account("/account/recovery-codes"),
    of_account("/account/passkeys/options"),
    of_account("/account/passkeys"),
    of_account("/account/passkeys/{passkey}/remove"),
    post(
        "/account/sessions/{session}/end",
        Action::OwnAccount,
        "whoever left a browser signed in can sign it out from afar",
    ),
    get(
        "/accounts",
        Action::KeepAccounts,
        "those who answer for it see who can sign in",
    ),
    post(
        "/accounts",
        Action::KeepAccounts,
        "who works here gets an account of their own",
    ),
    post(
        "/accounts/{login}/{act}",
        Action::KeepAccounts,
        "who leaves, or lost a key, is kept out at once",
    ),
    get(
        "/duty",
        Action::OwnDuty,
        "people see who is at work and can be asked",
    ),
    post(
        "/duty",
        Action::OwnDuty,
        "who changes what the service does is at work, and the record says since when",
    ),
    post(
        "/duty/others",
        Action::KeepDuty,
        "who leads the shift signs on who cannot, and off who has left",
    ),
    post(
        "/language",
        Action::SignIn,
        "people read the pages in their own language",
    ),
    get(
        "/",
        Action::OwnSession,
        "leads everybody to where their work begins",
    ),
    get(
        "/board",
        Action::ReadBoard,
        "who dispatches sees what waits and who is free",
    ),
    get(
        "/map",
        Action::ReadBoard,
        "who dispatches sees where help is needed and where units are",
    ),
    get(
        "/calls/new",
        Action::ReceiveIncident,
        "a person asks for help",
    ),
    post(
        "/calls/new",
        Action::ReceiveIncident,
        "a person asks for help",
    ),
    get(
        "/incidents/{id}",
        Action::ReadIncident,
        "who helps must know what was said and done",
    ),
    post(
        "/incidents/{id}/narrative",
        Action::Narrate,
        "what was learnt must reach those who help",
    ),
    post(
        "/incidents/{id}/describe",
        Action::DescribeIncident,
        "help must know where and to what it goes",
    ),
    post("/incidents/{id}/units", Action::Dispatch, "help is sent"),
    post(
        "/incidents/{id}/alarm",
        Action::Dispatch,
        "help is sent by plan",
    ),
    post(
        "/incidents/{id}/status",
        Action::ChangeUnitStatus,
        "the service's own times are recorded",
    ),
    post(
        "/incidents/{id}/cancel",
        Action::Dispatch,
        "help that is not needed is free for others",
    ),
    post(
        "/incidents/{id}/correct",
        Action::Narrate,
        "a wrong line is corrected in sight of all",
    ),
    post(
        "/incidents/{id}/link",
        Action::DescribeIncident,
        "two calls about one emergency belong together",
    ),
    post(
        "/incidents/{id}/share",
        Action::DescribeIncident,
        "an agency that may have to help must know of the emergency",
    ),
    post(
        "/incidents/{id}/unshare",
        Action::DescribeIncident,
        "an agency that need not help any more need not see it",
    ),
    post(
        "/incidents/{id}/handle",
        Action::DescribeIncident,
        "who called and was not heard must be called back",
    ),
    post(
        "/incidents/{id}/answer",
        Action::DescribeIncident,
        "what a caller answers decides which help is sent",
    ),
    post(
        "/incidents/{id}/merge",
        Action::DescribeIncident,
        "one emergency is worked on once",
    ),
    post(
        "/incidents/{id}/unmerge",
        Action::DescribeIncident,
        "a merge by mistake is taken back in sight",
    ),
    post(
        "/incidents/{id}/activate",
        Action::DescribeIncident,
        "help that was planned is asked for earlier",
    ),
    post(
        "/incidents/{id}/transfer",
        Action::DescribeIncident,
        "another center that takes over must be named",
    ),
    post(
        "/incidents/{id}/reassign",
        Action::Dispatch,
        "help goes where it is needed more",
    ),
    post(
        "/incidents/{id}/release",
        Action::Dispatch,
        "a unit whose end nobody recorded is free again",
    ),
    post(
        "/incidents/{id}/close",
        Action::CloseIncident,
        "says how the incident ended",
    ),
    post(
        "/incidents/{id}/reopen",
        Action::ReopenIncident,
        "says why a closed incident goes on",
    ),
    get(
        "/purpose",
        Action::StatePurpose,
        "whoever reads about people says why, before it is shown",
    ),
    post(
        "/purpose",
        Action::StatePurpose,
        "whoever reads about people says why, before it is shown",
    ),
    get(
        "/break-glass",
        Action::ReviewBreakGlass,
        "whoever oversees the service sees how the glass was broken, and reviews it",
    ),
    post(
        "/break-glass/{grant}",
        Action::ReviewBreakGlass,
        "somebody else judges whether it was right",
    ),
    get(
        "/consultations",
        Action::ReadConsultations,
        "whoever oversees the service sees who read what and why",
    ),
    get(
        "/consultations/{seq}/{no}/proof",
        Action::ReadConsultations,
        "one read can be proven to whoever was read about",
    ),
    get(
        "/account/reads",
        Action::ReadOwnReads,
        "people see what is recorded of their own reads",
    ),
    get(
        "/agencies",
        Action::ReadBoard,
        "who works here knows which agencies see which emergencies",
    ),
    post(
        "/agencies",
        Action::AgreeSharing,
        "agencies that help each other see such emergencies from the first minute",
    ),
    get(
        "/closures",
        Action::ReadBoard,
        "who dispatches sees which streets are closed",
    ),
    post(
        "/closures",
        Action::CloseStreets,
        "help must not be sent by a way that is blocked",
    ),
    post(
        "/closures/{closure}/lift",
        Action::CloseStreets,
        "help takes the shorter way again",
    ),
    get(
        "/erasures",
        Action::ReadErasures,
        "whoever oversees the service sees what is held, asked for and erased",
    ),
    post(
        "/erasures",
        Action::ReadErasures,
        "whoever oversees the service finds an incident by its number",
    ),
    get(
        "/incidents/{id}/erasure",
        Action::ReadErasures,
        "what an erasure would destroy is seen before it does",
    ),
    post(
        "/incidents/{id}/erasure",
        Action::DecideErasures,
        "the law gives a right to erasure, and two people look at it",
    ),
    get(
        "/incidents/{id}/erasure/certificate",
        Action::ReadErasures,
        "whoever asked for an erasure gets something to check it with",
    ),
    get(
        "/premises",
        Action::ReadPremises,
        "those who are sent to a place must know its hazards",
    ),
    post(
        "/premises",
        Action::KeepPremises,
        "an owner answers for each warning",
    ),
    post(
        "/premises/{note}/retire",
        Action::KeepPremises,
        "a warning that holds no longer must not mislead",
    ),
    get(
        "/history",
        Action::ReadHistory,
        "the service looks back at its own work",
    ),
    get(
        "/units",
        Action::ReadBoard,
        "who dispatches sees the service's own units",
    ),
    post(
        "/units",
        Action::ChangeService,
        "says which of the service's own units can be sent",
    ),
    get(
        "/units/{call_sign}",
        Action::ReadBoard,
        "who dispatches sees what a unit can be told",
    ),
    post(
        "/units/{call_sign}/status",
        Action::ChangeUnitStatus,
        "the service's own times are recorded",
    ),
    post(
        "/units/{call_sign}/service",
        Action::ChangeService,
        "says which of the service's own units can be sent",
    ),
    post(
        "/units/{call_sign}/crew",
        Action::ChangeService,
        "how many a crew are and what they can do decides where they help",
    ),
    get(
        "/plans",
        Action::ReadBoard,
        "who dispatches sees which units the plans ask for",
    ),
    post(
        "/plans",
        Action::Configure,
        "says which units an emergency needs, before it happens",
    ),
    get(
        "/cards",
        Action::ReadBoard,
        "who takes calls sees what callers are asked",
    ),
    post(
        "/cards",
        Action::Configure,
        "says what callers are asked, so that nothing needed is forgotten",
    ),
    get(
        "/cards/{card}",
        Action::ReadBoard,
        "who takes calls learns a card before a caller needs it",
    ),
    post(
        "/cards/{card}",
        Action::ReadBoard,
        "who takes calls learns a card before a caller needs it",
    ),
    get(
        "/wall",
        Action::ReadWall,
        "everybody in the room sees what waits and who is free",
    ),
    get(
        "/reports",
        Action::ReadReports,
        "the service sees how fast help came, and how often in time",
    ),
    get(
        "/reports/{file}",
        Action::ReadReports,
        "the service's figures can be checked with a spreadsheet",
    ),
    get(
        "/settings",
        Action::ReadBoard,
        "who works here sees how the center is set up, and who changed it",
    ),
    get(
        "/settings/{noun}",
        Action::ReadBoard,
        "who works here sees how the center is set up, and who changed it",
    ),
    post(
        "/settings/{noun}",
        Action::Configure,
        "the center is set up without a text file, in sight of all",
    ),
    get(
        "/guide",
        Action::ReadOpenly,
        "people learn their tools from the program itself, also while the network is gone",
    ),
    get(
        "/guide/{chapter}",
        Action::ReadOpenly,
        "people learn their tools from the program itself, also while the network is gone",
    ),
    get(
        "/guide/img/{picture}",
        Action::ReadOpenly,
        "people learn their tools from the program itself, also while the network is gone",
    ),
    get(
        "/rights",
        Action::ReadRights,
        "people see who can see and do what, and why",
    ),
    get(
        "/ledger",
        Action::ReadOpenly,
        "everybody can see how far the record is signed and how to check it",
    ),
];

/// The pages' routes.
pub(crate) fn router() -> Mount {
    Mount::new()
        .get("/sign-in", sign_in::show)
        .get("/sign-in/code", sign_in::code)
        .get("/confirm", sign_in::confirm)
        .get("/account", account::show)
        .post("/account/password", account::password)
        .get("/duty", duty::show)
        .post("/duty", duty::own)
        .post("/duty/others", duty::others)
        .post("/account/authenticator", account::enrol)
        .post("/account/authenticator/confirm", account::confirm)
        .post(
            "/account/authenticator/remove",
            account::remove_authenticator,
        )
        .post("/account/recovery-codes", account::recovery_codes)
        .post("/account/passkeys/options", account::passkey_options)
        .post("/account/passkeys", account::add_passkey)
        .post(
            "/account/passkeys/{passkey}/remove",
            account::remove_passkey,
        )
        .post("/account/sessions/{session}/end", account::end_session)
        .get("/accounts", accounts::show)
        .post("/accounts", accounts::add)
        .post("/accounts/{login}/{act}", accounts::change)
        .post("/language", language::set)
        .get("/", async |signed: Signed| {
            Redirect::to(&home(&signed.account, "/"))
        })
        .get("/guide", guide::first)
        .get("/guide/{chapter}", guide::chapter_page)
        .get("/guide/img/{picture}", guide::picture)
        .get("/rights", rights::show)
        .get("/board", board::show)
        .get("/calls/new", call::show)
        .post("/calls/new", call::receive)
        .get("/incidents/{id}", incident::show)
        .post("/incidents/{id}/narrative", forms::narrate)
        .post("/incidents/{id}/describe", forms::describe)
        .post("/incidents/{id}/units", forms::dispatch)
        .post("/incidents/{id}/alarm", suggestion::send)
        .post("/incidents/{id}/status", forms::status)
        .post("/incidents/{id}/cancel", forms::cancel)
        .post("/incidents/{id}/correct", forms::correct)
        .post("/incidents/{id}/link", forms::link)
        .post("/incidents/{id}/share", forms::share)
        .post("/incidents/{id}/unshare", forms::unshare)
        .post("/incidents/{id}/handle", forms::handle)
        .post("/incidents/{id}/answer", forms::answer)
        .post("/incidents/{id}/merge", forms::merge)
        .post("/incidents/{id}/unmerge", forms::unmerge)
        .post("/incidents/{id}/activate", forms::activate)
        .post("/incidents/{id}/transfer", forms::transfer)
        .post("/incidents/{id}/reassign", forms::reassign)
        .post("/incidents/{id}/release", forms::release)
        .post("/incidents/{id}/close", forms::close)
        .post("/incidents/{id}/reopen", forms::reopen)
        .get("/map", live_map::show)
        .get("/purpose", consultations::ask)
        .post("/purpose", consultations::state)
        .get("/break-glass", glass::show)
        .post("/break-glass/{grant}", glass::act)
        .get("/consultations", consultations::show)
        .get("/consultations/{seq}/{no}/proof", consultations::proof)
        .get("/account/reads", consultations::own)
        .get("/agencies", agencies::show)
        .post("/agencies", agencies::agree)
        .get("/closures", closures::show)
        .post("/closures", closures::close)
        .post("/closures/{closure}/lift", closures::lift)
        .get("/erasures", erasure::list)
        .post("/erasures", erasure::open)
        .get("/incidents/{id}/erasure", erasure::show)
        .post("/incidents/{id}/erasure", erasure::decide)
        .get("/incidents/{id}/erasure/certificate", erasure::download)
        .get("/premises", premises::show)
        .post("/premises", premises::set)
        .post("/premises/{note}/retire", premises::retire)
        .get("/history", history::show)
        .get("/units", units::show)
        .post("/units", units::serve)
        .get("/units/{call_sign}", unit::show)
        .post("/units/{call_sign}/status", unit::status)
        .post("/units/{call_sign}/service", unit::service)
        .post("/units/{call_sign}/crew", unit::crew)
        .get("/plans", plans::show)
        .post("/plans", plans::publish)
        .get("/cards", cards::show)
        .post("/cards", cards::publish)
        .get("/cards/{card}", cards::begin)
        .post("/cards/{card}", cards::go_on)
        .get("/wall", wall::show)
        .get("/reports", reports::show)
        .get("/reports/{file}", reports::download)
        .get("/settings", settings::list)
        .get("/settings/{noun}", settings::show)
        .post("/settings/{noun}", settings::change)
        .get("/ledger", ledger::show)
}

#[cfg(test)]
mod tests;
