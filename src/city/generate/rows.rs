//! How each time built: the street grid of a character and the rows of homes along it.

use crate::city::dwellings::FLAT_GROSS_M2;
use crate::city::{Character, DwellingKind};

/// Street grid of a character, m (A).
#[derive(Debug, Clone, Copy)]
pub struct Habit {
    /// Distance between parallel streets.
    pub street_m: f64,
    /// Distance between cross streets.
    pub cross_m: f64,
    /// From the street's axis to the fronts.
    pub front_m: f64,
    /// Share of left-out rows that are built all the same, for shops and offices.
    pub shops: f64,
}

pub fn habit(character: Character, thin: f64) -> Habit {
    let (street_m, cross_m, front_m, shops) = match character {
        Character::OldCentre => (44.0, 88.0, 4.5, 0.9),
        Character::NineteenthCenturyRing => (58.0, 128.0, 6.5, 0.5),
        Character::PostWarFlats => (80.0, 196.0, 17.0, 0.0),
        Character::GardenSuburb | Character::Open | Character::Mixed => (62.0, 122.0, 10.0, 0.0),
        Character::NewEstate => (57.0, 106.0, 8.5, 0.05),
        Character::Business => (92.0, 150.0, 13.0, 1.0),
        Character::Industry => (124.0, 210.0, 12.0, 1.0),
    };
    // Where a small place is less dense, its gardens are larger.
    let wide = if matches!(character, Character::GardenSuburb | Character::NewEstate) { 1.0 / thin } else { 1.0 };
    Habit { street_m: street_m * wide.max(1.0), cross_m, front_m, shops }
}

/// A row of homes of one kind: pitch and length along the street, depth, usual storeys, homes side by side (A).
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub pitch_m: f64,
    pub length_m: f64,
    pub depth_m: f64,
    pub storeys: f64,
    /// Front doors of houses, or stairwells of flats.
    pub doors: usize,
}

pub fn row(character: Character, kind: DwellingKind) -> Row {
    let (pitch_m, length_m, depth_m, storeys, doors) = match (character, kind) {
        (Character::OldCentre, DwellingKind::Terraced) => (13.0, 13.0, 13.0, 2.0, 2),
        (Character::OldCentre, _) => (13.0, 13.0, 13.0, 3.0, 1),
        (Character::NineteenthCenturyRing, DwellingKind::Terraced) => (22.0, 22.0, 10.0, 2.0, 4),
        (Character::NineteenthCenturyRing, _) => (22.0, 22.0, 12.0, 3.4, 2),
        (_, DwellingKind::Detached) => (18.0, 10.5, 10.0, 2.0, 1),
        (_, DwellingKind::Terraced) => (26.0, 24.0, 9.5, 2.0, 4),
        (Character::PostWarFlats, DwellingKind::WalkUp) => (60.0, 54.0, 11.0, 4.0, 4),
        (Character::PostWarFlats, DwellingKind::Tower) => (86.0, 62.0, 13.0, 9.0, 2),
        (_, DwellingKind::WalkUp | DwellingKind::Room) => (34.0, 30.0, 12.0, 3.6, 2),
        (_, DwellingKind::Tower) => (44.0, 25.0, 22.0, 8.0, 1),
    };
    Row { pitch_m, length_m, depth_m, storeys, doors }
}

/// Pitch, length, depth of sheds and offices, m (A).
pub fn work_row(character: Character) -> (f64, f64, f64) {
    if character == Character::Industry { (66.0, 54.0, 38.0) } else { (52.0, 40.0, 22.0) }
}

impl Row {
    /// True for kinds with a front door per home.
    pub fn is_house(kind: DwellingKind) -> bool {
        matches!(kind, DwellingKind::Detached | DwellingKind::Terraced)
    }

    /// Homes in a row of a kind.
    pub fn homes(&self, kind: DwellingKind) -> f64 {
        if Row::is_house(kind) {
            self.doors as f64
        } else {
            self.length_m * self.depth_m * self.storeys / f64::from(FLAT_GROSS_M2)
        }
    }
}
