//! Autosaves, locks and the list of recent sessions.
//!
//! A session that runs owns one autosave by holding a lock on a file beside it; the lock goes with the process, however
//! that ends. So an autosave whose lock is free was left by a session that is over, and is offered to go on with.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::file::{SUFFIX, SessionFile, episodes_of, load_or_before, with_suffix};
use crate::challenges::climate::answers;

/// How many sessions of one name may run at the same time.
const MOST: usize = 20;

/// How many recent sessions are remembered.
const RECENT: usize = 8;

/// The folder for autosaves, of this user.
pub fn default_folder() -> PathBuf {
    let of = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let state = of("XDG_STATE_HOME").or_else(|| of("LOCALAPPDATA"));
    let home = || of("HOME").map(|home| home.join(".local").join("state"));
    state.or_else(home).unwrap_or_else(std::env::temp_dir).join("waterbed")
}

/// Holds a lock on `path` with `.lock` behind it; `None` if another process holds it.
pub fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(with_suffix(path, ".lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// The autosave of a session that runs.
#[derive(Debug)]
pub struct Keeper {
    path: PathBuf,
    kept: Option<SessionFile>,
    _lock: File,
}

impl Keeper {
    /// Claims an autosave for a session called `name` in `folder`.
    pub fn claim(folder: &Path, name: &str) -> io::Result<Keeper> {
        fs::create_dir_all(folder)?;
        for i in 1..=MOST {
            let number = if i == 1 { String::new() } else { format!("-{i}") };
            let path = folder.join(format!("{name}{number}.{SUFFIX}"));
            // One that an earlier session left is not overwritten: it can still be gone on with.
            if path.exists() {
                continue;
            }
            if let Some(lock) = lock(&path)? {
                return Ok(Keeper { path, kept: None, _lock: lock });
            }
        }
        Err(io::Error::other(format!("{}: too many autosaves called {name}", folder.display())))
    }

    /// Takes over the autosave at `path`, which an earlier session left; `None` if that session still runs.
    pub fn take_over(path: &Path) -> io::Result<Option<Keeper>> {
        Ok(lock(path)?.map(|lock| Keeper { path: path.into(), kept: None, _lock: lock }))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Saves `file` if it is another than was saved last.
    pub fn keep(&mut self, file: &SessionFile) -> Result<(), super::SessionError> {
        if self.kept.as_ref() != Some(file) {
            file.autosave(&self.path)?;
            self.kept = Some(file.clone());
        }
        Ok(())
    }

    /// The session is over and saved elsewhere, or nothing of it is worth keeping.
    pub fn discard(self) {
        discard(&self.path);
    }
}

/// Removes an autosave and what belongs to it.
pub fn discard(path: &Path) {
    for suffix in ["", ".before", ".lock"] {
        // What is not there need not go.
        let _ = fs::remove_file(with_suffix(path, suffix));
    }
    answers::discard(&episodes_of(path));
}

/// A session that was left without being saved.
#[derive(Debug)]
pub struct Left {
    /// Its autosave.
    pub path: PathBuf,
    /// What is in it.
    pub file: SessionFile,
}

/// Autosaves in `folder` that no running session owns, the newest first. Those that cannot be read are passed over.
pub fn left_behind(folder: &Path) -> Vec<Left> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|e| e == SUFFIX))
        .filter(|path| lock(path).is_ok_and(|lock| lock.is_some()))
        .filter_map(|path| {
            let (file, _) = load_or_before(&path).ok()?;
            let age = path.metadata().ok()?.modified().ok()?;
            Some((age, Left { path, file }))
        })
        .collect();
    found.sort_by_key(|(age, _)| std::cmp::Reverse(*age));
    found.into_iter().map(|(_, left)| left).collect()
}

/// Session files that were used last, the newest first.
pub fn recent(folder: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(folder.join("recent.txt")).unwrap_or_default();
    text.lines().map(PathBuf::from).filter(|path| path.is_file()).take(RECENT).collect()
}

/// Remembers that `path` was used.
pub fn remember(folder: &Path, path: &Path) -> io::Result<()> {
    let path = path.canonicalize()?;
    let mut list = vec![path.clone()];
    list.extend(recent(folder).into_iter().filter(|p| *p != path));
    let text: String = list.iter().take(RECENT).map(|p| format!("{}\n", p.display())).collect();
    fs::create_dir_all(folder)?;
    fs::write(folder.join("recent.txt"), text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Overrides, load};

    #[test]
    fn an_autosave_belongs_to_one_session_and_outlives_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = SessionFile::new(load("base", &Overrides::default()).unwrap());
        let mut one = Keeper::claim(dir.path(), "base").unwrap();
        one.keep(&file).unwrap();
        let mut two = Keeper::claim(dir.path(), "base").unwrap();
        assert_ne!(one.path(), two.path());
        two.keep(&file).unwrap();
        assert!(left_behind(dir.path()).is_empty(), "both run");
        let path = one.path().to_path_buf();
        drop(one);
        let left = left_behind(dir.path());
        assert_eq!(left.iter().map(|l| &l.path).collect::<Vec<_>>(), [&path]);
        assert_ne!(Keeper::claim(dir.path(), "base").unwrap().path(), path, "what was left is not overwritten");
        let again = Keeper::take_over(&path).unwrap().unwrap();
        assert!(Keeper::take_over(&path).unwrap().is_none());
        again.discard();
        assert!(!path.exists());
    }

    #[test]
    fn the_recent_ones_come_newest_first_and_once() {
        let dir = tempfile::tempdir().unwrap();
        let make = |name: &str| {
            let path = dir.path().join(name);
            fs::write(&path, "").unwrap();
            remember(dir.path(), &path).unwrap();
            path.canonicalize().unwrap()
        };
        let (a, b) = (make("a"), make("b"));
        make("a");
        assert_eq!(recent(dir.path()), [a, b]);
    }
}
