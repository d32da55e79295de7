//! The window's own graphics device, lent to the models: they solve heat and water on it, and what they leave there
//! becomes the picture on the ground without coming to the host.
//!
//! A job waits until its picture's texture is there, and is done in the render world before the frame is drawn: one
//! compute stage (`film.colour`) and one copy from its buffer to the texture.

use std::sync::{Arc, Mutex, PoisonError};

use bevy::prelude::*;
use bevy::render::render_asset::RenderAssets;
use bevy::render::renderer::{RenderAdapterInfo, RenderDevice, RenderQueue};
use bevy::render::texture::GpuImage;
use bevy::render::{Render, RenderApp, RenderSystems};

use crate::fields::backend::{Backend, Site};
use crate::fields::film::{Look, Painter, Plane};
use crate::fields::gpu::GpuContext;

/// Where the live city solves episodes on `backend`: on the window's device if that is a real one, or any on request;
/// else on the CPU.
pub(super) fn site(world: &World, backend: Backend) -> Site {
    let lent = || {
        let info = world.get_resource::<RenderAdapterInfo>()?;
        let gpu = context(world.get_resource::<RenderDevice>()?, world.get_resource::<RenderQueue>()?, info);
        let limits = gpu.device.limits();
        // What the stages need; devices of old graphics libraries may have less.
        let is_fit = limits.max_storage_buffers_per_shader_stage >= 8
            && limits.max_compute_invocations_per_workgroup >= 256
            && limits.max_compute_workgroups_per_dimension >= 1024;
        is_fit.then_some(gpu)
    };
    match backend {
        Backend::Auto => lent().filter(|gpu| !gpu.is_software).map_or(Backend::Cpu.into(), Site::on_device),
        Backend::Gpu => lent().map_or(Backend::Gpu.into(), Site::on_device),
        Backend::Cpu | Backend::GpuFrom(_) => backend.into(),
    }
}

fn context(device: &RenderDevice, queue: &RenderQueue, info: &RenderAdapterInfo) -> GpuContext {
    let queue = wgpu::Queue::clone(&queue.0);
    let mut gpu = GpuContext::from_device(device.wgpu_device().clone(), queue, info.name.clone());
    gpu.is_software = !matches!(info.device_type, wgpu::DeviceType::DiscreteGpu | wgpu::DeviceType::IntegratedGpu);
    gpu
}

/// A plane to be painted into a picture.
struct Job {
    image: AssetId<Image>,
    plane: Plane,
    look: Look,
}

/// What is to be painted; the same list in the window's world and in the renderer's.
#[derive(Resource, Clone, Default)]
pub(super) struct Jobs(Arc<Mutex<Vec<Job>>>);

impl Jobs {
    /// Asks for `plane` to be painted into `image`, in place of what was asked for it before.
    pub fn ask(&self, image: AssetId<Image>, plane: Plane, look: Look) {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.retain(|job| job.image != image);
        jobs.push(Job { image, plane, look });
    }
}

pub(super) fn plugin(app: &mut App) {
    let jobs = Jobs::default();
    app.insert_resource(jobs.clone());
    if let Some(render) = app.get_sub_app_mut(RenderApp) {
        render.insert_resource(jobs).add_systems(Render, paint.in_set(RenderSystems::PrepareResources));
    }
}

fn paint(
    jobs: Res<Jobs>,
    images: Res<RenderAssets<GpuImage>>,
    (device, queue, info): (Res<RenderDevice>, Res<RenderQueue>, Res<RenderAdapterInfo>),
    mut painter: Local<Option<Painter>>,
) {
    let mut jobs = jobs.0.lock().unwrap_or_else(PoisonError::into_inner);
    jobs.retain(|job| {
        let Some(image) = images.get(job.image) else { return true };
        let [width, height, _] = job.plane.shape;
        if [image.texture.width(), image.texture.height()] != [width, height] {
            // The texture of the right size comes with the next frame.
            return true;
        }
        let gpu = context(&device, &queue, &info);
        let painter = painter.get_or_insert_with(|| Painter::new(gpu.clone()));
        // Where there is no room for the colours the ground stays as it was.
        let _ = gpu.guarded(|| {
            painter.paint(&job.plane, &job.look, &image.texture);
            Ok(())
        });
        false
    });
}
