//! What every page needs of its request: language, who asks, the center's name and clock.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use callbox_domain::{Center, IncidentId, Timestamp};
use jiff::tz::TimeZone;

use super::texts::Locale;
use crate::{
    access::{Stage, rights::Action},
    hex::hex,
    security::{Signed, is_beyond_agencies},
    state::AppState,
};

/// What every page needs of its request.
#[derive(Clone)]
pub(crate) struct Ui {
    /// The language.
    pub(crate) locale: Locale,
    /// Who asks.
    pub(crate) signed: Option<Signed>,
    /// The center's name.
    pub(crate) center: String,
    /// Whether nobody was in need: a demo or an exercise.
    pub(crate) is_exercise: bool,
    /// The page's own path, for coming back to it.
    pub(crate) here: String,
    /// How often the glass was broken and nobody else has seen it; 0 for those who do not oversee.
    pub(crate) unseen_grants: usize,
    /// For which incidents who asks has broken the glass, and until when.
    pub(crate) own_grants: Vec<(IncidentId, Timestamp)>,
    /// How many codes for recovery are left to who asks, where there is an authenticator.
    pub(crate) codes_left: Option<i64>,
    zone: TimeZone,
    now: Timestamp,
}

impl Ui {
    pub(crate) fn new(
        state: &AppState,
        headers: &HeaderMap,
        signed: Option<Signed>,
        here: &str,
    ) -> Self {
        let center = state.engine.snapshot();
        let defined = center.configuration.center.as_ref();
        let oversees = signed
            .as_ref()
            .filter(|signed| signed.may(Action::ReviewBreakGlass) && signed.agency().is_none());
        let unseen_grants = oversees.map_or(0, |signed| {
            let grants = center.grants.iter().map(|(_, grant)| grant);
            let unseen = grants.filter(|grant| grant.seen.is_none());
            unseen
                .filter(|grant| grant.reader != signed.actor())
                .count()
        });
        let own_grants = signed.as_ref().map_or_else(Vec::new, |signed| {
            let own = center.holding_grants(signed.actor(), state.now());
            own.map(|grant| (grant.incident, grant.until)).collect()
        });
        let signed_in = signed
            .as_ref()
            .filter(|signed| signed.session.stage == Stage::Full);
        // One row by its key; a page is shown without, where it cannot be read.
        let codes_left = signed_in
            .and_then(|signed| state.access.recovery_codes_left(signed.actor()).ok())
            .flatten();
        Self {
            unseen_grants,
            own_grants,
            codes_left,
            locale: Locale::of(headers),
            signed,
            center: defined.map_or_else(String::new, |center| center.name.to_string()),
            is_exercise: state.is_exercise(),
            here: here.to_owned(),
            zone: zone(&center),
            now: state.now(),
        }
    }

    /// The text for `key`.
    pub(crate) fn t(&self, key: &str) -> &'static str {
        self.locale.text(key)
    }

    /// The text for `key` with values.
    pub(crate) fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.locale.fill(key, values)
    }

    /// Whether the page at `path` is for who asks, as far as their agency decides.
    pub(crate) fn reaches(&self, path: &str) -> bool {
        let is_bound = self.signed.as_ref().and_then(Signed::agency).is_some();
        !is_bound || !is_beyond_agencies(path)
    }

    /// Whether who asks may do this.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.signed
            .as_ref()
            .is_some_and(|signed| signed.may(action))
    }

    /// The value of the hidden member `csrf`.
    pub(crate) fn form_token(&self) -> &str {
        self.signed.as_ref().map_or("", |signed| &signed.form_token)
    }

    /// `14:02:13`, on the center's clock.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        self.print(at, "%H:%M:%S")
    }

    /// `2026-11-02`.
    pub(crate) fn date(&self, at: Timestamp) -> String {
        self.print(at, "%Y-%m-%d")
    }

    /// `2026-11-02 14:02:13`.
    pub(crate) fn date_time(&self, at: Timestamp) -> String {
        self.print(at, "%Y-%m-%d %H:%M:%S")
    }

    /// `2026-11-02T14:02:13+01:00`, for programs.
    pub(crate) fn exact(&self, at: Timestamp) -> String {
        self.print(at, "%Y-%m-%dT%H:%M:%S%:z")
    }

    /// The center's time zone.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// When the page was made.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    fn print(&self, at: Timestamp, format: &str) -> String {
        match jiff::Timestamp::from_microsecond(at.micros()) {
            Ok(time) => time
                .to_zoned_datetime(self.zone.clone())
                .strftime(format)
                .to_string(),
            Err(_) => at.to_string(),
        }
    }
}

fn zone(center: &Center) -> TimeZone {
    let name = center
        .configuration
        .center
        .as_ref()
        .map(|center| center.timezone.as_str());
    name.and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC)
}

/// `0:42`, `12:03`, `1:02:03`: how long from one time to another; `–` where it goes back.
pub(crate) fn span(from: Timestamp, to: Timestamp) -> String {
    seconds_told((to.micros() - from.micros()).div_euclid(1_000_000))
}

/// `0:42`, `12:03`, `1:02:03`: so many seconds; `–` where they are fewer than none.
pub(crate) fn seconds_told(seconds: i64) -> String {
    match seconds {
        ..0 => "–".to_owned(),
        0..3_600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!(
            "{}:{:02}:{:02}",
            seconds / 3_600,
            seconds / 60 % 60,
            seconds % 60
        ),
    }
}

/// `48,211`: a number that people read.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let mut groups: Vec<&str> = if head.is_empty() { vec![] } else { vec![head] };
    groups.extend((0..tail.len()).step_by(3).map(|at| &tail[at..at + 3]));
    groups.join(",")
}

/// A new name for a form's act, so that a form that is sent twice happens once.
pub(crate) fn new_key() -> String {
    let mut bytes = [0; 16];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => hex(&bytes),
        // Without random bytes no key: the form is refused rather than carried out twice.
        Err(_) => String::new(),
    }
}

impl FromRequestParts<AppState> for Ui {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let signed = parts.extensions.get::<Signed>().cloned();
        Ok(Self::new(state, &parts.headers, signed, parts.uri.path()))
    }
}
