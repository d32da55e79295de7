//! Schools, surgeries, shops and the like.
//!
//! How many a city has follows from residents per amenity ([`NORMS`], grade A: orders of magnitude of Dutch cities).
//! Where they are follows from CBS *Nabijheid voorzieningen* where a table has it: among places scattered at random
//! with density λ the mean distance to the nearest is `1 / (2 √λ)` (Clark & Evans 1954, grade L), so the density is
//! `1 / (4 d²)`, with `d` the distance by road over 1.3 (A). Without a table they follow the residents. Numbers per
//! neighbourhood come from running sums in order of code, so that the city's total is exact; each stands at a home drawn
//! by key. Limit: they are not the amenities that exist.

use super::fields::Field;
use super::figures::Figures;
use crate::city::{Amenity, AmenityKind, DwellingRecord, Marginals, Neighbourhood};
use crate::sim::draws::{Draws, Stream, mix};

const AMENITY: Stream = Stream::named("import.amenity");

/// Distance by road over distance as the crow flies (A).
const DETOUR: f64 = 1.3;

/// Residents per amenity, and the figure that tells the distance to it.
pub const NORMS: [(AmenityKind, f64, Option<Field>); 9] = [
    (AmenityKind::PrimarySchool, 4_000.0, Some(Field::KmPrimary)),
    (AmenityKind::SecondarySchool, 12_000.0, Some(Field::KmSecondary)),
    (AmenityKind::Gp, 4_500.0, Some(Field::KmGp)),
    (AmenityKind::Shop, 3_000.0, Some(Field::KmShop)),
    (AmenityKind::CommunityCentre, 9_000.0, None),
    (AmenityKind::CareHome, 12_000.0, None),
    (AmenityKind::PolicePost, 50_000.0, None),
    (AmenityKind::TramStop, 2_500.0, None),
    (AmenityKind::Station, 70_000.0, Some(Field::KmStation)),
];

/// Places amenities. `inhabited_km2` is the area with homes of each neighbourhood.
pub fn place(
    neighbourhoods: &[Neighbourhood],
    dwellings: &[DwellingRecord],
    inhabited_km2: &[f64],
    figures: &Figures,
    draws: Draws,
) -> Vec<Amenity> {
    // Homes come in order of neighbourhood.
    let homes = |i: usize| {
        let from = dwellings.partition_point(|d| usize::from(d.neighbourhood) < i);
        &dwellings[from..dwellings.partition_point(|d| usize::from(d.neighbourhood) <= i)]
    };
    let residents = |m: &Marginals| f64::from(m.residents);
    let total: f64 = neighbourhoods.iter().map(|n| residents(&n.marginals)).sum();
    let mut out = Vec::new();
    for (kind, per, field) in NORMS {
        let weights: Vec<f64> = neighbourhoods
            .iter()
            .enumerate()
            .map(|(i, n)| {
                if homes(i).is_empty() {
                    return 0.0;
                }
                let by_residents = residents(&n.marginals);
                match field.and_then(|f| density_per_km2(figures, &n.code, f)) {
                    // Half by nearness, half by residents: a mean distance says little about a single neighbourhood.
                    Some(density) => 0.5 * density * inhabited_km2[i] * per + 0.5 * by_residents,
                    None => by_residents,
                }
            })
            .collect();
        let sum: f64 = weights.iter().sum();
        if sum <= 0.0 {
            continue;
        }
        let wanted = (total / per).round();
        let (mut running, mut placed) = (0.0, 0_u32);
        for (i, weight) in weights.iter().enumerate() {
            running += weight / sum * wanted;
            while f64::from(placed) + 0.5 < running {
                let here = homes(i);
                if here.is_empty() {
                    break;
                }
                let word = draws.block(AMENITY, mix(AMENITY, kind as u64, u64::from(placed)), 0)[0];
                let home = here[((u64::from(word) * here.len() as u64) >> 32) as usize];
                out.push(Amenity { kind, x_m: home.x_m, y_m: home.y_m, neighbourhood: i as u16 });
                placed += 1;
            }
        }
    }
    out
}

/// Amenities per km² from the distance to the nearest, or from their number within a kilometre.
fn density_per_km2(figures: &Figures, code: &str, field: Field) -> Option<f64> {
    let by_number = || {
        let n = figures.get(code, Field::ShopsIn1Km).filter(|_| field == Field::KmShop)?;
        Some(n / (std::f64::consts::PI / (DETOUR * DETOUR)))
    };
    let by_distance = || {
        let km = figures.get(code, field)?.max(0.1) / DETOUR;
        Some(1.0 / (4.0 * km * km))
    };
    by_number().or_else(by_distance)
}
