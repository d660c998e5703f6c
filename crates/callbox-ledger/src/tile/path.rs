use std::fmt;

/// How many hashes or entries a full tile or bundle holds.
pub const TILE_WIDTH: u16 = 256;

/// The highest level that a tree of 2^64 leaves has.
pub(crate) const MAX_LEVEL: u8 = 7;

/// Names one resource of a tiled log: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`
/// (C2SP tlog-tiles).
///
/// Parsing takes only the one spelling of each name, so a parsed path never leaves its directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TilePath {
    /// The level of a hash tile, 0 to 7, or `None` for an entry bundle.
    pub level: Option<u8>,
    /// The tile's number within its level.
    pub index: u64,
    /// How many hashes or entries it holds: 1 to [`TILE_WIDTH`]; less is a partial tile.
    pub width: u16,
}

impl TilePath {
    /// Names a hash tile.
    pub(crate) fn hashes(level: u8, index: u64, width: u16) -> Self {
        Self {
            level: Some(level),
            index,
            width,
        }
    }

    /// Names an entry bundle.
    pub(crate) fn entries(index: u64, width: u16) -> Self {
        Self {
            level: None,
            index,
            width,
        }
    }

    /// Reads a path as it stands in a URL after the log's prefix, or `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        // The longest: tile/entries/x072/x057/x594/x037/x927/935.p/255.
        if text.len() > 64 {
            return None;
        }
        let (level, rest) = text.strip_prefix("tile/")?.split_once('/')?;
        let level = match level {
            "entries" => None,
            level => Some(level.parse().ok().filter(|level| *level <= MAX_LEVEL)?),
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok()?),
            None => (rest, TILE_WIDTH),
        };
        let mut index: u64 = 0;
        for digits in number.split('/') {
            let digits: u64 = digits.strip_prefix('x').unwrap_or(digits).parse().ok()?;
            index = index.checked_mul(1000)?.checked_add(digits)?;
        }
        let path = Self {
            level,
            index,
            width,
        };
        // Whatever else was odd (signs, zeros, a missing x) does not come out as it went in.
        ((1..=TILE_WIDTH).contains(&width) && path.to_string() == text).then_some(path)
    }

    /// Tells whether this is a partial tile, which a full one takes the place of later.
    pub fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }

    /// Gives the path of the full tile in the same place.
    pub(crate) fn full(self) -> Self {
        Self {
            width: TILE_WIDTH,
            ..self
        }
    }

    /// Gives the directory that holds the partial tiles of this place.
    pub(crate) fn partials(self) -> String {
        format!("{}.p", self.full())
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/")?,
            None => f.write_str("tile/entries/")?,
        }
        let mut groups = Vec::new();
        let mut rest = self.index;
        while rest >= 1000 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        groups.push(rest);
        for (left, group) in groups.iter().enumerate().rev() {
            match left {
                0 => write!(f, "{group:03}")?,
                _ => write!(f, "x{group:03}/")?,
            }
        }
        match self.width {
            TILE_WIDTH => Ok(()),
            width => write!(f, ".p/{width}"),
        }
    }
}
