//! The run folder: who may write it, and the small files in it.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::challenges::climate::answers::{self, Answer, Question};
use crate::indicators::Table;
use crate::scenario::{CitySource, MeasureArea, Overrides, Place, Problems, Scenario, files::Files, load};
use crate::sim::files::{FileError, write_atomic};
use crate::sim::{Order, Simulation};

/// Why a run folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is a run in it already.
    #[error("{} holds a run already", .0.display())]
    Taken(PathBuf),
    /// Another process works in it.
    #[error("another process is working in {}", .0.display())]
    Busy(PathBuf),
    /// Not a run folder.
    #[error("{} is not a run folder: it has no {file}", folder.display())]
    NoRun {
        /// The folder.
        folder: PathBuf,
        /// What is missing.
        file: &'static str,
    },
    /// The run was made by another version of the program.
    #[error("{} was made by version {theirs}, and this is {ours}", folder.display())]
    OtherVersion {
        /// The folder.
        folder: PathBuf,
        /// Its version.
        theirs: String,
        /// Ours.
        ours: String,
    },
    /// An input has changed since.
    #[error("{} has changed since the run began", .0.display())]
    ChangedInput(PathBuf),
    /// `provenance.json` cannot be understood.
    #[error("{}: {source}", path.display())]
    Provenance {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The scenario in it is not sound.
    #[error(transparent)]
    Scenario(#[from] Problems),
    /// The operating system refused.
    #[error(transparent)]
    File(#[from] FileError),
}

/// An input of a run, with its checksum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Path, absolute or from the run folder.
    pub path: PathBuf,
    /// BLAKE3, hexadecimal.
    pub blake3: String,
}

/// Where a run comes from: `provenance.json`. Holds nothing that differs between two equal runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of the program.
    pub version: String,
    /// Features it was built with.
    pub features: Vec<String>,
    /// Name of the run.
    pub name: String,
    /// Which of several variants, e.g. `baseline`.
    pub variant: String,
    /// Seed.
    pub seed: u64,
    /// Where fields were computed.
    pub backend: String,
    /// Files that the run was made from.
    pub inputs: Vec<InputFile>,
    /// What came out; `None` until the run is done.
    pub result: Option<RunResult>,
    /// Digest at the end; `None` until the run is done.
    pub digest: Option<String>,
}

/// Counts at the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunResult {
    /// Months simulated.
    pub months: u16,
    /// Residents at the end.
    pub residents: u64,
    /// Households at the end.
    pub households: u64,
}

/// Features that this program was built with.
pub fn features() -> Vec<String> {
    let all = [("gpu", cfg!(feature = "gpu")), ("viewer", cfg!(feature = "viewer"))];
    all.iter().filter(|(_, on)| *on).map(|(name, _)| (*name).to_string()).collect()
}

/// Wall times, the only thing in a run folder that differs between equal runs: `timings.json`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Timings {
    /// Making the city and its people, s.
    pub start_s: f64,
    /// Stepping alone, s.
    pub ticks_s: f64,
    /// Writing tables, s.
    pub record_s: f64,
    /// Maps and report, s.
    pub report_s: f64,
    /// Writing checkpoints, s.
    pub checkpoint_s: f64,
    /// Threads.
    pub threads: usize,
    /// How often the run was gone on with.
    pub resumed: u32,
}

impl Timings {
    /// Reads `timings.json` of the run folder `path`; zeros if it is not there.
    pub(super) fn read(path: &Path) -> Timings {
        let text = fs::read_to_string(path.join("timings.json")).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }
}

/// A run folder that this process alone may write, for as long as this value lives.
pub struct RunFolder {
    path: PathBuf,
    /// Locked; the lock goes with the process, however it ends.
    _lock: File,
}

impl RunFolder {
    /// Makes the folder `path`. Refuses one that holds a run, unless `replace`: then that run is removed.
    pub fn create(path: &Path, replace: bool) -> Result<RunFolder, FolderError> {
        fs::create_dir_all(path).map_err(FileError::io(path))?;
        let folder = RunFolder::lock(path)?;
        let has_run = ["scenario.toml", "provenance.json", "city_month"].iter().any(|name| path.join(name).exists());
        if has_run && !replace {
            return Err(FolderError::Taken(path.into()));
        }
        folder.remove(PARTS)?;
        folder.clear_tables()?;
        Ok(folder)
    }

    /// Opens the run in folder `path` to go on with it.
    pub fn open(path: &Path) -> Result<RunFolder, FolderError> {
        if !path.join("scenario.toml").is_file() {
            return Err(FolderError::NoRun { folder: path.into(), file: "scenario.toml" });
        }
        RunFolder::lock(path)
    }

    fn lock(path: &Path) -> Result<RunFolder, FolderError> {
        let name = path.join(".lock");
        let file = File::create(&name).map_err(FileError::io(&name))?;
        match file.try_lock() {
            Ok(()) => Ok(RunFolder { path: path.into(), _lock: file }),
            Err(TryLockError::WouldBlock) => Err(FolderError::Busy(path.into())),
            Err(TryLockError::Error(error)) => Err(FileError::io(&name)(error).into()),
        }
    }

    /// Removes tables and checkpoints, to start again.
    pub fn clear_tables(&self) -> Result<(), FileError> {
        self.remove(&Table::ALL.map(Table::name))?;
        self.remove(&["checkpoint"])
    }

