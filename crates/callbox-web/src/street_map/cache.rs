use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use callbox_geo::map::StreetMap;

/// A tile's zoom, column and row.
pub(super) type Address = (u8, u32, u32);

/// The most bytes of tiles that are kept.
const MAX_BYTES: usize = 64 << 20;

/// The tiles that were made last, so that twenty boards on one town make each once.
#[derive(Debug, Default)]
pub(crate) struct TileCache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    tiles: HashMap<Address, Arc<[u8]>>,
    /// The oldest first.
    order: VecDeque<Address>,
    bytes: usize,
}

impl TileCache {
    /// The tile, made now if it is not there; `None` where there can be none.
    ///
    /// Two that ask at once may both make it; they make the same.
    pub(super) fn tile(&self, map: &StreetMap, address: Address) -> Option<Arc<[u8]>> {
        let known = self.lock().tiles.get(&address).cloned();
        if known.is_some() {
            return known;
        }
        let (zoom, x, y) = address;
        let tile: Arc<[u8]> = map.tile(zoom, x, y)?.into();
        self.keep(address, &tile, MAX_BYTES);
        Some(tile)
    }

    fn keep(&self, address: Address, tile: &Arc<[u8]>, max_bytes: usize) {
        let mut kept = self.lock();
        if kept.tiles.insert(address, Arc::clone(tile)).is_some() {
            return;
        }
        kept.order.push_back(address);
        kept.bytes += tile.len();
        while kept.bytes > max_bytes {
            let Some(oldest) = kept.order.pop_front() else {
                break;
            };
            if let Some(gone) = kept.tiles.remove(&oldest) {
                kept.bytes -= gone.len();
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_tiles_go_when_there_are_too_many_bytes() {
        let cache = TileCache::default();
        for x in 0..10 {
            cache.keep((6, x, 0), &Arc::from(vec![0u8; 100]), 350);
        }
        let kept = cache.lock();
        assert_eq!(kept.bytes, 300);
        assert_eq!(kept.order, [(6, 7, 0), (6, 8, 0), (6, 9, 0)]);
        assert_eq!(kept.tiles.len(), 3);
    }
}
