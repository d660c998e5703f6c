//! Addresses as they are said and typed in Chinese, where the extract has names in it.

use std::collections::HashMap;

use callbox_geo::Coord;
use callbox_geo::geocode::{Ask, Geocoder, House, Source, Verdict};
use pinyin::ToPinyin as _;

use super::{super::cpu_time, Arguments, Baselines, Random, Tally, near, show};

/// The Chinese names of streets, by the name that their addresses give.
pub(super) struct Han {
    /// Name on the sign, and for each Chinese name of it where that is.
    streets: HashMap<String, Vec<(String, Coord)>>,
    /// Characters in use, by their sound without tones.
    alike: HashMap<&'static str, Vec<char>>,
}

/// How far a house may stand from the street whose Chinese name it gets, in metres.
const REACH_METERS: f64 = 1_500.0;

pub(super) fn names(source: &Source) -> Han {
    let mut streets: HashMap<String, Vec<(String, Coord)>> = HashMap::new();
    let mut alike: HashMap<&'static str, Vec<char>> = HashMap::new();
    for way in &source.streets {
        let (Some(main), Some(point)) = (way.names.first(), way.points.first()) else {
            continue;
        };
        for name in way.names.iter().filter(|name| is_chinese(&name.text)) {
            let known = streets.entry(main.text.to_lowercase()).or_default();
            known.push((name.text.clone(), *point));
            for letter in name.text.chars() {
                let Some(sound) = letter.to_pinyin() else {
                    continue;
                };
                let of_sound = alike.entry(sound.plain()).or_default();
                if !of_sound.contains(&letter) {
                    of_sound.push(letter);
                }
            }
        }
    }
    // Common characters of the same sounds, as an input method offers them.
    for letter in ('\u{4e00}'..='\u{9fa5}').filter(|letter| COMMON.contains(*letter)) {
        if let Some(sound) = letter.to_pinyin()
            && let Some(of_sound) = alike.get_mut(sound.plain())
            && !of_sound.contains(&letter)
        {
            of_sound.push(letter);
        }
    }
    Han { streets, alike }
}

/// Some of the commonest characters, for slips of an input method.
const COMMON: &str = "的一是了不在有人我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运";

impl Han {
    /// The Chinese name of the street of a house.
    pub(super) fn of(&self, house: &House) -> Option<&str> {
        let known = self.streets.get(&house.street.to_lowercase())?;
        known
            .iter()
            .map(|(name, point)| (name, point.meters_to(house.point)))
            .filter(|(_, meters)| *meters <= REACH_METERS)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(name, _)| name.as_str())
    }

    /// The name with one character replaced by another of the same sound; `None` where there is none.
    fn sounding_alike(&self, name: &str, random: &mut Random) -> Option<String> {
        let mut letters: Vec<char> = name.chars().collect();
        let from = random.below(letters.len());
        for step in 0..letters.len() {
            let at = (from + step) % letters.len();
            let sound = letters[at].to_pinyin().map(|sound| sound.plain());
            let others: Vec<char> = sound
                .and_then(|sound| self.alike.get(sound))
                .map(|all| {
                    all.iter()
                        .copied()
                        .filter(|other| *other != letters[at])
                        .collect()
                })
                .unwrap_or_default();
            if !others.is_empty() {
                letters[at] = others[random.below(others.len())];
                return Some(letters.into_iter().collect());
            }
        }
        None
    }
}

/// The address as it is written.
pub(super) fn address(street: &str, number: &str) -> String {
    format!("{street}{number}号")
}

/// Draws houses whose streets have Chinese names, and asks for them.
pub(super) fn ask(
    geocoder: &Geocoder,
    han: &Han,
    houses: &[&House],
    baselines: &Baselines,
    arguments: &Arguments,
    random: &mut Random,
) -> anyhow::Result<()> {
    let named: Vec<(&House, &str)> = houses
        .iter()
        .filter_map(|house| Some((*house, han.of(house)?)))
        .collect();
    if named.is_empty() {
        println!("(no house stands at a street with a Chinese name: not asked in Chinese)");
        return Ok(());
    }
    let sample: Vec<(&House, &str)> = (0..arguments.sample)
        .map(|_| named[random.below(named.len())])
        .collect();
    let kinds: [(&str, Question<'_>); 5] = [
        ("Chinese, as in the file", &|name, number, _| {
            Some(address(name, number))
        }),
        ("Chinese, number first", &|name, number, _| {
            Some(format!("{number}号{name}"))
        }),
        (
            "Chinese, one character of the same sound",
            &|name, number, random| Some(address(&han.sounding_alike(name, random)?, number)),
        ),
        ("Chinese, one character missing", &|name, number, random| {
            let mut letters: Vec<char> = name.chars().collect();
            if letters.len() < 4 {
                return None;
            }
            letters.remove(random.below(letters.len() - 1));
            Some(address(&letters.into_iter().collect::<String>(), number))
        }),
        ("Chinese by its sound", &|name, number, _| {
            let sounds: Option<String> = name
                .chars()
                .map(|letter| letter.to_pinyin().map(|sound| sound.plain()))
                .collect();
            Some(format!("{} {number}", sounds?))
        }),
    ];
    for (name, question) in kinds {
        let mut tally = Tally::default();
        for (house, street) in &sample {
            let Some(question) = question(street, &house.number, random) else {
                continue;
            };
            let start = cpu_time();
            let found = geocoder.find(&question, &Ask::default());
            tally.add(cpu_time() - start, &found, &[house.point]);
            tally.add_baselines(baselines, &question, house.point)?;
            let is_wrong = found.verdict == Verdict::Certain && !near(&found, 1, &[house.point]);
            if tally.shown < arguments.show && (is_wrong || !near(&found, 1, &[house.point])) {
                tally.shown += 1;
                show(&question, house, &found);
            }
        }
        tally.print(name);
    }
    Ok(())
}

/// Makes a question out of a street's Chinese name and a number.
type Question<'a> = &'a dyn Fn(&str, &str, &mut Random) -> Option<String>;

fn is_chinese(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}
