//! The window: puts worker, scene, panels and input together.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bevy::log::{Level, LogPlugin};
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::window::{WindowResolution, WindowTheme};
use bevy::winit::{EventLoopProxyWrapper, UpdateMode, WinitSettings, WinitUserEvent};
use bevy_egui::{EguiPlugin, EguiPrimaryContextPass};

use super::blocks::Blocks;
use super::camera::Orbit;
use super::session::{self, Session};
use super::shot::{self, Wanted};
use super::worker::{Command, Status, Worker};
use super::{input, layers, panels, scene};
use crate::city::City;
use crate::sim::{Month, Simulation};

/// How the session begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Window size, points.
    pub size: (u32, u32),
    /// Layer shown first, by its name.
    pub layer: String,
    /// Take a picture and end.
    pub shot: Option<Shot>,
}

/// A picture to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shot {
    /// PNG file.
    pub path: PathBuf,
    /// The month whose end it shows; `None` = the start.
    pub at: Option<Month>,
}

/// Why there is no session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// No such layer.
    #[error("there is no layer `{given}`; did you mean `{nearest}`?")]
    Layer {
        /// The name given.
        given: String,
        /// The name nearest to it.
        nearest: &'static str,
    },
    /// No window can be opened or drawn in.
    #[error("no window can be opened: {0}")]
    Window(String),
    /// The simulation could not be built or found itself wrong.
    #[error("{0}")]
    Simulation(String),
    /// The picture was not taken.
    #[error("no picture was taken: {0}")]
    Shot(String),
}

/// Opens the live session of `city` and returns when its window is closed. `make` builds the simulation; it is called
/// on the simulation's own thread.
///
/// # Errors
/// If there is no such layer, no window, or no picture.
pub fn open(
    city: Arc<City>,
    make: impl FnOnce() -> Result<Simulation, String> + Send + 'static,
    options: &Options,
) -> Result<(), ViewError> {
    let layers = layers::layers();
    let layer = layers::find(&layers, &options.layer)
        .map_err(|nearest| ViewError::Layer { given: options.layer.clone(), nearest })?;
    let blocks = Blocks::of(&city);
    let home = first_view(&city, &blocks, options.size);
    // Window and graphics libraries panic where there is no display or no graphics; that is no bug of ours.
    let opened = quietly(|| {
        let mut app = App::new();
        app.add_plugins(plugins(&city, options)).add_plugins(EguiPlugin::default());
        app
    });
    let mut app = opened.map_err(ViewError::Window)?;
    let proxy = (**app.world().resource::<EventLoopProxyWrapper>()).clone();
    // Fails only when the window is gone already.
    let wake = move || {
        let _ = proxy.send_event(WinitUserEvent::WakeUp);
    };
    let worker = Worker::start(make, wake);
    let result = Arc::new(Mutex::new(None));
    if let Some(shot) = &options.shot {
        if let Some(at) = shot.at {
            worker.send(Command::RunTo(at));
        }
        app.insert_resource(Wanted { path: shot.path.clone(), at: shot.at, result: result.clone() })
            .insert_resource(WinitSettings::continuous())
            .add_systems(Last, shot::take);
    } else {
        let idle = UpdateMode::reactive_low_power(Duration::from_secs(5));
        app.insert_resource(WinitSettings { focused_mode: idle, unfocused_mode: idle });
    }
    let [r, g, b] = scene::SKY;
    let (wide, high) = (options.size.0 as f32, options.size.1 as f32);
    app.insert_resource(ClearColor(Color::srgb_u8(r, g, b)))
        .insert_resource(Session {
            city,
            blocks,
            worker,
            status: Status::default(),
            frame: None,
            layers,
            layer,
            scale: None,
            speed: 2,
            labels: true,
            search: String::new(),
            orbit: home,
            home,
            free: [0.0, 0.0, wide, high],
            pointer_taken: false,
            keys_taken: false,
            stale: true,
        })
        .add_systems(Startup, scene::build)
        .add_systems(Update, (session::receive, input::keys, input::mouse, scene::paint, scene::place_camera).chain())
        .add_systems(EguiPrimaryContextPass, panels::show);
    let exit = quietly(move || app.run()).map_err(ViewError::Window)?;
    let taken = result.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (&options.shot, taken, exit) {
        (Some(_), Some(Err(message)), _) => Err(ViewError::Shot(message)),
        (Some(_), None, _) => Err(ViewError::Shot("the window was closed before".into())),
        (None, _, AppExit::Error(code)) => Err(ViewError::Window(format!("drawing ended with code {code}"))),
        _ => Ok(()),
    }
}

fn plugins(city: &City, options: &Options) -> bevy::app::PluginGroupBuilder {
    let window = Window {
        title: format!("Waterbed: {}", city.name),
        resolution: WindowResolution::new(options.size.0, options.size.1),
        window_theme: Some(WindowTheme::Light),
        ..default()
    };
    DefaultPlugins
        .set(WindowPlugin { primary_window: Some(window), ..default() })
        .set(LogPlugin { level: Level::ERROR, filter: "wgpu=error,naga=error".into(), ..default() })
        .set(RenderPlugin { synchronous_pipeline_compilation: options.shot.is_some(), ..default() })
}

/// What the panels take of the window at first: from its width, from its height; points.
const PANELS: Vec2 = Vec2::new(240.0, 102.0);

/// The first view: everything that is built, or all of the grid.
fn first_view(city: &City, blocks: &Blocks, (wide, high): (u32, u32)) -> Orbit {
    let grid = &city.grid;
    let size = Vec2::new((grid.n_cols as f64 * grid.cell_m) as f32, (grid.n_rows as f64 * grid.cell_m) as f32);
    let every = blocks.blocks.len() / 2000 + 1;
    let built = blocks.blocks.iter().step_by(every).filter_map(|b| b.ring.first());
    let mut points: Vec<Vec2> = built.map(|p| Vec2::new(p[0] - size.x / 2.0, size.y / 2.0 - p[1])).collect();
    if points.is_empty() {
        points = vec![-size / 2.0, size / 2.0];
    }
    let window = Vec2::new(wide as f32, high as f32);
    Orbit::over(&points, window - PANELS, window.y)
}

/// Runs `f`; a panic becomes its message, and nothing is printed about it.
fn quietly<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(f));
    std::panic::set_hook(before);
    result.map_err(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
            .unwrap_or_else(|| "the graphics library gave up".into())
    })
}
