//! The words of all names as a trie: looked up exactly, by their beginning, and with typing errors.
//!
//! The search walks the trie with one row of the edit distance (optimal string alignment: insertion, deletion,
//! replacement, and transposition of neighbours) for each letter, and leaves a branch as soon as no row entry is within
//! the bound. It visits at most [`MAX_VISITS`] nodes, so that its time is bounded whatever is asked.

/// The most nodes that one search visits.
const MAX_VISITS: usize = 60_000;

/// The most words that one search gives.
pub(crate) const MAX_MATCHES: usize = 400;

/// The longest word that is compared with typing errors, in characters.
const MAX_LENGTH: usize = 31;

/// A word found for what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    /// The index of the word in the sorted list.
    pub(crate) word: u32,
    /// The number of typing errors.
    pub(crate) errors: u8,
    /// Whether only the beginning of the word was typed.
    pub(crate) beginning: bool,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    letter: char,
    first_child: u32,
    children: u32,
    /// The words below and at this node, as a range of the sorted list.
    words: (u32, u32),
    /// Whether the first of them ends here.
    ends: bool,
}

/// The trie over a sorted list of words.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    nodes: Vec<Node>,
}

impl Dictionary {
    /// Builds the trie; `words` must be sorted by their characters and free of repetitions.
    pub(crate) fn new(words: &[Vec<char>]) -> Self {
        let all = u32::try_from(words.len()).unwrap_or(u32::MAX);
        let mut nodes = vec![Node {
            letter: '\0',
            first_child: 0,
            children: 0,
            words: (0, all),
            ends: false,
        }];
        let mut depths = vec![0_usize];
        let mut at = 0;
        while at < nodes.len() {
            let (low, high) = (nodes[at].words.0 as usize, nodes[at].words.1 as usize);
            let depth = depths[at];
            let first_child = nodes.len();
            let ends = low < high && words[low].len() == depth;
            let mut start = low + usize::from(ends);
            while start < high {
                let letter = words[start][depth];
                let length = words[start..high].partition_point(|word| word[depth] == letter);
                nodes.push(Node {
                    letter,
                    first_child: 0,
                    children: 0,
                    words: (to_u32(start), to_u32(start + length)),
                    ends: false,
                });
                depths.push(depth + 1);
                start += length;
            }
            nodes[at].first_child = to_u32(first_child);
            nodes[at].children = to_u32(nodes.len() - first_child);
            nodes[at].ends = ends;
            at += 1;
        }
        Self { nodes }
    }

    /// The word that is exactly this one.
    pub(crate) fn exact(&self, word: &[char]) -> Option<u32> {
        let node = self.walk(word)?;
        node.ends.then_some(node.words.0)
    }

    fn walk(&self, word: &[char]) -> Option<&Node> {
        let mut node = self.nodes.first()?;
        for letter in word {
            node = self
                .children(node)
                .iter()
                .find(|child| child.letter == *letter)?;
        }
        Some(node)
    }

    fn children(&self, node: &Node) -> &[Node] {
        let start = node.first_child as usize;
        &self.nodes[start..start + node.children as usize]
    }

    /// The words within `bound` errors of what was typed; with `beginning`, also those whose beginning is.
    pub(crate) fn similar(&self, typed: &[char], bound: u8, beginning: bool) -> Vec<Match> {
        let mut found = Vec::new();
        if typed.is_empty() || typed.len() > MAX_LENGTH || self.nodes.is_empty() {
            return found;
        }
        let mut first = [0_u8; MAX_LENGTH + 1];
        for (cell, value) in first.iter_mut().zip(0..) {
            *cell = value;
        }
        let mut search = Search {
            typed,
            bound,
            beginning,
            visits: 0,
            found: &mut found,
            dictionary: self,
        };
        let root = self.nodes[0];
        search.descend(&root, &[0; MAX_LENGTH + 1], &first, u8::MAX, 0);
        found.sort_by_key(|found| (found.errors, found.beginning, found.word));
        found.dedup_by_key(|found| found.word);
        found.truncate(MAX_MATCHES);
        found
    }
}

struct Search<'a> {
    typed: &'a [char],
    bound: u8,
    beginning: bool,
    visits: usize,
    found: &'a mut Vec<Match>,
    dictionary: &'a Dictionary,
}

impl Search<'_> {
    /// The cells of a row that may be within the bound: as many letters typed as walked, give or take the bound.
    fn band(&self, depth: usize) -> std::ops::Range<usize> {
        let (length, bound) = (self.typed.len(), usize::from(self.bound));
        depth.saturating_sub(bound).min(length)..(depth + bound).min(length) + 1
    }

    fn descend(
        &mut self,
        node: &Node,
        before: &[u8; MAX_LENGTH + 1],
        row: &[u8; MAX_LENGTH + 1],
        best_beginning: u8,
        depth: usize,
    ) {
        let length = self.typed.len();
        if self.visits >= MAX_VISITS || self.found.len() >= 4 * MAX_MATCHES {
            return;
        }
        self.visits += 1;
        let errors = row[length];
        let best_beginning = best_beginning.min(errors);
        if node.ends && errors <= self.bound {
            self.found.push(Match {
                word: node.words.0,
                errors,
                beginning: false,
            });
        } else if node.ends && self.beginning && best_beginning <= self.bound {
            self.found.push(Match {
                word: node.words.0,
                errors: best_beginning,
                beginning: true,
            });
        }
        let completed = self.beginning && best_beginning <= self.bound;
        let band = self.band(depth);
        let minimum = row[band].iter().copied().min().unwrap_or(u8::MAX);
        if minimum > self.bound && !completed {
            return;
        }
        // Cells farther from the diagonal than the bound cannot be within it; they stay at their highest.
        let band = self.band(depth + 1);
        for child in self.dictionary.children(node) {
            let mut next = [u8::MAX; MAX_LENGTH + 1];
            for i in band.clone() {
                if i == 0 {
                    next[0] = row[0].saturating_add(1);
                    continue;
                }
                let replaced =
                    row[i - 1].saturating_add(u8::from(self.typed[i - 1] != child.letter));
                let mut cell = replaced
                    .min(row[i].saturating_add(1))
                    .min(next[i - 1].saturating_add(1));
                if depth > 0
                    && i > 1
                    && self.typed[i - 1] == node.letter
                    && self.typed[i - 2] == child.letter
                {
                    cell = cell.min(before[i - 2].saturating_add(1));
                }
                next[i] = cell;
            }
            self.descend(child, row, &next, best_beginning, depth + 1);
        }
    }
}

fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
