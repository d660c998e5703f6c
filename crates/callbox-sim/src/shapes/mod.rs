//! How calls spread over the day and how long the work takes: small tables from open data.
//!
//! Sources: San Francisco Fire Department, 'Fire Department Calls for Service' (DataSF, PDDL),
//! 2 to 20 April 2020; San Diego Police, 'Calls for Service' (City of San Diego, PDDL), January
//! 2023; Seattle Police, '911 Incident Response' (City of Seattle), 2015. Only the tables below are
//! kept. The test beside this file recomputes them where the data is at hand.
//!
//! Method: an hour's share is counted in thousandths, rounded half up. A duration is described by
//! its quantiles at 5, 10, 20, … 90, 95 % (Hyndman-Fan type 7, whole seconds); negative durations
//! are left out, the outermost twentieths are cut.
//!
//! How many calls of each type a day brings (`data/incidents.toml`) is a choice: the order of types
//! follows these sources, the number is set for a town of about 100,000 that is worth watching.
//! Police durations are assumed, as neither police source has them.

use serde::Deserialize;

use crate::random::Random;

#[cfg(test)]
mod tests;

/// Durations in seconds at 5, 10, 20, 30, 40, 50, 60, 70, 80, 90 and 95 %.
pub(crate) type Quantiles = [f64; 11];

const POSITIONS: Quantiles = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/// Call to first dispatch, San Francisco, potentially life-threatening (final priority 3).
pub(crate) const CALL_TO_DISPATCH: Quantiles =
    [13., 25., 53., 71., 87., 104., 121., 143., 171., 216., 264.];
/// Dispatch to en route, San Francisco.
pub(crate) const TURNOUT: Quantiles = [0., 0., 5., 9., 22., 38., 58., 76., 95., 126., 150.];
/// En route to on scene, San Francisco.
pub(crate) const TRAVEL: Quantiles = [
    52., 92., 130., 162., 198., 245., 307., 398., 542., 791., 1027.,
];
/// On scene to transport, San Francisco.
pub(crate) const SCENE_TO_TRANSPORT: Quantiles = [
    197., 406., 606., 739., 862., 980., 1118., 1277., 1483., 1810., 2159.,
];
/// Transport to hospital, San Francisco.
pub(crate) const TRANSPORT: Quantiles = [
    172., 260., 391., 489., 583., 683., 784., 931., 1107., 1376., 1641.,
];
/// Hospital to available, San Francisco.
pub(crate) const AT_HOSPITAL: Quantiles = [
    876., 1223., 1631., 1813., 1954., 2102., 2289., 2515., 2819., 3304., 3839.,
];

/// How a kind of call spreads over the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Hours {
    Medical,
    Fire,
    Collision,
    Disturbance,
    Police,
    Office,
}

impl Hours {
    /// Thousandths of a day's calls in each hour of local time.
    pub(crate) const fn table(self) -> &'static [u32; 24] {
        match self {
            // San Francisco, calls of type 'Medical Incident'.
            Self::Medical => &[
                26, 23, 26, 22, 20, 18, 24, 28, 35, 40, 54, 62, 61, 61, 59, 60, 58, 54, 56, 53, 53,
                41, 32, 33,
            ],
            // San Francisco, all other calls.
            Self::Fire => &[
                28, 28, 22, 30, 26, 24, 23, 35, 35, 46, 50, 47, 46, 50, 47, 48, 59, 58, 52, 67, 59,
                46, 46, 28,
            ],
            // Seattle, group 'MOTOR VEHICLE COLLISION INVESTIGATION', time at scene.
            Self::Collision => &[
                18, 15, 14, 8, 10, 7, 15, 35, 42, 55, 40, 41, 76, 64, 64, 66, 77, 84, 62, 47, 65,
                38, 33, 23,
            ],
            // San Diego, types 415, 415V, 415N and PARTY.
            Self::Disturbance => &[
                58, 50, 36, 29, 21, 19, 20, 30, 33, 30, 40, 46, 45, 42, 39, 50, 51, 50, 51, 44, 55,
                56, 53, 53,
            ],
            // San Diego, all.
            Self::Police => &[
                36, 28, 24, 21, 19, 19, 29, 47, 50, 53, 56, 54, 52, 49, 49, 56, 55, 52, 45, 44, 43,
                43, 40, 35,
            ],
            // Assumed: what is booked or handed in happens by day.
            Self::Office => &[
                2, 1, 1, 1, 1, 4, 20, 55, 95, 105, 100, 95, 75, 85, 90, 85, 70, 50, 30, 15, 8, 6,
                4, 2,
            ],
        }
    }
}

/// How long crews stay on scene when they take nobody along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stay {
    Medical,
    Alarm,
    Fire,
    Outside,
    Gas,
    Service,
    Collision,
    Police,
    Brief,
}

impl Stay {
    /// On scene to available.
    pub(crate) const fn table(self) -> &'static Quantiles {
        match self {
            // San Francisco: assignments without transport, by call type.
            Self::Medical => &[
                64., 126., 249., 375., 504., 654., 846., 1133., 1732., 2737., 3476.,
            ],
            Self::Alarm => &[
                58., 126., 221., 306., 376., 456., 546., 661., 828., 1221., 1598.,
            ],
            Self::Fire => &[
                20., 40., 126., 237., 352., 480., 630., 836., 1199., 2377., 4536.,
            ],
            Self::Outside => &[
                50., 81., 141., 199., 234., 327., 438., 617., 893., 1724., 2911.,
            ],
            Self::Gas => &[
                106., 162., 303., 437., 542., 629., 760., 820., 903., 1281., 2236.,
            ],
            Self::Service => &[
                137., 189., 302., 390., 495., 599., 749., 953., 1386., 2407., 3096.,
            ],
            Self::Collision => &[
                44., 157., 301., 486., 626., 739., 902., 1202., 1907., 2809., 3315.,
            ],
            // Assumed.
            Self::Police => &[
                360., 540., 840., 1140., 1440., 1800., 2160., 2700., 3300., 4500., 6000.,
            ],
            Self::Brief => &[
                150., 240., 390., 540., 660., 780., 930., 1170., 1500., 1980., 2520.,
            ],
        }
    }
}

/// The duration at a position from 0 to 1; beyond the outermost quantiles it stays there.
pub(crate) fn at(table: &Quantiles, position: f64) -> f64 {
    let upper = POSITIONS.partition_point(|p| *p < position);
    match upper {
        0 => table[0],
        n if n == POSITIONS.len() => table[n - 1],
        n => {
            let part = (position - POSITIONS[n - 1]) / (POSITIONS[n] - POSITIONS[n - 1]);
            table[n - 1] + part * (table[n] - table[n - 1])
        }
    }
}

/// A duration as the table spreads them.
pub(crate) fn sample(table: &Quantiles, random: &mut Random) -> f64 {
    at(table, random.unit())
}
