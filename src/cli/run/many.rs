//! Several runs at once: each on a pool of its own, so that none waits for another.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::failure::Failure;
use crate::experiments::{Outcome, Plan, RunError};

/// Does `work` on a pool of `n` threads.
pub(super) fn with_threads<T: Send, E: From<Failure> + Send>(
    n: usize,
    work: impl FnOnce() -> Result<T, E> + Send,
) -> Result<T, E> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
    pool.map_err(|error| E::from(Failure::failed(error)))?.install(work)
}

/// Runs all plans on `n_threads` threads in all; outcomes in order of plans. After a failure no further run begins.
pub(super) fn run_all(
    plans: &[Plan],
    n_threads: usize,
    run: impl Fn(&Plan) -> Result<Outcome, RunError> + Sync,
) -> Result<Vec<Outcome>, Failure> {
    let n_workers = plans.len().clamp(1, n_threads);
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Result<Outcome, Failure>>>> = Mutex::new(plans.iter().map(|_| None).collect());
    std::thread::scope(|scope| {
        for worker in 0..n_workers {
            // The first workers get the threads that do not divide evenly.
            let threads = n_threads / n_workers + usize::from(worker < n_threads % n_workers);
            let (next, results, run) = (&next, &results, &run);
            scope.spawn(move || {
                while let Some((at, plan)) = {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    plans.get(at).map(|plan| (at, plan))
                } {
                    let result = with_threads(threads, || run(plan).map_err(Failure::from));
                    if result.is_err() {
                        next.store(plans.len(), Ordering::SeqCst);
                    }
                    results.lock().unwrap_or_else(std::sync::PoisonError::into_inner)[at] = Some(result);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.into_iter().flatten().collect()
}
