//! Takes some of what is known: for exercises and tests on any extract.

use super::answer::{Answer, Ask, Verdict};
use super::geometry::meters;
use super::index::{EntityKind, Index};
use super::label::{address, with_area};
use super::{Geocoder, Kind};
use crate::Coord;

/// A sampled place is found where it stands, within this.
const SAME_METERS: f64 = 150.0;

/// What to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// House numbers.
    Houses,
    /// Where two streets meet.
    Crossings,
    /// Named things.
    Places,
}

impl Geocoder {
    /// Gives at most `count` places, spread over all there are, each of which its own label finds with certainty.
    #[must_use]
    pub fn sample(&self, of: Sample, count: usize) -> Vec<Answer> {
        let known = match of {
            Sample::Houses => self.index.stored.houses.items.len(),
            Sample::Crossings => self.index.stored.crossings.items.len(),
            Sample::Places => self.index.stored.entities.len(),
        };
        let tries = match of {
            Sample::Places => known,
            _ => known.min(count.saturating_mul(3)),
        };
        let mut taken: Vec<Answer> = Vec::new();
        for no in 0..tries {
            if taken.len() >= count {
                break;
            }
            // Every part of the list is visited before any part is visited closely.
            let at = (no as f64 * 0.618_033_988_75).fract() * known as f64;
            let at = if of == Sample::Places {
                no
            } else {
                at as usize
            };
            let Some((text, point)) = told(&self.index, of, at) else {
                continue;
            };
            let found = self.find(&text, &Ask::default());
            let Some(first) = found.answers.into_iter().next() else {
                continue;
            };
            let fits = found.verdict == Verdict::Certain
                && meters(first.point, point) < SAME_METERS
                && match of {
                    Sample::Houses => matches!(first.kind, Kind::HousePoint | Kind::HouseBuilding),
                    Sample::Crossings => first.kind == Kind::Intersection,
                    Sample::Places => first.kind == Kind::Place,
                };
            if fits
                && (first.label == text || self.is_found_again(&first))
                && taken.iter().all(|known| known.label != first.label)
            {
                taken.push(first);
            }
        }
        taken
    }

    fn is_found_again(&self, answer: &Answer) -> bool {
        let found = self.find(&answer.label, &Ask::default());
        let first = found.answers.first();
        found.verdict == Verdict::Certain && first.is_some_and(|first| first.point == answer.point)
    }
}

/// The words for one entry of a list, and where it is.
fn told(index: &Index, of: Sample, at: usize) -> Option<(String, Coord)> {
    let owner_of =
        |starts: &[u32]| starts.partition_point(|&start| start as usize <= at) as u32 - 1;
    match of {
        Sample::Houses => {
            let house = index.stored.houses.items.get(at)?;
            let street = *index.house_owner.get(at)?;
            let text = address(index, index.name_of(street), index.text(house.text));
            Some((with_area(index, &text, street, house.area), house.point))
        }
        Sample::Crossings => {
            let crossing = index.stored.crossings.items.get(at)?;
            let street = owner_of(&index.stored.crossings.starts);
            let (one, other) = (index.name_of(street), index.name_of(crossing.other));
            (one != other).then(|| (format!("{one} & {other}"), crossing.point))
        }
        Sample::Places => {
            let entity = index.stored.entities.get(at)?;
            (entity.kind == EntityKind::Place)
                .then(|| (index.name_of(at as u32).to_owned(), entity.point))
        }
    }
}
