//! Names of streets and quarters in English and Chinese; all invented, each given once.

use std::collections::BTreeSet;

use super::{grow::Class, point::Random};

/// First parts of names, with their Chinese.
const FIRST: [(&str, &str); 44] = [
    ("Salt", "盐"),
    ("Lantern", "灯"),
    ("Heron", "鹭"),
    ("Alder", "桤"),
    ("Rowan", "楸"),
    ("Mill", "磨"),
    ("Amber", "珀"),
    ("Copper", "铜"),
    ("Fern", "蕨"),
    ("Otter", "獭"),
    ("Linden", "椴"),
    ("Raven", "鸦"),
    ("Silver", "银"),
    ("Thorn", "棘"),
    ("Wren", "鹪"),
    ("Maple", "枫"),
    ("Cedar", "杉"),
    ("Falcon", "隼"),
    ("Hazel", "榛"),
    ("Iron", "铁"),
    ("Larch", "松"),
    ("Moss", "苔"),
    ("Plum", "梅"),
    ("Quill", "翎"),
    ("Reed", "苇"),
    ("Swan", "鹄"),
    ("Tide", "潮"),
    ("Violet", "堇"),
    ("Willow", "柳"),
    ("Winter", "冬"),
    ("Summer", "夏"),
    ("Star", "星"),
    ("Stone", "石"),
    ("Anchor", "锚"),
    ("Bell", "钟"),
    ("Crane", "鹤"),
    ("Drift", "漂"),
    ("Elm", "榆"),
    ("Foxglove", "芷"),
    ("Gull", "鸥"),
    ("Honey", "蜜"),
    ("Ivy", "藤"),
    ("Jasper", "碧"),
    ("Kestrel", "鹞"),
];
/// Second parts of names, with their Chinese.
const SECOND: [(&str, &str); 24] = [
    ("", ""),
    ("gate", "门"),
    ("field", "田"),
    ("bridge", "桥"),
    ("well", "井"),
    ("ford", "津"),
    ("wood", "林"),
    ("brook", "溪"),
    ("hill", "丘"),
    ("dale", "谷"),
    ("mere", "湖"),
    ("croft", "园"),
    ("haven", "港"),
    ("combe", "坳"),
    ("wick", "坊"),
    ("holm", "洲"),
    ("crest", "岭"),
    ("mead", "甸"),
    ("side", "畔"),
    ("march", "界"),
    ("stead", "庄"),
    ("ridge", "岗"),
    ("bank", "堤"),
    ("moor", "原"),
];

/// Gives names, none of them twice.
#[derive(Debug)]
pub(super) struct Names {
    random: Random,
    taken: BTreeSet<usize>,
    round: usize,
}

/// A name in English and in Chinese.
#[derive(Clone, Debug, Default)]
pub(super) struct Name {
    pub(super) english: String,
    pub(super) chinese: String,
}

impl Name {
    pub(super) fn new(english: &str, chinese: &str) -> Self {
        Self {
            english: english.to_owned(),
            chinese: chinese.to_owned(),
        }
    }
}

impl Names {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed, 3),
            taken: BTreeSet::new(),
            round: 0,
        }
    }

    /// A stem that no other name has; very large towns tell their districts apart by a number.
    pub(super) fn stem(&mut self) -> Name {
        let all = FIRST.len() * SECOND.len();
        if self.taken.len() == all {
            self.taken.clear();
            self.round += 1;
        }
        let mut no = self.random.below(all);
        while !self.taken.insert(no) {
            no = (no + 1) % all;
        }
        let (first, second) = (FIRST[no % FIRST.len()], SECOND[no / FIRST.len()]);
        let mut name = Name::new(
            &format!("{}{}", first.0, second.0),
            &format!("{}{}", first.1, second.1),
        );
        if self.round > 0 {
            name.english = format!("{} {}", name.english, ordinal(self.round + 1));
            name.chinese = format!("{}{}", name.chinese, self.round + 1);
        }
        name
    }

    pub(super) fn street(&mut self, class: Class, short: bool) -> Name {
        let stem = self.stem();
        let kinds: &[(&str, &str)] = match class {
            Class::Main => &[("Avenue", "大道"), ("Road", "路"), ("Parkway", "大街")],
            Class::Road => &[("Road", "路"), ("Street", "街"), ("Avenue", "大道")],
            _ if short => &[
                ("Lane", "巷"),
                ("Court", "里"),
                ("Close", "弄"),
                ("Place", "坊"),
            ],
            _ => &[
                ("Street", "街"),
                ("Road", "路"),
                ("Way", "道"),
                ("Lane", "巷"),
            ],
        };
        let (english, chinese) = kinds[self.random.below(kinds.len())];
        Name {
            english: format!("{} {english}", stem.english),
            chinese: format!("{}{chinese}", stem.chinese),
        }
    }
}

fn ordinal(no: usize) -> String {
    const WORDS: [&str; 9] = [
        "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth",
    ];
    WORDS
        .get(no - 2)
        .map_or_else(|| format!("No {no}"), |word| (*word).to_owned())
}
