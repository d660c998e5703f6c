//! Events on the wire: as text, and packed for consoles that take gzip.
//!
//! All consoles of a view read the same packed stream. Each chunk of it ends on a byte and may repeat what the
//! chunks before it said, back to the last first one, which repeats nothing. So a message is packed once for all
//! consoles, and costs little where rows resemble each other. A console that came late, was too slow or was told
//! something of its own gets chunks that stand alone, until the next first one takes it into step.

use std::{
    io::Write as _,
    sync::{Arc, OnceLock},
};

use axum::{body::Bytes, http::HeaderMap};
use flate2::{Compression, write::DeflateEncoder};

/// What a gzip stream begins with (RFC 1952, section 2.3): deflate, no name, no time, an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// How hard it tries, from 1 to 9.
const LEVEL: Compression = Compression::new(4);

/// One or more events, ready to send.
#[derive(Clone, Debug, Default)]
pub(super) struct Event {
    plain: Bytes,
    /// Packed with nothing before it; made when somebody needs it.
    alone: Arc<OnceLock<Bytes>>,
    /// Its place in the packed stream of its view.
    chunk: Option<Chunk>,
}

#[derive(Clone, Debug)]
struct Chunk {
    number: u64,
    is_first: bool,
    bytes: Bytes,
}

impl From<Vec<u8>> for Event {
    fn from(plain: Vec<u8>) -> Self {
        Self {
            plain: plain.into(),
            ..Self::default()
        }
    }
}

impl Event {
    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }

    /// This one and then another one, for one console.
    pub(super) fn and(&self, other: &Self) -> Self {
        [&*self.plain, &*other.plain].concat().into()
    }
}

/// Packs what all consoles of a view are told, in the order in which they are told.
pub(super) struct Packer {
    encoder: DeflateEncoder<Vec<u8>>,
    number: u64,
    is_first: bool,
}

impl Default for Packer {
    fn default() -> Self {
        Self {
            encoder: encoder(),
            number: 0,
            is_first: true,
        }
    }
}

impl Packer {
    /// Lets the next chunk repeat nothing, so that consoles get into step with it.
    pub(super) fn begin(&mut self) {
        self.encoder = encoder();
        self.is_first = true;
    }

    /// Gives an event its place in the packed stream.
    pub(super) fn pack(&mut self, event: &mut Event) {
        let bytes = flushed(&mut self.encoder, &event.plain);
        event.chunk = Some(Chunk {
            number: self.number,
            is_first: self.is_first,
            bytes,
        });
        self.number += 1;
        self.is_first = false;
    }
}

/// How one console is sent its events.
pub(super) enum Wire {
    Plain,
    /// Packed; the number of the chunk that goes on where this console is, while it is in step.
    Packed {
        next: Option<u64>,
    },
}

impl Wire {
    /// Packed for those who say that they take gzip (RFC 9110, section 12.5.3).
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let accepted = headers.get_all("accept-encoding").iter();
        let accepted = accepted.filter_map(|value| value.to_str().ok());
        let takes_gzip = accepted.flat_map(|value| value.split(',')).any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
            let weight = weight.trim().strip_prefix("q=");
            let is_refused = weight.is_some_and(|weight| weight.parse() == Ok(0.0));
            name.trim().eq_ignore_ascii_case("gzip") && !is_refused
        });
        match takes_gzip {
            true => Self::Packed { next: None },
            false => Self::Plain,
        }
    }

    pub(super) fn is_packed(&self) -> bool {
        matches!(self, Self::Packed { .. })
    }

    /// The first bytes of the stream.
    pub(super) fn open(&mut self, event: &Event) -> Bytes {
        match self.bytes(event) {
            bytes if self.is_packed() => [&HEADER, &*bytes].concat().into(),
            bytes => bytes,
        }
    }

    /// The bytes that say the event to this console, which was sent all that this gave before.
    pub(super) fn bytes(&mut self, event: &Event) -> Bytes {
        let Self::Packed { next } = self else {
            return event.plain.clone();
        };
        match &event.chunk {
            Some(chunk) if chunk.is_first || *next == Some(chunk.number) => {
                *next = Some(chunk.number + 1);
                chunk.bytes.clone()
            }
            _ => {
                *next = None;
                let alone = || flushed(&mut encoder(), &event.plain);
                event.alone.get_or_init(alone).clone()
            }
        }
    }
}

