// heat.air_columns: wind and diffusion along each column.
// The same operations as columns in src/fields/heat/air.rs; one invocation solves one column.

@group(0) @binding(0) var<uniform> params: Params;
// For each row, what a cell takes from the next one, and one over its pivot.
@group(0) @binding(1) var<storage, read> column_factors: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> inflow: array<f32>;
@group(0) @binding(3) var<storage, read_write> theta: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.n_cols) {
        return;
    }
    let n = params.n_rows;
    var before = 0.0;
    for (var j = 0u; j < n; j++) {
        let k = j * params.n_cols + id.x;
        var t = theta[k];
        if (j == params.column_windward) {
            t += params.column_outside * inflow[0];
        }
        before = (t + params.column_before * before) * column_factors[j].y;
        theta[k] = before;
    }
    var after = 0.0;
    for (var j = n; j > 0u; j--) {
        let k = (j - 1u) * params.n_cols + id.x;
        after = theta[k] + column_factors[j - 1u].x * after;
        theta[k] = after;
    }
}
