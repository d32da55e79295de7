//! The stages of the heat model: bindings, shared structs, and the CPU functions on the same buffers.
//!
//! An hour is: `sunlit`, then four times `surface_energy` and eight steps of the air (`air_mean` in a city that goes on,
//! `air_rows`, `air_columns`). `view_factor` comes before all, and again where something was built, felled or planted.
//! `two_metres` comes where an hour is to be seen.

use bytemuck::{Pod, Zeroable};

use super::air::{self, Line, Lines};
use super::balance::{RHO_CP, SIGMA};
use super::cover::Coefficients;
use super::model::CANOPY_M;
use super::night::{Exchange, FELT_M, at_two_metres, felt_sensible};
use super::sky::{CROWN_TRANSMISSION, N_AZIMUTHS, Shine, Skyline};
use super::surfaces::{self, Place, SURFACE_STEP_H, Skin, Sky, Surfaces};
use crate::fields::stage::{Binding, Buffers, Record, Size, Stage, read, record, shader, uniform, write};
use crate::gis::{GridRef, Raster};

/// Uniform of all heat stages.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Params {
    /// Columns of pixels.
    pub n_cols: u32,
    /// Rows of pixels.
    pub n_rows: u32,
    /// Directions of the sky's scan.
    pub n_directions: u32,
    /// 1 in the first step of all.
    pub spin_up: u32,
    /// Side of a pixel, m.
    pub cell_m: f32,
    /// Pixels that the sky's scan looks at in each direction.
    pub sky_steps: u32,
    /// Pixels that the scan for shadows looks at; 0 without sun.
    pub sun_steps: u32,
    /// 1 when crowns stand above roofs.
    pub trees: u32,
    /// Towards the sun, columns.
    pub sun_x: f32,
    /// Towards the sun, rows.
    pub sun_y: f32,
    /// Tangent of the sun's height.
    pub sun_slope: f32,
    /// Highest roof, m.
    pub roof_top_m: f32,
    /// Highest crown, m.
    pub crown_top_m: f32,
    /// Direct radiation, W/m².
    pub direct_w_m2: f32,
    /// Diffuse radiation, W/m².
    pub diffuse_w_m2: f32,
    /// Infrared radiation of the sky, W/m².
    pub longwave_w_m2: f32,
    /// Air at the station, °C.
    pub air_c: f32,
    /// Wind at 10 m, m/s.
    pub wind_m_s: f32,
    /// Sensible heat of open grassland, W/m².
    pub rural_sensible_w_m2: f32,
    /// Step of the air, s.
    pub dt_s: f32,
    /// What the station's air lacks against the country's canopy layer, K.
    pub shallow_k: f32,
    /// [`Exchange::steady_1_s`].
    pub steady_1_s: f32,
    /// [`Exchange::wind_1_s`].
    pub wind_1_s: f32,
    /// [`Exchange::ri_1_k`].
    pub ri_1_k: f32,
    /// [`Exchange::above_k`].
    pub above_k: f32,
    /// [`Exchange::rural_k_s`].
    pub rural_k_s: f32,
    /// [`Line::from_before`] of rows.
    pub row_before: f32,
    /// [`Line::from_outside`] of rows.
    pub row_outside: f32,
    /// [`Line::windward`] of rows.
    pub row_windward: u32,
    /// [`Line::from_before`] of columns.
    pub column_before: f32,
    /// [`Line::from_outside`] of columns.
    pub column_outside: f32,
    /// [`Line::windward`] of columns.
    pub column_windward: u32,
}

impl Params {
    /// Under this sky.
    pub fn with_sky(self, sky: &Sky) -> Params {
        Params {
            spin_up: u32::from(sky.spin_up),
            direct_w_m2: sky.direct_w_m2,
            diffuse_w_m2: sky.diffuse_w_m2,
            longwave_w_m2: sky.longwave_w_m2,
            air_c: sky.air_c,
            wind_m_s: sky.wind_m_s,
            rural_sensible_w_m2: sky.rural_sensible_w_m2,
            shallow_k: sky.shallow_k,
            ..self
        }
    }

    /// In this air.
    pub fn with_air(self, lines: &Lines) -> Params {
        let Exchange { steady_1_s, wind_1_s, ri_1_k, above_k, rural_k_s } = lines.exchange;
        Params {
            dt_s: lines.dt_s,
            steady_1_s,
            wind_1_s,
            ri_1_k,
            above_k,
            rural_k_s,
            row_before: lines.rows.from_before,
            row_outside: lines.rows.from_outside,
            row_windward: lines.rows.windward as u32,
            column_before: lines.columns.from_before,
            column_outside: lines.columns.from_outside,
            column_windward: lines.columns.windward as u32,
            ..self
        }
    }

    /// Under this sun.
    pub fn with_sun(self, shine: Option<Shine>) -> Params {
        let Shine { dir: [sun_x, sun_y], slope, n_steps } =
            shine.unwrap_or(Shine { dir: [0.0; 2], slope: 0.0, n_steps: 0 });
        Params { sun_x, sun_y, sun_slope: slope, sun_steps: n_steps as u32, ..self }
    }