    fn remove(&self, names: &[&str]) -> Result<(), FileError> {
        for name in names {
            let part = self.path.join(name);
            let removed = if part.is_dir() { fs::remove_dir_all(&part) } else { fs::remove_file(&part) };
            match removed {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(FileError::io(&part)(error)),
                _ => (),
            }
        }
        Ok(())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the scenario, complete; a recipe of a generated city is copied beside it, so that the folder needs
    /// nothing else. Returns the files that the run depends on.
    pub fn write_scenario(&self, scenario: &Scenario) -> Result<Vec<InputFile>, FolderError> {
        let mut scenario = scenario.clone();
        let mut inputs = Vec::new();
        match &mut scenario.city {
            CitySource::Recipe { config, .. } => {
                let text = Files.read(&Place::whole(config.display().to_string()), config)?;
                self.write("city.toml", text.as_bytes())?;
                *config = "city.toml".into();
                inputs.push("city.toml".into());
            }
            CitySource::Pack { file } => {
                *file = absolute(file);
                inputs.push(file.clone());
            }
        }
        for measure in &mut scenario.measures {
            if let MeasureArea::File(path) = &mut measure.area {
                *path = absolute(path);
                inputs.push(path.clone());
            }
        }
        let text = format!("# The scenario of this run, complete. Written by waterbed.\n\n{}", scenario.to_toml());
        self.write("scenario.toml", text.as_bytes())?;
        let with_sum = |path: PathBuf| Ok(InputFile { blake3: checksum(&self.path.join(&path))?, path });
        inputs.into_iter().map(with_sum).collect()
    }

    /// Reads the scenario back.
    pub fn read_scenario(&self) -> Result<Scenario, FolderError> {
        Ok(load(&self.path.join("scenario.toml").to_string_lossy(), &Overrides::default())?)
    }

    /// Writes `provenance.json`.
    pub fn write_provenance(&self, provenance: &Provenance) -> Result<(), FileError> {
        self.write_json("provenance.json", provenance)
    }

    /// Reads `provenance.json`, and checks that version and inputs are as they were.
    pub fn read_provenance(&self) -> Result<Provenance, FolderError> {
        let provenance = Provenance::read(&self.path)?;
        let ours = env!("CARGO_PKG_VERSION");
        if provenance.version != ours {
            let theirs = provenance.version;
            return Err(FolderError::OtherVersion { folder: self.path.clone(), theirs, ours: ours.into() });
        }
        // Paths count from the run folder; `join` leaves absolute ones as they are.
        let same = |input: &&InputFile| checksum(&self.path.join(&input.path)).is_ok_and(|sum| sum == input.blake3);
        match provenance.inputs.iter().find(|input| !same(input)) {
            Some(input) => Err(FolderError::ChangedInput(input.path.clone())),
            None => Ok(provenance),
        }
    }

    /// Writes `timings.json`.
    pub fn write_timings(&self, timings: &Timings) -> Result<(), FileError> {
        self.write_json("timings.json", timings)
    }

    /// Keeps what a graphics processor made, so that a replay can take it from there: `episodes/`.
    pub fn write_episodes(&self, episodes: &[(Question, Answer)]) -> Result<(), FileError> {
        answers::write(&self.path.join(EPISODES), episodes)
    }

    /// Writes every order given so far to `orders.jsonl`, one a line.
    pub fn write_orders(&self, simulation: &Simulation) -> Result<(), FileError> {
        let line = |order: &Order| serde_json::to_string(order).expect("orders can be written") + "\n";
        self.write("orders.jsonl", simulation.orders().iter().map(line).collect::<String>().as_bytes())
    }

    fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), FileError> {
        let text = serde_json::to_string_pretty(value).expect("run files can be written") + "\n";
        self.write(name, text.as_bytes())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        write_atomic(&self.path.join(name), |file| file.write_all(bytes))
    }
}

impl Provenance {
    /// Reads `provenance.json` of the run folder `path`.
    pub fn read(path: &Path) -> Result<Provenance, FolderError> {
        let file = path.join("provenance.json");
        if !file.is_file() {
            return Err(FolderError::NoRun { folder: path.into(), file: "provenance.json" });
        }
        let text = fs::read_to_string(&file).map_err(FileError::io(&file))?;
        serde_json::from_str(&text).map_err(|source| FolderError::Provenance { path: file, source })
    }
}

/// What a run writes beside its tables.
const PARTS: &[&str] =
    &["provenance.json", "scenario.toml", "city.toml", "orders.jsonl", "timings.json", "report.html", "maps", EPISODES];

/// Where exposure that a graphics processor made is kept.
const EPISODES: &str = "episodes";

/// Where exposure that a graphics processor made is kept in the run folder `folder`.
pub fn episodes_of(folder: &Path) -> PathBuf {
    folder.join(EPISODES)
}

/// BLAKE3 of the file at `path`, hexadecimal.
fn checksum(path: &Path) -> Result<String, FileError> {
    let mut hasher = blake3::Hasher::new();
    File::open(path).and_then(|mut file| std::io::copy(&mut file, &mut hasher)).map_err(FileError::io(path))?;
    Ok(hasher.finalize().to_string())
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_folder_is_neither_overwritten_nor_shared() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out/base-1");
        let folder = RunFolder::create(&path, false).unwrap();
        assert!(matches!(RunFolder::create(&path, false), Err(FolderError::Busy(_))));
        assert!(matches!(RunFolder::open(&path), Err(FolderError::NoRun { .. })));
        folder.write("scenario.toml", b"name = \"x\"").unwrap();
        drop(folder);
        fs::write(path.join("notes.txt"), "mine").unwrap();
        assert!(matches!(RunFolder::create(&path, false), Err(FolderError::Taken(_))));
        drop(RunFolder::create(&path, true).unwrap());
        assert!(!path.join("scenario.toml").exists());
        assert!(path.join("notes.txt").exists(), "what the user put there stays");
    }
}
