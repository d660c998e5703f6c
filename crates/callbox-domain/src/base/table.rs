use std::sync::Arc;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

/// Slots a chunk: what one write copies at most, as pointers.
const CHUNK: u64 = 32;

type Chunk<T> = [Option<Arc<T>>; CHUNK as usize];

/// A map from dense numbers to shared values that is cheap to clone.
///
/// A clone copies one pointer per 32 numbers in use and shares the rest; a write then copies one
/// chunk of pointers and one value. So a reader can hold yesterday's state for as long as it likes
/// while the writer goes on, and publishing a state costs about a microsecond for 2,000 units.
#[derive(Clone, Debug)]
pub struct Table<T> {
    /// Ordered by chunk number; a chunk without a value is removed.
    chunks: Vec<(u64, Arc<Chunk<T>>)>,
    len: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Clone> Table<T> {
    /// How many values the table holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the table holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value at `key`.
    pub fn get(&self, key: u64) -> Option<&Arc<T>> {
        let at = self.find(key / CHUNK).ok()?;
        self.chunks[at].1[slot(key)].as_ref()
    }

    /// The value at `key` for writing; copies what readers still share.
    pub fn get_mut(&mut self, key: u64) -> Option<&mut T> {
        let at = self.find(key / CHUNK).ok()?;
        self.chunks[at].1[slot(key)].as_ref()?;
        Arc::make_mut(&mut self.chunks[at].1)[slot(key)]
            .as_mut()
            .map(Arc::make_mut)
    }

    /// Puts `value` at `key` and gives back what was there.
    pub fn insert(&mut self, key: u64, value: Arc<T>) -> Option<Arc<T>> {
        let at = self.find(key / CHUNK).unwrap_or_else(|at| {
            self.chunks.insert(
                at,
                (key / CHUNK, Arc::new([const { None }; CHUNK as usize])),
            );
            at
        });
        let old = Arc::make_mut(&mut self.chunks[at].1)[slot(key)].replace(value);
        self.len += usize::from(old.is_none());
        old
    }

    /// Takes the value at `key` out.
    pub fn remove(&mut self, key: u64) -> Option<Arc<T>> {
        let at = self.find(key / CHUNK).ok()?;
        self.chunks[at].1[slot(key)].as_ref()?;
        let chunk = Arc::make_mut(&mut self.chunks[at].1);
        let old = chunk[slot(key)].take();
        if chunk.iter().all(Option::is_none) {
            self.chunks.remove(at);
        }
        self.len -= 1;
        old
    }

    /// All values in the order of their numbers.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Arc<T>)> {
        self.chunks.iter().flat_map(|(no, chunk)| {
            chunk
                .iter()
                .enumerate()
                .filter_map(move |(slot, value)| Some((no * CHUNK + slot as u64, value.as_ref()?)))
        })
    }

    fn find(&self, chunk: u64) -> Result<usize, usize> {
        // The newest chunk is the one most often asked for.
        match self.chunks.last() {
            Some((last, _)) if *last == chunk => Ok(self.chunks.len() - 1),
            _ => self.chunks.binary_search_by_key(&chunk, |(no, _)| *no),
        }
    }
}

fn slot(key: u64) -> usize {
    (key % CHUNK) as usize
}

/// An array of pairs: number, value; ordered, hence the same bytes for the same content.
impl<C, T: Encode<C> + Clone> Encode<C> for Table<T> {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.array(self.len as u64)?;
        for (key, value) in self.iter() {
            e.array(2)?.u64(key)?;
            T::encode(value, e, ctx)?;
        }
        Ok(())
    }
}

impl<'b, C, T: Decode<'b, C> + Clone> Decode<'b, C> for Table<T> {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        let rows = d
            .array()?
            .ok_or_else(|| decode::Error::message("indefinite table"))?;
        let mut table = Self::default();
        for _ in 0..rows {
            if d.array()? != Some(2) {
                return Err(decode::Error::message("a table row is a pair"));
            }
            let key = d.u64()?;
            table.insert(key, Arc::new(T::decode(d, ctx)?));
        }
        Ok(table)
    }
}
