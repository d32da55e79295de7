//! Several runs at once: each on a pool of its own, so that none waits for another.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::failure::Failure;

/// Does `work` on a pool of `n` threads.
pub(super) fn with_threads<T: Send, E: From<Failure> + Send>(
    n: usize,
    work: impl FnOnce() -> Result<T, E> + Send,
) -> Result<T, E> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
    pool.map_err(|error| E::from(Failure::failed(error)))?.install(work)
}

/// Does `work` on every item, on `n_threads` threads in all; results in order of items. After a failure no further
/// item is begun.
pub(super) fn each<I: Sync, T: Send>(
    items: &[I],
    n_threads: usize,
    work: impl Fn(&I) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let n_workers = items.len().clamp(1, n_threads);
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Result<T, Failure>>>> = Mutex::new(items.iter().map(|_| None).collect());
    std::thread::scope(|scope| {
        for worker in 0..n_workers {
            // The first workers get the threads that do not divide evenly.
            let threads = n_threads / n_workers + usize::from(worker < n_threads % n_workers);
            let (next, results, work) = (&next, &results, &work);
            scope.spawn(move || {
                while let Some((at, item)) = {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    items.get(at).map(|item| (at, item))
                } {
                    let result = with_threads(threads, || work(item));
                    if result.is_err() {
                        next.store(items.len(), Ordering::SeqCst);
                    }
                    results.lock().unwrap_or_else(std::sync::PoisonError::into_inner)[at] = Some(result);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.into_iter().flatten().collect()
}
