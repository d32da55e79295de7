//! The window: puts worker, scene, panels and input together.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bevy::log::{Level, LogPlugin};
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::window::{RequestRedraw, WindowResizeConstraints, WindowResolution, WindowTheme};
use bevy::winit::{EventLoopProxyWrapper, UpdateMode, WinitSettings, WinitUserEvent};
use bevy_egui::{EguiGlobalSettings, EguiPlugin, EguiPrimaryContextPass};

use super::camera::Orbit;
use super::desk::Desk;
use super::figures::{self, Figure, Figures};
pub use super::session::Page;
use super::session::{self, Panels, Session, TwinMode, Wants};
use super::shot::{self, Taken, Wanted};
use super::start::{self, Loaded, Prepared, Start, Wake};
use super::worker::{Command, Status};
use super::{device, film, input, layers, panels, scene, video, words};
use crate::fields::backend::Backend;
use crate::report::Lang;
use crate::sim::Month;

/// How the window begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Window size, points.
    pub size: (u32, u32),
    /// Layer shown first, by its name.
    pub layer: String,
    /// How the twin is shown: `off`, `toggle`, `split` or `difference`.
    pub twin: Option<String>,
    /// Camera: target east and south of the middle, m; heading and pitch, degrees; distance, m.
    pub camera: Option<[f32; 5]>,
    /// Page of the right panel.
    pub page: Page,
    /// Neighbourhood looked at, index into the city's.
    pub here: Option<usize>,
    /// Language.
    pub lang: Lang,
    /// Where heat and water are computed.
    pub backend: Backend,
    /// Take a picture and end.
    pub shot: Option<Shot>,
    /// Measure what it takes since then, and end.
    pub figures: Option<Instant>,
}

/// A picture to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shot {
    /// PNG file.
    pub path: PathBuf,
    /// The month whose end it shows; `None` = the start.
    pub at: Option<Month>,
    /// The moment of the episode shown, from 1; `None` = all of it in one map.
    pub moment: Option<usize>,
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

/// What the window opens with.
pub enum Opening {
    /// The start screen.
    Start,
    /// A session.
    Session(Box<Loaded>),
}

