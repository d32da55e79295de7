//! A device for compute shaders, and stages compiled for it.
//!
//! [`GpuContext::headless`] makes a device of its own; [`GpuContext::from_device`] takes another's, such as that of the live
//! city's renderer (in `Plugin::finish`: `RenderDevice::wgpu_device().clone()` and the queue inside `RenderQueue`; both are
//! handles), so that fields can be drawn without leaving the device. It never owns the application.
//! Limits are pinned to wgpu's defaults (128 MiB per storage binding, 8 storage buffers a stage, 256 invocations), so
//! that what works here works on any adapter. The device's clock is asked for where there is one ([`GpuContext::time_passes`],
//! for benches); no other feature is. A lost device, or an error on it, is
//! noted and comes out of the next read as an error; nothing panics.

use std::sync::{Arc, Mutex, PoisonError};

use super::stage::{Access, Buffers, Size, Stage};

fn note(trouble: &Mutex<Option<String>>, message: String) {
    trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(one_line(&message));
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

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
    /// True for a device that belongs to another, who can draw what lies on it.
    pub is_lent: bool,
    trouble: Arc<Mutex<Option<String>>>,
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
            required_features: adapter.features() & wgpu::Features::TIMESTAMP_QUERY,
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&request)).map_err(|e| e.to_string())?;
        let mut gpu = GpuContext::from_device(device, queue, info.name);
        (gpu.is_software, gpu.is_lent) = (!is_real, false);
        let (lost, wrong) = (gpu.trouble.clone(), gpu.trouble.clone());
        gpu.device.set_device_lost_callback(move |reason, message| note(&lost, format!("{reason:?} {message}")));
        gpu.device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| note(&wrong, e.to_string())));
        Ok(gpu)
    }

    /// A device that belongs to another, and keeps that one's handlers of errors.
    pub fn from_device(device: wgpu::Device, queue: wgpu::Queue, name: String) -> GpuContext {
        GpuContext { device, queue, name, is_software: false, is_lent: true, trouble: Arc::default() }
    }

    /// The first thing that went wrong on the device, in one line.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Do `work` so that what goes wrong on a device of another (memory, say) is an error of the work, and not one that
    /// its owner has to deal with. For work on one thread.
    pub fn guarded<T>(&self, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        if !self.is_lent {
            return work();
        }
        use wgpu::ErrorFilter::{Internal, OutOfMemory, Validation};
        let scopes = [OutOfMemory, Validation, Internal].map(|filter| self.device.push_error_scope(filter));
        let done = work();
        // The last that was opened is closed first.
        let wrong = scopes.into_iter().rev().fold(None, |wrong, scope| pollster::block_on(scope.pop()).or(wrong));
        wrong.map_or(done, |error| Err(one_line(&error.to_string())))
    }

    /// A storage buffer that holds `values`.
    pub fn storage<T: bytemuck::Pod>(&self, label: &str, values: &[T]) -> wgpu::Buffer {
        self.buffer(label, values, wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC)
    }

    /// A uniform buffer that holds `value`.
    pub fn uniform<T: bytemuck::Pod>(&self, label: &str, value: &T) -> wgpu::Buffer {
        self.buffer(label, std::slice::from_ref(value), wgpu::BufferUsages::UNIFORM)
    }

    /// Written through the queue and not by mapping at creation, which panics when the device is lost.
    fn buffer<T: bytemuck::Pod>(&self, label: &str, values: &[T], usage: wgpu::BufferUsages) -> wgpu::Buffer {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: bytes.len() as u64,
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.queue.write_buffer(&buffer, 0, bytes);
        buffer
    }

    /// Seconds that each of `groups` takes when it is dispatched `n` times, by the device's own clock. The error says why they
    /// cannot be had.
    pub fn time_passes(&self, groups: &[(&Kernel, wgpu::BindGroup)], size: Size, n: usize) -> Result<Vec<f64>, String> {
        if !self.device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            return Err(format!("`{}` has no clock that can be read", self.name));
        }
        let count = 2 * groups.len() as u32;
        let queries = self.device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("waterbed.clock"),
            ty: wgpu::QueryType::Timestamp,
            count,
        });
        let resolved = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("waterbed.clock"),
            size: 8 * u64::from(count),
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&Default::default());
        for (k, (kernel, group)) in (0..).zip(groups) {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                label: Some(kernel.stage.name),
                timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                    query_set: &queries,
                    beginning_of_pass_write_index: Some(2 * k),
                    end_of_pass_write_index: Some(2 * k + 1),
                }),
            });
            (0..n).for_each(|_| kernel.record(&mut pass, group, size));
        }
        encoder.resolve_query_set(&queries, 0..count, &resolved, 0);
        self.queue.submit([encoder.finish()]);
        let ticks = self.read::<u64>(&[&resolved])?;
        let seconds = |pair: &[u64]| {
            let [from, to] = [pair[0], pair[1]];
            to.saturating_sub(from) as f64 * f64::from(self.queue.get_timestamp_period()) * 1e-9
        };
        Ok(ticks[0].chunks(2).map(seconds).collect())
    }

    /// A buffer that holds what `source` holds when all work so far is done: it stays on the device.
    pub fn copy(&self, label: &str, source: &wgpu::Buffer) -> wgpu::Buffer {
        let copy = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: source.size(),
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(source, 0, &copy, 0, source.size());
        self.queue.submit([encoder.finish()]);
        copy
    }

    /// Wait for all work and read whole buffers. Fails when the device is lost.
    pub fn read<T: bytemuck::Pod>(&self, buffers: &[&wgpu::Buffer]) -> Result<Vec<Vec<T>>, String> {
        self.trouble().map_or(Ok(()), Err)?;
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
            receiver.recv().map_err(|e| e.to_string())?.map_err(|e| self.trouble().unwrap_or(e.to_string()))?;
        }
        self.trouble().map_or(Ok(()), Err)?;
        Ok(staging.iter().map(|copy| bytemuck::pod_collect_to_vec(&copy.get_mapped_range(..))).collect())
    }
}