    /// On this map, in the dark and without wind.
    pub fn of(skyline: &Skyline) -> Params {
        let [roof_top_m, crown_top_m] = skyline.tops();
        Params {
            n_cols: skyline.grid.n_cols as u32,
            n_rows: skyline.grid.n_rows as u32,
            n_directions: N_AZIMUTHS as u32,
            cell_m: skyline.grid.cell_m as f32,
            sky_steps: skyline.steps() as u32,
            trees: u32::from(skyline.has_trees()),
            roof_top_m,
            crown_top_m,
            ..Params::zeroed()
        }
    }
}

const PARAMS: Record = record!(Params {
    n_cols,
    n_rows,
    n_directions,
    spin_up,
    cell_m,
    sky_steps,
    sun_steps,
    trees,
    sun_x,
    sun_y,
    sun_slope,
    roof_top_m,
    crown_top_m,
    direct_w_m2,
    diffuse_w_m2,
    longwave_w_m2,
    air_c,
    wind_m_s,
    rural_sensible_w_m2,
    dt_s,
    shallow_k,
    steady_1_s,
    wind_1_s,
    ri_1_k,
    above_k,
    rural_k_s,
    row_before,
    row_outside,
    row_windward,
    column_before,
    column_outside,
    column_windward,
});
const COEFFICIENTS: Record = record!(Coefficients { albedo, emissivity, wet, a1, a2, a3 });
/// Kelvin that a joule on a square metre warms the canopy air by.
pub(super) const WARMS: f32 = 1.0 / (RHO_CP * CANOPY_M);
const SHADE: (&str, f64) = ("crown_transmission", CROWN_TRANSMISSION as f64);

fn map(size: Size) -> [u32; 2] {
    [size.n_cols, size.n_rows]
}

const fn stage(
    name: &'static str,
    wgsl: &'static str,
    bindings: &'static [Binding],
    workgroup: [u32; 2],
    invocations: fn(Size) -> [u32; 2],
    cpu: fn(&mut Buffers),
) -> Stage {
    Stage { name, wgsl, bindings, records: &[PARAMS], workgroup, invocations, overrides: &[], swaps: None, cpu }
}

/// All heat stages.
pub static STAGES: &[Stage] = &[
    Stage {
        overrides: &[SHADE],
        ..stage(
            "heat.view_factor",
            shader!("heat", "view_factor"),
            &[uniform("params"), read("surface_m"), read("crown_m"), read("directions"), write("sky")],
            [16, 16],
            map,
            view_factor,
        )
    },
    Stage {
        overrides: &[SHADE],
        ..stage(
            "heat.sunlit",
            shader!("heat", "sunlit"),
            &[uniform("params"), read("surface_m"), read("crown_m"), write("sky")],
            [16, 16],
            map,
            sunlit,
        )
    },
    Stage {
        records: &[PARAMS, COEFFICIENTS],
        overrides: &[("sigma", SIGMA as f64), ("rho_cp", RHO_CP as f64), ("step_h", SURFACE_STEP_H as f64)],
        ..stage(
            "heat.surface_energy",
            shader!("heat", "surface_energy"),
            &[
                uniform("params"),
                read("coefficients"),
                read("anthropogenic"),
                read("sky"),
                read("theta"),
                write("surfaces"),
            ],
            [16, 16],
            map,
            surface_energy,
        )
    },
    stage(
        "heat.air_mean",
        shader!("heat", "air_mean"),
        &[uniform("params"), read("theta"), write("inflow")],
        [256, 1],
        |_| [256, 1],
        air_mean,
    ),
    Stage {
        overrides: &[("warms", WARMS as f64)],
        ..stage(
            "heat.air_rows",
            shader!("heat", "air_rows"),
            &[uniform("params"), read("surfaces"), read("row_factors"), read("inflow"), read("mixing"), write("theta")],
            [64, 1],
            |size| [size.n_rows, 1],
            air_rows,
        )
    },
    stage(
        "heat.air_columns",
        shader!("heat", "air_columns"),
        &[uniform("params"), read("column_factors"), read("inflow"), write("theta")],
        [64, 1],
        |size| [size.n_cols, 1],
        air_columns,
    ),
    Stage {
        overrides: &[("felt_m", FELT_M)],
        ..stage(
            "heat.two_metres",
            shader!("heat", "two_metres"),
            &[uniform("params"), read("surfaces"), read("theta"), write("excess")],
            [16, 16],
            map,
            two_metres,
        )
    },
];

fn grid(p: &Params) -> GridRef {
    let (n_cols, n_rows) = (p.n_cols as usize, p.n_rows as usize);
    GridRef { west_m: 0.0, north_m: 0.0, cell_m: f64::from(p.cell_m), n_cols, n_rows }
}

