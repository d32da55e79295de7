//! The start screen, and how a city is opened from it without the window standing still.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bevy::prelude::*;
use bevy_egui::egui::{self, RichText, Ui};
use bevy_egui::{EguiContexts, EguiPrimaryContextPass};

use super::blocks::Blocks;
use super::desk;
use super::ground;
use super::panels::files::{Browser, Found, Sought};
use super::panels::{skyline, style};
use super::terrain::{Terrain, Tops};
use super::{trees, words};
use crate::challenges::climate::answers::{self, Answers};
use crate::city::import::{self, ImportConfig};
use crate::city::{City, pack};
use crate::report::Lang;
use crate::scenario::{CitySource, Overrides, build_city, load, size};
use crate::session::file::episodes_of;
use crate::session::keep::{self, Keeper, Left};
use crate::session::{SessionFile, keep::default_folder};

/// A session that is ready to be opened.
pub struct Loaded {
    /// The session.
    pub file: SessionFile,
    /// Its city.
    pub city: Arc<City>,
    /// The file it comes from.
    pub path: Option<PathBuf>,
    /// What a graphics processor made in it before.
    pub answers: Answers,
    /// Its autosave.
    pub keeper: Option<Keeper>,
    /// What there is to tell.
    pub note: Option<String>,
}

impl Loaded {
    /// A session in its city.
    pub fn new(file: SessionFile, city: Arc<City>) -> Loaded {
        Loaded { file, city, path: None, answers: Answers::default(), keeper: None, note: None }
    }

    /// With what a graphics processor made of its episodes and lies beside the file at `path`. What is damaged is
    /// made anew, and said.
    pub fn with_episodes_of(mut self, path: &Path) -> Loaded {
        match answers::read(&episodes_of(path)) {
            Ok(known) => self.answers.know(known),
            Err(error) => drop(self.note.get_or_insert(error.to_string())),
        }
        self
    }
}

/// What takes time before a city can be drawn.
pub(super) struct Prepared {
    pub loaded: Loaded,
    pub blocks: Blocks,
    pub terrain: Terrain,
    pub tops: Tops,
    pub drawn: Drawn,
}

/// What only the scene needs, once.
#[derive(Resource)]
pub(super) struct Drawn {
    pub ground: ground::Picture,
    pub trees: Vec<([f32; 2], f32)>,
}

pub(super) fn prepare(loaded: Loaded) -> Prepared {
    let city = &loaded.city;
    let blocks = Blocks::of(city);
    let terrain = Terrain::of(city);
    let tops = Tops::of(&blocks.blocks, terrain.size_m);
    let drawn = Drawn { ground: ground::paint(city, &blocks.blocks), trees: trees::places(city, &tops) };
    Prepared { loaded, blocks, terrain, tops, drawn }
}

/// What is to be opened.
#[derive(Debug, Clone)]
enum Wish {
    /// A scenario, by name or file, with as many residents and this seed.
    Scenario(String, Option<i64>, Option<i64>),
    /// A real city: its place among [`RECIPES`], and the folder with its open data.
    Real(usize, PathBuf),
    /// A session file.
    Session(PathBuf),
    /// An autosave that was left.
    Left(PathBuf),
}

/// Recipes of real cities: which open data say what.
const RECIPES: [(&str, &str); 2] = [
    ("amsterdam", include_str!("../../configs/cities/amsterdam.toml")),
    ("rotterdam", include_str!("../../configs/cities/rotterdam.toml")),
];

/// Builds a real city from the open data in `folder` and keeps it beside the autosaves, where sessions find it again.
fn real(at: usize, folder: &Path, progress: &Progress) -> Result<SessionFile, String> {
    let (name, recipe) = RECIPES[at];
    let config = ImportConfig::from_toml(recipe, &format!("{name}.toml")).map_err(|e| e.to_string())?;
    let mut hear = |step: &str, share: f32| {
        *progress.lock().unwrap_or_else(PoisonError::into_inner) = Some((step.to_string(), share));
    };
    let (city, _) = import::build(&config, folder, &mut hear).map_err(|e| e.to_string())?;
    let cities = default_folder().join("cities");
    std::fs::create_dir_all(&cities).map_err(|e| format!("{}: {e}", cities.display()))?;
    let file = cities.join(format!("{name}.city"));
    pack::save(&city, &file).map_err(|e| e.to_string())?;
    let mut scenario = load("base", &Overrides::default()).map_err(|e| e.to_string())?;
    (scenario.name, scenario.residents, scenario.city) = (name.into(), None, CitySource::Pack { file });
    Ok(SessionFile::new(scenario))
}

