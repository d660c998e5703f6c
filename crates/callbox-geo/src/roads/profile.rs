//! How fast a kind of vehicle drives, and where it may.

use super::{
    Class, Network,
    graph::{
        RoadGraph, Says, TURN_BACK, TURN_BLOCKED, TURN_DEAD_END, TURN_FOR_SOME, TURN_FORBIDDEN,
        TURN_GATE, TURN_KIND, TURN_LEFT, TURN_RIGHT, TURN_SHARP, TURN_SIGNALS,
    },
    rules::{CAR, EMERGENCY},
};

/// A time that no drive takes, in milliseconds; two of them still fit into 32 bits.
pub(crate) const NEVER: u32 = u32::MAX / 2;

/// Above this weight a vehicle is what signs for goods vehicles mean (`hgv`), in tonnes.
const HEAVY_TONNES: f32 = 3.5;

/// Says how a kind of vehicle drives; an agency can change every part of it.
///
/// The built-in figures are assumptions to start from, not measurements: scale the speeds to the
/// agency's own recorded travel times ([`Profile::scale`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// What the profile is called: unique among a network's profiles.
    pub name: String,
    /// What it moves on.
    pub network: Network,
    /// Speeds in km/h by class, for streets without a speed limit in the data. Ferries: without a
    /// timetable's duration.
    pub speeds_kmh: [f32; Class::COUNT],
    /// What the speed is multiplied with, by class, limit or not.
    pub scale: [f32; Class::COUNT],
    /// What a street's speed limit is multiplied with to get the speed driven there.
    pub limit_factor: f32,
    /// The greatest speed in km/h.
    pub top_kmh: f32,
    /// Drives under blue light: bus lanes, private roads, pedestrian streets, gates.
    pub emergency: bool,
    /// Seconds lost by passing a sign that forbids a turn; `None` obeys it.
    pub forbidden_turn_seconds: Option<f32>,
    /// Seconds lost at a gate; `None` cannot pass.
    pub gate_seconds: Option<f32>,
    /// Seconds lost at traffic signals.
    pub signal_seconds: f32,
    /// Seconds lost by a turn to either side.
    pub turn_seconds: f32,
    /// Seconds lost by turning round on the spot where the street goes on; `None` never does.
    /// Turning round at a dead end takes `turn_round_seconds` whatever this says.
    pub turn_round_anywhere_seconds: Option<f32>,
    /// Seconds lost by turning round at a dead end.
    pub turn_round_seconds: f32,
    /// Seconds of waiting for a ferry.
    pub boarding_seconds: f32,
    /// The vehicle's height in metres.
    pub height_meters: f32,
    /// The vehicle's width in metres.
    pub width_meters: f32,
    /// The vehicle's weight in tonnes.
    pub weight_tonnes: f32,
}

impl Profile {
    /// Gives a police car or ambulance under blue light.
    #[must_use]
    pub fn blue_light() -> Self {
        Self {
            name: "blue-light".to_owned(),
            network: Network::Drive,
            speeds_kmh: [
                130.0, 70.0, 110.0, 60.0, 80.0, 55.0, 70.0, 50.0, 60.0, 45.0, 50.0, 45.0, 20.0,
                20.0, 50.0, 12.0, 20.0, 10.0, 18.0, 1.0, 1.0, 1.0, 1.0, 1.0,
            ],
            scale: [1.0; Class::COUNT],
            limit_factor: 1.1,
            top_kmh: 150.0,
            emergency: true,
            forbidden_turn_seconds: Some(5.0),
            gate_seconds: Some(15.0),
            signal_seconds: 2.0,
            turn_seconds: 2.0,
            turn_round_anywhere_seconds: Some(30.0),
            turn_round_seconds: 12.0,
            boarding_seconds: 600.0,
            height_meters: 2.8,
            width_meters: 2.2,
            weight_tonnes: 3.5,
        }
    }