/// Opens the live session and returns when its window is closed: with the session as it was left, if there was one.
///
/// # Errors
/// If there is no such layer, no window, or no picture.
pub fn open(opening: Opening, options: &Options) -> Result<Option<Closed>, ViewError> {
    let layers = layers::layers();
    layers::find(&layers, &options.layer)
        .map_err(|nearest| ViewError::Layer { given: options.layer.clone(), nearest })?;
    let title = match &opening {
        Opening::Start => "Waterbed".to_string(),
        Opening::Session(loaded) => format!("Waterbed: {}", loaded.city.name),
    };
    // Window and graphics libraries panic where there is no display or no graphics; that is no bug of ours.
    let opened = quietly(|| {
        let mut app = App::new();
        let resolution = WindowResolution::new(options.size.0, options.size.1);
        let window = Window { title, resolution, ..default() };
        // What is measured or waited for is drawn whole from its first frame on.
        let waits = options.shot.is_some() || options.figures.is_some();
        app.add_plugins(plugins(window, waits)).add_plugins(EguiPlugin::default());
        app
    });
    let mut app = opened.map_err(ViewError::Window)?;
    let proxy = (**app.world().resource::<EventLoopProxyWrapper>()).clone();
    // Fails only when the window is gone already.
    let wake = Wake(Arc::new(move || {
        let _ = proxy.send_event(WinitUserEvent::WakeUp);
    }));
    let result = Arc::new(Mutex::new(None));
    if let Some(shot) = &options.shot {
        app.insert_resource(Wanted { path: shot.path.clone(), at: shot.at, result: result.clone() })
            .insert_resource(WinitSettings::continuous())
            .add_systems(Last, shot::take.run_if(resource_exists::<Session>));
    } else {
        let idle = UpdateMode::reactive_low_power(Duration::from_secs(5));
        app.insert_resource(WinitSettings { focused_mode: idle, unfocused_mode: idle });
    }
    if let Some(opened) = options.figures {
        app.insert_resource(Figures::new(opened))
            .insert_resource(WinitSettings::continuous())
            .add_systems(Last, figures::measure.after(session::time_answer).run_if(resource_exists::<Session>));
    }
    let closed = Arc::new(Mutex::new(None));
    let [r, g, b] = scene::SKY;
    app.insert_resource(ClearColor(Color::srgb_u8(r, g, b)))
        .insert_resource(wake)
        .insert_resource(Wished(options.clone()))
        .insert_resource(Closing(closed.clone()))
        .add_plugins((start::plugin, device::plugin))
        .add_systems(Last, settle)
        .add_systems(PreStartup, |mut settings: ResMut<EguiGlobalSettings>| {
            settings.auto_create_primary_context = false
        })
        .add_systems(PreStartup, begin_with.run_if(resource_exists::<First>))
        .add_systems(Startup, scene::panel_camera)
        .add_systems(PreUpdate, begin.run_if(resource_exists::<Start>))
        .add_systems(Update, scene::build.run_if(resource_added::<Session>))
        .add_systems(
            Update,
            (
                session::receive,
                film::play,
                input::keys,
                input::mouse.run_if(not(resource_exists::<Wanted>)),
                scene::paint,
                scene::place_cameras,
                act,
            )
                .chain()
                .after(scene::build)
                .run_if(resource_exists::<Session>),
        )
        .add_systems(EguiPrimaryContextPass, panels::show.run_if(resource_exists::<Session>))
        .add_systems(
            Last,
            (session::time_answer, video::film, redraw, close).chain().run_if(resource_exists::<Session>),
        );
    match opening {
        Opening::Start => {
            app.insert_resource(Start::new(options.lang));
        }
        Opening::Session(loaded) => {
            app.insert_resource(First(start::prepare(*loaded)));
        }
    }
    let exit = quietly(move || app.run()).map_err(ViewError::Window)?;
    let taken = result.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (&options.shot, taken, exit) {
        (Some(_), Some(Err(message)), _) => Err(ViewError::Shot(message)),
        (Some(_), None, _) => Err(ViewError::Shot("the window was closed before".into())),
        (None, _, AppExit::Error(code)) => Err(ViewError::Window(format!("drawing ended with code {code}"))),
        _ => Ok(closed.lock().unwrap_or_else(PoisonError::into_inner).take()),
    }
}

/// A session as it was left.
#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    /// The session.
    pub file: crate::session::SessionFile,
    /// The file it was saved to, or else its autosave.
    pub path: Option<PathBuf>,
    /// The city.
    pub city: Arc<crate::city::City>,
    /// What was measured, where that was asked for.
    pub figures: Vec<Figure>,
}

#[derive(Resource)]
struct Wished(Options);

#[derive(Resource)]
struct Closing(Arc<Mutex<Option<Closed>>>);

fn plugins(window: Window, for_shot: bool) -> bevy::app::PluginGroupBuilder {
    let window = Window {
        resize_constraints: WindowResizeConstraints { min_width: 300.0, min_height: 200.0, ..default() },
        window_theme: Some(WindowTheme::Light),
        ..window
    };
    DefaultPlugins
        .set(WindowPlugin { primary_window: Some(window), ..default() })
        .set(LogPlugin { level: Level::ERROR, filter: "wgpu=error,naga=error".into(), ..default() })
        .set(RenderPlugin { synchronous_pipeline_compilation: for_shot, ..default() })
}

/// Opens a window without a city: only panels, which `fill` adds. With them comes a slot for a picture to be taken.
pub(super) fn panels_only(window: Window, fill: impl FnOnce(&mut App, Taken)) -> Result<(), ViewError> {
    let mut app = quietly(|| {
        let mut app = App::new();
        app.add_plugins(plugins(window, true)).add_plugins(EguiPlugin::default());
        app
    })
    .map_err(ViewError::Window)?;
    let [r, g, b] = scene::SKY;
    app.insert_resource(ClearColor(Color::srgb_u8(r, g, b)))
        .insert_resource(WinitSettings::desktop_app())
        .add_systems(PreStartup, |mut settings: ResMut<EguiGlobalSettings>| {
            settings.auto_create_primary_context = false
        })
        .add_systems(Startup, scene::panel_camera);
    let taken = Taken::default();
    fill(&mut app, taken.clone());
    quietly(move || app.run()).map_err(ViewError::Window)?;
    match taken.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(Err(message)) => Err(ViewError::Shot(message)),
        _ => Ok(()),
    }
}

