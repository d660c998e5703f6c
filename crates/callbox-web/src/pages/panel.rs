//! The forms of an incident's page.

use callbox_domain::{Assignment, Center, Code, Incident, Meaning, Relation, Unit};
use maud::{Markup, html};

use super::{
    call::{label, priorities, types},
    forms::Act,
    intake,
    layout::act,
    ui::Ui,
};
use crate::{access::rights::Action, percent::encoded, problem::Problem, security::Signed};

/// The forms that the person may use on this incident.
pub(super) fn panel(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    let path = |verb: &str| format!("/incidents/{}/{verb}", incident.id.0);
    let is_open = incident.closed.is_none();
    html! {
        div class="stack controls" {
            @if ui.may(Action::Narrate) {
                form class="stack" method="post" action=(path("narrative")) {
                    (act(ui))
                    div class="field" {
                        label for="text" { (ui.t("narrative")) }
                        textarea class="input" autocomplete="off" id="text" name="text" rows="2" maxlength="4000" required placeholder=(ui.t("narrative.placeholder")) {}
                    }
                    div class="row-of" { button class="button" { (ui.t("add")) } }
                }
            }
            @if is_open && ui.may(Action::Dispatch) {
                form class="row-of" method="post" action=(path("units")) {
                    (act(ui))
                    div class="field grow" {
                        label for="units" { (ui.t("send.label")) }
                        input class="input" id="units" name="units" required autocomplete="off" placeholder=(ui.t("send.placeholder"));
                    }
                    button class="button main" { (ui.t("send.button")) }
                }
            }
            (unit_forms(ui, center, incident))
            @if is_open && ui.may(Action::DescribeIncident) { (describe_form(ui, center, incident)) }
            @if ui.may(Action::DescribeIncident) { (link_form(ui, incident)) (share_form(ui, center, incident)) (intake::forms(ui, incident)) }
            @if is_open && ui.may(Action::CloseIncident) {
                form class="row-of" method="post" action=(path("close")) {
                    (act(ui))
                    div class="field grow" {
                        label for="disposition" { (ui.t("disposition")) }
                        select class="input" id="disposition" name="disposition" required {
                            option value="" { (ui.t("close.how")) }
                            @for (code, disposition) in &center.configuration.dispositions {
                                option value=(code.as_str()) { (label(code.as_str(), disposition.label.as_str())) }
                            }
                        }
                    }
                    button class="button" { (ui.t("close")) }
                }
            }
            @if !is_open && ui.may(Action::ReopenIncident) {
                form class="row-of" method="post" action=(path("reopen")) {
                    (act(ui))
                    div class="field grow" {
                        label for="reason" { (ui.t("reopen.reason")) }
                        input class="input" id="reason" name="reason" required maxlength="4000" autocomplete="off";
                    }
                    button class="button" { (ui.t("reopen")) }
                }
            }
        }
    }
}

/// For each unit that is on the incident: its next statuses, cancelling before it arrives, and
/// what is rarer: any other status, and its release.
fn unit_forms(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    html! {
        @for assignment in incident.active() {
            @if let Some(unit) = center.unit(assignment.unit) {
                div class="stack" {
                    span class="label" {
                        a href={"/units/" (encoded(unit.call_sign.as_str()))} { (unit.call_sign) } " · " (assignment.status)
                    }
                    div class="row-of" {
                        @if ui.may(Action::ChangeUnitStatus) { (next_statuses(ui, center, incident, assignment, unit)) }
                        @if assignment.meaning < Meaning::OnScene && ui.may(Action::Dispatch) {
                            form method="post" action={"/incidents/" (incident.id.0) "/cancel"} {
                                (act(ui))
                                input type="hidden" name="unit" value=(unit.call_sign);
                                button class="button plain" { (ui.t("cancel")) }
                            }
                        }
                    }
                    @if ui.may(Action::Dispatch) { (release_form(ui, incident, unit)) }
                }
            }
        }
    }
}

