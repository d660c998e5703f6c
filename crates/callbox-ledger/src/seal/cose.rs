//! COSE_Encrypt0 (RFC 9052) with a fresh, committed subkey for each payload.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    constant_time::verify_slices_are_equal,
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Salt},
    rand::{SecureRandom as _, SystemRandom},
};
use minicbor::{Decoder, Encoder, data::Tag, decode};
use zeroize::Zeroizing;

use super::key::{KEY_BYTES, Key};

/// The CBOR tag of a COSE_Encrypt0 (RFC 9052, 2).
const TAG: u64 = 16;
/// The protected header: algorithm (label 1) A256GCM (3), as bytes.
const PROTECTED: [u8; 3] = [0xa1, 0x01, 0x03];
/// The header labels that are used: key id, IV (RFC 9052, 3.1), and one for private use.
const KID: i32 = 4;
const IV: i32 = 5;
const COMMITMENT: i32 = -70_001;
/// What the subkey is for; another use needs another one.
const INFO: &[u8] = b"callbox/seal/1";
const COMMITMENT_BYTES: usize = 32;

/// How much longer than its content a sealed payload is at most, in bytes.
pub const MAX_SEALED: usize = 96;

/// Tells why sealed bytes could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoseError {
    /// They are not a COSE_Encrypt0 as this version writes it.
    #[error("the sealed bytes do not have the expected form")]
    Malformed,
    /// Key, header or content do not belong together.
    #[error("the sealed bytes were not sealed with this key for this event, or were changed")]
    Mismatch,
    /// The cipher or the system's random numbers failed.
    #[error("the cipher failed")]
    Failed,
}

impl From<Unspecified> for CoseError {
    fn from(_: Unspecified) -> Self {
        Self::Failed
    }
}

impl From<decode::Error> for CoseError {
    fn from(_: decode::Error) -> Self {
        Self::Malformed
    }
}

/// The parts of a sealed payload.
struct Parts<'a> {
    kid: u64,
    iv: [u8; NONCE_LEN],
    commitment: &'a [u8],
    ciphertext: &'a [u8],
}

/// Seals `content` under `key`, bound to `header`.
///
/// The initialisation vector is random and salts the subkey as well, so that each payload has a
/// key of its own (HKDF-SHA-256, RFC 5869). The second half of the derived bytes commits to the
/// key: GCM alone would let somebody craft bytes that open differently under two keys.
pub(super) fn seal(
    key: &Key,
    kid: u64,
    header: &[u8],
    content: &[u8],
) -> Result<Vec<u8>, CoseError> {
    let mut iv = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut iv)?;
    let derived = derive(key, &iv)?;
    let (subkey, commitment) = derived.split_at(KEY_BYTES);
    let mut body = Vec::with_capacity(content.len() + 16);
    body.extend_from_slice(content);
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, subkey)?).seal_in_place_append_tag(
        Nonce::assume_unique_for_key(iv),
        Aad::from(associated(header)),
        &mut body,
    )?;
    let mut sealed = Vec::with_capacity(body.len() + MAX_SEALED);
    let written = (|| {
        let mut e = Encoder::new(&mut sealed);
        e.tag(Tag::new(TAG))?.array(3)?.bytes(&PROTECTED)?;
        e.map(3)?.i32(KID)?.bytes(short(&kid.to_be_bytes()))?;
        e.i32(IV)?.bytes(&iv)?.i32(COMMITMENT)?.bytes(commitment)?;
        e.bytes(&body)?.ok()
    })();
    written.map_err(|_: minicbor::encode::Error<_>| CoseError::Failed)?;
    Ok(sealed)
}

/// What opens one sealed payload and no other: its subkey, and the commitment to it.
#[derive(Clone)]
pub struct Opener(Zeroizing<[u8; KEY_BYTES + COMMITMENT_BYTES]>);

impl Opener {
    /// Reads what [`bytes`](Opener::bytes) gave; nothing for another length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The bytes to hand over with the sealed payload: whoever has them can open it.
    pub fn bytes(&self) -> &[u8] {
        &*self.0
    }
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opener")
    }
}

