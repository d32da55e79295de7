//! Heat and water on the ground: which episode is shown, which moment of it, and in what colours.
//!
//! An episode plays by itself when its month comes: months stand still, its dozen moments go by, then the map of all of
//! it stays and months go on. Water is drawn from 5 cm on, pale to deep blue; heat from dark to pale (inferno). They keep
//! their order in grey and for the colour-blind.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy::prelude::*;
use bevy::window::RequestRedraw;

use super::layers::{self, Kind};
use super::session::{Session, TwinMode};
use super::tint;
use super::worker::Command;
use crate::challenges::climate::footage::WET_CM;
use crate::challenges::climate::{Hazard, Quantity, Reel, events};
use crate::fields::film::{Look, Plane};
use crate::gis::picture::Ramp;
use crate::policies::lever;
use crate::session::Placement;
use crate::sim::{Area, Month};

/// Shortest time that a moment stays.
const MOMENT: Duration = Duration::from_millis(500);
/// Speed from which moving water is drawn, m/s.
const SLOW_M_S: f32 = 0.05;
/// How much of the ground heat covers, 0–255.
const HEAT_ALPHA: f32 = 205.0;
/// How much of the ground shallow and deep water cover, 0–255.
const WATER_ALPHA: [f32; 2] = [190.0, 250.0];

/// How an episode is shown.
#[derive(Debug)]
pub(super) struct Film {
    /// Index of the moment; `None` = all of it in one map.
    pub at: Option<usize>,
    pub playing: bool,
    /// Months go on when it is over.
    resume: bool,
    since: Instant,
    /// The one that played last by itself.
    seen: Option<Arc<Reel>>,
    scale: Option<Scale>,
}

impl Film {
    /// Standing still at a moment, from 1; or showing all of it in one map.
    pub fn at(moment: Option<usize>) -> Film {
        let at = moment.map(|n| n.saturating_sub(1));
        Film { at, playing: false, resume: false, since: Instant::now(), seen: None, scale: None }
    }
}

/// Both ends of the colours of a film, and what they were found for.
#[derive(Debug)]
struct Scale {
    reel: Arc<Reel>,
    quantity: Quantity,
    /// Of a moment; else of all in one map.
    moment: bool,
    ends: [f32; 2],
}

/// What is shown on the ground.
pub(super) enum OnGround {
    /// Colours that go up to the graphics card.
    Paint(Paint),
    /// What a model left on the graphics card, to be coloured there.
    Plane(Plane, Look),
}

/// What is painted on the ground: red, green, blue and how much of it, row 0 in the north.
pub(super) struct Paint {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// Something that can be set off at a click.
#[derive(Debug, Clone, Copy)]
pub(super) struct Preset {
    /// Key of its words.
    pub words: &'static str,
    pub lever: &'static str,
    pub value: f64,
}

/// Heat waves of five days. The last is the Dutch record (Gilze-Rijen, 25 July 2019, KNMI; M).
pub(super) const HEAT: [Preset; 3] = [
    Preset { words: "heat_33", lever: events::EVENT_HEAT_WAVE, value: 33.0 },
    Preset { words: "heat_37", lever: events::EVENT_HEAT_WAVE, value: 37.0 },
    Preset { words: "heat_2019", lever: events::EVENT_HEAT_WAVE, value: 40.7 },
];

/// Rains of the Dutch stress tests (STOWA; M), and the storm of July 2021 in Limburg (150–175 mm in two days, KNMI; M).
pub(super) const RAIN: [Preset; 4] = [
    Preset { words: "rain_70", lever: events::EVENT_CLOUDBURST, value: 70.0 },
    Preset { words: "rain_90", lever: events::EVENT_CLOUDBURST, value: 90.0 },
    Preset { words: "rain_150", lever: events::EVENT_LONG_RAIN, value: 150.0 },
    Preset { words: "rain_2021", lever: events::EVENT_LONG_RAIN, value: 175.0 },
];

/// Gaps in the dike (A).
pub(super) const BREACH: [Preset; 2] = [
    Preset { words: "breach_100", lever: events::EVENT_BREACH, value: 100.0 },
    Preset { words: "breach_200", lever: events::EVENT_BREACH, value: 200.0 },
];

impl Session {
    /// Sets something off, in the next month (heat: in the next July), around the neighbourhood looked at, and goes
    /// there.
    pub fn set_off(&mut self, preset: Preset) {
        let (Some(lever), Some(now)) = (lever(preset.lever), self.month()) else { return };
        let mut from = self.next_month();
        let is_heat = preset.lever == events::EVENT_HEAT_WAVE;
        if is_heat {
            while from.month() != 7 {
                from = from.plus(1);
            }
        }
        let here = self.panels.here.filter(|_| !is_heat);
        let code = here.map(|n| self.desk.city.neighbourhoods[n].code.clone());
        let area = code.map_or(Area::City, |code| Area::Places(vec![code]));
        let until = Some(from.plus(1));
        let placement = Placement { lever, value: preset.value, area, from, until, on: true };
        let status = self.status.clone();
        self.desk.place(placement, now, &status);
        self.film.resume = status.playing;
        self.desk.worker.send(Command::GoTo(from));
    }

