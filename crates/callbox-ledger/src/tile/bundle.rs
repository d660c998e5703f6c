//! Entry bundles: leaves, each with its length in two bytes before it.

use super::path::TILE_WIDTH;
use crate::leaf::Malformed;

/// Appends one entry; `false` when it is too long for two bytes of length.
pub(crate) fn put_entry(bundle: &mut Vec<u8>, leaf: &[u8]) -> bool {
    let Ok(length) = u16::try_from(leaf.len()) else {
        return false;
    };
    bundle.extend(length.to_be_bytes());
    bundle.extend(leaf);
    true
}

/// Reads the first `width` entries of a bundle (C2SP tlog-tiles, log entries).
///
/// A bundle holds at most 256 entries of at most 65,535 bytes. Refuses a bundle that ends within
/// an entry; entries after the first `width` are passed over, since a full bundle serves where a
/// partial one stood.
pub fn entries_of_bundle(bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, Malformed> {
    if width > TILE_WIDTH {
        return Err(Malformed::new("a bundle holds at most 256 entries"));
    }
    let cut = || Malformed::new("the bundle ends within an entry");
    let mut rest = bundle;
    let mut entries = Vec::with_capacity(usize::from(width));
    for _ in 0..width {
        let (length, after) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or_else(cut)?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}
