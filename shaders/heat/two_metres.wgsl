// heat.two_metres: how much warmer than the station the air at 2 m is. The same as felt_sensible and at_two_metres in
// src/fields/heat/night.rs.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> surfaces: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> theta: array<f32>;
@group(0) @binding(3) var<storage, read_write> excess: array<f32>;

override felt_m: f32 = 50.0;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.n_cols || id.y >= params.n_rows) {
        return;
    }
    // The mean of what there is of the square around.
    let reach = u32(floor(felt_m / params.cell_m + 0.5));
    let left = id.x - min(id.x, reach);
    let top = id.y - min(id.y, reach);
    let right = min(id.x + reach, params.n_cols - 1u);
    let bottom = min(id.y + reach, params.n_rows - 1u);
    var sum = 0.0;
    for (var row = top; row <= bottom; row += 1u) {
        var line = 0.0;
        for (var col = left; col <= right; col += 1u) {
            line += surfaces[row * params.n_cols + col].w;
        }
        sum += line;
    }
    let felt = sum / f32((right - left + 1u) * (bottom - top + 1u));
    let share = clamp(felt / min(params.rural_sensible_w_m2, -1.0), 0.0, 1.0);
    let at = id.y * params.n_cols + id.x;
    excess[at] = theta[at] + params.shallow_k * (1.0 - share);
}