/// Puts a session into the window.
fn insert(world: &mut World, prepared: Prepared) {
    let Prepared { mut loaded, blocks, terrain, tops, drawn } = prepared;
    let wished = world.resource::<Wished>().0.clone();
    let wake = world.resource::<Wake>().0.clone();
    if wished.layer != layers::FIRST {
        loaded.file.view.layer.clone_from(&wished.layer);
    }
    if let Some(twin) = &wished.twin {
        loaded.file.view.twin.clone_from(twin);
    }
    if let Some([east, south, heading, pitch, distance]) = wished.camera {
        let view = &mut loaded.file.view;
        view.camera_target_m = [east, south];
        (view.camera_heading_deg, view.camera_pitch_deg, view.camera_distance_m) = (heading, pitch, distance);
    }
    let layers = layers::layers();
    // A session file may name a layer that there is no longer.
    let layer = layers::find(&layers, &loaded.file.view.layer).unwrap_or(0);
    let lang = world.get_resource::<Start>().map_or(wished.lang, |start| start.lang);
    // A session that has gone on without a graphics processor goes on without one.
    let on_cpu = loaded.file.month >= loaded.file.scenario.start && loaded.answers.is_empty();
    let backend = if wished.backend == Backend::Auto && on_cpu { Backend::Cpu } else { wished.backend };
    let solver = (device::site(world, backend), loaded.answers);
    let mut desk = Desk::open(loaded.file, loaded.city, loaded.keeper, solver, move || wake());
    if let Some(path) = loaded.path
        && !desk.hold(&path)
    {
        loaded.note = Some(words::fill(lang, "open_elsewhere", &[&path.display().to_string()]));
    }
    desk.note = loaded.note.map(|note| (note, Instant::now()));
    if let Some(at) = wished.shot.as_ref().and_then(|shot| shot.at) {
        desk.worker.send(Command::GoTo(at));
    }
    let first_time = wished.shot.is_none() && wished.figures.is_none() && is_first_time();
    let size = Vec2::new(wished.size.0 as f32, wished.size.1 as f32);
    let orbit = Orbit::over(&[], size, size.y);
    let reach = Vec2::from(terrain.size_m).length() * 6.0;
    let twin = TwinMode::from_id(&desk.file.view.twin);
    let n_hoods = desk.city.neighbourhoods.len();
    let mut session = Session {
        hood_of_pixel: super::tint::places(&desk.city),
        arcs: None,
        district_centres: super::arcs::district_centres(&desk.city),
        desk,
        blocks,
        terrain,
        tops,
        status: Status::default(),
        picture: None,
        built: Default::default(),
        layers,
        layer,
        scale: None,
        difference: None,
        twin: TwinMode::Off,
        film: film::Film::at(wished.shot.as_ref().and_then(|shot| shot.moment)),
        still: wished.shot.is_some(),
        background: None,
        asked_for: Default::default(),
        report: None,
        video: None,
        wake: world.resource::<Wake>().0.clone(),
        speed: 2,
        panels: Panels {
            lang,
            page: wished.page,
            labels: true,
            people: true,
            search: String::new(),
            lever_search: String::new(),
            seek_layer: false,
            seek_lever: false,
            browser: None,
            choice: None,
            brush: Default::default(),
            here: wished.here.filter(|n| *n < n_hoods),
            hovered: None,
            story: None,
            n_asked: 0,
            charted: "residents",
            ui_scale: 1.0,
            band: false,
            table: false,
            moved: "property_crime_per_1000_y",
            area_file: String::new(),
            help: false,
            tour: first_time.then_some(0),
            jump: String::new(),
            save_as: None,
            dragged: None,
        },
        orbit: Orbit { reach, ..orbit },
        home: Orbit { reach, ..orbit },
        free: Rect { min: Vec2::ZERO, max: size },
        fitted: false,
        pointer_taken: false,
        keys_taken: false,
        stale: true,
        rebuilt: false,
        asked: None,
        latency_ms: None,
        marks: Default::default(),
        wants: Wants::default(),
        leave: false,
    };
    session.show_twin(twin);
    world.insert_resource(drawn);
    world.insert_resource(session);
}

