//! What leaves the session as files: names, tables and scenarios.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::session::Session;
use crate::indicators::city_indicators;
use crate::session::Record;
use crate::session::file::SUFFIX;
use crate::sim::Month;

impl Session {
    /// Saves to the session's file, or asks for a name.
    pub fn save(&mut self) {
        match self.desk.path.clone() {
            Some(path) => {
                self.remember_view();
                self.desk.save(path);
            }
            None => self.ask_name(),
        }
    }

    /// Asks for a name to save under.
    pub fn ask_name(&mut self) {
        let name =
            self.desk.path.clone().unwrap_or_else(|| format!("{}.{SUFFIX}", self.desk.file.scenario.name).into());
        self.panels.save_as = Some(name.display().to_string());
    }

    /// Saves under this name; the suffix may be left out.
    pub fn save_to(&mut self, name: &str) {
        let mut path = PathBuf::from(name);
        if path.extension().is_none_or(|e| e != SUFFIX) {
            path.as_mut_os_string().push(format!(".{SUFFIX}"));
        }
        self.remember_view();
        self.desk.save(path);
    }

    /// Puts the camera and the layer into what is saved.
    pub fn remember_view(&mut self) {
        let view = &mut self.desk.file.view;
        self.orbit.write(view);
        self.layers[self.layer].id.clone_into(&mut view.layer);
    }

    fn stem(&self) -> PathBuf {
        match &self.desk.path {
            Some(path) => path.with_extension(""),
            None => PathBuf::from(&self.desk.file.scenario.name),
        }
    }

    /// Writes the city's indicators, variant and twin, as CSV.
    pub fn export_csv(&mut self) {
        let Some(picture) = &self.picture else { return };
        let twin = picture.twin.as_ref().map(|t| t.records.as_slice());
        let text = table(self.desk.file.scenario.start, &picture.variant.records, twin, self.is_real());
        let path = self.stem().with_extension("csv");
        self.written(&path.clone(), std::fs::write(&path, text));
    }

    /// Writes the scenario with the measures of the active variant, for `waterbed run`.
    pub fn export_scenario(&mut self) {
        let scenario = self.desk.file.plans.scenario(&self.desk.file.scenario);
        let path = self.stem().with_extension("toml");
        self.written(&path.clone(), std::fs::write(&path, scenario.to_toml()));
    }

    /// Where the next picture goes: one that is not there yet.
    pub fn picture_path(&self) -> PathBuf {
        let stem = self.stem();
        let name = |n: usize| PathBuf::from(format!("{}-{n}.png", stem.display()));
        (1..).map(name).find(|path| !path.exists()).unwrap_or_default()
    }

    fn written(&mut self, path: &Path, result: std::io::Result<()>) {
        let shown = path.display();
        match result {
            Ok(()) => self.desk.tell(format!("{shown}")),
            Err(error) => self.desk.tell(format!("{shown}: {error}")),
        }
    }
}

/// Months by city indicators; with a twin each indicator twice. What is not available is empty. Of a real city guarded
/// indicators are left out (models.md E-15).
pub fn table(start: Month, variant: &[Record], twin: Option<&[Record]>, is_real: bool) -> String {
    let shown = || city_indicators().enumerate().filter(|(_, i)| !(is_real && i.guarded));
    let mut text = String::from("month");
    for (_, indicator) in shown() {
        let _ = write!(text, ",{}", indicator.id);
        if twin.is_some() {
            let _ = write!(text, ",{}_twin", indicator.id);
        }
    }
    text.push('\n');
    let value = |record: Option<&Record>, at: usize| {
        let value = record.and_then(|r| r.city.get(at)).copied().filter(|v| v.is_finite());
        value.map_or_else(String::new, |v| v.to_string())
    };
    for (tick, record) in variant.iter().enumerate() {
        let _ = write!(text, "{}", start.plus(tick as i32 - 1));
        for (at, _) in shown() {
            let _ = write!(text, ",{}", value(Some(record), at));
            if let Some(twin) = twin {
                let _ = write!(text, ",{}", value(twin.get(tick), at));
            }
        }
        text.push('\n');
    }
    text
}
