//! What is said seldom: questions, calls that are not spoken, templates, closed streets, holds, broken
//! glass.

use callbox_domain::{CallKind, Center, Handling, IncidentState};

use super::act::Day;

/// Cards of two editions: each has rules that set type and priority.
const CARDS: [&str; 2] = [
    r#"publish-cards "BREATH,Breathing,,MED,awake,yes-no,Awake?,,,,,no,,,age,Kneel down.,,,1" ",,,,age,number,How old?,,,,,0,,,,,,,1" ",,,,,,,,,,,65,,,,,,,2""#,
    r#"publish-cards "BREATH,Breathing,,MED,awake,yes-no,Awake and talking?,,,,,no,,,,,,,1" "SMELL,Smell,,ODOUR,what,yes-no,Smoke too?,,,,,yes,,,,,,FIRE,1""#,
];

impl Day {
    /// A line that is said seldom.
    pub(super) fn seldom(&mut self, center: &Center) -> String {
        match self.below(29) {
            0..4 => self.answer(center),
            4 => (*self.pick(&CARDS)).to_owned(),
            5 | 6 => self.unspoken(),
            7 | 8 => self.handled(center),
            9..12 => self.closed_street(center),
            12..18 => self.kept_for_a_court(center),
            18..25 => self.glass(center),
            25..28 => self.shared(center),
            _ => self.template(),
        }
    }

    fn answer(&mut self, center: &Center) -> String {
        let id = self.incident(center);
        let (card, question, answers): (_, _, &[&str]) = *self.pick(&[
            ("BREATH", "awake", &["yes", "no", "unknown"] as &[&str]),
            ("BREATH", "age", &["3", "70", "unknown"]),
            ("SMELL", "what", &["yes", "no"]),
        ]);
        format!("answer {id} {card} {question} {}", self.pick(answers))
    }

    /// A call of any kind, also by text, that says where a device is.
    fn unspoken(&mut self) -> String {
        let kind = *self.pick(CallKind::NAMES);
        let source = *self.pick(&["", " device 200", " map 20"]);
        let (place, number) = (self.personal(), self.personal());
        format!("take {kind}{source} MED @\"{place}\" caller - \"{number}\"")
    }

    /// Somebody is called back, mostly who has to be.
    fn handled(&mut self, center: &Center) -> String {
        let waits = center.incidents.iter().find_map(|(_, incident)| {
            let mut calls = (1..).zip(&incident.intake.calls);
            let (no, _) = calls.find(|(_, call)| call.needs_handling())?;
            (incident.state() == IncidentState::Open).then_some((incident.id.0, no))
        });
        let (id, no) = waits.unwrap_or_else(|| (self.incident(center), 1));
        format!("handle {id} {no} {}", self.pick(Handling::NAMES))
    }

    fn closed_street(&mut self, center: &Center) -> String {
        let known = center.closures.iter().next().map(|(_, it)| it.id.0);
        let ends = center.closures.iter().any(|(_, it)| it.until.is_some());
        match (self.below(5), known) {
            // What ends by itself is left to the clock.
            (0, _) => "expire".into(),
            (1..4, Some(_)) if ends => "expire".into(),
            (1 | 2, Some(closure)) => {
                // Whoever opens the wrong street takes it back at once.
                self.slips = u8::from(self.below(2) == 0);
                format!("lift {closure}")
            }
            (3, None) => "lift 1".into(),
            _ => {
                let until = match self.below(2) {
                    0 => String::new(),
                    _ => format!(" until {}", self.time_within(1_200)),
                };
                let way = 1 + self.below(9);
                format!("closure works \"Mill Lane\" {way} (50.85,4.35) (50.85,4.36){until}")
            }
        }
    }

    /// An incident is shown to an agency, or no longer.
    fn shared(&mut self, center: &Center) -> String {
        let shared = center.incidents.iter().find_map(|(_, incident)| {
            let agency = incident.shared_with.first()?;
            Some(format!("unshare {} {agency}", incident.id.0))
        });
        let agency = *self.pick(&["FIRE", "EMS", "EMS", "POLICE"]);
        let (verb, id) = (
            *self.pick(&["share", "share", "unshare"]),
            self.incident(center),
        );
        match (self.below(3), shared) {
            (0, Some(shared)) => shared,
            _ => format!("{verb} {id} {agency}"),
        }
    }

    /// Legal holds and requests for erasure; approving is for a start to finish.
    fn kept_for_a_court(&mut self, center: &Center) -> String {
        let id = self.closed(center);
        let mut asked = center.erasures().filter(|(_, case)| case.request.is_some());
        let mut held = center.erasures().filter(|(_, case)| !case.holds.is_empty());
        match (self.below(9), asked.next()) {
            (0..2, _) => format!("hold {id} COURT-7"),
            (2..4, _) => match held.next() {
                Some((held, _)) => format!("lift-hold {held} COURT-7"),
                None => format!("lift-hold {id} COURT-7"),
            },
            (4..8, Some((asked, _))) => format!("refuse {asked} HELD"),
            (4..7, None) => format!("erase {id} LAW-12"),
            (7, None) => format!("refuse {id} HELD"),
            _ => format!("define erasure {}", self.below(30)),
        }
    }

    fn glass(&mut self, center: &Center) -> String {
        // Mostly one that was opened and not judged yet.
        let known = center.grants.iter().next().map(|(_, grant)| grant.id.0);
        let grant = known.unwrap_or(1);
        match self.below(4) {
            0 => format!("break-glass {}", self.closed(center)),
            1 | 2 => format!("see {grant}"),
            _ => format!(
                "review {grant} {}",
                self.pick(&["justified", "unjustified"])
            ),
        }
    }

    fn template(&mut self) -> String {
        let retired = *self.pick(&["", " retired"]);
        // A template is of the center's own making: its words are about nobody.
        format!("define template BELL \"Fire alarm\"{retired} FIRE 2 // panel reset")
    }
}
