//! Time-based one-time passwords (RFC 6238): SHA-1, 30 seconds, six digits, as all apps take them.

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};

/// How long a code is shown.
const STEP_SECONDS: i64 = 30;

/// Which step a code belongs to, if it is right now, or was or will be one step away.
///
/// Steps up to `last` were used already: a code that somebody watched being typed opens nothing.
pub(super) fn verify(secret: &[u8], code: &str, now: i64, last: i64) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 {
        return None;
    }
    let step = now.div_euclid(STEP_SECONDS);
    (step - 1..=step + 1)
        .filter(|step| *step > last)
        .find(|step| {
            let right = self::code(secret, *step, 6);
            aws_lc_rs::constant_time::verify_slices_are_equal(right.as_bytes(), digits.as_bytes())
                .is_ok()
        })
}

fn code(secret: &[u8], step: i64, digits: u32) -> String {
    let key = Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = sign(&key, &step.to_be_bytes());
    let hash = tag.as_ref();
    let at = usize::from(hash[hash.len() - 1] & 15);
    let number = u32::from_be_bytes([hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]]);
    let width = digits as usize;
    format!("{:0width$}", number % 10_u32.pow(digits))
}

/// The secret in the letters that people type into an app (RFC 4648, base32).
pub(super) fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    bytes
        .chunks(5)
        .flat_map(|chunk| {
            let mut padded = [0_u8; 8];
            padded[3..3 + chunk.len()].copy_from_slice(chunk);
            let bits = u64::from_be_bytes(padded);
            let letters = (chunk.len() * 8).div_ceil(5);
            (0..letters).map(move |n| {
                let five = bits >> (35 - 5 * n) & 31;
                char::from(ALPHABET[five as usize])
            })
        })
        .collect()
}

/// The code of a step, for tests that play the app.
#[cfg(test)]
pub(crate) fn app(secret: &[u8], now: i64) -> String {
    code(secret, now.div_euclid(STEP_SECONDS), 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, Appendix B.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (at, expected) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code(secret, at / 30, 8), expected);
        }
    }

    /// RFC 4648, section 10.
    #[test]
    fn letters_are_those_of_the_standard() {
        for (bytes, expected) in [
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), expected);
        }
    }

    #[test]
    fn a_code_holds_for_its_step_and_its_neighbours_and_once() {
        let secret = b"12345678901234567890";
        let now = 1_234_567_890;
        let step = now / 30;
        let shown = code(secret, step, 6);
        assert_eq!(verify(secret, &shown, now, 0), Some(step));
        assert_eq!(verify(secret, &shown, now + 30, 0), Some(step));
        assert_eq!(verify(secret, &shown, now - 30, 0), Some(step));
        assert_eq!(verify(secret, &shown, now + 60, 0), None);
        assert_eq!(verify(secret, &shown, now, step), None, "used already");
        let spaced = format!("{} {}", &shown[..3], &shown[3..]);
        assert_eq!(verify(secret, &spaced, now, 0), Some(step));
        for wrong in ["", "12345", "1234567", "абвгде"] {
            assert_eq!(verify(secret, wrong, now, 0), None);
        }
    }
}
