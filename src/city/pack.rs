//! A built city as one file.
//!
//! Layout, little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | magic `WBCITY\r\n`: a text-mode copy that changes line ends is noticed |
//! | 4 | version of the layout |
//! | 8 | length of the payload |
//! | 8 | length of the payload once inflated |
//! | 32 | BLAKE3 of the 28 bytes above and the payload |
//! | … | payload: the [`City`] in `postcard`, deflated |
//!
//! Nothing is inflated or decoded before the checksum fits, and inflating stops at the stated length, which has an upper
//! bound. After decoding every index is held against what it points to. A file is written beside its target, synced and
//! renamed, so that a crash leaves the old file or the new one, never half of one.
//!
//! The version changes whenever [`City`] does; other versions are refused, for a city is rebuilt in seconds.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use thiserror::Error;

use super::{City, NO_NEIGHBOURHOOD};

/// Version of the layout; a change to [`City`] raises it.
pub const VERSION: u32 = 1;

const MAGIC: &[u8; 8] = b"WBCITY\r\n";
const HEADER: usize = 8 + 4 + 8 + 8;
const HASH: usize = 32;

/// Largest file and largest inflated payload that are taken, bytes.
const MOST_FILE: u64 = 1 << 30;
const MOST_PAYLOAD: u64 = 2 << 30;

/// Why a pack cannot be written or read.
#[derive(Debug, Error)]
pub enum PackError {
    /// The system refused.
    #[error("{}: {doing}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not a city pack.
    #[error("{}: is no city pack; expected a file made by `waterbed city build`", .0.display())]
    NotAPack(PathBuf),
    /// Made by another version of the program.
    #[error("{}: has layout version {found}, expected {VERSION}; build the city again", file.display())]
    Version {
        /// The file.
        file: PathBuf,
        /// Its version.
        found: u32,
    },
    /// Shorter or longer than it says.
    #[error("{}: has {found} bytes, expected {expected}; the file is cut off or something was added", file.display())]
    Length {
        /// The file.
        file: PathBuf,
        /// Bytes there are.
        found: u64,
        /// Bytes there should be.
        expected: u64,
    },
    /// Larger than allowed.
    #[error("{}: {what} is {found} bytes, over the limit of {limit}", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// What is too large.
        what: &'static str,
        /// Its size.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// The checksum does not fit.
    #[error("{}: the checksum does not fit; the file is damaged", .0.display())]
    Checksum(PathBuf),
    /// The content makes no sense in spite of its checksum.
    #[error("{}: {message}", file.display())]
    Content {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        message: String,
    },
}

/// Saves `city` at `path`, replacing what is there only when all is written.
pub fn save(city: &City, path: &Path) -> Result<(), PackError> {
    save_on(&RealDisk, city, path)
}

/// Loads the city at `path`.
pub fn load(path: &Path) -> Result<City, PackError> {
    let io = |doing| move |source| PackError::Io { file: path.into(), doing, source };
    let file = File::open(path).map_err(io("cannot be opened"))?;
    let size = file.metadata().map_err(io("cannot be read"))?.len();
    if size > MOST_FILE {
        return Err(PackError::TooLarge { file: path.into(), what: "the file", found: size, limit: MOST_FILE });
    }
    let mut bytes = Vec::new();
    file.take(MOST_FILE + 1).read_to_end(&mut bytes).map_err(io("cannot be read"))?;
    decode(&bytes, path)
}

/// The bytes of a pack.
pub fn encode(city: &City) -> Result<Vec<u8>, postcard::Error> {
    let payload = postcard::to_stdvec(city)?;
    let mut bytes = vec![0; HEADER + HASH];
    // Level 3: a Dutch city takes a second instead of five, and grows by a tenth.
    let mut encoder = DeflateEncoder::new(bytes, Compression::new(3));
    let written = encoder.write_all(&payload).and_then(|()| encoder.finish());
    // Writing to memory cannot fail; the error type is `std::io`'s all the same.
    bytes = written.map_err(|_| postcard::Error::SerializeBufferFull)?;
    let deflated = (bytes.len() - HEADER - HASH) as u64;
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[12..20].copy_from_slice(&deflated.to_le_bytes());
    bytes[20..28].copy_from_slice(&(payload.len() as u64).to_le_bytes());
    let hash = hash_of(&bytes);
    bytes[HEADER..HEADER + HASH].copy_from_slice(&hash);
    Ok(bytes)
}

