// flood.forcing: at the beginning of an interval, its inflows and the levels outside.

struct Source {
    cell: u32,
    rate_m_s: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> forcing: array<f32>;
// Place of each edge face's level in a row; 0 where it has none.
@group(0) @binding(2) var<storage, read> edge_levels: array<u32>;
@group(0) @binding(3) var<storage, read_write> edges: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> sources: array<Source>;
@group(0) @binding(5) var<storage, read_write> control: Control;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if ((control.phase & BEGUN) == 0u) {
        return;
    }
    let row = (control.interval - 1u) * params.row_width;
    if (id.x < params.n_sources) {
        sources[id.x].rate_m_s = forcing[row + RATES + id.x];
    }
    if (id.x < params.n_edges && edge_levels[id.x] != 0u) {
        edges[id.x].y = forcing[row + edge_levels[id.x]];
    }
}
