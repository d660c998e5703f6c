#![expect(clippy::unwrap_used, reason = "a test's failure shows where")]

use std::{collections::BTreeSet, fs, path::Path};

use axum::http::{HeaderMap, header};

use callbox_domain::{AlarmId, Code, IncidentId, LineNo, Meaning, Refusal};

use super::texts::Locale;
use crate::{
    problem::{self, Problem},
    settings,
};

fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.clone(), value.parse().unwrap()))
        .collect()
}

#[test]
fn every_language_has_the_same_texts() {
    let keys = |locale: Locale| locale.table().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(Locale::En), keys(Locale::Zh));
    for key in keys(Locale::En) {
        let [english, chinese] = Locale::ALL.map(|locale| holes(locale.text(&key)));
        assert_eq!(english, chinese, "the values in {key} differ");
    }
}

/// Pages, programs and the command line say the same of what a report counts.
#[test]
fn reports_mean_on_pages_what_they_mean_elsewhere() {
    use callbox_domain::report as r;
    for (name, definition) in [
        ("targets", r::targets_definition()),
        ("response-times", r::response_times_definition()),
        ("workload", r::workload_definition()),
        ("utilisation", r::utilisation_definition()),
        ("dispositions", r::dispositions_definition()),
    ] {
        let [english, chinese] = Locale::ALL.map(|it| it.text(&format!("reports.meaning.{name}")));
        assert_eq!(english, definition);
        // A field that a file has is named in both languages.
        let fields = definition.split(|c: char| !c.is_ascii_lowercase() && c != '_');
        for field in fields.filter(|word| word.contains('_')) {
            assert!(chinese.contains(field), "{name} says nothing of {field}");
        }
    }
}

