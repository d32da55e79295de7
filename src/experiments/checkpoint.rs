//! Checkpoints: the state of a run at the end of a tick, in `checkpoint/`.
//!
//! A checkpoint is `TICK.state` (the snapshot, checksummed) and what the recorder keeps beside it. The last two are
//! kept, so that a damaged one costs an interval and not the run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sim::files::FileError;
use crate::sim::{Simulation, Snapshot};

const KEPT: usize = 2;

fn folder(run: &Path) -> PathBuf {
    run.join("checkpoint")
}

/// Writes a checkpoint of `simulation` into the run folder `run`.
pub(super) fn save(run: &Path, simulation: &mut Simulation) -> Result<(), crate::sim::SnapshotError> {
    let folder = folder(run);
    fs::create_dir_all(&folder).map_err(FileError::io(&folder))?;
    let tick = simulation.clock().tick;
    simulation.save(&folder.join(format!("{tick:05}.state")))?;
    for (_, old) in list(run).into_iter().skip(KEPT) {
        fs::remove_file(&old).map_err(FileError::io(&old))?;
    }
    Ok(())
}

/// Checkpoints in the run folder, latest first.
pub(super) fn list(run: &Path) -> Vec<(u16, PathBuf)> {
    let entries = fs::read_dir(folder(run)).into_iter().flatten().flatten();
    let mut found: Vec<(u16, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let tick = path.file_name()?.to_str()?.strip_suffix(".state")?.parse().ok()?;
            Some((tick, path))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found
}

/// Puts `simulation` back to the latest checkpoint that is whole and with which `also` can go on; returns what `also`
/// returned, and what was wrong with later ones.
pub(super) fn restore<T, E: std::fmt::Display>(
    run: &Path,
    simulation: &mut Simulation,
    mut also: impl FnMut(&mut Simulation) -> Result<T, E>,
) -> (Option<T>, Vec<String>) {
    let mut damaged = Vec::new();
    for (_, path) in list(run) {
        let restored = Snapshot::load(&path).and_then(|snapshot| simulation.restore(&snapshot));
        match restored.map_err(|error| error.to_string()).and_then(|()| also(simulation).map_err(|e| e.to_string())) {
            Ok(value) => return (Some(value), damaged),
            Err(error) => damaged.push(format!("a checkpoint cannot be used: {error}")),
        }
    }
    (None, damaged)
}

/// Removes the checkpoints of a run that is done.
pub(super) fn clear(run: &Path) -> Result<(), FileError> {
    let folder = folder(run);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(FileError::io(&folder)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{BuildError, Month};

    #[test]
    fn a_damaged_checkpoint_costs_an_interval_and_not_the_run() {
        let dir = tempfile::tempdir().unwrap();
        let empty = || Simulation::new(1, Month::new(2025, 1), |_| Ok::<(), BuildError>(())).unwrap();
        let mut simulation = empty();
        for _ in 0..3 {
            simulation.step().unwrap();
            save(dir.path(), &mut simulation).unwrap();
        }
        assert_eq!(list(dir.path()).iter().map(|c| c.0).collect::<Vec<_>>(), [3, 2]);
        let last = &list(dir.path())[0].1;
        let mut bytes = fs::read(last).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(last, bytes).unwrap();
        let mut other = empty();
        let tick = |s: &mut Simulation| Ok::<_, String>(s.clock().tick);
        let (tick_found, damaged) = restore(dir.path(), &mut other, tick);
        assert_eq!((tick_found, other.clock().tick), (Some(2), 2));
        assert!(damaged[0].contains("damaged"), "{damaged:?}");
        clear(dir.path()).unwrap();
        assert_eq!(restore(dir.path(), &mut other, tick), (None, vec![]));
    }
}
