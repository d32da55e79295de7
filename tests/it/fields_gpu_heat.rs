//! Heat in shaders: equal to the CPU, stage by stage and over a day (software Vulkan counts).

#![cfg(feature = "gpu")]
#![allow(clippy::print_stdout, reason = "tests print the figures that they measure")]

use waterbed::fields::backend::{Backend, Site};
use waterbed::fields::film::Hidden;
use waterbed::fields::gpu::{GpuContext, Kernel};
use waterbed::fields::heat::cover::Cover;
use waterbed::fields::heat::model::Surroundings;
use waterbed::fields::heat::stages::{Params, STAGES};
use waterbed::fields::heat::weather::Hour;
use waterbed::fields::heat::{HeatModel, HeatSetup};
use waterbed::fields::stage::Access;
use waterbed::gis::GridRef;

use crate::fields_gpu::{assert_close, context};

/// An odd-sized piece of city: houses of several heights, an avenue of trees, a canal.
fn quarter(surroundings: Surroundings) -> HeatSetup {
    let grid = GridRef { west_m: 0.0, north_m: 106.0, cell_m: 2.0, n_cols: 37, n_rows: 53 };
    let at = |k: usize| (k % 37, k / 37);
    let house = |k: usize| at(k).0 % 9 < 4 && at(k).1 % 11 < 7;
    let surface_m: Vec<f32> =
        (0..grid.len()).map(|k| if house(k) { 8.0 + (at(k).1 / 11) as f32 * 2.5 } else { 0.1 }).collect();
    let tree = |k: usize| at(k).0 == 5 && at(k).1 % 3 == 0;
    let cover = |k: usize| match at(k) {
        _ if house(k) => Cover::Roof,
        _ if tree(k) => Cover::Trees,
        (c, _) if c > 33 => Cover::Water,
        (c, r) if (c + r) % 5 == 0 => Cover::Grass,
        (c, _) if c % 2 == 0 => Cover::Stone,
        _ => Cover::Asphalt,
    };
    HeatSetup {
        grid,
        crown_m: (0..grid.len()).map(|k| if tree(k) { 7.0 } else { surface_m[k] }).collect(),
        surface_m,
        cover: (0..grid.len()).map(cover).collect(),
        anthropogenic_w_m2: (0..grid.len()).map(|k| (k % 7) as f32 * 5.0).collect(),
        surroundings,
        day_of_year: 190.0,
        latitude_deg: 52.0,
        longitude_deg: 5.0,
    }
}

fn weather(h: usize) -> Hour {
    let hour = h as f32 + 0.5;
    let solar = ((hour - 12.0) / 24.0 * std::f32::consts::TAU).cos();
    Hour {
        hour: f64::from(hour),
        air_c: 23.0 + 7.0 * ((hour - 15.0) / 24.0 * std::f32::consts::TAU).cos(),
        humidity: 0.5,
        wind_m_s: 2.0 + solar,
        wind_from_deg: 70.0 + 10.0 * hour,
        global_w_m2: (850.0 * (solar + 0.2) / 1.2).max(0.0),
        cloud: 0.2,
    }
}

#[test]
fn every_stage_gives_the_same_on_both_sides() {
    let Some(gpu) = context() else { return };
    for surroundings in [Surroundings::Country, Surroundings::City] {
        let mut model = HeatModel::new(quarter(surroundings));
        (0..23).for_each(|h| model.hour(weather(h)));
        // Deep in the night first: the country's air is stable then.
        for hour in [23, 14] {
            let mut b = model.host_buffers(weather(hour));
            let params: Params = b.one("params");
            assert!((params.shallow_k > 0.3 && params.above_k > 0.3) == (hour == 23), "{params:?}");
            for stage in STAGES {
                let mut on_gpu = b.clone();
                Kernel::new(&gpu, stage).run_once(&gpu, &mut on_gpu).unwrap();
                stage.run_on_cpu(&mut b);
                for binding in stage.bindings.iter().filter(|b| b.access == Access::Write) {
                    // Temperatures to 1 mK, fluxes (of some 100 W/m²) to 10 mW/m²; a ray that grazes a pixel may miss it.
                    let within = |a: f32| 1e-5 * a.abs().max(100.0);
                    let (cpu, other): (Vec<f32>, Vec<f32>) = (b.copy(binding.name), on_gpu.copy(binding.name));
                    if binding.name == "sky" {
                        let far = cpu.iter().zip(&other).filter(|(a, b)| (*a - *b).abs() > 1e-5).count();
                        assert!(far as f64 <= 0.001 * cpu.len() as f64, "{}: {far} pixels differ", stage.name);
                    } else {
                        assert_close(stage, binding.name, &cpu, &other, within);
                    }
                }
            }
        }
    }
}

