//! A call history as it was read: calls, units and what was refused.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use callbox_domain::{Code, Place, Text, Timestamp};
use csv::ByteRecord;

use super::{
    columns::{Columns, WorkColumns, resolve},
    map::Checked,
    source::Source,
    stamp,
};
use crate::failure::{Failure, Outcome};

/// How many times an assignment has.
pub(super) const TIMES: usize = 7;
/// The place of `available` among them.
pub(super) const AVAILABLE: usize = TIMES - 1;

/// Everything that a file says.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) rows: u64,
    pub(super) calls: Vec<Call>,
    pub(super) units: Vec<Unit>,
    pub(super) work: Vec<Work>,
    pub(super) rejected: Vec<Rejected>,
    /// How often something was repaired, by kind.
    pub(super) repaired: BTreeMap<&'static str, u64>,
    /// Codes recur: each is held once.
    codes: HashMap<Box<str>, Code>,
    by_id: HashMap<Code, u32>,
    by_call_sign: HashMap<Code, u32>,
    seen: HashMap<(u32, u32, Timestamp), ()>,
}

/// One call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) id: Code,
    pub(super) received: Timestamp,
    pub(super) incident_type: Option<Code>,
    pub(super) priority: Option<Code>,
    pub(super) disposition: Option<Code>,
    pub(super) place: Option<Place>,
}

/// One unit.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) call_sign: Code,
    pub(super) agency: Code,
    pub(super) unit_type: Code,
}

/// One unit's work on one call.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) row: u64,
    pub(super) call: u32,
    pub(super) unit: u32,
    pub(super) unit_type: Code,
    pub(super) times: [Option<Timestamp>; TIMES],
}

/// A row that is not used, and why.
#[derive(Debug)]
pub(super) struct Rejected {
    /// Counted from 1, without the head.
    pub(super) row: u64,
    pub(super) kind: &'static str,
    pub(super) why: String,
}

/// Why a row is not used.
type Refused = (&'static str, String);

/// Reads the whole file and checks every row; nothing is recorded yet.
pub(super) fn read(path: &Path, checked: &Checked) -> Outcome<History> {
    let mut source = Source::open(path, checked.map.delimiter)?;
    let file = path.display().to_string();
    let columns = resolve(checked, source.head(), &file)?;
    let width = source.head().len();
    let bar = crate::progress::bar("reading", None);
    let mut history = History::default();
    let mut record = ByteRecord::new();
    while source.next(&mut record)? {
        history.rows += 1;
        if history.rows % 1_024 == 0 {
            bar.set_position(history.rows);
        }
        let row = Row {
            no: history.rows,
            fields: source.texts(&record)?.map(str::trim).collect(),
            columns: &columns,
            checked,
        };
        let taken = if row.fields.len() == width {
            history.take(&row)
        } else {
            let why = format!("{} fields where the head has {width}", row.fields.len());
            Err(("wrong-number-of-fields", why))
        };
        if let Err((kind, why)) = taken {
            history.reject(row.no, kind, why);
        }
    }
    bar.finish_and_clear();
    if u32::try_from(history.work.len().max(history.calls.len())).is_err() {
        return Err(Failure::Input(format!(
            "{file} has too many rows; split it by months"
        )));
    }
    Ok(history)
}

struct Row<'a> {
    no: u64,
    fields: Vec<&'a str>,
    columns: &'a Columns,
    checked: &'a Checked,
}

