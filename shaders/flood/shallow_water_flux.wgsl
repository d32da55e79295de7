// flood.shallow_water_flux: HLLC fluxes over the west and north face of every cell.
// The same operations as x_faces and y_faces in src/fields/flood/shallow_water.rs.

@group(0) @binding(0) var<uniform> params: Params;
// Bed, roughness, crest of a wall on the west face, crest of a wall on the north face.
@group(0) @binding(1) var<storage, read> ground: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> h: array<f32>;
@group(0) @binding(3) var<storage, read> qx: array<f32>;
@group(0) @binding(4) var<storage, read> qy: array<f32>;
// Water, momentum as the cell before and the cell after the face feels it, momentum along the face.
@group(0) @binding(5) var<storage, read_write> flux_x: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> flux_y: array<vec4<f32>>;
// Kind (0 closed, 1 free, 2 level) and value of each edge face: west, east (by row), north, south (by column).
@group(0) @binding(7) var<storage, read> edges: array<vec2<f32>>;
@group(0) @binding(8) var<storage, read_write> control: Control;

override g: f32 = 9.81;
override dry_m: f32 = 1e-6;
// Half the bed of cells that are no part of the model.
override blocked_m: f32 = 5e5;

// A cell as a face sees it: depth, bed, velocity towards the positive axis and along the face.
struct Cell {
    h: f32,
    z: f32,
    un: f32,
    ut: f32,
}

fn hllc(l: Cell, r: Cell) -> vec4<f32> {
    let half_g = 0.5 * g;
    let eta_l = l.z + l.h;
    let eta_r = r.z + r.h;
    let z_f = min(max(l.z, r.z), min(eta_l, eta_r));
    let hl = max(min(eta_l - z_f, l.h), 0.0);
    let hr = max(min(eta_r - z_f, r.h), 0.0);
    let cl = sqrt(g * hl);
    let cr = sqrt(g * hr);
    let u_mid = 0.5 * (l.un + r.un) + (cl - cr);
    let c_mid = 0.5 * (cl + cr) + 0.25 * (l.un - r.un);
    let dry_l = hl <= dry_m;
    let dry_r = hr <= dry_m;
    var sl = min(l.un - cl, u_mid - c_mid);
    var sr = max(r.un + cr, u_mid + c_mid);
    if (dry_l) {
        sl = r.un - 2.0 * cr;
        sr = r.un + cr;
    }
    if (dry_r) {
        sl = l.un - cl;
        sr = l.un + 2.0 * cl;
    }
    sl = min(sl, 0.0);
    sr = max(sr, 0.0);
    let width = sr - sl;
    let inv = 1.0 / select(1.0, width, width > 1e-12);
    let ql = hl * l.un;
    let qr = hr * r.un;
    let pressure_step = half_g * (hr - hl) * (hr + hl);
    let water = (sr * ql - sl * qr + sl * sr * (hr - hl)) * inv;
    let m = (sr * (ql * l.un) - sl * (qr * r.un + pressure_step) + sl * sr * (qr - ql)) * inv;
    let source_l = half_g * (hl + l.h) * min(z_f - l.z, 0.0);
    let source_r = half_g * (hr + r.h) * min(z_f - r.z, 0.0);
    if (dry_l && dry_r) {
        return vec4<f32>(0.0, source_l, source_r, 0.0);
    }
    let along = water * select(r.ut, l.ut, water >= 0.0);
    return vec4<f32>(water, m + source_l, m - pressure_step + source_r, along);
}

fn mirror(c: Cell) -> Cell {
    return Cell(c.h, c.z, -c.un, c.ut);
}

// A face between two cells of the map, of which either may be blocked.
fn inner_face(l: Cell, r: Cell) -> vec4<f32> {
    var a = l;
    var b = r;
    if (l.z > blocked_m) {
        a = mirror(r);
    }
    if (r.z > blocked_m) {
        b = mirror(l);
    }
    return hllc(a, b);
}

fn head(c: Cell, crest: f32) -> f32 {
    return max(c.z + c.h - crest, 0.0);
}

// A face with a wall: both sides feel it as a mirror; above the crest a weir lets water over.
fn wall_face(l: Cell, r: Cell, crest: f32) -> vec4<f32> {
    if (crest <= max(l.z, r.z)) {
        return inner_face(l, r);
    }
    let head_l = head(l, crest);
    let head_r = head(r, crest);
    var water = 1.705 * head_l * sqrt(head_l);
    var along = l.ut;
    if (head_l < head_r) {
        water = -(1.705 * head_r * sqrt(head_r));
    }
    if (water < 0.0) {
        along = r.ut;
    }
    let left = hllc(l, mirror(l)).y + max(water, 0.0) * l.un;
    let right = hllc(mirror(r), r).z + min(water, 0.0) * r.un;
    return vec4<f32>(water, left, right, water * along);
}

fn face(l: Cell, r: Cell, crest: f32) -> vec4<f32> {
    if (crest > -1e29) {
        return wall_face(l, r, crest);
    }
    return inner_face(l, r);
}

// The cell beyond edge face `k`.
fn ghost(k: u32, c: Cell) -> Cell {
    let kind = edges[k];
    if (kind.x == 0.0 || c.z > blocked_m) {
        return mirror(c);
    }
    if (kind.x == 2.0) {
        return Cell(max(kind.y - c.z, 0.0), c.z, c.un, c.ut);
    }
    return c;
}

// Cell `at` with its velocity along x (or y) first.
fn cell(at: u32, along_y: bool) -> Cell {
    let depth = h[at];
    let inv = 1.0 / max(depth, dry_m);
    let moves = depth > dry_m;
    let u = select(0.0, qx[at] * inv, moves);
    let v = select(0.0, qy[at] * inv, moves);
    if (along_y) {
        return Cell(depth, ground[at].x, v, u);
    }
    return Cell(depth, ground[at].x, u, v);
}

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let nx = params.n_cols;
    let ny = params.n_rows;
    if (id.x > nx || id.y > ny || !(control.dt_s > 0.0)) {
        return;
    }
    let stride = nx + 1u;
    let at = id.y * stride + id.x;
    var fx = vec4<f32>(0.0);
    var fy = vec4<f32>(0.0);
    if (id.y < ny) {
        if (id.x == 0u) {
            let c = cell(at, false);
            fx = hllc(ghost(id.y, c), c);
        } else if (id.x == nx) {
            let c = cell(at - 1u, false);
            fx = hllc(c, ghost(ny + id.y, c));
        } else {
            fx = face(cell(at - 1u, false), cell(at, false), ground[at].z);
        }
    }
    if (id.x < nx) {
        if (id.y == 0u) {
            let c = cell(at, true);
            fy = hllc(ghost(2u * ny + id.x, c), c);
        } else if (id.y == ny) {
            let c = cell(at - stride, true);
            fy = hllc(c, ghost(2u * ny + nx + id.x, c));
        } else {
            fy = face(cell(at - stride, true), cell(at, true), ground[at].w);
        }
    }
    flux_x[at] = fx;
    flux_y[at] = fy;
}
