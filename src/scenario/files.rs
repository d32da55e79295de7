//! Where the files that a scenario names are found: beside the file that names them, in the current folder, or built
//! into the program.

use std::path::{Path, PathBuf};

use super::problem::{Place, Problems};

/// Files built into the program, so that it runs from any folder: (name, text).
pub const BUILT_IN: &[(&str, &str)] = &[
    ("configs/scenarios/base.toml", include_str!("../../configs/scenarios/base.toml")),
    ("configs/scenarios/heat-and-rain.toml", include_str!("../../configs/scenarios/heat-and-rain.toml")),
    ("configs/scenarios/programmes.toml", include_str!("../../configs/scenarios/programmes.toml")),
    ("configs/scenarios/s1-metropolis.toml", include_str!("../../configs/scenarios/s1-metropolis.toml")),
    ("configs/scenarios/s2-spreading.toml", include_str!("../../configs/scenarios/s2-spreading.toml")),
    ("configs/scenarios/s3-decline.toml", include_str!("../../configs/scenarios/s3-decline.toml")),
    ("configs/cities/voorbeeldstad.toml", include_str!("../../configs/cities/voorbeeldstad.toml")),
];

/// The built-in file called `name`, by its full name or its last part.
pub fn built_in(name: &str) -> Option<(&'static str, &'static str)> {
    let same = |full: &str| full == name || full.rsplit('/').next() == Some(name);
    BUILT_IN.iter().copied().find(|(full, _)| same(full))
}

/// Finds files.
#[derive(Debug, Clone, Default)]
pub struct Files;

impl Files {
    /// The file that the value `name` at `place` means.
    pub fn find(&self, place: &Place, name: &str) -> Result<PathBuf, Problems> {
        // A built-in file means built-in ones, whatever lies in the current folder.
        let from_built_in = !Path::new(&*place.file).is_file() && built_in(&place.file).is_some();
        if let Some((full, _)) = built_in(name).filter(|_| from_built_in) {
            return Ok(full.into());
        }
        let beside = Path::new(&*place.file).parent().map(|folder| folder.join(name));
        let found = beside.into_iter().chain([PathBuf::from(name)]).find(|path| path.is_file());
        match found {
            Some(path) => Ok(path),
            None => built_in(name).map(|(full, _)| full.into()).ok_or_else(|| {
                let hint = "paths count from the folder of the file that names them, then from the current folder";
                Problems::one(place, format!("there is no file `{name}`"), Some(hint.into()))
            }),
        }
    }

    /// The text of a file that [`Files::find`] found.
    pub fn read(&self, place: &Place, path: &Path) -> Result<String, Problems> {
        match std::fs::read(path) {
            Ok(bytes) => String::from_utf8(bytes)
                .map_err(|_| Problems::one(&Place::whole(path.display().to_string()), "is not text (UTF-8)", None)),
            Err(error) => match built_in(&path.to_string_lossy()) {
                Some((_, text)) => Ok(text.into()),
                None => Err(Problems::one(place, format!("cannot read {}: {error}", path.display()), None)),
            },
        }
    }
}
