//! Land cover with its coefficients.
//!
//! Storage heat: ΔQS = a1 Q* + a2 ∂Q*/∂t + a3 (objective hysteresis model, Grimmond & Oke 1999; coefficients V in the
//! design note). Albedo and emissivity: Oke (1987) (M). Evaporation: share of plants (M).

/// What covers a pixel. Numbers are the codes of the land cover raster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// Short grass, gardens: 1.
    Grass,
    /// Trees: 2.
    Trees,
    /// Open water: 3.
    Water,
    /// Asphalt: 4.
    Asphalt,
    /// Concrete, brick, stone: 5.
    Stone,
    /// Roofs: 6.
    Roof,
}

/// Coefficients of a cover.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Coefficients {
    /// Share of the sun that is thrown back.
    pub albedo: f32,
    /// Emissivity in the infrared.
    pub emissivity: f32,
    /// Share of plants or water: drives evaporation.
    pub wet: f32,
    /// a1, –.
    pub a1: f32,
    /// a2, h.
    pub a2: f32,
    /// a3, W/m².
    pub a3: f32,
}

impl Cover {
    /// The cover with a code, if there is one.
    pub fn from_code(code: f32) -> Option<Cover> {
        Some(match code as i32 {
            _ if code.fract() != 0.0 => return None,
            1 => Cover::Grass,
            2 => Cover::Trees,
            3 => Cover::Water,
            4 => Cover::Asphalt,
            5 => Cover::Stone,
            6 => Cover::Roof,
            _ => return None,
        })
    }

    /// Its coefficients.
    pub fn coefficients(self) -> Coefficients {
        let c = |albedo, emissivity, wet, a1, a2, a3| Coefficients { albedo, emissivity, wet, a1, a2, a3 };
        match self {
            Cover::Grass => c(0.20, 0.96, 1.0, 0.32, 0.54, -27.4),
            Cover::Trees => c(0.18, 0.97, 1.0, 0.11, 0.11, -12.3),
            Cover::Water => c(0.08, 0.97, 1.0, 0.50, 0.21, -39.1),
            Cover::Asphalt => c(0.12, 0.95, 0.0, 0.36, 0.23, -19.3),
            Cover::Stone => c(0.27, 0.93, 0.0, 0.81, 0.10, -79.9),
            Cover::Roof => c(0.20, 0.92, 0.0, 0.25, 0.92, -22.0),
        }
    }

    /// Plants cover it (the Bowen ratio of the standard method is 0.4 there, 3 elsewhere).
    pub fn is_green(self) -> bool {
        matches!(self, Cover::Grass | Cover::Trees)
    }
}
