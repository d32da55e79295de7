//! The session file `NAME.waterbed`: a scenario, what was placed in it, and how one looked at it.
//!
//! TOML, made to be read: the scenario in full, each variant with its measures, camera and month. The first line holds a
//! BLAKE3 checksum of the rest, so that a damaged file is told from a good one; a file changed by hand is accepted once
//! that line is removed. Files are written as a whole or not at all. An autosave keeps the one before it beside it
//! (`….before`), which [`load_or_before`] takes when the newest is damaged. What a graphics processor made of heat
//! and water lies beside the file ([`episodes_of`]), so that a replay without one comes to the same digest.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::plans::{Placement, Plans, Variant};
use crate::policies::lever;
use crate::scenario::files::built_in;
use crate::scenario::{CitySource, Problems, Scenario, load_text};
use crate::sim::files::{FileError, write_atomic};
use crate::sim::{Area, Month};

/// Version of the file.
const VERSION: i64 = 1;

/// Suffix of session files.
pub const SUFFIX: &str = "waterbed";

/// Largest file that is read, bytes: thousands of measures.
const LARGEST: u64 = 16 << 20;

/// How the city is looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// Layer.
    pub layer: String,
    /// Beside the twin: `off`, `toggle`, `split` or `difference`.
    pub twin: String,
    /// Point on the ground in the middle of the picture, m east and south of the city's middle.
    pub camera_target_m: [f32; 2],
    /// Direction of view, degrees clockwise from north.
    pub camera_heading_deg: f32,
    /// Angle above the horizon, degrees.
    pub camera_pitch_deg: f32,
    /// Distance, m; 0 = as at the start.
    pub camera_distance_m: f32,
}

impl Default for View {
    fn default() -> View {
        View {
            layer: "tenure".into(),
            twin: "off".into(),
            camera_target_m: [0.0; 2],
            camera_heading_deg: 0.0,
            camera_pitch_deg: 0.0,
            camera_distance_m: 0.0,
        }
    }
}

/// A session as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionFile {
    /// The scenario, without what was placed.
    pub scenario: Scenario,
    /// What was placed.
    pub plans: Plans,
    /// Where time stands: a month's end.
    pub month: Month,
    /// Digest of the active variant then, if it was known.
    pub digest: Option<String>,
    /// What may be spent, €.
    pub budget_eur: Option<f64>,
    /// How one looked at it.
    pub view: View,
}