/// The names in braces.
fn holes(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

/// One of each refusal.
fn refusals() -> Vec<Refusal> {
    use Refusal as R;
    let code = |text: &str| Code::new(text).unwrap();
    let (unit, status) = (code("E1"), code("ENR"));
    let (incident, other) = (IncidentId(29), IncidentId(30));
    let on = |make: fn(Code, IncidentId) -> Refusal| make(code("E1"), IncidentId(29));
    let all = vec![
        R::UnknownIncident(incident),
        R::IncidentErased(incident),
        R::NotErased(incident),
        R::NotClosed(incident),
        R::OnHold {
            incident,
            bases: vec![code("COURT-1"), code("COURT-2")],
        },
        R::NotOnHold {
            incident,
            basis: code("COURT-1"),
        },
        R::AlreadyRequested(incident),
        R::NotRequested(incident),
        R::SameActor,
        R::TooEarly(callbox_domain::Timestamp::from_seconds(0)),
        R::Outdated(incident),
        R::UnknownUnit("E1".into()),
        R::UnknownCode {
            what: "unit type",
            code: code("X"),
            known: vec![code("A"), code("B")],
        },
        R::UnknownCode {
            what: "unit type",
            code: code("X"),
            known: vec![],
        },
        R::IncidentClosed(incident),
        R::IncidentMerged {
            incident,
            into: other,
        },
        R::NotMerged {
            incident,
            into: other,
        },
        R::NotScheduled(incident),
        R::NotInTheFuture,
        R::UnknownNote(callbox_domain::NoteId(3)),
        R::NoteOutOfBounds,
        R::UnknownClosure(callbox_domain::ClosureId(3)),
        R::ClosureOutOfBounds,
        R::UnknownCall { incident, call: 3 },
        R::IncidentOpen(incident),
        on(|unit, incident| R::UnitCommitted { unit, incident }),
        on(|unit, incident| R::StillOnIncident { unit, incident }),
        R::UnitOutOfService { unit: unit.clone() },
        R::UnitInService { unit: unit.clone() },
        on(|unit, incident| R::AlreadyAssigned { unit, incident }),
        R::NotCommitted { unit: unit.clone() },
        on(|unit, incident| R::NotAssigned { unit, incident }),
        R::WhichIncident {
            unit: unit.clone(),
            incidents: vec![incident, other],
        },
        R::Backward {
            unit: unit.clone(),
            incident,
            current: Meaning::OnScene,
            wanted: Meaning::EnRoute,
        },
        R::SameStatus {
            unit: unit.clone(),
            status: status.clone(),
        },
        on(|unit, incident| R::HasArrived { unit, incident }),
        R::DispatchNeedsIncident {
            status: status.clone(),
        },
        R::NoStatusFor(Meaning::AtHospital),
        R::MeaningIsFixed {
            status: status.clone(),
            meaning: Meaning::EnRoute,
        },
        R::WrongMeaning {
            status,
            meaning: Meaning::EnRoute,
            wanted: Meaning::OutOfService,
        },
        R::UnitsStillAssigned {
            incident,
            units: vec![unit.clone(), code("E2")],
        },
        R::UnknownLine {
            incident,
            line: LineNo(3),
        },
        R::LinkToItself,
        R::NothingToDispatch,
        R::NoSuchAlarm {
            plan: code("FIRE"),
            alarm: 9,
            alarms: 3,
        },
        R::AlarmComplete { incident, alarm: 1 },
        R::NobodyFree { incident, alarm: 1 },
        R::NoPlanFor(incident),
        R::NamedTwice { unit },
        R::Full {
            what: "the narrative",
            max: 10,
        },
        R::SharesWithItself(code("EMS")),
        R::NotTheirs {
            agency: code("EMS"),
        },
        R::OfAgency {
            what: code("E1"),
            agency: code("FIRE"),
        },
        R::CrewIsOut {
            unit: code("E1"),
            other: code("L1"),
            incident: IncidentId(1),
        },
        R::BadPlan {
            plan: code("A"),
            why: "it is there twice",
        },
        R::BadCard {
            card: code("A"),
            question: "Q".into(),
            why: "it is there twice",
        },
        R::BadAnswer {
            question: code("Q"),
        },
        R::TooFewCorners { area: code("A") },
        R::AreaOfAreas { area: code("A") },
        R::WorkBegun {
            unit: code("E1"),
            incident: IncidentId(1),
        },
        R::NotStacked {
            unit: code("E1"),
            incident: IncidentId(1),
        },
        R::ClockOrder,
        R::NotAShare(101),
        R::NoTimeToAnswer,
        R::AlarmBeforeWarning {
            warn: 60,
            alarm: 30,
        },
        R::NobodyToAsk(IncidentId(1)),
        R::NoEmergency { unit: code("E1") },
        R::UnknownAlarm(AlarmId(7)),
        R::UnknownGrant(callbox_domain::GrantId(7)),
        R::OwnGrant(callbox_domain::GrantId(7)),
        R::UnknownAccount(callbox_domain::ActorId(4_711_000_001)),
        R::AccountTaken(callbox_domain::ActorId(4_711_000_001)),
        R::AccountInUse(callbox_domain::ActorId(4_711_000_001)),
        R::AccountErasureAsked(callbox_domain::ActorId(4_711_000_001)),
        R::AccountErasureNotAsked(callbox_domain::ActorId(4_711_000_001)),
        R::AccountErasureNeedsTwo(callbox_domain::ActorId(4_711_000_001)),
        R::AccountErased(callbox_domain::ActorId(4_711_000_001)),
        R::DutyOutOfBounds,
        R::UnknownToken(7),
        R::ReviewsDue(3),
        R::NothingToUndo,
        R::TooLateToUndo,
        R::ChangedSince,
        R::TooMany {
            what: "the list of equipment",
            max: 64,
        },
    ];
    let codes: BTreeSet<_> = all.iter().map(Refusal::code).collect();
    assert_eq!(
        codes,
        Refusal::CODES.iter().copied().collect(),
        "one of each"
    );
    all
}

/// The English texts say what the rules say; so every value is there, and none is missing in Chinese.
#[test]
fn refusals_are_said_in_every_language() {
    for refusal in refusals() {
        let problem = Problem::from(refusal.clone());
        let (what, hint) = Locale::En.problem(&problem, |at| at.to_string());
        assert_eq!((what, hint), (refusal.to_string(), refusal.hint()));
        let (what, hint) = Locale::Zh.problem(&problem, |at| at.to_string());
        for text in [what, hint] {
            assert!(!text.contains(['{', '?']), "{refusal:?}: {text}");
            let is_foreign = |c: char| c.is_ascii_lowercase();
            assert!(!text.contains(is_foreign), "{refusal:?} in English: {text}");
        }
    }
}

/// The reasons of a recommendation are said in every language, with all that they speak of.
#[test]
fn every_reason_has_a_text_in_every_language() {
    use callbox_domain::{Note, WhyNot};
    let reasons = WhyNot::CODES.iter().map(|code| format!("why.{code}"));
    let notes = Note::CODES.iter().map(|code| format!("note.{code}"));
    for key in reasons.chain(notes) {
        for locale in Locale::ALL {
            assert!(locale.table().contains_key(&key), "no {key} in {locale:?}");
        }
    }
}

/// The page of rights says in every language why each route is there.
#[test]
fn every_reason_of_a_route_is_said_in_chinese() {
    let mut known: BTreeSet<&str> = super::texts::reasons_zh().keys().map(|it| &**it).collect();
    let reasons: BTreeSet<&str> = crate::security::all().map(|route| route.reason).collect();
    for reason in &reasons {
        let said = Locale::Zh.reason(reason);
        assert!(known.remove(reason), "no words for: {reason}");
        assert!(!said.is_empty() && said != *reason, "{reason}");
    }
    assert!(known.is_empty(), "of no route: {known:?}");
}

/// A refusal names the right that is missing and the roles to ask, in the reader's language.
#[test]
fn every_right_and_every_role_has_words_in_every_language() {
    use crate::access::{Role, rights};
    let right = |words: &str| format!("right.{}", words.replace(' ', "-").replace('\'', ""));
    let rights = rights::RIGHTS.iter().map(|(.., words)| right(words));
    let roles = Role::ALL.map(|role| format!("role.{}", role.name()));
    let mut own = std::collections::BTreeMap::<_, BTreeSet<String>>::new();
    for key in rights.chain(roles) {
        let texts = Locale::ALL.map(|locale| {
            let text = locale.table().get(&key);
            text.unwrap_or_else(|| panic!("no {key} in {locale:?}"))
                .to_string()
        });
        let distinct: BTreeSet<_> = texts.iter().cloned().collect();
        assert_eq!(
            distinct.len(),
            texts.len(),
            "{key} is the same in two languages"
        );
        own.entry(texts[0].clone()).or_default().insert(key);
    }
    assert!(
        own.values().all(|keys| keys.len() == 1),
        "two say the same: {own:?}"
    );
}

#[test]
fn every_problem_has_a_text_in_every_language() {
    let codes = Refusal::CODES
        .iter()
        .chain(problem::CODES)
        .chain(problem::TEXTS)
        .chain(callbox_domain::sheet::TableFault::NAMES);
    for text in codes {
        for key in [format!("refusal.{text}"), format!("refusal.{text}.hint")] {
            for locale in Locale::ALL {
                assert!(locale.table().contains_key(&key), "no {key} in {locale:?}");
            }
        }
    }
    for meaning in Meaning::ALL {
        assert_eq!(
            Locale::En.text(&format!("meaning.{}", meaning.name())),
            meaning.words()
        );
    }
}

/// The table of codes is complete: what is written in the sources stands in it.
#[test]
fn every_code_in_the_sources_has_a_row() {
    let mut sources = Vec::new();
    let mut dirs = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => dirs.push(path),
                false => sources.push(fs::read_to_string(path).unwrap()),
            }
        }
    }
    let mut seen = 0;
    for source in &sources {
        for (at, found) in source.match_indices("Problem::new(") {
            // The status, then the code as a literal; other calls get theirs from such a one.
            let rest = source[at + found.len()..].trim_start();
            let code = rest
                .strip_prefix("StatusCode::")
                .and_then(|rest| rest.split_once(','))
                .and_then(|(_, rest)| rest.trim_start().strip_prefix('"'))
                .and_then(|rest| rest.split('"').next());
            let Some(code) = code else { continue };
            seen += 1;
            assert!(problem::CODES.contains(&code), "{code} has no row");
        }
    }
    assert!(seen > 10, "only {seen} were found");
}

