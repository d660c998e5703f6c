#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;

#[path = "../../../callbox-ledger/src/tests/fuzz/mutate.rs"]
mod mutate;

#[test]
fn what_was_put_in_comes_out() {
    let mut file = Vec::new();
    for content in [&b"short"[..], &[7; 512], &[]] {
        let size = content.len() as u64;
        put(&mut file, CHECKPOINT, size, 1_600_000_000, &mut { content }).unwrap();
    }
    end(&mut file).unwrap();
    assert_eq!(file.len() % BLOCK, 0);
    let mut from = file.as_slice();
    let mut sizes = Vec::new();
    while let Some(member) = next(&mut from).unwrap() {
        assert_eq!(member.name, CHECKPOINT);
        io::copy(&mut (&mut from).take(member.size), &mut io::sink()).unwrap();
        skip(&mut from, member.size).unwrap();
        sizes.push(member.size);
    }
    assert_eq!(sizes, [5, 512, 0]);
}

#[test]
fn a_changed_header_is_noticed() {
    let mut file = Vec::new();
    put(&mut file, KEY, 3, 0, &mut &b"key"[..]).unwrap();
    for at in [0, 124, 150, 257] {
        let mut changed = file.clone();
        changed[at] ^= 1;
        assert!(next(&mut changed.as_slice()).is_err(), "byte {at}");
    }
}

/// Reads all members, as a restore does; gives them, or where it stops.
fn members(mut from: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    while let Some(member) = next(&mut from)? {
        let mut content = Vec::new();
        (&mut from).take(member.size).read_to_end(&mut content)?;
        skip(&mut from, member.size)?;
        found.push((member.name, content));
    }
    Ok(found)
}

#[test]
fn changed_archives_harm_nobody() {
    let mut whole = Vec::new();
    for (name, content) in [(FORMAT, VERSION), (CHECKPOINT, "a note"), (KEY, "")] {
        let mut bytes = content.as_bytes();
        put(
            &mut whole,
            name,
            bytes.len() as u64,
            1_600_000_000,
            &mut bytes,
        )
        .unwrap();
    }
    end(&mut whole).unwrap();
    let real = members(&whole).unwrap();
    assert_eq!(real.len(), 3);
    let seeds = [whole.clone(), whole[..1_024].to_vec()];
    let mut dice = mutate::Dice::new(1);
    for _ in 0..20_000 {
        let bytes = mutate::mutate(&seeds, &mut dice);
        // Names and sizes are under a checksum; contents are checked by what they are.
        if let Ok(found) = members(&bytes) {
            assert!(
                found
                    .iter()
                    .all(|(_, content)| content.len() <= bytes.len())
            );
        }
    }
}
