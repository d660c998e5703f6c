//! A frame's leaves, taken apart into columns: what one field says of all events stands together,
//! hashes and random keys stand apart.
//!
//! Fields of one kind repeat or grow by little, which a packer sees only where they stand side by
//! side; hashes cannot be packed and only hide what can. The layout is in `docs/ledger.md`.

use crate::frame::{MAX_EVENTS, MAX_FRAME_BYTES, Parts, put_part};
use crate::hash::Hash;
use crate::leaf::{self, FrameHead, Leaf, Stream};

/// How a leaf's optional fields are told in its flags.
const HAS_IDEMPOTENCY: u8 = 1;
const HAS_PERSONAL: u8 = 2;
const HAS_FRAME: u8 = 4;

const KEY_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// The columns of one frame, as bytes; kept between frames for their memory.
#[derive(Default)]
pub(crate) struct Columns {
    /// One for each field, in the order in which they are stored.
    fields: [Vec<u8>; FIELDS],
    /// Idempotency keys and personal hashes, as the events come: what no packer makes smaller.
    pub(crate) hashes: Vec<u8>,
    /// All fields, one after another.
    pub(crate) plain: Vec<u8>,
    scratch: Vec<u8>,
}

const FIELDS: usize = 13;

impl Columns {
    /// Takes leaves apart; gives their number, or `None` where putting together would not give the
    /// very same bytes, as for what is no canonical leaf.
    pub(crate) fn take_apart(&mut self, leaves: &[u8]) -> Option<u32> {
        self.fields.iter_mut().for_each(Vec::clear);
        self.hashes.clear();
        self.plain.clear();
        let (mut n, mut before) = (0, Before::default());
        let mut parts = Parts::new(leaves);
        while !parts.is_empty() {
            let bytes = parts.next_part().ok()?;
            let leaf = leaf::decode(bytes).ok()?;
            if !leaf::is_canonical(&leaf, bytes, &mut self.scratch) {
                return None;
            }
            self.push(&leaf, &mut before);
            n += 1;
        }
        for field in &self.fields {
            self.plain.extend_from_slice(field);
        }
        Some(n)
    }

    fn push(&mut self, leaf: &Leaf<'_>, before: &mut Before) {
        let flags = [
            leaf.idempotency.map(|_| HAS_IDEMPOTENCY),
            leaf.personal_hash.map(|_| HAS_PERSONAL),
            leaf.frame.map(|_| HAS_FRAME),
        ];
        let delay_us = leaf.recorded_us.wrapping_sub(leaf.at_us);
        let numbers = [
            flags.into_iter().flatten().sum::<u8>().into(),
            leaf.kind.into(),
            leaf.schema.into(),
            leaf.stream.kind.into(),
            folded(leaf.stream.no.wrapping_sub(before.stream_no) as i64),
            leaf.stream_version.into(),
            folded(leaf.recorded_us.wrapping_sub(before.recorded_us)),
            folded(delay_us),
            leaf.actor,
            leaf.purpose.into(),
            leaf.open.len() as u64,
        ];
        let [fields @ .., heads, open] = &mut self.fields;
        for (field, number) in fields.iter_mut().zip(numbers) {
            put_number(field, number);
        }
        if let Some(head) = &leaf.frame {
            for number in [head.no, head.writer.into(), head.epoch.into()] {
                put_number(heads, number);
            }
        }
        open.extend_from_slice(leaf.open);
        if let Some(key) = &leaf.idempotency {
            self.hashes.extend_from_slice(key);
        }
        if let Some(hash) = &leaf.personal_hash {
            self.hashes.extend_from_slice(&hash.0);
        }
        *before = Before {
            stream_no: leaf.stream.no,
            recorded_us: leaf.recorded_us,
        };
    }
}

/// What the next event's numbers are counted from.
#[derive(Default)]
struct Before {
    stream_no: u64,
    recorded_us: i64,
}

