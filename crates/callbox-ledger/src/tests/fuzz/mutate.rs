//! Changes bytes at random, the same way for the same seed.

/// Values at which lengths, signs and types change.
const EDGES: [u8; 10] = [0, 1, 0x0a, 0x20, 0x7f, 0x80, 0xc0, 0xf5, 0xfe, 0xff];
/// Words at which the formats turn.
const WORDS: [&[u8]; 12] = [
    b"\n\n",
    b"\n",
    b" ",
    b"+",
    b"\xe2\x80\x94 ",
    b"old ",
    b"index ",
    b"extra ",
    b"18446744073709551615",
    b"\xd8\x40",
    b"\x9f",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
];
/// Longer inputs are cut: no format has its edges only there.
const MAX_BYTES: usize = 64 * 1024;

/// A small generator (xorshift64*); a failing run is repeated from its seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        // Seeds that differ in one bit should begin far apart, and none at zero.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// Makes one to eight changes to one of the seeds; sometimes none.
pub(crate) fn mutate(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..dice.below(9) {
        change(&mut bytes, seeds, dice);
    }
    bytes.truncate(MAX_BYTES);
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let end = at + dice.below((bytes.len() - at).min(64) + 1);
    match dice.below(9) {
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        1 if at < bytes.len() => bytes[at] = EDGES[dice.below(EDGES.len())],
        2 if at < bytes.len() => bytes[at] = bytes[at].wrapping_add(1),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let copy = bytes[at..end].to_vec();
            let to = dice.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        5 => {
            let word = WORDS[dice.below(WORDS.len())];
            bytes.splice(at..end.min(at + word.len()), word.iter().copied());
        }
        6 => {
            // The end of another seed, so that parts of two formats or sizes meet.
            let other = &seeds[dice.below(seeds.len())];
            let from = dice.below(other.len() + 1);
            bytes.splice(at.., other[from..].iter().copied());
        }
        7 => {
            let n = 1 + dice.below(8);
            let random: Vec<u8> = (0..n).map(|_| dice.next() as u8).collect();
            bytes.splice(at..at, random);
        }
        _ => bytes.truncate(at),
    }
}
