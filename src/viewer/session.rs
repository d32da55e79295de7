//! What the window knows: desk, newest picture, chosen layer, camera, and what is open.

use std::sync::Arc;
use std::time::Instant;

use bevy::prelude::*;

use super::arcs::Arcs;
use super::background::Background;
use super::blocks::{Blocks, NO_BLOCK, new_blocks};
use super::brush::{Brush, Marked};
use super::camera::{Lens, Orbit};
use super::desk::Desk;
use super::ensemble::{Asked, is_rate, mean_over};
use super::film::Film;
use super::layers::{self, Homes, Kind, Layer, Rgb, Scale};
use super::leave::Report;
use super::panels::files::Browser;
use super::people::NEAR_M;
use super::picture::{Picture, Shown};
use super::story::Story;
use super::terrain::{Terrain, Tops};
use super::video::Video;
use super::words;
use super::worker::{Command, Status};
use crate::city::CityOrigin;
use crate::indicators::{Indicator, city_indicators, neighbourhood_indicators};
use crate::policies::{Acts, Lever};
use crate::report::Lang;
use crate::session::{Placement, Plans, Record};
use crate::sim::{Area, Month};

/// Months per second that can be chosen.
pub(super) const SPEEDS: [f32; 8] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// How the twin is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum TwinMode {
    /// Not at all.
    #[default]
    Off,
    /// In place of the variant.
    Instead,
    /// Left the twin, right the variant.
    Split,
    /// What the measures changed.
    Difference,
}

impl TwinMode {
    pub const ALL: [TwinMode; 4] = [TwinMode::Off, TwinMode::Instead, TwinMode::Split, TwinMode::Difference];

    /// Name in files and options.
    pub fn id(self) -> &'static str {
        match self {
            TwinMode::Off => "off",
            TwinMode::Instead => "toggle",
            TwinMode::Split => "split",
            TwinMode::Difference => "difference",
        }
    }

    pub fn from_id(id: &str) -> TwinMode {
        TwinMode::ALL.into_iter().find(|mode| mode.id() == id).unwrap_or_default()
    }
}

/// Pages of the right panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Page {
    /// What was placed, and the levers.
    #[default]
    Measures,
    /// The course of an indicator.
    Chart,
    /// The neighbourhood looked at.
    Here,
    /// Where it fell, and where it rose.
    Moved,
}

/// What is chosen to be placed.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub lever: &'static Lever,
    pub value: f64,
    pub from: Month,
    pub whole_city: bool,
}

/// What the panels show.
#[derive(Debug, Clone)]
pub(super) struct Panels {
    pub lang: Lang,
    pub page: Page,
    pub labels: bool,
    /// People are drawn, near by.
    pub people: bool,
    /// Part of a layer's title to look for.
    pub search: String,
    /// Part of a lever's name to look for.
    pub lever_search: String,
    /// The cursor is to go into the search field of the layers, or of the levers.
    pub seek_layer: bool,
    pub seek_lever: bool,
    /// Looking for a file with an area.
    pub browser: Option<Browser>,
    pub choice: Option<Choice>,
    /// Where the chosen lever is to be placed.
    pub brush: Brush,
    /// Neighbourhood looked at.
    pub here: Option<usize>,
    pub hovered: Option<usize>,
    pub story: Option<Story>,
    pub n_asked: u32,
    /// City indicator whose course is drawn.
    pub charted: &'static str,
    pub ui_scale: f32,
    /// Further seeds run in the background, for a band.
    pub band: bool,
    /// The variants are shown side by side.
    pub table: bool,
    /// Indicator whose moves are listed.
    pub moved: &'static str,
    /// File with an area.
    pub area_file: String,
    pub help: bool,
    /// Step of the tour, from 0.
    pub tour: Option<usize>,
    /// Text of a date to jump to.
    pub jump: String,
    pub save_as: Option<String>,
    /// Month that the time bar is dragged to.
    pub dragged: Option<i32>,
}

