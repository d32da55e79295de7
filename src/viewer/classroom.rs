//! Schelling's model live, for a classroom: the town, one slider, and how segregated it is.
//!
//! A window of panels only; the model is stepped in it, for a tick takes less than a frame. Moving the slider goes on
//! with the same town from its start, so that what differs is the wish.

use std::time::{Duration, Instant};

use bevy::prelude::*;
use bevy::window::{RequestRedraw, WindowResolution};
use bevy_egui::egui::{self, ColorImage, RichText, TextureHandle, TextureOptions, Ui};
use bevy_egui::{EguiContexts, EguiPrimaryContextPass};
use egui_plot::{Line, Plot, PlotPoints};

use super::panels::style;
use super::shot::{self, Taken};
use super::window::{ViewError, panels_only};
use super::words::{fill, say};
use crate::lab::picture::{BLUE, EMPTY, ORANGE};
use crate::lab::schelling::{Config, Run, Wish, agents_at};
use crate::report::Lang;

/// Ticks a second while playing.
const TICKS_S: f32 = 8.0;

/// What the window begins with.
#[derive(Debug, Clone)]
pub struct Classroom {
    /// The town.
    pub config: Config,
    /// Its seed.
    pub seed: u64,
    /// Language.
    pub lang: Lang,
    /// Writes a picture after so many ticks and ends.
    pub shot: Option<(std::path::PathBuf, u32)>,
}

#[derive(Resource)]
struct Room {
    config: Config,
    seed: u64,
    lang: Lang,
    run: Run,
    playing: bool,
    since: Instant,
    /// Like neighbours, dissimilarity and happy agents, by tick.
    courses: [Vec<[f64; 2]>; 3],
    texture: Option<TextureHandle>,
    stale: bool,
    problem: Option<String>,
    /// Ticks after which it stands still.
    until: u32,
}

impl Room {
    fn again(&mut self) {
        match Run::new(&self.config, self.seed) {
            Ok(run) => (self.run, self.problem) = (run, None),
            Err(error) => self.problem = Some(error.to_string()),
        }
        self.courses = Default::default();
        self.note();
    }

    /// Remembers how it stands.
    fn note(&mut self) {
        let (outcome, apart) = (self.run.outcome(), self.run.dissimilarity());
        let tick = f64::from(outcome.ticks);
        for (course, value) in self.courses.iter_mut().zip([outcome.like_share, apart, outcome.happy_share]) {
            course.push([tick, value]);
        }
        self.stale = true;
    }

    fn step(&mut self) {
        if self.run.is_over() {
            self.playing = false;
            return;
        }
        match self.run.step() {
            Ok(()) => self.note(),
            Err(error) => (self.problem, self.playing) = (Some(error.to_string()), false),
        }
    }

    fn share(&self) -> f64 {
        match self.config.wish {
            Wish::Share(share) => share,
            Wish::Count(count) => f64::from(count) / f64::from(8 * self.config.radius * (self.config.radius + 1) / 2),
        }
    }
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// If the configuration makes no sense, or there is no window.
pub fn open(classroom: Classroom) -> Result<(), ViewError> {
    let Classroom { config, seed, lang, shot } = classroom;
    let run = Run::new(&config, seed).map_err(|e| ViewError::Simulation(e.to_string()))?;
    let until = shot.as_ref().map_or(u32::MAX, |(_, ticks)| *ticks);
    let mut room = Room {
        config,
        seed,
        lang,
        run,
        playing: shot.is_some(),
        since: Instant::now(),
        courses: Default::default(),
        texture: None,
        stale: true,
        problem: None,
        until,
    };
    room.note();
    let window =
        Window { title: "Waterbed: Schelling".into(), resolution: WindowResolution::new(1100, 720), ..default() };
    panels_only(window, move |app, taken: Taken| {
        app.insert_resource(room).add_systems(Update, go_on).add_systems(EguiPrimaryContextPass, show);
        if let Some((path, _)) = shot {
            app.insert_resource(Wanted { path, taken }).add_systems(Last, take);
        }
    })
}

#[derive(Resource)]
struct Wanted {
    path: std::path::PathBuf,
    taken: Taken,
}

fn take(room: Res<Room>, wanted: Res<Wanted>, mut drawn: Local<u32>, mut commands: Commands) {
    if room.playing || room.stale {
        return;
    }
    *drawn += 1;
    if *drawn == shot::SETTLE {
        shot::take_and_end(&mut commands, wanted.path.clone(), wanted.taken.clone());
    }
}

fn go_on(mut room: ResMut<Room>, keys: Res<ButtonInput<KeyCode>>, mut redraw: MessageWriter<RequestRedraw>) {
    if keys.just_pressed(KeyCode::Space) {
        room.playing = !room.playing;
    }
    if keys.just_pressed(KeyCode::Period) {
        room.step();
    }
    if !room.playing {
        return;
    }
    redraw.write(RequestRedraw);
    if room.since.elapsed() >= Duration::from_secs_f32(1.0 / TICKS_S) || room.until < u32::MAX {
        room.since = Instant::now();
        room.step();
        room.playing &= room.run.ticks() < room.until;
    }
}

fn show(mut contexts: EguiContexts, mut room: ResMut<Room>) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    style::apply(&ctx);
    let whole = egui::UiBuilder::new().layer_id(egui::LayerId::background()).max_rect(ctx.viewport_rect());
    let mut ui = Ui::new(ctx.clone(), "classroom".into(), whole);
    let paper = egui::Frame::new().fill(style::PAPER).inner_margin(16.0);
    egui::Panel::right("steering").frame(paper).resizable(false).exact_size(420.0).show(&mut ui, |ui| {
        egui::ScrollArea::vertical().show(ui, |ui| steering(ui, &mut room));
    });
    egui::CentralPanel::default().frame(paper).show(&mut ui, |ui| town(ui, &mut room));
    Ok(())
}

