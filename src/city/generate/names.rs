//! Dutch-looking names that no neighbourhood of the large Dutch cities bears: a stem and a tail by character.

use crate::city::Character;
use crate::sim::draws::{Draws, Stream, mix};

const NAMES: Stream = Stream::named("city.generate.names");

/// Name of the district of the old centre.
const OLD_CENTRE: &str = "Oude Veste";

type Pool = (&'static [&'static str], &'static [&'static str]);

fn pool(character: Character) -> Pool {
    match character {
        Character::OldCentre => (
            &[
                "Lakenwevers",
                "Zoutdragers",
                "Kuipers",
                "Touwslagers",
                "Wijnkopers",
                "Goudsmeden",
                "Boterwaag",
                "Korenbrug",
                "Klokgieters",
                "Spinhuis",
                "Schuitenvoerders",
                "Kaarsenmakers",
                "Tingieters",
                "Gildehuis",
                "Leerlooiers",
                "Vismijn",
                "Graanmeters",
                "Appelkopers",
                "Turfdragers",
                "Zeepzieders",
            ],
            &["gracht", "kade", "hof", "poort", "hoek", "kwartier", "wal"],
        ),
        Character::NineteenthCenturyRing => (
            &[
                "Letterzetters",
                "Pannenbakkers",
                "Glasblazers",
                "Lantaarnopstekers",
                "Stoomketel",
                "Gashouder",
                "Zijdewevers",
                "Wagenmakers",
                "Smederij",
                "Bleekvelders",
                "Behangers",
                "Stukadoors",
                "Horlogemakers",
                "Suikerbakkers",
                "Papiermolen",
                "Koetsiers",
                "Stokers",
                "Wisselwachters",
                "Boekbinders",
                "Klompenmakers",
                "Sigarenmakers",
                "Paraplumakers",
                "Zadelmakers",
                "Loodgieters",
            ],
            &["buurt", "kwartier", "plein", "wijk", "straten", "park"],
        ),
        Character::PostWarFlats => (
            &[
                "Nevelster",
                "Poolster",
                "Komeet",
                "Barnsteen",
                "Kwarts",
                "Leisteen",
                "Wulpen",
                "Karekiet",
                "Sijsjes",
                "Koolzaad",
                "Boekweit",
                "Vlas",
                "Klaproos",
                "Zwenkgras",
                "Albatros",
                "Stormvogel",
                "Zandloper",
                "Passaat",
                "Schoener",
                "Kompas",
                "Sextant",
                "Ankertros",
                "Noorderkroon",
                "Orion",
            ],
            &["laagte", "velden", "oord", "hoven", "rand", "dreven", "horst"],
        ),
        Character::GardenSuburb => (
            &[
                "Seringen",
                "Hazelaar",
                "Kersen",
                "Moerbei",
                "Kornoelje",
                "Kweepeer",
                "Lijsterbes",
                "Meidoorn",
                "Egelantier",
                "Jasmijn",
                "Goudenregen",
                "Walnoot",
                "Mispel",
                "Zuring",
                "Lavendel",
                "Rozemarijn",
                "Kamperfoelie",
                "Vuurdoorn",
                "Sleedoorn",
                "Duindoorn",
                "Hulst",
                "Taxus",
            ],
            &["dorp", "gaarde", "lust", "tuinen", "rust", "hof", "warande"],
        ),
        Character::NewEstate => (
            &[
                "Rietzanger",
                "Otter",
                "Waterlelie",
                "Zilverreiger",
                "Lepelaar",
                "Bruinvis",
                "Snoekbaars",
                "Kikkerbeet",
                "Dotterbloem",
                "Watermunt",
                "Roerdomp",
                "Waterral",
                "Smient",
                "Krakeend",
                "Zwanebloem",
                "Pijlkruid",
                "Krabbescheer",
                "Oeverzwaluw",
                "Tureluur",
                "Purperreiger",
                "Libel",
                "Schrijvertje",
                "Stekelbaars",
                "Waterviolier",
            ],
            &["landen", "oevers", "weide", "waard", "plas", "rak", "polder"],
        ),
        Character::Business => (
            &[
                "Nieuwezijds",
                "Telegraaf",
                "Kompasroos",
                "Wissel",
                "Seinhuis",
                "Halte",
                "Rangeer",
                "Zonnewijzer",
                "Weegbrug",
                "Ponton",
            ],
            &["park", "poort", "werf", "forum"],
        ),
        Character::Industry => (
            &[
                "Kolen",
                "Loswal",
                "Sleephelling",
                "Ketelmaker",
                "Kraanbaan",
                "Scheepsbel",
                "Ballast",
                "Touwbaan",
                "Zaagmolen",
            ],
            &["haven", "dok", "terrein", "werf"],
        ),
        Character::Open | Character::Mixed => (&["Weidemolen", "Eendenkooi", "Rietkraag"], &["veld", "land"]),
    }
}

