//! The bytes of authenticators: their data, and public keys in COSE (RFC 9052, RFC 9053).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use minicbor::{Decoder, data::Type};

use super::PasskeyError;
use crate::access::sha256;

/// The person was there, and touched something.
const USER_PRESENT: u8 = 1;
/// The person proved who they are to the authenticator: a fingerprint, a number.
const USER_VERIFIED: u8 = 1 << 2;
/// A credential follows.
const HAS_CREDENTIAL: u8 = 1 << 6;
/// The longest name of a credential (WebAuthn level 3, section 7.1, step 25).
const MAX_CREDENTIAL_BYTES: usize = 1_023;

const SHORT: PasskeyError = PasskeyError::Refused("the authenticator's data is too short");
const BAD_KEY: PasskeyError = PasskeyError::Refused("the public key cannot be read");

/// What an authenticator says (WebAuthn level 3, section 6.1).
#[derive(Debug)]
pub(super) struct AuthenticatorData<'a> {
    name_hash: &'a [u8],
    flags: u8,
    pub(super) counter: u32,
    /// Name and key of a new credential.
    pub(super) credential: Option<(&'a [u8], &'a [u8])>,
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, PasskeyError> {
        let (name_hash, rest) = bytes.split_at_checked(32).ok_or(SHORT)?;
        let (&flags, rest) = rest.split_first().ok_or(SHORT)?;
        let (counter, rest) = rest.split_first_chunk::<4>().ok_or(SHORT)?;
        let credential = if flags & HAS_CREDENTIAL == 0 {
            None
        } else {
            let (_model, rest) = rest.split_at_checked(16).ok_or(SHORT)?;
            let (length, rest) = rest.split_first_chunk::<2>().ok_or(SHORT)?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (name, rest) = rest.split_at_checked(length).ok_or(SHORT)?;
            if !(1..=MAX_CREDENTIAL_BYTES).contains(&length) {
                return Err(PasskeyError::Refused("the credential's name is too long"));
            }
            // Extensions may follow the key.
            let mut decoder = Decoder::new(rest);
            decoder.skip().map_err(|_| BAD_KEY)?;
            Some((name, &rest[..decoder.position()]))
        };
        Ok(Self {
            name_hash,
            flags,
            counter: u32::from_be_bytes(*counter),
            credential,
        })
    }

    /// Holds it against the server's name; the person must have proved who they are.
    pub(super) fn check(&self, name: &str) -> Result<(), PasskeyError> {
        if self.name_hash != sha256(&[name.as_bytes()]) {
            return Err(PasskeyError::Refused("the passkey is for another server"));
        }
        if self.flags & USER_PRESENT == 0 || self.flags & USER_VERIFIED == 0 {
            return Err(PasskeyError::Refused(
                "the authenticator did not verify its user",
            ));
        }
        Ok(())
    }
}

/// The authenticator's data in an attestation object, whose statement is left unread.
pub(super) fn authenticator_data_of(attestation: &[u8]) -> Result<&[u8], PasskeyError> {
    const BAD: PasskeyError = PasskeyError::Refused("the attestation cannot be read");
    let mut decoder = Decoder::new(attestation);
    let members = decoder.map().ok().flatten().ok_or(BAD)?;
    for _ in 0..members.min(8) {
        if decoder.str().map_err(|_| BAD)? == "authData" {
            return decoder.bytes().map_err(|_| BAD);
        }
        decoder.skip().map_err(|_| BAD)?;
    }
    Err(BAD)
}

/// A public key of one of the kinds that were asked for.
pub(super) enum PublicKey {
    /// ECDSA on P-256 with SHA-256 (-7); the uncompressed point.
    P256(Vec<u8>),
    /// Ed25519 (-8).
    Ed25519(Vec<u8>),
    /// RSA with SHA-256 (-257), for Windows Hello; modulus and exponent.
    Rsa(Vec<u8>, Vec<u8>),
}

impl PublicKey {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, PasskeyError> {
        let mut decoder = Decoder::new(bytes);
        let (mut kind, mut algorithm, mut curve) = (0, 0, 0);
        let (mut minus_one, mut minus_two, mut minus_three) = (vec![], vec![], vec![]);
        let members = decoder.map().ok().flatten().ok_or(BAD_KEY)?;
        for _ in 0..members.min(16) {
            let label = decoder.i64().map_err(|_| BAD_KEY)?;
            let is_bytes = matches!(decoder.datatype(), Ok(Type::Bytes));
            match label {
                1 => kind = decoder.i64().map_err(|_| BAD_KEY)?,
                3 => algorithm = decoder.i64().map_err(|_| BAD_KEY)?,
                -1 if !is_bytes => curve = decoder.i64().map_err(|_| BAD_KEY)?,
                -3..=-1 => {
                    let value = decoder.bytes().map_err(|_| BAD_KEY)?.to_vec();
                    match label {
                        -1 => minus_one = value,
                        -2 => minus_two = value,
                        _ => minus_three = value,
                    }
                }
                _ => decoder.skip().map_err(|_| BAD_KEY)?,
            }
        }
        match (kind, algorithm, curve) {
            (2, -7, 1) if minus_two.len() == 32 && minus_three.len() == 32 => {
                Ok(Self::P256([&[4], &minus_two[..], &minus_three].concat()))
            }
            (1, -8, 6) if minus_two.len() == 32 => Ok(Self::Ed25519(minus_two)),
            (3, -257, 0) if minus_one.len() >= 256 => Ok(Self::Rsa(minus_one, minus_two)),
            _ => Err(BAD_KEY),
        }
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), PasskeyError> {
        let outcome = match self {
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rsa(n, e) => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        outcome.map_err(|_| PasskeyError::Refused("the signature is wrong"))
    }
}
