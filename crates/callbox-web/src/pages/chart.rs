//! Drawings of figures: plain SVG made by the server, so that they print and need no script.
//!
//! Each stands beside a table with the same figures; colour says only what its marks say too.

use maud::{Markup, html};

const WIDTH: f64 = 720.0;
const LEFT: f64 = 40.0;

/// One bar of a row of bars.
pub(super) struct Bar {
    /// What stands below it.
    pub(super) label: String,
    /// What a pointer over it says.
    pub(super) words: String,
    /// How high it is.
    pub(super) value: f64,
    /// Whether it falls short of what is asked.
    pub(super) short: bool,
}

/// Bars beside each other, as by the hour of the day; `line` is what is asked of them.
pub(super) fn bars(
    title: &str,
    bars: &[Bar],
    line: Option<(f64, &str)>,
    ticks: &dyn Fn(f64) -> String,
) -> Markup {
    let (height, top, floor) = (170.0, 12.0, 140.0);
    let most = bars
        .iter()
        .map(|bar| bar.value)
        .chain(line.map(|(at, _)| at));
    let most = nice(most.fold(0.0, f64::max));
    let step = (WIDTH - LEFT) / bars.len().max(1) as f64;
    let y = |value: f64| floor - (floor - top) * (value / most).clamp(0.0, 1.0);
    let every = bars.len().div_ceil(12).max(1);
    html! {
        svg class="chart" viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(title) {
            @for share in [0.0, 0.5, 1.0] {
                path class="chart-grid" d=(format!("M{LEFT} {:.1}H{WIDTH}", y(most * share))) {}
                text class="chart-tick" x=(format!("{:.1}", LEFT - 6.0)) y=(format!("{:.1}", y(most * share) + 4.0)) text-anchor="end" { (ticks(most * share)) }
            }
            @for (no, bar) in bars.iter().enumerate() {
                @let x = LEFT + step * no as f64;
                rect class={"chart-bar" @if bar.short { " is-short" }} x=(format!("{:.1}", x + step * 0.14)) y=(format!("{:.1}", y(bar.value)))
                    width=(format!("{:.1}", step * 0.72)) height=(format!("{:.1}", (floor - y(bar.value)).max(0.0))) { title { (bar.words) } }
                @if no % every == 0 {
                    text class="chart-tick" x=(format!("{:.1}", x + step / 2.0)) y=(format!("{:.1}", floor + 16.0)) text-anchor="middle" { (bar.label) }
                }
            }
            @if let Some((at, words)) = line {
                path class="chart-line" d=(format!("M{LEFT} {:.1}H{WIDTH}", y(at))) {}
                text class="chart-asked" x=(format!("{WIDTH}")) y=(format!("{:.1}", y(at) - 4.0)) text-anchor="end" { (words) }
            }
        }
    }
}

/// One row: how large a share is, and a mark where it should be.
pub(super) fn share(title: &str, share: f64, asked: f64) -> Markup {
    let width = 160.0;
    html! {
        svg class="chart chart-share" viewBox="0 0 160 14" role="img" aria-label=(title) {
            rect class="chart-ground" x="0" y="3" width="160" height="8" {}
            rect class={"chart-bar" @if share < asked { " is-short" }} x="0" y="3" width=(format!("{:.1}", width * share.clamp(0.0, 1.0))) height="8" {}
            path class="chart-mark" d=(format!("M{:.1} 0V14", width * asked.clamp(0.0, 1.0))) {}
        }
    }
}

/// The next round number from `most` on, so that an axis ends on one.
fn nice(most: f64) -> f64 {
    if most <= 0.0 || !most.is_finite() {
        return 1.0;
    }
    let unit = 10_f64.powf(most.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    let step = steps.into_iter().find(|step| step * unit >= most * 0.999);
    step.unwrap_or(10.0) * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_on_round_numbers() {
        for (most, end) in [
            (0.0, 1.0),
            (0.9, 1.0),
            (1.0, 1.0),
            (7.0, 10.0),
            (21.0, 25.0),
            (130.0, 200.0),
        ] {
            assert!(
                (nice(most) - end).abs() < 1e-9,
                "{most} gives {}",
                nice(most)
            );
        }
    }

    #[test]
    fn a_bar_that_falls_short_says_so_in_words_too() {
        let bar = Bar {
            label: "07".into(),
            words: "07:00: 40 % of 5".into(),
            value: 0.4,
            short: true,
        };
        let drawn = bars("Share", &[bar], Some((0.9, "90 %")), &|at| {
            format!("{at:.0}")
        })
        .into_string();
        assert!(drawn.contains("is-short") && drawn.contains("<title>07:00: 40 % of 5</title>"));
        assert!(drawn.contains("90 %"));
    }
}
