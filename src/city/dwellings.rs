//! The housing stock: homes that add up to a neighbourhood's [`Marginals`], put into its buildings.
//!
//! Used for generated and for real cities alike, whenever the source has buildings and head counts but no homes.
//!
//! * Number of homes: `households / (1 − vacant_share)`, rounded up, at least one per household.
//! * Homes per building ∝ its capacity (1 for a house; storeys × footprint / [`FLAT_GROSS_M2`] for flats), by running
//!   sums, so that the total is exact and no building is left out by chance.
//! * Tenure: the three shares of the marginals by largest remainder. Senior housing is taken from social rent and rooms
//!   from private rent, by shares that follow the ages of the residents.
//! * Social homes come in whole buildings (corporations own blocks), flats before houses; private rent prefers flats.
//! * Value: hedonic, `area^0.85 × kind × noise`, scaled so that the neighbourhood mean is that of the marginals.
//! * Cost: social rent `250 + 4.2 € per m²`, between 350 and 880; private rent € 950 at a value of € 300,000, rising
//!   with the power 0.6 of the value, at least 600; rooms `300 + 12 € per m²`; owners an annuity over the full value, 30 years at 4 %: 0.477 % a month.
//!
//! Grades: the social rent limit of € 880 a month is M (liberalisation limit 2024: € 879.66); private rents are M (sitting
//! tenants and regulated lettings included: some € 950 a month in the country at a mean value of € 300,000, WoON 2021; some
//! € 1,300 in Amsterdam at € 500,000, Wonen in Amsterdam 2021–2023; both quoted from memory); floor areas are M (of the
//! order of the national means per kind); shares, rent rules and the step-free shares are A. Limits: homes have no
//! rooms or floor plans, and a building's age is drawn per cell from its neighbourhood's character unless known.

use super::{Character, DwellingKind, DwellingRecord, Marginals, Tenure};
use crate::sim::draws::{Draws, Stream, mix, unit};

const STOCK: Stream = Stream::named("city.stock");
const STOCK_YEAR: Stream = Stream::named("city.stock-year");
const STOCK_HOME: Stream = Stream::named("city.stock-home");

/// Gross floor area of a flat, stairs and walls included, m² (A).
pub const FLAT_GROSS_M2: f32 = 95.0;

/// Height of a storey, m (A).
pub const STOREY_M: f32 = 3.0;

/// Footprint assumed for a building whose outline is not known, m² (A).
const UNKNOWN_FOOTPRINT_M2: f32 = 70.0;

/// Monthly cost of buying, share of the value: annuity over 30 years at 4 % a year (A).
const OWNER_COST_SHARE: f32 = 0.004_77;

/// A place where homes can be: a building, or a part of one with its own front door.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Place, RD metres relative to the west and south edge of the social grid.
    pub x_m: f32,
    /// See `x_m`.
    pub y_m: f32,
    /// Cell of the social grid.
    pub cell: u32,
    /// Kind of building, if known; otherwise taken from height, footprint and character.
    pub kind_hint: Option<DwellingKind>,
    /// Height above ground, m; 0 when not known.
    pub height_m: f32,
    /// Footprint, m²; 0 when not known.
    pub footprint_m2: f32,
    /// Year of construction, if known.
    pub built_year: Option<u16>,
}

/// Number of homes that `marginals` ask for: `households / (1 − vacant_share)`, rounded up.
pub fn home_count(marginals: &Marginals) -> usize {
    let vacant = f64::from(marginals.vacant_share).clamp(0.0, 0.9);
    (f64::from(marginals.households) / (1.0 - vacant) - 1e-6).ceil().max(f64::from(marginals.households)) as usize
}

/// Fills the buildings at `spots` with the homes that `marginals` ask for and appends them to `out`, in order of spot.
///
/// Without spots there are no homes. The result depends on the seed, on `neighbourhood_idx` and on the order of the
/// spots, and on nothing else.
pub fn fill_stock(
    neighbourhood_idx: u16,
    marginals: &Marginals,
    character: Character,
    spots: &[Spot],
    draws: Draws,
    out: &mut Vec<DwellingRecord>,
) {
    let n_homes = home_count(marginals);
    if spots.is_empty() || n_homes == 0 {
        return;
    }
    let first = out.len();
    place(neighbourhood_idx, character, spots, n_homes, draws, out);
    let homes = &mut out[first..];
    assign_tenures(neighbourhood_idx, marginals, homes, draws);
    set_areas_and_prices(neighbourhood_idx, marginals, homes, draws);
}

