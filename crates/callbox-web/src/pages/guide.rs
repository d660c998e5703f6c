//! The user guide: the chapters of `docs/guide`, which are part of the binary, as pages in the reader's language.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

use super::{layout::page_with, texts::Locale, ui::Ui};
use crate::{assets::asset_url, problem::Problem};

/// Every file under `docs/guide` with its path there.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/guide.rs"));

/// What the chapters in Chinese end with.
const ZH: &str = ".zh.md";

/// A chapter in one language.
struct Chapter {
    /// Its name in the address, the same in all languages, as in `call-entry`.
    name: &'static str,
    title: &'static str,
    locale: Locale,
}

/// All chapters in the order of the book.
static CHAPTERS: LazyLock<Vec<Chapter>> =
    LazyLock::new(|| text("SUMMARY.md").lines().filter_map(chapter).collect());

/// A line of the summary, as in `- [Start](start.md)`.
fn chapter(line: &'static str) -> Option<Chapter> {
    let (title, file) = line
        .strip_prefix("- [")?
        .strip_suffix(')')?
        .split_once("](")?;
    let (name, locale) = match file.strip_suffix(ZH) {
        Some(name) => (name, Locale::Zh),
        None => (file.strip_suffix(".md")?, Locale::En),
    };
    Some(Chapter {
        name,
        title,
        locale,
    })
}

fn file(name: &str) -> Option<&'static [u8]> {
    let found = FILES.iter().find(|(known, _)| *known == name);
    found.map(|(_, bytes)| *bytes)
}

fn text(name: &str) -> &'static str {
    let bytes = file(name).unwrap_or_default();
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Which chapter speaks of a page: the first whose beginning the page's path has.
const ABOUT: &[(&str, &str)] = &[
    ("/calls", "call-entry"),
    ("/board", "dispatch"),
    ("/units", "dispatch"),
    ("/plans", "dispatch"),
    ("/map", "map"),
    ("/closures", "map"),
    ("/incidents", "after-the-call"),
    ("/history", "after-the-call"),
    ("/premises", "call-entry"),
    ("/cards", "call-entry"),
    ("/reports", "reports"),
    ("/wall", "reports"),
    ("/settings", "settings"),
    ("/layouts", "dispatch"),
    ("/account", "signing-in"),
    ("/sign-in", "signing-in"),
    ("/confirm", "signing-in"),
    ("/", "supervisors"),
];

/// The address and title of the chapter that speaks of the page at `here`.
pub(super) fn about(ui: &Ui, here: &str) -> Option<(String, &'static str)> {
    // The accounts of others are a supervisor's matter, one's own is everybody's.
    let is_at = |begin: &str| match here.strip_prefix(begin) {
        Some(rest) => begin == "/" || rest.is_empty() || rest.starts_with(['/', '?']),
        None => false,
    };
    let (_, name) = ABOUT.iter().find(|(begin, _)| is_at(begin))?;
    let chapter = of(ui, name)?;
    Some((format!("/guide/{name}"), chapter.title))
}

/// The chapters in the reader's language.
fn mine(ui: &Ui) -> impl Iterator<Item = &'static Chapter> {
    let locale = match ui.locale {
        Locale::Zh => Locale::Zh,
        _ => Locale::En,
    };
    CHAPTERS
        .iter()
        .filter(move |chapter| chapter.locale == locale)
}

fn of(ui: &Ui, name: &str) -> Option<&'static Chapter> {
    mine(ui).find(|chapter| chapter.name == name)
}

/// `GET /guide`: the first chapter.
pub(super) async fn first(ui: Ui) -> Result<Markup, Problem> {
    let chapter = mine(&ui).next();
    chapter
        .map(|chapter| show(&ui, chapter))
        .ok_or_else(missing)
}

/// `GET /guide/{chapter}`.
pub(super) async fn chapter_page(ui: Ui, Path(name): Path<String>) -> Result<Markup, Problem> {
    of(&ui, &name)
        .map(|chapter| show(&ui, chapter))
        .ok_or_else(missing)
}

/// `GET /guide/img/{picture}`.
pub(super) async fn picture(Path(name): Path<String>) -> Response {
    let is_png = name.rsplit_once('.').is_some_and(|(_, end)| end == "png");
    let Some(bytes) = file(&format!("img/{name}")).filter(|_| is_png) else {
        return missing().into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        // A newer program may have a newer one under the same name.
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=600"),
        ),
    ];
    (headers, bytes).into_response()
}

fn missing() -> Problem {
    Problem::not_found("the guide has no such page", "begin at /guide")
}

