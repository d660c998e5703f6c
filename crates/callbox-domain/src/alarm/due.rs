use super::{Alarm, Cause, EMERGENCY_ESCALATES_SECONDS, Subject};
use crate::{
    Assignment, AssignmentNo, Center, Incident, IncidentId, Timestamp, Unit, UnitId,
    clock::{Clock, Moment},
    welfare::{self, NextCheck},
};

/// Something that the passing of time makes due, and that is not recorded yet.
#[derive(Clone, Debug, PartialEq)]
pub enum Due {
    /// An alarm is to be raised.
    Raise(Cause, Subject),
    /// A crew is to be asked whether it is well.
    Ask(IncidentId, AssignmentNo, UnitId),
    /// A crew's answer stayed out; whether help is called for it now.
    Miss {
        /// On which incident.
        incident: IncidentId,
        /// Which assignment.
        assignment: AssignmentNo,
        /// Which unit.
        unit: UnitId,
        /// How many answers have stayed out then.
        missed: u8,
        /// Whether that is as many as the rule allows.
        calls_help: bool,
    },
    /// An alarm that nobody acknowledged is to go on to the supervisors.
    Escalate(super::AlarmId),
}

impl Center {
    /// Everything that time will make due, with when; in no order.
    ///
    /// Costs one look at each clock for each open incident and active assignment.
    pub fn dues(&self) -> Vec<(Timestamp, Due)> {
        let mut dues = Vec::new();
        for (_, incident) in self.incidents.iter() {
            if !incident.is_live() {
                continue;
            }
            self.incident_dues(incident, &mut dues);
            for assignment in incident.active() {
                self.assignment_dues(incident, assignment, &mut dues);
            }
        }
        dues.extend(self.alarms.iter().filter_map(|alarm| {
            let after = i64::from(self.escalates_after(alarm)?);
            Some((alarm.raised.plus_seconds(after), Due::Escalate(alarm.id)))
        }));
        dues
    }

    /// When the next of [`dues`](Center::dues) is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.dues().into_iter().map(|(at, _)| at).min()
    }

    fn incident_dues(&self, incident: &Incident, dues: &mut Vec<(Timestamp, Due)>) {
        self.next_dues(incident, dues);
        let subject = Subject::of_incident(incident.id);
        let mut has_waiting_clock = false;
        for clock in self.configuration.clocks.values() {
            has_waiting_clock |= is_waiting(clock)
                && clock.concerns_priority(incident.priority.as_ref())
                && clock.alarm_seconds.is_some();
            self.clock_due(clock, clock.runs_on(incident), subject, dues);
        }
        // A clock of the center for the same wait takes the place of the priority's own.
        if has_waiting_clock || Moment::FirstDispatched.of_incident(incident).is_some() {
            return;
        }
        let priorities = &self.configuration.priorities;
        let priority = match &incident.priority {
            Some(code) => priorities.get(code),
            // What nobody has assessed yet may be the worst.
            None => {
                let timed = priorities
                    .values()
                    .filter(|it| it.unassigned_alarm_seconds.is_some());
                timed.min_by_key(|it| it.rank)
            }
        };
        let after = priority.and_then(|priority| priority.unassigned_alarm_seconds);
        if let Some(after) = after
            && !self.is_raised(&Cause::Waiting, &subject)
        {
            let at = incident.received.plus_seconds(i64::from(after));
            dues.push((at, Due::Raise(Cause::Waiting, subject)));
        }
    }

    /// A unit that became free is to do what is next on its stack; somebody has to send it.
    fn next_dues(&self, incident: &Incident, dues: &mut Vec<(Timestamp, Due)>) {
        for unit in incident.stacked_on.iter().filter_map(|id| self.unit(*id)) {
            let subject = Subject::of_unit(unit.id, Some(incident.id));
            if self.free_for_next(unit) == Some(incident.id)
                && !self.is_raised(&Cause::Next, &subject)
            {
                let at = unit.since.max(incident.received);
                dues.push((at, Due::Raise(Cause::Next, subject)));
            }
        }
    }

    /// The first incident on the stack of a unit that could do it now.
    pub(super) fn free_for_next(&self, unit: &Unit) -> Option<IncidentId> {
        let next = *unit.stack.first()?;
        let is_out = |other: &Unit| {
            other.id != unit.id && other.shared_crew == unit.shared_crew && !other.active.is_empty()
        };
        let is_free = unit.in_service
            && unit.active.is_empty()
            && unit.emergency.is_none()
            && (unit.shared_crew.is_none() || !self.units.iter().any(|(_, other)| is_out(other)));
        is_free.then_some(next)
    }

    fn assignment_dues(
        &self,
        incident: &Incident,
        assignment: &Assignment,
        dues: &mut Vec<(Timestamp, Due)>,
    ) {
        let (no, unit) = (assignment.no, assignment.unit);
        let subject = Subject::of_assignment(incident.id, no, unit);
        for clock in self.configuration.clocks.values() {
            self.clock_due(clock, clock.runs_for(incident, assignment), subject, dues);
        }
        let Some(rule) = welfare::rule_of(&self.configuration, incident, assignment) else {
            return;
        };
        let Some(next) = welfare::next_check(rule, assignment) else {
            return;
        };
        let missed = assignment.welfare.missed.saturating_add(1);
        let due = match next {
            NextCheck::Ask(_) => Due::Ask(incident.id, no, unit),
            NextCheck::Answer(_) => Due::Miss {
                incident: incident.id,
                assignment: no,
                unit,
                missed,
                calls_help: missed >= rule.misses_to_mayday.max(1),
            },
        };
        dues.push((next.at(), due));
    }

    fn clock_due(
        &self,
        clock: &Clock,
        since: Option<Timestamp>,
        subject: Subject,
        dues: &mut Vec<(Timestamp, Due)>,
    ) {
        let (Some(since), Some(after)) = (since, clock.alarm_seconds) else {
            return;
        };
        let cause = Cause::Clock(clock.code.clone());
        if !self.is_raised(&cause, &subject) {
            let at = since.plus_seconds(i64::from(after));
            dues.push((at, Due::Raise(cause, subject)));
        }
    }

    /// Seconds after which an alarm that nobody acknowledged escalates; `None` when it does not.
    fn escalates_after(&self, alarm: &Alarm) -> Option<u32> {
        if alarm.acknowledged.is_some() || alarm.escalated.is_some() {
            return None;
        }
        match &alarm.cause {
            Cause::Clock(code) => self.configuration.clocks.get(code)?.escalate_seconds,
            Cause::Emergency(_) => Some(EMERGENCY_ESCALATES_SECONDS),
            // An answer that stays out goes its own way, see `welfare`.
            Cause::Waiting | Cause::Welfare | Cause::Next => None,
        }
    }
}

/// Whether a clock measures how long a call waits for its first unit.
fn is_waiting(clock: &Clock) -> bool {
    (clock.start, clock.stop) == (Moment::Received, Moment::FirstDispatched)
}
