//! Ground, buildings, trees, sky and cameras as Bevy entities.
//!
//! Buildings come in batches: one mesh of some thousand each, all of one material. A building's colour is one pixel of a
//! small picture, so that painting anew means to send that picture and nothing else. The twin has the same meshes and a
//! picture of its own; cameras tell them apart by render layers.

use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::RenderLayers;
use bevy::camera::{CameraOutputMode, Viewport};
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::image::{ImageAddressMode, ImageFilterMode, ImageSampler, ImageSamplerDescriptor};
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use bevy::render::render_resource::{BlendState, Extent3d, TextureDimension, TextureFormat};
use bevy::render::renderer::RenderAdapterInfo;
use bevy::window::PrimaryWindow;
use bevy_egui::PrimaryEguiContext;

use super::blocks::{Block, Shape};
use super::camera::{FOV, Lens};
use super::device;
use super::film::OnGround;
use super::ground;
use super::layers::Rgb;
use super::session::Session;
use super::terrain::Terrain;
use super::{around, people, start, tint, trees};

/// Colour of the sky at the horizon.
pub(super) const SKY: Rgb = [226, 235, 241];
/// Colour of the sky overhead.
const ZENITH: Rgb = [170, 200, 224];
/// Width of the picture of colours, pixels.
const PALETTE_WIDTH: usize = 512;
/// How far above the ground heat and water are drawn, m.
const FILM_M: f32 = 0.6;
/// Buildings in one mesh.
const BATCH: usize = 2048;
/// Buildings that may be added during a run; what goes beyond is counted but not drawn.
const MOST_NEW: usize = 16_384;

/// Render layers: of all, of the variant, of the twin.
const OF_ALL: usize = 0;
const OF_VARIANT: usize = 1;
const OF_TWIN: usize = 2;

/// Everything that goes when another city comes.
#[derive(Component)]
pub(super) struct Scenery;

/// Camera of the variant (0) or of the twin (1).
#[derive(Component)]
pub(super) struct Eye(usize);

/// Handles of what changes.
#[derive(Resource)]
pub(super) struct Painted {
    n_blocks: usize,
    rows: usize,
    sides: [Side; 2],
}

struct Side {
    /// Heat or water: its picture, its material and where it lies.
    paint: Handle<Image>,
    /// The same, filled on the graphics card.
    device_paint: Handle<Image>,
    over_ground: Handle<StandardMaterial>,
    film: Entity,
    people: Entity,
    colours: Handle<Image>,
    material: Handle<StandardMaterial>,
    built: Entity,
}

fn srgb([r, g, b]: Rgb) -> Color {
    Color::srgb_u8(r, g, b)
}

fn image(width: u32, height: u32, rgba: Vec<u8>, sampler: ImageSampler) -> Image {
    let size = Extent3d { width, height, depth_or_array_layers: 1 };
    let usage = RenderAssetUsages::MAIN_WORLD | RenderAssetUsages::RENDER_WORLD;
    let mut image = Image::new(size, TextureDimension::D2, rgba, TextureFormat::Rgba8UnormSrgb, usage);
    image.sampler = sampler;
    image
}

/// A picture whose colours are made on the graphics card.
fn to_be_filled(width: u32, height: u32) -> Image {
    let size = Extent3d { width, height, depth_or_array_layers: 1 };
    let usage = RenderAssetUsages::MAIN_WORLD | RenderAssetUsages::RENDER_WORLD;
    let mut image = Image::new_uninit(size, TextureDimension::D2, TextureFormat::Rgba8UnormSrgb, usage);
    image.sampler = ImageSampler::linear();
    image
}

