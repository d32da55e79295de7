// What all film stages share: this text stands before each of them (src/fields/film/stages.rs).

struct Params {
    n_cols: u32,
    n_rows: u32,
    stride: u32,
    pitch: u32,
    add: f32,
    low: f32,
    span: f32,
    least: f32,
    alpha: f32,
    alpha_more: f32,
    fade_px: u32,
    n_ramp: u32,
}

