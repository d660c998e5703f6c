use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    error::Unspecified,
    rand::{SecureRandom as _, SystemRandom},
};
use zeroize::{Zeroize as _, ZeroizeOnDrop};

/// The bytes of one AES-256 key.
pub(super) const KEY_BYTES: usize = 32;
/// What a wrapped key has more than a key: nonce and tag.
pub(super) const WRAP_BYTES: usize = NONCE_LEN + 16;

/// A secret of 256 bits; overwritten when it is dropped, and never printed.
#[derive(ZeroizeOnDrop)]
pub(super) struct Key([u8; KEY_BYTES]);

impl Key {
    /// Takes a key from the system's random numbers.
    pub(super) fn random() -> Result<Self, Unspecified> {
        let mut bytes = [0; KEY_BYTES];
        SystemRandom::new().fill(&mut bytes)?;
        Ok(Self::new(&mut bytes))
    }

    /// Takes over the bytes and overwrites the caller's.
    pub(super) fn new(bytes: &mut [u8; KEY_BYTES]) -> Self {
        let key = Self(*bytes);
        bytes.zeroize();
        key
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Wraps `inner` under this key: nonce, ciphertext, tag. `bound` has to be given again.
    pub(super) fn wrap(&self, inner: &Key, bound: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce)?;
        let mut body = inner.0.to_vec();
        let sealed = self.cipher()?.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound),
            &mut body,
        );
        if sealed.is_err() {
            body.zeroize();
        }
        sealed?;
        Ok([nonce.as_slice(), &body].concat())
    }

    /// Unwraps what [`wrap`](Key::wrap) gave; fails for another key or other bound bytes.
    pub(super) fn unwrap_key(&self, wrapped: &[u8], bound: &[u8]) -> Result<Key, Unspecified> {
        let (nonce, body) = wrapped
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(Unspecified)?;
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self
            .cipher()?
            .open_in_place(nonce, Aad::from(bound), &mut body);
        let key = opened
            .ok()
            .and_then(|bytes| <&mut [u8; KEY_BYTES]>::try_from(bytes).ok())
            .map(Key::new);
        body.zeroize();
        key.ok_or(Unspecified)
    }

    fn cipher(&self) -> Result<LessSafeKey, Unspecified> {
        Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.0)?))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}