/// The same with smaller copies of itself for what is far off, so that it does not flicker.
fn smooth_image(picture: ground::Picture, address: ImageAddressMode) -> Image {
    let (width, height) = (picture.width, picture.height);
    let mut all = picture.rgba.clone();
    let (mut level, mut w, mut h, mut n_levels) = (picture.rgba, width, height, 1);
    while w > 1 || h > 1 {
        let (w2, h2) = ((w / 2).max(1), (h / 2).max(1));
        let mut small = Vec::with_capacity((4 * w2 * h2) as usize);
        for row in 0..h2 {
            for col in 0..w2 {
                let (c, r) = ([2 * col, (2 * col + 1).min(w - 1)], [2 * row, (2 * row + 1).min(h - 1)]);
                for channel in 0..4 {
                    let of = |col: u32, row: u32| u32::from(level[(4 * (row * w + col) + channel) as usize]);
                    small.push(((of(c[0], r[0]) + of(c[1], r[0]) + of(c[0], r[1]) + of(c[1], r[1]) + 2) / 4) as u8);
                }
            }
        }
        all.extend_from_slice(&small);
        (level, w, h, n_levels) = (small, w2, h2, n_levels + 1);
    }
    let first = all[..(4 * width * height) as usize].to_vec();
    let sampler = ImageSamplerDescriptor {
        address_mode_u: address,
        address_mode_v: address,
        mag_filter: ImageFilterMode::Linear,
        min_filter: ImageFilterMode::Linear,
        mipmap_filter: ImageFilterMode::Linear,
        anisotropy_clamp: 4,
        ..default()
    };
    let mut image = image(width, height, first, ImageSampler::Descriptor(sampler));
    image.texture_descriptor.mip_level_count = n_levels;
    image.data = Some(all);
    image
}

/// Light is painted on the shapes already.
fn flat(texture: Option<Handle<Image>>, colour: Color) -> StandardMaterial {
    StandardMaterial { base_color: colour, base_color_texture: texture, unlit: true, ..default() }
}

