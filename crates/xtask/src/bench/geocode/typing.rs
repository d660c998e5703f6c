//! Addresses as people mistype them.

/// The short forms that people write.
pub(super) fn abbreviated(street: &str) -> String {
    const SHORT: [(&str, &str); 18] = [
        ("Street", "St"),
        ("Avenue", "Ave"),
        ("Road", "Rd"),
        ("Drive", "Dr"),
        ("Lane", "Ln"),
        ("Court", "Ct"),
        ("Circle", "Cir"),
        ("Boulevard", "Blvd"),
        ("Place", "Pl"),
        ("Terrace", "Ter"),
        ("North", "N"),
        ("South", "S"),
        ("East", "E"),
        ("West", "W"),
        ("Parkway", "Pkwy"),
        ("strasse", "str."),
        ("straße", "str."),
        ("náměstí", "nám."),
    ];
    let mut text = street.to_owned();
    for (long, short) in SHORT {
        if long.starts_with('s') {
            text = text.replace(long, short);
        } else {
            let words: Vec<&str> = text
                .split(' ')
                .map(|word| if word == long { short } else { word })
                .collect();
            text = words.join(" ");
        }
    }
    text
}

/// One letter left out, put in, replaced, or two exchanged.
pub(super) fn misspelt(text: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let places: Vec<usize> = (0..letters.len())
        .filter(|at| letters[*at].is_alphabetic())
        .collect();
    if places.is_empty() {
        return text.to_owned();
    }
    let at = places[random.below(places.len())];
    let letter = char::from(b'a' + random.below(26) as u8);
    match random.below(4) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letter),
        2 => letters[at] = letter,
        _ => {
            if at + 1 < letters.len() && letters[at + 1].is_alphabetic() {
                letters.swap(at, at + 1);
            } else {
                letters[at] = letter;
            }
        }
    }
    letters.into_iter().collect()
}

/// A small generator (xorshift64*), so that a seed gives the same draw everywhere.
pub(super) struct Random(pub(super) u64);

impl Random {
    /// A number below the limit.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }
}