/// The kind of building at a spot whose kind is not known.
fn kind_of(spot: &Spot, character: Character) -> DwellingKind {
    if let Some(kind) = spot.kind_hint {
        return kind;
    }
    let small = spot.footprint_m2 > 0.0 && spot.footprint_m2 < 130.0;
    let urban = matches!(character, Character::OldCentre | Character::NineteenthCenturyRing | Character::PostWarFlats);
    match spot.height_m {
        h if h >= 17.0 => DwellingKind::Tower,
        h if h >= 10.5 => DwellingKind::WalkUp,
        _ if urban || spot.footprint_m2 >= 250.0 => DwellingKind::WalkUp,
        _ if small || spot.footprint_m2 <= 0.0 => DwellingKind::Terraced,
        _ => DwellingKind::Detached,
    }
}

fn storeys(spot: &Spot, kind: DwellingKind) -> u8 {
    let guess = match kind {
        DwellingKind::Detached | DwellingKind::Terraced => 2.0,
        DwellingKind::WalkUp | DwellingKind::Room => 3.0,
        DwellingKind::Tower => 9.0,
    };
    let n = if spot.height_m > 0.0 { (spot.height_m / STOREY_M).round() } else { guess };
    n.clamp(1.0, 60.0) as u8
}

fn capacity(spot: &Spot, kind: DwellingKind) -> f64 {
    match kind {
        DwellingKind::Detached | DwellingKind::Terraced => 1.0,
        DwellingKind::WalkUp | DwellingKind::Tower | DwellingKind::Room => {
            let footprint = if spot.footprint_m2 > 0.0 { spot.footprint_m2 } else { UNKNOWN_FOOTPRINT_M2 };
            (f64::from(footprint) * f64::from(storeys(spot, kind)) / f64::from(FLAT_GROSS_M2)).max(1.0)
        }
    }
}

/// First and last year in which a neighbourhood of this character was built (A: the epochs in [`Character`]).
fn epoch(character: Character) -> (f32, f32) {
    match character {
        Character::OldCentre => (1650.0, 1925.0),
        Character::NineteenthCenturyRing => (1872.0, 1938.0),
        Character::PostWarFlats => (1950.0, 1976.0),
        Character::GardenSuburb => (1919.0, 1958.0),
        Character::NewEstate => (1991.0, 2022.0),
        Character::Business => (1985.0, 2022.0),
        Character::Industry => (1910.0, 1995.0),
        Character::Open => (1900.0, 2000.0),
        Character::Mixed => (1920.0, 2010.0),
    }
}

/// Year of construction: a year per cell, for streets are built at one go, and a few years around it per building.
fn built_year(spot: &Spot, character: Character, word: u32, draws: Draws) -> u16 {
    if let Some(year) = spot.built_year {
        return year;
    }
    let (from, to) = epoch(character);
    let cell = draws.uniform(STOCK_YEAR, u64::from(spot.cell), 0);
    // Late buildings fill gaps: one in twelve is up to sixty years younger than its street (A).
    let word_share = unit(word);
    let infill = if word_share < 1.0 / 12.0 { 60.0 * (word_share * 12.0) } else { 0.0 };
    (from + (to - from) * cell + 6.0 * (word_share - 0.5) + infill).clamp(from, 2024.0) as u16
}