/// The city in the bytes of a pack; `file` names it in messages.
pub fn decode(bytes: &[u8], file: &Path) -> Result<City, PackError> {
    let content = |message: String| PackError::Content { file: file.into(), message };
    if !bytes.starts_with(MAGIC) {
        return Err(PackError::NotAPack(file.into()));
    }
    let (Some(version), Some(deflated), Some(inflated)) =
        (number::<4>(bytes, 8), number::<8>(bytes, 12), number::<8>(bytes, 20))
    else {
        return Err(PackError::Length {
            file: file.into(),
            found: bytes.len() as u64,
            expected: (HEADER + HASH) as u64,
        });
    };
    if version != u64::from(VERSION) {
        return Err(PackError::Version { file: file.into(), found: version as u32 });
    }
    let expected = deflated.saturating_add((HEADER + HASH) as u64);
    if bytes.len() as u64 != expected {
        return Err(PackError::Length { file: file.into(), found: bytes.len() as u64, expected });
    }
    if bytes[HEADER..HEADER + HASH] != hash_of(bytes) {
        return Err(PackError::Checksum(file.into()));
    }
    if inflated > MOST_PAYLOAD {
        return Err(PackError::TooLarge {
            file: file.into(),
            what: "the inflated content",
            found: inflated,
            limit: MOST_PAYLOAD,
        });
    }
    let mut payload = Vec::new();
    DeflateDecoder::new(&bytes[HEADER + HASH..])
        .take(inflated.saturating_add(1))
        .read_to_end(&mut payload)
        .map_err(|e| content(format!("cannot be inflated: {e}")))?;
    if payload.len() as u64 != inflated {
        return Err(content("does not inflate to the size it states".into()));
    }
    let (city, rest): (City, _) =
        postcard::take_from_bytes(&payload).map_err(|e| content(format!("cannot be decoded: {e}")))?;
    if !rest.is_empty() {
        return Err(content(format!("has {} bytes after the city", rest.len())));
    }
    check(&city).map_err(content)?;
    Ok(city)
}

/// The little-endian number of `N` bytes at `at`.
fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let part = bytes.get(at..at + N)?;
    Some(part.iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte)))
}

fn hash_of(bytes: &[u8]) -> [u8; HASH] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&bytes[..HEADER]);
    hasher.update(&bytes[HEADER + HASH..]);
    *hasher.finalize().as_bytes()
}

/// Holds every index of `city` against what it points to.
pub fn check(city: &City) -> Result<(), String> {
    let n = city.neighbourhoods.len();
    let cells = city.grid.n_cols.checked_mul(city.grid.n_rows).ok_or("grid: too large")?;
    let is_known = |i: u16| usize::from(i) < n || i == NO_NEIGHBOURHOOD;
    let require = |ok: bool, message: &str| if ok { Ok(()) } else { Err(message.to_string()) };
    require(n < usize::from(NO_NEIGHBOURHOOD), "neighbourhoods: too many")?;
    require(city.grid.cell_m > 0.0 && city.grid.cell_m.is_finite(), "grid: cells without size")?;
    require(city.neighbourhood_of_cell.len() == cells, "neighbourhood_of_cell: not one entry per cell")?;
    require(city.neighbourhood_of_cell.iter().all(|i| is_known(*i)), "neighbourhood_of_cell: no such neighbourhood")?;
    let district_ok = |d: u16| usize::from(d) < city.districts.len();
    require(city.neighbourhoods.iter().all(|x| district_ok(x.district)), "neighbourhoods: no such district")?;
    require((1..=1000).contains(&city.ground.k), "ground: k is not 1 to 1000")?;
    let fine = city.grid.split(city.ground.k);
    let rasters = [
        (city.ground.elevation_m.grid, city.ground.elevation_m.values.len()),
        (city.ground.cover.grid, city.ground.cover.values.len()),
        (city.ground.building_height_dm.grid, city.ground.building_height_dm.values.len()),
        (city.ground.sealed_pct.grid, city.ground.sealed_pct.values.len()),
        (city.ground.tree_pct.grid, city.ground.tree_pct.values.len()),
    ];
    let fits = |(grid, len): &(crate::gis::GridRef, usize)| {
        *grid == fine && fine.n_cols.checked_mul(fine.n_rows) == Some(*len)
    };
    require(rasters.iter().all(fits), "ground: a raster does not fit the grid")?;
    let home_ok = |h: &super::DwellingRecord| usize::from(h.neighbourhood) < n && (h.cell as usize) < cells;
    require(city.dwellings.iter().all(home_ok), "dwellings: no such cell or neighbourhood")?;
    require(city.amenities.iter().all(|a| is_known(a.neighbourhood)), "amenities: no such neighbourhood")?;
    require(city.buildings.iter().all(|b| is_known(b.neighbourhood)), "buildings: no such neighbourhood")
}