/// Gives what opens this payload alone: subkeys are derived one way, so that it tells nothing of the
/// key and of other payloads.
pub(super) fn disclose(key: &Key, sealed: &[u8]) -> Result<Opener, CoseError> {
    Ok(Opener(derive(key, &parse(sealed)?.iv)?))
}

/// Opens what [`seal`] gave; fails for another key, another header or changed bytes.
pub(super) fn open(key: &Key, header: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CoseError> {
    open_disclosed(&disclose(key, sealed)?, header, sealed)
}

/// Opens a payload with what was handed over with it; fails for another payload's, another header or
/// changed bytes.
pub fn open_disclosed(opener: &Opener, header: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CoseError> {
    let parts = parse(sealed)?;
    let (subkey, commitment) = opener.0.split_at(KEY_BYTES);
    verify_slices_are_equal(commitment, parts.commitment).map_err(|_| CoseError::Mismatch)?;
    let mut body = parts.ciphertext.to_vec();
    let length = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, subkey)?)
        .open_in_place(
            Nonce::assume_unique_for_key(parts.iv),
            Aad::from(associated(header)),
            &mut body,
        )
        .map_err(|_| CoseError::Mismatch)?
        .len();
    body.truncate(length);
    Ok(body)
}

/// Reads the number of the key that sealed these bytes.
pub fn kid_of(sealed: &[u8]) -> Result<u64, CoseError> {
    parse(sealed).map(|parts| parts.kid)
}

fn parse(sealed: &[u8]) -> Result<Parts<'_>, CoseError> {
    let mut d = Decoder::new(sealed);
    if d.tag()?.as_u64() != TAG || d.array()? != Some(3) || d.bytes()? != PROTECTED {
        return Err(CoseError::Malformed);
    }
    if d.map()? != Some(3) || d.i32()? != KID {
        return Err(CoseError::Malformed);
    }
    let kid = d.bytes()?;
    let start = size_of::<u64>()
        .checked_sub(kid.len())
        .ok_or(CoseError::Malformed)?;
    let mut number = [0; size_of::<u64>()];
    number[start..].copy_from_slice(kid);
    if d.i32()? != IV {
        return Err(CoseError::Malformed);
    }
    let iv = d.bytes()?.try_into().map_err(|_| CoseError::Malformed)?;
    if d.i32()? != COMMITMENT {
        return Err(CoseError::Malformed);
    }
    let (commitment, ciphertext) = (d.bytes()?, d.bytes()?);
    if commitment.len() != COMMITMENT_BYTES || d.position() != sealed.len() {
        return Err(CoseError::Malformed);
    }
    Ok(Parts {
        kid: u64::from_be_bytes(number),
        iv,
        commitment,
        ciphertext,
    })
}

struct Both;

impl KeyType for Both {
    fn len(&self) -> usize {
        KEY_BYTES + COMMITMENT_BYTES
    }
}

/// Subkey and commitment of one payload.
fn derive(
    key: &Key,
    iv: &[u8; NONCE_LEN],
) -> Result<Zeroizing<[u8; KEY_BYTES + COMMITMENT_BYTES]>, Unspecified> {
    let mut derived = Zeroizing::new([0; KEY_BYTES + COMMITMENT_BYTES]);
    let pseudorandom = Salt::new(HKDF_SHA256, iv).extract(key.bytes());
    pseudorandom.expand(&[INFO], Both)?.fill(&mut *derived)?;
    Ok(derived)
}

/// The associated data: the Enc_structure of RFC 9052, 5.3, over the event's header.
fn associated(header: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(header.len() + 24);
    let mut e = Encoder::new(&mut bytes);
    let written = (|| {
        e.array(3)?
            .str("Encrypt0")?
            .bytes(&PROTECTED)?
            .bytes(header)?
            .ok()
    })();
    written.expect("encoding into memory does not fail");
    bytes
}

/// A number's bytes without the leading zeros; at least one.
fn short(bytes: &[u8; 8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros.min(7)..]
}
