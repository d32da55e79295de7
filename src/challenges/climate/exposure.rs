//! What people are exposed to, quantised (contracts.md): depth in whole centimetres, temperature in tenths of a kelvin.
//! Agents read fields only like this, so that what a field does to them is the same bits everywhere.

use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::heat::Warmth;

/// Exposure of the last episodes, one value per pixel of the ground; empty before the first one.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// Greatest depth of water of the last flood, cm.
    pub depth_cm: Vec<u16>,
    /// Greatest depth of water of any flood so far, cm.
    pub worst_depth_cm: Vec<u16>,
    /// How much warmer than the countryside it was in the nights of the last heat wave, 0.1 K.
    pub night_dk: Vec<i16>,
    /// The same over whole days, 0.1 K.
    pub day_and_night_dk: Vec<i16>,
    /// Air temperature in those nights, 0.1 °C.
    pub night_dc: Vec<i16>,
    /// Deaths that the heat was expected to add, millionths of a person: last episode.
    pub expected_heat_deaths_ppm: u64,
    /// The same among people of 75 and over.
    pub expected_heat_deaths_75_ppm: u64,
    /// Deaths that would have been expected in the days of that episode without heat, millionths of a person.
    pub expected_other_deaths_ppm: u64,
    /// Sum over the days of that episode of the station's degrees above the limit, hundredths.
    pub degree_days_c: u32,
    /// Number of episodes so far: heat waves, floods.
    pub episodes: [u32; 2],
}

impl Exposure {
    /// Takes in the depths of a flood.
    pub fn flood(&mut self, depth_cm: Vec<u16>) {
        self.worst_depth_cm.resize(depth_cm.len(), 0);
        self.worst_depth_cm.iter_mut().zip(&depth_cm).for_each(|(worst, d)| *worst = (*worst).max(*d));
        self.depth_cm = depth_cm;
        self.episodes[1] += 1;
    }

    /// Takes in the warmth of a heat wave.
    pub fn heat(&mut self, warmth: &Warmth) {
        self.night_dk.clone_from(&warmth.night_dk);
        self.day_and_night_dk.clone_from(&warmth.mean_dk);
        self.night_dc.clone_from(&warmth.night_dc);
        self.episodes[0] += 1;
    }

    /// Feeds everything into a digest.
    pub fn feed(&self, hasher: &mut blake3::Hasher) {
        hasher.update(bytemuck::cast_slice(&self.depth_cm));
        hasher.update(bytemuck::cast_slice(&self.night_dk));
        hasher.update(bytemuck::cast_slice(&self.day_and_night_dk));
        hasher.update(&self.expected_heat_deaths_ppm.to_le_bytes());
        hasher.update(bytemuck::cast_slice(&self.episodes));
    }
}

/// Whole centimetres of a depth in metres; a fraction of a centimetre is dry.
pub fn centimetres(depth_m: f32) -> u16 {
    (depth_m * 100.0).clamp(0.0, 65_535.0) as u16
}

/// Tenths of a kelvin, rounded.
pub fn tenths(kelvin: f32) -> i16 {
    (kelvin * 10.0).round().clamp(-32_768.0, 32_767.0) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exposure_is_quantised_as_the_contract_says() {
        assert_eq!([0.0, 0.009, 0.01, 1.239, 900.0].map(centimetres), [0, 0, 1, 123, 65_535]);
        assert_eq!([-0.04, 0.05, 3.12].map(tenths), [0, 1, 31]);
        let mut exposure = Exposure::default();
        exposure.flood(vec![3, 0, 9]);
        exposure.flood(vec![5, 1, 2]);
        assert_eq!(
            (exposure.depth_cm.as_slice(), exposure.worst_depth_cm.as_slice()),
            (&[5, 1, 2][..], &[5, 1, 9][..])
        );
    }
}
