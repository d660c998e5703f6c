//! One pass over a file's blobs on every core, with results in the file's order.

use std::{
    fs::File,
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    OsmError,
    blob::{BlobAt, BlobFile},
    wire::Malformed,
};

/// How many blobs are in work before their results are folded: the bound on memory.
const WINDOW: usize = 64;

/// Calls `map` for each unpacked blob, in parallel, then `fold` with the results in order.
pub(super) fn pass<T: Send>(
    file: &BlobFile,
    blobs: &[(usize, BlobAt)],
    map: impl Fn(&[u8]) -> Result<T, Malformed> + Sync,
    mut fold: impl FnMut(usize, T),
    mut progress: impl FnMut(u64, u64),
) -> Result<(), OsmError> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let total = blobs.len() as u64;
    for (window_no, window) in blobs.chunks(WINDOW).enumerate() {
        progress((window_no * WINDOW) as u64, total);
        let next = AtomicUsize::new(0);
        let results: Mutex<Vec<Option<T>>> = Mutex::new(window.iter().map(|_| None).collect());
        let work = || -> Result<(), OsmError> {
            let mut handle = File::open(&file.path).map_err(|source| OsmError::Io {
                path: file.path.clone(),
                source,
            })?;
            let (mut packed, mut unpacked) = (Vec::new(), Vec::new());
            while let Some(&(_, blob)) = window.get(next.fetch_add(1, Ordering::Relaxed)) {
                file.read(&mut handle, blob, &mut packed, &mut unpacked)?;
                let result = map(&unpacked)
                    .map_err(|Malformed(reason)| file.damaged(blob.offset, reason))?;
                let at = window.partition_point(|(_, other)| other.offset < blob.offset);
                results.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(result);
            }
            Ok(())
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads.min(window.len()))
                .map(|_| scope.spawn(work))
                .collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().expect("a worker does not panic"))
        })?;
        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (&(no, _), result) in window.iter().zip(results) {
            fold(no, result.expect("each blob of the window was mapped"));
        }
    }
    progress(total, total);
    Ok(())
}
