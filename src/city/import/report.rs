//! What the importer did: every file with its checksum and the columns taken from it, every gap and the rule that
//! filled it, and how the city fits the published totals. Kept beside the city and printed on the terminal.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

/// How well founded a rule is (models.md §0.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// Statistics that were found and read.
    L,
    /// A published value quoted from memory.
    M,
    /// An assumption.
    A,
}

/// A file that went in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileUse {
    /// Path as the recipe wrote it.
    pub file: String,
    /// What it was used for.
    pub role: String,
    /// BLAKE3 of the file, hexadecimal.
    pub blake3: String,
    /// Rows or features read.
    pub rows: usize,
    /// Coordinate system, for maps.
    pub crs: Option<String>,
    /// Columns used: `field = column (values)`.
    pub columns: Vec<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// Something that the sources did not say, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What was missing.
    pub what: String,
    /// The rule that filled it.
    pub rule: String,
    /// How well founded the rule is.
    pub grade: Grade,
    /// How many neighbourhoods it was used for.
    pub neighbourhoods: usize,
    /// How many residents live there.
    pub residents: u64,
    /// Up to five codes.
    pub examples: Vec<String>,
}

/// A total of the city beside the published one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TotalFit {
    /// What is counted.
    pub what: String,
    /// Published value.
    pub published: f64,
    /// Value in the city as built.
    pub built: f64,
    /// How the two were made to fit, or why they do not.
    pub rule: String,
}

/// The report of one import.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ImportReport {
    /// Name of the city.
    pub city: String,
    /// Year that the figures describe.
    pub year: u16,
    /// Residents in the city as built.
    pub residents: u64,
    /// Households.
    pub households: u64,
    /// Homes.
    pub dwellings: usize,
    /// Neighbourhoods.
    pub neighbourhoods: usize,
    /// Every file.
    pub files: Vec<FileUse>,
    /// Every gap.
    pub gaps: Vec<Gap>,
    /// Fit of totals.
    pub totals: Vec<TotalFit>,
    /// What else the user should know.
    pub notes: Vec<String>,
}

impl ImportReport {
    /// Adds a remark.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Adds what `gaps` collected.
    pub fn add_gaps(&mut self, gaps: GapLog) {
        self.gaps.extend(gaps.0.into_values());
    }
}

/// Collects gaps neighbourhood by neighbourhood.
#[derive(Debug, Default)]
pub struct GapLog(BTreeMap<(String, String), Gap>);

impl GapLog {
    /// Notes that `rule` filled `what` in neighbourhood `code` with `residents`.
    pub fn add(&mut self, what: &str, rule: &str, grade: Grade, code: &str, residents: u32) {
        let gap = self.0.entry((what.into(), rule.into())).or_insert_with(|| Gap {
            what: what.into(),
            rule: rule.into(),
            grade,
            neighbourhoods: 0,
            residents: 0,
            examples: Vec::new(),
        });
        gap.neighbourhoods += 1;
        gap.residents += u64::from(residents);
        if gap.examples.len() < 5 {
            gap.examples.push(code.into());
        }
    }
}

/// Plain text for a terminal, about 110 columns wide.
impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {}", self.city, self.year)?;
        writeln!(
            f,
            "  {} residents in {} households, {} homes, {} neighbourhoods",
            grouped(self.residents),
            grouped(self.households),
            grouped(self.dwellings as u64),
            grouped(self.neighbourhoods as u64)
        )?;
        writeln!(f, "\nTotals")?;
        for t in &self.totals {
            writeln!(f, "  {:<34} published {:>12}  built {:>12}", t.what, number(t.published), number(t.built))?;
            wrap(f, 6, &t.rule)?;
        }
        writeln!(f, "\nFiles")?;
        for file in &self.files {
            let crs = file.crs.as_ref().map(|c| format!(", {c}")).unwrap_or_default();
            writeln!(
                f,
                "  {} ({}; {} rows{crs}; {})",
                file.file,
                file.role,
                grouped(file.rows as u64),
                &file.blake3[..12.min(file.blake3.len())]
            )?;
            if !file.columns.is_empty() {
                wrap(f, 6, &file.columns.join(", "))?;
            }
            for note in &file.notes {
                wrap(f, 6, note)?;
            }
        }
        writeln!(f, "\nGaps and the rules that filled them (L found in statistics, M from memory, A assumption)")?;
        for gap in &self.gaps {
            writeln!(
                f,
                "  {} [{:?}]: {} neighbourhoods, {} residents ({})",
                gap.what,
                gap.grade,
                gap.neighbourhoods,
                grouped(gap.residents),
                examples(gap)
            )?;
            wrap(f, 6, &gap.rule)?;
        }
        if !self.notes.is_empty() {
            writeln!(f, "\nNotes")?;
            for note in &self.notes {
                wrap(f, 2, note)?;
            }
        }
        Ok(())
    }
}

fn examples(gap: &Gap) -> String {
    let more = if gap.neighbourhoods > gap.examples.len() { ", …" } else { "" };
    format!("{}{more}", gap.examples.join(", "))
}

/// `n` with a space between thousands.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

fn number(x: f64) -> String {
    if x.fract() == 0.0 && x.abs() < 1e15 && x >= 0.0 { grouped(x as u64) } else { format!("{x:.2}") }
}

/// Writes `text` in lines of at most 110 characters behind `indent` spaces.
fn wrap(f: &mut fmt::Formatter<'_>, indent: usize, text: &str) -> fmt::Result {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent + line.chars().count() + 1 + word.chars().count() > 110 {
            writeln!(f, "{:indent$}{line}", "")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        write!(line, "{word}")?;
    }
    writeln!(f, "{:indent$}{line}", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_counted_per_rule() {
        let mut log = GapLog::default();
        for i in 0..7 {
            log.add("income", "mean of the district", Grade::A, &format!("BU{i}"), 100);
        }
        log.add("income", "mean of the city", Grade::A, "BU9", 10);
        let mut report = ImportReport { city: "Test".into(), ..ImportReport::default() };
        report.add_gaps(log);
        assert_eq!(report.gaps.len(), 2);
        let by_district = report.gaps.iter().find(|g| g.rule.contains("district")).unwrap();
        assert_eq!((by_district.neighbourhoods, by_district.residents), (7, 700));
        assert!(
            report.to_string().contains("income [A]: 7 neighbourhoods, 700 residents (BU0, BU1, BU2, BU3, BU4, …)")
        );
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(931_298), "931 298");
        assert_eq!(grouped(7), "7");
        assert_eq!(number(1.8), "1.80");
    }
}
