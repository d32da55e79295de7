// heat.air_rows: heat from the surfaces and exchange with the air above, then wind and diffusion along each row.
// The same operations as rows in src/fields/heat/air.rs; one invocation solves one row.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> surfaces: array<vec4<f32>>;
// For each column, what a cell takes from the next one, and one over its pivot.
@group(0) @binding(2) var<storage, read> row_factors: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> inflow: array<f32>;
@group(0) @binding(4) var<storage, read_write> theta: array<f32>;

// 1 / (heat capacity of the canopy air over a square metre).
override warms: f32 = 2.7639579e-5;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.n_rows) {
        return;
    }
    let n = params.n_cols;
    let first = id.x * n;
    var before = 0.0;
    for (var i = 0u; i < n; i++) {
        let k = first + i;
        let source = (surfaces[k].w - params.rural_sensible_w_m2) * warms;
        var t = (theta[k] + params.dt_s * source) * params.decay;
        if (i == params.row_windward) {
            t += params.row_outside * inflow[0];
        }
        before = (t + params.row_before * before) * row_factors[i].y;
        theta[k] = before;
    }
    var after = 0.0;
    for (var i = n; i > 0u; i--) {
        let k = first + i - 1u;
        after = theta[k] + row_factors[i - 1u].x * after;
        theta[k] = after;
    }
}
