//! Physics of the shallow water solver, against exact solutions.

#![allow(clippy::print_stdout, reason = "tests print the figures that they measure")]

use crate::fields_flood::{bed, hydrograph, lake_at_rest};
use waterbed::fields::flood::edges::Side;
use waterbed::fields::flood::setup::{Boundary, BoundaryKind, Inflow};
use waterbed::fields::flood::{FloodModel, FloodSetup, Solver};
use waterbed::fields::series::Series;
use waterbed::gis::Raster;

const G: f64 = 9.81;

#[test]
fn lake_at_rest_stays_at_rest() {
    lake_at_rest(Solver::ShallowWater);
}

fn dam_break(left_m: f32, right_m: f32) -> FloodModel {
    let ground = bed(2000, 1, 1.0, |_, _| 0.0);
    let mut setup = FloodSetup::new(ground.clone(), 0.0, Solver::ShallowWater);
    let depth = (0..2000).map(|i| if i < 1000 { left_m } else { right_m }).collect();
    setup.initial_depth_m = Some(Raster { grid: ground.grid, values: depth });
    FloodModel::new(setup).unwrap()
}

/// Relative L1 error of the depth against `exact(x − dam, t)`.
fn l1(model: &FloodModel, t: f64, exact: impl Fn(f64, f64) -> f64) -> f64 {
    let depth = model.depth_m();
    let (mut error, mut total) = (0.0, 0.0);
    for (k, &h) in depth.values.iter().enumerate() {
        let h_exact = exact(depth.grid.centre(k).0 - 1000.0, t);
        error += (f64::from(h) - h_exact).abs();
        total += h_exact;
    }
    error / total
}

#[test]
fn stoker_wet_dam_break() {
    stoker(|model| model);
}

/// Stoker's dam break, by the model that `prepare` makes of the case.
pub fn stoker(prepare: impl Fn(FloodModel) -> FloodModel) {
    // 10 m against 1 m: h_m 3.96175 m, u_m 7.34077 m/s, shock 9.81929 m/s.
    let (hm, um, shock) = (3.96175_f64, 7.34077, 9.81929);
    let exact = |x: f64, t: f64| {
        let (c1, cm) = ((G * 10.0_f64).sqrt(), (G * hm).sqrt());
        let s = x / t;
        if s < -c1 {
            10.0
        } else if s < um - cm {
            (2.0 * c1 - s).powi(2) / (9.0 * G)
        } else if s < shock {
            hm
        } else {
            1.0
        }
    };
    let mut model = prepare(dam_break(10.0, 1.0));
    for t in [5.0, 25.0, 50.0] {
        model.advance_to(t).unwrap();
        let error = l1(&model, t, exact);
        println!("Stoker at {t} s: L1 {:.3} %", 100.0 * error);
        assert!(error < 0.005, "t {t}: {error}");
    }
    let (u, _) = model.velocity_m_s(1000 + 300, 0);
    assert!((f64::from(u) - um).abs() < 0.01, "{u}");
}

#[test]
fn ritter_dry_dam_break() {
    ritter(|model| model);
}

/// Ritter's dam break, by the model that `prepare` makes of the case.
pub fn ritter(prepare: impl Fn(FloodModel) -> FloodModel) {
    let exact = |x: f64, t: f64| {
        let c = (G * 10.0_f64).sqrt();
        let s = x / t;
        if s < -c {
            10.0
        } else if s < 2.0 * c {
            (2.0 * c - s).powi(2) / (9.0 * G)
        } else {
            0.0
        }
    };
    let mut model = prepare(dam_break(10.0, 0.0));
    model.advance_to(40.0).unwrap();
    let error = l1(&model, 40.0, exact);
    println!("Ritter at 40 s: L1 {:.3} %", 100.0 * error);
    assert!(error <= 0.01, "{error}");
    let at_dam = model.depth_m().values[1000];
    let (u, _) = model.velocity_m_s(1000, 0);
    println!("Ritter at the dam: {at_dam} m, {u} m/s");
    assert!((at_dam - 4.4444).abs() < 0.05 && (u - 6.603).abs() < 0.1);
}

