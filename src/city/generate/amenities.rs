//! Schools, surgeries, shops and the like, by Dutch norms per resident, spread over the city as its residents are.

use super::config::CityConfig;
use super::partition::Partition;
use super::plan::Plan;
use crate::city::{Amenity, AmenityKind, Building, NO_NEIGHBOURHOOD};
use crate::sim::draws::{Draws, Stream, mix, unit};

const AMENITIES: Stream = Stream::named("city.generate.amenities");

/// Places the amenities. `buildings` are in order of neighbourhood.
pub fn amenities(
    plan: &Plan,
    partition: &Partition,
    buildings: &[Building],
    config: &CityConfig,
    draws: Draws,
) -> Vec<Amenity> {
    let mut out = Vec::new();
    let norms = &config.amenities;
    let per = [
        (AmenityKind::PrimarySchool, norms.primary_school, 1),
        (AmenityKind::SecondarySchool, norms.secondary_school, 0),
        (AmenityKind::Gp, norms.gp, 1),
        (AmenityKind::Shop, norms.shop, 1),
        (AmenityKind::CommunityCentre, norms.community_centre, 1),
        (AmenityKind::CareHome, norms.care_home, 0),
        (AmenityKind::PolicePost, norms.police_post, 0),
    ];
    for (kind, residents_each, least) in per {
        let n = ((f64::from(config.residents) / residents_each).round() as usize).max(least);
        // Equal steps along the residents, neighbourhood after neighbourhood: as even as the city is.
        let step = f64::from(config.residents) / n.max(1) as f64;
        let mut next = step * f64::from(unit(draws.block(AMENITIES, kind as u64, 0)[0]));
        let mut sum = 0.0;
        for (h, hood) in partition.hoods.iter().enumerate() {
            sum += f64::from(hood.residents);
            while next < sum {
                out.push(place(kind, h, out.len(), partition, buildings, draws));
                next += step;
            }
        }
    }
    let mut stop = |kind: AmenityKind, p: [f64; 2]| {
        let cell = plan.grid.cell_at(plan.grid.west_m + p[0], plan.grid.south_m() + p[1]);
        let own = cell.map_or(NO_NEIGHBOURHOOD, |c| partition.hood_of_cell[c]);
        let neighbourhood = if own != NO_NEIGHBOURHOOD { own } else { nearest(partition, p) };
        out.push(Amenity { kind, x_m: p[0] as f32, y_m: p[1] as f32, neighbourhood });
    };
    plan.tram_stops.iter().for_each(|&p| stop(AmenityKind::TramStop, p));
    plan.stations.iter().for_each(|&p| stop(AmenityKind::Station, p));
    out
}

/// The neighbourhood whose centre is nearest.
fn nearest(partition: &Partition, p: [f64; 2]) -> u16 {
    let far = |h: usize| super::plan::dist(partition.hoods[h].centre, p);
    (0..partition.hoods.len()).min_by(|&a, &b| far(a).total_cmp(&far(b))).unwrap_or(0) as u16
}

/// An amenity in a building of its neighbourhood; shops and surgeries as near to the middle as one of three draws.
fn place(
    kind: AmenityKind,
    h: usize,
    n: usize,
    partition: &Partition,
    buildings: &[Building],
    draws: Draws,
) -> Amenity {
    let from = buildings.partition_point(|b| usize::from(b.neighbourhood) < h);
    let to = buildings.partition_point(|b| usize::from(b.neighbourhood) <= h);
    let centre = partition.hoods[h].centre;
    let words = draws.block(AMENITIES, mix(AMENITIES, n as u64, h as u64), 1);
    let is_central = matches!(kind, AmenityKind::Shop | AmenityKind::Gp | AmenityKind::CommunityCentre);
    let tries = if is_central { 3 } else { 1 };
    let middle = |b: &Building| {
        let (p, q) = (b.ring_m[0], b.ring_m[2]);
        [(f64::from(p[0]) + f64::from(q[0])) / 2.0, (f64::from(p[1]) + f64::from(q[1])) / 2.0]
    };
    let p = words[..tries]
        .iter()
        .filter(|_| to > from)
        .map(|&w| middle(&buildings[from + (unit(w) as f64 * (to - from) as f64) as usize]))
        .min_by(|&a, &b| super::plan::dist(a, centre).total_cmp(&super::plan::dist(b, centre)))
        .unwrap_or(centre);
    Amenity { kind, x_m: p[0] as f32, y_m: p[1] as f32, neighbourhood: h as u16 }
}
