//! Names cut into tokens, tokens gathered into a dictionary, and the lists that lead from a token to names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::index::{EntityKind, Lists, NameEntry, size};
use super::super::source::{Name, NameKind};
use super::super::text::{Script, is_han};
use super::super::vocabulary::{Class, Vocabulary};
use super::super::{han, text};
use super::Builder;

/// The most tokens of a name; the rest of a longer one is left out.
const MAX_NAME_TOKENS: usize = 10;

/// The canonical tokens of a name.
pub(super) fn tokens(vocabulary: &Vocabulary, name: &str) -> Vec<(String, Class)> {
    let mut tokens: Vec<(String, Class)> = vocabulary
        .tokens(name)
        .into_iter()
        .filter(|token| token.script != Script::Mark)
        .map(|token| match token.script {
            Script::Word => vocabulary.form(&token.text),
            _ => (token.text, Class::Word),
        })
        .collect();
    if tokens.iter().any(|(_, class)| *class != Class::Noise) {
        tokens.retain(|(_, class)| *class != Class::Noise);
    }
    tokens.truncate(MAX_NAME_TOKENS);
    tokens
}

/// Adds the names of all entities.
pub(super) fn add(builder: &mut Builder) {
    let all = std::mem::take(&mut builder.names);
    let mut ids: HashMap<String, u32> = HashMap::new();
    let mut classes: Vec<(String, Class)> = Vec::new();
    let mut postings: Vec<(u32, u32)> = Vec::new();
    let mut han_postings: Vec<(u32, u32)> = Vec::new();
    for (owner, names) in all.iter().enumerate() {
        let owner = size(owner);
        let first = size(builder.stored.names.len());
        let mut seen: BTreeSet<Vec<u32>> = BTreeSet::new();
        for name in with_variants(builder, owner, names) {
            let tokens = tokens(&builder.vocabulary, &name.text);
            if tokens.is_empty() {
                continue;
            }
            let numbers: Vec<u32> = tokens
                .iter()
                .map(|(text, class)| {
                    *ids.entry(text.clone()).or_insert_with(|| {
                        classes.push((text.clone(), *class));
                        size(classes.len() - 1)
                    })
                })
                .collect();
            if !seen.insert(numbers.clone()) {
                continue;
            }
            let no = size(builder.stored.names.len());
            let strong = tokens.iter().any(|(_, class)| !class.is_weak());
            for (token, (_, class)) in numbers.iter().zip(&tokens) {
                if !strong || !class.is_weak() {
                    postings.push((*token, no));
                }
            }
            let folded = text::fold(&name.text);
            let characters = folded.chars().filter(|c| is_han(*c));
            han_postings.extend(characters.map(|c| (u32::from(c), no)));
            let text = builder.text(&name.text);
            builder.stored.names.push(NameEntry {
                owner,
                text,
                kind: name.kind as u32,
            });
            builder.stored.name_tokens.push(numbers);
        }
        let last = size(builder.stored.names.len());
        builder.stored.entity_names.push(first..last);
    }
    postings.sort_unstable();
    postings.dedup();
    builder.stored.postings = Lists::grouped(postings, classes.len());
    han_postings.sort_unstable();
    han_postings.dedup();
    let mut characters: Vec<u32> = han_postings.iter().map(|(c, _)| *c).collect();
    characters.dedup();
    // Ranks instead of the characters themselves, so that the lists are dense.
    let rank = |c: u32| size(characters.partition_point(|known| *known < c));
    let ranked = han_postings.iter().map(|(c, name)| (rank(*c), *name));
    builder.stored.han_names = Lists::grouped(ranked.collect(), characters.len());
    builder.stored.han = characters;
    for (text, class) in &classes {
        let text = builder.text(text);
        builder.stored.tokens.push(text);
        builder.stored.classes.push(*class as u32);
    }
    add_words(builder, &ids);
}

/// The dictionary: each token as itself, and each word that folds to it.
fn add_words(builder: &mut Builder, ids: &HashMap<String, u32>) {
    let mut words: BTreeMap<Vec<char>, u32> = BTreeMap::new();
    for (form, token) in ids {
        words.insert(form.chars().collect(), *token);
    }
    let variants: Vec<(String, u32)> = builder
        .vocabulary
        .forms()
        .filter_map(|(word, form, _)| ids.get(form).map(|token| (word.to_owned(), *token)))
        .collect();
    let numbers: Vec<(String, u32)> = builder
        .vocabulary
        .number_words()
        .filter_map(|(word, digits)| ids.get(&digits).map(|token| (word.to_owned(), *token)))
        .collect();
    for (word, token) in variants.into_iter().chain(numbers) {
        words.insert(word.chars().collect(), token);
    }
    for (word, token) in words {
        let word = builder.text(&word.into_iter().collect::<String>());
        builder.stored.words.push(word);
        builder.stored.word_tokens.push(token);
    }
}

/// The names with what people may type for them: `ae` for `ä`, the sound of Chinese characters.
fn with_variants(builder: &Builder, owner: u32, names: &[Name]) -> Vec<Name> {
    let kind = builder.stored.entities[owner as usize].kind;
    let mut all = names.to_vec();
    for name in names {
        if name.text.contains(['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü']) {
            let mut text = name.text.to_lowercase();
            for (letter, pair) in [("ä", "ae"), ("ö", "oe"), ("ü", "ue")] {
                text = text.replace(letter, pair);
            }
            all.push(Name {
                text,
                kind: name.kind.max(NameKind::Other),
            });
        }
        if kind != EntityKind::Region && name.text.chars().any(is_han) {
            for text in han::sounds(&name.text) {
                all.push(Name {
                    text,
                    kind: NameKind::Sound,
                });
            }
        }
    }
    all
}
