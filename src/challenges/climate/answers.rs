//! What a graphics processor made of episodes, kept as an input: in memory for every simulation that comes to the same
//! question, and in a folder for every replay.
//!
//! A file for each answer, named by the hash of its question, with a checksum. The first answer to a question holds:
//! of two simulations that solve the same episode at the same time, both take that one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::flood::Flood;
use super::heat::Warmth;
use crate::sim::files::{FileError, load_checked, save_checked};

/// BLAKE3 of all that goes into an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question(pub(super) [u8; 32]);

/// What came out of an episode, quantised, on the ground raster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Water.
    Flood(Flood),
    /// Heat.
    Heat(Warmth),
}

impl Question {
    /// Hexadecimal.
    pub fn name(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }

    /// From [`Self::name`].
    pub fn of_name(name: &str) -> Option<Question> {
        Some(Question(*blake3::Hash::from_hex(name).ok()?.as_bytes()))
    }
}

/// Answers that are known. A clone is the same store.
#[derive(Debug, Clone, Default)]
pub struct Answers(Arc<Mutex<BTreeMap<Question, Answer>>>);

impl Answers {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Question, Answer>> {
        // Answers come in whole, so a panic elsewhere cannot leave half of one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what was made before.
    pub fn know(&self, answers: impl IntoIterator<Item = (Question, Answer)>) {
        self.lock().extend(answers);
    }

    /// True if nothing is known.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// The answer to `question`.
    pub fn get(&self, question: Question) -> Option<Answer> {
        self.lock().get(&question).cloned()
    }

    /// Takes in an answer. If there is one already, that one holds, and comes back.
    pub(super) fn add(&self, question: Question, answer: impl FnOnce() -> Answer) -> Option<Answer> {
        let mut known = self.lock();
        if let Some(first) = known.get(&question) {
            return Some(first.clone());
        }
        known.insert(question, answer());
        None
    }

    /// Writes down all that `folder` has not yet.
    pub fn write(&self, folder: &Path) -> Result<(), FileError> {
        self.lock().iter().try_for_each(|(question, answer)| write_one(folder, question, answer))
    }
}

/// First bytes of a file.
const MAGIC: &[u8; 8] = b"WBEPIS01";

fn write_one(folder: &Path, question: &Question, answer: &Answer) -> Result<(), FileError> {
    let path = folder.join(format!("{}.bin", question.name()));
    if path.is_file() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(FileError::io(folder))?;
    let bytes = postcard::to_stdvec(answer).expect("episodes can be written");
    save_checked(&path, MAGIC, &bytes)
}

/// Writes down answers that `folder` has not yet.
pub fn write(folder: &Path, answers: &[(Question, Answer)]) -> Result<(), FileError> {
    answers.iter().try_for_each(|(question, answer)| write_one(folder, question, answer))
}

fn files(folder: &Path) -> Vec<(Question, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| {
        let path = entry.path();
        Some((Question::of_name(path.file_name()?.to_str()?.strip_suffix(".bin")?)?, path))
    });
    let mut found: Vec<(Question, PathBuf)> = named.collect();
    found.sort();
    found
}

/// Reads the answers in `folder`; none if it is not there.
pub fn read(folder: &Path) -> Result<Vec<(Question, Answer)>, FileError> {
    let read = |(question, path): (Question, PathBuf)| {
        let bytes = load_checked(&path, MAGIC)?;
        let answer = postcard::from_bytes(&bytes).map_err(|_| FileError::Damaged { path })?;
        Ok((question, answer))
    };
    files(folder).into_iter().map(read).collect()
}

/// Removes the answers in `folder`, and the folder if nothing else lies in it.
pub fn discard(folder: &Path) {
    // What is not there need not go.
    files(folder).into_iter().for_each(|(_, path)| drop(fs::remove_file(path)));
    let _ = fs::remove_dir(folder);
}
