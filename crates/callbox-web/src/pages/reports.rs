//! Figures about the service's own work, with what they leave out.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use callbox_domain::report::{GroupValue, INTERVALS, Interval, TargetRow, Targets, Utilisation};
use callbox_domain::{Center, Code};
use maud::{Markup, html};

use super::{
    chart::{Bar, bars, share},
    layout::{page, refusal},
    ui::{Ui, grouped, seconds_told},
};
use crate::{
    problem::Problem,
    reports::{Asked, Figures, Report, Span, csv},
    security::Signed,
    state::{AppState, blocking},
};

/// How many units and types a table shows; the files have them all.
const ROWS: usize = 20;

/// `GET /reports`.
pub(super) async fn show(
    State(state): State<AppState>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    // Days that cannot be are said above those that can; the form stays.
    let (span, problem) = match crate::api::report_span(&state, &asked) {
        Ok(span) => (span, None),
        Err(problem) => {
            let usual = crate::api::report_span(&state, &Asked::default())?;
            (usual, Some(problem))
        }
    };
    let status = problem.as_ref().map_or(StatusCode::OK, |it| it.status);
    let agency = ui.signed.as_ref().and_then(Signed::agency);
    let figures = compute(&state, agency, &span).await?;
    let days = format!("?from={}&to={}", span.from, span.to);
    let center = state.center_for(ui.signed.as_ref());
    let page = page(
        &ui,
        ui.t("reports.title"),
        "/reports",
        html! {
            div class="page" {
                div class="page-head" {
                    h1 { (ui.t("reports.title")) }
                    p { (ui.t("reports.words")) }
                    p class="print-only strong" { (ui.center) " · " (span.from) " – " (span.to) }
                    p class="screen-only" { a href="/wall" { (ui.t("wall.title")) } }
                }
                (refusal(&ui, problem.as_ref()))
                form class="row-of" method="get" action="/reports" {
                    div class="field" { label for="from" { (ui.t("reports.from")) } input class="input" type="date" id="from" name="from" value=(span.from) required; }
                    div class="field" { label for="to" { (ui.t("reports.to")) } input class="input" type="date" id="to" name="to" value=(span.to) required; }
                    button class="button main" { (ui.t("reports.show")) }
                }
                @if figures.workload.total.calls == 0 { p class="notice" { (ui.t("reports.no_calls")) } }
                (section(&ui, Report::Targets, &days, &targets(&ui, &figures.targets)))
                (section(&ui, Report::ResponseTimes, &days, &response_times(&ui, &figures)))
                (section(&ui, Report::Workload, &days, &workload(&ui, &center, &figures)))
                (section(&ui, Report::Utilisation, &days, &html! {
                    // Days without any record are hours in which nobody was busy.
                    @if let Some(first) = figures.first.filter(|first| ui.date(*first) > span.from.to_string()) {
                        p class="notice" { (ui.fill("reports.begins", &[("day", &ui.date(first))])) }
                    }
                    (utilisation(&ui, &figures.utilisation))
                }))
                (section(&ui, Report::Dispositions, &days, &dispositions(&ui, &center, &figures)))
            }
        },
    );
    Ok((status, page).into_response())
}

/// A code with the words that the center has for it now.
fn coded(code: &str, words: Option<&str>) -> Markup {
    html! {
        b { (code) }
        @if let Some(words) = words.filter(|words| *words != code) { " " span class="quiet" { (words) } }
    }
}

/// `GET /reports/{file}`: a report as a table for a spreadsheet.
pub(super) async fn download(
    State(state): State<AppState>,
    signed: Signed,
    Path(file): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let report = file.strip_suffix(".csv").and_then(Report::from_name);
    let report = report.ok_or_else(|| {
        Problem::not_found("there is no such report", "choose one of those on /reports")
    })?;
    let span = crate::api::report_span(&state, &asked)?;
    let json = crate::api::report_json(&state, signed.agency(), report, &span).await?;
    let name = format!(
        "attachment; filename=\"{}-{}-{}.csv\"",
        report.name(),
        span.from,
        span.to
    );
    let name = HeaderValue::try_from(name).expect("names and days are ASCII");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, csv(&json)).into_response())
}

