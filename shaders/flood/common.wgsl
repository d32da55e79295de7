// What all flood stages share: this text stands before each of them (src/fields/flood/stages.rs).

struct Params {
    n_cols: u32,
    n_rows: u32,
    n_sources: u32,
    theta: f32,
    cell_m: f32,
    inv_dx: f32,
    alpha: f32,
    dt_max_s: f32,
    n_edges: u32,
    n_intervals: u32,
    row_width: u32,
    ends_here: u32,
    on_faces: u32,
    soil_kind: u32,
    has_drains: u32,
    suction_m: f32,
}

struct Control {
    remaining_s: f32,
    dt_s: f32,
    deepest_bits: atomic<u32>,
    steps: u32,
    shortest_dt_s: f32,
    fastest_bits: atomic<u32>,
    interval: u32,
    phase: u32,
}

// Bits of `phase`.
const BEGUN = 1u;
const ENDED = 2u;
const UNSOUND = 4u;

// A row of the forcing: length of the interval, its end, rain in metres, then rates of the sources and levels of edges.
const SPAN = 0u;
const END = 1u;
const RAIN = 2u;
const RATES = 3u;

// h^{-1/3} by the same steps as the CPU (src/fields/flood/math.rs).
fn inverse_cbrt(h: f32) -> f32 {
    let bits = bitcast<u32>(h);
    var third = (bits >> 2u) + (bits >> 4u);
    third = third + (third >> 4u);
    third = third + (third >> 8u);
    let guess = bitcast<f32>(1419967116u - third);
    let c = h * (guess * guess * guess);
    let y = guess * (14.0 / 9.0 - c * (7.0 / 9.0 - c * (2.0 / 9.0)));
    return y * ((4.0 - h * (y * y * y)) * (1.0 / 3.0));
}