/// A key that is used has a text, and a text is used: both by looking at the sources.
#[test]
fn texts_and_their_uses_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut source = String::new();
    for dir in ["src/pages", "assets/js"] {
        read_all(&root.join(dir), &mut source);
    }
    let known = Locale::En.table();
    for start in ["t(\"", "fill(\"", "fill(\n        \""] {
        for (at, _) in source.match_indices(start) {
            let is_call = !source[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            let key = source[at + start.len()..].split('"').next().unwrap();
            assert!(
                !is_call || known.contains_key(key),
                "there is no text for {key}"
            );
        }
    }
    for key in known.keys() {
        let is_made = [
            "role.",
            "right.",
            "object.",
            "act.",
            "outcome.",
            "purpose.",
            "line.part.",
            "ended.",
            "refusal.",
            "meaning.",
            "what.",
            "link.",
            "likeness.",
            "hazard.",
            "closure.",
            "map.cover.",
            "way.notice.",
            "handling.",
            "verdict.",
            "source.",
            "note.",
            "alarm.",
            "emergency.",
            "why.",
            "plans.",
            "settings.noun.",
            "settings.about.",
            "settings.field.",
            "settings.group.",
            "settings.moment.",
            "reports.head.",
            "reports.interval.",
            "reports.meaning.",
            "reports.targets",
            "reports.response-times",
            "reports.workload",
            "reports.utilisation",
            "reports.dispositions",
            "rights.agency.",
            "rights.scope.",
        ]
        .iter()
        .any(|made| key.starts_with(made));
        assert!(
            is_made || source.contains(&format!("\"{key}\"")) || by_template(&source, key),
            "nothing uses {key}"
        );
    }
}