/// Puts `n` leaves together from their packed fields and their hashes.
pub(crate) fn put_together(n: u32, plain: &[u8], hashes: &[u8]) -> Result<Vec<u8>, String> {
    let n = n as usize;
    if n > MAX_EVENTS {
        return Err(format!("its {n} events are more than a frame holds"));
    }
    let mut input = Input(plain);
    let mut column = || {
        (0..n)
            .map(|_| input.number())
            .collect::<Result<Vec<_>, _>>()
    };
    let (flags, kinds, schemas) = (column()?, column()?, column()?);
    let (stream_kinds, stream_nos, versions) = (column()?, column()?, column()?);
    let (recorded, delays, actors) = (column()?, column()?, column()?);
    let (purposes, lengths) = (column()?, column()?);
    let mut heads = Vec::new();
    for _ in flags.iter().filter(|flags| has(**flags, HAS_FRAME)) {
        heads.push(FrameHead {
            no: input.number()?,
            writer: small(input.number()?)?,
            epoch: small(input.number()?)?,
        });
    }
    let (mut open, mut hashes, mut heads) = (input, Input(hashes), heads.into_iter());
    let (mut out, mut bytes) = (Vec::with_capacity(plain.len() * 2), Vec::new());
    let mut before = Before::default();
    for i in 0..n {
        let stream_no = before
            .stream_no
            .wrapping_add(unfolded(stream_nos[i]) as u64);
        let recorded_us = before.recorded_us.wrapping_add(unfolded(recorded[i]));
        let idempotency = match has(flags[i], HAS_IDEMPOTENCY) {
            true => Some(
                hashes
                    .bytes(KEY_BYTES)?
                    .try_into()
                    .expect("as many as asked for"),
            ),
            false => None,
        };
        let personal_hash = match has(flags[i], HAS_PERSONAL) {
            true => Hash::from_slice(hashes.bytes(HASH_BYTES)?),
            false => None,
        };
        let leaf = Leaf {
            kind: small(kinds[i])?,
            schema: small(schemas[i])?,
            stream: Stream {
                kind: small(stream_kinds[i])?,
                no: stream_no,
            },
            stream_version: small(versions[i])?,
            at_us: recorded_us
                .checked_sub(unfolded(delays[i]))
                .ok_or("its columns hold a time out of range")?,
            recorded_us,
            actor: actors[i],
            purpose: small(purposes[i])?,
            idempotency,
            open: open.bytes(small::<u32>(lengths[i])? as usize)?,
            personal_hash,
            frame: has(flags[i], HAS_FRAME).then(|| heads.next()).flatten(),
        };
        bytes.clear();
        leaf::encode(&leaf, &mut bytes);
        put_part(&mut out, &bytes);
        if out.len() > MAX_FRAME_BYTES {
            return Err("its leaves are more than a frame holds".to_owned());
        }
        before = Before {
            stream_no,
            recorded_us,
        };
    }
    match (open.0, hashes.0) {
        ([], []) => Ok(out),
        _ => Err("its columns hold bytes that belong to no event".to_owned()),
    }
}

fn has(flags: u64, flag: u8) -> bool {
    flags & u64::from(flag) != 0
}

fn small<T: TryFrom<u64>>(number: u64) -> Result<T, String> {
    T::try_from(number).map_err(|_| format!("its columns hold {number} where no field is so large"))
}

/// Small for small numbers of either sign: 0, -1, 1, -2, … become 0, 1, 2, 3, …
fn folded(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unfolded(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// Appends a number in unsigned LEB128.
fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Bytes that are read from the front.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn number(&mut self) -> Result<u64, String> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or_else(ends_early)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("its columns hold a number that does not end".to_owned())
    }

    fn bytes(&mut self, n: usize) -> Result<&'a [u8], String> {
        let (bytes, rest) = self.0.split_at_checked(n).ok_or_else(ends_early)?;
        self.0 = rest;
        Ok(bytes)
    }
}

