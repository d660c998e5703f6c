//! CBOR for values behind an `Arc`, for use as `#[cbor(with = "crate::base::shared")]`.

use std::sync::Arc;

use minicbor::{
    Decode, Decoder, Encode, Encoder,
    decode::Error as DecodeError,
    encode::{Error as EncodeError, Write},
};

pub(crate) fn encode<C, T: Encode<C>, W: Write>(
    value: &Arc<T>,
    e: &mut Encoder<W>,
    ctx: &mut C,
) -> Result<(), EncodeError<W::Error>> {
    T::encode(value, e, ctx)
}

pub(crate) fn decode<'b, C, T: Decode<'b, C>>(
    d: &mut Decoder<'b>,
    ctx: &mut C,
) -> Result<Arc<T>, DecodeError> {
    T::decode(d, ctx).map(Arc::new)
}
