// film.colour: values of a field become colours of a picture. The same operations as colour in
// src/fields/film/stages.rs.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;
// A bit for each pixel, the first in the lowest place: 1 where nothing is drawn.
@group(0) @binding(2) var<storage, read> hidden: array<u32>;
@group(0) @binding(3) var<storage, read> ramp: array<u32>;
// Red in the lowest byte, then green, blue and alpha.
@group(0) @binding(4) var<storage, read_write> colours: array<u32>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.n_cols || id.y >= params.n_rows) {
        return;
    }
    let pixel = id.y * params.n_cols + id.x;
    let is_hidden = ((hidden[pixel >> 5u] >> (pixel & 31u)) & 1u) != 0u;
    let value = params.add + values[id.y * params.stride + id.x];
    var k = clamp((value - params.low) / params.span, 0.0, 1.0);
    var alpha = u32(params.alpha + params.alpha_more * k);
    if (is_hidden) {
        k = 0.0;
    }
    if (is_hidden || value < params.least) {
        alpha = 0u;
    }
    let inside = min(min(id.x, params.n_cols - 1u - id.x), min(id.y, params.n_rows - 1u - id.y));
    alpha = alpha * min(inside, params.fade_px) / params.fade_px;
    let rgb = ramp[u32(k * f32(params.n_ramp - 1u) + 0.5)];
    colours[id.y * params.pitch + id.x] = rgb | (alpha << 24u);
}