/// True once for each user.
fn is_first_time() -> bool {
    let folder = crate::session::keep::default_folder();
    let mark = folder.join("tour-seen");
    // Where nothing can be written the tour comes again; it can be skipped.
    let is_first = !mark.exists();
    if is_first {
        let _ = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&mark, ""));
    }
    is_first
}

/// The session that the window opens with, until there is a window.
#[derive(Resource)]
struct First(Prepared);

/// Opens it: not before, since only a window has a device to lend.
fn begin_with(world: &mut World) {
    if let Some(First(prepared)) = world.remove_resource::<First>() {
        insert(world, prepared);
    }
}

/// Opens the session that the start screen has made ready.
fn begin(world: &mut World) {
    let Some(prepared) = world.resource_mut::<Start>().take() else { return };
    insert(world, prepared);
    world.remove_resource::<Start>();
}

/// Does what was asked for at the end of the frame: a picture, or going back to the start screen.
fn act(world: &mut World) {
    let wants = std::mem::take(&mut world.resource_mut::<Session>().wants);
    if wants.picture {
        let path = world.resource::<Session>().picture_path();
        shot::write(world, path);
    }
    if world.resource::<Session>().leave
        && let Some(mut session) = world.remove_resource::<Session>()
    {
        session.remember_view();
        session.desk.close();
        let scenery: Vec<Entity> = world.query_filtered::<Entity, With<scene::Scenery>>().iter(world).collect();
        scenery.into_iter().for_each(|entity| {
            world.despawn(entity);
        });
        world.insert_resource(Start::new(session.panels.lang));
    }
}

/// New letters reach the graphics card a frame late, so what was pressed is followed by two more frames.
fn settle(
    buttons: Res<ButtonInput<MouseButton>>,
    keys: Res<ButtonInput<KeyCode>>,
    mut left: Local<u32>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let pressed = buttons.get_just_pressed().next().is_some() || keys.get_just_pressed().next().is_some();
    let let_go = buttons.get_just_released().next().is_some() || keys.get_just_released().next().is_some();
    *left = if pressed || let_go { 2 } else { left.saturating_sub(1) };
    if *left > 0 {
        redraw.write(RequestRedraw);
    }
}

/// Asks for another frame where this one is not the last word.
fn redraw(
    session: Res<Session>,
    mut before: Local<Rect>,
    mut left: Local<u32>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let filmed = session.video.as_ref().is_some_and(video::Video::waits);
    let is_new = session.asked.is_some() || session.stale || filmed || *before != session.free;
    // Letters that a picture brings are on the graphics card a frame later; while months go by the next one follows.
    *left = if is_new && !session.status.playing { 3 } else { left.saturating_sub(1) };
    if is_new || *left > 0 {
        redraw.write(RequestRedraw);
    }
    *before = session.free;
}

/// Keeps what there is when the window closes.
fn close(
    mut session: ResMut<Session>,
    closing: Res<Closing>,
    mut exits: MessageReader<AppExit>,
    figures: Option<Res<Figures>>,
) {
    if exits.read().next().is_none() {
        return;
    }
    session.remember_view();
    let saved = session.desk.is_saved();
    let path = session.desk.close().filter(|_| !saved).or(session.desk.path.clone().filter(|_| saved));
    let figures = figures.map(|f| f.found.clone()).unwrap_or_default();
    let closed = Closed { file: session.desk.file.clone(), path, city: session.desk.city.clone(), figures };
    *closing.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(closed);
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
