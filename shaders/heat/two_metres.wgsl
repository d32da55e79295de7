// heat.two_metres: how much warmer than the station the air at 2 m is. The same operations as at_two_metres in
// src/fields/heat/night.rs.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> surfaces: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> theta: array<f32>;
@group(0) @binding(3) var<storage, read_write> excess: array<f32>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.n_cols || id.y >= params.n_rows) {
        return;
    }
    let at = id.y * params.n_cols + id.x;
    let share = clamp(surfaces[at].w / min(params.rural_sensible_w_m2, -1.0), 0.0, 1.0);
    excess[at] = theta[at] + params.shallow_k * (1.0 - share);
}
