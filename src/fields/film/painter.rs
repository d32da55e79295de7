//! Colours a plane on its device and fills a texture with it.

use super::plane::Plane;
use super::stages::{Look, STAGES, pitch};
use crate::fields::gpu::{GpuContext, Kernel};
use crate::fields::stage::Size;

/// The stage compiled for a device.
#[derive(Debug, Clone)]
pub struct Painter {
    gpu: GpuContext,
    kernel: Kernel,
}

impl Painter {
    /// Compile it.
    pub fn new(gpu: GpuContext) -> Painter {
        Painter { kernel: Kernel::new(&gpu, &STAGES[0]), gpu }
    }

    /// Paint `plane` as `look` says into `texture` (rgba, 8 bits each, of the plane's size), without waiting for it.
    /// What goes up is the uniform and the ramp.
    pub fn paint(&self, plane: &Plane, look: &Look, texture: &wgpu::Texture) {
        let [width, height, _] = plane.shape;
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        let colours = self.colour(&mut encoder, plane, look);
        let from = wgpu::TexelCopyBufferInfo {
            buffer: &colours,
            layout: wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(4 * pitch(width)),
                rows_per_image: Some(height),
            },
        };
        let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
        encoder.copy_buffer_to_texture(from, texture.as_image_copy(), size);
        self.gpu.queue.submit([encoder.finish()]);
    }

    /// The colours of `plane`, read back: for tests.
    #[doc(hidden)]
    pub fn read(&self, plane: &Plane, look: &Look) -> Result<Vec<u32>, String> {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        let colours = self.colour(&mut encoder, plane, look);
        self.gpu.queue.submit([encoder.finish()]);
        let mut words = self.gpu.read::<u32>(&[&colours])?.remove(0);
        let [n_cols, ..] = plane.shape.map(|n| n as usize);
        let pitch = pitch(plane.shape[0]) as usize;
        Ok(words.chunks_mut(pitch).flat_map(|row| row[..n_cols].to_vec()).collect())
    }

    fn colour(&self, encoder: &mut wgpu::CommandEncoder, plane: &Plane, look: &Look) -> wgpu::Buffer {
        let [n_cols, n_rows, _] = plane.shape;
        let params = self.gpu.uniform("film.params", &look.params(plane.shape, plane.add));
        let ramp = self.gpu.storage("film.ramp", &look.ramp);
        let colours = self.gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("film.colours"),
            size: 4 * u64::from(pitch(n_cols)) * u64::from(n_rows),
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        let group = self.kernel.bind(&self.gpu, |name| match name {
            "params" => &params,
            "values" => &plane.values,
            "hidden" => &plane.hidden,
            "ramp" => &ramp,
            _ => &colours,
        });
        let size = Size { n_cols, n_rows, n_list: 0 };
        self.kernel.record(&mut encoder.begin_compute_pass(&Default::default()), &group, size);
        colours
    }
}
