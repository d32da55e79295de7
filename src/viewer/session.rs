//! What the window knows: desk, newest picture, chosen layer, camera, and what is open.

use std::collections::BTreeSet;
use std::time::Instant;

use bevy::prelude::*;

use super::blocks::{Blocks, NO_BLOCK, new_blocks};
use super::camera::{Lens, Orbit};
use super::desk::Desk;
use super::layers::{self, Homes, Kind, Layer, Rgb, Scale};
use super::picture::{Picture, Shown};
use super::story::Story;
use super::terrain::{Terrain, Tops};
use super::words;
use super::worker::{Command, Status};
use crate::city::CityOrigin;
use crate::indicators::{Indicator, city_indicators};
use crate::policies::Lever;
use crate::report::Lang;
use crate::session::{Placement, Record};
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
    /// Part of a layer's title to look for.
    pub search: String,
    /// Part of a lever's name to look for.
    pub lever_search: String,
    pub choice: Option<Choice>,
    /// Neighbourhoods clicked while a lever is chosen.
    pub area: BTreeSet<usize>,
    /// Neighbourhood looked at.
    pub here: Option<usize>,
    pub hovered: Option<usize>,
    pub story: Option<Story>,
    pub n_asked: u32,
    /// City indicator whose course is drawn.
    pub charted: &'static str,
    pub ui_scale: f32,
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
        let codes: Vec<String> =
            self.panels.area.iter().map(|&n| self.desk.city.neighbourhoods[n].code.clone()).collect();
        (!codes.is_empty()).then_some(Area::Neighbourhoods(codes))
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
            self.panels.area.clear();
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
        let value =
            if lever.default < lever.max { lever.default + (lever.max - lever.default) * 0.1 } else { lever.min };
        self.panels.choice = Some(Choice { lever, value: round_value(lever, value), from, whole_city: false });
        self.panels.page = Page::Measures;
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
                let now = Scale::around(shown.frame.neighbourhoods.get(at).map_or(&[][..], Vec::as_slice));
                self.scale = Some(self.scale.map_or(now, |before| before.union(now)));
            }
        }
        let plain = |shown: &Shown, built: &Blocks| match kind {
            Kind::Tenure => self.of_homes(shown, built, Homes::tenure_colour),
            Kind::Vacancy => self.of_homes(shown, built, Homes::vacancy_colour),
            Kind::Indicator(at) => {
                let values = shown.frame.neighbourhoods.get(at).map_or(&[][..], Vec::as_slice);
                let scale = self.scale.unwrap_or(Scale { low: 0.0, high: 1.0 });
                self.of_neighbourhoods(shown, built, |n| values.get(n).map(|v| scale.colour(*v)))
            }
        };
        match (self.twin, twin) {
            (TwinMode::Instead, Some(twin)) => [None, Some(plain(twin, &self.built[1]))],
            (TwinMode::Split, Some(twin)) => [Some(plain(variant, &self.built[0])), Some(plain(twin, &self.built[1]))],
            (TwinMode::Difference, Some(_)) => {
                let differences = difference(kind, picture, self.tick(), self.is_real());
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

/// What the measures changed in each neighbourhood; NaN where either twin has no value, `None` for layers of homes.
/// Taken from what was measured, before levels that may not be shown are hidden.
pub(super) fn difference(kind: Kind, picture: &Picture, tick: usize, is_real: bool) -> Option<Vec<f32>> {
    let Kind::Indicator(at) = kind else { return None };
    let of = |shown: &Shown| shown.records.get(tick).and_then(|r| r.neighbourhoods.get(at)).cloned();
    let (variant, twin) = (of(&picture.variant)?, of(picture.twin.as_ref()?)?);
    let mut differences: Vec<f32> = variant.iter().zip(twin).map(|(a, b)| a - b).collect();
    if is_real && layers::indicator_of(kind).is_some_and(|i| i.guarded) {
        let residents = picture.variant.frame.of_neighbourhoods("residents").unwrap_or(&[]);
        for (i, difference) in differences.iter_mut().enumerate() {
            if residents.get(i).is_none_or(|n| *n < MANY) {
                *difference = f32::NAN;
            }
        }
    }
    Some(differences)
}

/// A value that people would write.
pub(super) fn round_value(lever: &Lever, value: f64) -> f64 {
    let step = 10f64.powf(((lever.max - lever.min) / 200.0).log10().floor());
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
