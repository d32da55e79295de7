// flood.exchange: at the end of an interval, rain in, and what soil and drains take. The same operations as
// Hydrology::cell in src/fields/flood/hydrology.rs.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ground: array<vec4<f32>>;
// What the soil takes (a rate, or its conductivity), what the drains take, both m/s, and the share of the rain.
@group(0) @binding(2) var<storage, read> soil: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> forcing: array<f32>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;
@group(0) @binding(5) var<storage, read_write> owed: array<f32>;
// Soaked up so far; soaked up and drained since the planes came here, m.
@group(0) @binding(6) var<storage, read_write> taken: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> control: Control;

// Half the bed of cells that are no part of the model.
override blocked_m: f32 = 5e5;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.n_cols || id.y >= params.n_rows || (control.phase & ENDED) == 0u) {
        return;
    }
    let at = id.y * (params.n_cols + 1u) + id.x;
    let row = (control.interval - 1u) * params.row_width;
    let fell = forcing[row + RAIN];
    let idle = params.soil_kind == 0u && params.has_drains == 0u && !(fell > 0.0);
    if (idle || ground[at].x > blocked_m) {
        return;
    }
    let dt = forcing[row + SPAN];
    let here = soil[at];
    let before = h[at];
    let owes_before = owed[at];
    var sums = taken[at];
    let rain = fell * here.z;
    let there = max(before + (owes_before + rain), 0.0);
    var soaks = 0.0;
    if (params.soil_kind == 1u) {
        soaks = min(here.x * dt, there);
    } else if (params.soil_kind == 2u) {
        let kdt = here.x * dt;
        let b = kdt - 2.0 * sums.x;
        soaks = min(0.5 * (b + sqrt(b * b + 8.0 * kdt * (params.suction_m + sums.x))), there);
    }
    let drains = min(here.y * dt, there - soaks);
    sums.x += soaks;
    sums.y += soaks;
    sums.z += drains;
    let owes = owes_before + ((rain - soaks) - drains);
    let after = max(before + owes, 0.0);
    owed[at] = owes - (after - before);
    h[at] = after;
    taken[at] = sums;
}
