//! The file's outer layer: an index of its blobs, each read and unpacked alone.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use flate2::read::ZlibDecoder;

use super::{
    OsmError,
    wire::{Fields, Malformed, Packed, Value},
};

/// The longest blob header and blob that the format allows, and the longest that a blob may unpack
/// to: a bomb is stopped there.
const MAX_HEADER: u32 = 64 << 10;
const MAX_BLOB: u32 = 32 << 20;

/// Features that a file may require.
const KNOWN: [&str; 3] = ["OsmSchema-V0.6", "DenseNodes", "HistoricalInformation"];

/// Where a blob of map data lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlobAt {
    pub(super) offset: u64,
    pub(super) bytes: u32,
}

/// A PBF file whose blobs were all found, and are all there.
#[derive(Debug)]
pub(super) struct BlobFile {
    pub(super) path: PathBuf,
    pub(super) blobs: Vec<BlobAt>,
}

impl BlobFile {
    /// Walks through the blobs' headers without reading the blobs.
    pub(super) fn open(path: &Path) -> Result<Self, OsmError> {
        let io = |source| OsmError::Io {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        if !metadata.is_file() {
            return Err(foreign(path, "it is no regular file"));
        }
        let size = metadata.len();
        let mut scan = Self {
            path: path.to_owned(),
            blobs: Vec::new(),
        };
        let mut at = 0;
        let mut first = true;
        while at < size {
            let left = size - at;
            if left < 4 {
                return Err(scan.truncated(at, 4 - left));
            }
            let mut length = [0; 4];
            file.read_exact(&mut length).map_err(io)?;
            let length = u32::from_be_bytes(length);
            if length == 0 || length > MAX_HEADER {
                return Err(if first {
                    foreign(path, "its first bytes are no block's length")
                } else {
                    scan.damaged(at, "a block header's length")
                });
            }
            if left < 4 + u64::from(length) {
                return Err(if first {
                    foreign(path, "its first block is longer than the file")
                } else {
                    scan.truncated(at, 4 + u64::from(length) - left)
                });
            }
            let mut header = vec![0; length as usize];
            file.read_exact(&mut header).map_err(io)?;
            let (kind, bytes) = match blob_header(&header) {
                Ok(header) => header,
                Err(_) if first => return Err(foreign(path, "its first block has no header")),
                Err(Malformed(reason)) => return Err(scan.damaged(at, reason)),
            };
            let offset = at + 4 + u64::from(length);
            if bytes > MAX_BLOB {
                return Err(scan.damaged(at, "a block longer than the format allows"));
            }
            if size - offset < u64::from(bytes) {
                return Err(scan.truncated(at, u64::from(bytes) - (size - offset)));
            }
            let blob = BlobAt { offset, bytes };
            match (first, kind) {
                (true, "OSMHeader") => scan.check_header(&mut file, blob)?,
                (true, _) => return Err(foreign(path, "its first block is no OSMHeader")),
                (false, "OSMData") => scan.blobs.push(blob),
                // The format says: skip blocks of an unknown type.
                (false, _) => {}
            }
            first = false;
            at = offset + u64::from(bytes);
            file.seek(SeekFrom::Start(at)).map_err(io)?;
        }
        if first {
            return Err(foreign(path, "it is empty"));
        }
        Ok(scan)
    }

    /// Reads and unpacks one blob into `unpacked`; `packed` is scratch space.
    pub(super) fn read(
        &self,
        file: &mut File,
        blob: BlobAt,
        packed: &mut Vec<u8>,
        unpacked: &mut Vec<u8>,
    ) -> Result<(), OsmError> {
        packed.resize(blob.bytes as usize, 0);
        file.seek(SeekFrom::Start(blob.offset))
            .and_then(|_| file.read_exact(packed))
            .map_err(|source| OsmError::Io {
                path: self.path.clone(),
                source,
            })?;
        match unpack(packed, unpacked) {
            Ok(()) => Ok(()),
            Err(Unpack::Malformed(reason)) => Err(self.damaged(blob.offset, reason)),
            Err(Unpack::Unknown(feature)) => Err(OsmError::Unsupported {
                path: self.path.clone(),
                feature: feature.to_owned(),
            }),
        }
    }

    pub(super) fn damaged(&self, offset: u64, reason: &'static str) -> OsmError {
        OsmError::Damaged {
            path: self.path.clone(),
            offset,
            reason,
        }
    }

    fn truncated(&self, offset: u64, missing: u64) -> OsmError {
        OsmError::Truncated {
            path: self.path.clone(),
            offset,
            missing,
        }
    }

    fn check_header(&self, file: &mut File, blob: BlobAt) -> Result<(), OsmError> {
        let (mut packed, mut header) = (Vec::new(), Vec::new());
        self.read(file, blob, &mut packed, &mut header)?;
        let unknown = unknown_feature(&header)
            .map_err(|Malformed(reason)| self.damaged(blob.offset, reason))?;
        unknown.map_or(Ok(()), |feature| {
            Err(OsmError::Unsupported {
                path: self.path.clone(),
                feature: format!("the feature '{feature}'"),
            })
        })
    }
}

fn foreign(path: &Path, reason: &str) -> OsmError {
    OsmError::Foreign {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

fn blob_header(bytes: &[u8]) -> Result<(&str, u32), Malformed> {
    let (mut kind, mut size) = (None, None);
    let mut fields = Fields::new(bytes);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(bytes)) => kind = std::str::from_utf8(bytes).ok(),
            (3, Value::Varint(value)) => size = u32::try_from(value).ok(),
            _ => {}
        }
    }
    kind.zip(size).ok_or(Malformed("a block's header"))
}