    /// Gives a fire engine or ladder under blue light.
    #[must_use]
    pub fn heavy() -> Self {
        Self {
            name: "heavy".to_owned(),
            speeds_kmh: [
                95.0, 50.0, 85.0, 45.0, 65.0, 40.0, 55.0, 40.0, 50.0, 35.0, 42.0, 38.0, 15.0, 15.0,
                42.0, 10.0, 12.0, 8.0, 18.0, 1.0, 1.0, 1.0, 1.0, 1.0,
            ],
            limit_factor: 0.95,
            top_kmh: 100.0,
            signal_seconds: 3.0,
            turn_seconds: 4.0,
            turn_round_anywhere_seconds: Some(90.0),
            turn_round_seconds: 40.0,
            height_meters: 3.8,
            width_meters: 2.55,
            weight_tonnes: 18.0,
            ..Self::blue_light()
        }
    }

    /// Gives a car that obeys all signs.
    #[must_use]
    pub fn car() -> Self {
        Self {
            name: "car".to_owned(),
            speeds_kmh: [
                110.0, 55.0, 90.0, 50.0, 65.0, 45.0, 55.0, 40.0, 45.0, 35.0, 40.0, 30.0, 10.0,
                15.0, 30.0, 8.0, 12.0, 8.0, 18.0, 1.0, 1.0, 1.0, 1.0, 1.0,
            ],
            limit_factor: 0.85,
            top_kmh: 130.0,
            emergency: false,
            forbidden_turn_seconds: None,
            gate_seconds: None,
            signal_seconds: 8.0,
            turn_seconds: 3.0,
            turn_round_anywhere_seconds: None,
            turn_round_seconds: 15.0,
            height_meters: 2.0,
            width_meters: 1.9,
            weight_tonnes: 2.0,
            ..Self::blue_light()
        }
    }

    /// Gives a crew or a search party on foot with its kit; it passes private ways.
    #[must_use]
    pub fn foot() -> Self {
        let mut speeds_kmh = [5.0; Class::COUNT];
        speeds_kmh[Class::Steps as usize] = 2.5;
        speeds_kmh[Class::Trail as usize] = 2.5;
        speeds_kmh[Class::Ferry as usize] = 18.0;
        Self {
            name: "foot".to_owned(),
            network: Network::Foot,
            speeds_kmh,
            limit_factor: 1.0,
            top_kmh: 20.0,
            gate_seconds: Some(20.0),
            signal_seconds: 10.0,
            turn_seconds: 0.0,
            turn_round_anywhere_seconds: Some(0.0),
            turn_round_seconds: 0.0,
            height_meters: 1.9,
            width_meters: 0.6,
            weight_tonnes: 0.1,
            ..Self::blue_light()
        }
    }

    /// Gives a rescue boat on rivers, canals, fairways and along the lines of ferries. Locks cost
    /// five minutes a gate; weirs stop it.
    #[must_use]
    pub fn boat() -> Self {
        let mut speeds_kmh = [1.0; Class::COUNT];
        speeds_kmh[Class::River as usize] = 25.0;
        speeds_kmh[Class::Canal as usize] = 12.0;
        speeds_kmh[Class::Fairway as usize] = 35.0;
        speeds_kmh[Class::Ferry as usize] = 35.0;
        Self {
            name: "boat".to_owned(),
            network: Network::Boat,
            speeds_kmh,
            limit_factor: 1.0,
            top_kmh: 70.0,
            gate_seconds: Some(300.0),
            signal_seconds: 0.0,
            turn_seconds: 0.0,
            turn_round_anywhere_seconds: Some(10.0),
            turn_round_seconds: 10.0,
            // Nobody waits for a ferry that one does not take.
            boarding_seconds: 0.0,
            height_meters: 2.5,
            width_meters: 2.5,
            weight_tonnes: 2.0,
            ..Self::blue_light()
        }
    }

    /// Multiplies the speed of all classes, as a first calibration: 0.8 makes every drive a quarter
    /// longer, but for turns and waiting.
    #[must_use]
    pub fn scaled(mut self, factor: f32) -> Self {
        for scale in &mut self.scale {
            *scale *= factor;
        }
        self
    }

    /// Gives whom the profile belongs to among those whom a street allows.
    pub(crate) fn who(&self) -> u8 {
        if self.emergency { EMERGENCY } else { CAR }
    }

