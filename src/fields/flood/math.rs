//! Powers of depth by the same few operations on CPU and GPU.
//!
//! Manning's law needs h^{7/3} and h^{5/3}. Both come from y = h^{-1/3}, found by Newton steps without a division, so
//! that the loop vectorises and the WGSL file can do the same operations in the same order.

/// Standard gravity, m/s² (Dutch practice, 9.81).
pub const G_M_S2: f32 = 9.81;

/// h^{-1/3} for h > 0 in the range of depths (1e-8 … 1e5), to within 2 units in the last place.
///
/// A first guess within 4 %, a step of third order (14/9 − 7/9 c + 2/9 c² is the expansion of c^{-1/3} around c = 1, where
/// c = h y³), a step of Newton's.
#[inline(always)]
pub fn inverse_cbrt(h: f32) -> f32 {
    // The bits of a float are almost its logarithm: -1/3 of them is the guess. A third by shifts: 1/4 + 1/16 = 5/16,
    // times (1 + 1/16)(1 + 1/256).
    let bits = h.to_bits();
    let third = (bits >> 2) + (bits >> 4);
    let third = third + (third >> 4);
    let third = third + (third >> 8);
    let y = f32::from_bits(1_419_967_116_u32.wrapping_sub(third));
    let c = h * (y * y * y);
    let y = y * (14.0 / 9.0 - c * (7.0 / 9.0 - c * (2.0 / 9.0)));
    y * ((4.0 - h * (y * y * y)) * (1.0 / 3.0))
}

/// The greater of two numbers, as one instruction (`f32::max` takes four to treat NaN by its rules).
#[inline(always)]
pub fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// The lesser of two numbers.
#[inline(always)]
pub fn lesser(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// y⁷ = h^{-7/3} for y = h^{-1/3}.
#[inline(always)]
pub fn pow7(y: f32) -> f32 {
    let y2 = y * y;
    y2 * y2 * y2 * y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_cbrt_is_accurate_over_all_depths() {
        let mut h = 1e-8_f32;
        while h < 1e5 {
            let exact = 1.0 / libm::cbrt(f64::from(h));
            let relative = (f64::from(inverse_cbrt(h)) - exact).abs() / exact;
            assert!(relative < 3e-7, "h {h}: {relative}");
            h *= 1.001;
        }
    }
}
