// heat.air_mean: mean warmth of the air over the map, which is what blows in from more of the same city.
// The same sum as mean in src/fields/heat/air.rs, in another order.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> theta: array<f32>;
@group(0) @binding(2) var<storage, read_write> inflow: array<f32>;

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) local: u32) {
    let n = params.n_cols * params.n_rows;
    var sum = 0.0;
    for (var k = local; k < n; k += 256u) {
        sum += theta[k];
    }
    sums[local] = sum;
    workgroupBarrier();
    for (var width = 128u; width > 0u; width >>= 1u) {
        if (local < width) {
            sums[local] += sums[local + width];
        }
        workgroupBarrier();
    }
    if (local == 0u) {
        inflow[0] = sums[0] / f32(n);
    }
}