    /// What the layer shows of an episode; `None` if it is none of these.
    pub fn quantity(&self) -> Option<Quantity> {
        match self.layers[self.layer].kind {
            Kind::Hazard(quantity) => Some(quantity),
            _ => None,
        }
    }

    /// The last episode of the kind that the layer shows.
    pub fn reel(&self) -> Option<&Arc<Reel>> {
        let is_water = self.quantity()?.is_water();
        let of = |reels: &'_ [Arc<Reel>]| reels.iter().rposition(|reel| reel.is_water() == is_water);
        let picture = self.picture.as_ref()?;
        let shown = if self.twin_instead() { picture.twin.as_ref()? } else { &picture.variant };
        of(&shown.reels).map(|at| &shown.reels[at])
    }

    /// The same episode in the twin.
    pub fn in_twin(&self, reel: &Reel) -> Option<&Arc<Reel>> {
        let twin = self.picture.as_ref()?.twin.as_ref()?;
        twin.reels.iter().find(|other| other.event == reel.event)
    }

    /// An episode of this month that has not been seen yet plays by itself.
    pub fn meet_episode(&mut self) {
        let Some(picture) = self.picture.as_ref().filter(|_| !self.still) else { return };
        let month = picture.variant.frame.month;
        let newest = picture.variant.reels.last().filter(|reel| reel.event.month == month).cloned();
        let Some(reel) = newest.filter(|reel| self.film.seen.as_ref() != Some(reel)) else { return };
        self.film.resume |= self.status.playing;
        self.desk.worker.send(Command::Pause);
        let main = if reel.is_water() { Quantity::Depth } else { Quantity::Air };
        let is_shown = self.quantity().is_some_and(|quantity| quantity.is_water() == reel.is_water());
        if let Some(layer) = self.layers.iter().position(|l| l.kind == Kind::Hazard(main)).filter(|_| !is_shown) {
            self.choose(layer);
        }
        if self.twin == TwinMode::Difference {
            // The difference of two floods is seldom what one wants to see first.
            self.show_twin(TwinMode::Off);
        }
        self.film.seen = Some(reel);
        self.play_film();
    }

    /// Plays it from its first moment.
    pub fn play_film(&mut self) {
        (self.film.at, self.film.playing, self.film.since, self.stale) = (Some(0), true, Instant::now(), true);
    }

    /// Shows one moment, or all in one map, and stands still.
    pub fn show_moment(&mut self, at: Option<usize>) {
        (self.film.at, self.film.playing, self.stale) = (at, false, true);
        self.end_film();
    }

    /// Months go on if they went before.
    fn end_film(&mut self) {
        self.film.playing = false;
        if std::mem::take(&mut self.film.resume) {
            self.desk.worker.send(Command::Play);
        }
    }

    /// Values at both ends of the colours of the episode shown, in the unit of the quantity.
    pub fn hazard_scale(&mut self) -> Option<[f32; 2]> {
        let (quantity, reel) = (self.quantity()?, self.reel()?.clone());
        let moment = self.film.at.is_some_and(|at| at < reel.shots.len());
        let fits = |s: &&Scale| Arc::ptr_eq(&s.reel, &reel) && (s.quantity, s.moment) == (quantity, moment);
        if let Some(scale) = self.film.scale.as_ref().filter(fits) {
            return Some(scale.ends);
        }
        let ends = scale_of(&reel, quantity, moment);
        self.film.scale = Some(Scale { reel, quantity, moment, ends });
        Some(ends)
    }