/// Step and share of what takes long.
type Progress = Arc<Mutex<Option<(String, f32)>>>;

fn open(wish: &Wish, progress: &Progress) -> Result<Loaded, String> {
    let file = match wish {
        Wish::Real(at, folder) => real(*at, folder, progress)?,
        Wish::Scenario(name, residents, seed) => {
            let overrides = Overrides { years: None, residents: *residents, seed: *seed, set: Vec::new() };
            SessionFile::new(load(name, &overrides).map_err(|e| e.to_string())?)
        }
        Wish::Session(path) | Wish::Left(path) => {
            let (file, damage) = desk::read(path).map_err(|e| e.to_string())?;
            let mut loaded = in_city(file)?;
            match wish {
                Wish::Left(path) => loaded.keeper = Keeper::take_over(path).map_err(|e| e.to_string())?,
                _ => {
                    loaded.path = Some(path.clone());
                    (loaded.keeper, loaded.note) = desk::claim(&loaded.file);
                }
            }
            loaded.note = damage.map(|e| e.to_string()).or(loaded.note);
            return Ok(loaded.with_episodes_of(path));
        }
    };
    let mut loaded = in_city(file)?;
    (loaded.keeper, loaded.note) = desk::claim(&loaded.file);
    Ok(loaded)
}

fn in_city(file: SessionFile) -> Result<Loaded, String> {
    // The variant, its twin, and their snapshots.
    size::guard(size::estimate(&file.scenario, 2), size::default_limit()).map_err(|e| e.to_string())?;
    let city = Arc::new(build_city(&file.scenario).map_err(|e| e.to_string())?);
    Ok(Loaded::new(file, city))
}

type Ready = Arc<Mutex<Option<Result<Prepared, String>>>>;

/// The start screen.
#[derive(Resource)]
pub(super) struct Start {
    pub lang: Lang,
    residents: i64,
    seed: i64,
    scenario: String,
    path: String,
    /// Which real city, and the folder with its data.
    recipe: usize,
    data: String,
    /// Looking for a file, or for the folder with data.
    browser: Option<Browser>,
    progress: Progress,
    left: Vec<Left>,
    recent: Vec<PathBuf>,
    opening: Option<Ready>,
    problem: Option<String>,
    /// Where the last frame's page ended, points.
    bottom: f32,
}

impl Start {
    pub fn new(lang: Lang) -> Start {
        Start {
            lang,
            residents: 10_000,
            seed: 1,
            scenario: "base".into(),
            path: String::new(),
            recipe: 0,
            data: String::new(),
            browser: None,
            progress: Progress::default(),
            left: keep::left_behind(&default_folder()),
            recent: keep::recent(&default_folder()),
            opening: None,
            problem: None,
            bottom: 0.0,
        }
    }

    /// What was being opened, once it is there.
    pub fn take(&mut self) -> Option<Prepared> {
        let ready = self.opening.as_ref()?;
        let result = ready.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        self.opening = None;
        match result {
            Ok(prepared) => Some(prepared),
            Err(problem) => {
                self.problem = Some(problem);
                None
            }
        }
    }

    fn begin(&mut self, wish: Wish, wake: &Wake) {
        let ready = Ready::default();
        let (slot, wake) = (ready.clone(), wake.0.clone());
        self.progress = Progress::default();
        let progress = self.progress.clone();
        let work = move || {
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| open(&wish, &progress).map(prepare)));
            let result = result.unwrap_or_else(|_| Err("an error in the program".into()));
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            wake();
        };
        match std::thread::Builder::new().name("opening".into()).spawn(work) {
            Ok(_) => (self.opening, self.problem) = (Some(ready), None),
            Err(error) => self.problem = Some(error.to_string()),
        }
    }
}

/// Wakes the window.
#[derive(Resource, Clone)]
pub(super) struct Wake(pub Arc<dyn Fn() + Send + Sync>);

