//! Shaders: valid without a graphics processor; equal to the CPU where there is one (software Vulkan counts).

#![allow(clippy::print_stdout, reason = "tests print the figures that they measure")]

#[cfg(feature = "gpu")]
pub use with_gpu::{assert_close, context};

#[cfg(feature = "gpu")]
mod with_gpu {
    use std::collections::BTreeSet;
    use std::path::Path;

    use bytemuck::Zeroable;
    use waterbed::fields::backend::Backend;
    use waterbed::fields::flood::edges::Side;
    use waterbed::fields::flood::gpu::{Batch, Pace, Planes, host_buffers, params_of};
    use waterbed::fields::flood::hydrology::{Hydrology, Soil};
    use waterbed::fields::flood::local_inertial::{Ground, State};
    use waterbed::fields::flood::setup::{Boundary, BoundaryKind, Infiltration, Inflow, Plane, Wall};
    use waterbed::fields::flood::stages::{Control, Source, sequence};
    use waterbed::fields::flood::{FloodModel, FloodSetup, Solver};
    use waterbed::fields::gpu::{GpuContext, Kernel};
    use waterbed::fields::series::Series;
    use waterbed::fields::stage::{Access, Buffers, Stage, stages};
    use waterbed::gis::Raster;

    use crate::fields_flood::bed;
    use crate::fields_flood_swe::{ritter, stoker};

    const SOLVERS: [Solver; 2] = [Solver::LocalInertial, Solver::ShallowWater];

    /// Any device.
    pub fn context() -> Option<GpuContext> {
        match GpuContext::headless(true) {
            Ok(gpu) => Some(gpu),
            Err(why) => {
                println!("SKIPPED: {why}");
                None
            }
        }
    }

    #[test]
    fn every_shader_is_a_stage_and_every_stage_a_shader() {
        let shaders = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
        let mut found = BTreeSet::new();
        for field in std::fs::read_dir(&shaders).unwrap().map(|f| f.unwrap()) {
            for file in std::fs::read_dir(field.path()).unwrap().map(|f| f.unwrap()) {
                let (field, file) = (field.file_name(), file.file_name());
                if file == "common.wgsl" {
                    continue;
                }
                found.insert(format!("shaders/{}/{}", field.to_str().unwrap(), file.to_str().unwrap()));
            }
        }
        let listed: BTreeSet<String> = stages().map(Stage::file).collect();
        assert_eq!(found, listed);
        assert_eq!(listed.len(), stages().count(), "two stages of one name");
    }

