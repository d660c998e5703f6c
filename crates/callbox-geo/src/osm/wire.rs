//! Reads Protocol Buffers' wire format without copying.

/// Is given when bytes are not what the format says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) &'static str);

/// A field's value as it stands on the wire.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// A fixed-width value: no field of the format has one.
    Fixed,
}

/// Walks through the fields of one message.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Gives the next field's number and value.
    pub(super) fn next(&mut self) -> Result<Option<(u32, Value<'a>)>, Malformed> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = varint(&mut self.0)?;
        let number = u32::try_from(key >> 3).map_err(|_| Malformed("a field's number"))?;
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut self.0)?),
            1 => self.skip(8)?,
            2 => {
                let length = usize::try_from(varint(&mut self.0)?)
                    .map_err(|_| Malformed("a field's length"))?;
                let (head, rest) = self
                    .0
                    .split_at_checked(length)
                    .ok_or(Malformed("a field longer than its message"))?;
                self.0 = rest;
                Value::Bytes(head)
            }
            5 => self.skip(4)?,
            _ => return Err(Malformed("a field's wire type")),
        };
        Ok(Some((number, value)))
    }

    fn skip(&mut self, length: usize) -> Result<Value<'a>, Malformed> {
        let (_, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(Malformed("a field longer than its message"))?;
        self.0 = rest;
        Ok(Value::Fixed)
    }
}

/// Reads a packed list of varints.
#[derive(Clone, Copy, Default)]
pub(super) struct Packed<'a>(&'a [u8]);

impl<'a> Packed<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn next(&mut self) -> Result<Option<u64>, Malformed> {
        if self.0.is_empty() {
            return Ok(None);
        }
        varint(&mut self.0).map(Some)
    }

    /// Reads an index, such as one into the table of strings.
    pub(super) fn next_index(&mut self) -> Result<Option<u32>, Malformed> {
        self.next()?
            .map(|value| u32::try_from(value).map_err(|_| Malformed("an index")))
            .transpose()
    }

    pub(super) fn next_signed(&mut self) -> Result<Option<i64>, Malformed> {
        Ok(self.next()?.map(zigzag))
    }
}

/// Undoes the zigzag coding of a signed number.
pub(super) fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

fn varint(bytes: &mut &[u8]) -> Result<u64, Malformed> {
    let mut value = 0u64;
    for (no, &byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * no);
        if byte < 0x80 {
            *bytes = &bytes[no + 1..];
            return Ok(value);
        }
    }
    Err(Malformed("an unfinished number"))
}
