//! The bytes of a file of frames: a line, the edge, then the frames with a length before each.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use minicbor::{Decoder, Encoder};

use crate::frame::{FrameRow, MAX_FRAME_BYTES};
use crate::hash::Hash;
use crate::merkle::Frontier;

/// The first line of each file.
const MAGIC: &[u8] = b"callbox frames 1\n";
/// No frame, with its small columns, is longer.
const MAX_RECORD: u32 = MAX_FRAME_BYTES as u32 + 1_024;

/// Gives the beginning of a file whose first frame is `no`.
pub(super) fn head(no: u64, edge: &Frontier) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let mut body = Vec::new();
    let mut e = Encoder::new(&mut body);
    let written = (|| {
        e.array(3)?.u64(no)?.u64(edge.size())?;
        e.array(edge.peaks().len() as u64)?;
        for peak in edge.peaks() {
            e.bytes(&peak.0)?;
        }
        Ok::<_, minicbor::encode::Error<_>>(())
    })();
    written.expect("encoding into memory does not fail");
    put(&body, &mut out);
    out
}

/// Appends one frame.
pub(super) fn put_frame(row: &FrameRow, out: &mut Vec<u8>) {
    let mut body = Vec::with_capacity(row.leaves.len() + row.sealed.len() + 96);
    let mut e = Encoder::new(&mut body);
    let written = (|| {
        e.array(9)?.u64(row.no)?.u64(row.first_seq)?.u32(row.n)?;
        e.i64(row.at_us)?.u32(row.writer)?.u32(row.epoch)?;
        e.bytes(&row.root.0)?
            .bytes(&row.leaves)?
            .bytes(&row.sealed)?;
        Ok::<_, minicbor::encode::Error<_>>(())
    })();
    written.expect("encoding into memory does not fail");
    put(&body, out);
}

fn put(body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(body.len() as u32).to_be_bytes());
    out.extend_from_slice(body);
}

/// Reads a file of frames from its beginning.
pub(super) struct Segment<R = BufReader<File>> {
    input: R,
    /// Where the next record begins.
    pub(super) offset: u64,
    length: u64,
    /// The number of its first frame.
    pub(super) no: u64,
    /// The tree's edge before it.
    pub(super) edge: Frontier,
}

/// What comes next in a file of frames.
pub(super) enum Next {
    Frame(FrameRow),
    /// The file ends where a frame ends.
    End,
    /// The file ends within a record, as after a loss of power while it was written.
    Torn,
}

impl Segment {
    /// Opens a file; `None` when it ends within its head.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Segment::read(BufReader::with_capacity(1 << 18, file), length)
    }
}

impl<R: Read + Seek> Segment<R> {
    /// Begins to read `length` bytes; `None` when they end within their head.
    pub(super) fn read(mut input: R, length: u64) -> io::Result<Option<Self>> {
        let mut magic = vec![0; MAGIC.len()];
        if length < MAGIC.len() as u64 {
            return Ok(None);
        }
        input.read_exact(&mut magic)?;
        if magic != MAGIC {
            return Err(invalid("it does not begin as a file of frames does"));
        }
        let mut segment = Self {
            input,
            offset: MAGIC.len() as u64,
            length,
            no: 0,
            edge: Frontier::empty(),
        };
        let Some(body) = segment.record()? else {
            return Ok(None);
        };
        let (no, edge) = read_head(&body).ok_or_else(|| invalid("its head is damaged"))?;
        (segment.no, segment.edge) = (no, edge);
        Ok(Some(segment))
    }

    /// Reads the next frame.
    pub(super) fn next(&mut self) -> io::Result<Next> {
        if self.offset == self.length {
            return Ok(Next::End);
        }
        match self.record()? {
            Some(body) => Ok(Next::Frame(
                read_frame(&body).ok_or_else(|| invalid("a frame is damaged"))?,
            )),
            None => Ok(Next::Torn),
        }
    }

    /// Goes on at a place where a record begins.
    pub(super) fn seek(&mut self, offset: u64) -> io::Result<()> {
        self.input.seek(SeekFrom::Start(offset))?;
        self.offset = offset;
        Ok(())
    }

    fn record(&mut self) -> io::Result<Option<Vec<u8>>> {
        let rest = self.length - self.offset;
        if rest < 4 {
            return Ok(None);
        }
        let mut length = [0; 4];
        self.input.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length);
        // Space that the file system gave, but no bytes yet.
        if length == 0 || u64::from(length) > rest - 4 {
            return Ok(None);
        }
        if length > MAX_RECORD {
            return Err(invalid("a frame is longer than any can be"));
        }
        let mut body = vec![0; length as usize];
        self.input.read_exact(&mut body)?;
        self.offset += 4 + u64::from(length);
        Ok(Some(body))
    }
}

pub(super) fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn read_head(body: &[u8]) -> Option<(u64, Frontier)> {
    let mut d = Decoder::new(body);
    (d.array().ok()?? == 3).then_some(())?;
    let (no, size) = (d.u64().ok()?, d.u64().ok()?);
    let n = d.array().ok()??;
    (n <= 64).then_some(())?;
    let peaks = (0..n)
        .map(|_| Hash::from_slice(d.bytes().ok()?))
        .collect::<Option<Vec<_>>>()?;
    (d.position() == body.len()).then_some((no, Frontier::from_parts(size, peaks)?))
}

fn read_frame(body: &[u8]) -> Option<FrameRow> {
    let mut d = Decoder::new(body);
    (d.array().ok()?? == 9).then_some(())?;
    let row = FrameRow {
        no: d.u64().ok()?,
        first_seq: d.u64().ok()?,
        n: d.u32().ok()?,
        at_us: d.i64().ok()?,
        writer: d.u32().ok()?,
        epoch: d.u32().ok()?,
        root: Hash::from_slice(d.bytes().ok()?)?,
        leaves: d.bytes().ok()?.to_vec(),
        sealed: d.bytes().ok()?.to_vec(),
    };
    (d.position() == body.len()).then_some(row)
}