fn ends_early() -> String {
    "its columns end early".to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tests::format::any_leaf;

    fn leaf(open: &[u8]) -> Leaf<'_> {
        Leaf {
            kind: 7,
            schema: 1,
            stream: Stream { kind: 2, no: 9 },
            stream_version: 3,
            at_us: 1_700_000_000_000_000,
            recorded_us: 1_700_000_000_000_900,
            actor: 44,
            purpose: 1,
            idempotency: None,
            open,
            personal_hash: None,
            frame: None,
        }
    }

    fn column(leaves: &[Leaf<'_>]) -> Vec<u8> {
        let mut out = Vec::new();
        for leaf in leaves {
            let mut bytes = Vec::new();
            leaf::encode(leaf, &mut bytes);
            put_part(&mut out, &bytes);
        }
        out
    }

    fn extremes() -> Vec<u8> {
        let mut all = vec![leaf(b"first"), leaf(b""), leaf(&[7; 300])];
        all[0].frame = Some(FrameHead {
            no: u64::MAX,
            writer: u32::MAX,
            epoch: 0,
        });
        all[1].idempotency = Some([3; 16]);
        all[1].personal_hash = Some(Hash([9; 32]));
        all[1].stream.no = u64::MAX;
        all[1].actor = u64::MAX;
        all[1].kind = u16::MAX;
        all[1].stream_version = u32::MAX;
        all[2].at_us = -(1 << 60);
        all[2].recorded_us = -(1 << 60);
        all[2].stream.no = 0;
        column(&all)
    }

    #[test]
    fn leaves_come_back_byte_for_byte() {
        let mut columns = Columns::default();
        for leaves in [extremes(), Vec::new(), column(&[leaf(b"one")])] {
            let n = columns.take_apart(&leaves).expect("canonical leaves");
            let back = put_together(n, &columns.plain, &columns.hashes);
            assert_eq!(back, Ok(leaves));
        }
    }

    #[test]
    fn what_is_no_canonical_leaf_is_not_taken_apart() {
        let mut columns = Columns::default();
        let mut long = column(&[leaf(b"one")]);
        // The purpose, 1, in two bytes instead of one.
        let at = long.len() - 5;
        assert_eq!(long[at], 1);
        long[at] = 0x18;
        long.insert(at + 1, 1);
        long[0] += 1;
        for leaves in [long, vec![3, 1, 2, 3], vec![200]] {
            assert_eq!(columns.take_apart(&leaves), None);
        }
    }

    /// Whatever byte is changed or cut off: an error or other leaves, never more than a frame.
    #[test]
    fn damage_is_refused_or_bounded() {
        let mut columns = Columns::default();
        let n = columns.take_apart(&extremes()).expect("canonical leaves");
        let (plain, hashes) = (&columns.plain, &columns.hashes);
        for at in 0..plain.len() {
            for bit in 0..8 {
                let mut bad = plain.clone();
                bad[at] ^= 1 << bit;
                if let Ok(leaves) = put_together(n, &bad, hashes) {
                    assert!(leaves.len() <= MAX_FRAME_BYTES);
                }
            }
            assert!(put_together(n, &plain[..at], hashes).is_err());
        }
        assert!(put_together(n, plain, &hashes[1..]).is_err());
        assert!(put_together(n + 1, plain, hashes).is_err());
        assert!(put_together(u32::MAX, plain, hashes).is_err());
    }

    proptest! {
        /// Any leaves come back, however little they have in common.
        #[test]
        fn any_leaves_come_back(parts in proptest::collection::vec(any_leaf(), 0..20)) {
            let leaves: Vec<_> = parts
                .iter()
                .map(|(leaf, open)| Leaf { open, ..leaf.clone() })
                .collect();
            let mut columns = Columns::default();
            let leaves = column(&leaves);
            let n = columns.take_apart(&leaves).expect("canonical leaves");
            prop_assert_eq!(n as usize, parts.len());
            prop_assert_eq!(put_together(n, &columns.plain, &columns.hashes), Ok(leaves));
        }

        /// Any bytes as columns: an error, or leaves.
        #[test]
        fn any_columns_are_leaves_or_not(
            n in 0_u32..40,
            plain in proptest::collection::vec(any::<u8>(), 0..600),
            hashes in proptest::collection::vec(any::<u8>(), 0..100),
        ) {
            if let Ok(leaves) = put_together(n, &plain, &hashes) {
                prop_assert!(leaves.len() <= MAX_FRAME_BYTES);
            }
        }
    }
}
