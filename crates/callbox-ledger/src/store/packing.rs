//! The column `leaves`, packed where that makes it smaller (Zstandard, RFC 8878).
//!
//! Only the stored form is packed: hashes, proofs and copies elsewhere are about the leaves
//! themselves, so that packing can change without any of them.

use std::borrow::Cow;
use std::fmt;

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe;

use crate::frame::MAX_FRAME_BYTES;

/// What packed bytes begin with (RFC 8878, 3.1.1). Leaves themselves never do: the first byte would
/// say that the first leaf has 40 bytes, and the second is no array of CBOR.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Fewer bytes than this hardly repeat anything.
const WORTH_PACKING: usize = 512;

/// The fastest of the ordinary levels: the next ones take twice as long for one byte in a hundred.
const LEVEL: i32 = 1;

/// Packs leaves; keeps its tables between frames.
#[derive(Default)]
pub(super) struct Packer(Option<Compressor<'static>>);

impl Packer {
    /// Gives the bytes to store; the leaves as they are where packing fails or gains nothing.
    pub(super) fn pack<'a>(&mut self, leaves: &'a [u8]) -> Cow<'a, [u8]> {
        if leaves.len() < WORTH_PACKING {
            return Cow::Borrowed(leaves);
        }
        if self.0.is_none() {
            self.0 = Compressor::new(LEVEL).ok();
        }
        match self.0.as_mut().map(|packer| packer.compress(leaves)) {
            Some(Ok(packed)) if packed.len() < leaves.len() => Cow::Owned(packed),
            _ => Cow::Borrowed(leaves),
        }
    }
}

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Packer")
    }
}

/// Unpacks leaves; keeps its tables between frames.
#[derive(Default)]
pub(super) struct Unpacker(Option<Decompressor<'static>>);

impl Unpacker {
    /// Gives the leaves; refuses packed bytes that are damaged or say that they hold more than a
    /// frame can.
    pub(super) fn unpack(&mut self, stored: &[u8]) -> Result<Vec<u8>, String> {
        if !stored.starts_with(&MAGIC) {
            return Ok(stored.to_vec());
        }
        let size = match zstd_safe::get_frame_content_size(stored) {
            Ok(Some(size)) if size <= MAX_FRAME_BYTES as u64 => size as usize,
            Ok(Some(size)) => return Err(format!("its {size} bytes are more than a frame holds")),
            _ => return Err("its packed form does not say how long it is".to_owned()),
        };
        if self.0.is_none() {
            self.0 = Some(Decompressor::new().map_err(|error| error.to_string())?);
        }
        let unpacker = self.0.as_mut().expect("it was just made");
        let leaves = unpacker
            .decompress(stored, size)
            .map_err(|error| format!("its packed form is damaged: {error}"))?;
        match leaves.len() == size {
            true => Ok(leaves),
            false => Err("its packed form is damaged: it ends early".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves() -> Vec<u8> {
        (0..200_u32)
            .flat_map(|i| [41, 0x8b, (i / 7) as u8, 0x19, i as u8])
            .collect()
    }

    #[test]
    fn what_was_packed_comes_back() {
        let (mut packer, mut unpacker) = (Packer::default(), Unpacker::default());
        for leaves in [leaves(), vec![7; 40], Vec::new()] {
            let packed = packer.pack(&leaves);
            assert_eq!(unpacker.unpack(&packed).as_ref(), Ok(&leaves));
        }
        assert!(packer.pack(&leaves()).len() < leaves().len());
    }

    /// Random bytes do not get longer.
    #[test]
    fn what_cannot_be_packed_stays_as_it_is() {
        let noise: Vec<u8> = (0..64_u8)
            .flat_map(|i| crate::hash::sha256(&[i]).0)
            .collect();
        assert_eq!(*Packer::default().pack(&noise), *noise);
    }

    /// Whatever bit of the packed form changes: it is refused, or gives what may be other leaves but
    /// never more than a frame; the tree's head then tells.
    #[test]
    fn damage_is_refused_or_bounded() {
        let leaves = leaves();
        let packed = Packer::default().pack(&leaves).into_owned();
        let mut refused = 0;
        for at in 0..packed.len() {
            for bit in 0..8 {
                let mut bad = packed.clone();
                bad[at] ^= 1 << bit;
                match Unpacker::default().unpack(&bad) {
                    Ok(other) => assert!(other.len() <= MAX_FRAME_BYTES),
                    Err(_) => refused += 1,
                }
            }
        }
        assert!(refused > 0);
        for end in 4..packed.len() {
            assert!(Unpacker::default().unpack(&packed[..end]).is_err());
        }
    }

    /// A kilobyte that says it is more than any frame is refused before anything is unpacked.
    #[test]
    fn a_bomb_is_refused() {
        let bomb = zstd::bulk::compress(&vec![0; MAX_FRAME_BYTES + 1], LEVEL).expect("zeros pack");
        let error = Unpacker::default().unpack(&bomb).expect_err("too much");
        assert!(error.contains("more than a frame holds"), "{error}");
    }
}
