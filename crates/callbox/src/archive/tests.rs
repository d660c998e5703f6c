#![expect(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;

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
