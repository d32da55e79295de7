//! The stage `film.colour`: values of a field become red, green, blue and how much of them covers the ground.

use bytemuck::{Pod, Zeroable};

use crate::fields::stage::{Buffers, Record, Stage, read, record, shader, uniform, write};

/// Colours in a ramp's table.
pub const N_RAMP: usize = 256;

/// Uniform of the stage.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Params {
    /// Columns of pixels.
    pub n_cols: u32,
    /// Rows of pixels.
    pub n_rows: u32,
    /// Values from one row of the field to the next.
    pub stride: u32,
    /// Words from one row of colours to the next.
    pub pitch: u32,
    /// Added to every value, in its unit.
    pub add: f32,
    /// Value at the low end of the ramp.
    pub low: f32,
    /// From there to the high end.
    pub span: f32,
    /// Values below this are not drawn.
    pub least: f32,
    /// Alpha at the low end, 0–255.
    pub alpha: f32,
    /// More of it at the high end.
    pub alpha_more: f32,
    /// Pixels over which the picture fades away towards the edge of the map, 1 at least.
    pub fade_px: u32,
    /// Colours in the ramp.
    pub n_ramp: u32,
}

/// How values look.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Values at both ends of the ramp, in the field's unit.
    pub ends: [f32; 2],
    /// Values below this are not drawn.
    pub least: f32,
    /// Alpha at both ends of the ramp, 0–255.
    pub alpha: [f32; 2],
    /// Pixels over which the picture fades away towards the edge of the map.
    pub fade_px: u32,
    /// The ramp: [`N_RAMP`] colours, from low to high, red in the lowest byte.
    pub ramp: Vec<u32>,
}

impl Look {
    /// The table of a ramp that is given as a function of 0 to 1.
    pub fn ramp(colour: impl Fn(f32) -> [u8; 3]) -> Vec<u32> {
        let entry = |i: usize| {
            let [r, g, b] = colour(i as f32 / (N_RAMP - 1) as f32);
            u32::from_le_bytes([r, g, b, 0])
        };
        (0..N_RAMP).map(entry).collect()
    }

    /// The uniform for a map of `n_cols` × `n_rows` values, `stride` apart by row, to which `add` is added.
    pub fn params(&self, [n_cols, n_rows, stride]: [u32; 3], add: f32) -> Params {
        let [low, high] = self.ends;
        Params {
            n_cols,
            n_rows,
            stride,
            pitch: pitch(n_cols),
            add,
            low,
            span: (high - low).max(0.01),
            least: self.least,
            alpha: self.alpha[0],
            alpha_more: self.alpha[1] - self.alpha[0],
            fade_px: self.fade_px.max(1),
            n_ramp: self.ramp.len() as u32,
        }
    }
}

/// Words from one row of colours to the next: rows of a buffer that is copied to a texture begin at multiples of 256
/// bytes.
pub fn pitch(n_cols: u32) -> u32 {
    n_cols.next_multiple_of(64)
}

const PARAMS: Record =
    record!(Params { n_cols, n_rows, stride, pitch, add, low, span, least, alpha, alpha_more, fade_px, n_ramp });

/// All film stages.
pub static STAGES: &[Stage] = &[Stage {
    name: "film.colour",
    wgsl: shader!("film", "colour"),
    bindings: &[uniform("params"), read("values"), read("hidden"), read("ramp"), write("colours")],
    records: &[PARAMS],
    workgroup: [16, 16],
    invocations: |size| [size.n_cols, size.n_rows],
    overrides: &[],
    swaps: None,
    cpu: colour,
}];

fn colour(b: &mut Buffers) {
    let p: Params = b.one("params");
    let (values, hidden, ramp): (&[f32], &[u32], &[u32]) = (b.get("values"), b.get("hidden"), b.get("ramp"));
    let mut colours: Vec<u32> = b.copy("colours");
    for row in 0..p.n_rows {
        for col in 0..p.n_cols {
            let pixel = row * p.n_cols + col;
            let is_hidden = hidden[(pixel / 32) as usize] >> (pixel % 32) & 1 != 0;
            let value = p.add + values[(row * p.stride + col) as usize];
            let k = ((value - p.low) / p.span).clamp(0.0, 1.0);
            let alpha = if is_hidden || value < p.least { 0 } else { (p.alpha + p.alpha_more * k) as u32 };
            let k = if is_hidden { 0.0 } else { k };
            let inside = col.min(p.n_cols - 1 - col).min(row).min(p.n_rows - 1 - row);
            let alpha = alpha * inside.min(p.fade_px) / p.fade_px;
            let rgb = ramp[(k * (p.n_ramp - 1) as f32 + 0.5) as usize];
            colours[(row * p.pitch + col) as usize] = rgb | alpha << 24;
        }
    }
    b.set("colours", &colours);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::film::Hidden;
    use crate::fields::stage::Size;

    #[test]
    fn colours_follow_the_ramp_and_hide_what_is_to_be_hidden() {
        let ramp = Look::ramp(|k| [(255.0 * k).round() as u8, 0, 0]);
        let look = Look { ends: [1.0, 3.0], least: 1.5, alpha: [100.0, 200.0], fade_px: 1, ramp: ramp.clone() };
        let p = look.params([5, 3, 6], 1.0);
        assert_eq!((p.pitch, pitch(64), pitch(65)), (64, 64, 128));
        let mut b = Buffers::new(Size { n_cols: 5, n_rows: 3, n_list: 0 });
        b.set("params", &[p]);
        // In the middle row 1 (with the 1 that is added), 2, 2 but hidden, 3; the rest lies on the edge.
        let mut values = [1.0_f32; 18];
        values[6..11].copy_from_slice(&[9.0, 0.0, 1.0, 1.0, 9.0]);
        b.set("values", &values);
        b.set("hidden", &Hidden::of(15, |pixel| pixel == 8).bits);
        b.set("ramp", &ramp);
        b.set("colours", &[7_u32; 3 * 64]);
        STAGES[0].run_on_cpu(&mut b);
        let colours: &[u32] = b.get("colours");
        let at = |col: usize, row: usize| colours[64 * row + col].to_le_bytes();
        assert_eq!(at(1, 1), [0, 0, 0, 0], "below the least");
        assert_eq!(at(2, 1), [128, 0, 0, 150]);
        assert_eq!(at(3, 1), [0, 0, 0, 0], "hidden");
        assert_eq!(at(4, 1), [255, 0, 0, 0], "on the edge");
        assert_eq!(colours[5], 7, "beyond the row nothing is written");
    }
}
