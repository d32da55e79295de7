// flood.shallow_water_update: moves water and momentum by the fluxes, brakes by friction, notes depth and speed.
// The same operations as update_row in src/fields/flood/shallow_water.rs. Each cell changes only itself.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ground: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> flux_x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> flux_y: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> h: array<f32>;
@group(0) @binding(5) var<storage, read_write> qx: array<f32>;
@group(0) @binding(6) var<storage, read_write> qy: array<f32>;
// Water that went east or south over each edge face in this interval, m².
@group(0) @binding(7) var<storage, read_write> edge_sum: array<f32>;
@group(0) @binding(8) var<storage, read_write> control: Control;

override g: f32 = 9.81;
override dry_m: f32 = 1e-6;

var<workgroup> deepest: atomic<u32>;
var<workgroup> fastest: atomic<u32>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let nx = params.n_cols;
    let ny = params.n_rows;
    let dt = control.dt_s;
    let stride = nx + 1u;
    let at = id.y * stride + id.x;
    if (id.x < nx && id.y < ny) {
        var depth = h[at];
        var u = qx[at];
        var v = qy[at];
        if (dt > 0.0) {
            let west = flux_x[at];
            let east = flux_x[at + 1u];
            let north = flux_y[at];
            let south = flux_y[at + stride];
            let factor = dt / params.cell_m;
            depth = depth - factor * ((east.x - west.x) + (south.x - north.x));
            if (depth < 0.0) {
                depth = 0.0;
            }
            u = u - factor * ((east.y - west.z) + (south.w - north.w));
            v = v - factor * ((south.y - north.z) + (east.w - west.w));
            if (depth > dry_m) {
                let y = inverse_cbrt(depth);
                let y2 = y * y;
                let n = ground[at].y;
                let k = g * (n * n) * (y2 * y2 * y2 * y);
                let slow = 2.0 / (1.0 + sqrt(1.0 + 4.0 * dt * k * sqrt(u * u + v * v)));
                u = u * slow;
                v = v * slow;
            } else {
                u = 0.0;
                v = 0.0;
            }
            h[at] = depth;
            qx[at] = u;
            qy[at] = v;
        }
        atomicMax(&deepest, bitcast<u32>(depth));
        if (depth > dry_m) {
            atomicMax(&fastest, bitcast<u32>(max(abs(u), abs(v)) / depth + sqrt(g * depth)));
        }
    }
    if (dt > 0.0 && id.x <= nx && id.y <= ny) {
        if (id.y < ny && id.x == 0u) {
            edge_sum[id.y] += flux_x[at].x * dt;
        }
        if (id.y < ny && id.x == nx) {
            edge_sum[ny + id.y] += flux_x[at].x * dt;
        }
        if (id.x < nx && id.y == 0u) {
            edge_sum[2u * ny + id.x] += flux_y[at].x * dt;
        }
        if (id.x < nx && id.y == ny) {
            edge_sum[2u * ny + nx + id.x] += flux_y[at].x * dt;
        }
    }
    workgroupBarrier();
    // At the end of an interval `maxima` looks, after rain and soil.
    if (local == 0u && (control.phase & ENDED) == 0u) {
        atomicMax(&control.deepest_bits, atomicLoad(&deepest));
        atomicMax(&control.fastest_bits, atomicLoad(&fastest));
    }
}
