//! `callbox demo`: a dispatch centre at work, in a town that does not exist.

use std::{fs, net::SocketAddr, path::Path, path::PathBuf, sync::Arc};

use callbox_domain::{Center, Purpose, Timestamp};
use callbox_engine::{DataDir, Engine, Options, wall_clock};
use callbox_sim::{Live, Simulation, Town};
use callbox_web::{Access, AccessError, Role, ServeOptions, Server, generate_password};
use clap::Args;

use crate::{
    center::{self, NewCenter},
    demo_drive::Drives,
    demo_place,
    failure::{Failure, Outcome},
    output, times,
};

/// The accounts of the demo: login name, what others see, role.
const ACCOUNTS: [(&str, &str, Role); 4] = [
    ("dispatcher", "Demo dispatcher", Role::Dispatcher),
    ("calltaker", "Demo call-taker", Role::CallTaker),
    ("supervisor", "Demo supervisor", Role::Supervisor),
    ("admin", "Demo administrator", Role::Administrator),
];
/// Where the demo's passwords stand, so that a later run can print them again. They open nothing
/// but an invented town on this machine.
const SIGN_INS: &str = "demo-sign-ins.txt";

/// What stands behind the name of a demo's center.
const MARK: &str = " (demo)";

/// Shows a dispatch centre at work: an invented town whose calls you can watch and work on
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callbox demo
  callbox demo --speed 1          as slow as life
  callbox demo --no-calls         a quiet centre for training: you take the calls, crews drive
  callbox demo --streets elm.osm.pbf --data elm-demo   invented calls at your own place

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
    /// Streets to use instead of the invented town's: stations, units and invented calls are put
    /// onto this extract, at the first start
    #[arg(long, value_name = "FILE.osm.pbf")]
    streets: Option<PathBuf>,
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
        let exists = DataDir::new(&self.data).exists();
        if let Some(file) = self.streets.as_deref() {
            if exists {
                return Err(Failure::Refused(format!(
                    "{} has its streets already; name another directory with --data, or delete it",
                    self.data.display()
                )));
            }
            demo_place::check(file)?;
        }
        let made = if exists { None } else { Some(self.make()?) };
        let data = center::existing(&self.data)?;
        let options = Options {
            publish: true,
            ..Options::default()
        };
        let engine = center::open(&data, options)?;
        let served = self.serve(&data, &engine, made);
        engine.shutdown();
        served
    }

    /// Makes the center with its hours so far; as a whole or not at all.
    fn make(&self) -> Outcome<(Arc<Town>, Simulation)> {
        let timezone = center::machine_zone();
        let own = self.streets.as_deref().map(demo_place::name);
        let title = own.as_deref().unwrap_or(callbox_sim::NAME);
        demo_place::note(title, &self.data);
        let name = format!("{title}{MARK}");
        let new = NewCenter {
            name: &name,
            origin: None,
            timezone: &timezone,
            commands: Vec::new(),
            root: callbox_ledger::RootKind::File,
        };
        let (_, made) = center::create(&self.data, new, |data| {
            demo_place::import(data, self.streets.as_deref())?;
            let town = demo_place::town(center::geography(data)?.as_ref(), own.as_deref())?;
            let access = open_access(data)?;
            sign_ins(data, &access)?;
            let engine = center::open(data, Options::default())?;
            let filled = self.fill(&engine, &town, &timezone);
            engine.shutdown();
            Ok((town, filled?))
        })?;
        Ok(made)
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
        made: Option<(Arc<Town>, Simulation)>,
    ) -> Outcome {
        let center = engine.snapshot();
        let name = demo_name(&self.data, &center)?;
        let geography = center::geography(data)?;
        let town = match &made {
            Some((town, _)) => Arc::clone(town),
            None => demo_place::town(geography.as_ref(), Some(&name))?,
        };
        let access = open_access(data)?;
        access
            .record_to(engine, Purpose::Exercise)
            .map_err(|error| super::user::access_failure(&error))?;
        let passwords = sign_ins(data, &access)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::io("cannot start the server's threads", &error))?;
        let options = ServeOptions {
            listen: self.listen,
            purpose: Purpose::Exercise,
            geography: geography.clone(),
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
        let simulation = made.map(|(_, simulation)| simulation).unwrap_or_else(|| {
            callbox_sim::resume(engine, Arc::clone(&town), self.options(timezone, now), now)
        });
        let live = Live::start(engine.clone(), simulation, wall_clock())
            .map_err(|error| Failure::io("cannot start the simulation", &error))?;
        let speed = if self.speed > 0.0 { self.speed } else { 1.0 };
        let drives = geography
            .map(|geography| {
                Drives::start(engine.clone(), geography.streets, server.positions(), speed)
            })
            .transpose()
            .map_err(|error| Failure::io("cannot start the units' drives", &error))?;
        let served = output::text(self.welcome(&center, &town, &server.url(), &passwords))
            .and_then(|()| {
                runtime.block_on(async {
                    server.run(super::serve::stopped()?).await;
                    Ok(())
                })
            });
        live.stop();
        if let Some(drives) = drives {
            drives.stop();
        }
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
            match town.name() {
                callbox_sim::NAME => {
                    format!("  {}, a town that does not exist: {pace}", town.name())
                }
                name => format!("  {name}, with calls that are invented: {pace}"),
            },
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

/// The name of the demo's place; refuses to let invented calls into a center of somebody's own.
fn demo_name(dir: &Path, center: &Center) -> Outcome<String> {
    let name = center
        .configuration
        .center
        .as_ref()
        .map_or("", |center| center.name.as_str());
    if let Some(place) = name.strip_suffix(MARK) {
        return Ok(place.to_owned());
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