fn encoder() -> DeflateEncoder<Vec<u8>> {
    DeflateEncoder::new(Vec::new(), LEVEL)
}

/// What is to be sent so that the other side can read all of `text`.
fn flushed(encoder: &mut DeflateEncoder<Vec<u8>>, text: &[u8]) -> Bytes {
    let written = encoder.write_all(text).and_then(|()| encoder.flush());
    written.expect("writing to memory cannot fail");
    std::mem::take(encoder.get_mut()).into()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// What a browser reads of a gzip stream that goes on.
    fn read(packed: &[u8]) -> String {
        let mut decoder = flate2::write::GzDecoder::new(Vec::new());
        decoder.write_all(packed).expect("it is gzip");
        decoder.flush().expect("it is gzip");
        String::from_utf8(decoder.get_ref().clone()).expect("it is text")
    }

    fn packed() -> Wire {
        Wire::Packed { next: None }
    }

    fn row(number: usize) -> Event {
        let text = format!("event: change\ndata: {{\"id\":{number},\"place\":\"Elm Street\"}}\n\n");
        text.into_bytes().into()
    }

    #[test]
    fn consoles_read_the_same_wherever_they_came_in_or_missed_something() {
        let mut packer = Packer::default();
        let mut events: Vec<Event> = (0..60).map(row).collect();
        for (number, event) in events.iter_mut().enumerate() {
            if number % 20 == 0 {
                packer.begin();
            }
            packer.pack(event);
        }
        for came in 0..60 {
            for missed in came..60 {
                let mut wire = packed();
                let mut bytes = wire.open(&row(1000)).to_vec();
                let mut expected = String::from_utf8_lossy(&row(1000).plain).into_owned();
                for (number, event) in events.iter().enumerate().skip(came) {
                    // What it missed it is told by itself.
                    let event = match number == missed {
                        true => row(number),
                        false => event.clone(),
                    };
                    bytes.extend_from_slice(&wire.bytes(&event));
                    expected += &String::from_utf8_lossy(&event.plain);
                }
                assert_eq!(read(&bytes), expected, "came at {came}, missed {missed}");
            }
        }
    }

    #[test]
    fn rows_like_those_before_cost_little() {
        let mut packer = Packer::default();
        let mut events: Vec<Event> = (0..40).map(row).collect();
        events.iter_mut().for_each(|event| packer.pack(event));
        let mut wire = packed();
        let sizes = events.iter().map(|event| wire.bytes(event).len());
        let sizes: Vec<_> = sizes.collect();
        assert!(sizes[1..].iter().all(|size| *size < 30), "{sizes:?}");
        let plain = Wire::Plain.bytes(&events[1]).len();
        assert!(plain > 50, "{plain}");
    }

    #[test]
    fn gzip_is_for_those_who_take_it() {
        let takes = |value: &'static str| {
            let value = HeaderValue::from_static(value);
            let headers = [("accept-encoding".parse().expect("a name"), value)];
            Wire::of(&headers.into_iter().collect()).is_packed()
        };
        assert!(takes("gzip"));
        assert!(takes("deflate, GZIP;q=0.5"));
        assert!(takes("br, gzip ; q=1"));
        assert!(!takes("gzip;q=0"));
        assert!(!takes("gzip; q=0.000, br"));
        assert!(!takes("identity"));
        assert!(!Wire::of(&HeaderMap::new()).is_packed());
    }
}
