#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use callbox_domain::ActorId;
use minicbor::Encoder;
use tempfile::TempDir;

use super::{Access, Assertion, Ceremonies, PasskeyError, Registration, name_of, sha256};
use crate::access::Role;

const HOST: &str = "cad.example:8443";
const USER_WAS_THERE: u8 = 0b101;

/// An authenticator in a few lines.
struct Authenticator {
    pair: EcdsaKeyPair,
}

impl Authenticator {
    fn new() -> Self {
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref()).unwrap();
        Self { pair }
    }

    fn data(&self, name: &str, flags: u8, counter: u32) -> Vec<u8> {
        let hash = sha256(&[name.as_bytes()]);
        [&hash[..], &[flags], &counter.to_be_bytes()].concat()
    }

    fn register(&self, origin: &str, challenge: &str) -> Registration {
        let point = self.pair.public_key().as_ref();
        let mut key = Encoder::new(Vec::new());
        key.map(5).unwrap();
        key.i64(1).unwrap().i64(2).unwrap();
        key.i64(3).unwrap().i64(-7).unwrap();
        key.i64(-1).unwrap().i64(1).unwrap();
        key.i64(-2).unwrap().bytes(&point[1..33]).unwrap();
        key.i64(-3).unwrap().bytes(&point[33..]).unwrap();
        let mut data = self.data(name_of(HOST), USER_WAS_THERE | 0b100_0000, 0);
        data.extend([0; 16]);
        data.extend([0, 4]);
        data.extend(b"pass");
        data.extend(key.into_writer());
        let mut attestation = Encoder::new(Vec::new());
        attestation.map(3).unwrap();
        attestation.str("fmt").unwrap().str("none").unwrap();
        attestation.str("attStmt").unwrap().map(0).unwrap();
        attestation.str("authData").unwrap().bytes(&data).unwrap();
        Registration {
            client_data: BASE64.encode(client_data("webauthn.create", origin, challenge)),
            attestation: BASE64.encode(attestation.into_writer()),
            label: "Test key".into(),
        }
    }

    fn sign(&self, origin: &str, challenge: &str, flags: u8, counter: u32) -> Assertion {
        let client_data = client_data("webauthn.get", origin, challenge);
        let data = self.data(name_of(HOST), flags, counter);
        let signed = [&data[..], &sha256(&[client_data.as_bytes()])].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        Assertion {
            credential: BASE64.encode("pass"),
            client_data: BASE64.encode(client_data),
            authenticator_data: BASE64.encode(data),
            signature: BASE64.encode(signature),
        }
    }
}

fn client_data(ceremony: &str, origin: &str, challenge: &str) -> String {
    serde_json::json!({"type": ceremony, "challenge": challenge, "origin": origin}).to_string()
}

fn world() -> (TempDir, Access, Ceremonies, ActorId) {
    let dir = TempDir::new().unwrap();
    let access = Access::open(&dir.path().join("access.db")).unwrap();
    let account = access.create("kim", "Kim", Role::Dispatcher, "plain words, long");
    let actor = account.unwrap().actor;
    (dir, access, Ceremonies::default(), actor)
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, PasskeyError>) -> &'static str {
    match outcome {
        Err(PasskeyError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_passkey_is_registered_and_signs_in() {
    let (_dir, access, ceremonies, actor) = world();
    let key = Authenticator::new();
    let now = access.now();
    let origin = format!("https://{HOST}");

    let challenge = ceremonies.begin(Some(actor), now).unwrap();
    let sent = key.register(&origin, &challenge);
    access.add_passkey(&ceremonies, actor, HOST, &sent).unwrap();
    assert_eq!(access.passkeys(actor).unwrap()[0].label, "Test key");
    assert_eq!(
        refused(access.add_passkey(&ceremonies, actor, HOST, &sent)),
        "the challenge is not one of ours",
        "a challenge holds once"
    );

    let begin = || ceremonies.begin(None, now).unwrap();
    let check = |sent: &Assertion| access.check_passkey(&ceremonies, HOST, sent);
    let sent = key.sign(&origin, &begin(), USER_WAS_THERE, 7);
    assert_eq!(check(&sent).unwrap().login, "kim");
    assert_eq!(refused(check(&sent)), "the challenge is not one of ours");

    let wrong = [
        (
            key.sign(&origin, &begin(), USER_WAS_THERE, 7),
            "the passkey was copied",
        ),
        (
            key.sign("https://evil.example", &begin(), USER_WAS_THERE, 8),
            "the page is not of this server",
        ),
        (
            key.sign(&format!("http://{HOST}"), &begin(), USER_WAS_THERE, 8),
            "the page is not of this server",
        ),
        (
            key.sign(&origin, &begin(), 1, 8),
            "the authenticator did not verify its user",
        ),
        (
            Authenticator::new().sign(&origin, &begin(), USER_WAS_THERE, 8),
            "the signature is wrong",
        ),
        (
            key.sign(&origin, &BASE64.encode([7; 32]), USER_WAS_THERE, 8),
            "the challenge is not one of ours",
        ),
        (
            key.sign(
                &origin,
                &ceremonies.begin(Some(actor), now).unwrap(),
                USER_WAS_THERE,
                8,
            ),
            "the challenge is not one of ours",
        ),
    ];
    for (sent, why) in wrong {
        assert_eq!(refused(check(&sent)), why);
    }
    let elsewhere = key.sign("https://cad.example", &begin(), USER_WAS_THERE, 9);
    let outcome = access.check_passkey(&ceremonies, "cad.example", &elsewhere);
    assert_eq!(
        outcome.unwrap().login,
        "kim",
        "another port is the same name"
    );

    access.disable("kim").unwrap();
    let sent = key.sign(&origin, &begin(), USER_WAS_THERE, 10);
    assert_eq!(refused(check(&sent)), "the account is out of use");
}

#[test]
fn broken_bytes_are_refused() {
    let (_dir, access, ceremonies, actor) = world();
    let key = Authenticator::new();
    let origin = format!("https://{HOST}");
    let whole = {
        let challenge = ceremonies.begin(Some(actor), access.now()).unwrap();
        key.register(&origin, &challenge).attestation
    };
    let whole = BASE64.decode(whole).unwrap();
    for length in 0..whole.len() {
        let challenge = ceremonies.begin(Some(actor), access.now()).unwrap();
        let mut sent = key.register(&origin, &challenge);
        sent.attestation = BASE64.encode(&whole[..length]);
        refused(access.add_passkey(&ceremonies, actor, HOST, &sent));
    }
    assert_eq!(access.passkeys(actor).unwrap(), []);
}