/// Adds the start screen to the window.
pub(super) fn plugin(app: &mut App) {
    app.add_systems(EguiPrimaryContextPass, show.run_if(resource_exists::<Start>));
}

fn show(mut contexts: EguiContexts, mut start: ResMut<Start>, wake: Res<Wake>) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    style::apply(&ctx);
    let whole = egui::UiBuilder::new().layer_id(egui::LayerId::background()).max_rect(ctx.viewport_rect());
    let mut ui = Ui::new(ctx, "start".into(), whole);
    let paper = egui::Frame::new().fill(style::PAPER).inner_margin(24.0);
    egui::CentralPanel::default().frame(paper).show(&mut ui, |ui| {
        let whole = ui.max_rect().expand(24.0);
        // As high as what stands above it leaves room for.
        let high = (whole.bottom() - start.bottom - 24.0).min(210.0);
        if start.bottom > 0.0 && high > 90.0 {
            let low = egui::Rect::from_min_max(egui::pos2(whole.left(), whole.bottom() - high), whole.max);
            skyline::draw(ui.painter(), low);
        }
        let side = ((ui.available_width() - 620.0) / 2.0).max(0.0);
        egui::ScrollArea::vertical().show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.add_space(side);
                ui.vertical(|ui| {
                    ui.set_max_width(620.0_f32.min(ui.available_width()));
                    page(ui, &mut start, &wake);
                    start.bottom = ui.min_rect().bottom();
                });
            });
        });
    });
    Ok(())
}

/// Scenarios offered for a new city.
const SCENARIOS: [&str; 4] = ["base", "s1-metropolis", "s2-spreading", "s3-decline"];

fn scenario_title(lang: Lang, name: &str) -> &'static str {
    match name {
        "s1-metropolis" => words::say(lang, "scenario_metropolis"),
        "s2-spreading" => words::say(lang, "scenario_spreading"),
        "s3-decline" => words::say(lang, "scenario_decline"),
        _ => words::say(lang, "scenario_base"),
    }
}

