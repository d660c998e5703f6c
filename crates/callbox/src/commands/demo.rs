//! `callbox demo`: a dispatch centre at work, in a town that does not exist.

use std::{fs, net::SocketAddr, path::Path, path::PathBuf, sync::Arc};

use callbox_domain::{Center, Purpose, Timestamp};
use callbox_engine::{DataDir, Engine, Options, wall_clock};
use callbox_sim::{Live, Simulation, Town};
use callbox_web::{Access, AccessError, Role, ServeOptions, Server, generate_password};
use clap::Args;

use crate::{
    center::{self, NewCenter},
    failure::{Failure, Outcome},
    output, times,
};

/// The accounts of the demo: login name, what others see, role.
const ACCOUNTS: [(&str, &str, Role); 3] = [
    ("dispatcher", "Demo dispatcher", Role::Dispatcher),
    ("calltaker", "Demo call-taker", Role::CallTaker),
    ("supervisor", "Demo supervisor", Role::Supervisor),
];
/// Where the demo's passwords stand, so that a later run can print them again. They open nothing
/// but an invented town on this machine.
const SIGN_INS: &str = "demo-sign-ins.txt";

/// Shows a dispatch centre at work: an invented town whose calls you can watch and work on
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callbox demo
  callbox demo --speed 1          as slow as life
  callbox demo --no-calls         a quiet centre for training: you take the calls, crews drive

Everything in it is invented. What you do is recorded beside what the simulation does; it leaves
your own incidents to you, apart from the crews of the units that you send.")]
pub(super) struct Demo {
    /// Where to listen; on this machine only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8110")]
    listen: SocketAddr,
    /// How many times faster than life calls come and crews work, 0 to 1000; 0 stands for
    /// --speed 1 --no-calls
    #[arg(long, value_name = "N", default_value_t = 10.0, value_parser = speed)]
    speed: f64,
    /// No calls come in
    #[arg(long)]
    no_calls: bool,
    /// What the days bring: another number, other days
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many hours before the first start are made up
    #[arg(long, value_name = "HOURS", default_value_t = 12, value_parser = clap::value_parser!(u32).range(0..=168))]
    history: u32,
    /// The demo's data directory
    #[arg(long, value_name = "DIR", default_value = "callbox-demo")]
    data: PathBuf,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "it is not a number".to_owned())?;
    if (0.01..=1_000.0).contains(&speed) || speed == 0.0 {
        Ok(speed)
    } else {
        Err("use 0, or 0.01 to 1000".into())
    }
}

impl Demo {
    pub(super) fn run(self) -> Outcome {
        super::log("warn");
        if !self.listen.ip().is_loopback() {
            return Err(Failure::Refused(format!(
                "the demo serves this machine only, {} is open to others; use a loopback address \
                 such as 127.0.0.1:8110",
                self.listen
            )));
        }
        let town = Arc::new(Town::new());
        let made = if DataDir::new(&self.data).exists() {
            None
        } else {
            output::note(format_args!(
                "Making {} in {} …",
                town.name(),
                self.data.display()
            ));
            Some(self.make(&town)?)
        };
        let data = center::existing(&self.data)?;
        let engine = center::open(&data, Options::default())?;
        let served = self.serve(&data, &engine, town, made);
        engine.shutdown();
        served
    }

    /// Makes the center with its hours so far; as a whole or not at all.
    fn make(&self, town: &Arc<Town>) -> Outcome<Simulation> {
        let timezone = center::machine_zone();
        let name = center_name(town);
        let new = NewCenter {
            name: &name,
            origin: None,
            timezone: &timezone,
            commands: Vec::new(),
        };
        let (_, simulation) = center::create(&self.data, new, |data| {
            let access = open_access(data)?;
            sign_ins(data, &access)?;
            let engine = center::open(data, Options::default())?;
            let filled = self.fill(&engine, town, &timezone);
            engine.shutdown();
            filled
        })?;
        Ok(simulation)
    }

    fn fill(&self, engine: &Engine, town: &Arc<Town>, timezone: &str) -> Outcome<Simulation> {
        let to = times::now();
        let from = to.plus_seconds(-3_600 * i64::from(self.history));
        callbox_sim::set_up(engine, town, timezone, from)
            .map_err(|error| Failure::internal(&error))?;
        let options = self.options(timezone, from);
        let filled = callbox_sim::fill(engine, Arc::clone(town), options, from, to)
            .map_err(|error| Failure::internal(&error))?;
        Ok(filled.simulation)
    }

    fn options(&self, timezone: &str, at: Timestamp) -> callbox_sim::Options {
        callbox_sim::Options {
            seed: self.seed,
            speed: if self.speed > 0.0 { self.speed } else { 1.0 },
            calls: self.speed > 0.0 && !self.no_calls,
            utc_offset_seconds: offset(timezone, at),
        }
    }