/// A button for each status that comes next; the first of each meaning and the agency's others.
fn next_statuses(
    ui: &Ui,
    center: &Center,
    incident: &Incident,
    assignment: &Assignment,
    unit: &Unit,
) -> Markup {
    let mut statuses: Vec<_> = center.configuration.unit_statuses.values().collect();
    statuses.sort_by_key(|status| {
        (
            status.meaning == Meaning::Available,
            status.meaning,
            status.order,
        )
    });
    let (next, other): (Vec<_>, Vec<_>) = statuses
        .into_iter()
        .filter(|status| {
            status.meaning != Meaning::OutOfService && status.code != assignment.status
        })
        .partition(|status| {
            status.meaning == Meaning::Available || status.meaning >= assignment.meaning
        });
    let action = format!("/incidents/{}/status", incident.id.0);
    html! {
        form class="row-of" method="post" action=(action) {
            (act(ui))
            input type="hidden" name="unit" value=(unit.call_sign);
            @for status in next {
                button class="button" name="status" value=(status.code) title=(status.label) { (status.code) }
            }
        }
        @if !other.is_empty() {
            details {
                summary { (ui.t("status.back")) }
                form class="row-of" method="post" action=(action) {
                    (act(ui))
                    input type="hidden" name="unit" value=(unit.call_sign);
                    @for status in other {
                        button class="button" name="status" value=(status.code) title=(status.label) { (status.code) }
                    }
                }
            }
        }
    }
}

/// Ends an assignment whose end nobody knows.
pub(super) fn release_form(ui: &Ui, incident: &Incident, unit: &Unit) -> Markup {
    let field = format!("release-{}-{}", incident.id.0, unit.id.0);
    html! {
        details {
            summary { (ui.t("release.title")) }
            form class="row-of" method="post" action={"/incidents/" (incident.id.0) "/release"} {
                (act(ui))
                input type="hidden" name="unit" value=(unit.call_sign);
                div class="field grow" {
                    label for=(field) { (ui.t("release.reason")) }
                    input class="input" id=(field) name="reason" required maxlength="4000" autocomplete="off";
                }
                button class="button" { (ui.t("release")) }
            }
        }
    }
}

/// Corrects a line: a new one that refers back to it.
pub(super) fn correct_form(ui: &Ui, incident: &Incident, line: u32, words: &str) -> Markup {
    let field = format!("correct-{line}");
    html! {
        details class="correct" {
            summary { (ui.t("narrative.correct")) }
            form class="row-of" method="post" action={"/incidents/" (incident.id.0) "/correct"} {
                (act(ui))
                input type="hidden" name="line" value=(line);
                div class="field grow" {
                    label for=(field) { (ui.fill("narrative.correct_line", &[("no", &line.to_string())])) }
                    textarea class="input" autocomplete="off" id=(field) name="text" rows="2" maxlength="4000" required { (words) }
                }
                button class="button" { (ui.t("narrative.correct")) }
            }
        }
    }
}

fn link_form(ui: &Ui, incident: &Incident) -> Markup {
    html! {
        form class="row-of" method="post" action={"/incidents/" (incident.id.0) "/link"} {
            (act(ui))
            div class="field grow" {
                label for="other" { (ui.t("link.other")) }
                input class="input" id="other" name="other" required inputmode="numeric" autocomplete="off";
            }
            div class="field" {
                label for="relation" { (ui.t("link.relation")) }
                select class="input" id="relation" name="relation" {
                    @for relation in [Relation::Related, Relation::Duplicate] {
                        option value=(relation.name()) { (ui.t(&format!("link.{}", relation.name()))) }
                    }
                }
            }
            button class="button" { (ui.t("link")) }
        }
    }
}