/// The four things that writing a file asks of a disk; tests make each of them fail.
trait Disk {
    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()>;
    fn sync(&self, path: &Path) -> std::io::Result<()>;
    fn rename(&self, from: &Path, to: &Path) -> std::io::Result<()>;
    fn sync_folder(&self, path: &Path) -> std::io::Result<()>;
}

struct RealDisk;

impl Disk for RealDisk {
    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        std::fs::write(path, bytes)
    }
    fn sync(&self, path: &Path) -> std::io::Result<()> {
        File::options().write(true).open(path)?.sync_all()
    }
    fn rename(&self, from: &Path, to: &Path) -> std::io::Result<()> {
        std::fs::rename(from, to)
    }
    fn sync_folder(&self, path: &Path) -> std::io::Result<()> {
        // Folders can be opened and synced on Unix only; elsewhere the rename alone has to do.
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }
}

fn save_on(disk: &impl Disk, city: &City, path: &Path) -> Result<(), PackError> {
    check(city).map_err(|message| PackError::Content { file: path.into(), message })?;
    let bytes = encode(city).map_err(|e| PackError::Content { file: path.into(), message: e.to_string() })?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = folder.join(format!(".{name}.{}.part", std::process::id()));
    let io = |doing| move |source| PackError::Io { file: path.into(), doing, source };
    let written = disk
        .write(&beside, &bytes)
        .map_err(io("cannot be written"))
        .and_then(|()| disk.sync(&beside).map_err(io("cannot be synced")))
        .and_then(|()| disk.rename(&beside, path).map_err(io("cannot be renamed into place")));
    if written.is_err() {
        // The part is worthless; that it cannot be removed either is not worth a second message.
        let _ = std::fs::remove_file(&beside);
    }
    written?;
    disk.sync_folder(folder).map_err(io("folder cannot be synced"))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::city::import::tests::village;

    /// A disk on which the `n`-th operation fails, half-way if it is a write.
    struct Failing {
        left: Cell<usize>,
    }

    impl Failing {
        fn go(&self) -> std::io::Result<()> {
            let left = self.left.get();
            self.left.set(left.wrapping_sub(1));
            if left == 0 { Err(std::io::Error::other("no space left")) } else { Ok(()) }
        }
    }

    impl Disk for Failing {
        fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
            self.go().inspect_err(|_| std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap())?;
            RealDisk.write(path, bytes)
        }
        fn sync(&self, path: &Path) -> std::io::Result<()> {
            self.go()?;
            RealDisk.sync(path)
        }
        fn rename(&self, from: &Path, to: &Path) -> std::io::Result<()> {
            self.go()?;
            RealDisk.rename(from, to)
        }
        fn sync_folder(&self, path: &Path) -> std::io::Result<()> {
            self.go()?;
            RealDisk.sync_folder(path)
        }
    }

    fn here() -> &'static Path {
        Path::new("test.city")
    }

    #[test]
    fn a_saved_city_comes_back_equal() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.city");
        save(&village(), &path).unwrap();
        assert!(load(&path).unwrap() == village());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn the_same_city_gives_the_same_bytes() {
        assert_eq!(encode(&village()).unwrap(), encode(&village()).unwrap());
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let bytes = encode(&village()).unwrap();
        // Every bit of the header, and of the payload as many as make a thousand.
        let payload_step = ((bytes.len() - HEADER - HASH) * 8 / 1_000).max(1);
        let bits = (0..(HEADER + HASH) * 8).chain(((HEADER + HASH) * 8..bytes.len() * 8).step_by(payload_step));
        for bit in bits {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let error = decode(&damaged, here()).map(|_| ()).expect_err("a flipped bit went unnoticed").to_string();
            assert!(error.starts_with("test.city: "), "{error}");
        }
    }

    #[test]
    fn every_truncation_is_noticed() {
        let bytes = encode(&village()).unwrap();
        for length in (0..200).chain((200..bytes.len()).step_by(bytes.len() / 500 + 1)) {
            assert!(decode(&bytes[..length], here()).is_err(), "{length} of {} bytes", bytes.len());
        }
        let longer = [bytes.as_slice(), b"x"].concat();
        assert!(matches!(decode(&longer, here()), Err(PackError::Length { .. })));
    }

    #[test]
    fn faults_have_words() {
        let bytes = encode(&village()).unwrap();
        let says = |bytes: &[u8]| decode(bytes, here()).map(|_| ()).unwrap_err().to_string();
        assert!(says(b"PK and so on").contains("is no city pack"));
        let mut newer = bytes.clone();
        newer[8..12].copy_from_slice(&(VERSION + 1).to_le_bytes());
        assert_eq!(says(&newer), "test.city: has layout version 2, expected 1; build the city again");
        assert!(says(&bytes[..bytes.len() - 1]).contains("the file is cut off"));
        let missing = load(Path::new("no-such.city")).map(|_| ()).unwrap_err().to_string();
        assert!(missing.starts_with("no-such.city: cannot be opened"), "{missing}");
    }

    /// A pack with the right checksum whose payload inflates to something else than it says.
    fn forged(payload: &[u8], claimed: u64) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(vec![0; HEADER + HASH], Compression::best());
        encoder.write_all(payload).unwrap();
        let mut bytes = encoder.finish().unwrap();
        let deflated = (bytes.len() - HEADER - HASH) as u64;
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..20].copy_from_slice(&deflated.to_le_bytes());
        bytes[20..28].copy_from_slice(&claimed.to_le_bytes());
        let hash = hash_of(&bytes);
        bytes[HEADER..HEADER + HASH].copy_from_slice(&hash);
        bytes
    }

    #[test]
    fn bombs_and_nonsense_with_a_right_checksum_are_refused() {
        let says = |bytes: &[u8]| decode(bytes, here()).map(|_| ()).unwrap_err().to_string();
        assert!(says(&forged(&[0; 1 << 20], 1_000)).contains("does not inflate to the size it states"));
        assert!(says(&forged(&[0; 100], MOST_PAYLOAD + 1)).contains("over the limit"));
        assert!(says(&forged(&[0xff; 5_000], 5_000)).contains("cannot be decoded"));
        let mut payload = postcard::to_stdvec(&village()).unwrap();
        payload.push(0);
        assert!(says(&forged(&payload, payload.len() as u64)).contains("1 bytes after the city"));
        let mut lost = village();
        lost.dwellings[0].cell = u32::MAX;
        let payload = postcard::to_stdvec(&lost).unwrap();
        assert_eq!(
            says(&forged(&payload, payload.len() as u64)),
            "test.city: dwellings: no such cell or neighbourhood"
        );
    }

    #[test]
    fn a_failing_disk_leaves_the_old_file_or_the_new_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.city");
        let old = village();
        let mut new = village();
        new.name = "New".into();
        save(&old, &path).unwrap();
        for n in 0..4 {
            let error = save_on(&Failing { left: Cell::new(n) }, &new, &path).unwrap_err().to_string();
            assert!(error.contains("no space left"), "{error}");
            let found = load(&path).unwrap();
            // Only the sync of the folder comes after the rename.
            assert!(if n < 3 { found == old } else { found == new }, "after failure {n}");
            assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "the part is removed");
            save(&old, &path).unwrap();
        }
        save_on(&Failing { left: Cell::new(4) }, &new, &path).unwrap();
        assert!(load(&path).unwrap() == new);
    }
}
