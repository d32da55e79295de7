// heat.air_mean: mean warmth of the air over the map, which is what blows in from more of the same city.
// The same sum as mean in src/fields/heat/air.rs, in another order.

struct Params {
    n_cols: u32,
    n_rows: u32,
    n_directions: u32,
    spin_up: u32,
    cell_m: f32,
    sky_steps: u32,
    sun_steps: u32,
    trees: u32,
    sun_x: f32,
    sun_y: f32,
    sun_slope: f32,
    roof_top_m: f32,
    crown_top_m: f32,
    direct_w_m2: f32,
    diffuse_w_m2: f32,
    longwave_w_m2: f32,
    air_c: f32,
    wind_m_s: f32,
    rural_sensible_w_m2: f32,
    dt_s: f32,
    decay: f32,
    row_before: f32,
    row_outside: f32,
    row_windward: u32,
    column_before: f32,
    column_outside: f32,
    column_windward: u32,
    pad: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> theta: array<f32>;
@group(0) @binding(2) var<storage, read_write> inflow: array<f32>;

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) local: u32) {
    let n = params.n_cols * params.n_rows;
    var sum = 0.0;
    for (var k = local; k < n; k += 256u) {
        sum += theta[k];
    }
    sums[local] = sum;
    workgroupBarrier();
    for (var width = 128u; width > 0u; width >>= 1u) {
        if (local < width) {
            sums[local] += sums[local + width];
        }
        workgroupBarrier();
    }
    if (local == 0u) {
        inflow[0] = sums[0] / f32(n);
    }
}
