//! Fields drawn where they lie: the stage on both sides, and a flood that never comes to the host to be seen.

#![cfg(feature = "gpu")]
#![allow(clippy::print_stdout, reason = "tests print the figures that they measure")]

use std::sync::Arc;
use std::time::Instant;

use waterbed::challenges::climate::footage::{Shot, thin};
use waterbed::challenges::climate::{Event, Hazard, Reel};
use waterbed::fields::backend::{Backend, Site};
use waterbed::fields::film::stages::{STAGES, pitch};
use waterbed::fields::film::{Hidden, Look, Painter, Plane};
use waterbed::fields::flood::{FloodModel, FloodSetup, Solver};
use waterbed::fields::gpu::{GpuContext, Kernel};
use waterbed::fields::series::Series;
use waterbed::fields::stage::{Buffers, Size};
use waterbed::gis::picture::Ramp;
use waterbed::sim::Month;

use crate::fields_flood::bed;
use crate::fields_gpu::context;

/// As the live city draws water.
fn water() -> Look {
    let ramp = Look::ramp(|k| Ramp::Water.colour(k));
    Look { ends: [0.0, 1.0], least: 0.05, alpha: [190.0, 250.0], fade_px: 7, ramp }
}

/// A device that belongs to another.
fn lent() -> Option<GpuContext> {
    context().map(|own| GpuContext::from_device(own.device, own.queue, own.name))
}

#[test]
fn the_stage_gives_the_same_colours_on_both_sides() {
    let Some(gpu) = context() else { return };
    let heat = Look {
        ends: [24.0, 29.0],
        least: -1e3,
        alpha: [205.0; 2],
        ramp: Look::ramp(|k| Ramp::Inferno.colour(k)),
        ..water()
    };
    for (look, add, [n_cols, n_rows]) in [(water(), 0.0, [83, 41]), (heat, 24.0, [64, 20]), (water(), 0.0, [1, 1])] {
        let stride = n_cols + 1;
        let mut b = Buffers::new(Size { n_cols, n_rows, n_list: 0 });
        b.set("params", &[look.params([n_cols, n_rows, stride], add)]);
        // From below the low end to beyond the high one, with dry cells.
        let values: Vec<f32> = (0..stride * (n_rows + 1)).map(|k| (k % 97) as f32 * 0.07 - 0.5).collect();
        b.set("values", &values);
        b.set("hidden", &Hidden::of((n_cols * n_rows) as usize, |k| k % 11 == 3).bits);
        b.set("ramp", &look.ramp);
        b.set("colours", &vec![9_u32; (pitch(n_cols) * n_rows) as usize]);
        let mut on_gpu = b.clone();
        Kernel::new(&gpu, &STAGES[0]).run_once(&gpu, &mut on_gpu).unwrap();
        STAGES[0].run_on_cpu(&mut b);
        let pairs = b.get::<u32>("colours").iter().zip(on_gpu.get::<u32>("colours"));
        let apart = pairs.map(|(a, b)| levels_apart(*a, *b)).max().unwrap();
        // A device may round a quotient to the other side of the border between two entries of the ramp.
        assert!(apart <= 2, "{apart} levels");
    }
}

/// Greatest difference of two colours, levels of 255.
fn levels_apart(a: u32, b: u32) -> u8 {
    let pairs = a.to_le_bytes().into_iter().zip(b.to_le_bytes());
    pairs.map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0)
}

fn hollow(n: usize) -> FloodSetup {
    let ground = bed(n, n, 10.0, |x, y| 0.6 * (x * 0.011).sin() + 0.5 * (y * 0.017).cos());
    let mut setup = FloodSetup::new(ground, 0.035, Solver::LocalInertial);
    setup.rain_mm_h = Some(Series::constant(90.0, 3600.0));
    setup
}

