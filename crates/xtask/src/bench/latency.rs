//! How long it takes until a command is acknowledged, and until every console has the change.

use std::{
    fs::File,
    io::Write as _,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::server::{Client, Scratch, Server, callbox, token, token_of};

/// How the bench runs.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many consoles listen.
    #[arg(long, default_value_t = 50)]
    consoles: usize,
    /// How many more listen as accounts that are bound to an agency.
    #[arg(long, default_value_t = 0)]
    bound: usize,
    /// How many commands a second are submitted.
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// For how long, in seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// The server's program.
    #[arg(long, default_value = "target/release/callbox")]
    binary: PathBuf,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// Which ledger length was seen when, by all consoles.
type Arrivals = Arc<Mutex<Vec<(u64, Instant)>>>;

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let scratch = Scratch::new("latency")?;
    let data = scratch.0.join("center");
    let path = data
        .to_str()
        .context("the temporary directory has a readable name")?;
    callbox(
        &arguments.binary,
        &["init", "--data", path, "--center", "Latency"],
    )?;
    let token = token(&arguments.binary, path)?;
    let bound = token_of(&arguments.binary, &data, "bound", "dispatcher")?;
    // What its consoles see of these calls is nothing; that has to be found out for each message all the same.
    callbox(
        &arguments.binary,
        &["user", "agency", "bound", "EMS", "--data", path],
    )?;
    let server = Server::start(&arguments.binary, &data)?;
    let mut client = Client::new(server.address, &token);
    let (status, board) = client.get("/api/v1/board")?;
    ensure!(status == 200, "{status}: {board}");
    let after = board["seq"]
        .as_u64()
        .context("the board names its position")?;
    let arrivals: Vec<Arrivals> = (0..arguments.consoles)
        .map(|_| listen(&client, after))
        .collect::<anyhow::Result<_>>()?;
    let bound = Client::new(server.address, &bound);
    let bound: Vec<Arrivals> = (0..arguments.bound)
        .map(|_| listen(&bound, after))
        .collect::<anyhow::Result<_>>()?;
    thread::sleep(Duration::from_millis(500));
    let mut flushed = flushes(&scratch, 100)?;
    let cpu = cpu_seconds(server.pid())?;
    let sent = submit(&mut client, arguments)?;
    thread::sleep(Duration::from_secs(1));
    let cpu = cpu_seconds(server.pid())? - cpu;
    let mut acknowledged: Vec<f64> = sent
        .iter()
        .map(|(from, to, _)| millis(*from, *to))
        .collect();
    let mut arrived = arrived_at(&arrivals, &sent)?;
    let mut arrived_bound = arrived_at(&bound, &sent)?;
    let mut rows = vec![
        ("plain write and fdatasync", quantiles(&mut flushed)),
        ("submit to acknowledged", quantiles(&mut acknowledged)),
        ("submit to the delta's arrival", quantiles(&mut arrived)),
    ];
    if arguments.bound > 0 {
        rows.push((
            "the same, bound to an agency",
            quantiles(&mut arrived_bound),
        ));
    }
    let share = cpu / f64::from(arguments.seconds) * 100.0;
    if arguments.json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|(what, (median, p99))| json!({"what": what, "median_ms": median, "p99_ms": p99}))
            .collect();
        println!("{}", json!({"rows": rows, "server_cpu_percent": share}));
        return Ok(());
    }
    println!(
        "{} consoles, {} more bound to an agency, {} commands a second",
        arguments.consoles, arguments.bound, arguments.rate
    );
    println!("{:<32}{:>12}{:>12}", "milliseconds", "median", "p99");
    for (what, (median, p99)) in rows {
        println!("{what:<32}{median:>12.2}{p99:>12.2}");
    }
    println!("the server used {share:.1} % of one core");
    Ok(())
}

/// Takes calls at a steady rate; gives for each when it was sent, when acknowledged, and the
/// ledger's length that shows it.
fn submit(
    client: &mut Client,
    arguments: &Arguments,
) -> anyhow::Result<Vec<(Instant, Instant, u64)>> {
    let started = Instant::now();
    let mut sent = Vec::new();
    for no in 0..arguments.rate * arguments.seconds {
        let due = started + Duration::from_secs_f64(f64::from(no) / f64::from(arguments.rate));
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let from = Instant::now();
        let body = json!({"place": format!("{no} Elm Street")});
        let (status, answer) = client.post("/api/v1/incidents", &format!("latency-{no}"), &body)?;
        let to = Instant::now();
        ensure!(status < 300, "{status}: {answer}");
        let seq = answer["seq"]
            .as_u64()
            .with_context(|| format!("no position in {answer}"))?;
        sent.push((from, to, seq));
    }
    Ok(sent)
}

/// How long each console waited for each change, in milliseconds.
fn arrived_at(consoles: &[Arrivals], sent: &[(Instant, Instant, u64)]) -> anyhow::Result<Vec<f64>> {
    let mut arrived = Vec::new();
    for console in consoles {
        let seen = console.lock().unwrap_or_else(PoisonError::into_inner);
        for (from, _, length) in sent {
            let first = seen.iter().find(|(seq, _)| seq >= length);
            let (_, at) = first.context("a console missed a change")?;
            arrived.push(millis(*from, *at));
        }
    }
    Ok(arrived)
}

/// Opens a console's stream and notes which length arrived when.
fn listen(client: &Client, after: u64) -> anyhow::Result<Arrivals> {
    let arrivals = Arrivals::default();
    let noted = Arc::clone(&arrivals);
    let lines = client.live(&format!("/api/v1/live?after={after}"))?;
    thread::spawn(move || {
        for line in lines {
            if let Some(seq) = line
                .strip_prefix("id:")
                .and_then(|id| id.trim().parse().ok())
            {
                noted
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((seq, Instant::now()));
            }
        }
    });
    Ok(arrivals)
}

/// The baseline: how long this disk takes to make 200 bytes durable, in milliseconds.
fn flushes(scratch: &Scratch, times: usize) -> anyhow::Result<Vec<f64>> {
    let mut file = File::create(scratch.0.join("baseline"))?;
    (0..times)
        .map(|_| {
            thread::sleep(Duration::from_millis(20));
            let from = Instant::now();
            file.write_all(&[7; 200])?;
            file.sync_data()?;
            Ok(millis(from, Instant::now()))
        })
        .collect()
}

fn millis(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1e3
}

/// Median and 99th percentile.
fn quantiles(values: &mut [f64]) -> (f64, f64) {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    (at(0.5), at(0.99))
}

/// How much processor time a process has used, in seconds (Linux: clock ticks of 10 ms).
fn cpu_seconds(pid: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields = stat.rsplit(')').next().context("unexpected /proc format")?;
    let ticks = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / 100.0)
}
