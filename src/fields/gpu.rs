//! A device for compute shaders, and stages: one WGSL file, one CPU function of the same name.
//!
//! [`GpuContext`] owns a device of its own when headless, or takes another's (Bevy's). It never owns the application.
//! Limits are pinned to wgpu's defaults (128 MiB per storage binding, 8 storage buffers a stage, 256 invocations), so
//! that what works here works on any adapter. Timings and features are not asked for.

use wgpu::util::DeviceExt;

/// A device and its queue.
#[derive(Debug, Clone)]
pub struct GpuContext {
    /// Device.
    pub device: wgpu::Device,
    /// Queue.
    pub queue: wgpu::Queue,
    /// Name of the adapter.
    pub name: String,
    /// True for software adapters such as lavapipe.
    pub is_software: bool,
}

impl GpuContext {
    /// The best adapter: a real one, or with `software_too` any. The error says in one line why there is none.
    pub fn headless(software_too: bool) -> Result<GpuContext, String> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
        let instance = wgpu::Instance::new(descriptor);
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = pollster::block_on(instance.request_adapter(&options))
            .map_err(|_| "no graphics adapter found".to_owned())?;
        let info = adapter.get_info();
        let is_real = matches!(info.device_type, wgpu::DeviceType::DiscreteGpu | wgpu::DeviceType::IntegratedGpu);
        if !is_real && !software_too {
            return Err(format!("no graphics processor (only `{}`)", info.name));
        }
        let request = wgpu::DeviceDescriptor {
            label: Some("waterbed.fields"),
            required_limits: wgpu::Limits::default(),
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&request)).map_err(|e| e.to_string())?;
        Ok(GpuContext { device, queue, name: info.name, is_software: !is_real })
    }

    /// A storage buffer that holds `values`.
    pub fn storage<T: bytemuck::Pod>(&self, label: &str, values: &[T]) -> wgpu::Buffer {
        self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some(label),
            contents: bytemuck::cast_slice(values),
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
        })
    }

    /// A uniform buffer that holds `value`.
    pub fn uniform<T: bytemuck::Pod>(&self, label: &str, value: &T) -> wgpu::Buffer {
        self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some(label),
            contents: bytemuck::bytes_of(value),
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        })
    }

    /// Wait for all work and read whole buffers. Fails when the device is lost.
    pub fn read<T: bytemuck::Pod>(&self, buffers: &[&wgpu::Buffer]) -> Result<Vec<Vec<T>>, String> {
        let mut encoder = self.device.create_command_encoder(&Default::default());
        let staging: Vec<wgpu::Buffer> = buffers
            .iter()
            .map(|b| {
                let copy = self.device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("waterbed.staging"),
                    size: b.size(),
                    usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                });
                encoder.copy_buffer_to_buffer(b, 0, &copy, 0, b.size());
                copy
            })
            .collect();
        self.queue.submit([encoder.finish()]);
        let (sender, receiver) = std::sync::mpsc::channel();
        for copy in &staging {
            let sender = sender.clone();
            copy.map_async(wgpu::MapMode::Read, .., move |result| {
                // The receiver lives until all answers are in.
                let _ = sender.send(result);
            });
        }
        self.device.poll(wgpu::PollType::wait_indefinitely()).map_err(|e| e.to_string())?;
        for _ in &staging {
            receiver.recv().map_err(|e| e.to_string())?.map_err(|e| e.to_string())?;
        }
        Ok(staging.iter().map(|copy| bytemuck::pod_collect_to_vec(&copy.get_mapped_range(..))).collect())
    }
}

/// One compute shader with its entry point `main`; all bindings lie in group 0.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Name, also the label in debuggers: `flood.local_inertial_flux`.
    pub name: &'static str,
    pipeline: wgpu::ComputePipeline,
}

impl Stage {
    /// Compile `wgsl`, with `overrides` for its constants.
    pub fn new(gpu: &GpuContext, name: &'static str, wgsl: &str, overrides: &[(&str, f64)]) -> Stage {
        let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(name),
            source: wgpu::ShaderSource::Wgsl(wgsl.into()),
        });
        let pipeline = gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(name),
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions { constants: overrides, ..Default::default() },
            cache: None,
        });
        Stage { name, pipeline }
    }

    /// Bind buffers in the order of the shader's bindings.
    pub fn bind(&self, gpu: &GpuContext, buffers: &[&wgpu::Buffer]) -> wgpu::BindGroup {
        let entries: Vec<wgpu::BindGroupEntry> = buffers
            .iter()
            .enumerate()
            .map(|(k, b)| wgpu::BindGroupEntry { binding: k as u32, resource: b.as_entire_binding() })
            .collect();
        gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(self.name),
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &entries,
        })
    }

    /// Record one dispatch.
    pub fn record(&self, pass: &mut wgpu::ComputePass, group: &wgpu::BindGroup, workgroups: [u32; 2]) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, group, &[]);
        pass.dispatch_workgroups(workgroups[0], workgroups[1], 1);
    }
}
