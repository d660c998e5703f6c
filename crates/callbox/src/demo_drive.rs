//! The demo's units drive: along real routes at blue-light speed to calls, and back to their stations.

use std::{
    collections::BTreeMap,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use callbox_domain::{Center, Meaning, Unit, UnitId};
use callbox_engine::Engine;
use callbox_geo::{Coord, eta::Streets};
use callbox_web::{PositionFeed, PositionReport};

/// How often units report where they are.
const EVERY: Duration = Duration::from_secs(1);

/// Units on their way, in a thread of its own.
#[derive(Debug)]
pub(crate) struct Drives {
    stop: mpsc::SyncSender<()>,
    thread: JoinHandle<()>,
}

/// Where a unit is, or between what it drives.
#[derive(Debug)]
struct Drive {
    points: Vec<Coord>,
    goal: Coord,
    seconds: f64,
    since: Instant,
}

impl Drives {
    /// Starts the thread; `speed` is how many times faster than life units drive.
    pub(crate) fn start(
        engine: Engine,
        streets: Arc<Streets>,
        feed: PositionFeed,
        speed: f64,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::sync_channel(1);
        let thread = thread::Builder::new()
            .name("drives".into())
            .spawn(move || {
                let mut drives: BTreeMap<UnitId, Drive> = BTreeMap::new();
                loop {
                    let center = engine.snapshot();
                    let mut reports = Vec::new();
                    for (_, unit) in center.units.iter() {
                        if unit.in_service
                            && let Some((goal, jump)) = goal(&center, unit)
                        {
                            let at = step(drives.entry(unit.id), goal, jump, &streets, speed);
                            let (lat, lon) = at.degrees();
                            reports.push(PositionReport {
                                unit: unit.call_sign.clone(),
                                lat,
                                lon,
                                at: crate::times::now(),
                                heading_degrees: None,
                                speed_mps: None,
                                accuracy_meters: Some(5.0),
                            });
                        }
                    }
                    // What is refused, such as a unit that just went off duty, is told again in a second.
                    drop(feed.report(&reports));
                    if stopped.recv_timeout(EVERY) != Err(mpsc::RecvTimeoutError::Timeout) {
                        return;
                    }
                }
            })?;
        Ok(Self { stop, thread })
    }

    /// Ends the thread and waits for that.
    pub(crate) fn stop(self) {
        let _ = self.stop.try_send(());
        if self.thread.join().is_err() {
            crate::output::note(format_args!("the units' drives ended in a panic"));
        }
    }
}

/// Where a unit belongs now, and whether it is there whatever its drive says; `None` while nobody knows.
fn goal(center: &Center, unit: &Unit) -> Option<(Coord, bool)> {
    let call = unit.active.iter().find_map(|(id, no)| {
        let incident = center.incident(*id)?;
        let meaning = incident.assignment(*no)?.meaning;
        let (lat, lon) = incident.place.as_ref()?.known()?.lat_lon()?;
        matches!(meaning, Meaning::EnRoute | Meaning::OnScene)
            .then_some((Coord::from_degrees(lat, lon)?, meaning == Meaning::OnScene))
    });
    if call.is_some() {
        return call;
    }
    let station = center.configuration.stations.get(unit.station.as_ref()?)?;
    let (lat, lon) = station.point?.degrees();
    // Crews that get ready, or are at a hospital, are where they were last seen.
    unit.active
        .is_empty()
        .then_some((Coord::from_degrees(lat, lon)?, false))
}

/// Drives on for a moment: a new goal is a new route from where the unit is.
fn step(
    entry: std::collections::btree_map::Entry<'_, UnitId, Drive>,
    goal: Coord,
    jump: bool,
    streets: &Streets,
    speed: f64,
) -> Coord {
    // A unit that is seen for the first time is where it belongs.
    let drive = entry.or_insert_with(|| Drive::at(goal));
    let here = drive.place(speed);
    if jump {
        *drive = Drive::at(goal);
    } else if drive.goal != goal {
        *drive = Drive::to(here, goal, streets);
    }
    drive.place(speed)
}

impl Drive {
    fn at(goal: Coord) -> Self {
        Self {
            points: vec![goal],
            goal,
            seconds: 0.0,
            since: Instant::now(),
        }
    }

    /// The way along the streets; without one the unit stands at its goal at once.
    fn to(from: Coord, goal: Coord, streets: &Streets) -> Self {
        let snap = |at: Coord| streets.snap(at.degrees().0, at.degrees().1);
        let route = (|| {
            let profile = streets.profile("blue-light")?;
            streets.route(&snap(from)?, &snap(goal)?, profile)
        })();
        match route {
            Some(route) if !route.points.is_empty() => Self {
                seconds: f64::from(route.milliseconds) / 1_000.0,
                points: route.points,
                goal,
                since: Instant::now(),
            },
            _ => Self::at(goal),
        }
    }

    fn place(&self, speed: f64) -> Coord {
        let share = match self.seconds > 0.0 {
            true => (self.since.elapsed().as_secs_f64() * speed / self.seconds).min(1.0),
            false => 1.0,
        };
        along(&self.points, share)
    }
}

/// The point after a share of a line's length.
fn along(points: &[Coord], share: f64) -> Coord {
    let whole: f64 = points
        .windows(2)
        .map(|pair| pair[0].meters_to(pair[1]))
        .sum();
    let mut left = whole * share;
    for pair in points.windows(2) {
        let meters = pair[0].meters_to(pair[1]);
        if left < meters {
            let ((a, b), (c, d)) = (pair[0].degrees(), pair[1].degrees());
            let part = left / meters;
            return Coord::from_degrees(a + (c - a) * part, b + (d - b) * part).unwrap_or(pair[0]);
        }
        left -= meters;
    }
    points[points.len() - 1]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

    use super::*;

    #[test]
    fn a_drive_goes_along_its_line() {
        let at = |lat: f64, lon: f64| Coord::from_degrees(lat, lon).unwrap();
        let line = [at(0.0, 0.0), at(0.0, 0.01), at(0.01, 0.01)];
        assert_eq!(along(&line, 0.0), line[0]);
        assert_eq!(along(&line, 1.0), line[2]);
        assert!(along(&line, 0.5).meters_to(line[1]) < 10.0);
        assert!(along(&line, 0.25).meters_to(at(0.0, 0.005)) < 10.0);
        assert_eq!(along(&line[..1], 0.5), line[0]);
    }
}