/// Stems of district names by quarter of the compass: north, east, south, west.
const QUARTERS: [&str; 4] = ["Noorder", "Ooster", "Zuider", "Wester"];
const DISTRICT_TAILS: [&str; 12] =
    ["laak", "schans", "gouw", "rade", "kreek", "brink", "meent", "nesse", "zoom", "stede", "bogen", "wende"];

/// Every name that the generator can give, extensions of a name for very large cities excepted.
#[cfg(test)]
pub fn all_names() -> Vec<String> {
    let mut names = vec![OLD_CENTRE.to_string()];
    for quarter in QUARTERS {
        names.extend(DISTRICT_TAILS.map(|tail| format!("{quarter}{tail}")));
    }
    for character in super::config::BUILT.into_iter().chain([Character::Open]) {
        let (stems, tails) = pool(character);
        for stem in stems {
            names.extend(tails.iter().map(|tail| format!("{stem}{tail}")));
        }
    }
    names
}

/// Names for neighbourhoods of the given characters, all different.
pub fn neighbourhood_names(characters: &[Character], draws: Draws) -> Vec<String> {
    let mut used = [0_usize; 9];
    characters
        .iter()
        .map(|&character| {
            let (stems, tails) = pool(character);
            let slot = character as usize;
            let order = used[slot];
            used[slot] += 1;
            let total = stems.len() * tails.len();
            // Every stem once, each with a drawn tail, before any stem comes again.
            let round = order / stems.len();
            let start = draws.block(NAMES, slot as u64, 0)[0] as usize;
            let stride = coprime_stride(stems.len());
            let stem = (start + order * stride) % stems.len();
            let tail = (draws.block(NAMES, mix(NAMES, slot as u64, stem as u64), 1)[0] as usize + round) % tails.len();
            let name = format!("{}{}", stems[stem], tails[tail]);
            if order < total { name } else { format!("{name} {}", order / total + 1) }
        })
        .collect()
}

/// A step that visits every one of `n` places.
fn coprime_stride(n: usize) -> usize {
    let gcd = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    (n * 5 / 8..).find(|&s| s > 0 && gcd(s, n) == 1).unwrap_or(1)
}

/// Names for districts at the given places relative to the centre, (east, north) in m, all different.
pub fn district_names(places: &[([f64; 2], bool)], draws: Draws) -> Vec<String> {
    let mut used = [0_usize; 4];
    places
        .iter()
        .map(|&([east, north], is_old_centre)| {
            if is_old_centre {
                return OLD_CENTRE.into();
            }
            let quarter = if north.abs() > east.abs() {
                if north > 0.0 { 0 } else { 2 }
            } else if east > 0.0 {
                1
            } else {
                3
            };
            let order = used[quarter];
            used[quarter] += 1;
            let n = DISTRICT_TAILS.len();
            let start = draws.block(NAMES, 100 + quarter as u64, 0)[0] as usize;
            let name = format!("{}{}", QUARTERS[quarter], DISTRICT_TAILS[(start + order * 5) % n]);
            if order < n { name } else { format!("{name} {}", order / n + 1) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_different() {
        let characters = [Character::PostWarFlats; 120];
        let names = neighbourhood_names(&characters, Draws::at_start(4));
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 120);
        let places = vec![([0.0, 10.0], false); 30];
        assert_eq!(district_names(&places, Draws::at_start(4)).iter().collect::<BTreeSet<_>>().len(), 30);
    }

    #[test]
    fn no_name_can_be_made_twice() {
        let names = all_names();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}
