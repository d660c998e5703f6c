//! What users do next, by chance and by what they see; some of them act on what they saw before.

use callbox_domain::{Center, Incident, IncidentState};

use super::{
    line::{Befalls, Line},
    town::{MARKER, UNITS},
    world::World,
};
use crate::random::Random;

/// Call-takers, dispatchers and supervisors.
const ACTORS: [u64; 6] = [7, 8, 9, 10, 11, 12];
const STATUSES: [&str; 10] = [
    "AVL", "AVP", "DSP", "ACK", "ENR", "ONS", "PAT", "TRN", "HOS", "OOS",
];
/// How many acts are taken back one after the other: as many as are explored in every order.
const IN_A_ROW: u8 = 5;
/// The last second at which lines are said: a script has one day.
const EVENING: i64 = 86_000;

/// A day's lines, one after the other.
pub(super) struct Day {
    random: Random,
    second: i64,
    actor: u64,
    said: u64,
    /// How many slips of the hand the same person takes back next, one after the other.
    pub(super) slips: u8,
    /// How many lines the same person still says without a pause, before taking back as many as can be.
    haste: u8,
}

impl Day {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::of(&[seed, 0x7261]);
        Self {
            second: 3_600 * random.below(10) as i64,
            actor: ACTORS[0],
            random,
            said: 0,
            slips: 0,
            haste: 0,
        }
    }

    /// The next line; after a fault that stopped the server, mostly its restart.
    pub(super) fn next(&mut self, world: &World) -> Line {
        if world.is_halted() && self.random.chance(0.5) {
            return Line::Befalls(match self.random.below(3) {
                0 => Befalls::Restart,
                1 => Befalls::RestartBare,
                _ => Befalls::Kill,
            });
        }
        if self.random.chance(0.1) {
            return Line::Befalls(self.befalls());
        }
        if let Some(left) = self.slips.checked_sub(1) {
            self.slips = left;
            self.wait(if left > 0 { 3 } else { 20 });
            return Line::Said {
                second: self.second,
                actor: self.actor,
                words: "undo".into(),
            };
        }
        self.pass();
        let words = self.words(world.center());
        let late = if self.random.chance(0.05) {
            self.random.below(900) as i64
        } else {
            0
        };
        Line::Said {
            second: (self.second - late).max(0),
            actor: self.actor,
            words,
        }
    }

    fn befalls(&mut self) -> Befalls {
        match self.random.below(20) {
            0..8 => {
                let faults: Vec<_> = Befalls::faults().collect();
                Befalls::Fault(*self.random.pick(&faults))
            }
            8..12 => Befalls::Again,
            12..14 => Befalls::Skew(self.random.below(7_200) as i64 - 3_600),
            14 => Befalls::Skew(-86_400 * (1 + self.random.below(400) as i64)),
            15..17 => Befalls::Kill,
            17..19 => Befalls::Restart,
            _ => Befalls::RestartBare,
        }
    }

    /// Lets time pass, mostly seconds; the same person mostly goes on.
    fn pass(&mut self) {
        if let Some(left) = self.haste.checked_sub(1) {
            self.haste = left;
            self.slips = if left == 0 { IN_A_ROW } else { 0 };
            return self.wait(3);
        }
        if self.random.chance(0.03) {
            self.haste = IN_A_ROW;
        }
        let seconds = match self.random.below(10) {
            0..6 => 20,
            6..9 => 400,
            _ => 3_000,
        };
        self.wait(seconds);
        if self.random.chance(0.4) {
            self.actor = *self.random.pick(&ACTORS);
        }
    }

    /// Lets less than `seconds` pass.
    fn wait(&mut self, seconds: usize) {
        self.second = (self.second + self.random.below(seconds) as i64).min(EVENING);
    }

    fn words(&mut self, center: &Center) -> String {
        // In haste mostly what can be taken back: sending, statuses, closing.
        let what = match self.haste > 0 && self.random.chance(0.9) {
            true => *self.random.pick(&[12, 27, 27, 27, 59]),
            false => self.random.below(114),
        };
        match what {
            0..12 => self.receive(),
            12..22 => self.dispatch(center),
            22..27 => format!("send {}{}", self.incident(center), self.alarm()),
            27..50 => self.status(center),
            50..54 => {
                let (unit, incident) = self.at_work(center);
                format!("cancel {unit}{incident}{}", self.reason())
            }
            54..57 => {
                let (unit, from) = self.at_work(center);
                let preempt = if self.random.chance(0.3) {
                    " preempt"
                } else {
                    ""
                };
                format!("reassign {unit}{from} > {}{preempt}", self.incident(center))
            }
            57..59 => {
                let (unit, incident) = self.at_work(center);
                format!("release {unit}{incident} // {}", self.personal())
            }
            59..66 => {
                let disposition = *self.random.pick(&["DONE", "FALSE", "DONE", "NONE"]);
                format!("close {} {disposition}", self.incident(center))
            }
            66..68 => format!("reopen {} // {}", self.closed(center), self.personal()),
            68..74 => "undo".into(),
            74..80 => "due".into(),
            80..82 => format!("acknowledge {}", self.alarm_id(center)),
            82..86 => self.safety(center),
            86..90 => self.stacks_and_merges(center),
            90..95 => self.describe(center),
            95..97 => self.service(center),
            97..100 => self.configure(),
            _ => self.seldom(center),
        }
    }

    fn receive(&mut self) -> String {
        let kind = *self.random.pick(&["FIRE", "MED", "MED", "ODOUR", "-"]);
        let priority = *self.random.pick(&["", "", " 1", " 2", " 3"]);
        let priority = if kind == "-" { "" } else { priority };
        let (place, caller, number) = (self.personal(), self.personal(), self.personal());
        let said = format!("{kind}{priority} @\"{place}\" caller \"{caller}\" \"{number}\"");
        match self.random.below(5) {
            0 => {
                let at = self.time_within(7_200);
                format!("take spoken at {at} {said}")
            }
            1 => format!("take silent {said}"),
            _ => format!("receive {said}"),
        }
    }

    fn dispatch(&mut self, center: &Center) -> String {
        let units: Vec<&str> = (0..=self.random.below(3)).map(|_| self.unit()).collect();
        let although = match self.random.chance(0.25) {
            true => " although-committed",
            false => "",
        };
        format!(
            "dispatch {} {}{although}",
            units.join(" "),
            self.incident(center)
        )
    }

    fn alarm(&mut self) -> String {
        match self.random.below(4) {
            0 => " alarm 2".into(),
            1 => format!(" instead {}", self.unit()),
            _ => String::new(),
        }
    }

    /// Mostly the step that follows, sometimes any.
    fn status(&mut self, center: &Center) -> String {
        let (unit, incident) = self.at_work(center);
        let shown = center
            .unit_called(unit)
            .map(|known| known.shown(center).meaning.name());
        let next = match shown {
            Some("dispatched" | "acknowledged") => "ENR",
            Some("en_route") => "ONS",
            Some("on_scene") => *self.random.pick(&["TRN", "AVL", "PAT"]),
            Some("transporting") => "HOS",
            _ => "AVL",
        };
        let status = match self.random.chance(0.7) {
            true => next,
            false => *self.random.pick(&STATUSES),
        };
        let correction = match self.random.chance(0.1) {
            true => " correction",
            false => "",
        };
        format!("status {unit} {status}{incident}{correction}")
    }

    fn safety(&mut self, center: &Center) -> String {
        let (unit, incident) = self.at_work(center);
        match self.random.below(5) {
            0 => format!("par {}", self.incident(center)),
            1 | 2 => format!("well {unit}{incident}{}", self.reason()),
            3 => format!(
                "emergency {unit} {}",
                self.random.pick(&["button", "mayday"])
            ),
            _ => format!("end-emergency {unit} // {}", self.personal()),
        }
    }

    fn stacks_and_merges(&mut self, center: &Center) -> String {
        let (one, other) = (self.incident(center), self.incident(center));
        match self.random.below(6) {
            0 | 1 => format!("stack {} {one}", self.unit()),
            2 => self.unstack(center, one),
            3 | 4 => format!("merge {one} > {other}"),
            _ => self.unmerge(center, one, other),
        }
    }

    fn unmerge(&mut self, center: &Center, one: u64, other: u64) -> String {
        let merged: Vec<_> = center
            .incidents
            .iter()
            .filter_map(|(_, incident)| Some((incident.id, incident.intake.merged_into?)))
            .collect();
        match merged.is_empty() || self.random.chance(0.1) {
            true => format!("unmerge {one} < {other}"),
            false => {
                let (id, into) = self.random.pick(&merged);
                format!("unmerge {id} < {into}")
            }
        }
    }

    fn describe(&mut self, center: &Center) -> String {
        let (id, other) = (self.incident(center), self.incident(center));
        let personal = self.personal();
        match self.random.below(15) {
            10 => format!("assess {id} @\"{personal}\" map unverified 50"),
            11 => format!("handle {id} 1 reached"),
            12 => format!(
                "premise energy FIRE @\"{personal}\" (50.85,4.35) 50 expires 30 review 10 // {personal}"
            ),
            13 => "retire 1".into(),
            14 => format!("call {id} abandoned"),
            0 | 1 => format!("note {id} // {personal}"),
            2 => {
                let told = self.one_of(center, |incident| !incident.lines.is_empty());
                format!("correct {told} 1 // {personal}")
            }
            3 => format!("locate {id} @\"{personal}\""),
            4 => format!(
                "classify {id} {}",
                self.random.pick(&["FIRE", "MED", "ODOUR"])
            ),
            5 => format!("prioritise {id} {}", self.random.pick(&["1", "2", "3"])),
            6 => format!("link {id} related {other}"),
            7 => format!("call {id} spoken caller \"{personal}\" -"),
            8 => format!("activate {id}"),
            _ => format!("transfer {id} Elsewhere - // {personal}"),
        }
    }

    fn unstack(&mut self, center: &Center, any: u64) -> String {
        let stacked = UNITS.into_iter().find_map(|sign| {
            let next = center.unit_called(sign)?.stack.first()?;
            Some(format!("unstack {sign} {next}"))
        });
        stacked.unwrap_or_else(|| format!("unstack {} {any}", self.unit()))
    }

    fn service(&mut self, center: &Center) -> String {
        let unit = self.unit();
        let out = UNITS.into_iter().find(|sign| {
            center
                .unit_called(sign)
                .is_some_and(|unit| !unit.in_service)
        });
        match (self.random.below(3), out) {
            (0, _) => format!("out {unit}{}", self.reason()),
            (1, Some(out)) => format!("in {out}"),
            (1, None) => format!("crew {unit} {} EMT=1", self.random.below(5)),
            _ => format!("in {unit}"),
        }
    }

    fn configure(&mut self) -> String {
        let unit = self.unit();
        match self.random.below(22) {
            8 => "condition STORM on".into(),
            9 => "condition STORM off".into(),
            10 => "define rules moving 60 rest 600 penalty 60".into(),
            11 => "define turnout ENGINE 90".into(),
            12 => "define area NORTH North (50.8,4.3) (50.9,4.3) (50.9,4.4) stations S1 S2".into(),
            13 => "define station S2 \"Station 2\" EMS (50.86,4.36) closed".into(),
            14 => "define type ODOUR Smell 3".into(),
            15 => "define status AVP \"By pager\" available".into(),
            16 => "define disposition OTHER \"Something else\"".into(),
            17 => "define unit-type AMB \"Ambulance car\"".into(),
            18 => "define agency EMS \"Ambulances\"".into(),
            19 => "define center \"Small City\" Europe/Brussels".into(),
            20 => "publish \"SICK,1,1,AMB,,,,,MED\"".into(),
            21 => format!("define unit {unit} EMS AMB"),
            0 => "define clock TURNOUT Turnout dispatched en_route alarm 60".into(),
            1 => "remove-clock TURNOUT".into(),
            2 => format!("equip {unit} shares Crew{}", self.random.below(3)),
            3 => format!("equip {unit} seats 2"),
            4 => format!("define unit {unit} FIRE ENGINE S1"),
            5 => "define priority 1 \"Life at risk\" rank 1 alarm 30".into(),
            6 => "define welfare PAR Accountability every 120 answer 20 misses 1 type FIRE".into(),
            _ => format!(
                "publish \"FIRES,1,{},ENGINE,,,,,FIRE\"",
                1 + self.random.below(3)
            ),
        }
    }

    fn unit(&mut self) -> &'static str {
        UNITS[self.random.below(UNITS.len())]
    }

    /// A unit at work and perhaps where; sometimes any unit.
    fn at_work(&mut self, center: &Center) -> (&'static str, String) {
        let busy: Vec<&'static str> = UNITS
            .into_iter()
            .filter(|sign| {
                center
                    .unit_called(sign)
                    .is_some_and(|unit| !unit.active.is_empty())
            })
            .collect();
        if busy.is_empty() || self.random.chance(0.15) {
            return (self.unit(), String::new());
        }
        let sign = *self.random.pick(&busy);
        let active = center.unit_called(sign).map(|unit| unit.active.clone());
        let ids: Vec<u64> = active.iter().flatten().map(|(id, _)| id.0).collect();
        match ids.len() > 1 || self.random.chance(0.3) {
            true => (sign, format!(" {}", self.random.pick(&ids))),
            false => (sign, String::new()),
        }
    }

    /// Mostly one of the last open incidents, sometimes any number.
    pub(super) fn incident(&mut self, center: &Center) -> u64 {
        self.one_of(center, |incident| incident.state() == IncidentState::Open)
    }

    pub(super) fn closed(&mut self, center: &Center) -> u64 {
        self.one_of(center, |incident| incident.closed.is_some())
    }

    fn one_of(&mut self, center: &Center, of: impl Fn(&Incident) -> bool) -> u64 {
        let rows = center.incidents.iter().rev().map(|(_, incident)| incident);
        let ids: Vec<u64> = rows
            .filter(|incident| of(incident))
            .map(|incident| incident.id.0)
            .take(5)
            .collect();
        match ids.is_empty() || self.random.chance(0.1) {
            true => self.random.below(center.last_incident().0 as usize + 3) as u64,
            false => *self.random.pick(&ids),
        }
    }

    fn alarm_id(&mut self, center: &Center) -> u64 {
        let ids: Vec<u64> = center.alarms().iter().map(|alarm| alarm.id.0).collect();
        match ids.is_empty() {
            true => self.random.below(200) as u64,
            false => *self.random.pick(&ids),
        }
    }

    /// A time of the day within so many seconds.
    pub(super) fn time_within(&mut self, seconds: usize) -> String {
        let at = (self.second + self.random.below(seconds) as i64).min(EVENING);
        format!("{:02}:{:02}:{:02}", at / 3_600, at / 60 % 60, at % 60)
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        self.random.below(count)
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        self.random.pick(of)
    }

    fn reason(&mut self) -> String {
        match self.random.chance(0.5) {
            true => format!(" // {}", self.personal()),
            false => String::new(),
        }
    }

    pub(super) fn personal(&mut self) -> String {
        self.said += 1;
        format!("{MARKER} {}", self.said)
    }
}
