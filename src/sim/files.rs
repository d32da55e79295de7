//! Files that are whole or not there: written beside their place, synced, then renamed; and files with a magic
//! number and a BLAKE3 checksum.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Not a file of this kind or of this version.
    #[error("{}: not a {kind} file of this version", path.display())]
    Kind {
        /// Which file.
        path: PathBuf,
        /// The kind that was expected.
        kind: String,
    },
    /// The checksum does not fit: truncated or altered.
    #[error("{}: damaged (its checksum does not fit)", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
}

impl FileError {
    /// Wraps what the operating system said about `path`.
    pub fn io(path: &Path) -> impl FnOnce(io::Error) -> FileError + use<> {
        let path = path.to_path_buf();
        move |source| FileError::Io { path, source }
    }
}

/// Writes `path` as a whole or not at all: a reader sees the old file or the new one, never a torn one.
pub fn write_atomic(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), FileError> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    let part = path.with_file_name(name);
    let result = File::create(&part)
        .and_then(|mut file| {
            write(&mut file)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&part, path));
    result.map_err(|source| {
        // The first error is the one to report; a part left behind harms nobody.
        let _ = fs::remove_file(&part);
        FileError::Io { path: path.to_path_buf(), source }
    })
}

/// Writes magic, checksum and payload, atomically.
pub fn save_checked(path: &Path, magic: &[u8; 8], payload: &[u8]) -> Result<(), FileError> {
    write_atomic(path, |file| {
        file.write_all(magic)?;
        file.write_all(blake3::hash(payload).as_bytes())?;
        file.write_all(payload)
    })
}

/// The same for a payload that is written piece by piece, so that it need not be in memory as a whole.
pub fn save_checked_by(
    path: &Path,
    magic: &[u8; 8],
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), FileError> {
    write_atomic(path, |file| {
        file.write_all(magic)?;
        file.write_all(&[0; 32])?;
        let mut hashed = Hashed { out: BufWriter::with_capacity(1 << 18, &mut *file), hasher: blake3::Hasher::new() };
        write(&mut hashed)?;
        hashed.out.flush()?;
        let hash = hashed.hasher.finalize();
        drop(hashed);
        file.seek(SeekFrom::Start(8))?;
        file.write_all(hash.as_bytes())
    })
}

/// Writes, and hashes what it writes.
struct Hashed<W> {
    out: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Reads what [`save_checked`] wrote.
pub fn load_checked(path: &Path, magic: &[u8; 8]) -> Result<Vec<u8>, FileError> {
    let mut bytes = fs::read(path).map_err(FileError::io(path))?;
    let kind = || String::from_utf8_lossy(magic).into_owned();
    if bytes.len() < 8 || &bytes[..8] != magic {
        return Err(FileError::Kind { path: path.into(), kind: kind() });
    }
    if bytes.len() < 40 || blake3::hash(&bytes[40..]).as_bytes()[..] != bytes[8..40] {
        return Err(FileError::Damaged { path: path.into() });
    }
    bytes.drain(..40);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_flip_and_every_truncation_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        save_checked(&path, b"TESTFILE", b"payload").unwrap();
        let good = fs::read(&path).unwrap();
        assert_eq!(load_checked(&path, b"TESTFILE").unwrap(), b"payload");
        save_checked_by(&path, b"TESTFILE", |out| {
            out.write_all(b"pay")?;
            out.write_all(b"load")
        })
        .unwrap();
        assert_eq!(fs::read(&path).unwrap(), good, "in pieces or at once");
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, bad).unwrap();
            assert!(load_checked(&path, b"TESTFILE").is_err(), "bit {bit}");
        }
        for n in 0..good.len() {
            fs::write(&path, &good[..n]).unwrap();
            assert!(load_checked(&path, b"TESTFILE").is_err(), "{n} bytes");
        }
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        write_atomic(&path, |f| f.write_all(b"old")).unwrap();
        let failed = write_atomic(&path, |f| {
            f.write_all(b"ne")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.unwrap_err().to_string().contains("disk full"));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
