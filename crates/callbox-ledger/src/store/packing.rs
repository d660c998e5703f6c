//! The column `leaves`, packed where that makes it smaller: its fields as columns under Zstandard
//! (RFC 8878), its hashes as they are.
//!
//! Only the stored form is packed: hashes, proofs and copies elsewhere are about the leaves
//! themselves, so that packing can change without any of them.

use std::fmt;

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe;

use super::columns::{Columns, put_together};
use crate::frame::MAX_FRAME_BYTES;

/// What packed columns begin with. Leaves themselves never do: a leaf is not empty.
const COLUMNS: [u8; 2] = [0, 1];
/// The columns' head: what they begin with, how many events and how many bytes of hashes, each in
/// four bytes.
const HEAD: usize = 10;

/// What the packed bytes of format 2 begin with (RFC 8878, 3.1.1). Leaves themselves never do: the
/// first byte would say that the first leaf has 40 bytes, and the second is no array of CBOR.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Fewer bytes than this hardly repeat anything.
const WORTH_PACKING: usize = 512;

/// The fastest of the ordinary levels: the next ones take twice as long for one byte in a hundred.
const LEVEL: i32 = 1;

/// Packs leaves; keeps its tables between frames.
#[derive(Default)]
pub(crate) struct Packer {
    columns: Columns,
    zstd: Option<Compressor<'static>>,
    packed: Vec<u8>,
}

impl Packer {
    /// Gives the bytes to store; the leaves as they are where packing fails or gains nothing.
    pub(crate) fn pack<'a>(&'a mut self, leaves: &'a [u8]) -> &'a [u8] {
        if leaves.len() >= WORTH_PACKING && self.try_pack(leaves).is_some() {
            &self.packed
        } else {
            leaves
        }
    }

    fn try_pack(&mut self, leaves: &[u8]) -> Option<()> {
        if self.zstd.is_none() {
            self.zstd = Compressor::new(LEVEL).ok();
        }
        let n = self.columns.take_apart(leaves)?;
        let Columns { plain, hashes, .. } = &self.columns;
        let begin = HEAD + hashes.len();
        self.packed.clear();
        self.packed.extend_from_slice(&COLUMNS);
        self.packed.extend_from_slice(&n.to_be_bytes());
        self.packed
            .extend_from_slice(&u32::try_from(hashes.len()).ok()?.to_be_bytes());
        self.packed.extend_from_slice(hashes);
        self.packed
            .resize(begin + zstd_safe::compress_bound(plain.len()), 0);
        let zstd = self.zstd.as_mut()?;
        let packed = zstd
            .compress_to_buffer(plain, &mut self.packed[begin..])
            .ok()?;
        self.packed.truncate(begin + packed);
        (self.packed.len() < leaves.len()).then_some(())
    }
}

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Packer")
    }
}

/// Unpacks leaves; keeps its tables between frames.
#[derive(Default)]
pub(crate) struct Unpacker(Option<Decompressor<'static>>);

impl Unpacker {
    /// Gives the leaves; refuses packed bytes that are damaged or say that they hold more than a
    /// frame can.
    pub(crate) fn unpack(&mut self, stored: &[u8]) -> Result<Vec<u8>, String> {
        if stored.starts_with(&MAGIC) {
            return self.zstd(stored);
        }
        if !stored.starts_with(&COLUMNS) {
            return Ok(stored.to_vec());
        }
        let cut = || "its columns end early".to_owned();
        let (head, rest) = stored.split_at_checked(HEAD).ok_or_else(cut)?;
        let number =
            |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let (n, hashes) = (number(2), number(6) as usize);
        let (hashes, fields) = rest.split_at_checked(hashes).ok_or_else(cut)?;
        let fields = self.zstd(fields)?;
        put_together(n, &fields, hashes)
    }

    fn zstd(&mut self, stored: &[u8]) -> Result<Vec<u8>, String> {
        let size = match zstd_safe::get_frame_content_size(stored) {
            Ok(Some(size)) if size <= MAX_FRAME_BYTES as u64 => size as usize,
            Ok(Some(size)) => return Err(format!("its {size} bytes are more than a frame holds")),
            _ => return Err("its packed form does not say how long it is".to_owned()),
        };
        if self.0.is_none() {
            self.0 = Some(Decompressor::new().map_err(|error| error.to_string())?);
        }
        let unpacker = self.0.as_mut().expect("it was just made");
        let unpacked = unpacker
            .decompress(stored, size)
            .map_err(|error| format!("its packed form is damaged: {error}"))?;
        match unpacked.len() == size {
            true => Ok(unpacked),
            false => Err("its packed form is damaged: it ends early".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::put_part;
    use crate::leaf::{Leaf, Stream, encode};

    fn leaves() -> Vec<u8> {
        let mut out = Vec::new();
        for i in 0..40_u32 {
            let leaf = Leaf {
                kind: 3,
                schema: 1,
                stream: Stream {
                    kind: 1,
                    no: u64::from(i / 7),
                },
                stream_version: i % 7 + 1,
                at_us: i64::from(i),
                recorded_us: i64::from(i) + 900,
                actor: 5,
                purpose: 1,
                idempotency: Some([i as u8; 16]),
                open: b"E001 is on its way",
                personal_hash: None,
                frame: None,
            };
            let mut bytes = Vec::new();
            encode(&leaf, &mut bytes);
            put_part(&mut out, &bytes);
        }
        out
    }

    #[test]
    fn what_was_packed_comes_back() {
        let (mut packer, mut unpacker) = (Packer::default(), Unpacker::default());
        for leaves in [leaves(), vec![7; 40], Vec::new()] {
            let packed = packer.pack(&leaves);
            assert_eq!(unpacker.unpack(packed).as_ref(), Ok(&leaves));
        }
        assert!(packer.pack(&leaves()).len() * 2 < leaves().len());
    }

    /// What the format before stored is read as it was.
    #[test]
    fn leaves_under_zstandard_alone_come_back() {
        let packed = zstd::bulk::compress(&leaves(), LEVEL).expect("leaves pack");
        assert_eq!(Unpacker::default().unpack(&packed), Ok(leaves()));
    }

    /// Random bytes do not get longer.
    #[test]
    fn what_cannot_be_packed_stays_as_it_is() {
        let noise: Vec<u8> = (0..64_u8)
            .flat_map(|i| crate::hash::sha256(&[i]).0)
            .collect();
        assert_eq!(Packer::default().pack(&noise), noise);
    }

    /// Whatever bit of the packed form changes: it is refused, or gives what may be other leaves but
    /// never more than a frame; the tree's head then tells.
    #[test]
    fn damage_is_refused_or_bounded() {
        let leaves = leaves();
        let packed = Packer::default().pack(&leaves).to_vec();
        let (mut unpacker, mut refused) = (Unpacker::default(), 0);
        for at in 0..packed.len() {
            for bit in 0..8 {
                let mut bad = packed.clone();
                bad[at] ^= 1 << bit;
                match unpacker.unpack(&bad) {
                    Ok(other) => assert!(other.len() <= MAX_FRAME_BYTES),
                    Err(_) => refused += 1,
                }
            }
        }
        assert!(refused > 0);
        for end in 2..packed.len() {
            assert!(unpacker.unpack(&packed[..end]).is_err());
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