/// The camera that draws the panels, over all others.
pub(super) fn panel_camera(mut commands: Commands) {
    commands.spawn((
        PrimaryEguiContext,
        Camera2d,
        RenderLayers::none(),
        Msaa::Off,
        Camera {
            order: 2,
            output_mode: CameraOutputMode::Write {
                blend_state: Some(BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                clear_color: ClearColorConfig::None,
            },
            clear_color: ClearColorConfig::Custom(Color::NONE),
            ..default()
        },
    ));
}

pub(super) fn build(
    mut commands: Commands,
    session: Res<Session>,
    adapter: Option<Res<RenderAdapterInfo>>,
    mut scenery: ResMut<start::Drawn>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
    mut images: ResMut<Assets<Image>>,
) {
    let terrain = &session.terrain;
    let (half_wide, half_high) = (terrain.size_m[0] / 2.0, terrain.size_m[1] / 2.0);

    let picture = std::mem::replace(&mut scenery.ground, ground::Picture { width: 1, height: 1, rgba: vec![255; 4] });
    let picture = images.add(smooth_image(picture, ImageAddressMode::ClampToEdge));
    let land = meshes.add(mesh(terrain.shape()));
    commands.spawn((Scenery, Mesh3d(land.clone()), MeshMaterial3d(materials.add(flat(Some(picture), Color::WHITE)))));
    let far = 12.0 * half_wide.max(half_high);
    let is_real = session.is_real();
    let meadows = (!is_real).then(|| images.add(smooth_image(ground::meadows(1024), ImageAddressMode::Repeat)));
    let colour = if is_real { srgb(ground::AROUND) } else { Color::WHITE };
    let around = plane([[-far, -far], [far, far]], -1.0, |[x, z]| {
        let side = ground::MEADOWS_M as f32;
        [(x + half_wide) / side, (z + half_high) / side]
    });
    let green = materials.add(flat(meadows, colour));
    commands.spawn((Scenery, Mesh3d(meshes.add(around)), MeshMaterial3d(green)));
    let plain = materials.add(flat(None, Color::WHITE));
    if let Some(shape) = around::shape(&session.desk.city, terrain.size_m, far) {
        commands.spawn((Scenery, Mesh3d(meshes.add(mesh(shape))), MeshMaterial3d(plain.clone())));
    }

    let reach = session.home.reach;
    let sky = StandardMaterial { fog_enabled: false, cull_mode: None, ..flat(None, Color::WHITE) };
    commands.spawn((Scenery, Mesh3d(meshes.add(dome(14.0 * reach))), MeshMaterial3d(materials.add(sky))));

    let bark = plain;
    for some in scenery.trees.chunks(4096) {
        let mut shape = Shape::default();
        some.iter().for_each(|(place, height_m)| trees::add(&mut shape, terrain, *place, *height_m));
        commands.spawn((Scenery, Mesh3d(meshes.add(mesh(shape))), MeshMaterial3d(bark.clone())));
    }
    scenery.trees.clear();

    let n_blocks = session.blocks.blocks.len();
    let rows = (n_blocks + MOST_NEW).div_ceil(PALETTE_WIDTH);
    let mut batches = Vec::new();
    for (batch, blocks) in session.blocks.blocks.chunks(BATCH).enumerate() {
        batches.push(meshes.add(blocks_mesh(blocks, batch * BATCH, rows, terrain)));
    }
    let mut side = |layer: usize| {
        let blank = vec![255; 4 * PALETTE_WIDTH * rows];
        let colours = images.add(image(PALETTE_WIDTH as u32, rows as u32, blank, ImageSampler::nearest()));
        let material = materials.add(flat(Some(colours.clone()), Color::WHITE));
        for mesh in &batches {
            let of_side = RenderLayers::layer(layer);
            commands.spawn((Scenery, Mesh3d(mesh.clone()), MeshMaterial3d(material.clone()), of_side));
        }
        let paint = images.add(image(1, 1, vec![0; 4], ImageSampler::linear()));
        let device_paint = images.add(to_be_filled(1, 1));
        let over = StandardMaterial {
            alpha_mode: AlphaMode::Blend,
            depth_bias: 8.0,
            ..flat(Some(paint.clone()), Color::WHITE)
        };
        let over_ground = materials.add(over);
        let above = Transform::from_xyz(0.0, FILM_M, 0.0);
        let of_side = (RenderLayers::layer(layer), Visibility::Hidden, above);
        let film = commands.spawn((Scenery, Mesh3d(land.clone()), MeshMaterial3d(over_ground.clone()), of_side)).id();
        let empty = meshes.add(blocks_mesh(&[], 0, rows, terrain));
        let nobody = (RenderLayers::layer(layer), Visibility::Hidden);
        let people = commands.spawn((Scenery, Mesh3d(empty.clone()), MeshMaterial3d(bark.clone()), nobody)).id();
        let built = (Scenery, Mesh3d(empty), MeshMaterial3d(material.clone()), RenderLayers::layer(layer));
        Side { paint, device_paint, over_ground, film, people, colours, material, built: commands.spawn(built).id() }
    };
    let sides = [side(OF_VARIANT), side(OF_TWIN)];
    commands.insert_resource(Painted { n_blocks, rows, sides });

    // Smooth edges cost software rendering half its frames; a picture that is waited for may have them.
    let is_software = adapter.is_some_and(|info| info.device_type == wgpu::DeviceType::Cpu);
    let msaa = if is_software && !session.still { Msaa::Off } else { Msaa::Sample4 };
    for (order, layer) in [(0, OF_VARIANT), (1, OF_TWIN)] {
        let clear_color = if order == 0 { ClearColorConfig::Default } else { ClearColorConfig::None };
        commands.spawn((
            Scenery,
            Eye(order),
            Camera3d::default(),
            Camera { order: order as isize, is_active: order == 0, clear_color, ..default() },
            RenderLayers::from_layers(&[OF_ALL, layer]),
            Projection::Perspective(PerspectiveProjection { fov: FOV, near: 5.0, far: 20.0 * reach, ..default() }),
            Tonemapping::None,
            msaa,
            DistanceFog {
                color: srgb(SKY),
                falloff: FogFalloff::Linear { start: 0.8 * reach, end: 2.6 * reach },
                ..default()
            },
        ));
    }
}

fn blocks_mesh(blocks: &[Block], first: usize, rows: usize, terrain: &Terrain) -> Mesh {
    let middle = [terrain.size_m[0] / 2.0, terrain.size_m[1] / 2.0];
    let mut shape = Shape::default();
    for (i, block) in blocks.iter().enumerate() {
        let at = first + i;
        let u = ((at % PALETTE_WIDTH) as f32 + 0.5) / PALETTE_WIDTH as f32;
        let v = ((at / PALETTE_WIDTH) as f32 + 0.5) / rows as f32;
        shape.add(block, terrain.at(block.ring[0]), middle, [u, v]);
    }
    if shape.indices.is_empty() {
        // A mesh of nothing is more than the graphics library can bear.
        let corner = Block { ring: vec![[0.0; 2]; 3], height_m: 0.0, neighbourhood: 0 };
        shape.add(&corner, 0.0, middle, [0.0; 2]);
    }
    mesh(shape)
}

fn mesh(shape: Shape) -> Mesh {
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::default())
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, shape.positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, shape.normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, shape.shades)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, shape.uvs)
        .with_inserted_indices(Indices::U32(shape.indices))
}

