//! House numbers as they are written.

use super::text::fold;

/// A house number: digits, and what follows them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HouseNumber {
    pub(crate) number: u32,
    /// Folded and without blanks: `a`, `-14`, `/3`, `1/2`; empty for most.
    pub(crate) suffix: String,
}

/// The largest number of a house; longer ones are telephone numbers and errors.
const MAX_NUMBER: u32 = 999_999;
/// The longest suffix, in characters.
const MAX_SUFFIX: usize = 8;
/// A range such as `12-60` also names its end if it is not longer than this.
const MAX_RANGE: u32 = 60;

impl HouseNumber {
    /// Reads one number; `None` if no digit stands first.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let folded = fold(text);
        let folded = folded.trim().trim_start_matches(['#', '№']).trim_start();
        let digits = folded
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(folded.len());
        let number = folded[..digits]
            .parse()
            .ok()
            .filter(|number| *number <= MAX_NUMBER)?;
        let rest = folded[digits..]
            .replace(['–', '—'], "-")
            .replace('½', "1/2");
        let rest = rest.trim_end_matches(['号', '號']);
        let suffix = rest.chars().filter(|c| !c.is_whitespace() && *c != '.');
        Some(Self {
            number,
            suffix: suffix.take(MAX_SUFFIX).collect(),
        })
    }

    /// Reads the numbers of a house that has several: `12;14`, `12-14`. The first is the one to show.
    pub(crate) fn list(text: &str) -> Vec<Self> {
        let mut list = Vec::new();
        for part in text.split([';', ',']).take(32) {
            let Some(number) = Self::parse(part) else {
                continue;
            };
            let end = number.suffix.strip_prefix('-').and_then(Self::parse);
            let start = number.number;
            let ranged = end.filter(|end| end.number > start && end.number - start <= MAX_RANGE);
            list.push(number);
            if let Some(end) = ranged {
                list.push(Self {
                    number: start,
                    suffix: String::new(),
                });
                list.push(end);
            }
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::HouseNumber;

    #[track_caller]
    fn check(text: &str, expected: &[(u32, &str)]) {
        let list = HouseNumber::list(text);
        let list: Vec<(u32, &str)> = list.iter().map(|n| (n.number, n.suffix.as_str())).collect();
        assert_eq!(list, expected);
    }

    #[test]
    fn reads_what_stands_on_doors() {
        check("12", &[(12, "")]);
        check("12 A", &[(12, "a")]);
        check("12-14", &[(12, "-14"), (12, ""), (14, "")]);
        check("12-3", &[(12, "-3")]);
        check("12;14", &[(12, ""), (14, "")]);
        check("123/4", &[(123, "/4")]);
        check("12 ½", &[(12, "1/2")]);
        check("１２号", &[(12, "")]);
        check("bn", &[]);
        check("4105551234", &[]);
    }
}
