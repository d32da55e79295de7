//! Colours of the maps. Character is never told by colour alone: the legend names it and the pattern of building shows it.

use crate::city::Character;

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// Water.
pub const WATER: Rgb = [168, 202, 224];
/// Streets.
pub const STREET: Rgb = [255, 255, 255];
/// Edge of streets on large-scale maps.
pub const STREET_EDGE: Rgb = [205, 200, 190];
/// Grass within the city.
pub const LAWN: Rgb = [208, 226, 186];
/// Trees.
pub const TREES: Rgb = [174, 206, 156];

/// Characters, in the order of the legend.
pub const CHARACTERS: [Character; 9] = [
    Character::OldCentre,
    Character::NineteenthCenturyRing,
    Character::GardenSuburb,
    Character::PostWarFlats,
    Character::NewEstate,
    Character::Business,
    Character::Industry,
    Character::Mixed,
    Character::Open,
];

/// Colour of buildings.
pub fn building(character: Character) -> Rgb {
    match character {
        Character::OldCentre => [150, 72, 58],
        Character::NineteenthCenturyRing => [193, 116, 82],
        Character::GardenSuburb => [201, 150, 60],
        Character::PostWarFlats => [112, 104, 150],
        Character::NewEstate => [74, 128, 140],
        Character::Business => [88, 96, 108],
        Character::Industry => [140, 140, 136],
        Character::Mixed => [160, 136, 118],
        Character::Open => [168, 156, 140],
    }
}

/// Colour of gardens and paved ground among buildings: the building's colour, faint.
pub fn yard(character: Character) -> Rgb {
    let strength = if character == Character::Industry { 0.24 } else { 0.17 };
    let b = building(character);
    std::array::from_fn(|i| {
        let base = [246.0, 244.0, 238.0][i];
        (base + strength * (f64::from(b[i]) - base)).round() as u8
    })
}

/// Colour of open land, by height: greener below sea level, sandier on high ground.
pub fn field(elevation_m: f64) -> Rgb {
    let stops = [(-5.0, [206.0, 224.0, 204.0]), (0.0, [228.0, 235.0, 212.0]), (5.0, [242.0, 236.0, 212.0])];
    let e = elevation_m.clamp(-5.0, 5.0);
    let (a, b) = if e < 0.0 { (stops[0], stops[1]) } else { (stops[1], stops[2]) };
    let k = (e - a.0) / (b.0 - a.0);
    std::array::from_fn(|i| (a.1[i] + k * (b.1[i] - a.1[i])).round() as u8)
}

/// `#rrggbb`.
pub fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Name of a character in the legend.
pub fn label(character: Character) -> &'static str {
    match character {
        Character::OldCentre => "Old centre",
        Character::NineteenthCenturyRing => "Built 1870–1940",
        Character::GardenSuburb => "Garden suburb",
        Character::PostWarFlats => "Post-war flats",
        Character::NewEstate => "New estate",
        Character::Business => "Business",
        Character::Industry => "Industry and port",
        Character::Mixed => "Built-up area",
        Character::Open => "Scattered buildings",
    }
}
