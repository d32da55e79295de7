//! Where people meet by day: schools and workplaces, as numbers. People with one number know each other.

use bevy::prelude::Resource;

use super::components::Occupation;
use crate::city::{AmenityKind, City};

/// Nobody's place.
pub const NO_PLACE: u32 = u32::MAX;
/// Workplaces are numbered from here.
pub const FIRST_WORKPLACE: u32 = 1 << 20;

/// Schools and workplaces of a city.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct Places {
    primary_of: Vec<u32>,
    secondary_of: Vec<u32>,
    n_workplaces: u32,
}

impl Places {
    /// The nearest schools to each neighbourhood, and one workplace per 12 residents (A: the mean Dutch workplace has
    /// some 6 workers, but people know each other in teams).
    pub fn of(city: &City) -> Places {
        let nearest = |kind: AmenityKind| -> Vec<u32> {
            let school = |n: &crate::city::Neighbourhood| {
                let (x, y) = (n.centre_m[0] - city.grid.west_m, n.centre_m[1] - city.grid.south_m());
                let distance2 = |a: &crate::city::Amenity| {
                    (f64::from(a.x_m) - x) * (f64::from(a.x_m) - x) + (f64::from(a.y_m) - y) * (f64::from(a.y_m) - y)
                };
                let schools = city.amenities.iter().enumerate().filter(|(_, a)| a.kind == kind);
                schools.min_by(|(_, a), (_, b)| distance2(a).total_cmp(&distance2(b))).map_or(0, |(i, _)| i as u32)
            };
            city.neighbourhoods.iter().map(school).collect()
        };
        Places {
            primary_of: nearest(AmenityKind::PrimarySchool),
            secondary_of: nearest(AmenityKind::SecondarySchool),
            n_workplaces: (city.summary().residents / 12).clamp(1, 1 << 30) as u32,
        }
    }

    /// The place of somebody of `age_y` with `occupation` who lives in neighbourhood `n`; `word` is a uniform draw.
    pub fn choose(&self, occupation: Occupation, age_y: u8, n: usize, word: u32) -> u32 {
        match occupation {
            Occupation::Study if age_y < 12 => self.primary_of.get(n).copied().unwrap_or(NO_PLACE),
            Occupation::Study => self.secondary_of.get(n).copied().unwrap_or(NO_PLACE),
            Occupation::Employed => FIRST_WORKPLACE + word % self.n_workplaces,
            _ => NO_PLACE,
        }
    }
}