fn place(
    neighbourhood: u16,
    character: Character,
    spots: &[Spot],
    n_homes: usize,
    draws: Draws,
    out: &mut Vec<DwellingRecord>,
) {
    let kinds: Vec<DwellingKind> = spots.iter().map(|s| kind_of(s, character)).collect();
    let total: f64 = spots.iter().zip(&kinds).map(|(s, &k)| capacity(s, k)).sum();
    out.reserve(n_homes);
    let (mut running, mut placed) = (0.0, 0_usize);
    for (i, (spot, &kind)) in spots.iter().zip(&kinds).enumerate() {
        running += capacity(spot, kind);
        let upto = if i + 1 == spots.len() { n_homes } else { (running / total * n_homes as f64 + 0.5) as usize };
        let n_here = upto.clamp(placed, n_homes) - placed;
        if n_here == 0 {
            continue;
        }
        placed += n_here;
        let words = draws.block(STOCK, mix(STOCK, u64::from(neighbourhood), i as u64), 0);
        let year = built_year(spot, character, words[0], draws);
        // A house that must hold two homes is a pair of flats, one above the other.
        let house = matches!(kind, DwellingKind::Detached | DwellingKind::Terraced);
        let kind = if house && n_here > 1 { DwellingKind::WalkUp } else { kind };
        let n_storeys = usize::from(storeys(spot, kind));
        for j in 0..n_here {
            let storey = if kind == DwellingKind::Terraced || kind == DwellingKind::Detached {
                0
            } else {
                (j * n_storeys / n_here) as u8
            };
            let draw = draws.uniform(STOCK, mix(STOCK, u64::from(neighbourhood), i as u64), 1 + j as u32);
            let step_free_p = match kind {
                DwellingKind::Tower => 0.95,
                DwellingKind::WalkUp | DwellingKind::Room if storey == 0 => 0.75,
                DwellingKind::WalkUp | DwellingKind::Room => {
                    if year >= 1995 {
                        0.5
                    } else {
                        0.03
                    }
                }
                DwellingKind::Detached => 0.25,
                DwellingKind::Terraced => 0.08,
            };
            out.push(DwellingRecord {
                x_m: spot.x_m,
                y_m: spot.y_m,
                cell: spot.cell,
                neighbourhood,
                kind,
                tenure: Tenure::Owner,
                area_m2: 0,
                built_year: year,
                storey,
                step_free: draw < step_free_p,
                value_keur: 0.0,
                cost_eur_m: 0.0,
            });
        }
    }
}

/// `total` split by `shares` into whole numbers, by largest remainder; ties go to the first. Shares need not add up to 1.
pub fn apportion(total: u32, shares: &[f64]) -> Vec<u32> {
    let sum: f64 = shares.iter().map(|s| s.max(0.0)).sum();
    if sum <= 0.0 || shares.is_empty() {
        let mut counts = vec![0; shares.len()];
        if let Some(first) = counts.first_mut() {
            *first = total;
        }
        return counts;
    }
    let exact: Vec<f64> = shares.iter().map(|s| s.max(0.0) / sum * f64::from(total)).collect();
    let mut counts: Vec<u32> = exact.iter().map(|e| e.floor() as u32).collect();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|&a, &b| {
        (exact[b] - f64::from(counts[b])).total_cmp(&(exact[a] - f64::from(counts[a]))).then(a.cmp(&b))
    });
    let left = (total - counts.iter().sum::<u32>()) as usize;
    for &i in order.iter().cycle().take(left) {
        counts[i] += 1;
    }
    counts
}

/// Share of social rent that is senior housing, from the share of 65+ (A: half of it).
fn senior_share(marginals: &Marginals) -> f64 {
    let old = f64::from(marginals.by_age[4]) / f64::from(marginals.residents.max(1));
    (0.5 * old).clamp(0.0, 0.3)
}

/// Share of private rent that is let by the room, from the share of 15–24 year-olds (A).
fn room_share(marginals: &Marginals) -> f64 {
    let young = f64::from(marginals.by_age[1]) / f64::from(marginals.residents.max(1));
    (1.2 * (young - 0.06)).clamp(0.02, 0.6)
}