    /// What is shown on the ground in the variant's picture and in the twin's; `None` where nothing is. A moment that
    /// a model left on the graphics card is coloured there; all else (moments of the CPU, the map of the whole,
    /// differences) here.
    pub fn on_ground(&mut self) -> [Option<OnGround>; 2] {
        let none = [None, None];
        let (Some(quantity), Some(reel)) = (self.quantity(), self.reel().cloned()) else { return none };
        let Some(scale) = self.hazard_scale() else { return none };
        let twin = self.in_twin(&reel).cloned();
        let grid = self.desk.city.ground.elevation_m.grid;
        let at = self.film.at;
        let paint = |rgba: Vec<u8>| {
            Some(OnGround::Paint(Paint { width: grid.n_cols as u32, height: grid.n_rows as u32, rgba }))
        };
        let on_device = |reel: &Reel| reel.shots.get(at?)?.on_device.clone().filter(|_| quantity.is_on_device());
        let plain = |reel: &Reel| match on_device(reel) {
            Some(plane) => Some(OnGround::Plane(plane, look(quantity, scale))),
            None => paint(colours(quantity, reel.map(quantity, at), scale)),
        };
        match (self.twin, twin) {
            (TwinMode::Split, twin) => [plain(&reel), twin.and_then(|twin| plain(&twin))],
            (TwinMode::Instead, _) if self.twin_instead() => [None, plain(&reel)],
            (TwinMode::Difference, Some(twin)) => {
                let pairs = reel.map(quantity, at).iter().zip(twin.map(quantity, at));
                let differences: Vec<f32> = pairs.map(|(a, b)| quantity.value(*a) - quantity.value(*b)).collect();
                let most = layers::difference_scale(&differences);
                self.difference = Some(most);
                // Half of the least step counts as none.
                let least = 0.5 * quantity.step();
                let rgba = differences.iter().flat_map(|d| {
                    let [r, g, b] = layers::difference_colour(*d, most);
                    [r, g, b, if d.abs() > least { 225 } else { 0 }]
                });
                [paint(rgba.collect()), None]
            }
            (TwinMode::Difference, None) => none,
            _ => [plain(&reel), None],
        }
    }
}

/// Keys of the words about a quantity.
pub(super) struct Words {
    /// Title of its layer.
    pub layer: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What its map of the whole episode shows.
    pub whole: &'static str,
    /// Below the legend.
    pub note: &'static str,
}

pub(super) fn words(quantity: Quantity) -> Words {
    let [layer, unit, whole, note] = match quantity {
        Quantity::Depth => ["layer_water", "unit_m", "film_deepest", "water_note"],
        Quantity::Speed => ["layer_speed", "unit_m_s", "film_fastest", "speed_note"],
        Quantity::Arrival => ["layer_arrival", "unit_h", "film_arrived", "arrival_note"],
        Quantity::Air => ["layer_heat", "unit_c", "film_nights", "heat_note"],
        Quantity::Surface => ["layer_surface", "unit_c", "film_hottest", "surface_note"],
        Quantity::Pet => ["layer_pet", "unit_c", "film_hottest", "pet_note"],
    };
    Words { layer, unit, whole, note }
}

fn scale_of(reel: &Reel, quantity: Quantity, moment: bool) -> [f32; 2] {
    let whole = reel.map(quantity, None);
    let moments = || (0..reel.shots.len()).map(|at| reel.map(quantity, Some(at)));
    // Values there are, in order, and their percentiles.
    let sorted = |map: &[i16], least: f32| -> Vec<f32> {
        let mut values: Vec<f32> = map.iter().map(|v| quantity.value(*v)).filter(|v| *v >= least).collect();
        values.sort_unstable_by(f32::total_cmp);
        values
    };
    let at = |values: &[f32], share: f64| values.get(((values.len().max(1) - 1) as f64 * share) as usize).copied();
    match quantity {
        // A pond that fills up is not to make all streets pale.
        Quantity::Depth => {
            let deep = at(&sorted(whole, least(quantity)), 0.95).unwrap_or(0.0);
            [0.0, if deep > 1.5 { 4.0 } else { 1.0 }]
        }
        Quantity::Speed => {
            let fast = at(&sorted(whole, least(quantity)), 0.98).unwrap_or(0.0);
            [0.0, [0.5, 1.0, 2.0].into_iter().find(|end| fast <= *end).unwrap_or(4.0)]
        }
        Quantity::Arrival => [0.0, at(&sorted(whole, 0.0), 0.98).unwrap_or(1.0).ceil().max(1.0)],
        // From no heat stress to beyond the extreme, as the Dutch standard map has it.
        Quantity::Pet => [23.0, 47.0],
        Quantity::Air | Quantity::Surface => {
            let maps: Vec<&[i16]> = if moment { moments().collect() } else { vec![whole] };
            let mut ends = [f32::INFINITY, f32::NEG_INFINITY];
            for map in maps {
                let values = sorted(map, f32::NEG_INFINITY);
                if let (Some(low), Some(high)) = (at(&values, 0.02), at(&values, 0.98)) {
                    ends = [ends[0].min(low), ends[1].max(high)];
                }
            }
            let step = if moment || quantity != Quantity::Air { 1.0 } else { 0.5 };
            [(ends[0] / step).floor() * step, (ends[1] / step).ceil() * step]
        }
    }
}

/// Colours of the legend: depth pale to deep blue, speed dark to bright, arrival bright to dark (early is bright), heat dark
/// to pale.
pub(super) fn ramp(quantity: Quantity, k: f32) -> [u8; 3] {
    match quantity {
        Quantity::Depth => Ramp::Water.colour(k),
        Quantity::Speed => Ramp::Viridis.colour(k),
        Quantity::Arrival => Ramp::Viridis.colour(1.0 - k),
        Quantity::Air | Quantity::Surface | Quantity::Pet => Ramp::Inferno.colour(0.12 + 0.88 * k),
    }
}

/// Values below this are not drawn.
fn least(quantity: Quantity) -> f32 {
    match quantity {
        Quantity::Depth => 0.01 * f32::from(WET_CM),
        Quantity::Speed => SLOW_M_S,
        _ => -1e3,
    }
}

/// Alpha at both ends of the colours.
fn alpha(quantity: Quantity) -> [f32; 2] {
    if quantity == Quantity::Depth { WATER_ALPHA } else { [HEAT_ALPHA; 2] }
}

/// The same colours as [`colours`] gives, for the graphics card.
fn look(quantity: Quantity, ends: [f32; 2]) -> Look {
    let ramp = Look::ramp(|k| ramp(quantity, k));
    Look { ends, least: least(quantity), alpha: alpha(quantity), fade_px: tint::FADE_PX as u32, ramp }
}

fn colours(quantity: Quantity, values: &[i16], [low, high]: [f32; 2]) -> Vec<u8> {
    let ([pale, deep], least) = (alpha(quantity), least(quantity));
    let pixel = |value: &i16| {
        let value = quantity.value(*value);
        let k = (value - low) / (high - low).max(0.01);
        let [r, g, b] = ramp(quantity, if k.is_nan() { 0.0 } else { k });
        let alpha = if value >= least { pale + (deep - pale) * k.clamp(0.0, 1.0) } else { 0.0 };
        [r, g, b, alpha as u8]
    };
    values.iter().flat_map(pixel).collect()
}

/// The month and kind of each episode, for the time bar: true for water.
pub(super) fn marks(session: &Session) -> Vec<(Month, bool)> {
    let reels = session.picture.as_ref().map_or(&[][..], |p| p.variant.reels.as_slice());
    reels.iter().map(|reel| (reel.event.month, reel.is_water())).collect()
}

/// Key of the words for what happened.
pub(super) fn title(hazard: Hazard) -> &'static str {
    match hazard {
        Hazard::HeatWave { .. } => "heat_wave",
        Hazard::Cloudburst { hours, .. } if hours > 12.0 => "long_rain",
        Hazard::Cloudburst { .. } => "cloudburst",
        Hazard::Breach { .. } => "breach",
    }
}

/// Goes on to the next moment when it is time.
pub(super) fn play(mut session: ResMut<Session>, mut redraw: MessageWriter<RequestRedraw>) {
    if !session.film.playing {
        return;
    }
    redraw.write(RequestRedraw);
    if session.film.since.elapsed() < MOMENT || session.stale {
        return;
    }
    let n = session.reel().map_or(0, |reel| reel.shots.len());
    let next = session.film.at.map_or(0, |at| at + 1);
    session.film.since = Instant::now();
    session.stale = true;
    session.film.at = (next < n).then_some(next);
    if next >= n {
        session.end_film();
    }
}
