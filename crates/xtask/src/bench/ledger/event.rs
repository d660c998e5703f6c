//! Made-up dispatch events: the same contents for every contender, in each one's own form.

use callbox_ledger::{Draft, Stream};

/// One event with all that a contender may need of it.
pub(crate) struct Event {
    pub(crate) kind: u16,
    pub(crate) stream: u64,
    pub(crate) version: u32,
    pub(crate) at_us: i64,
    pub(crate) actor: u64,
    pub(crate) idempotency: [u8; 16],
    /// About 40 bytes.
    pub(crate) open: Vec<u8>,
    /// 60 bytes in three of ten events.
    pub(crate) personal: Option<String>,
    /// The same contents as JSON, for the conventional table.
    pub(crate) json: String,
}

impl Event {
    pub(crate) fn draft(&self) -> Draft<'_> {
        Draft {
            kind: self.kind,
            schema: 1,
            stream: Stream {
                kind: 1,
                no: self.stream,
            },
            stream_version: self.version,
            at_us: self.at_us,
            recorded_us: self.at_us + 900,
            actor: self.actor,
            purpose: 1,
            idempotency: Some(self.idempotency),
            open: &self.open,
            personal: self.personal.as_deref().map(str::as_bytes),
        }
    }
}

/// Makes events without end, the same for the same seed.
pub(crate) struct Events {
    random: u64,
    made: u64,
    /// Added to each stream's number.
    base: u64,
    versions: Vec<u32>,
}

impl Events {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15),
            made: 0,
            base: 0,
            versions: Vec::new(),
        }
    }

    /// Events of one of several clients, whose streams are its own.
    pub(crate) fn of_client(seed: u64, client: u64) -> Self {
        Self {
            base: (seed + client + 1) * 1_000_000,
            ..Self::new(seed + client)
        }
    }

    pub(crate) fn take(&mut self, n: usize) -> Vec<Event> {
        (0..n).map(|_| self.make()).collect()
    }

    fn make(&mut self) -> Event {
        // About 15 events an incident, some hundred incidents under way at once.
        let newest = self.made / 15;
        let stream = newest.saturating_sub(self.next() % 200) as usize;
        self.versions.resize(self.versions.len().max(stream + 1), 0);
        self.versions[stream] += 1;
        let at_us = 1_700_000_000_000_000 + self.made as i64 * 350_000;
        let unit = self.next() % 400;
        let (lat, lon) = (
            37_700_000 + self.next() % 100_000,
            122_400_000 + self.next() % 100_000,
        );
        let open = format!("\u{4}E{unit:03}cENR{lat:08}{lon:09}STRUCTURE FIRE").into_bytes();
        let personal = (self.next() % 10 < 3).then(|| {
            format!(
                "Caller Ada Lovelace, 555-{:04}, second floor, cannot walk well",
                self.next() % 10_000
            )
        });
        let mut idempotency = [0; 16];
        idempotency[..8].copy_from_slice(&self.next().to_be_bytes());
        idempotency[8..].copy_from_slice(&self.next().to_be_bytes());
        let version = self.versions[stream];
        let (stream, actor) = (self.base + stream as u64 + 1, 1 + self.next() % 300);
        let caller = personal
            .as_ref()
            .map_or(String::new(), |text| format!(",\"caller\":\"{text}\""));
        let json = format!(
            "{{\"actor\":{actor},\"purpose\":\"dispatch\",\"recorded_at\":{},\"unit\":\"E{unit:03}\",\"status\":\"ENR\",\"lat\":{}.{:06},\"lon\":-{}.{:06},\"type\":\"STRUCTURE FIRE\"{caller}}}",
            at_us + 900,
            lat / 1_000_000,
            lat % 1_000_000,
            lon / 1_000_000,
            lon % 1_000_000,
        );
        self.made += 1;
        Event {
            kind: (self.made % 20) as u16,
            stream,
            version,
            at_us,
            actor,
            idempotency,
            open,
            personal,
            json,
        }
    }

    /// SplitMix64: enough for made-up events and random UUIDs.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
