// flood.sources: inflow into single cells, with what a depth cannot take in kept for the next step.

struct Source {
    cell: u32,
    rate_m_s: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sources: array<Source>;
@group(0) @binding(2) var<storage, read_write> h: array<f32>;
@group(0) @binding(3) var<storage, read_write> owed: array<f32>;
@group(0) @binding(4) var<storage, read_write> control: Control;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.n_sources) {
        return;
    }
    let source = sources[id.x];
    if (source.rate_m_s == 0.0) {
        return;
    }
    let owes = owed[source.cell] + source.rate_m_s * control.dt_s;
    let before = h[source.cell];
    let after = max(before + owes, 0.0);
    owed[source.cell] = owes - (after - before);
    h[source.cell] = after;
    if ((control.phase & ENDED) == 0u) {
        atomicMax(&control.deepest_bits, bitcast<u32>(after));
    }
}
