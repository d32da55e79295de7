// heat.surface_energy: energy balance of every surface over a quarter of an hour.
// The same operations as surface in src/fields/heat/balance.rs, at_two_metres in night.rs and chunk in surfaces.rs there.

@group(0) @binding(0) var<uniform> params: Params;

struct Coefficients {
    albedo: f32,
    emissivity: f32,
    wet: f32,
    a1: f32,
    a2: f32,
    a3: f32,
}

@group(0) @binding(1) var<storage, read> coefficients: array<Coefficients>;
@group(0) @binding(2) var<storage, read> anthropogenic: array<f32>;
// Sky view factor, share of the direct sun.
@group(0) @binding(3) var<storage, read> sky: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read> theta: array<f32>;
// Surface temperature, net radiation, its trend, sensible heat.
@group(0) @binding(5) var<storage, read_write> surfaces: array<vec4<f32>>;

override sigma: f32 = 5.670374e-8;
override rho_cp: f32 = 1206.0;
override step_h: f32 = 0.25;

fn exponential(x: f32) -> f32 {
    let t = x * 1.442695;
    let k = i32(t + 128.5) - 128;
    let r = (t - f32(k)) * 0.6931472;
    let p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    return p * bitcast<f32>(u32(k + 127) << 23u);
}

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.n_cols || id.y >= params.n_rows) {
        return;
    }
    let k = id.y * params.n_cols + id.x;
    let c = coefficients[k];
    let old = surfaces[k];
    let svf = sky[k].x;
    let share = clamp(old.w / min(params.rural_sensible_w_m2, -1.0), 0.0, 1.0);
    let air_c = params.air_c + (theta[k] + params.shallow_k * (1.0 - share));
    let wind = params.wind_m_s * (0.25 + 0.35 * svf);
    let air_k = air_c + 273.15;
    let sunshine = (1.0 - c.albedo) * (params.direct_w_m2 * sky[k].y + params.diffuse_w_m2 * svf);
    let walls = sigma * air_k * air_k * air_k * air_k * (1.0 - svf);
    let down = sunshine + c.emissivity * (params.longwave_w_m2 * svf + walls);
    let vapour = 6.112 * exponential(17.62 * air_c / (243.12 + air_c));
    let s = vapour * 17.62 * 243.12 / ((243.12 + air_c) * (243.12 + air_c));
    let alpha = (0.19 + 0.85 * c.wet) / (1.0 + 0.66 / s);
    let beta = 3.0 + 14.0 * c.wet;
    let conductance = rho_cp * (0.004 * wind + 0.005);
    var ts = old.x;
    var net = 0.0;
    var sensible = 0.0;
    for (var turn = 0; turn < 4; turn++) {
        let t = ts + 273.15;
        net = down - c.emissivity * sigma * t * t * t * t;
        let storage = c.a1 * net + c.a2 * old.z + c.a3;
        let available = net + anthropogenic[k] - storage;
        let latent = min(alpha * available + beta, abs(available) + beta);
        sensible = available - latent;
        // Three Newton steps; the fourth turn is the balance at their end.
        if (turn < 3) {
            let slope_net = -4.0 * c.emissivity * sigma * t * t * t;
            let slope = (1.0 - alpha) * (1.0 - c.a1) * slope_net;
            let gap = sensible - conductance * (ts - air_c);
            ts += clamp(gap / max(conductance - slope, 0.2 * conductance), -20.0, 20.0);
        }
    }
    var trend = old.z + step_h * ((net - old.y) / step_h - old.z);
    if (params.spin_up != 0u) {
        trend = 0.0;
    }
    surfaces[k] = vec4<f32>(ts, net, trend, sensible);
}