async fn compute(state: &AppState, agency: Option<&Code>, span: &Span) -> Result<Figures, Problem> {
    let (state, agency, span) = (state.clone(), agency.cloned(), span.clone());
    blocking(move || {
        state.reports.of(&state.engine, agency.as_ref(), |history| {
            Figures::of(history, &span)
        })
    })
    .await?
    .map_err(|error| Problem::internal("the record cannot be read", &error))
}

fn section(ui: &Ui, report: Report, days: &str, content: &Markup) -> Markup {
    let name = report.name();
    let title = ui.t(&format!("reports.{name}"));
    html! {
        section class="stack report" aria-label=(title) {
            div class="row-of" {
                h2 class="grow" { (title) }
                a class="button plain" href={"/reports/" (name) ".csv" (days)} { "CSV" }
                a class="button plain" href={"/api/v1/reports/" (name) (days)} { "JSON" }
            }
            (content)
            details class="meaning" { summary { (ui.t("reports.meaning")) } p class="quiet" { (ui.t(&format!("reports.meaning.{name}"))) } }
        }
    }
}

fn table(label: &str, head: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div class="wide" tabindex="0" role="region" aria-label=(label) { table class="table" {
            thead { tr { @for (no, name) in head.iter().enumerate() { th class=[(no > 0).then_some("number")] { (name) } } } }
            tbody { @for row in rows { tr { @for (no, cell) in row.iter().enumerate() { td class=[(no > 0).then_some("number")] { (cell) } } } } }
        } }
    }
}

fn number(value: u64) -> Markup {
    html! { (grouped(value)) }
}

fn percent(value: Option<f64>) -> Markup {
    html! { @match value { Some(value) => { (format!("{:.1} %", value * 100.0)) } None => { "–" } } }
}

/// `4:05`, or `–` where there are no cases.
fn minutes(value: Option<f64>) -> Markup {
    let told = value.map_or_else(
        || "–".to_owned(),
        |value| seconds_told(value.round() as i64),
    );
    html! { (told) }
}

fn targets(ui: &Ui, report: &Targets) -> Markup {
    let head = [
        "clock", "target", "cases", "share", "picture", "middle", "at_share", "left_out",
    ];
    let head = head.map(|name| ui.t(&format!("reports.head.{name}")));
    let rows: Vec<Vec<Markup>> = report.rows.iter().map(|row| target(ui, row)).collect();
    html! {
        @if rows.is_empty() { p class="quiet" { (ui.t("reports.no_clocks")) " " a href="/settings/clocks" { (ui.t("settings.noun.clocks")) } } }
        @else { (table(ui.t("reports.targets"), &head, &rows)) }
        div class="charts" { @for row in report.rows.iter().filter(|row| row.hours.len() > 1) {
            @if let Some(asked) = &row.clock.target {
                figure {
                    figcaption { b { (row.clock.label) } " " span class="quiet" { (ui.t("reports.by_hour")) } }
                    (by_hour(ui, row, f64::from(asked.percent) / 100.0))
                }
            }
        } }
    }
}

