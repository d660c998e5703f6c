//! Deterministic CBOR (RFC 8949, section 4.2.1) as far as events use it.

/// Says what is not canonical in `bytes`, which hold one value.
pub(crate) fn check(bytes: &[u8]) -> Result<(), String> {
    match value(bytes)? {
        [] => Ok(()),
        rest => Err(format!("{} bytes follow the value", rest.len())),
    }
}

/// Checks the first value and gives what follows it.
fn value(bytes: &[u8]) -> Result<&[u8], String> {
    let (major, argument, rest) = head(bytes)?;
    let len = usize::try_from(argument).map_err(|error| error.to_string())?;
    match major {
        0 | 1 => Ok(rest),
        2 | 3 => rest.get(len..).ok_or_else(|| "a string is cut off".into()),
        4 => (0..len).try_fold(rest, |rest, _| value(rest)),
        5 => {
            let (mut rest, mut last): (_, &[u8]) = (rest, &[]);
            for _ in 0..len {
                let after_key = value(rest)?;
                let key = &rest[..rest.len() - after_key.len()];
                if key <= last {
                    return Err(format!("key {key:02x?} does not follow {last:02x?}"));
                }
                last = key;
                rest = value(after_key)?;
            }
            Ok(rest)
        }
        7 if (20..=22).contains(&argument) => Ok(rest),
        _ => Err(format!("major type {major} with {argument} is not used")),
    }
}

/// The major type and the argument of the first byte, which must be the shortest.
fn head(bytes: &[u8]) -> Result<(u8, u64, &[u8]), String> {
    let (first, rest) = bytes.split_first().ok_or("a value is missing")?;
    let (major, info) = (first >> 5, first & 0x1f);
    let (len, least) = match info {
        0..24 => return Ok((major, info.into(), rest)),
        24 => (1, 24),
        25 => (2, 1 << 8),
        26 => (4, 1 << 16),
        27 => (8, 1 << 32),
        _ => return Err("an indefinite length".into()),
    };
    let (number, rest) = rest.split_at_checked(len).ok_or("a head is cut off")?;
    let argument = number
        .iter()
        .fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    match argument >= least {
        true => Ok((major, argument, rest)),
        false => Err(format!("{argument} stands in {len} bytes")),
    }
}

#[test]
fn the_checker_tells_canonical_from_other() {
    for good in [
        "00",
        "1818",
        "a0",
        "a20001182001",
        "a2000120f6",
        "8163616263",
        "f5",
        "3903e8",
    ] {
        let result = check(&hex(good));
        assert_eq!(result, Ok(()), "{good}");
    }
    for bad in [
        "",
        "1800",
        "1817",
        "190017",
        "9fff",
        "a201010000",
        "a2000100f5",
        "62",
        "0000",
        "fb",
        "c000",
    ] {
        assert!(check(&hex(bad)).is_err(), "{bad}");
    }
}

/// Reads hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    assert!(digits.len().is_multiple_of(2), "{digits}");
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}