/// The live session.
#[derive(Resource)]
pub(super) struct Session {
    pub desk: Desk,
    pub blocks: Blocks,
    pub terrain: Terrain,
    pub tops: Tops,
    /// The neighbourhood that a pixel of the ground raster is tinted for.
    pub hood_of_pixel: Vec<u16>,
    pub status: Status,
    pub picture: Option<Picture>,
    /// Buildings of homes built during the run: of the variant and of the twin.
    pub built: [Blocks; 2],
    pub layers: Vec<Layer>,
    /// Index of the layer shown.
    pub layer: usize,
    /// Colours of the layer, if it shows an indicator.
    pub scale: Option<Scale>,
    /// Largest difference that the colours reach.
    pub difference: Option<f32>,
    pub twin: TwinMode,
    /// Moves as arcs; `None` if the layer shows none, or another picture has come.
    pub arcs: Option<Arcs>,
    /// Between these arcs run in a city of many neighbourhoods, RD metres.
    pub district_centres: Vec<[f64; 2]>,
    /// Heat or water on the ground.
    pub film: Film,
    /// One picture is taken: nothing plays by itself.
    pub still: bool,
    /// Further seeds and variants.
    pub background: Option<Background>,
    pub asked_for: Asked,
    /// The report that is being made.
    pub report: Option<Report>,
    /// The film of the window that is being made.
    pub video: Option<Video>,
    /// Wakes the window.
    pub wake: Arc<dyn Fn() + Send + Sync>,
    /// Index into [`SPEEDS`].
    pub speed: usize,
    pub panels: Panels,
    pub orbit: Orbit,
    /// Where the camera starts.
    pub home: Orbit,
    /// Part of the window that the panels leave free, points.
    pub free: Rect,
    /// True once `free` is known and the first view is fitted to it.
    pub fitted: bool,
    /// True while the pointer belongs to the panels.
    pub pointer_taken: bool,
    /// True while keys belong to a text field.
    pub keys_taken: bool,
    /// The colours are to be painted anew.
    pub stale: bool,
    /// The buildings of new homes are to be drawn anew.
    pub rebuilt: bool,
    /// When a change of measures was asked for that this picture shows first.
    pub asked: Option<Instant>,
    /// From measure to picture, ms.
    pub latency_ms: Option<f32>,
    /// Areas in which measures hold now, other than the whole city, and all of them as they are drawn.
    pub marks: (Vec<Area>, Marked),
    /// What is to be done at the end of the frame.
    pub wants: Wants,
    /// Back to the start screen.
    pub leave: bool,
}

/// What is to be done at the end of the frame.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wants {
    /// A picture is to be written.
    pub picture: bool,
}