#[test]
fn a_flood_on_a_lent_device_is_drawn_as_from_the_host_and_only_there_stays_anything() {
    let Some(gpu) = lent() else { return };
    let (n, look) = (200, water());
    let mut hidden = Hidden::of(n * n, |k| k % 50 == 0);
    let (mut own, _) = FloodModel::on(hollow(n), Backend::Gpu).unwrap();
    own.advance_to(60.0).unwrap();
    assert!(own.depth_on_device(&mut hidden).is_none(), "nobody could draw what lies on a device of its own");
    let (mut model, notices) = FloodModel::on(hollow(n), Site::on_device(gpu.clone())).unwrap();
    assert!(notices.is_empty(), "{notices:?}");
    model.advance_to(1800.0).unwrap();
    let early = model.depth_on_device(&mut hidden).unwrap();
    model.advance_to(3600.0).unwrap();
    let depth = model.depth_m();
    let plane = model.depth_on_device(&mut hidden).unwrap();
    assert_eq!((plane.n_bytes(), plane.shape), (4 * (n + 1) * (n + 1), [200, 200, 201]));

    let painter = Painter::new(gpu.clone());
    let from_device = painter.read(&plane, &look).unwrap();
    assert_ne!(painter.read(&early, &look).unwrap(), from_device, "a moment keeps its own values");
    // The host's way: whole centimetres, the exact ramp.
    let begin = Instant::now();
    let from_host: Vec<u32> = (0..n * n)
        .map(|k| {
            let cm = if k % 50 == 0 { 0.0 } else { (depth.values[k] * 100.0).floor() };
            let [r, g, b] = Ramp::Water.colour(0.01 * cm);
            let inside = (k % n).min(n - 1 - k % n).min(k / n).min(n - 1 - k / n).min(7);
            let alpha = if cm < 5.0 { 0 } else { (190.0 + 60.0 * (0.01 * cm).min(1.0)) as usize * inside / 7 };
            u32::from_le_bytes([r, g, b, alpha as u8])
        })
        .collect();
    let colour_ms = begin.elapsed().as_secs_f64() * 1e3;
    let apart = |a: &u32, b: &u32| levels_apart(*a, *b);
    let worst = from_host.iter().zip(&from_device).map(|(a, b)| apart(a, b)).max().unwrap();
    let drawn = from_host.iter().filter(|c| *c >> 24 > 0).count();
    assert!(drawn > n * n / 20 && drawn < n * n * 19 / 20, "{drawn} pixels are wet");
    assert!(worst <= 4, "{worst} levels");

    let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: n as u32, height: n as u32, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8UnormSrgb,
        usage: wgpu::TextureUsages::COPY_DST | wgpu::TextureUsages::TEXTURE_BINDING,
        view_formats: &[],
    });
    let done = || gpu.device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
    let time = |show: &dyn Fn()| {
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let begin = Instant::now();
            show();
            done();
            best = best.min(begin.elapsed().as_secs_f64() * 1e3);
        }
        best
    };
    let by_device_ms = time(&|| painter.paint(&plane, &look, &texture));
    let by_host_ms = colour_ms
        + time(&|| {
            let layout = wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(4 * n as u32),
                rows_per_image: Some(n as u32),
            };
            let bytes: Vec<u8> = from_host.iter().flat_map(|c| c.to_le_bytes()).collect();
            gpu.queue.write_texture(texture.as_image_copy(), &bytes, layout, texture.size());
            gpu.queue.submit([]);
        });
    let up = size_of_val(look.ramp.as_slice()) + size_of_val(&look.params(plane.shape, 0.0));
    println!(
        "{}: a moment of {n} × {n} pixels: {up} bytes up and {by_device_ms:.2} ms from the device, {} bytes up and \
         {by_host_ms:.2} ms from the host; {worst} levels apart at most",
        gpu.name,
        4 * n * n
    );
    assert_eq!(gpu.trouble(), None);
}

#[test]
fn the_oldest_films_let_go_of_the_device_first_and_keep_their_moments() {
    let Some(gpu) = context() else { return };
    let plane = Plane {
        values: gpu.storage("values", &[0.0_f32; 100]),
        hidden: gpu.storage("hidden", &[0_u32; 4]),
        shape: [10, 10, 10],
        add: 0.0,
    };
    let map = || [vec![7; 100], Vec::new(), Vec::new()];
    let reel = |year: i32| {
        let hazard = Hazard::Cloudburst { mm: 90.0, hours: 1.0, power: true };
        let event = Event { month: Month::new(year, 6), day: 1, hazard, place: None };
        let shot = |hours: f32| Shot { hours, maps: map(), on_device: Some(plane.clone()) };
        Arc::new(Reel { event, shots: vec![shot(1.0), shot(2.0)], whole: map() })
    };
    let all: Vec<Arc<Reel>> = (2025..2028).map(reel).collect();
    let thinned = |host: usize, device: usize| {
        let mut reels = all.clone();
        thin(&mut reels, host, device);
        reels.iter().map(|reel| (reel.n_bytes(), reel.n_device_bytes())).collect::<Vec<_>>()
    };
    assert_eq!(thinned(1800, 2400), [(600, 800); 3], "all of it fits");
    assert_eq!(thinned(1800, 1000), [(600, 0), (600, 0), (600, 800)]);
    assert_eq!(thinned(1800, 10), [(600, 0); 3], "the newest too, if it alone is too much");
    assert_eq!(thinned(1400, 2400), [(200, 0), (600, 800), (600, 800)], "a film without moments has none to draw");
    let mut reels = all.clone();
    thin(&mut reels, 1800, 0);
    assert!(reels == all, "what can be seen is the same");
}

#[test]
fn what_goes_wrong_on_a_lent_device_is_no_concern_of_its_owner() {
    let Some(own) = context() else { return };
    let lent = GpuContext::from_device(own.device.clone(), own.queue.clone(), own.name.clone());
    let too_large = || {
        let size = lent.device.limits().max_buffer_size + 4;
        let usage = wgpu::BufferUsages::STORAGE;
        drop(lent.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size,
            usage,
            mapped_at_creation: false,
        }));
        Ok(())
    };
    let why = lent.guarded(too_large).unwrap_err();
    assert!(why.lines().count() == 1 && why.contains("greater than the maximum"), "{why}");
    assert_eq!(own.trouble(), None);
    assert_eq!(lent.guarded(|| Ok(7)), Ok(7));
    // Without a guard the owner hears of it.
    own.guarded(too_large).unwrap();
    assert!(own.trouble().is_some());
}
