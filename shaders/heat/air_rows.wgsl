// heat.air_rows: heat from the surfaces and exchange with the air above, then wind and diffusion along each row.
// The same operations as rows in src/fields/heat/air.rs and Exchange in src/fields/heat/night.rs; one invocation solves one row.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> surfaces: array<vec4<f32>>;
// For each column, what a cell takes from the next one, and one over its pivot.
@group(0) @binding(2) var<storage, read> row_factors: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> inflow: array<f32>;
// Mixing by wind, where it is rough more than over grass.
@group(0) @binding(4) var<storage, read> mixing: array<f32>;
@group(0) @binding(5) var<storage, read_write> theta: array<f32>;

// 1 / (heat capacity of the canopy air over a square metre).
override warms: f32 = 2.7639579e-5;

// Rate at which a layer theta warmer than the country's takes on what is above it.
fn exchange_rate(theta_k: f32, mixed: f32) -> f32 {
    let ri = params.ri_1_k * (params.above_k - theta_k);
    let down = 1.0 + 4.7 * ri;
    let stable = 1.0 / (down * down);
    let rises = max(-ri, 0.0);
    let unstable = 1.0 + 9.4 * rises / (1.0 + 3.8 * sqrt(rises));
    return params.steady_1_s + mixed * params.wind_1_s * select(unstable, stable, ri > 0.0);
}

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
        let rate = exchange_rate(theta[k], mixing[k]);
        let gain = source + rate * params.above_k - params.rural_k_s;
        var t = (theta[k] + params.dt_s * gain) / (1.0 + params.dt_s * rate);
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