impl Session {
    /// The words for a key.
    pub fn t(&self, key: &'static str) -> &'static str {
        words::say(self.panels.lang, key)
    }

    /// The words for a key, filled in.
    pub fn t2(&self, key: &'static str, with: &[&str]) -> String {
        words::fill(self.panels.lang, key, with)
    }

    /// The month shown.
    pub fn month(&self) -> Option<Month> {
        self.picture.as_ref().map(|p| p.variant.frame.month)
    }

    /// Shows another layer.
    pub fn choose(&mut self, layer: usize) {
        if layer != self.layer {
            (self.layer, self.scale, self.difference, self.stale) = (layer, None, None, true);
        }
    }

    /// Shows the twin in another way, and lets it run if it is to be seen.
    pub fn show_twin(&mut self, mode: TwinMode) {
        if mode != self.twin {
            if mode != TwinMode::Off && !self.status.twin {
                self.desk.worker.send(Command::Twin(true));
            }
            (self.twin, self.stale, self.difference) = (mode, true, None);
            mode.id().clone_into(&mut self.desk.file.view.twin);
        }
    }

    /// Sends the speed that is `by` places from the present one.
    pub fn change_speed(&mut self, by: isize) {
        self.speed = self.speed.saturating_add_signed(by).min(SPEEDS.len() - 1);
        self.desk.worker.send(Command::Speed(SPEEDS[self.speed]));
    }

    /// Plays, or stands still.
    pub fn toggle(&mut self) {
        let stands = !self.status.playing && self.status.pending == 0;
        self.desk.worker.send(if stands { Command::Play } else { Command::Pause });
    }

    /// The camera as it is shown: from farther off when there is half the width.
    pub fn seen(&self) -> Orbit {
        let farther = if self.twin == TwinMode::Split { 1.5 } else { 1.0 };
        Orbit { distance: self.orbit.distance * farther, ..self.orbit }
    }

    /// What may be shown of a city indicator, by its place in the list of city indicators: of a real city no guarded
    /// levels (models.md E-15).
    pub fn level(&self, record: Option<&Record>, at: usize) -> f64 {
        let hidden = self.is_real() && city_indicators().nth(at).is_some_and(|i| i.guarded);
        record.filter(|_| !hidden).and_then(|r| r.city.get(at)).copied().unwrap_or(f64::NAN)
    }

    /// True for a city built from data about a real place.
    pub fn is_real(&self) -> bool {
        self.desk.city.origin == CityOrigin::Real
    }

    /// Months done in the picture.
    pub fn tick(&self) -> usize {
        let start = self.desk.file.scenario.start;
        self.month().map_or(0, |m| (m.0 - start.0 + 1).max(0) as usize)
    }

    /// True if `indicator` may not be seen beside the layer shown: groups never beside offending, premises or crisis
    /// (models.md E-16).
    pub fn clashes(&self, indicator: &Indicator) -> bool {
        layers::indicator_of(self.layers[self.layer].kind).is_some_and(|layer| {
            layer.guarded && layers::is_of_groups(indicator) || indicator.guarded && layers::is_of_groups(layer)
        })
    }

    /// The views: of the variant (or whatever stands in its place), and of the twin if it is shown beside.
    pub fn lenses(&self) -> (Lens, Option<Lens>) {
        let (free, middle, orbit) = (self.free, self.free.center().x, self.seen());
        if self.twin != TwinMode::Split {
            return (Lens::new(&orbit, free), None);
        }
        let left = Rect { min: free.min, max: Vec2::new(middle - 1.0, free.max.y) };
        let right = Rect { min: Vec2::new(middle + 1.0, free.min.y), max: free.max };
        (Lens::new(&orbit, right), Some(Lens::new(&orbit, left)))
    }

    /// The place on the ground or roof under a point of the window.
    pub fn place_under(&self, point: Vec2) -> Option<[f32; 2]> {
        let (own, other) = self.lenses();
        let lens = [Some(own), other].into_iter().flatten().find(|lens| lens.rect.contains(point))?;
        super::terrain::pick(&self.terrain, &self.tops, lens.eye.into(), lens.direction(point).into())
    }

    /// True if a place in the window is not covered by panels.
    pub fn is_free(&self, p: Vec2) -> bool {
        self.free.contains(p)
    }

    /// Where the chosen lever is to be placed; `None` if nowhere yet.
    pub fn chosen_area(&self) -> Option<Area> {
        if self.panels.choice.as_ref().is_some_and(|c| c.whole_city) {
            return Some(Area::City);
        }
        let extent = &self.panels.brush.marked().extent;
        (!extent.is_empty()).then(|| self.desk.cadastre.area(extent))
    }

    /// True while a lever is chosen whose area is being clicked or painted.
    pub fn chooses_area(&self) -> bool {
        self.panels.choice.as_ref().is_some_and(|choice| !choice.whole_city)
    }

    /// The same, cell by cell.
    pub fn paints_cells(&self) -> bool {
        self.chooses_area() && self.panels.brush.by_cell
    }

    /// Takes back: the last stroke of the brush while there is one, else the last change of measures.
    pub fn undo(&mut self) {
        match self.chooses_area() && self.panels.brush.can_undo() {
            true => self.panels.brush.undo(&self.desk.cadastre),
            false => self.desk.change(Plans::undo),
        }
    }

    /// Does again what was taken back.
    pub fn redo(&mut self) {
        match self.chooses_area() && self.panels.brush.can_redo() {
            true => self.panels.brush.redo(&self.desk.cadastre),
            false => self.desk.change(Plans::redo),
        }
    }

    /// What is chosen, as a measure; `None` while it is not known where.
    pub fn placement(&self) -> Option<Placement> {
        let Choice { lever, value, from, .. } = self.panels.choice.clone()?;
        // Time may have gone on since the lever was taken up.
        let from = from.max(self.next_month());
        Some(Placement { lever, value, area: self.chosen_area()?, from, until: None, on: true })
    }

    /// Places what is chosen.
    pub fn place(&mut self) {
        if let (Some(placement), Some(now)) = (self.placement(), self.month()) {
            let status = self.status.clone();
            self.desk.place(placement, now, &status);
            self.panels.brush.put_down();
            self.panels.choice = None;
        }
    }

    /// The earliest month in which a measure can begin.
    pub fn next_month(&self) -> Month {
        let start = self.desk.file.scenario.start;
        self.month().map_or(start, |m| m.plus(1)).max(start)
    }

    /// Takes up a lever to be placed.
    pub fn take_up(&mut self, lever: &'static Lever) {
        let from = self.next_month();
        // What is counted is offered in proportion to the city: limits are those of a city of a million.
        let part = if lever.divided { 0.1 * (self.n_residents() / 1e6).min(1.0) } else { 0.1 };
        let value =
            if lever.default < lever.max { lever.default + (lever.max - lever.default) * part } else { lever.min };
        // A rule holds everywhere or nowhere.
        let whole_city = lever.acts == Acts::Rule;
        self.panels.choice = Some(Choice { lever, value: round_value(lever, value), from, whole_city });
        self.panels.page = Page::Measures;
    }

    /// Residents of the city when it was built.
    fn n_residents(&self) -> f64 {
        self.desk.city.neighbourhoods.iter().map(|n| f64::from(n.marginals.residents)).sum()
    }

    /// True if people are drawn.
    pub fn shows_people(&self) -> bool {
        self.panels.people && self.orbit.distance < NEAR_M
    }

    /// Begins a film of the window, or ends it.
    pub fn toggle_video(&mut self) {
        match self.video.take() {
            Some(video) => {
                let text = self.t2("video_there", &[&video.path.display().to_string(), &video.n_frames.to_string()]);
                self.desk.tell(text);
            }
            None => {
                let mut path = self.free_path("film").into_os_string();
                path.push(".gif");
                self.video = Some(Video::new(path.into()));
            }
        }
    }

    /// True if the twin stands in the place of the variant.
    pub fn twin_instead(&self) -> bool {
        self.twin == TwinMode::Instead && self.picture.as_ref().is_some_and(|p| p.twin.is_some())
    }

    /// Colours of the buildings of the variant and of the twin, as far as they are shown. First those of the city, then
    /// those built during the run.
    pub fn colours(&mut self) -> [Option<Vec<Rgb>>; 2] {
        let Some(picture) = &self.picture else {
            return [Some(vec![layers::NO_HOMES; self.blocks.blocks.len()]), None];
        };
        let (variant, twin) = (&picture.variant, picture.twin.as_ref());
        let kind = self.layers[self.layer].kind;
        if let Kind::Indicator(at) = kind {
            let both = [Some(variant), twin.filter(|_| self.twin != TwinMode::Off)];
            for shown in both.into_iter().flatten() {
                let now = Scale::around(&self.levels(shown, at));
                self.scale = Some(self.scale.map_or(now, |before| before.union(now)));
            }
        }
        let plain = |shown: &Shown, built: &Blocks| match kind {
            Kind::Tenure => self.of_homes(shown, built, Homes::tenure_colour),
            Kind::Vacancy => self.of_homes(shown, built, Homes::vacancy_colour),
            Kind::Moves | Kind::Hazard(_) => {
                vec![layers::NO_HOMES; self.blocks.blocks.len() + built.blocks.len()]
            }
            Kind::Indicator(at) => {
                let values = self.levels(shown, at);
                let scale = self.scale.unwrap_or(Scale { low: 0.0, high: 1.0 });
                self.of_neighbourhoods(shown, built, |n| values.get(n).map(|v| scale.colour(*v)))
            }
        };
        match (self.twin, twin) {
            (TwinMode::Instead, Some(twin)) => [None, Some(plain(twin, &self.built[1]))],
            (TwinMode::Split, Some(twin)) => [Some(plain(variant, &self.built[0])), Some(plain(twin, &self.built[1]))],
            (TwinMode::Difference, Some(_)) if !matches!(kind, Kind::Moves | Kind::Hazard(_)) => {
                let differences = self.differences(kind);
                let now = differences.as_ref().map_or(0.0, |d| layers::difference_scale(d));
                let most = self.difference.map_or(now, |before| before.max(now));
                let of = |n: usize| {
                    let d = differences.as_ref().and_then(|d| d.get(n)).copied().unwrap_or(f32::NAN);
                    Some(layers::difference_colour(d, most))
                };
                let colours = self.of_neighbourhoods(variant, &self.built[0], of);
                self.difference = Some(most);
                [Some(colours), None]
            }
            _ => [Some(plain(variant, &self.built[0])), None],
        }
    }

    /// The neighbourhoods' values of an indicator as the map shows them: rates as the mean of up to a year.
    pub fn levels(&self, shown: &Shown, at: usize) -> Vec<f32> {
        let indicator = neighbourhood_indicators().nth(at);
        match indicator.filter(|i| is_rate(i) && !(self.is_real() && i.guarded)) {
            Some(indicator) => mean_over(&shown.records, at, self.window(indicator, self.tick())),
            None => shown.frame.neighbourhoods.get(at).cloned().unwrap_or_default(),
        }
    }

    /// What the measures changed in each neighbourhood, see [`difference`].
    pub fn differences(&self, kind: Kind) -> Option<Vec<f32>> {
        let ticks = self.window(layers::indicator_of(kind)?, self.tick());
        difference(self, kind, ticks)
    }

    fn homes(&self, shown: &Shown, built: &Blocks) -> Vec<Homes> {
        let n = self.blocks.blocks.len();
        let mut homes = vec![Homes::default(); n + built.blocks.len()];
        for (&block, &byte) in self.blocks.of_dwelling.iter().zip(&shown.frame.dwellings) {
            if block != NO_BLOCK {
                homes[block as usize].count(byte);
            }
        }
        for (&block, home) in built.of_dwelling.iter().zip(&shown.new_homes) {
            if block != NO_BLOCK {
                homes[n + block as usize].count(home.byte);
            }
        }
        homes
    }

    fn of_homes(&self, shown: &Shown, built: &Blocks, colour: fn(&Homes) -> Rgb) -> Vec<Rgb> {
        self.homes(shown, built).iter().map(colour).collect()
    }

    fn of_neighbourhoods(&self, shown: &Shown, built: &Blocks, colour: impl Fn(usize) -> Option<Rgb>) -> Vec<Rgb> {
        let homes = self.homes(shown, built);
        let blocks = self.blocks.blocks.iter().chain(&built.blocks);
        blocks
            .zip(&homes)
            .map(|(block, h)| match h.by_tenure != [0; 5] {
                true => colour(usize::from(block.neighbourhood)).unwrap_or(layers::NO_HOMES),
                false => layers::NO_HOMES,
            })
            .collect()
    }
}

/// Fewest residents of an area for which a guarded difference of a real city is shown (models.md E-15).
const MANY: f32 = 500.0;

/// What the measures changed in each neighbourhood, mean over some ticks; NaN where either twin has no value, `None` for
/// layers of homes and ground. Taken from what was measured, before levels that may not be shown are hidden.
fn difference(session: &Session, kind: Kind, ticks: std::ops::RangeInclusive<usize>) -> Option<Vec<f32>> {
    let Kind::Indicator(at) = kind else { return None };
    let picture = session.picture.as_ref()?;
    Some(difference_of(session, at, &picture.variant.records, &picture.twin.as_ref()?.records, ticks))
}

/// The same of any two cities. Of a real city guarded differences of small areas are left out.
pub(super) fn difference_of(
    session: &Session,
    at: usize,
    with: &[Record],
    without: &[Record],
    ticks: std::ops::RangeInclusive<usize>,
) -> Vec<f32> {
    let (with, without) = (mean_over(with, at, ticks.clone()), mean_over(without, at, ticks));
    let mut differences: Vec<f32> = with.iter().zip(without).map(|(a, b)| a - b).collect();
    if session.is_real() && neighbourhood_indicators().nth(at).is_some_and(|i| i.guarded) {
        let frame = session.picture.as_ref().map(|p| &p.variant.frame);
        let residents = frame.and_then(|f| f.of_neighbourhoods("residents")).unwrap_or(&[]);
        for (i, difference) in differences.iter_mut().enumerate() {
            if residents.get(i).is_none_or(|n| *n < MANY) {
                *difference = f32::NAN;
            }
        }
    }
    differences
}

/// A value that people would write: two digits, or finer than a two-hundredth of the range.
pub(super) fn round_value(lever: &Lever, value: f64) -> f64 {
    let power = |v: f64| 10f64.powf(v.log10().floor());
    let step = power((lever.max - lever.min) / 200.0);
    let step = if value == 0.0 { step } else { step.min(power(value.abs()) / 10.0) };
    // Counts are whole.
    let step = if lever.divided { step.max(1.0) } else { step };
    ((value / step).round() * step).clamp(lever.min, lever.max)
}

/// Takes over what the simulations have left.
pub(super) fn receive(mut session: ResMut<Session>) {
    let session = &mut *session;
    let status = session.desk.worker.status();
    session.desk.attend(&status);
    if status != session.status {
        session.status = status;
    }
    if let Some(story) = session.desk.worker.take_story() {
        session.panels.story = Some(story);
    }
    session.attend_background();
    session.attend_report();
    let Some(picture) = session.desk.worker.take_picture() else { return };
    let shown = [Some(&picture.variant), picture.twin.as_ref()];
    for (i, shown) in shown.into_iter().enumerate() {
        let homes = shown.map_or(&[][..], |s| s.new_homes.as_slice());
        // Homes are added at the end, so as many homes are the same homes, but for going back and branching.
        let before = session.picture.as_ref().and_then(|p| if i == 0 { Some(&p.variant) } else { p.twin.as_ref() });
        let same = before.is_some_and(|b| {
            b.new_homes.len() == homes.len() && b.new_homes.iter().zip(homes).all(|(a, b)| a.cell == b.cell)
        });
        let none = homes.is_empty() && session.built[i].blocks.is_empty();
        if !same && !none {
            session.built[i] = new_blocks(homes, &session.desk.city, &session.tops);
            session.rebuilt = true;
        }
    }
    session.asked = session.asked.or(picture.asked);
    session.picture = Some(picture);
    session.stale = true;
    session.meet_episode();
}

/// At the end of the frame that first shows a change of measures: how long it took.
pub(super) fn time_answer(mut session: ResMut<Session>, mut drawn: Local<u32>) {
    if session.asked.is_none() || session.stale {
        *drawn = 0;
        return;
    }
    // The frame in which the colours were painted ends with this system; drawing it ends with the next.
    *drawn += 1;
    if *drawn > 1
        && let Some(at) = session.asked.take()
    {
        session.latency_ms = Some(at.elapsed().as_secs_f32() * 1e3);
    }
}
