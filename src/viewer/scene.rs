//! Ground, blocks, sky and camera as Bevy entities.
//!
//! Blocks come in batches: one mesh of some thousand buildings each, all of one material. A building's colour is one
//! pixel of a small picture, so that painting anew means to send that picture and nothing else.

use bevy::asset::RenderAssetUsages;
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::image::ImageSampler;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use bevy::window::PrimaryWindow;

use super::blocks::Shape;
use super::camera::FOV;
use super::ground;
use super::layers::Rgb;
use super::session::Session;

/// Colour of the sky at the horizon.
pub(super) const SKY: Rgb = [226, 235, 241];
/// Width of the picture of colours, pixels.
const PALETTE_WIDTH: usize = 512;
/// Buildings in one mesh.
const BATCH: usize = 2048;

/// Handles of what changes.
#[derive(Resource)]
pub(super) struct Painted {
    colours: Handle<Image>,
    material: Handle<StandardMaterial>,
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

/// Light is painted on the shapes already.
fn flat(texture: Option<Handle<Image>>, colour: Color) -> StandardMaterial {
    StandardMaterial { base_color: colour, base_color_texture: texture, unlit: true, ..default() }
}

pub(super) fn build(
    mut commands: Commands,
    session: Res<Session>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
    mut images: ResMut<Assets<Image>>,
) {
    let grid = &session.city.grid;
    let (wide, high) = ((grid.n_cols as f64 * grid.cell_m) as f32, (grid.n_rows as f64 * grid.cell_m) as f32);
    let middle = [wide / 2.0, high / 2.0];

    let picture = ground::paint(&session.city);
    let picture = images.add(image(picture.width, picture.height, picture.rgba, ImageSampler::linear()));
    let (w, h) = (middle[0], middle[1]);
    let quad = plane([[-w, -h], [w, h]], 0.0);
    commands.spawn((Mesh3d(meshes.add(quad)), MeshMaterial3d(materials.add(flat(Some(picture), Color::WHITE)))));
    let far = 12.0 * w.max(h);
    let around = plane([[-far, -far], [far, far]], -3.0);
    commands.spawn((Mesh3d(meshes.add(around)), MeshMaterial3d(materials.add(flat(None, srgb(ground::AROUND))))));

    let n = session.blocks.blocks.len();
    let rows = n.div_ceil(PALETTE_WIDTH).max(1);
    let blank = vec![255; 4 * PALETTE_WIDTH * rows];
    let colours = images.add(image(PALETTE_WIDTH as u32, rows as u32, blank, ImageSampler::nearest()));
    let material = materials.add(flat(Some(colours.clone()), Color::WHITE));
    for (batch, blocks) in session.blocks.blocks.chunks(BATCH).enumerate() {
        let mut shape = Shape::default();
        for (i, block) in blocks.iter().enumerate() {
            let at = batch * BATCH + i;
            let u = ((at % PALETTE_WIDTH) as f32 + 0.5) / PALETTE_WIDTH as f32;
            let v = ((at / PALETTE_WIDTH) as f32 + 0.5) / rows as f32;
            shape.add(block, middle, [u, v]);
        }
        commands.spawn((Mesh3d(meshes.add(mesh(shape))), MeshMaterial3d(material.clone())));
    }
    commands.insert_resource(Painted { colours, material });

    let reach = session.home.reach;
    commands.spawn((
        Camera3d::default(),
        Projection::Perspective(PerspectiveProjection { fov: FOV, near: 5.0, far: 20.0 * reach, ..default() }),
        Tonemapping::None,
        Msaa::Sample4,
        DistanceFog {
            color: srgb(SKY),
            falloff: FogFalloff::Linear { start: 0.7 * reach, end: 2.2 * reach },
            ..default()
        },
    ));
}

fn mesh(shape: Shape) -> Mesh {
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, shape.positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, shape.normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, shape.shades)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, shape.uvs)
        .with_inserted_indices(Indices::U32(shape.indices))
}

/// A level rectangle between two corners (x, z), at height `y`.
fn plane([[west, north], [east, south]]: [[f32; 2]; 2], y: f32) -> Mesh {
    mesh(Shape {
        positions: vec![[west, y, north], [west, y, south], [east, y, south], [east, y, north]],
        normals: vec![[0.0, 1.0, 0.0]; 4],
        shades: vec![[1.0; 4]; 4],
        uvs: vec![[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]],
        indices: vec![0, 1, 2, 0, 2, 3],
    })
}

/// Paints the blocks anew when the frame or the layer is another.
pub(super) fn paint(
    mut session: ResMut<Session>,
    painted: Res<Painted>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
) {
    if !session.stale {
        return;
    }
    session.stale = false;
    let colours = session.colours();
    if let Some(mut image) = images.get_mut(&painted.colours)
        && let Some(data) = image.data.as_mut()
    {
        for (out, [r, g, b]) in data.chunks_exact_mut(4).zip(colours) {
            out.copy_from_slice(&[r, g, b, 255]);
        }
    }
    // A material notices a new picture only if it is touched itself.
    if let Some(mut material) = materials.get_mut(&painted.material) {
        material.unlit = true;
    }
}

/// Puts the camera where the orbit says.
pub(super) fn place_camera(
    session: Res<Session>,
    window: Single<&Window, With<PrimaryWindow>>,
    mut camera: Single<&mut Transform, With<Camera3d>>,
) {
    let size = Vec2::new(window.width(), window.height());
    let (eye, facing) = session.orbit.eye(session.off_middle(size), size.y);
    **camera = Transform { translation: eye, rotation: facing, scale: Vec3::ONE };
}