/// A level rectangle between two corners (x, z), at height `y`, with its place in a picture by `uv`.
fn plane([[west, north], [east, south]]: [[f32; 2]; 2], y: f32, uv: impl Fn([f32; 2]) -> [f32; 2]) -> Mesh {
    let corners = [[west, north], [west, south], [east, south], [east, north]];
    mesh(Shape {
        positions: corners.map(|[x, z]| [x, y, z]).to_vec(),
        normals: vec![[0.0, 1.0, 0.0]; 4],
        shades: vec![[1.0; 4]; 4],
        uvs: corners.map(uv).to_vec(),
        indices: vec![0, 1, 2, 0, 2, 3],
    })
}

/// The sky: a dome, pale at the horizon, blue overhead.
fn dome(radius: f32) -> Mesh {
    const SIDES: u32 = 24;
    const RINGS: u32 = 8;
    let mut shape = Shape::default();
    for ring in 0..=RINGS {
        let k = ring as f32 / RINGS as f32;
        let angle = k * std::f32::consts::FRAC_PI_2;
        let (height, out) = angle.sin_cos();
        let blend = (k * 1.6).min(1.0);
        let rgb: [u8; 3] =
            std::array::from_fn(|i| (f32::from(SKY[i]) + blend * (f32::from(ZENITH[i]) - f32::from(SKY[i]))) as u8);
        let shade = srgb(rgb).to_linear().to_f32_array();
        for side in 0..=SIDES {
            let (s, c) = (std::f32::consts::TAU * side as f32 / SIDES as f32).sin_cos();
            // The lowest ring dips below the horizon.
            let y = radius * (height - if ring == 0 { 0.05 } else { 0.0 });
            shape.positions.push([radius * out * c, y, radius * out * s]);
            shape.normals.push([0.0, 1.0, 0.0]);
            shape.shades.push(shade);
            shape.uvs.push([0.0, 0.0]);
        }
    }
    for ring in 0..RINGS {
        for side in 0..SIDES {
            let a = ring * (SIDES + 1) + side;
            let b = a + SIDES + 1;
            shape.indices.extend([a, a + 1, b + 1, a, b + 1, b]);
        }
    }
    mesh(shape)
}

