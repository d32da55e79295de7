// flood.local_inertial_update: scales outflow to what a cell holds, moves the water, notes the greatest depth.
// The same operations as share_row and update_row in src/fields/flood/local_inertial.rs. Gathers only.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> h: array<f32>;
@group(0) @binding(2) var<storage, read> qx_raw: array<f32>;
@group(0) @binding(3) var<storage, read> qy_raw: array<f32>;
@group(0) @binding(4) var<storage, read_write> h_new: array<f32>;
@group(0) @binding(5) var<storage, read_write> qx: array<f32>;
@group(0) @binding(6) var<storage, read_write> qy: array<f32>;
// Water that went east or south over each edge face in this interval, m².
@group(0) @binding(7) var<storage, read_write> edge_sum: array<f32>;
@group(0) @binding(8) var<storage, read_write> control: Control;

fn share(col: i32, row: i32, dt: f32) -> f32 {
    let nx = i32(params.n_cols);
    let ny = i32(params.n_rows);
    if (col < 0 || row < 0 || col >= nx || row >= ny) {
        return 1.0;
    }
    let stride = nx + 1;
    let at = row * stride + col;
    let leaves = (max(qx_raw[at + 1], 0.0) - min(qx_raw[at], 0.0))
        + (max(qy_raw[at + stride], 0.0) - min(qy_raw[at], 0.0));
    let asks = leaves * dt;
    let holds = h[at] * params.cell_m;
    if (asks > holds) {
        return holds / asks;
    }
    return 1.0;
}

fn limited(q: f32, before: f32, after: f32) -> f32 {
    if (q > 0.0) {
        return q * before;
    }
    return q * after;
}

var<workgroup> deepest: atomic<u32>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let nx = params.n_cols;
    let ny = params.n_rows;
    let dt = control.dt_s;
    if (id.x <= nx && id.y <= ny) {
        let stride = nx + 1u;
        let at = id.y * stride + id.x;
        let col = i32(id.x);
        let row = i32(id.y);
        let here = share(col, row, dt);
        let west = limited(qx_raw[at], share(col - 1, row, dt), here);
        let north = limited(qy_raw[at], share(col, row - 1, dt), here);
        qx[at] = west;
        qy[at] = north;
        var depth = 0.0;
        if (id.x < nx && id.y < ny) {
            let east = limited(qx_raw[at + 1u], here, share(col + 1, row, dt));
            let south = limited(qy_raw[at + stride], here, share(col, row + 1, dt));
            depth = h[at] + (dt / params.cell_m) * ((west - east) + (north - south));
            if (depth < 0.0) {
                depth = 0.0;
            }
        }
        h_new[at] = depth;
        atomicMax(&deepest, bitcast<u32>(depth));
        if (id.y < ny && id.x == 0u) {
            edge_sum[id.y] += west * dt;
        }
        if (id.y < ny && id.x == nx) {
            edge_sum[ny + id.y] += west * dt;
        }
        if (id.x < nx && id.y == 0u) {
            edge_sum[2u * ny + id.x] += north * dt;
        }
        if (id.x < nx && id.y == ny) {
            edge_sum[2u * ny + nx + id.x] += north * dt;
        }
    }
    workgroupBarrier();
    // At the end of an interval `maxima` looks, after rain and soil.
    if (local == 0u && (control.phase & ENDED) == 0u) {
        atomicMax(&control.deepest_bits, atomicLoad(&deepest));
    }
}
