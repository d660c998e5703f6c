//! Drawings of reports: plain SVG that prints, without script.

use std::{fmt::Write as _, path::Path};

use callbox_domain::report::TargetRow;

use crate::failure::{Failure, Outcome};

const WIDTH: f64 = 720.0;
const PANEL: f64 = 150.0;
const LEFT: f64 = 44.0;
const BARS: f64 = WIDTH - LEFT - 16.0;

/// Writes one panel for each clock: by hour of the day the share of cases within the target, and
/// the target as a line.
pub(super) fn write(path: &Path, rows: &[TargetRow]) -> Outcome {
    std::fs::write(path, draw(rows)).map_err(|error| {
        Failure::io(
            format!("cannot write the drawing to {}", path.display()),
            &error,
        )
    })
}

fn draw(rows: &[TargetRow]) -> String {
    let rows: Vec<&TargetRow> = rows
        .iter()
        .filter(|row| row.clock.target.is_some())
        .collect();
    let height = PANEL * rows.len().max(1) as f64 + 8.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    for (no, row) in rows.into_iter().enumerate() {
        panel(&mut svg, row, PANEL * no as f64);
    }
    svg.push_str("</svg>\n");
    svg
}

fn panel(svg: &mut String, row: &TargetRow, top: f64) {
    let Some(target) = &row.clock.target else {
        return;
    };
    let (floor, high) = (top + PANEL - 26.0, PANEL - 60.0);
    let total = row.total.share.map_or("no cases".to_owned(), |share| {
        format!("{:.1} % of {}", share * 100.0, row.total.n)
    });
    let title = format!(
        "{}: {total} within {} s; target {} %",
        row.clock.label, target.seconds, target.percent
    );
    // Writing into a string cannot fail.
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{}\" font-weight=\"600\" font-size=\"12\">{}</text>",
        top + 20.0,
        escaped(&title)
    );
    let step = BARS / 24.0;
    for (hour, kept) in &row.hours {
        let Some(share) = kept.share else { continue };
        let x = LEFT + step * f64::from(*hour) + 2.0;
        let met = share * 100.0 >= f64::from(target.percent);
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\"><title>{hour:02}:00 \
             {:.1} % of {}</title></rect>",
            floor - high * share,
            step - 4.0,
            high * share,
            if met { "#7b8a90" } else { "#b3161d" },
            share * 100.0,
            kept.n
        );
    }
    let line = floor - high * f64::from(target.percent) / 100.0;
    let _ = writeln!(
        svg,
        "<path d=\"M{LEFT} {floor}h{BARS}\" stroke=\"#999\"/>\
         <path d=\"M{LEFT} {line:.1}h{BARS}\" stroke=\"#111\" stroke-dasharray=\"4 3\"/>\
         <text x=\"{0}\" y=\"{1:.1}\" text-anchor=\"end\">{2} %</text>",
        LEFT - 6.0,
        line + 4.0,
        target.percent
    );
    for hour in (0..24).step_by(3) {
        let x = LEFT + step * (f64::from(hour) + 0.5);
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{hour:02}</text>",
            floor + 14.0
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
