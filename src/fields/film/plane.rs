//! Values of a field at one moment that stayed on the device which computed them.

/// Values of a field at one moment, on a device. Handles: a copy is no copy of the values.
#[cfg(feature = "gpu")]
#[derive(Debug, Clone)]
pub struct Plane {
    /// Values, row by row.
    pub values: wgpu::Buffer,
    /// Bits of [`Hidden`].
    pub hidden: wgpu::Buffer,
    /// Columns and rows of cells, and values from one row to the next.
    pub shape: [u32; 3],
    /// Added to every value, in its unit.
    pub add: f32,
}

/// Without feature `gpu` there is none.
#[cfg(not(feature = "gpu"))]
#[derive(Debug, Clone)]
pub enum Plane {}

impl Plane {
    /// Memory of the device that the values take, bytes.
    pub fn n_bytes(&self) -> usize {
        #[cfg(feature = "gpu")]
        return self.values.size() as usize;
        #[cfg(not(feature = "gpu"))]
        match *self {}
    }
}

/// Cells of a map that are not shown, a bit for each; on a device from the first use on.
#[derive(Debug, Clone, Default)]
pub struct Hidden {
    /// The bits, the first cell in the lowest place.
    pub bits: Vec<u32>,
    #[cfg(feature = "gpu")]
    buffer: Option<wgpu::Buffer>,
}

impl Hidden {
    /// Of `n` cells, row by row.
    pub fn of(n: usize, is_hidden: impl Fn(usize) -> bool) -> Hidden {
        let word = |first: usize| (first..n.min(first + 32)).fold(0, |w, k| w | u32::from(is_hidden(k)) << (k - first));
        Hidden {
            bits: (0..n.max(1)).step_by(32).map(word).collect(),
            #[cfg(feature = "gpu")]
            buffer: None,
        }
    }

    /// On the device.
    #[cfg(feature = "gpu")]
    pub fn buffer(&mut self, gpu: &crate::fields::gpu::GpuContext) -> wgpu::Buffer {
        self.buffer.get_or_insert_with(|| gpu.storage("film.hidden", &self.bits)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_for_each_cell() {
        assert_eq!(Hidden::of(35, |k| k == 1 || k == 31 || k == 34).bits, [0x8000_0002, 0b100]);
        assert_eq!(Hidden::of(32, |_| true).bits, [u32::MAX]);
    }
}