fn scan(b: &mut Buffers, part: usize, look: impl Fn(&Skyline, &Params) -> Raster<f32>) {
    let p: Params = b.one("params");
    let reach_m = f64::from(p.sky_steps) * f64::from(p.cell_m);
    let skyline = Skyline { grid: grid(&p), surface_m: b.get("surface_m"), crown_m: b.get("crown_m"), reach_m };
    let seen = look(&skyline, &p);
    let mut sky: Vec<[f32; 2]> = b.copy("sky");
    sky.iter_mut().zip(&seen.values).for_each(|(s, v)| s[part] = *v);
    b.set("sky", &sky);
}

fn view_factor(b: &mut Buffers) {
    scan(b, 0, |skyline, _| skyline.view_factor());
}

fn sunlit(b: &mut Buffers) {
    scan(b, 1, |skyline, p| match p.sun_steps {
        0 => Raster::filled(skyline.grid, 0.0),
        n => skyline.sunlit_by(&Shine { dir: [p.sun_x, p.sun_y], slope: p.sun_slope, n_steps: n as usize }),
    });
}

/// Planes of the surfaces, packed as the shaders have them.
pub fn packed_surfaces(s: &Surfaces) -> Vec<[f32; 4]> {
    (0..s.net.len()).map(|k| [s.surface_c[k], s.net[k], s.trend[k], s.sensible[k]]).collect()
}

/// And unpacked.
pub fn unpacked_surfaces(packed: &[[f32; 4]]) -> Surfaces {
    let plane = |part: usize| packed.iter().map(|s| s[part]).collect();
    Surfaces { surface_c: plane(0), net: plane(1), trend: plane(2), sensible: plane(3) }
}

fn surface_energy(b: &mut Buffers) {
    let p: Params = b.one("params");
    let skin = Skin::of(b.get("coefficients"));
    let sky_planes: &[[f32; 2]] = b.get("sky");
    let (svf, sunlit): (Vec<f32>, Vec<f32>) = sky_planes.iter().map(|s| (s[0], s[1])).unzip();
    let place = Place { skin: &skin, svf: &svf, sunlit: &sunlit, anthropogenic_w_m2: b.get("anthropogenic") };
    let sky = Sky {
        direct_w_m2: p.direct_w_m2,
        diffuse_w_m2: p.diffuse_w_m2,
        longwave_w_m2: p.longwave_w_m2,
        air_c: p.air_c,
        wind_m_s: p.wind_m_s,
        rural_sensible_w_m2: p.rural_sensible_w_m2,
        shallow_k: p.shallow_k,
        spin_up: p.spin_up != 0,
    };
    let mut planes = unpacked_surfaces(b.get("surfaces"));
    surfaces::step(place, &sky, b.get("theta"), &mut planes);
    b.set("surfaces", &packed_surfaces(&planes));
}

fn lines(b: &Buffers, p: &Params) -> Lines {
    let line = |name: &str, from_before, from_outside, windward: u32| Line {
        factors: b.copy(name),
        from_before,
        from_outside,
        windward: windward as usize,
    };
    Lines {
        rows: line("row_factors", p.row_before, p.row_outside, p.row_windward),
        columns: line("column_factors", p.column_before, p.column_outside, p.column_windward),
        exchange: Exchange {
            steady_1_s: p.steady_1_s,
            wind_1_s: p.wind_1_s,
            ri_1_k: p.ri_1_k,
            above_k: p.above_k,
            rural_k_s: p.rural_k_s,
        },
        dt_s: p.dt_s,
    }
}

fn air_mean(b: &mut Buffers) {
    let p: Params = b.one("params");
    let mean = air::mean(p.n_cols as usize, b.get("theta"));
    b.set("inflow", &[mean]);
}

fn air_rows(b: &mut Buffers) {
    let p: Params = b.one("params");
    let planes: &[[f32; 4]] = b.get("surfaces");
    let source: Vec<f32> = planes.iter().map(|s| (s[3] - p.rural_sensible_w_m2) * WARMS).collect();
    let mut theta: Vec<f32> = b.copy("theta");
    air::rows(&lines(b, &p), p.n_cols as usize, &mut theta, &source, b.get("mixing"), b.one("inflow"));
    b.set("theta", &theta);
}

fn air_columns(b: &mut Buffers) {
    let p: Params = b.one("params");
    let mut theta: Vec<f32> = b.copy("theta");
    air::columns(&lines(b, &p), p.n_cols as usize, &mut theta, b.one("inflow"));
    b.set("theta", &theta);
}

fn two_metres(b: &mut Buffers) {
    let p: Params = b.one("params");
    let (planes, theta): (&[[f32; 4]], &[f32]) = (b.get("surfaces"), b.get("theta"));
    let sensible: Vec<f32> = planes.iter().map(|s| s[3]).collect();
    let felt = felt_sensible(&grid(&p), &sensible);
    let pixel = |(felt, t): (&f32, &f32)| at_two_metres(*t, *felt, p.rural_sensible_w_m2, p.shallow_k);
    let excess: Vec<f32> = felt.iter().zip(theta).map(pixel).collect();
    b.set("excess", &excess);
}
