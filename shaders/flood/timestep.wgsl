// flood.timestep: one thread that turns the greatest depth and speed into the next stable step, and goes from one interval
// to the next, so that nothing has to be read back between steps. The same rule as FloodModel::next_dt and `timestep` in
// src/fields/flood/stages.rs.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> forcing: array<f32>;
@group(0) @binding(2) var<storage, read_write> control: Control;

override g: f32 = 9.81;
// Bits of the greatest depth that can be; above them are NaN and negative numbers.
override most_bits: u32 = 0u;

@compute @workgroup_size(1)
fn main() {
    control.dt_s = 0.0;
    let deepest = atomicLoad(&control.deepest_bits);
    if ((control.phase & UNSOUND) != 0u || deepest > most_bits) {
        control.phase = UNSOUND;
        return;
    }
    var phase = 0u;
    var remaining = control.remaining_s;
    if (!(remaining > 0.0)) {
        if (control.interval >= params.n_intervals) {
            control.phase = 0u;
            return;
        }
        remaining = forcing[control.interval * params.row_width + SPAN];
        control.interval += 1u;
        phase = BEGUN;
    }
    let speed = max(sqrt(g * bitcast<f32>(deepest)), bitcast<f32>(atomicLoad(&control.fastest_bits)));
    var dt = params.dt_max_s;
    if (speed > 0.0) {
        dt = min(params.alpha * params.cell_m / speed, dt);
    }
    if (dt >= remaining) {
        dt = remaining;
    } else if (2.0 * dt > remaining) {
        dt = 0.5 * remaining;
    }
    remaining -= dt;
    if (!(remaining > 0.0) && params.ends_here != 0u) {
        phase |= ENDED;
    }
    control.dt_s = dt;
    control.remaining_s = remaining;
    control.phase = phase;
    control.steps += 1u;
    control.shortest_dt_s = min(control.shortest_dt_s, dt);
    atomicStore(&control.deepest_bits, 0u);
    atomicStore(&control.fastest_bits, 0u);
}
