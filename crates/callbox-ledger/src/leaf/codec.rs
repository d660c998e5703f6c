//! The leaf's bytes: deterministic CBOR (RFC 8949, 4.2.1) by `docs/ledger.cddl`.

use minicbor::decode::Error as CborError;
use minicbor::{Decoder, Encoder};

use super::{FrameHead, Leaf, Malformed, Stream};
use crate::hash::Hash;

/// The first element of each leaf; another layout gets another number.
const FORMAT: u8 = 1;
const FIELDS: u64 = 11;

const KEY_IDEMPOTENCY: u8 = 0;
const KEY_PERSONAL: u8 = 1;
const KEY_FRAME: u8 = 2;

/// Appends the leaf's bytes to `out`.
pub(crate) fn encode(leaf: &Leaf<'_>, out: &mut Vec<u8>) {
    write(leaf, &mut Encoder::new(out)).expect("writing to a Vec cannot fail");
}

fn write(
    leaf: &Leaf<'_>,
    out: &mut Encoder<&mut Vec<u8>>,
) -> Result<(), minicbor::encode::Error<std::convert::Infallible>> {
    let extras = u64::from(leaf.idempotency.is_some())
        + u64::from(leaf.personal_hash.is_some())
        + u64::from(leaf.frame.is_some());
    out.array(FIELDS + u64::from(extras > 0))?
        .u8(FORMAT)?
        .u16(leaf.kind)?
        .u8(leaf.schema)?
        .u8(leaf.stream.kind)?
        .u64(leaf.stream.no)?
        .u32(leaf.stream_version)?
        .i64(leaf.recorded_us)?
        // Most events are recorded within moments: the delay takes 1 to 5 bytes, a second
        // absolute time would take 9.
        .i64(leaf.recorded_us - leaf.at_us)?
        .u64(leaf.actor)?
        .u8(leaf.purpose)?
        .bytes(leaf.open)?;
    if extras == 0 {
        return Ok(());
    }
    out.map(extras)?;
    if let Some(key) = &leaf.idempotency {
        out.u8(KEY_IDEMPOTENCY)?.bytes(key)?;
    }
    if let Some(hash) = &leaf.personal_hash {
        out.u8(KEY_PERSONAL)?.bytes(&hash.0)?;
    }
    if let Some(head) = &leaf.frame {
        out.u8(KEY_FRAME)?
            .array(3)?
            .u64(head.no)?
            .u32(head.writer)?
            .u32(head.epoch)?;
    }
    Ok(())
}

/// Reads a leaf; lengths and ranges are checked, canonical form is not (see [`is_canonical`]).
pub fn decode(bytes: &[u8]) -> Result<Leaf<'_>, Malformed> {
    let mut input = Decoder::new(bytes);
    let leaf = read(&mut input).map_err(|error| Malformed::new(format!("not a leaf: {error}")))?;
    if input.position() != bytes.len() {
        return Err(Malformed::new("bytes after the end of the leaf"));
    }
    Ok(leaf)
}

fn read<'a>(input: &mut Decoder<'a>) -> Result<Leaf<'a>, CborError> {
    let fields = input
        .array()?
        .ok_or(CborError::message("array of indefinite length"))?;
    if fields != FIELDS && fields != FIELDS + 1 {
        return Err(CborError::message("wrong number of fields"));
    }
    if input.u8()? != FORMAT {
        return Err(CborError::message("unknown leaf format"));
    }
    let kind = input.u16()?;
    let schema = input.u8()?;
    let stream = Stream {
        kind: input.u8()?,
        no: input.u64()?,
    };
    let stream_version = input.u32()?;
    let recorded_us = input.i64()?;
    let delay_us = input.i64()?;
    let at_us = recorded_us
        .checked_sub(delay_us)
        .ok_or(CborError::message("time out of range"))?;
    let mut leaf = Leaf {
        kind,
        schema,
        stream,
        stream_version,
        at_us,
        recorded_us,
        actor: input.u64()?,
        purpose: input.u8()?,
        idempotency: None,
        open: input.bytes()?,
        personal_hash: None,
        frame: None,
    };
    if fields > FIELDS {
        read_extras(input, &mut leaf)?;
    }
    Ok(leaf)
}

fn read_extras<'a>(input: &mut Decoder<'a>, leaf: &mut Leaf<'a>) -> Result<(), CborError> {
    let wrong_length = || CborError::message("byte string of the wrong length");
    let entries = input
        .map()?
        .ok_or(CborError::message("map of indefinite length"))?;
    for _ in 0..entries {
        match input.u8()? {
            KEY_IDEMPOTENCY => {
                let key = input.bytes()?.try_into().map_err(|_| wrong_length())?;
                leaf.idempotency = Some(key);
            }
            KEY_PERSONAL => {
                let hash = Hash::from_slice(input.bytes()?).ok_or_else(wrong_length)?;
                leaf.personal_hash = Some(hash);
            }
            KEY_FRAME => {
                if input.array()? != Some(3) {
                    return Err(CborError::message("frame head is not an array of 3"));
                }
                let (no, writer, epoch) = (input.u64()?, input.u32()?, input.u32()?);
                leaf.frame = Some(FrameHead { no, writer, epoch });
            }
            _ => return Err(CborError::message("unknown key")),
        }
    }
    Ok(())
}

/// Tells whether `bytes` are the one canonical encoding of `leaf`; `scratch` is overwritten.
pub(crate) fn is_canonical(leaf: &Leaf<'_>, bytes: &[u8], scratch: &mut Vec<u8>) -> bool {
    scratch.clear();
    encode(leaf, scratch);
    scratch == bytes
}
