//! What can be wrong with a city's files, said so that the user can put it right: which file, which row, which column,
//! what was found and what was expected.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a city could not be built.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The recipe itself is wrong.
    #[error("{file}: {message}")]
    Config {
        /// The recipe.
        file: String,
        /// What is wrong, one problem a line.
        message: String,
    },
    /// The file cannot be opened or read.
    #[error("{}: cannot be read: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is larger than what the importer takes.
    #[error("{file}: {what} is over the limit of {limit}")]
    TooLarge {
        /// The file.
        file: String,
        /// What is too large.
        what: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// The file holds nothing.
    #[error("{file}: is empty; expected {expected}")]
    Empty {
        /// The file.
        file: String,
        /// What should be in it.
        expected: &'static str,
    },
    /// The file is not what its name says.
    #[error("{file}: {place}: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// Where in the file: `row 12`, `feature 3`, `line 7 column 2`.
        place: String,
        /// What is wrong there.
        message: String,
    },
    /// A column or property that the recipe needs is not there.
    #[error("{file}: has no column `{column}`{}", nearest.as_ref().map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
    MissingColumn {
        /// The file.
        file: String,
        /// The column asked for.
        column: String,
        /// The column that is there with the nearest name.
        nearest: Option<String>,
    },
    /// A value that cannot be.
    #[error("{file}: row {row}, column `{column}`: found `{found}`, expected {expected}")]
    BadValue {
        /// The file.
        file: String,
        /// Row, counting the header as 1.
        row: usize,
        /// Column.
        column: String,
        /// The text that stands there.
        found: String,
        /// What should stand there.
        expected: String,
    },
    /// Coordinates in another system than they should be.
    #[error("{file}: {place}: ({x}, {y}) {message}")]
    WrongCrs {
        /// The file.
        file: String,
        /// Where in the file.
        place: String,
        /// First coordinate as read.
        x: f64,
        /// Second coordinate as read.
        y: f64,
        /// What it looks like, and what to do.
        message: String,
    },
    /// A code that stands twice where it may stand once.
    #[error("{file}: {first} and {second} both have code `{code}`; {hint}")]
    Duplicate {
        /// The file.
        file: String,
        /// First place.
        first: String,
        /// Second place.
        second: String,
        /// The code.
        code: String,
        /// What to do.
        hint: &'static str,
    },
    /// Files that do not fit each other.
    #[error("{message}")]
    Mismatch {
        /// What does not fit, naming files and codes.
        message: String,
    },
    /// A raster that cannot be read.
    #[error(transparent)]
    Raster(#[from] crate::gis::raster_io::RasterError),
    /// A table about persons, not about neighbourhoods.
    #[error(
        "{file}: column `{column}` is about single persons; only totals of neighbourhoods may enter a city (models.md E-1)"
    )]
    Individuals {
        /// The file.
        file: String,
        /// The column that gives it away.
        column: String,
    },
}

impl ImportError {
    /// A [`ImportError::Syntax`].
    pub fn syntax(file: &str, place: impl Into<String>, message: impl std::fmt::Display) -> ImportError {
        ImportError::Syntax { file: file.into(), place: place.into(), message: message.to_string() }
    }

    /// A [`ImportError::Read`].
    pub fn read(file: &Path, source: std::io::Error) -> ImportError {
        ImportError::Read { file: file.into(), source }
    }
}

/// The entry of `present` whose name is nearest to `wanted`, if any is near enough to be a slip of the pen.
pub fn nearest<'a>(wanted: &str, present: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wanted_folded = wanted.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for name in present.into_iter().filter(|name| name.len() <= 100) {
        let distance = edit_distance(&wanted_folded, &name.to_lowercase());
        if best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, name));
        }
    }
    let near_enough = (wanted.chars().count() / 2).max(2);
    best.filter(|(distance, _)| *distance <= near_enough).map(|(_, name)| name.to_string())
}

/// Levenshtein distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distance_of_the_textbook_pair() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
    }

    #[test]
    fn nearest_offers_slips_and_nothing_far_fetched() {
        let columns = ["Area_Code", "Population_Total", "Avg_Household_Size"];
        assert_eq!(nearest("population_totaal", columns), Some("Population_Total".into()));
        assert_eq!(nearest("zzzz", columns), None);
    }
}