fn unknown_feature(header: &[u8]) -> Result<Option<String>, Malformed> {
    let mut fields = Fields::new(header);
    while let Some(field) = fields.next()? {
        if let (4, Value::Bytes(name)) = field
            && !KNOWN.iter().any(|known| known.as_bytes() == name)
        {
            return Ok(Some(String::from_utf8_lossy(name).into_owned()));
        }
    }
    Ok(None)
}

enum Unpack {
    Malformed(&'static str),
    Unknown(&'static str),
}

impl From<Malformed> for Unpack {
    fn from(Malformed(reason): Malformed) -> Self {
        Self::Malformed(reason)
    }
}

fn unpack(blob: &[u8], unpacked: &mut Vec<u8>) -> Result<(), Unpack> {
    unpacked.clear();
    let (mut raw_size, mut zlib) = (0, None);
    let mut fields = Fields::new(blob);
    while let Some(field) = fields.next()? {
        match field {
            (1, Value::Bytes(raw)) => {
                unpacked.extend_from_slice(raw);
                return Ok(());
            }
            (2, Value::Varint(size)) => raw_size = size,
            (3, Value::Bytes(bytes)) => zlib = Some(bytes),
            (4, _) => return Err(Unpack::Unknown("lzma compression")),
            (5, _) => return Err(Unpack::Unknown("bzip2 compression")),
            (6, _) => return Err(Unpack::Unknown("lz4 compression")),
            (7, _) => return Err(Unpack::Unknown("zstd compression")),
            _ => {}
        }
    }
    let zlib = zlib.ok_or(Unpack::Malformed("a block without data"))?;
    if raw_size > u64::from(MAX_BLOB) {
        return Err(Unpack::Malformed(
            "a block that unpacks to more than 32 MiB",
        ));
    }
    unpacked.reserve(raw_size as usize);
    ZlibDecoder::new(zlib)
        .take(raw_size + 1)
        .read_to_end(unpacked)
        .map_err(|_| Unpack::Malformed("a block that cannot be unpacked"))?;
    if unpacked.len() as u64 != raw_size {
        return Err(Unpack::Malformed("a block of another length than it says"));
    }
    Ok(())
}

/// Pairs a list of keys with a list of values.
pub(super) fn pairs(
    mut keys: Packed<'_>,
    mut values: Packed<'_>,
    out: &mut Vec<(u32, u32)>,
) -> Result<(), Malformed> {
    out.clear();
    loop {
        match (keys.next_index()?, values.next_index()?) {
            (Some(key), Some(value)) => out.push((key, value)),
            (None, None) => return Ok(()),
            _ => return Err(Malformed("keys without values")),
        }
    }
}