fn of_path(path: &str) -> Wish {
    match path.ends_with(".waterbed") {
        true => Wish::Session(path.into()),
        false => Wish::Scenario(path.into(), None, None),
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Opens the classroom in a window of its own.
fn lesson(lang: Lang) -> std::io::Result<()> {
    let lang = if lang == Lang::Nl { "nl_NL.UTF-8" } else { "C" };
    let program = std::env::current_exe()?;
    std::process::Command::new(program).args(["lab", "schelling", "--view"]).env("LC_ALL", lang).spawn().map(drop)
}

fn page(ui: &mut Ui, start: &mut Start, wake: &Wake) {
    let lang = start.lang;
    ui.horizontal(|ui| {
        ui.label(style::bold("Waterbed").size(34.0));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.selectable_value(&mut start.lang, Lang::Nl, "NL");
            ui.selectable_value(&mut start.lang, Lang::En, "EN");
        });
    });
    ui.label(RichText::new(words::say(lang, "start_motto")).color(style::FAINT));
    ui.add_space(14.0);
    if start.opening.is_some() {
        ui.horizontal(|ui| {
            ui.spinner();
            let step = start.progress.lock().unwrap_or_else(PoisonError::into_inner).clone();
            ui.label(match step {
                Some((step, share)) => format!("{} {:.0} % ({step})", words::say(lang, "opening"), 100.0 * share),
                None => words::say(lang, "opening").into(),
            });
        });
        // A step does not wake the window.
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(500));
        return;
    }
    if let Some(problem) = &start.problem {
        ui.label(RichText::new(problem).color(style::ALARM));
        ui.add_space(8.0);
    }
    let mut wish = None;
    let mut thrown_away = None;
    if !start.left.is_empty() {
        style::heading(ui, words::say(lang, "start_left"));
        for (i, left) in start.left.iter().enumerate().take(4) {
            ui.horizontal(|ui| {
                let n: usize = left.file.plans.variants().iter().map(|v| v.placements.len()).sum();
                let name = left.file.scenario.name.clone();
                let text =
                    words::fill(lang, "start_left_one", &[&name, &words::month(lang, left.file.month), &n.to_string()]);
                if ui.button(words::say(lang, "go_on")).clicked() {
                    wish = Some(Wish::Left(left.path.clone()));
                }
                if ui.button(words::say(lang, "discard")).clicked() {
                    thrown_away = Some(i);
                }
                ui.label(text);
            });
        }
        ui.add_space(12.0);
    }
    style::heading(ui, words::say(lang, "start_new"));
    egui::Grid::new("new").num_columns(2).spacing([14.0, 6.0]).show(ui, |ui| {
        ui.label(words::say(lang, "scenario"));
        egui::ComboBox::from_id_salt("scenario")
            .width(330.0)
            .selected_text(scenario_title(lang, &start.scenario))
            .show_ui(ui, |ui| {
                for name in SCENARIOS {
                    ui.selectable_value(&mut start.scenario, name.into(), scenario_title(lang, name));
                }
            });
        ui.end_row();
        ui.label(words::say(lang, "residents"));
        ui.spacing_mut().slider_width = 260.0;
        ui.add(egui::Slider::new(&mut start.residents, 1_000..=200_000).logarithmic(true));
        ui.end_row();
        ui.label(words::say(lang, "seed"));
        ui.add(egui::DragValue::new(&mut start.seed).range(0..=1_000_000));
        ui.end_row();
    });
    ui.add_space(4.0);
    if style::strong_button(ui, words::say(lang, "start_open_new")).clicked() {
        wish = Some(Wish::Scenario(start.scenario.clone(), Some(start.residents), Some(start.seed)));
    }
    ui.add_space(12.0);
    style::heading(ui, words::say(lang, "start_file"));
    ui.horizontal(|ui| {
        let hint = words::say(lang, "start_file_hint");
        let field = ui.add(egui::TextEdit::singleline(&mut start.path).hint_text(hint).desired_width(380.0));
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        if ui.button(words::say(lang, "files_look")).clicked() {
            start.browser = Some(Browser::new(Sought::File(&["waterbed", "toml"]), &start.path));
        }
        if (ui.button(words::say(lang, "open")).clicked() || entered) && !start.path.trim().is_empty() {
            wish = Some(of_path(start.path.trim()));
        }
    });
    ui.add_space(12.0);
    style::heading(ui, words::say(lang, "start_real"));
    ui.horizontal(|ui| {
        egui::ComboBox::from_id_salt("recipe").width(120.0).selected_text(capital(RECIPES[start.recipe].0)).show_ui(
            ui,
            |ui| {
                for (at, (name, _)) in RECIPES.iter().enumerate() {
                    ui.selectable_value(&mut start.recipe, at, capital(name));
                }
            },
        );
        let hint = words::say(lang, "start_real_hint");
        ui.add(egui::TextEdit::singleline(&mut start.data).hint_text(hint).desired_width(244.0));
        if ui.button(words::say(lang, "files_look")).clicked() {
            start.browser = Some(Browser::new(Sought::Folder, &start.data));
        }
        if ui.button(words::say(lang, "start_open_new")).clicked() && !start.data.trim().is_empty() {
            wish = Some(Wish::Real(start.recipe, start.data.trim().into()));
        }
    });
    if let Some(mut browser) = start.browser.take() {
        match browser.show(ui.ctx(), lang) {
            Found::Nothing => start.browser = Some(browser),
            Found::Closed => {}
            Found::Path(path) if path.is_dir() => start.data = path.display().to_string(),
            Found::Path(path) => wish = Some(of_path(&path.display().to_string())),
        }
    }
    ui.add_space(12.0);
    style::heading(ui, words::say(lang, "start_lessons"));
    if ui.link(words::say(lang, "schelling_title")).on_hover_text(words::say(lang, "start_lesson_what")).clicked() {
        start.problem = lesson(lang).err().map(|e| e.to_string());
    }
    if !start.recent.is_empty() {
        ui.add_space(12.0);
        style::heading(ui, words::say(lang, "start_recent"));
        for path in &start.recent {
            if ui.link(path.display().to_string()).clicked() {
                wish = Some(Wish::Session(path.clone()));
            }
        }
    }
    ui.add_space(16.0);
    ui.label(RichText::new(words::say(lang, "start_note")).size(12.0).color(style::FAINT));
    if let Some(i) = thrown_away {
        keep::discard(&start.left.remove(i).path);
    }
    if let Some(wish) = wish {
        start.begin(wish, wake);
    }
}