fn agree(cpu: &HeatModel, gpu: &HeatModel, limit_k: f32) -> f32 {
    let (a, b) = (cpu.excess_k().values, gpu.excess_k().values);
    let (s, t) = (cpu.surface_c().values, gpu.surface_c().values);
    let worst = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let far = s.iter().zip(&t).filter(|(a, b)| (*a - *b).abs() > limit_k).count();
    assert!(worst(&a, &b) < limit_k, "air {}", worst(&a, &b));
    assert!(far as f64 <= 0.001 * s.len() as f64, "{far} surfaces");
    worst(&a, &b)
}

#[test]
fn a_day_agrees_from_every_stage_on() {
    if context().is_none() {
        return;
    }
    for surroundings in [Surroundings::Country, Surroundings::City] {
        let mut cpu = HeatModel::new(quarter(surroundings));
        (0..24).for_each(|h| cpu.hour(weather(h)));
        let (mut gpu, notices) = HeatModel::on(quarter(surroundings), Backend::Gpu).unwrap();
        assert!(notices.is_empty(), "{notices:?}");
        (0..24).for_each(|h| gpu.hour(weather(h)));
        assert_eq!(gpu.lost_gpu(), None);
        println!("{}: air within {:.2e} K after a day", gpu.backend_name(), agree(&cpu, &gpu, 5e-3));
    }
    let mut cpu = HeatModel::new(quarter(Surroundings::City));
    (10..12).for_each(|h| cpu.hour(weather(h)));
    for stage in &STAGES[1..] {
        let (mut gpu, _) = HeatModel::on(quarter(Surroundings::City), Backend::GpuFrom(stage)).unwrap();
        (10..12).for_each(|h| gpu.hour(weather(h)));
        assert!(gpu.lost_gpu().is_none() && gpu.backend_name().contains(stage.name));
        agree(&cpu, &gpu, 2e-3);
    }
    let flood = &waterbed::fields::flood::stages::STAGES[0];
    let error = HeatModel::on(quarter(Surroundings::City), Backend::GpuFrom(flood)).err().unwrap();
    assert!(error.contains("heat.air_rows"), "{error}");
}

#[test]
fn when_the_device_is_lost_the_cpu_goes_on_from_the_last_hour() {
    if context().is_none() {
        return;
    }
    let mut cpu = HeatModel::new(quarter(Surroundings::Country));
    let (mut gpu, _) = HeatModel::on(quarter(Surroundings::Country), Backend::Gpu).unwrap();
    for h in 8..16 {
        if h == 12 {
            assert_eq!(gpu.lost_gpu(), None);
            gpu.destroy_device();
        }
        cpu.hour(weather(h));
        gpu.hour(weather(h));
    }
    let notice = gpu.lost_gpu().unwrap();
    println!("{notice}");
    assert!(notice.ends_with("the CPU went on from hour 12.5") && notice.lines().count() == 1, "{notice}");
    assert_eq!(gpu.backend_name(), "cpu");
    agree(&cpu, &gpu, 5e-3);
}

#[test]
fn a_context_may_borrow_a_device() {
    let Some(own) = context() else { return };
    let borrowed = GpuContext::from_device(own.device.clone(), own.queue.clone(), own.name.clone());
    let buffer = borrowed.storage("numbers", &[1.0_f32, 2.0]);
    assert_eq!(own.read::<f32>(&[&buffer]).unwrap(), [[1.0, 2.0]]);
}

#[test]
fn air_that_stays_on_a_lent_device_is_the_air_of_the_model() {
    let Some(own) = context() else { return };
    let gpu = GpuContext::from_device(own.device.clone(), own.queue.clone(), own.name.clone());
    let (mut model, _) = HeatModel::on(quarter(Surroundings::Country), Site::on_device(gpu)).unwrap();
    let mut hidden = Hidden::of(model.n_pixels(), |_| false);
    assert!(model.air_on_device(&mut hidden).is_none(), "before the first hour there is none");
    (8..23).for_each(|h| model.hour(weather(h)));
    let plane = model.air_on_device(&mut hidden).unwrap();
    let there = own.read::<f32>(&[&plane.values]).unwrap().remove(0);
    assert!(there.iter().any(|excess| *excess > 0.5));
    let apart = model.excess().zip(&there).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(there.len() == model.n_pixels() && apart < 1e-4, "{apart} K");
    assert!((plane.add - weather(22).air_c).abs() < 1e-6 && plane.shape == [37, 53, 37]);
    let (mut own, _) = HeatModel::on(quarter(Surroundings::Country), Backend::Gpu).unwrap();
    own.hour(weather(20));
    assert!(own.air_on_device(&mut hidden).is_none(), "nobody could draw what lies on a device of its own");
}