fn assign_tenures(neighbourhood: u16, marginals: &Marginals, homes: &mut [DwellingRecord], draws: Draws) {
    let [owner, social, private] = marginals.tenure_share.map(f64::from);
    let (senior, room) = (senior_share(marginals), room_share(marginals));
    let n = apportion(
        homes.len() as u32,
        &[owner, social * (1.0 - senior), private * (1.0 - room), social * senior, private * room],
    );
    let n: Vec<usize> = n.into_iter().map(|c| c as usize).collect();

    // A building is the run of homes at one place; its draw makes tenures come in whole buildings.
    let mut building_draw = vec![[0.0_f32; 2]; homes.len()];
    let mut start = 0;
    for end in 1..=homes.len() {
        if end == homes.len() || (homes[end].x_m, homes[end].y_m) != (homes[start].x_m, homes[start].y_m) {
            // Half of the draw is shared with the cell: a corporation owns streets rather than single houses.
            let w = draws.block(STOCK, mix(STOCK, u64::from(neighbourhood) | 1 << 32, start as u64), 0);
            let c = draws.block(STOCK, mix(STOCK, u64::from(neighbourhood) | 2 << 32, u64::from(homes[start].cell)), 0);
            let pair = [unit(w[0]) + unit(c[0]), unit(w[1]) + unit(c[1])];
            building_draw[start..end].fill(pair);
            start = end;
        }
    }
    let flat = |h: &DwellingRecord| matches!(h.kind, DwellingKind::WalkUp | DwellingKind::Tower | DwellingKind::Room);
    let social_bias = |h: &DwellingRecord| match h.kind {
        DwellingKind::Detached => -0.9,
        DwellingKind::Terraced => -0.1,
        DwellingKind::WalkUp | DwellingKind::Tower => 0.25,
        DwellingKind::Room => -0.3,
    };

    let mut order: Vec<usize> = (0..homes.len()).collect();
    let by_score = |order: &mut [usize], score: &dyn Fn(usize) -> f32| {
        let mut keyed: Vec<(f32, usize)> = order.iter().map(|&i| (score(i), i)).collect();
        keyed.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (slot, (_, i)) in order.iter_mut().zip(keyed) {
            *slot = i;
        }
    };
    by_score(&mut order, &|i| building_draw[i][0] + social_bias(&homes[i]));
    let (rent, rest) = order.split_at_mut(n[1] + n[3]);
    by_score(rent, &|i| building_draw[i][1] + if homes[i].step_free { 2.0 } else { 0.0 });
    by_score(rest, &|i| building_draw[i][1] + if flat(&homes[i]) { 0.6 } else { 0.0 });
    let private = &mut rest[..n[2] + n[4]];
    by_score(private, &|i| building_draw[i][0] + if flat(&homes[i]) { 0.4 } else { 0.0 });

    for (rank, &i) in rent.iter().enumerate() {
        homes[i].tenure = if rank < n[3] { Tenure::Senior } else { Tenure::Social };
        // Senior housing is adapted where the building was not.
        homes[i].step_free |= rank < n[3];
    }
    for (rank, &i) in rest.iter().enumerate() {
        homes[i].tenure = match rank {
            r if r < n[4] => Tenure::Room,
            r if r < n[4] + n[2] => Tenure::Private,
            _ => Tenure::Owner,
        };
        if homes[i].tenure == Tenure::Room {
            homes[i].kind = DwellingKind::Room;
        }
    }
}

fn set_areas_and_prices(neighbourhood: u16, marginals: &Marginals, homes: &mut [DwellingRecord], draws: Draws) {
    let mut sum = 0.0_f64;
    for (i, home) in homes.iter_mut().enumerate() {
        let w = draws.block(STOCK_HOME, mix(STOCK_HOME, u64::from(neighbourhood), i as u64), 0);
        let (z_area, z_value) = (bell(w[0], w[1]), bell(w[2], w[3]));
        let (mean, spread) = match home.kind {
            DwellingKind::Detached => (150.0, 0.25),
            DwellingKind::Terraced => (112.0, 0.18),
            DwellingKind::WalkUp => (74.0, 0.25),
            DwellingKind::Tower => (78.0, 0.22),
            DwellingKind::Room => (24.0, 0.2),
        };
        let by_tenure = match home.tenure {
            Tenure::Owner => 1.08,
            Tenure::Social => 0.92,
            Tenure::Senior => 0.85,
            Tenure::Private | Tenure::Room => 1.0,
        };
        let area = (mean * by_tenure * libm::expf(spread * z_area)).clamp(12.0, 400.0).round();
        home.area_m2 = area as u16;
        let kind_factor = match home.kind {
            DwellingKind::Detached => 1.25,
            DwellingKind::Terraced => 1.0,
            DwellingKind::WalkUp => 0.98,
            DwellingKind::Tower => 0.93,
            DwellingKind::Room => 1.0,
        };
        home.value_keur = libm::powf(area, 0.85) * kind_factor * by_tenure * libm::expf(0.12 * z_value);
        sum += f64::from(home.value_keur);
    }
    let target = f64::from(marginals.mean_home_value_eur) / 1000.0 * homes.len() as f64;
    let scale = if sum > 0.0 && target > 0.0 { (target / sum) as f32 } else { 1.0 };
    for home in homes {
        home.value_keur *= scale;
        let (area, value_eur) = (f32::from(home.area_m2), home.value_keur * 1000.0);
        home.cost_eur_m = match home.tenure {
            Tenure::Owner => value_eur * OWNER_COST_SHARE,
            Tenure::Social | Tenure::Senior => (250.0 + 4.2 * area).clamp(350.0, 880.0),
            Tenure::Private => (950.0 * libm::powf(value_eur / 300_000.0, 0.6)).max(600.0),
            Tenure::Room => 300.0 + 12.0 * area,
        };
    }
}

