// flood.maxima: at the end of an interval, greatest values and arrival, and what the next step's length depends on. The same
// operations as Stats::sample and scan in src/fields/flood/stats.rs.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> h: array<f32>;
@group(0) @binding(2) var<storage, read> qx: array<f32>;
@group(0) @binding(3) var<storage, read> qy: array<f32>;
@group(0) @binding(4) var<storage, read> forcing: array<f32>;
// Greatest depth, speed, depth × speed; time of arrival, negative where water never came.
@group(0) @binding(5) var<storage, read_write> maxima: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> control: Control;

override g: f32 = 9.81;
override dry_m: f32 = 1e-6;
override arrival_m: f32 = 0.01;

var<workgroup> deepest: atomic<u32>;
var<workgroup> fastest: atomic<u32>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let ended = (control.phase & ENDED) != 0u;
    if (ended && id.x < params.n_cols && id.y < params.n_rows) {
        let stride = params.n_cols + 1u;
        let at = id.y * stride + id.x;
        let depth = h[at];
        var x = qx[at];
        var y = qy[at];
        if (params.on_faces != 0u) {
            x = 0.5 * (x + qx[at + 1u]);
            y = 0.5 * (y + qy[at + stride]);
        } else if (depth > dry_m) {
            atomicMax(&fastest, bitcast<u32>(max(abs(x), abs(y)) / depth + sqrt(g * depth)));
        }
        var speed = 0.0;
        if (!(depth < arrival_m)) {
            let u = x / depth;
            let v = y / depth;
            speed = sqrt(u * u + v * v);
        }
        var most = maxima[at];
        most.x = max(most.x, depth);
        most.y = max(most.y, speed);
        most.z = max(most.z, depth * speed);
        if (most.w < 0.0 && depth >= arrival_m) {
            most.w = forcing[(control.interval - 1u) * params.row_width + END];
        }
        maxima[at] = most;
        atomicMax(&deepest, bitcast<u32>(depth));
    }
    workgroupBarrier();
    if (ended && local == 0u) {
        atomicMax(&control.deepest_bits, atomicLoad(&deepest));
        atomicMax(&control.fastest_bits, atomicLoad(&fastest));
    }
}
