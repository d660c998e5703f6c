//! Benches that are run by hand: each prints a table or JSON, none asserts a time.

pub(crate) mod closures;
pub(crate) mod eta;
pub(crate) mod geocode;
pub(crate) mod latency;
pub(crate) mod ledger;
pub(crate) mod reads;
pub(crate) mod recommend;
pub(crate) mod start;
pub(crate) mod streets;
pub(crate) mod tiles;

/// What to measure.
#[derive(clap::Subcommand)]
pub(crate) enum Bench {
    /// A closure from the command to the changed time at a running server.
    Closures(closures::Arguments),
    /// Driving times: import, queries, closures, beside Dijkstra's algorithm.
    Eta(eta::Arguments),
    /// Addresses drawn from an extract, misspelt and looked for, beside a map of texts.
    Geocode(geocode::Arguments),
    /// Appends to the ledger beside a plain file, plain rows and a conventional event table.
    Ledger(ledger::Arguments),
    /// Reads with their record, beside the same reads without it.
    Reads(reads::Arguments),
    /// Units recommended by plan, beside sorting them by distance.
    Recommend(recommend::Arguments),
    /// Starts of a center from its ledger alone and with its snapshot, beside plain reading.
    Start(start::Arguments),
    /// Driving times from coordinates, beside OSRM and Valhalla where they are installed.
    Streets(streets::Arguments),
    /// Vector tiles, made one by one, beside tilemaker where it is installed.
    Tiles(tiles::Arguments),
    /// Submits at a steady rate while consoles listen.
    Latency(latency::Arguments),
}

impl Bench {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Closures(arguments) => closures::run(&arguments),
            Self::Eta(arguments) => eta::run(&arguments),
            Self::Geocode(arguments) => geocode::run(&arguments),
            Self::Ledger(arguments) => ledger::run(&arguments),
            Self::Reads(arguments) => reads::run(&arguments),
            Self::Recommend(arguments) => recommend::run(&arguments),
            Self::Start(arguments) => start::run(&arguments),
            Self::Streets(arguments) => streets::run(&arguments),
            Self::Tiles(arguments) => tiles::run(&arguments),
            Self::Latency(arguments) => latency::run(&arguments),
        }
    }
}

/// What this thread has cost so far: other work on the machine does not count.
pub(crate) fn cpu_time() -> std::time::Duration {
    clock(rustix::time::ClockId::ThreadCPUTime)
}

/// What this process has cost so far, all threads together.
pub(crate) fn process_time() -> std::time::Duration {
    clock(rustix::time::ClockId::ProcessCPUTime)
}

fn clock(id: rustix::time::ClockId) -> std::time::Duration {
    let time = rustix::time::clock_gettime(id);
    std::time::Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}
