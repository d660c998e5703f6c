//! The same for a list of values behind `Arc`s, as `with = "crate::base::shared_list"`.

use std::sync::Arc;

use minicbor::{
    Decode, Decoder, Encode, Encoder,
    decode::Error as DecodeError,
    encode::{Error as EncodeError, Write},
};

pub(crate) fn encode<C, T: Encode<C>, W: Write>(
    values: &[Arc<T>],
    e: &mut Encoder<W>,
    ctx: &mut C,
) -> Result<(), EncodeError<W::Error>> {
    e.array(values.len() as u64)?;
    values.iter().try_for_each(|value| T::encode(value, e, ctx))
}

pub(crate) fn decode<'b, C, T: Decode<'b, C>>(
    d: &mut Decoder<'b>,
    ctx: &mut C,
) -> Result<Vec<Arc<T>>, DecodeError> {
    let len = d
        .array()?
        .ok_or_else(|| DecodeError::message("indefinite list"))?;
    (0..len).map(|_| T::decode(d, ctx).map(Arc::new)).collect()
}