fn target(ui: &Ui, row: &TargetRow) -> Vec<Markup> {
    let (clock, kept) = (&row.clock, &row.total);
    let asked = clock.target.as_ref();
    let standard = asked.and_then(|asked| {
        let standard = asked.standard.as_ref()?;
        let edition = asked
            .edition
            .as_ref()
            .map_or_else(String::new, |edition| format!(" ({edition})"));
        Some(format!("{standard}{edition}"))
    });
    let left_out = kept.excluded_missing + kept.excluded_negative + kept.excluded_undone;
    let reasons = ui.fill(
        "reports.left_out",
        &[
            ("missing", &kept.excluded_missing.to_string()),
            ("negative", &kept.excluded_negative.to_string()),
            ("undone", &kept.excluded_undone.to_string()),
        ],
    );
    vec![
        html! { b { (clock.label) } @if let Some(standard) = standard { br; span class="quiet" { (standard) } } },
        html! { @if let Some(asked) = asked { (asked.percent) " % ≤ " (minutes(Some(f64::from(asked.seconds)))) } @else { "–" } },
        number(kept.n),
        percent(kept.share),
        match (kept.share, asked) {
            (Some(part), Some(asked)) => share(
                &format!("{:.1} %", part * 100.0),
                part,
                f64::from(asked.percent) / 100.0,
            ),
            _ => html! {},
        },
        minutes(kept.median),
        minutes(kept.at_share),
        html! { span title=(reasons) { (grouped(left_out)) } },
    ]
}

fn by_hour(ui: &Ui, row: &TargetRow, asked: f64) -> Markup {
    let of = |hour: u8| row.hours.iter().find(|(known, _)| *known == hour);
    let drawn: Vec<Bar> = (0..24)
        .map(|hour| {
            let kept = of(hour).map(|(_, kept)| kept);
            let part = kept.and_then(|kept| kept.share);
            Bar {
                label: format!("{hour:02}"),
                words: format!(
                    "{hour:02}:00: {:.1} % / {}",
                    part.unwrap_or_default() * 100.0,
                    kept.map_or(0, |kept| kept.n)
                ),
                value: part.unwrap_or_default(),
                short: part.is_some_and(|part| part < asked),
            }
        })
        .collect();
    let words = format!("{:.0} %", asked * 100.0);
    let title = format!("{}: {}", row.clock.label, ui.t("reports.by_hour"));
    bars(&title, &drawn, Some((asked, &words)), &|at| {
        format!("{:.0} %", at * 100.0)
    })
}

fn response_times(ui: &Ui, figures: &Figures) -> Markup {
    let report = &figures.response_times;
    let mut head = vec![ui.t("reports.head.priority"), ui.t("reports.head.calls")];
    let spans = INTERVALS.map(|name| ui.t(&format!("reports.interval.{name}")));
    head.extend(&spans);
    let cell = |interval: &Interval| {
        let words = ui.fill(
            "reports.interval_words",
            &[
                ("n", &interval.n.to_string()),
                ("negative", &interval.excluded_negative.to_string()),
            ],
        );
        html! { span title=(words) { (minutes(interval.median)) " / " (minutes(interval.p90)) } }
    };
    let line = |name: Markup, figures: &callbox_domain::report::Figures| {
        let mut row = vec![name, number(figures.calls)];
        row.extend(figures.intervals.iter().map(cell));
        row
    };
    let mut rows: Vec<Vec<Markup>> = report
        .rows
        .iter()
        .map(|row| {
            let name = match row.group.first() {
                Some(GroupValue::Code(code)) => html! { b { (code) } },
                _ => html! { span class="quiet" { (ui.t("reports.none")) } },
            };
            line(name, &row.figures)
        })
        .collect();
    rows.push(line(html! { b { (ui.t("reports.all")) } }, &report.total));
    html! {
        p class="quiet" { (ui.t("reports.median_p90")) }
        (table(ui.t("reports.response-times"), &head, &rows))
    }
}

