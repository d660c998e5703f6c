use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};

use super::{Access, AccessError, breached, random};

/// The shortest password of a real account, in characters.
const MIN_CHARS: usize = 12;
/// The longest, in bytes; so that hashing costs a bounded time.
pub(super) const MAX_BYTES: usize = 256;

/// argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).
fn argon2() -> Result<Argon2<'static>, AccessError> {
    let params = Params::new(19 * 1_024, 2, 1, None).map_err(hash_error)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_error(error: impl std::fmt::Display) -> AccessError {
    AccessError::Hash(error.to_string())
}

/// Holds a new password against the bounds.
fn check(login: &str, password: &str) -> Result<(), AccessError> {
    if password.chars().count() < MIN_CHARS {
        return Err(AccessError::WeakPassword(
            "a password has at least 12 characters",
        ));
    }
    if password.len() > MAX_BYTES {
        return Err(AccessError::WeakPassword(
            "a password has at most 256 bytes",
        ));
    }
    let first = password.chars().next();
    if password.chars().all(|c| Some(c) == first) || password.to_lowercase().contains(login) {
        return Err(AccessError::WeakPassword(
            "a password is neither one character repeated nor does it hold the login name",
        ));
    }
    Ok(())
}

impl Access {
    /// Holds a new password against the bounds, the center's own words and the list of breached ones.
    pub(super) fn check_password(&self, login: &str, password: &str) -> Result<(), AccessError> {
        check(login, password)?;
        let policy = self.policy();
        let lower = password.to_lowercase();
        if policy.own_words.iter().any(|word| lower.contains(word)) {
            return Err(AccessError::WeakPassword(
                "a password holds none of the center's own words",
            ));
        }
        let Some(list) = policy.breached_list else {
            return Ok(());
        };
        let breached = breached::is_breached(list.as_ref(), password);
        if breached.map_err(AccessError::BreachedList)? {
            return Err(AccessError::WeakPassword(
                "this password is on the list of breached ones",
            ));
        }
        Ok(())
    }
}

/// Hashes a password into a PHC string.
pub(super) fn hash(password: &str) -> Result<String, AccessError> {
    let salt: [u8; 16] = random()?;
    let hash = argon2()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(hash_error)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one that `hash` stands for.
pub(super) fn verify(password: &str, hash: &str) -> Result<bool, AccessError> {
    let parsed = PasswordHash::new(hash).map_err(hash_error)?;
    Ok(argon2()?
        .verify_password(password.as_bytes(), &parsed)
        .is_ok())
}

/// What generated passwords and codes are made of; what looks alike is left out.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// Makes a password of seven groups of four letters and digits, 138 bits.
///
/// Letters and digits that look alike are left out, so that it can be read from a screen.
pub fn generate_password() -> Result<String, AccessError> {
    letters(7, 4)
}

/// So many groups of so many letters and digits, 4.95 bits each, with hyphens between them.
pub(super) fn letters(groups: usize, each: usize) -> Result<String, AccessError> {
    let mut text = String::new();
    for at in 0..groups * each {
        if at > 0 && at % each == 0 {
            text.push('-');
        }
        text.push(letter()?);
    }
    Ok(text)
}

/// One of the alphabet, each as likely: bytes beyond its last whole multiple are drawn again.
fn letter() -> Result<char, AccessError> {
    const WHOLE: u8 = 248;
    loop {
        let [byte] = random::<1>()?;
        if byte < WHOLE {
            return Ok(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

    use super::{hash, verify};

    #[test]
    fn passwords_are_hashed_with_argon2id_and_recognised() {
        let kept = hash("several words make it long").unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(!kept.contains("several"));
        assert_ne!(hash("several words make it long").unwrap(), kept, "salted");
        assert!(verify("several words make it long", &kept).unwrap());
        assert!(!verify("several words make it lonG", &kept).unwrap());
    }
}