fn town(ui: &mut Ui, room: &mut Room) {
    if room.stale {
        room.stale = false;
        let size = room.config.size as usize;
        let colours = [EMPTY, BLUE, ORANGE];
        let rgb: Vec<u8> = room.run.cells().iter().flat_map(|cell| colours[usize::from(*cell).min(2)]).collect();
        let image = ColorImage::from_rgb([size, size], &rgb);
        match &mut room.texture {
            Some(texture) => texture.set(image, TextureOptions::NEAREST),
            None => room.texture = Some(ui.ctx().load_texture("town", image, TextureOptions::NEAREST)),
        }
    }
    let side = ui.available_width().min(ui.available_height());
    if let Some(texture) = &room.texture {
        ui.centered_and_justified(|ui| ui.image((texture.id(), egui::vec2(side, side))));
    }
}

fn steering(ui: &mut Ui, room: &mut Room) {
    let lang = room.lang;
    ui.label(RichText::new(say(lang, "schelling_title")).size(20.0).strong());
    ui.label(say(lang, "schelling_what"));
    ui.add_space(8.0);
    let mut percent = (100.0 * room.share()).round();
    ui.label(say(lang, "schelling_wish"));
    ui.spacing_mut().slider_width = 300.0;
    if ui.add(egui::Slider::new(&mut percent, 0.0..=100.0).step_by(1.0).suffix(" %")).changed() {
        room.config.wish = Wish::Share(percent / 100.0);
        room.config.rule = crate::lab::schelling::Rule::Netlogo;
        room.again();
    }
    let cells = f64::from(room.config.size * room.config.size);
    let mut full = (100.0 * f64::from(room.config.agents) / cells).round();
    ui.label(say(lang, "schelling_density"));
    if ui.add(egui::Slider::new(&mut full, 50.0..=99.0).step_by(1.0).suffix(" %")).changed()
        && let Ok(agents) = agents_at(full / 100.0, room.config.size)
    {
        room.config.agents = agents;
        room.again();
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let text = if room.playing { "⏸" } else { "▶" };
        if ui.add(egui::Button::new(RichText::new(text).size(16.0)).min_size(egui::vec2(44.0, 28.0))).clicked() {
            room.playing = !room.playing;
        }
        if ui.button(say(lang, "schelling_step")).clicked() {
            room.step();
        }
        if ui.button(say(lang, "schelling_again")).clicked() {
            room.again();
        }
        if ui.button(say(lang, "schelling_seed")).clicked() {
            room.seed += 1;
            room.again();
        }
    });
    if let Some(problem) = &room.problem {
        ui.label(RichText::new(problem).color(style::ALARM));
    }
    let last = |course: &[[f64; 2]]| course.last().map_or(0.0, |p| p[1]);
    let shown = room.courses.each_ref().map(|c| format!("{:.0} %", 100.0 * last(c)));
    ui.add_space(4.0);
    ui.label(fill(lang, "schelling_now", &[&room.run.ticks().to_string(), &shown[0], &shown[2]]));
    ui.label(fill(lang, "schelling_d", &[&format!("{:.2}", last(&room.courses[1]))]));
    let lines = [
        (say(lang, "schelling_like"), style::VARIANT, 0),
        (say(lang, "schelling_apart"), style::PLACED, 1),
        (say(lang, "schelling_happy"), style::TWIN, 2),
    ];
    style::line_key(ui, &lines.map(|(name, colour, _)| (name, colour)));
    Plot::new("courses")
        .height(210.0)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .include_y(0.0)
        .include_y(1.0)
        .show(ui, |plot| {
            for (name, colour, at) in lines {
                plot.line(Line::new(name, PlotPoints::from(room.courses[at].clone())).color(colour).width(2.0));
            }
        });
    for (title, text) in [
        ("schelling_notice", "schelling_notice_text"),
        ("schelling_try", "schelling_try_text"),
        ("schelling_limits", "schelling_limits_text"),
    ] {
        ui.add_space(6.0);
        ui.label(RichText::new(say(lang, title)).strong());
        ui.label(say(lang, text));
    }
}