/// Paints the buildings anew when picture or layer is another, and draws those that were built.
#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it may touch")]
pub(super) fn paint(
    mut session: ResMut<Session>,
    painted: Res<Painted>,
    jobs: Res<device::Jobs>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut built: Query<&mut Mesh3d>,
    mut seen: Query<&mut Visibility>,
    mut were_near: Local<bool>,
) {
    if session.rebuilt {
        session.rebuilt = false;
        for (side, blocks) in painted.sides.iter().zip(&session.built) {
            let drawn = &blocks.blocks[..blocks.blocks.len().min(MOST_NEW)];
            if let Ok(mut shown) = built.get_mut(side.built) {
                shown.0 = meshes.add(blocks_mesh(drawn, painted.n_blocks, painted.rows, &session.terrain));
            }
        }
    }
    let near = session.shows_people();
    if !session.stale && *were_near == near {
        return;
    }
    *were_near = near;
    for (at, side) in painted.sides.iter().enumerate() {
        let shape = session.picture.as_ref().filter(|_| near).and_then(|picture| {
            let shown = if at == 0 { Some(&picture.variant) } else { picture.twin.as_ref() };
            people::shape(&shown?.frame, &session.desk.city, &session.terrain)
        });
        if let Ok(mut seen) = seen.get_mut(side.people) {
            *seen = if shape.is_some() { Visibility::Inherited } else { Visibility::Hidden };
        }
        if let (Some(shape), Ok(mut shown)) = (shape, built.get_mut(side.people)) {
            shown.0 = meshes.add(mesh(shape));
        }
    }
    if !session.stale {
        return;
    }
    (session.stale, session.arcs) = (false, None);
    // The colours of the buildings first: they settle the scale that the ground has, too.
    for (side, colours) in painted.sides.iter().zip(session.colours()) {
        let Some(colours) = colours else { continue };
        if let Some(mut image) = images.get_mut(&side.colours)
            && let Some(data) = image.data.as_mut()
        {
            for (out, [r, g, b]) in data.chunks_exact_mut(4).zip(colours) {
                out.copy_from_slice(&[r, g, b, 255]);
            }
        }
        // A material notices a new picture only if it is touched itself.
        if let Some(mut material) = materials.get_mut(&side.material) {
            material.unlit = true;
        }
    }
    let of_hazard = session.on_ground();
    let none = of_hazard.iter().all(Option::is_none);
    let shown = if none { session.ground_tint().map(|paint| paint.map(OnGround::Paint)) } else { of_hazard };
    for (side, on_ground) in painted.sides.iter().zip(shown) {
        if let Ok(mut shown) = seen.get_mut(side.film) {
            *shown = if on_ground.is_some() { Visibility::Inherited } else { Visibility::Hidden };
        }
        // Inserting fails only for a handle that is not there, and these are held.
        let texture = match on_ground {
            Some(OnGround::Paint(mut paint)) => {
                tint::fade(&mut paint);
                let picture = image(paint.width, paint.height, paint.rgba, ImageSampler::linear());
                let _ = images.insert(side.paint.id(), picture);
                &side.paint
            }
            Some(OnGround::Plane(plane, look)) => {
                let [width, height, _] = plane.shape;
                if images.get(&side.device_paint).is_none_or(|image| image.size() != UVec2::new(width, height)) {
                    let _ = images.insert(side.device_paint.id(), to_be_filled(width, height));
                }
                jobs.ask(side.device_paint.id(), plane, look);
                &side.device_paint
            }
            None => continue,
        };
        if let Some(mut material) = materials.get_mut(&side.over_ground) {
            material.base_color_texture = Some(texture.clone());
        }
    }
}

/// Puts the cameras where the orbit says, each in its part of the window.
pub(super) fn place_cameras(
    session: Res<Session>,
    window: Single<&Window, With<PrimaryWindow>>,
    mut cameras: Query<(&Eye, &mut Camera, &mut Transform, &mut RenderLayers)>,
) {
    let (own, other) = session.lenses();
    for (eye, mut camera, mut place, mut layers) in &mut cameras {
        let lens = if eye.0 == 0 { Some(own) } else { other };
        let viewport = lens.and_then(|lens| viewport(&lens, &window));
        camera.is_active = viewport.is_some();
        let Some(lens) = lens else { continue };
        camera.viewport = viewport;
        *place = Transform { translation: lens.eye, rotation: lens.facing, scale: Vec3::ONE };
        let shown = if eye.0 == 1 || session.twin_instead() { OF_TWIN } else { OF_VARIANT };
        layers.set_if_neq(RenderLayers::from_layers(&[OF_ALL, shown]));
    }
}

fn viewport(lens: &Lens, window: &Window) -> Option<Viewport> {
    let scale = window.scale_factor();
    let whole = Vec2::new(window.physical_width() as f32, window.physical_height() as f32);
    let low = (lens.rect.min * scale).round().clamp(Vec2::ZERO, whole);
    let high = (lens.rect.max * scale).round().clamp(Vec2::ZERO, whole);
    let size = (high - low).as_uvec2();
    (size.x > 8 && size.y > 8).then(|| Viewport { physical_position: low.as_uvec2(), physical_size: size, ..default() })
}
