// flood.timestep: one thread that turns the greatest depth and speed into the next stable step, so that nothing has to
// be read back between steps. The same rule as FloodModel::next_dt and `timestep` in src/fields/flood/stages.rs.

struct Params {
    n_cols: u32,
    n_rows: u32,
    n_sources: u32,
    theta: f32,
    cell_m: f32,
    inv_dx: f32,
    alpha: f32,
    dt_max_s: f32,
}

struct Control {
    remaining_s: f32,
    dt_s: f32,
    deepest_bits: u32,
    steps: u32,
    shortest_dt_s: f32,
    fastest_bits: u32,
    pad1: u32,
    pad2: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> control: Control;

override g: f32 = 9.81;

@compute @workgroup_size(1)
fn main() {
    let speed = max(sqrt(g * bitcast<f32>(control.deepest_bits)), bitcast<f32>(control.fastest_bits));
    var dt = params.dt_max_s;
    if (speed > 0.0) {
        dt = min(params.alpha * params.cell_m / speed, dt);
    }
    let remaining = control.remaining_s;
    if (dt >= remaining) {
        dt = remaining;
    } else if (2.0 * dt > remaining) {
        dt = 0.5 * remaining;
    }
    control.dt_s = dt;
    control.remaining_s = remaining - dt;
    if (dt > 0.0) {
        control.steps += 1u;
        control.shortest_dt_s = min(control.shortest_dt_s, dt);
    }
    control.deepest_bits = 0u;
    control.fastest_bits = 0u;
}