/// A stage compiled for a device: entry point `main`, all bindings in group 0.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// What it does.
    pub stage: &'static Stage,
    pipeline: wgpu::ComputePipeline,
}

impl Kernel {
    /// Compile the shader of `stage`.
    pub fn new(gpu: &GpuContext, stage: &'static Stage) -> Kernel {
        let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(stage.name),
            source: wgpu::ShaderSource::Wgsl(stage.wgsl.into()),
        });
        let pipeline = gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(stage.name),
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions { constants: stage.overrides, ..Default::default() },
            cache: None,
        });
        Kernel { stage, pipeline }
    }

    /// Bind the buffers that `pick` gives for the names of the bindings.
    pub fn bind<'a>(&self, gpu: &GpuContext, pick: impl Fn(&'static str) -> &'a wgpu::Buffer) -> wgpu::BindGroup {
        let bindings = self.stage.bindings.iter().enumerate();
        let entries: Vec<wgpu::BindGroupEntry> = bindings
            .map(|(k, b)| wgpu::BindGroupEntry { binding: k as u32, resource: pick(b.name).as_entire_binding() })
            .collect();
        gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(self.stage.name),
            layout: &self.pipeline.get_bind_group_layout(0),
            entries: &entries,
        })
    }

    /// Record one dispatch.
    pub fn record(&self, pass: &mut wgpu::ComputePass, group: &wgpu::BindGroup, size: Size) {
        let [x, y] = self.stage.workgroups(size);
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, group, &[]);
        pass.dispatch_workgroups(x, y, 1);
    }

    /// Run once on buffers of the host: all that the stage uses goes up, what it writes comes back. Names change as the
    /// stage asks.
    pub fn run_once(&self, gpu: &GpuContext, buffers: &mut Buffers) -> Result<(), String> {
        let mut on_device = std::collections::BTreeMap::new();
        for b in self.stage.bindings {
            let words: &[u32] = buffers.get(b.name);
            let buffer = if b.access == Access::Uniform {
                gpu.buffer(b.name, words, wgpu::BufferUsages::UNIFORM)
            } else {
                gpu.storage(b.name, words)
            };
            on_device.insert(b.name, buffer);
        }
        let group = self.bind(gpu, |name| &on_device[name]);
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        self.record(&mut encoder.begin_compute_pass(&Default::default()), &group, buffers.size);
        gpu.queue.submit([encoder.finish()]);
        let written = self.stage.bindings.iter().filter(|b| b.access == Access::Write);
        let names: Vec<&'static str> = written.map(|b| b.name).collect();
        let sources: Vec<&wgpu::Buffer> = names.iter().map(|n| &on_device[n]).collect();
        for (name, words) in names.into_iter().zip(gpu.read::<u32>(&sources)?) {
            buffers.set(name, &words);
        }
        self.stage.swap(buffers);
        Ok(())
    }
}
