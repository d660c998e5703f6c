//! Identity tokens: JSON Web Tokens (RFC 7519) that the provider signed.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::ProviderError;

/// By how many seconds clocks may differ.
const SKEW_SECONDS: i64 = 60;
/// The longest token, in bytes.
const MAX_BYTES: usize = 16 * 1_024;

/// The provider's keys (RFC 7517).
#[derive(Deserialize)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    r#use: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

/// What the provider says of somebody.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    pub(crate) sub: String,
    aud: Value,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    #[serde(default)]
    pub(super) nonce: String,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl Claims {
    /// Another claim, where it is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.others.get(name)?.as_str()
    }

    fn check(&self, issuer: &str, client: &str, now: i64) -> Result<(), ProviderError> {
        let is_for_us = match &self.aud {
            Value::String(one) => one == client,
            Value::Array(several) => {
                several.iter().any(|one| one == client)
                    && (several.len() == 1 || self.azp.as_deref() == Some(client))
            }
            _ => false,
        };
        let refused = |why| Err(ProviderError::Token(why));
        if self.iss != issuer {
            return refused("it is from another provider");
        }
        if !is_for_us {
            return refused("it is for another server");
        }
        if now >= self.exp + SKEW_SECONDS {
            return refused("it is over");
        }
        if self.iat > now + SKEW_SECONDS {
            return refused("it is from the future; compare the clocks");
        }
        if self.sub.is_empty() {
            return refused("it names nobody");
        }
        Ok(())
    }
}

impl Keys {
    /// Whether one of the keys may have signed a token.
    pub(super) fn fits(&self, text: &str) -> bool {
        let header = text.split('.').next().and_then(decode::<Header>);
        header.is_some_and(|header| self.for_header(&header).next().is_some())
    }

    fn for_header<'a>(&'a self, header: &'a Header) -> impl Iterator<Item = &'a Key> {
        self.keys.iter().filter(|key| {
            let kind = match header.alg.as_str() {
                "RS256" => key.kty == "RSA",
                "ES256" => key.kty == "EC" && key.crv.as_deref() == Some("P-256"),
                // 'none', and the symmetric ones, with which anybody could sign.
                _ => false,
            };
            kind && key.alg.as_ref().is_none_or(|alg| *alg == header.alg)
                && key.r#use.as_ref().is_none_or(|use_| use_ == "sig")
                && (header.kid.is_none() || header.kid == key.kid)
        })
    }

    /// Reads a token that one of the keys signed, for this server, and that holds now.
    pub(super) fn read(
        &self,
        text: &str,
        issuer: &str,
        client: &str,
        now: i64,
    ) -> Result<Claims, ProviderError> {
        const BAD: ProviderError = ProviderError::Token("it cannot be read");
        let parts: Vec<&str> = text.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            return Err(BAD);
        };
        if text.len() > MAX_BYTES {
            return Err(BAD);
        }
        let signed = &text[..header.len() + 1 + claims.len()];
        let header: Header = decode(header).ok_or(BAD)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| BAD)?;
        if !self
            .for_header(&header)
            .any(|key| key.verifies(signed.as_bytes(), &signature))
        {
            return Err(ProviderError::Token("its signature is wrong"));
        }
        let claims: Claims = decode(claims).ok_or(BAD)?;
        claims.check(issuer, client, now)?;
        Ok(claims)
    }
}

impl Key {
    fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        let bytes = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
        match self.kty.as_str() {
            "RSA" => bytes(&self.n).zip(bytes(&self.e)).is_some_and(|(n, e)| {
                RsaPublicKeyComponents { n, e }
                    .verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature)
                    .is_ok()
            }),
            _ => bytes(&self.x).zip(bytes(&self.y)).is_some_and(|(x, y)| {
                let point = [&[4], &x[..], &y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .verify(signed, signature)
                    .is_ok()
            }),
        }
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use aws_lc_rs::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
    };
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn pair() -> EcdsaKeyPair {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
        EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref()).unwrap()
    }

    fn keys(pair: &EcdsaKeyPair) -> Keys {
        let point = pair.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|part| URL_SAFE_NO_PAD.encode(part));
        let key = json!({"kty": "EC", "crv": "P-256", "kid": "1", "x": x, "y": y});
        serde_json::from_value(json!({"keys": [key]})).unwrap()
    }

    fn sign(pair: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
        let [header, claims] =
            [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn a_token_holds_for_this_server_now_and_from_this_provider() {
        let pair = pair();
        let keys = keys(&pair);
        let header = json!({"alg": "ES256", "kid": "1"});
        let good = json!({
            "iss": "https://id.example", "sub": "42", "aud": "callbox",
            "exp": NOW + 300, "iat": NOW, "nonce": "n", "preferred_username": "kim",
        });
        let read = |text: &str| keys.read(text, "https://id.example", "callbox", NOW);
        let token = sign(&pair, &header, &good);
        assert_eq!(
            read(&token).unwrap().text("preferred_username"),
            Some("kim")
        );

        let with = |name: &str, value: Value| {
            let mut claims = good.clone();
            claims[name] = value;
            sign(&pair, &header, &claims)
        };
        for accepted in [
            with("aud", json!(["callbox"])),
            with("exp", json!(NOW - 59)),
            with("iat", json!(NOW + 60)),
        ] {
            assert!(read(&accepted).is_ok());
        }
        for (refused, why) in [
            (
                with("iss", json!("https://evil.example")),
                "it is from another provider",
            ),
            (with("aud", json!("other")), "it is for another server"),
            (
                with("aud", json!(["callbox", "other"])),
                "it is for another server",
            ),
            (with("exp", json!(NOW - 60)), "it is over"),
            (
                with("iat", json!(NOW + 61)),
                "it is from the future; compare the clocks",
            ),
            (with("sub", json!("")), "it names nobody"),
            (
                token[..token.len() - 4].to_owned() + "AAAA",
                "its signature is wrong",
            ),
            (
                sign(&self::pair(), &header, &good),
                "its signature is wrong",
            ),
            (
                sign(&pair, &json!({"alg": "none"}), &good),
                "its signature is wrong",
            ),
            (
                sign(&pair, &json!({"alg": "HS256"}), &good),
                "its signature is wrong",
            ),
            (
                sign(&pair, &json!({"alg": "ES256", "kid": "2"}), &good),
                "its signature is wrong",
            ),
            ("a.b".into(), "it cannot be read"),
            (String::new(), "it cannot be read"),
        ] {
            match read(&refused) {
                Err(ProviderError::Token(found)) => assert_eq!(found, why),
                other => panic!("{why}: {other:?}"),
            }
        }
    }
}