/// Who sees it and why, and with whom it is shared, where there are several agencies.
fn share_form(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    let agencies = &center.configuration.agencies;
    let path = |verb: &str| format!("/incidents/{}/{verb}", incident.id.0);
    let own = ui.signed.as_ref().and_then(Signed::agency);
    // Whose it is shares it; an agency with which it was shared can give that back.
    let shares = own.is_none_or(|agency| center.owns(agency, incident));
    let unseen: Vec<_> = agencies
        .iter()
        .filter(|(code, _)| !center.sees(code, incident))
        .collect();
    let name = |code: &Code| {
        let known = agencies.get(code);
        known.map_or(code.to_string(), |agency| agency.name.to_string())
    };
    let why = |code: &Code| match () {
        () if center.owns(code, incident) => Some("agencies.own"),
        () if incident.shared_with.contains(code) => Some("agencies.shared"),
        () if center.sees(code, incident) => Some("agencies.agreed"),
        () => None,
    };
    html! {
        @if agencies.len() > 1 {
            section class="stack" aria-labelledby="seen-by" {
                h3 id="seen-by" { (ui.t("agencies.seen_by")) }
                ul { @for code in agencies.keys() { @if let Some(why) = why(code) { li { (name(code)) " · " span class="quiet" { (ui.t(why)) } } } } }
                @for code in &incident.shared_with {
                    @if shares || own == Some(code) {
                        form class="row-of" method="post" action=(path("unshare")) {
                            (act(ui))
                            input type="hidden" name="agency" value=(code.as_str());
                            button class="button" { (ui.fill("unshare", &[("agency", &name(code))])) }
                        }
                    }
                }
                @if shares && !unseen.is_empty() {
                    form class="row-of" method="post" action=(path("share")) {
                        (act(ui))
                        div class="field grow" {
                            label for="share-agency" { (ui.t("share.with")) }
                            select class="input" id="share-agency" name="agency" required {
                                option value="" { (ui.t("share.choose")) }
                                @for (code, agency) in unseen {
                                    option value=(code.as_str()) { (label(code.as_str(), agency.name.as_str())) }
                                }
                            }
                        }
                        button class="button" { (ui.t("share")) }
                    }
                }
            }
        }
    }
}

/// The second step after a refusal that a person may overrule; nothing where there is none.
pub(super) fn expressly(ui: &Ui, incident: &Incident, sent: &Act, problem: &Problem) -> Markup {
    let value = |name: &str| {
        let known = problem.values().find(|(known, _)| *known == name);
        known.map_or("", |(_, value)| value)
    };
    let path = |verb: &str| format!("/incidents/{}/{verb}", incident.id.0);
    let (unit, from) = (value("unit"), value("incident"));
    html! {
        @if problem.code == "unit-committed" {
            div class="row-of" {
                form method="post" action=(path("reassign")) {
                    (act(ui))
                    input type="hidden" name="unit" value=(unit);
                    input type="hidden" name="other" value=(from);
                    button class="button" { (ui.fill("expressly.reassign", &[("unit", unit), ("from", from)])) }
                }
                form method="post" action=(path("units")) {
                    (act(ui))
                    input type="hidden" name="units" value=(sent.units);
                    input type="hidden" name="expressly" value="yes";
                    button class="button" { (ui.t("expressly.committed")) }
                }
            }
        }
        @if problem.code == "work-begun" {
            form method="post" action=(path("reassign")) {
                (act(ui))
                input type="hidden" name="unit" value=(unit);
                input type="hidden" name="other" value=(sent.other);
                input type="hidden" name="expressly" value="yes";
                button class="button" { (ui.t("expressly.preempt")) }
            }
        }
        @if problem.code == "backward" {
            form method="post" action=(path("status")) {
                (act(ui))
                input type="hidden" name="unit" value=(sent.unit);
                input type="hidden" name="status" value=(sent.status);
                input type="hidden" name="expressly" value="yes";
                button class="button" { (ui.t("expressly.correction")) }
            }
        }
    }
}

fn describe_form(ui: &Ui, center: &Center, incident: &Incident) -> Markup {
    let chosen =
        |code: Option<&callbox_domain::Code>| code.map_or(String::new(), |code| code.to_string());
    html! {
        details {
            summary { (ui.t("change")) }
            form class="stack" method="post" action={"/incidents/" (incident.id.0) "/describe"} {
                (act(ui))
                div class="field" {
                    label for="place" { (ui.t("place")) }
                    input class="input" id="place" name="place" maxlength="400" autocomplete="off" value=(incident.place_text().unwrap_or_default());
                }
                div class="field" {
                    label for="type" { (ui.t("type")) }
                    select class="input" id="type" name="type" {
                        option value="" { "–" }
                        (types(&center.configuration, &chosen(incident.incident_type.as_ref())))
                    }
                }
                div class="field" {
                    label for="priority" { (ui.t("priority")) }
                    select class="input" id="priority" name="priority" {
                        option value="" { "–" }
                        (priorities(&center.configuration, &chosen(incident.priority.as_ref())))
                    }
                }
                div class="row-of" { button class="button" { (ui.t("set")) } }
            }
        }
    }
}