/// Thacker's axisymmetric bowl; returns the L1 error of the depth at 28.04 s, m, and the mass error.
fn thacker(n: usize) -> (f64, f64) {
    let (d0, l, r0, side) = (1000.0_f64, 2500.0_f64, 2000.0_f64, 8000.0_f64);
    let omega = (8.0 * G * d0).sqrt() / l;
    let a = (l.powi(4) - r0.powi(4)) / (l.powi(4) + r0.powi(4));
    let depth = move |x: f64, y: f64, t: f64| {
        let r2 = (x * x + y * y) / (l * l);
        let c = 1.0 - a * (omega * t).cos();
        let eta = d0 * ((1.0 - a * a).sqrt() / c - 1.0 - r2 * ((1.0 - a * a) / (c * c) - 1.0));
        (eta - d0 * (r2 - 1.0)).max(0.0)
    };
    let cell = side / n as f64;
    let ground = bed(n, n, cell, |x, y| d0 * (((x - 4000.0).powi(2) + (y - 4000.0).powi(2)) / (l * l) - 1.0));
    let mut setup = FloodSetup::new(ground.clone(), 0.0, Solver::ShallowWater);
    let at = |t: f64| bed(n, n, cell, |x, y| depth(x - 4000.0, y - 4000.0, t));
    setup.initial_depth_m = Some(at(0.0));
    let mut model = FloodModel::new(setup).unwrap();
    model.advance_to(28.04).unwrap();
    let error: f64 = model.depth_m().values.iter().zip(&at(28.04).values).map(|(a, b)| f64::from((a - b).abs())).sum();
    (error / (n * n) as f64, model.mass_error())
}

#[test]
fn thacker_bowl_converges() {
    let (coarse, _) = thacker(100);
    let (fine, mass) = thacker(200);
    let order = (coarse / fine).log2();
    println!("Thacker: L1 {coarse:.3} m and {fine:.3} m, order {order:.3}, mass {mass:.1e}");
    assert!(order >= 0.9, "{order}");
    assert!(mass.abs() < 1e-6, "{mass}");
}

/// MacDonald's 1000 m channel: the bed that makes a chosen depth the exact steady flow.
fn macdonald(q_in: f64, rain_mm_s: f64) -> f64 {
    let (n, length, dx) = (0.033, 1000.0, 5.0);
    // SWASHES' subcritical case: h(x) = (4/g)^{1/3} (1 + ½ exp(−16 (x/1000 − ½)²)).
    let h = |x: f64| (4.0 / G).powf(1.0 / 3.0) * (1.0 + 0.5 * (-16.0 * (x / 1000.0 - 0.5).powi(2)).exp());
    let hx = |x: f64| {
        -(4.0 / G).powf(1.0 / 3.0)
            * 0.5
            * (32.0 / 1000.0)
            * (x / 1000.0 - 0.5)
            * (-16.0 * (x / 1000.0 - 0.5).powi(2)).exp()
    };
    let rain = rain_mm_s / 1000.0;
    let q = |x: f64| q_in + rain * x;
    // Bed slope from the steady momentum equation with friction and rain.
    let zx = |x: f64| {
        let (h, q) = (h(x), q(x));
        (q * q / (G * h.powi(3)) - 1.0) * hx(x) - n * n * q * q / h.powf(10.0 / 3.0) - 2.0 * q * rain / (G * h * h)
    };
    let steps = 20_000;
    let mut z = vec![0.0; steps + 1];
    let ds = length / steps as f64;
    for i in (0..steps).rev() {
        let x = i as f64 * ds;
        z[i] = z[i + 1] - ds / 6.0 * (zx(x) + 4.0 * zx(x + 0.5 * ds) + zx(x + ds));
    }
    let z_at = |x: f64| z[((x / ds).round() as usize).min(steps)];
    let ground = bed(200, 1, dx, |x, _| z_at(x));
    let mut setup = FloodSetup::new(ground.clone(), n as f32, Solver::ShallowWater);
    let forever = 50_000.0;
    let inflow = Series::constant(q_in * dx, forever);
    setup.inflows.push(Inflow { from_m: (2.5, 2.5), to_m: (2.5, 2.5), series: inflow });
    if rain > 0.0 {
        setup.rain_mm_h = Some(Series::constant(rain_mm_s * 3600.0, forever));
        setup.sample_every_s = 0.5;
    }
    let level = Series::constant(h(length) + z_at(length), forever);
    let kind = BoundaryKind::Level { series: level };
    setup.boundaries.push(Boundary { side: Side::East, from_m: 0.0, to_m: dx, kind });
    setup.initial_depth_m = Some(bed(200, 1, dx, |x, _| h(x)));
    let mut model = FloodModel::new(setup).unwrap();
    model.advance_to(6000.0).unwrap();
    let depth = model.depth_m();
    let sum: f64 =
        depth.values.iter().enumerate().map(|(k, &d)| (f64::from(d) - h(depth.grid.centre(k).0)).abs()).sum();
    sum / 200.0
}