fn show(ui: &Ui, chapter: &'static Chapter) -> Markup {
    let all: Vec<_> = mine(ui).collect();
    let at = all.iter().position(|other| other.name == chapter.name);
    let at = at.unwrap_or_default();
    let before = at.checked_sub(1).and_then(|at| all.get(at));
    let suffix = if chapter.locale == Locale::Zh {
        ZH
    } else {
        ".md"
    };
    let words = text(&format!("{}{suffix}", chapter.name));
    let head = html! { link rel="stylesheet" href=(asset_url("css/guide.css")); };
    page_with(
        ui,
        chapter.title,
        "/guide",
        head,
        html! {
            div class="page guide-page" {
                nav class="guide-nav" aria-label=(ui.t("guide.title")) {
                    h2 { (ui.t("guide.title")) }
                    ol {
                        @for other in &all {
                            li { a href={"/guide/" (other.name)} aria-current=[(other.name == chapter.name).then_some("page")] { (other.title) } }
                        }
                    }
                }
                article class="guide-text" {
                    (PreEscaped(rendered(words)))
                    nav class="guide-ways" aria-label=(ui.t("guide.ways")) {
                        @if let Some(before) = before { a href={"/guide/" (before.name)} rel="prev" { span { (ui.t("guide.before")) } (before.title) } }
                        @if let Some(after) = all.get(at + 1) { a class="after" href={"/guide/" (after.name)} rel="next" { span { (ui.t("guide.after")) } (after.title) } }
                    }
                }
            }
        },
    )
}

/// The address at which the server shows what a chapter points to; what is elsewhere stays as it is.
fn address(target: &str) -> Option<String> {
    if let Some(picture) = target.strip_prefix("img/") {
        return Some(format!("/guide/img/{picture}"));
    }
    let (file, anchor) = target
        .split_once('#')
        .map_or((target, ""), |(file, _)| (file, target));
    let anchor = anchor.strip_prefix(file).unwrap_or_default();
    let name = file.strip_suffix(ZH).or_else(|| file.strip_suffix(".md"))?;
    let is_chapter = CHAPTERS.iter().any(|chapter| chapter.name == name);
    is_chapter.then(|| format!("/guide/{name}{anchor}"))
}

/// A chapter's Markdown as HTML. The words come from this program, never from a user.
fn rendered(words: &str) -> String {
    let moved = |target: CowStr<'static>| match address(&target) {
        Some(address) => CowStr::from(address),
        None => target,
    };
    let events = Parser::new_ext(words, Options::ENABLE_TABLES).map(|event| event.into_static());
    let mut is_elsewhere = false;
    let events = events.flat_map(|event| match event {
        // Documents that are not in the program are named, and lead nowhere.
        Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with("..") => {
            is_elsewhere = true;
            vec![]
        }
        Event::End(TagEnd::Link) if is_elsewhere => {
            is_elsewhere = false;
            vec![]
        }
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => vec![Event::Start(Tag::Link {
            link_type,
            dest_url: moved(dest_url),
            title,
            id,
        })],
        Event::Start(Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        }) => vec![Event::Start(Tag::Image {
            link_type,
            dest_url: moved(dest_url),
            title,
            id,
        })],
        // A wide table scrolls in its own frame.
        Event::Start(Tag::Table(columns)) => vec![
            Event::Html("<div class=\"guide-table\" tabindex=\"0\" role=\"group\">".into()),
            Event::Start(Tag::Table(columns)),
        ],
        Event::End(TagEnd::Table) => vec![Event::End(TagEnd::Table), Event::Html("</div>".into())],
        event => vec![event],
    });
    let mut page = String::with_capacity(words.len() * 2);
    pulldown_cmark::html::push_html(&mut page, events);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chapter_is_there_in_both_languages_and_every_link_leads_somewhere() {
        let names = |locale| {
            let chapters = CHAPTERS.iter().filter(move |it| it.locale == locale);
            chapters.map(|chapter| chapter.name).collect::<Vec<_>>()
        };
        assert_eq!(names(Locale::En), names(Locale::Zh));
        assert!(names(Locale::En).len() >= 11);
        for (_, about) in ABOUT {
            assert!(names(Locale::En).contains(about), "{about}");
        }
        let chapters = FILES.iter().filter(|(name, _)| {
            name.ends_with(".md") && !["README.md", "SUMMARY.md"].contains(name)
        });
        assert_eq!(
            chapters.clone().count(),
            CHAPTERS.len(),
            "all are in the summary"
        );
        for (name, _) in chapters {
            let page = rendered(text(name));
            assert!(page.contains("<h1>"), "{name}");
            assert!(
                !page.contains("style="),
                "{name}: the pages' policy refuses it"
            );
            for part in page.split("href=\"").skip(1) {
                let target = part.split('"').next().expect("it ends");
                let is_here = target.starts_with("/guide/") && !target.contains(".md");
                assert!(
                    is_here || target.starts_with("https://"),
                    "{name} leads to {target}"
                );
            }
            for part in page.split("src=\"/guide/").skip(1) {
                let picture = part.split('"').next().expect("it ends");
                assert!(file(picture).is_some(), "{name} shows {picture}");
            }
        }
    }

    #[test]
    fn a_link_of_a_chapter_leads_to_its_page() {
        assert_eq!(
            address("dispatch.zh.md").as_deref(),
            Some("/guide/dispatch")
        );
        assert_eq!(address("map.md#ways").as_deref(), Some("/guide/map#ways"));
        assert_eq!(
            address("img/board.png").as_deref(),
            Some("/guide/img/board.png")
        );
        assert_eq!(address("../console.md"), None);
    }
}
