// flood.local_inertial_flux: new fluxes over the west and north face of every cell, before limiting.
// The same operations as flux_x_row and flux_y_row in src/fields/flood/local_inertial.rs.

@group(0) @binding(0) var<uniform> params: Params;
// Bed, roughness, crest of a wall on the west face, crest of a wall on the north face.
@group(0) @binding(1) var<storage, read> ground: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> h: array<f32>;
@group(0) @binding(3) var<storage, read> qx: array<f32>;
@group(0) @binding(4) var<storage, read> qy: array<f32>;
@group(0) @binding(5) var<storage, read_write> qx_raw: array<f32>;
@group(0) @binding(6) var<storage, read_write> qy_raw: array<f32>;
// Kind (0 closed, 1 free, 2 level) and value of each edge face: west, east (by row), north, south (by column).
@group(0) @binding(7) var<storage, read> edges: array<vec2<f32>>;
@group(0) @binding(8) var<storage, read_write> control: Control;

override g: f32 = 9.81;
override dry_m: f32 = 1e-5;
override steep: f32 = 0.8;

// `n` and `across` are sums over both sides and over the four faces across. Above and below the line stand multiplied by
// h_f², so that h_f^{-7/3} becomes h_f^{-1/3}.
fn face_flux(eta_l: f32, eta_r: f32, bed: f32, n: f32, q: f32, q_sides: f32, across: f32, theta: f32, dt: f32) -> f32 {
    let hf = max(eta_l, eta_r) - bed;
    if (!(hf > dry_m)) {
        return 0.0;
    }
    let rise = eta_r - eta_l;
    let q_across = 0.25 * across;
    let norm = sqrt(q * q + q_across * q_across);
    let y = inverse_cbrt(hf);
    let h2 = hf * hf;
    let top = theta * q + 0.5 * (1.0 - theta) * q_sides - (g * dt / params.cell_m) * (hf * rise);
    let bottom = h2 + (0.25 * (g * dt) * (n * n)) * (norm * y);
    let flux = top * h2 / bottom;
    if (abs(rise) > steep * params.cell_m && n > 0.0) {
        let cap = hf * hf * y * sqrt(abs(rise) * params.inv_dx) / (0.5 * n);
        return clamp(flux, -cap, cap);
    }
    return flux;
}

// An inner face with or without a wall.
fn inner(eta_l: f32, eta_r: f32, bed: f32, crest: f32, n: f32, q: f32, sides: f32, across: f32, dt: f32) -> f32 {
    if (crest < -1e29) {
        return face_flux(eta_l, eta_r, bed, n, q, sides, across, params.theta, dt);
    }
    if (crest <= bed) {
        return face_flux(eta_l, eta_r, bed, n, q, 0.0, 0.0, 1.0, dt);
    }
    let flux = face_flux(eta_l, eta_r, crest, n, q, 0.0, 0.0, 1.0, dt);
    let head = max(max(eta_l, eta_r) - crest, 0.0);
    let weir = 1.705 * head * sqrt(head);
    return min(max(flux, -weir), weir);
}

// Flux out of the map over an edge face of cell `a`, whose inner neighbour is `b`.
fn edge(k: u32, a: u32, b: u32, q_out: f32, dt: f32) -> f32 {
    let kind = edges[k];
    let z = ground[a].x;
    let n = ground[a].y;
    let depth = h[a];
    if (kind.x == 2.0) {
        return face_flux(z + depth, max(kind.y, z), z, 2.0 * n, q_out, 0.0, 0.0, 1.0, dt);
    }
    if (kind.x == 1.0 && depth > dry_m) {
        let z_in = ground[b].x;
        let slope = max(max((z_in + h[b]) - (z + depth), z_in - z) / params.cell_m, kind.y);
        let critical = depth * sqrt(g * depth);
        if (n <= 0.0) {
            return critical;
        }
        return min(depth * depth * inverse_cbrt(depth) * sqrt(min(slope, 1.0)) / n, critical);
    }
    return 0.0;
}

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let nx = params.n_cols;
    let ny = params.n_rows;
    if (id.x > nx || id.y > ny) {
        return;
    }
    let stride = nx + 1u;
    let at = id.y * stride + id.x;
    let dt = control.dt_s;
    if (!(dt > 0.0)) {
        qx_raw[at] = qx[at];
        qy_raw[at] = qy[at];
        return;
    }
    var fx = 0.0;
    var fy = 0.0;
    let me = ground[at];
    let eta = me.x + h[at];
    if (id.y < ny) {
        if (id.x == 0u) {
            fx = -edge(id.y, at, at + min(1u, nx - 1u), -qx[at], dt);
        } else if (id.x == nx) {
            fx = edge(ny + id.y, at - 1u, at - min(2u, nx), qx[at], dt);
        } else {
            let w = ground[at - 1u];
            let across = (qy[at - 1u] + qy[at]) + (qy[at - 1u + stride] + qy[at + stride]);
            fx = inner(w.x + h[at - 1u], eta, max(w.x, me.x), me.z, w.y + me.y, qx[at],
                qx[at - 1u] + qx[at + 1u], across, dt);
        }
    }
    if (id.x < nx) {
        if (id.y == 0u) {
            fy = -edge(2u * ny + id.x, at, at + stride * min(1u, ny - 1u), -qy[at], dt);
        } else if (id.y == ny) {
            fy = edge(2u * ny + nx + id.x, at - stride, at - stride * min(2u, ny), qy[at], dt);
        } else {
            let up = at - stride;
            let n = ground[up];
            let across = (qx[up] + qx[up + 1u]) + (qx[at] + qx[at + 1u]);
            fy = inner(n.x + h[up], eta, max(n.x, me.x), me.w, n.y + me.y, qy[at],
                qy[up] + qy[at + stride], across, dt);
        }
    }
    qx_raw[at] = fx;
    qy_raw[at] = fy;
}