/// Adds every file below a directory.
fn read_all(dir: &Path, source: &mut String) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, source);
        } else {
            *source += &fs::read_to_string(path).unwrap();
        }
    }
}

/// Whether a script makes the key of a template, as in `times.${name}`.
fn by_template(source: &str, key: &str) -> bool {
    key.match_indices('.')
        .any(|(end, _)| source.contains(&format!("`{}.${{", &key[..end])))
}

#[test]
fn the_cookie_goes_before_the_browsers_languages() {
    let chinese = (header::ACCEPT_LANGUAGE, "zh-CN,zh;q=0.9,en;q=0.8");
    assert_eq!(Locale::of(&headers(&[])), Locale::En);
    assert_eq!(
        Locale::of(&headers(std::slice::from_ref(&chinese))),
        Locale::Zh
    );
    assert_eq!(
        Locale::of(&headers(&[(
            header::ACCEPT_LANGUAGE,
            "de, en;q=0.5, zh;q=0.7"
        )])),
        Locale::Zh
    );
    assert_eq!(
        Locale::of(&headers(&[chinese, (header::COOKIE, "a=b; lang=en")])),
        Locale::En
    );
    assert_eq!(
        Locale::of(&headers(&[(header::COOKIE, "lang=../x")])),
        Locale::En
    );
}

#[test]
fn spans_and_numbers_are_written_for_people() {
    use callbox_domain::Timestamp;

    use super::ui::{grouped, span};
    let at = Timestamp::from_seconds;
    assert_eq!(span(at(0), at(42)), "0:42");
    assert_eq!(span(at(0), at(3_723)), "1:02:03");
    assert_eq!(span(at(10), at(9)), "–");
    assert_eq!(
        [0, 999, 1_000, 48_211, 1_234_567].map(grouped),
        ["0", "999", "1,000", "48,211", "1,234,567"]
    );
}

#[test]
fn every_noun_has_its_endpoint_its_fields_and_its_texts() {
    let known = |key: String| {
        for locale in Locale::ALL {
            assert!(
                locale.table().contains_key(&key),
                "{key} has no text in {}",
                locale.name()
            );
        }
    };
    for group in settings::GROUPS {
        known(format!("settings.group.{group}"));
        assert!(
            settings::NOUNS.iter().any(|noun| noun.group == *group),
            "{group} is empty"
        );
    }
    for noun in settings::NOUNS {
        known(format!("settings.noun.{}", noun.slug));
        known(format!("settings.about.{}", noun.slug));
        assert!(settings::GROUPS.contains(&noun.group));
        assert!(noun.fields().count() > 0, "{} has no endpoint", noun.slug);
        assert!(
            noun.key
                .is_none_or(|key| noun.fields().any(|field| field.name == key))
        );
        for field in noun.fields() {
            known(format!("settings.field.{}", field.name));
            if let crate::api::fields::Kind::Choice(names) = field.kind {
                for name in names {
                    known(match field.name {
                        "meaning" => format!("meaning.{name}"),
                        _ => format!("settings.moment.{name}"),
                    });
                }
            }
        }
    }
}
