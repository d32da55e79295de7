//! What is wrong with an input, told so that its writer can mend it: where, what, and how.

use std::fmt;
use std::sync::Arc;

/// A place in an input: a file and a line, or an option of the command line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// File as the user named it, or an option such as `--set`.
    pub file: Arc<str>,
    /// Line, from 1; `None` for the whole file and for options.
    pub line: Option<u32>,
}

impl Place {
    /// The file (or option) as a whole.
    pub fn whole(file: impl Into<Arc<str>>) -> Place {
        Place { file: file.into(), line: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, naming the field and what was expected of it.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// Everything that is wrong with an input, so that it can be mended in one go. Shown as `error: FILE:LINE: message`
/// and `hint: …` lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem.
    pub fn add(&mut self, place: &Place, message: impl Into<String>, hint: Option<String>) {
        self.0.push(Problem { place: place.clone(), message: message.into(), hint });
    }

    /// A single problem.
    pub fn one(place: &Place, message: impl Into<String>, hint: Option<String>) -> Problems {
        let mut problems = Problems::default();
        problems.add(place, message, hint);
        problems
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Problems) {
        self.0.extend(other.0);
    }

    /// All problems, in the order found.
    pub fn all(&self) -> &[Problem] {
        &self.0
    }

    /// `value` if nothing is wrong, else the problems by place.
    pub fn or<T>(mut self, value: T) -> Result<T, Problems> {
        if self.0.is_empty() {
            return Ok(value);
        }
        self.0.sort();
        self.0.dedup();
        Err(self)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            let newline = if i == 0 { "" } else { "\n" };
            write!(f, "{newline}error: {}: {}", problem.place, problem.message)?;
            if let Some(hint) = &problem.hint {
                write!(f, "\nhint: {hint}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// The name in `known` that `word` was probably meant to be, if one is near enough.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&word, &name.to_lowercase());
    let (best, name) = known.into_iter().map(|name| (distance(name), name)).min()?;
    (best <= 2.max(word.chars().count() / 3)).then_some(name)
}

/// A hint that names the nearest of `known`, or else all of them if they are few.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(name) = nearest(word, known.clone()) {
        return Some(format!("did you mean `{name}`?"));
    }
    let names: Vec<String> = known.into_iter().map(|name| format!("`{name}`")).collect();
    (!names.is_empty() && names.len() <= 12).then(|| format!("known here: {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_near() {
        let known = ["years", "seed", "residents"];
        assert_eq!(nearest("yeers", known), Some("years"));
        assert_eq!(nearest("Residnets", known), Some("residents"));
        assert_eq!(nearest("temperature", known), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn problems_are_told_by_place() {
        let mut problems = Problems::default();
        problems.add(&Place { file: "b.toml".into(), line: Some(12) }, "late", None);
        problems.add(&Place { file: "b.toml".into(), line: Some(3) }, "early", Some("mend it".into()));
        let told = problems.or(()).unwrap_err().to_string();
        assert_eq!(told, "error: b.toml:3: early\nhint: mend it\nerror: b.toml:12: late");
    }
}
