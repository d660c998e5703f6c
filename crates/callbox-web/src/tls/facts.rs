//! What a certificate says of itself: from when and until when it holds.

use callbox_domain::Timestamp;
use jiff::civil;
use tokio_rustls::rustls::{
    client::verify_server_name,
    pki_types::{CertificateDer, ServerName},
    server::ParsedCertificate,
};

/// From when and until when a certificate holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// From when on.
    pub(crate) begins: Timestamp,
    /// Until when.
    pub(crate) ends: Timestamp,
}

impl Facts {
    /// Reads a certificate (RFC 5280, 4.1); `None` if it is none.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let mut outer = Der(certificate);
        let mut signed = Der(Der(outer.take(SEQUENCE)?).take(SEQUENCE)?);
        // The version is left out in the oldest form.
        let _ = signed.take(VERSION);
        signed.take(INTEGER)?;
        signed.take(SEQUENCE)?;
        signed.take(SEQUENCE)?;
        let mut validity = Der(signed.take(SEQUENCE)?);
        let (begins, ends) = (validity.time()?, validity.time()?);
        Some(Self { begins, ends })
    }

    /// When it should be replaced: after two thirds of its time.
    pub(super) fn renew_at(&self) -> Timestamp {
        let span = self.ends.micros().saturating_sub(self.begins.micros());
        Timestamp::from_micros(self.begins.micros().saturating_add(span / 3 * 2))
    }
}

/// Whether a certificate stands for a name.
pub(super) fn is_for(certificate: &CertificateDer<'_>, name: &str) -> bool {
    let (Ok(certificate), Ok(name)) = (
        ParsedCertificate::try_from(certificate),
        ServerName::try_from(name),
    ) else {
        return false;
    };
    verify_server_name(&certificate, &name).is_ok()
}

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// What is left of some DER.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next element, if it has this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&found, rest) = self.0.split_first()?;
        if found != tag {
            return None;
        }
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match usize::from(first) {
            length @ 0..=0x7f => (length, rest),
            // One to four bytes of length follow.
            bytes @ 0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(bytes - 0x80)?;
                let length = bytes
                    .iter()
                    .fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    /// The next element as a time: `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
    fn time(&mut self) -> Option<Timestamp> {
        let (text, century) = match self.take(UTC_TIME) {
            Some(text) => (text, true),
            None => (self.take(GENERALIZED_TIME)?, false),
        };
        let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
        let (year, rest) = text.split_at_checked(if century { 2 } else { 4 })?;
        let year: i16 = year.parse().ok()?;
        let year = match century {
            true if year < 50 => year + 2000,
            true => year + 1900,
            false => year,
        };
        let part = |at: usize| rest.get(at..at + 2)?.parse::<i8>().ok();
        let date = civil::DateTime::new(year, part(0)?, part(2)?, part(4)?, part(6)?, part(8)?, 0);
        let moment = jiff::tz::Offset::UTC.to_timestamp(date.ok()?).ok()?;
        Some(Timestamp::from_micros(moment.as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(until: i32) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(vec!["cad.example".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2026, 3, 1);
        params.not_after = date_time_ymd(until, 3, 31);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().clone()
    }

    #[test]
    fn a_certificate_says_until_when_it_holds() {
        for (year, ends) in [(2026, "2026-03-31"), (2055, "2055-03-31")] {
            let facts = Facts::of(&certificate(year)).unwrap();
            assert!(facts.begins.to_string().starts_with("2026-03-01T00:00:00"));
            assert!(facts.ends.to_string().starts_with(ends), "{}", facts.ends);
        }
        let facts = Facts::of(&certificate(2026)).unwrap();
        assert!(
            facts
                .renew_at()
                .to_string()
                .starts_with("2026-03-21T00:00:00")
        );
    }

    #[test]
    fn broken_bytes_are_no_certificate() {
        let whole = certificate(2026);
        for length in 0..whole.len() {
            // No panic; what is cut before its validity tells none.
            let cut = CertificateDer::from(whole[..length].to_vec());
            assert_eq!(Facts::of(&cut), None, "{length}");
        }
    }

    #[test]
    fn a_certificate_stands_for_its_names_only() {
        let certificate = certificate(2026);
        assert!(is_for(&certificate, "cad.example"));
        assert!(!is_for(&certificate, "other.example"));
        assert!(!is_for(&certificate, "not a name"));
    }
}