#[test]
fn macdonald_channel() {
    let dry = macdonald(2.0, 0.0);
    let wet = macdonald(1.0, 1.0);
    println!("MacDonald: mean error {dry:.4} m, with rain {wet:.4} m");
    assert!(dry < 0.03, "{dry}");
    assert!(wet < 0.035, "{wet}");
}

#[test]
fn ea_test_3_momentum_carries_water_over_the_rise() {
    let z = |x: f64, _: f64| {
        let cosine = |offset: f64| (2.0 * std::f64::consts::PI * offset / 100.0).cos();
        if x <= 144.0 {
            10.4876 - 0.005 * x
        } else if x <= 150.0 {
            10.0 - 0.25 * cosine(x - 150.0)
        } else if x <= 250.0 {
            9.875 - 0.125 * cosine(x - 150.0)
        } else if x <= 275.0 {
            10.0 - 0.25 * cosine(x - 150.0)
        } else {
            10.0 + std::f64::consts::PI / 200.0 * (x - 275.0)
        }
    };
    let ground = bed(150, 50, 2.0, z);
    let run = |setup: FloodSetup| {
        let mut model = FloodModel::new(setup).unwrap();
        model.advance_to(900.0).unwrap();
        let depth = model.depth_m();
        let second = depth.grid.cell_at(250.0, 50.0).unwrap();
        let volume = model.volume_m3();
        (depth.values[second], volume)
    };
    let mut setup = FloodSetup::new(ground.clone(), 0.01, Solver::ShallowWater);
    let series = hydrograph(&[(0.0, 0.0), (5.0, 0.0), (15.0, 65.5), (25.0, 65.5), (35.0, 0.0)], 1.0);
    setup.inflows.push(Inflow { from_m: (0.5, 0.0), to_m: (0.5, 100.0), series });
    setup.sample_every_s = 1.0;
    let (second, volume) = run(setup);
    println!("EA 3: second basin {second:.3} m, volume {volume:.0} m³");
    assert!((volume - 1310.0).abs() < 1.0, "{volume}");
    assert!(second > 0.01, "{second}");
    // The same volume standing still in the first basin does not get over the rise.
    let mut still = FloodSetup::new(ground.clone(), 0.01, Solver::ShallowWater);
    let fill = |level: f64| bed(150, 50, 2.0, |x, y| if x < 200.0 { (level - z(x, y)).max(0.0) } else { 0.0 });
    let (mut low, mut high) = (9.75, 10.0);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        let held: f64 = fill(middle).values.iter().map(|&d| f64::from(d)).sum::<f64>() * 4.0;
        if held > 1310.0 { high = middle } else { low = middle }
    }
    still.initial_depth_m = Some(fill(low));
    let (second, held) = run(still);
    println!("EA 3 control: {held:.0} m³ at rest, second basin {second:.4} m");
    assert!(second < 0.001, "{second}");
}