    fn serve(
        &self,
        data: &DataDir,
        engine: &Engine,
        town: Arc<Town>,
        made: Option<Simulation>,
    ) -> Outcome {
        let center = engine.snapshot();
        check_is_demo(&self.data, &center, &town)?;
        let access = open_access(data)?;
        let passwords = sign_ins(data, &access)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::io("cannot start the server's threads", &error))?;
        let options = ServeOptions {
            listen: self.listen,
            purpose: Purpose::Exercise,
            geography: center::geography(data)?,
            ..ServeOptions::default()
        };
        let server = runtime
            .block_on(Server::bind(engine.clone(), access, options))
            .map_err(|error| super::serve::failure(&error))?;
        let now = times::now();
        let timezone = center
            .configuration
            .center
            .as_ref()
            .map_or("UTC", |c| c.timezone.as_str());
        let simulation = made.unwrap_or_else(|| {
            callbox_sim::resume(engine, Arc::clone(&town), self.options(timezone, now), now)
        });
        let live = Live::start(engine.clone(), simulation, wall_clock())
            .map_err(|error| Failure::io("cannot start the simulation", &error))?;
        let served = output::text(self.welcome(&center, &town, &server.url(), &passwords))
            .and_then(|()| {
                runtime.block_on(async {
                    server.run(super::serve::stopped()?).await;
                    Ok(())
                })
            });
        live.stop();
        served
    }

    fn welcome(&self, center: &Center, town: &Town, url: &str, passwords: &[String]) -> String {
        let open = center
            .incidents
            .iter()
            .filter(|(_, i)| i.closed.is_none())
            .count();
        let pace = match (self.speed, self.no_calls) {
            (speed, _) if speed <= 0.0 => "no calls, crews as slow as life".to_owned(),
            (speed, true) => format!("no calls, crews {speed} times as fast as life"),
            (speed, false) => format!("{speed} times as fast as life"),
        };
        let mut lines = vec![
            String::new(),
            format!("  {}, a town that does not exist: {pace}", town.name()),
            format!(
                "  {} incidents so far, {open} open, {} units",
                center.last_incident().0,
                center.units.len()
            ),
            String::new(),
            format!("  Open      {url}"),
        ];
        for ((login, _, _), (index, password)) in ACCOUNTS.iter().zip(passwords.iter().enumerate())
        {
            let label = if index == 0 { "Sign in" } else { "     or" };
            lines.push(format!("  {label}   {login:<11} {password}"));
        }
        lines.push(String::new());
        lines.push(format!(
            "  Ctrl-C stops it; the next start goes on. To begin anew, delete {}.",
            self.data.display()
        ));
        lines.push(String::new());
        lines.join("\n") + "\n"
    }
}

fn center_name(town: &Town) -> String {
    format!("{} (demo)", town.name())
}

/// Refuses to let invented calls into a center of somebody's own.
fn check_is_demo(dir: &Path, center: &Center, town: &Town) -> Outcome {
    let name = center
        .configuration
        .center
        .as_ref()
        .map_or("", |center| center.name.as_str());
    if name == center_name(town) {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "{} holds the center {name:?}, not the demo's; name another directory with --data",
        dir.display()
    )))
}

/// Seconds by which a time zone is ahead of UTC at a time.
fn offset(timezone: &str, at: Timestamp) -> i64 {
    let at = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or_default();
    times::zone(timezone).map_or(0, |zone| i64::from(zone.to_offset(at).seconds()))
}

fn open_access(data: &DataDir) -> Outcome<Access> {
    Access::open(&data.access_db()).map_err(|error| super::user::access_failure(&error))
}

/// The passwords of the demo's accounts, which are made where they are missing.
fn sign_ins(data: &DataDir, access: &Access) -> Outcome<Vec<String>> {
    let path = data.root.join(SIGN_INS);
    let known = fs::read_to_string(&path).unwrap_or_default();
    let known: Vec<String> = known.lines().map(str::to_owned).collect();
    if known.len() == ACCOUNTS.len() {
        return Ok(known);
    }
    let mut passwords = Vec::new();
    for (login, name, role) in ACCOUNTS {
        let password = generate_password().map_err(|error| super::user::access_failure(&error))?;
        match access.create(login, name, role, &password) {
            Err(AccessError::Taken(_)) => access.set_password(login, &password),
            other => other.map(drop),
        }
        .map_err(|error| super::user::access_failure(&error))?;
        passwords.push(password);
    }
    fs::write(&path, passwords.join("\n"))
        .map_err(|error| Failure::io(format_args!("cannot write {}", path.display()), &error))?;
    Ok(passwords)
}