fn workload(ui: &Ui, center: &Center, figures: &Figures) -> Markup {
    let report = &figures.workload;
    let drawn: Vec<Bar> = report
        .hours
        .iter()
        .enumerate()
        .map(|(hour, load)| Bar {
            label: format!("{hour:02}"),
            words: format!("{hour:02}:00: {}", load.calls),
            value: load.calls as f64,
            short: false,
        })
        .collect();
    let mut types: Vec<_> = report.types.iter().collect();
    types.sort_by(|a, b| b.1.calls.cmp(&a.1.calls).then(a.0.cmp(b.0)));
    let line = |name: Markup, load: &callbox_domain::report::Load| {
        vec![
            name,
            number(load.calls),
            number(load.dispatches),
            number(load.without_unit),
        ]
    };
    let mut rows: Vec<Vec<Markup>> = types
        .iter()
        .take(ROWS)
        .map(|(code, load)| {
            line(
                match code {
                    Some(code) => {
                        let known = center.configuration.incident_types.get(code);
                        coded(code.as_str(), known.map(|known| known.label.as_str()))
                    }
                    None => html! { span class="quiet" { (ui.t("reports.none")) } },
                },
                load,
            )
        })
        .collect();
    rows.push(line(html! { b { (ui.t("reports.all")) } }, &report.total));
    let head = ["type", "calls", "dispatches", "without_unit"]
        .map(|name| ui.t(&format!("reports.head.{name}")));
    html! {
        figure {
            figcaption class="quiet" { (ui.t("reports.calls_by_hour")) }
            (bars(ui.t("reports.calls_by_hour"), &drawn, None, &|at| format!("{at:.0}")))
        }
        (table(ui.t("reports.workload"), &head, &rows))
        @if types.len() > ROWS { p class="quiet" { (ui.fill("reports.more", &[("n", &(types.len() - ROWS).to_string())])) } }
    }
}

fn utilisation(ui: &Ui, report: &Utilisation) -> Markup {
    let mut units: Vec<_> = report.rows.iter().collect();
    units.sort_by(|a, b| {
        b.busy_hours
            .total_cmp(&a.busy_hours)
            .then_with(|| a.unit.cmp(&b.unit))
    });
    let line = |name: Markup, assignments: u64, hours: f64, part: Option<f64>| {
        let picture = part.map(|part| share(&format!("{:.1} %", part * 100.0), part, 0.0));
        vec![
            name,
            number(assignments),
            html! { (format!("{hours:.1}")) },
            percent(part),
            picture.unwrap_or_default(),
        ]
    };
    let mut rows: Vec<Vec<Markup>> = units
        .iter()
        .take(ROWS)
        .map(|row| {
            line(
                html! { b { (row.unit) } " " span class="quiet" { (row.unit_type) } },
                row.assignments,
                row.busy_hours,
                row.utilisation,
            )
        })
        .collect();
    let total = &report.total;
    rows.push(line(
        html! { b { (ui.t("reports.all")) } },
        total.assignments,
        total.busy_hours,
        total.utilisation,
    ));
    let head = [
        "unit",
        "assignments",
        "busy_hours",
        "utilisation",
        "picture",
    ]
    .map(|name| ui.t(&format!("reports.head.{name}")));
    html! {
        @if let Some(most) = &total.most_concurrent {
            p class="quiet" { (ui.fill("reports.most", &[("n", &most.assignments.to_string()), ("at", &ui.date_time(most.from))])) }
        }
        (table(ui.t("reports.utilisation"), &head, &rows))
        @if units.len() > ROWS { p class="quiet" { (ui.fill("reports.more", &[("n", &(units.len() - ROWS).to_string())])) } }
    }
}

fn dispositions(ui: &Ui, center: &Center, figures: &Figures) -> Markup {
    let report = &figures.dispositions;
    let mut rows: Vec<Vec<Markup>> = report
        .rows
        .iter()
        .map(|(code, types)| {
            let known = center.configuration.dispositions.get(code);
            let told = coded(code.as_str(), known.map(|known| known.label.as_str()));
            vec![told, number(types.values().sum())]
        })
        .collect();
    rows.push(vec![html! { (ui.t("reports.open")) }, number(report.open)]);
    rows.push(vec![
        html! { b { (ui.t("reports.all")) } },
        number(report.calls),
    ]);
    let head = ["disposition", "calls"].map(|name| ui.t(&format!("reports.head.{name}")));
    table(ui.t("reports.dispositions"), &head, &rows)
}