/// Why a session file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Too large.
    #[error("{}: too large for a session file (over {} MB)", path.display(), LARGEST >> 20)]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// Not what was written.
    #[error("{}: the file is damaged, or was changed by hand (then remove its first line)", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
    /// Not a session file.
    #[error("{}: not a session file: {what}", path.display())]
    Kind {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Of another version.
    #[error("{}: a session of version {found}; this program reads version {VERSION}", path.display())]
    Version {
        /// Which file.
        path: PathBuf,
        /// Version found.
        found: i64,
    },
    /// A field is wrong.
    #[error("{}: {what}", path.display())]
    Field {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The scenario in it is wrong.
    #[error("{0}")]
    Scenario(#[from] Problems),
}

#[derive(Serialize, Deserialize)]
struct Text {
    waterbed_session: i64,
    program: String,
    month: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget_eur: Option<f64>,
    active: usize,
    #[serde(default)]
    view: View,
    #[serde(default, rename = "variant")]
    variants: Vec<VariantText>,
    scenario: toml::Table,
}

#[derive(Serialize, Deserialize)]
struct VariantText {
    name: String,
    #[serde(default, rename = "measure")]
    measures: Vec<MeasureText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasureText {
    lever: String,
    value: f64,
    area: AreaText,
    from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(default = "yes")]
    on: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum AreaText {
    City(String),
    Places(Vec<String>),
}

fn yes() -> bool {
    true
}

const FIRST: &str = "# waterbed session, blake3 ";

impl SessionFile {
    /// A session at the start of `scenario`.
    pub fn new(scenario: Scenario) -> SessionFile {
        let month = scenario.start.plus(-1);
        let (plans, view) = (Plans::default(), View::default());
        SessionFile { scenario, plans, month, digest: None, budget_eur: None, view }
    }

    /// Writes it to `path`, as a whole or not at all.
    pub fn save(&self, path: &Path) -> Result<(), SessionError> {
        let text = self.text(path)?;
        Ok(write_atomic(path, |file: &mut File| file.write_all(text.as_bytes()))?)
    }

    /// Like [`SessionFile::save`], and keeps the file that was there as `….before`.
    pub fn autosave(&self, path: &Path) -> Result<(), SessionError> {
        if path.is_file() {
            fs::rename(path, before(path)).map_err(FileError::io(path))?;
        }
        self.save(path)
    }

    fn text(&self, path: &Path) -> Result<String, SessionError> {
        let field = |what: String| SessionError::Field { path: path.into(), what };
        let mut scenario = self.scenario.clone();
        settle_city(&mut scenario.city);
        let table = toml::from_str(&scenario.to_toml()).map_err(|e| field(e.to_string()))?;
        let text = Text {
            waterbed_session: VERSION,
            program: env!("CARGO_PKG_VERSION").into(),
            month: self.month.to_string(),
            digest: self.digest.clone(),
            budget_eur: self.budget_eur,
            active: self.plans.active(),
            view: self.view.clone(),
            variants: self.plans.variants().iter().map(VariantText::of).collect(),
            scenario: table,
        };
        let body = toml::to_string(&text).map_err(|e| field(e.to_string()))?;
        Ok(format!("{FIRST}{}\n{body}", blake3::hash(body.as_bytes())))
    }

    /// Reads `path`.
    ///
    /// # Errors
    /// If the file is damaged, of another version, or says something that is not possible.
    pub fn load(path: &Path) -> Result<SessionFile, SessionError> {
        let size = fs::metadata(path).map_err(FileError::io(path))?.len();
        if size > LARGEST {
            return Err(SessionError::TooLarge { path: path.into() });
        }
        let bytes = fs::read(path).map_err(FileError::io(path))?;
        let text = String::from_utf8(bytes).map_err(|_| SessionError::Damaged { path: path.into() })?;
        let body = match text.strip_prefix(FIRST).map(|rest| rest.split_once('\n')) {
            Some(Some((hash, body))) if blake3::hash(body.as_bytes()).to_hex().as_str() == hash.trim_end() => body,
            Some(_) => return Err(SessionError::Damaged { path: path.into() }),
            None => &text,
        };
        let kind = |what: String| SessionError::Kind { path: path.into(), what };
        let table: toml::Table = toml::from_str(body).map_err(|e| kind(e.message().into()))?;
        match table.get("waterbed_session").and_then(toml::Value::as_integer) {
            Some(VERSION) => {}
            Some(found) => return Err(SessionError::Version { path: path.into(), found }),
            None => return Err(kind("it has no `waterbed_session`".into())),
        }
        let text: Text = toml::from_str(body).map_err(|e| kind(e.message().into()))?;
        text.read(path)
    }
}

impl VariantText {
    fn of(variant: &Variant) -> VariantText {
        let measure = |p: &Placement| MeasureText {
            lever: p.lever.id.into(),
            value: p.value,
            area: match &p.area {
                Area::City => AreaText::City("city".into()),
                Area::Places(names) => AreaText::Places(names.clone()),
            },
            from: p.from.to_string(),
            until: p.until.map(|m| m.to_string()),
            on: p.on,
        };
        VariantText { name: variant.name.clone(), measures: variant.placements.iter().map(measure).collect() }
    }
}

impl Text {
    fn read(self, path: &Path) -> Result<SessionFile, SessionError> {
        let wrong = |what: String| SessionError::Field { path: path.into(), what };
        let month = |text: &str| Month::parse(text).ok_or_else(|| wrong(format!("{text:?} is no month (YYYY-MM)")));
        let name = path.display().to_string();
        let scenario = load_text(&name, &toml::to_string(&self.scenario).map_err(|e| wrong(e.to_string()))?)?;
        let now = month(&self.month)?;
        if !(-1..200 * 12).contains(&(now.0 - scenario.start.0)) {
            return Err(wrong(format!("`month` = {now} is not within 200 years from {}", scenario.start)));
        }
        let placement = |m: MeasureText| -> Result<Placement, SessionError> {
            let lever = lever(&m.lever).ok_or_else(|| wrong(format!("there is no lever `{}`", m.lever)))?;
            if !(lever.min..=lever.max).contains(&m.value) {
                let (id, low, high) = (lever.id, lever.min, lever.max);
                return Err(wrong(format!("`{id}` = {} is outside {low} to {high} {}", m.value, lever.unit)));
            }
            let area = match m.area {
                AreaText::City(text) if text == "city" => Area::City,
                AreaText::City(text) => return Err(wrong(format!("`area` = {text:?}: write \"city\" or a list"))),
                AreaText::Places(names) => Area::Places(names),
            };
            let from = month(&m.from)?;
            let until = m.until.as_deref().map(month).transpose()?;
            if from < scenario.start || until.is_some_and(|until| until <= from) {
                return Err(wrong(format!("the measure `{}` ends before it begins, or begins too early", lever.id)));
            }
            Ok(Placement { lever, value: m.value, area, from, until, on: m.on })
        };
        let variant = |v: VariantText| -> Result<Variant, SessionError> {
            let placements = v.measures.into_iter().map(placement).collect::<Result<_, _>>()?;
            Ok(Variant { name: v.name, placements })
        };
        let variants = self.variants.into_iter().map(variant).collect::<Result<_, _>>()?;
        let plans = Plans::new(variants, self.active);
        let budget_eur = self.budget_eur.filter(|b| b.is_finite() && *b >= 0.0);
        Ok(SessionFile { scenario, plans, month: now, digest: self.digest, budget_eur, view: self.view })
    }
}

/// A city that is not built in is named in full, for the session may lie elsewhere.
fn settle_city(city: &mut CitySource) {
    let (CitySource::Recipe { config: path, .. } | CitySource::Pack { file: path }) = city;
    if built_in(&path.to_string_lossy()).is_none()
        && let Ok(full) = path.canonicalize()
    {
        *path = full;
    }
}

fn before(path: &Path) -> PathBuf {
    with_suffix(path, ".before")
}

/// The folder beside the session file `path` with what a graphics processor made of its episodes; autosaves have
/// theirs.
pub fn episodes_of(path: &Path) -> PathBuf {
    with_suffix(path, ".episodes")
}

/// `path` with more behind its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(suffix);
    name.into()
}

/// Reads `path`, or the autosave before it if `path` is missing or damaged; then with what was wrong.
pub fn load_or_before(path: &Path) -> Result<(SessionFile, Option<SessionError>), SessionError> {
    match SessionFile::load(path) {
        Ok(file) => Ok((file, None)),
        Err(error) => match SessionFile::load(&before(path)) {
            Ok(file) => Ok((file, Some(error))),
            Err(_) => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::area::Cadastre;
    use crate::scenario::{Overrides, load};

    fn session() -> SessionFile {
        let mut session = SessionFile::new(load("base", &Overrides::default()).unwrap());
        let start = session.scenario.start;
        let place = |id: &str, value, area, from| Placement {
            lever: lever(id).unwrap(),
            value,
            area,
            from,
            until: None,
            on: true,
        };
        let cadastre = Cadastre::for_test(&["VB0101", "VB0102"]);
        let there = Area::Places(vec!["VB0101".into(), "E0001N0000..E0001N0002".into()]);
        session.plans.place(place("build", 50.0, Area::City, start.plus(6)), &cadastre);
        session.plans.place(place("spreading", 0.7, there, start.plus(7)), &cadastre);
        session.plans.switch(0, false);
        session.plans.branch(start.plus(6));
        (session.month, session.budget_eur) = (start.plus(30), Some(5e6));
        session
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.waterbed");
        let session = session();
        session.save(&path).unwrap();
        let read = SessionFile::load(&path).unwrap();
        assert_eq!(read.plans.variants(), session.plans.variants());
        assert_eq!(read.plans.active(), 1);
        assert_eq!(read.scenario.to_toml(), session.scenario.to_toml());
        assert_eq!((read.month, read.budget_eur, read.view), (session.month, session.budget_eur, session.view));
    }

    #[test]
    fn damaged_and_foreign_files_are_refused_plainly() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.waterbed");
        session().save(&path).unwrap();
        let good = fs::read_to_string(&path).unwrap();
        let refusal = |text: &[u8]| {
            fs::write(&path, text).unwrap();
            SessionFile::load(&path).unwrap_err()
        };
        for n in [0, 10, 60, good.len() / 2, good.len() - 1] {
            let error = refusal(&good.as_bytes()[..n]);
            assert!(matches!(error, SessionError::Damaged { .. } | SessionError::Kind { .. }), "{n}: {error}");
        }
        let body = good.split_once('\n').unwrap().1;
        let other = refusal(body.replace("waterbed_session = 1", "waterbed_session = 9").as_bytes());
        assert!(matches!(other, SessionError::Version { found: 9, .. }), "{other}");
        let unknown = refusal(body.replace("\"build\"", "\"biuld\"").as_bytes()).to_string();
        assert!(unknown.contains("there is no lever `biuld`"), "{unknown}");
        let high = refusal(body.replace("value = 0.7", "value = 7.0").as_bytes()).to_string();
        assert!(high.contains("`spreading` = 7 is outside 0 to 1"), "{high}");
        assert!(matches!(refusal(b"\xff\xfe"), SessionError::Damaged { .. }));
        fs::write(&path, body.replace("value = 0.7", "value = 0.6")).unwrap();
        assert_eq!(SessionFile::load(&path).unwrap().plans.variants()[0].placements[1].value, 0.6);
    }

    #[test]
    fn the_autosave_before_is_taken_when_the_newest_is_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("auto.waterbed");
        let mut session = session();
        session.autosave(&path).unwrap();
        session.budget_eur = Some(7e6);
        session.autosave(&path).unwrap();
        assert_eq!(load_or_before(&path).unwrap().0.budget_eur, Some(7e6));
        fs::write(&path, "# waterbed session, blake3 torn").unwrap();
        let (before, error) = load_or_before(&path).unwrap();
        assert_eq!(before.budget_eur, Some(5e6));
        assert!(matches!(error, Some(SessionError::Damaged { .. })));
        fs::remove_file(&path).unwrap();
        assert!(load_or_before(&path).is_ok(), "a crash between the two renames loses nothing");
    }
}
