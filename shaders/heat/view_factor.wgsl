// heat.view_factor: sky view factor of every pixel by horizon scan.
// The same operations as Skyline::view_factor in src/fields/heat/sky.rs.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> surface_m: array<f32>;
@group(0) @binding(2) var<storage, read> crown_m: array<f32>;
@group(0) @binding(3) var<storage, read> directions: array<vec2<f32>>;
// Sky view factor, share of the direct sun.
@group(0) @binding(4) var<storage, read_write> sky: array<vec2<f32>>;

override crown_transmission: f32 = 0.04;

// Steepest slope that roofs (or crowns) make from a pixel at height `start` towards `dir`.
fn steepest(crowns: bool, at: vec2<u32>, start: f32, dir: vec2<f32>, n: u32) -> f32 {
    let w = f32(params.n_cols);
    let h = f32(params.n_rows);
    let inv_cell = 1.0 / params.cell_m;
    let top = select(params.roof_top_m, params.crown_top_m, crowns);
    var best = 0.0;
    for (var k = 1u; k <= n; k++) {
        let d = f32(k);
        let x = f32(at.x) + 0.5 + d * dir.x;
        let y = f32(at.y) + 0.5 + d * dir.y;
        if (x < 0.0 || y < 0.0 || x >= w || y >= h) {
            break;
        }
        let there = u32(y) * params.n_cols + u32(x);
        var z = surface_m[there];
        if (crowns) {
            z = crown_m[there];
        }
        best = max(best, (z - start) * inv_cell / d);
        if ((top - start) * inv_cell <= best * d) {
            break;
        }
    }
    return best;
}

fn open_sky(crowns: bool, at: vec2<u32>, start: f32) -> f32 {
    var sum = 0.0;
    for (var k = 0u; k < params.n_directions; k++) {
        let t = steepest(crowns, at, start, directions[k], params.sky_steps);
        sum += 1.0 / (1.0 + t * t);
    }
    return sum / f32(params.n_directions);
}

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.n_cols || id.y >= params.n_rows) {
        return;
    }
    let k = id.y * params.n_cols + id.x;
    let start = surface_m[k];
    var svf = open_sky(false, id.xy, start);
    if (params.trees != 0u) {
        // Under a crown the whole sky is leaves.
        var leafy = 0.0;
        if (!(crown_m[k] > start + 1.0)) {
            leafy = open_sky(true, id.xy, start);
        }
        svf = leafy + crown_transmission * max(svf - leafy, 0.0);
    }
    sky[k].x = svf;
}