    /// Gives the milliseconds that an edge takes, or [`NEVER`].
    pub(crate) fn edge_ms(&self, graph: &RoadGraph, edge: u32) -> u32 {
        self.edge_ms_as(graph, edge, graph.always(edge))
    }

    /// Does what [`Profile::edge_ms`] does, where conditions say who may go and how fast.
    pub(crate) fn edge_ms_as(&self, graph: &RoadGraph, edge: u32, says: Says) -> u32 {
        let (segment, _) = graph.side(edge);
        if says.allow & self.who() == 0 {
            return NEVER;
        }
        let [height, width, weight, signals] = graph.seg_limits[segment];
        let too = |limit: u16, own: f32| limit != 0 && own * 10.0 > f32::from(limit);
        if too(height, self.height_meters)
            || too(width, self.width_meters)
            || too(weight, self.weight_tonnes)
        {
            return NEVER;
        }
        let drive = self.drive_ms(graph, edge, says.speed_kmh);
        if drive.is_nan() {
            return NEVER;
        }
        let stop = f64::from(signals) * f64::from(self.signal_seconds) * 1000.0;
        milliseconds(drive + stop).clamp(1, NEVER)
    }

    /// Gives the milliseconds of driving along an edge with this limit (0: none), signals apart; NaN
    /// when nobody drives so slowly.
    pub(crate) fn drive_ms(&self, graph: &RoadGraph, edge: u32, limit: u8) -> f64 {
        let (segment, _) = graph.side(edge);
        let class = graph.class(segment);
        let timetable = graph.seg_ferry[segment];
        if class == Class::Ferry && timetable > 0 {
            return f64::from(timetable.min(NEVER - 1));
        }
        let speed = if limit > 0 && class != Class::Ferry {
            f32::from(limit) * self.limit_factor
        } else {
            self.speeds_kmh[class as usize]
        };
        let speed = (speed * self.scale[class as usize]).min(self.top_kmh);
        if speed.is_nan() || speed < 0.1 {
            return f64::NAN;
        }
        // A decimetre at 1 km/h takes 360 ms.
        f64::from(graph.seg_length[segment]) * 360.0 / f64::from(speed)
    }

    /// Tells whether a sign forbids a turn to this vehicle, whether or not it passes signs.
    pub(crate) fn is_forbidden(&self, what: u8) -> bool {
        let is_sign = what & TURN_FORBIDDEN != 0;
        if what & TURN_KIND == TURN_BACK || what & TURN_FOR_SOME == 0 {
            return is_sign;
        }
        if is_sign {
            !self.emergency
        } else {
            self.weight_tonnes > HEAVY_TONNES
        }
    }

    /// Gives the milliseconds that a turn takes, without the edges, or [`NEVER`].
    pub(crate) fn turn_ms(&self, graph: &RoadGraph, from: u32, into: u32, what: u8) -> u32 {
        if what & TURN_BLOCKED != 0 {
            return NEVER;
        }
        let mut seconds = 0.0;
        if self.is_forbidden(what) {
            match self.forbidden_turn_seconds {
                Some(lost) => seconds += lost,
                None => return NEVER,
            }
        }
        if what & TURN_GATE != 0 {
            match self.gate_seconds {
                Some(lost) => seconds += lost,
                None => return NEVER,
            }
        }
        if what & TURN_SIGNALS != 0 {
            seconds += self.signal_seconds;
        }
        match what & TURN_KIND {
            TURN_LEFT | TURN_RIGHT => seconds += self.turn_seconds,
            TURN_SHARP => seconds += 2.0 * self.turn_seconds,
            TURN_BACK if what & TURN_DEAD_END != 0 => seconds += self.turn_round_seconds,
            TURN_BACK => match self.turn_round_anywhere_seconds {
                Some(lost) => seconds += lost,
                None => return NEVER,
            },
            _ => {}
        }
        let class = |edge: u32| graph.class(graph.side(edge).0);
        if class(into) == Class::Ferry && class(from) != Class::Ferry {
            seconds += self.boarding_seconds;
        }
        milliseconds(f64::from(seconds) * 1000.0)
    }
}

fn milliseconds(value: f64) -> u32 {
    // Casts of floats saturate; what is longer than three weeks is never.
    (value.round() as u32).min(NEVER)
}