impl Row<'_> {
    fn get(&self, column: Option<usize>) -> Option<&str> {
        column
            .map(|at| self.fields[at])
            .filter(|text| !text.is_empty())
    }

    fn time(&self, column: Option<usize>, name: &str) -> Result<Option<stamp::Stamp>, Refused> {
        let Some(text) = self.get(column) else {
            return Ok(None);
        };
        stamp::read(text, &self.checked.map.timestamp_format, &self.checked.zone)
            .map(Some)
            .map_err(|why| ("bad-timestamp", format!("{name} {text:?} {why}")))
    }

    /// The call's own id; without such a column one made of the whole row, so that the same row
    /// gets the same id whenever it is read.
    fn id(&self) -> Result<String, Refused> {
        match self.columns.id {
            Some(_) => self
                .get(self.columns.id)
                .map(str::to_owned)
                .ok_or_else(|| ("no-call-id", "the call's id is empty".to_owned())),
            None => Ok(format!("row-{:032x}", fnv1a(&self.fields))),
        }
    }

    fn place(&self, repaired: &mut BTreeMap<&'static str, u64>) -> Result<Option<Place>, Refused> {
        let parts = self
            .columns
            .place
            .iter()
            .filter_map(|at| self.get(Some(*at)));
        let words = parts.collect::<Vec<_>>().join(" ");
        let (lat, lon) = (self.get(self.columns.lat), self.get(self.columns.lon));
        let degrees = |text: Option<&str>, most: f64| {
            let number: f64 = text?.parse().ok()?;
            (number.abs() <= most).then_some(number)
        };
        let lat_lon = degrees(lat, 90.0).zip(degrees(lon, 180.0));
        if lat_lon.is_none() && (lat.is_some() || lon.is_some()) {
            *repaired.entry("coordinates-not-usable").or_default() += 1;
        }
        let words = match (words.is_empty(), lat_lon) {
            (false, _) => words,
            (true, Some((lat, lon))) => format!("{lat}, {lon}"),
            (true, None) => return Ok(None),
        };
        let text = Text::new(&words).map_err(|why| ("bad-place", format!("the place: {why}")))?;
        Ok(Some(Place::new(text, lat_lon)))
    }
}