/// A bell-shaped draw with mean 0 and standard deviation 1, within ±2.45: the sum of two uniforms.
pub(crate) fn bell(a: u32, b: u32) -> f32 {
    (unit(a) + unit(b) - 1.0) * 2.449_49
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marginals() -> Marginals {
        Marginals {
            residents: 1900,
            by_age: [270, 270, 630, 450, 280],
            households: 1000,
            by_household: [450, 270, 280],
            tenure_share: [0.35, 0.40, 0.25],
            mean_income_eur_y: 60_000.0,
            education_share: [0.25, 0.35, 0.40],
            origin_share: vec![0.5, 0.5],
            mean_home_value_eur: 380_000.0,
            vacant_share: 0.05,
        }
    }

    fn spots() -> Vec<Spot> {
        (0..160)
            .map(|i| Spot {
                x_m: 10.0 * i as f32,
                y_m: 50.0,
                cell: i / 10,
                kind_hint: None,
                height_m: if i % 4 == 0 { 30.0 } else { 8.0 },
                footprint_m2: if i % 4 == 0 { 300.0 } else { 60.0 },
                built_year: None,
            })
            .collect()
    }

    fn stock(seed: u64) -> Vec<DwellingRecord> {
        let mut out = Vec::new();
        fill_stock(3, &marginals(), Character::Mixed, &spots(), Draws::at_start(seed), &mut out);
        out
    }

    #[test]
    fn homes_add_up_to_households_and_vacancy() {
        // 1000 / 0.95 = 1052.6
        assert_eq!(home_count(&marginals()), 1053);
        assert_eq!(stock(1).len(), 1053);
        let none = Marginals { vacant_share: 0.0, ..marginals() };
        assert_eq!(home_count(&none), 1000);
    }

    #[test]
    fn tenures_follow_the_marginals() {
        let homes = stock(1);
        let count = |t: Tenure| homes.iter().filter(|h| h.tenure == t).count() as f64 / homes.len() as f64;
        assert!((count(Tenure::Owner) - 0.35).abs() < 0.002);
        assert!((count(Tenure::Social) + count(Tenure::Senior) - 0.40).abs() < 0.002);
        assert!((count(Tenure::Private) + count(Tenure::Room) - 0.25).abs() < 0.002);
        // Half of the 65+ share (280 / 1900) of the social homes: 0.0737.
        assert!((count(Tenure::Senior) / 0.40 - 0.0737).abs() < 0.003);
        assert!(homes.iter().filter(|h| h.tenure == Tenure::Senior).all(|h| h.step_free));
    }

    #[test]
    fn the_mean_value_is_that_of_the_marginals() {
        let homes = stock(1);
        let mean = homes.iter().map(|h| f64::from(h.value_keur)).sum::<f64>() / homes.len() as f64;
        assert!((mean - 380.0).abs() < 0.01, "{mean}");
    }

    #[test]
    fn buildings_hold_homes_by_their_capacity() {
        let homes = stock(1);
        // 40 towers of 10 storeys × 300 m² / 95 = 31.6, and 120 houses of 1: a tower holds 91.3 % of the homes.
        let high = homes.iter().filter(|h| (h.x_m as u32).is_multiple_of(40)).count() as f64 / homes.len() as f64;
        assert!((high - 0.913).abs() < 0.01, "{high}");
    }

    #[test]
    fn the_same_seed_gives_the_same_stock() {
        assert_eq!(stock(5), stock(5));
        assert_ne!(stock(5), stock(6));
    }

    #[test]
    fn apportioning_is_exact() {
        assert_eq!(apportion(10, &[1.0, 1.0, 1.0]), [4, 3, 3]);
        assert_eq!(apportion(7, &[0.5, 0.25, 0.25]), [3, 2, 2]);
        assert_eq!(apportion(3, &[0.0, 0.0]), [3, 0]);
    }
}