    #[test]
    fn every_shader_is_valid_and_says_what_the_list_says() {
        for stage in stages() {
            let (name, wgsl) = (stage.name, stage.wgsl);
            let module =
                naga::front::wgsl::parse_str(wgsl).unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(wgsl)));
            let mut validator =
                naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty());
            validator.validate(&module).unwrap_or_else(|e| panic!("{name}: {e:?}"));

            let entry = &module.entry_points[0];
            assert_eq!((entry.name.as_str(), module.entry_points.len()), ("main", 1), "{name}");
            assert_eq!(entry.workgroup_size, [stage.workgroup[0], stage.workgroup[1], 1], "{name}");
            assert!(stage.workgroup[0] * stage.workgroup[1] <= 256, "{name}");
            let storage = stage.bindings.iter().filter(|b| b.access != Access::Uniform).count();
            assert!(storage <= 8, "{name}: {storage} storage buffers");

            let bound = module.global_variables.iter().filter(|(_, v)| v.binding.is_some()).count();
            assert_eq!(bound, stage.bindings.len(), "{name}");
            for (k, binding) in stage.bindings.iter().enumerate() {
                let is_it = |v: &naga::GlobalVariable| {
                    v.binding.as_ref().is_some_and(|b| (b.group, b.binding) == (0, k as u32))
                };
                let (_, variable) = module.global_variables.iter().find(|(_, v)| is_it(v)).unwrap();
                assert_eq!(variable.name.as_deref(), Some(binding.name), "{name} binding {k}");
                let access = match variable.space {
                    naga::AddressSpace::Uniform => Access::Uniform,
                    naga::AddressSpace::Storage { access } if access.contains(naga::StorageAccess::STORE) => {
                        Access::Write
                    }
                    _ => Access::Read,
                };
                assert_eq!(access, binding.access, "{name} {}", binding.name);
            }
            for record in stage.records {
                let (_, t) = module.types.iter().find(|(_, t)| t.name.as_deref() == Some(record.name)).unwrap();
                let naga::TypeInner::Struct { members, span } = &t.inner else {
                    panic!("{} is no struct", record.name)
                };
                assert_eq!(*span as usize, record.size, "{name} {}", record.name);
                let there: Vec<(&str, usize)> =
                    members.iter().map(|m| (m.name.as_deref().unwrap(), m.offset as usize)).collect();
                assert_eq!(there, record.fields, "{name} {}", record.name);
            }
            let constants: BTreeSet<&str> = module.overrides.iter().filter_map(|(_, o)| o.name.as_deref()).collect();
            let given: BTreeSet<&str> = stage.overrides.iter().map(|(n, _)| *n).collect();
            assert_eq!(constants, given, "{name}: every constant comes from Rust");
        }
    }

    /// An odd-sized map with walls, open edges, dry and deep cells.
    fn rough_case() -> FloodSetup {
        let ground = bed(37, 53, 5.0, |x, y| {
            2.0 * (x * 0.05).sin() + 1.5 * (y * 0.07).cos() + if x > 90.0 && x < 110.0 { 4.0 } else { 0.0 }
        });
        let mut setup = FloodSetup::new(ground, 0.035, Solver::LocalInertial);
        setup.initial_level_m = Some(0.4);
        setup.walls.push(Wall { from_m: (20.0, 20.0), to_m: (80.0, 160.0), crest_m: 0.8 });
        let level = BoundaryKind::Level { series: Series(vec![[0.0, 0.4], [600.0, 1.6]]) };
        setup.boundaries.push(Boundary { side: Side::West, from_m: 0.0, to_m: 265.0, kind: level });
        let free = BoundaryKind::Free { min_slope: 0.001 };
        setup.boundaries.push(Boundary { side: Side::South, from_m: 0.0, to_m: 185.0, kind: free });
        setup.inflows.push(Inflow {
            from_m: (150.0, 200.0),
            to_m: (150.0, 230.0),
            series: Series::constant(4.0, 3600.0),
        });
        setup.rain_mm_h = Some(Series::constant(50.0, 3600.0));
        setup
    }

    /// Compare a buffer that both sides wrote; on failure both are left in a folder.
    pub fn assert_close(stage: &Stage, name: &str, cpu: &[f32], gpu: &[f32], within: impl Fn(f32) -> f32) {
        let wrong = cpu.iter().zip(gpu).position(|(a, b)| (a - b).abs() > within(*a) || b.is_nan());
        if let Some(k) = wrong {
            let folder = std::env::temp_dir().join("waterbed-parity");
            std::fs::create_dir_all(&folder).unwrap();
            for (side, values) in [("cpu", cpu), ("gpu", gpu)] {
                let text: String = values.iter().map(|v| format!("{v:e}\n")).collect();
                std::fs::write(folder.join(format!("{}.{name}.{side}.txt", stage.name)), text).unwrap();
            }
            panic!("{} {name}[{k}]: {} against {} (both in {})", stage.name, cpu[k], gpu[k], folder.display());
        }
    }

    /// Each stage of a step of `dt`, on both sides from the same buffers, which then are those of the CPU.
    fn every_stage_agrees(gpu: &GpuContext, model: &FloodModel, state: &State, solver: Solver, dt: f32) {
        let k = vec![3e-6; state.h_m.len()];
        let green_ampt = Soil::GreenAmpt { k_m_s: k.clone(), suction_m: 0.03 };
        for (soil, whole) in [(Soil::Sealed, false), (Soil::Constant { rate_m_s: k }, true), (green_ampt, true)] {
            each_stage_agrees(gpu, model, state, solver, dt, (soil, whole));
        }
    }

    /// Soil as given, drains, more rain in the west.
    fn some_hydrology(ground: &Ground, soil: Soil) -> Hydrology {
        let n = ground.layout.len();
        let rain_weight = (0..n).map(|k| 1.0 / (1 + k % ground.layout.stride()) as f32).collect();
        Hydrology { rain_weight, soil, drain_m_s: vec![2e-6; n], ..Hydrology::none(ground.layout) }
    }

    fn each_stage_agrees(
        gpu: &GpuContext,
        model: &FloodModel,
        state: &State,
        solver: Solver,
        dt: f32,
        (soil, whole): (Soil, bool),
    ) {
        let ground = model.ground();
        let n = ground.layout.len();
        let (n_cols, n_rows) = (ground.layout.n_cols, ground.layout.n_rows);
        let mut sources = vec![0, (n_cols + 1) * n_rows - 2];
        // Every thread owns its cell.
        sources.dedup();
        let rates = [0.02, 1e-9];
        let mut batch = Batch::of_one(&ground, dt);
        batch.ends_here = true;
        batch.forcing = [&[dt, 42.0, 0.003], &rates[..sources.len()], &[0.7]].concat();
        batch.edge_levels[..n_rows].fill((3 + sources.len()) as u32);
        batch.sources = sources;
        let pace = Pace { alpha: 0.7, dt_max_s: dt, deepest_bits: 0, fastest_m_s: 0.0 };
        let hydrology = some_hydrology(&ground, soil);
        let mut params = params_of(&ground, &hydrology, &batch, pace, solver == Solver::LocalInertial);
        params.theta = 0.9;
        // The only step of an interval, or one in the middle of it.
        let control = match whole {
            true => Control { shortest_dt_s: f32::MAX, ..Control::zeroed() },
            false => Control { remaining_s: 100.0 * dt, interval: 1, shortest_dt_s: f32::MAX, ..Control::zeroed() },
        };
        let planes = Planes {
            state: state.clone(),
            owed_m: vec![1e-9; n],
            taken_m: vec![[0.01, 0.0, 0.0, 0.0]; n],
            maxima: (0..n).map(|k| [0.1, 0.01, 0.0, if k % 3 == 0 { -1.0 } else { 7.0 }]).collect(),
        };
        let mut b: Buffers = host_buffers(&ground, &hydrology, &batch, &planes, (params, control));
        for stage in sequence(solver) {
            let mut on_gpu = b.clone();
            Kernel::new(gpu, stage).run_once(gpu, &mut on_gpu).unwrap();
            stage.run_on_cpu(&mut b);
            for binding in stage.bindings.iter().filter(|b| b.access == Access::Write) {
                let name = binding.name;
                if name == "sources" {
                    let (a, b): (Vec<Source>, Vec<Source>) = (b.copy(name), on_gpu.copy(name));
                    assert_eq!(a, b);
                    continue;
                }
                if name == "control" {
                    let (a, b): (Control, Control) = (b.one(name), on_gpu.one(name));
                    let near = |a: f32, b: f32| (a - b).abs() <= 1e-5 * a.abs();
                    assert_eq!((a.interval, a.phase, a.phase == 3), (b.interval, b.phase, whole));
                    assert!(
                        a.steps == b.steps && near(a.dt_s, b.dt_s) && near(a.remaining_s, b.remaining_s),
                        "{a:?} {b:?}"
                    );
                    let bits = |a: u32, b: u32| {
                        (f32::from_bits(a) - f32::from_bits(b)).abs() <= 1e-5 * f32::from_bits(a) + 1e-6
                    };
                    assert!(
                        bits(a.deepest_bits, b.deepest_bits) && bits(a.fastest_bits, b.fastest_bits),
                        "{a:?} {b:?}"
                    );
                    continue;
                }
                // Fluxes are differences of terms of this order: g h Δt slope, and g h² for momentum.
                let deepest = state.h_m.iter().fold(0.0_f32, |m, h| m.max(*h));
                let floor = match name {
                    "h" | "h_new" | "owed" | "taken" => 1e-3,
                    "flux_x" | "flux_y" => 9.81 * deepest * (deepest + 1.0),
                    _ => 9.81 * deepest * dt.max(0.1),
                };
                let within = |a: f32| 1e-5 * (a.abs() + floor) + 2e-7;
                assert_close(stage, name, b.get(name), on_gpu.get(name), within);
            }
        }
    }

    #[test]
    fn every_stage_gives_the_same_on_both_sides() {
        let Some(gpu) = context() else { return };
        for solver in SOLVERS {
            let mut setup = rough_case();
            setup.solver = solver;
            let mut model = FloodModel::new(setup).unwrap();
            model.advance_to(300.0).unwrap();
            let moving = model.state().clone();
            let scale = moving.qx_m2_s.iter().chain(&moving.qy_m2_s).fold(0.0_f32, |a, q| a.max(q.abs()));
            assert!(scale > 0.05, "the case moves: {scale}");
            every_stage_agrees(&gpu, &model, &moving, solver, 0.2);
            let dry = State::still(vec![0.0; moving.h_m.len()]);
            every_stage_agrees(&gpu, &model, &dry, solver, 0.2);
            let mut deep = moving.clone();
            deep.h_m.iter_mut().zip(model.ground().z_m).for_each(|(h, z)| *h = if *z < 1e5 { *h + 50.0 } else { 0.0 });
            every_stage_agrees(&gpu, &model, &deep, solver, 0.05);

            let mut one = FloodSetup::new(bed(1, 1, 5.0, |_, _| 0.0), 0.03, solver);
            one.initial_level_m = Some(1.0);
            let one = FloodModel::new(one).unwrap();
            every_stage_agrees(&gpu, &one, &one.state().clone(), solver, 0.2);
        }
    }

    /// Both runs to `until_s`: volume within 1e-6, 99.9 % of depths within 1 mm, wet masks within 0.1 %.
    fn runs_agree(setup: FloodSetup, until_s: f64) {
        if context().is_none() {
            return;
        }
        let mut cpu = FloodModel::new(setup.clone()).unwrap();
        let mut gpu = FloodModel::new(setup).unwrap();
        gpu.use_gpu(true).unwrap();
        cpu.advance_to(until_s).unwrap();
        gpu.advance_to(until_s).unwrap();
        assert_eq!(gpu.lost_gpu(), None);
        let (v_cpu, v_gpu) = (cpu.volume_m3(), gpu.volume_m3());
        let (d_cpu, d_gpu) = (cpu.depth_m(), gpu.depth_m());
        let n = d_cpu.values.len() as f64;
        let pairs = || d_cpu.values.iter().zip(&d_gpu.values);
        let far = pairs().filter(|(a, b)| (*a - *b).abs() > 1e-3).count();
        let wet = pairs().filter(|(a, b)| (**a > 0.01) != (**b > 0.01)).count();
        println!("{}: {v_cpu:.3} and {v_gpu:.3} m³, {far} of {n} differ by 1 mm", gpu.backend_name());
        assert!((v_cpu - v_gpu).abs() < 1e-6 * v_cpu, "{v_cpu} {v_gpu}");
        assert!(far as f64 <= 0.001 * n && wet as f64 <= 0.001 * n, "{far} {wet}");
        assert!(gpu.mass_error().abs() < 1e-5, "{}", gpu.mass_error());
        // Rain, soil, drains and maxima were stages too.
        let (a, b) = (cpu.balance(), gpu.balance());
        for (a, b) in [(a.rain_m3, b.rain_m3), (a.soaked_m3, b.soaked_m3), (a.drained_m3, b.drained_m3)] {
            assert!((a - b).abs() <= 1e-4 * a, "{a} {b}");
        }
        let apart = |a: Raster<f32>, b: Raster<f32>, within: f32| {
            let same = |a: f32, b: f32| (a - b).abs() <= within * (1.0 + a.abs()) || (a.is_nan() && b.is_nan());
            a.values.iter().zip(&b.values).filter(|(a, b)| !same(**a, **b)).count() as f64
        };
        assert!(apart(cpu.max_depth_m(), gpu.max_depth_m(), 1e-3) <= 0.001 * n);
        assert!(apart(cpu.max_speed_m_s(), gpu.max_speed_m_s(), 0.05) <= 0.01 * n);
        assert!(apart(cpu.arrival_s(), gpu.arrival_s(), 1e-3) <= 0.005 * n);
    }

    #[test]
    fn a_run_over_rough_ground_agrees() {
        // Later on this case amplifies a difference of 1e-6 m to decimetres on the CPU alone (water falling over walls
        // and steps): there is nothing to compare any more.
        runs_agree(rough_case(), 120.0);
    }

    #[test]
    fn a_run_of_shallow_water_over_rough_ground_agrees() {
        let mut setup = rough_case();
        setup.solver = Solver::ShallowWater;
        runs_agree(setup, 60.0);
    }

    #[test]
    fn dam_breaks_on_the_device_meet_the_exact_solutions() {
        if context().is_none() {
            return;
        }
        let on_gpu = |mut model: FloodModel| {
            model.use_gpu(true).unwrap();
            model
        };
        stoker(on_gpu);
        ritter(on_gpu);
    }

    #[test]
    fn a_long_run_on_a_plain_agrees() {
        let mut setup =
            FloodSetup::new(bed(61, 83, 5.0, |x, y| 0.002 * x + 0.1 * (y * 0.03).sin()), 0.05, Solver::LocalInertial);
        let series = Series(vec![[0.0, 0.0], [300.0, 3.0], [3600.0, 3.0]]);
        setup.inflows.push(Inflow { from_m: (0.5, 190.0), to_m: (0.5, 220.0), series });
        let free = BoundaryKind::Free { min_slope: 0.001 };
        setup.boundaries.push(Boundary { side: Side::East, from_m: 0.0, to_m: 415.0, kind: free });
        setup.rain_mm_h = Some(Series::constant(30.0, 3600.0));
        runs_agree(setup, 1800.0);
    }

    #[test]
    fn rain_that_soaks_and_drains_away_agrees() {
        let ground = bed(61, 83, 5.0, |x, y| 0.002 * x + 0.1 * (y * 0.03).sin());
        let grid = ground.grid;
        let mut setup = FloodSetup::new(ground, 0.05, Solver::LocalInertial);
        // A shower of ten minutes that moves off; the soil drinks less and less.
        setup.rain_mm_h = Some(Series(vec![[0.0, 20.0], [300.0, 120.0], [600.0, 0.0]]));
        let weight = (0..grid.len()).map(|k| if k % grid.n_cols < 40 { 1.0 } else { 0.25 }).collect();
        setup.rain_weight = Some(Raster { grid, values: weight });
        setup.drains_mm_h = Some(Plane::Uniform(10.0));
        for solver in SOLVERS {
            let green_ampt = Infiltration::GreenAmpt { k_mm_h: Plane::Uniform(8.0), suction_mm: 110.0, deficit: 0.3 };
            for infiltration in [Infiltration::Constant { rate_mm_h: Plane::Uniform(15.0) }, green_ampt] {
                setup.infiltration = Some(infiltration);
                setup.solver = solver;
                runs_agree(setup.clone(), 900.0);
            }
        }
    }

    #[test]
    fn from_any_stage_on_the_result_is_the_same() {
        if context().is_none() {
            return;
        }
        for solver in SOLVERS {
            let mut setup = rough_case();
            setup.solver = solver;
            let mut cpu = FloodModel::new(setup.clone()).unwrap();
            cpu.advance_to(10.0).unwrap();
            for stage in sequence(solver).iter().skip(1) {
                let (mut model, notices) = FloodModel::on(setup.clone(), Backend::GpuFrom(stage)).unwrap();
                assert!(notices.is_empty() && model.backend_name().contains(stage.name), "{}", model.backend_name());
                model.advance_to(10.0).unwrap();
                assert_eq!(model.lost_gpu(), None);
                assert_eq!(model.steps(), cpu.steps());
                let within = |a: f32| 1e-4 * a.abs() + 1e-4;
                assert_close(stage, "depth", &cpu.depth_m().values, &model.depth_m().values, within);
            }
        }
        let ours = sequence(Solver::LocalInertial);
        let other = *sequence(Solver::ShallowWater).iter().find(|s| ours.iter().all(|o| o.name != s.name)).unwrap();
        let error = FloodModel::on(rough_case(), Backend::GpuFrom(other)).err().unwrap().to_string();
        assert!(error.contains("flood.local_inertial_flux"), "{error}");
    }

    #[test]
    fn when_the_device_is_lost_the_cpu_goes_on_from_the_last_interval() {
        if context().is_none() {
            return;
        }
        for solver in SOLVERS {
            let mut setup = rough_case();
            setup.solver = solver;
            let mut cpu = FloodModel::new(setup.clone()).unwrap();
            let mut gpu = FloodModel::new(setup).unwrap();
            gpu.use_gpu(true).unwrap();
            gpu.advance_to(20.0).unwrap();
            assert_eq!(gpu.lost_gpu(), None);
            gpu.destroy_device();
            gpu.advance_to(40.0).unwrap();
            cpu.advance_to(40.0).unwrap();
            let notice = gpu.lost_gpu().unwrap();
            println!("{notice}");
            assert!(notice.ends_with("the CPU went on from 20 s") && notice.lines().count() == 1, "{notice}");
            assert_eq!(gpu.backend_name(), "cpu");
            let (a, b) = (cpu.depth_m().values, gpu.depth_m().values);
            let far = a.iter().zip(&b).filter(|(a, b)| (*a - *b).abs() > 1e-3).count();
            assert!(far as f64 <= 0.001 * a.len() as f64, "{far}");
            assert!((cpu.volume_m3() - gpu.volume_m3()).abs() < 1e-6 * cpu.volume_m3());
        }
    }

    #[test]
    fn auto_never_takes_a_software_adapter() {
        let Some(any) = context() else { return };
        let real = GpuContext::headless(false);
        assert_eq!(real.is_ok(), !any.is_software, "{}", any.name);
    }
}