/// FNV-1a, 128 bits, over fields that a byte between them keeps apart.
pub(super) fn fnv1a(fields: &[&str]) -> u128 {
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for byte in fields.iter().flat_map(|field| field.bytes().chain([0xff])) {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    hash
}

impl History {
    pub(super) fn reject(&mut self, row: u64, kind: &'static str, why: String) {
        self.rejected.push(Rejected { row, kind, why });
    }

    fn code(&mut self, what: &str, text: Option<&str>) -> Result<Option<Code>, Refused> {
        let Some(text) = text else {
            return Ok(None);
        };
        if let Some(code) = self.codes.get(text) {
            return Ok(Some(code.clone()));
        }
        let code =
            Code::tidied(text).map_err(|why| ("bad-code", format!("{what} {text:?}: {why}")))?;
        self.codes.insert(text.into(), code.clone());
        Ok(Some(code))
    }

    /// Takes a row in as a whole, or not at all.
    fn take(&mut self, row: &Row<'_>) -> Result<(), Refused> {
        let (columns, head) = (row.columns, &row.checked.map.call);
        let mut repaired = BTreeMap::new();
        let id = row.id()?;
        let id = Code::tidied(&id).map_err(|why| ("bad-call-id", format!("{id:?}: {why}")))?;
        let received = row
            .time(Some(columns.received), &head.received)?
            .ok_or_else(|| ("no-received-time", format!("{} is empty", head.received)))?;
        let call = Call {
            id,
            received: received.at,
            incident_type: self.code("the type", row.get(columns.incident_type))?,
            priority: self.code("the priority", row.get(columns.priority))?,
            disposition: self.code("the disposition", row.get(columns.disposition))?,
            place: row.place(&mut repaired)?,
        };
        let agency = self.code("the agency", row.get(columns.agency))?;
        let agency = agency.unwrap_or_else(|| row.checked.agency.clone());
        let mut ambiguous = u64::from(received.ambiguous);
        let work = match &columns.work {
            Some(work) => self.work(row, work, &mut ambiguous)?,
            None => None,
        };
        let known = self.by_id.get(&call.id).copied();
        let Some((call_sign, unit_type, times)) = work else {
            if known.is_some() {
                let kind = if columns.id.is_some() {
                    "duplicate-call"
                } else {
                    "duplicate"
                };
                return Err((kind, "the same call stands in an earlier row".to_owned()));
            }
            self.put_call(call);
            self.note(repaired, ambiguous);
            return Ok(());
        };
        let unit = self.put_unit(call_sign, agency, &unit_type);
        let dispatched = times[0].expect("an assignment without a dispatch time was refused");
        let call_no = known.unwrap_or(self.calls.len() as u32);
        if self.seen.insert((call_no, unit, dispatched), ()).is_some() {
            let why = "the same unit, call and dispatch time stand in an earlier row".to_owned();
            return Err(("duplicate", why));
        }
        match known {
            Some(at) => self.compare(at, call),
            None => self.put_call(call),
        }
        self.note(repaired, ambiguous);
        self.work.push(Work {
            row: row.no,
            call: call_no,
            unit,
            unit_type,
            times,
        });
        Ok(())
    }

    /// A row's assignment: call sign, unit type, times. Nothing where the row names no unit.
    #[expect(
        clippy::type_complexity,
        reason = "one caller, three parts with names in its doc"
    )]
    fn work(
        &mut self,
        row: &Row<'_>,
        columns: &WorkColumns,
        ambiguous: &mut u64,
    ) -> Result<Option<(Code, Code, [Option<Timestamp>; TIMES])>, Refused> {
        const NAMES: [&str; TIMES] = [
            "dispatched",
            "acknowledged",
            "enroute",
            "on_scene",
            "transporting",
            "at_hospital",
            "available",
        ];
        let mut times = [None; TIMES];
        for (at, column) in columns.times.into_iter().enumerate() {
            let time = row.time(column, NAMES[at])?;
            *ambiguous += u64::from(time.is_some_and(|time| time.ambiguous));
            times[at] = time.map(|time| time.at);
        }
        let Some(call_sign) = self.code("the unit", row.get(Some(columns.unit)))? else {
            return match times.iter().any(Option::is_some) {
                true => Err(("no-unit", "there are times but no unit".to_owned())),
                false => Ok(None),
            };
        };
        if times[0].is_none() {
            return Err((
                "no-dispatch-time",
                format!("{call_sign} has no dispatch time"),
            ));
        }
        let unit_type = self.code("the unit type", row.get(columns.unit_type))?;
        let unit_type = unit_type.unwrap_or_else(|| crate::defaults::code("UNKNOWN"));
        Ok(Some((call_sign, unit_type, times)))
    }

    fn put_call(&mut self, call: Call) {
        self.by_id.insert(call.id.clone(), self.calls.len() as u32);
        self.calls.push(call);
    }

    fn put_unit(&mut self, call_sign: Code, agency: Code, unit_type: &Code) -> u32 {
        if let Some(unit) = self.by_call_sign.get(&call_sign) {
            return *unit;
        }
        let unit = self.units.len() as u32;
        self.by_call_sign.insert(call_sign.clone(), unit);
        self.units.push(Unit {
            call_sign,
            agency,
            unit_type: unit_type.clone(),
        });
        unit
    }

    /// A later row of a call: what it adds is taken, where it differs the first row counts.
    fn compare(&mut self, at: u32, other: Call) {
        let call = &mut self.calls[at as usize];
        let mut differs = call.received != other.received;
        let mut merge = |mine: &mut Option<Code>, other: Option<Code>| match (&mine, other) {
            (None, other) => *mine = other,
            (Some(mine), Some(other)) => differs |= *mine != other,
            (Some(_), None) => {}
        };
        merge(&mut call.incident_type, other.incident_type);
        merge(&mut call.priority, other.priority);
        merge(&mut call.disposition, other.disposition);
        match (&call.place, other.place) {
            (None, place) => call.place = place,
            (Some(mine), Some(other)) => differs |= *mine != other,
            (Some(_), None) => {}
        }
        if differs {
            *self
                .repaired
                .entry("call-differs-first-row-kept")
                .or_default() += 1;
        }
    }

    fn note(&mut self, repaired: BTreeMap<&'static str, u64>, ambiguous: u64) {
        for (kind, n) in repaired {
            *self.repaired.entry(kind).or_default() += n;
        }
        if ambiguous > 0 {
            *self
                .repaired
                .entry("ambiguous-local-time-first-taken")
                .or_default() += ambiguous;
        }
    }
}
