//! Chinese names: their sound, and finding them inside a text without blanks.

use pinyin::ToPinyinMulti as _;

use super::text::is_han;

/// The most readings of one name.
const MAX_READINGS: usize = 6;
/// The longest name that is read aloud, in characters.
const MAX_NAME: usize = 16;

/// How a name sounds in Latin letters without tones, joined (`changanjie`), and its initials (`caj`).
pub(crate) fn sounds(name: &str) -> Vec<String> {
    let mut readings: Vec<(String, String)> = vec![(String::new(), String::new())];
    let characters: Vec<char> = name.chars().take(MAX_NAME).collect();
    for c in &characters {
        let syllables = syllables(*c);
        if syllables.is_empty() {
            if !is_han(*c) {
                for (sound, initials) in &mut readings {
                    sound.push(*c);
                    initials.push(*c);
                }
            }
            continue;
        }
        let mut next = Vec::new();
        for (sound, initials) in &readings {
            for syllable in &syllables {
                let first = syllable.chars().next().unwrap_or_default();
                next.push((format!("{sound}{syllable}"), format!("{initials}{first}")));
            }
        }
        next.truncate(MAX_READINGS);
        readings = next;
    }
    let mut all: Vec<String> = readings.iter().map(|(sound, _)| sound.clone()).collect();
    if characters.iter().filter(|c| is_han(**c)).count() >= 3 {
        all.extend(readings.into_iter().map(|(_, initials)| initials));
    }
    all.dedup();
    all
}

/// The syllables that a character may be read as, the commonest first.
fn syllables(c: char) -> Vec<&'static str> {
    let mut list = Vec::new();
    if let Some(readings) = c.to_pinyin_multi() {
        for reading in readings {
            let plain = reading.plain();
            if !list.contains(&plain) && list.len() < 3 {
                list.push(plain);
            }
        }
    }
    list
}

/// Where a name stands best inside a text: the fewest errors, and the range of the text that it covers.
///
/// Sellers' algorithm: edit distance in which the text may begin and end anywhere.
pub(crate) fn best_place(name: &[char], text: &[char]) -> (usize, std::ops::Range<usize>) {
    // Each cell: errors, and where in the text the match began.
    let mut row: Vec<(usize, usize)> = (0..=text.len()).map(|start| (0, start)).collect();
    for (i, letter) in name.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push((i + 1, 0));
        for j in 1..=text.len() {
            let replaced = (
                row[j - 1].0 + usize::from(text[j - 1] != *letter),
                row[j - 1].1,
            );
            let left_out = (row[j].0 + 1, row[j].1);
            let put_in = (next[j - 1].0 + 1, next[j - 1].1);
            next.push(replaced.min(left_out).min(put_in));
        }
        row = next;
    }
    let best = row
        .iter()
        .enumerate()
        .min_by_key(|(end, (errors, start))| (*errors, *start, *end));
    best.map_or((name.len(), 0..0), |(end, (errors, start))| {
        (*errors, *start..end.max(*start))
    })
}
