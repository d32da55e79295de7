//! Neighbourhoods and districts: contiguous sets of cells of one character, 500–5,000 residents each.

use super::bisect::Graph;
use super::config::CityConfig;
use super::landuse::{LandUse, Programme, Use, centre_of, components, neighbours};
use super::plan::{Plan, Point};
use crate::city::dwellings::apportion;
use crate::city::{Character, NO_NEIGHBOURHOOD};
use crate::gis::GridRef;
use crate::sim::draws::{Draws, Stream};

const CELLS: Stream = Stream::named("city.generate.cells");

/// Most residents of a neighbourhood.
const MOST: f64 = 4_800.0;
/// Smallest business or industrial area that is a neighbourhood of its own, cells (A).
const OWN_AREA_CELLS: usize = 18;

/// A neighbourhood in the making.
#[derive(Debug, Clone)]
pub struct Hood {
    /// Cells, parks included, in order.
    pub cells: Vec<usize>,
    /// Character.
    pub character: Character,
    /// Residents.
    pub residents: u32,
    /// District.
    pub district: u16,
    /// Centre of the inhabited part, m from the west and south edge.
    pub centre: Point,
}

/// Every neighbourhood of a city, ordered by district.
#[derive(Debug, Clone)]
pub struct Partition {
    /// Neighbourhood of each cell, or [`NO_NEIGHBOURHOOD`].
    pub hood_of_cell: Vec<u16>,
    /// The neighbourhoods.
    pub hoods: Vec<Hood>,
    /// The place of each district, m from the west and south edge, and whether it is the old centre.
    pub districts: Vec<(Point, bool)>,
}

impl Partition {
    /// Divides the built-up cells. Cells that cannot belong anywhere become fields in `land`.
    pub fn new(plan: &Plan, land: &mut LandUse, programme: &Programme, config: &CityConfig, draws: Draws) -> Partition {
        let grid = plan.grid;
        let residents = f64::from(config.residents);
        let target = f64::from(config.neighbourhood_residents).min((residents / 10.0).max(340.0));
        let least = if residents >= 20_000.0 { 540.0 } else { 0.45 * target };
        let mut weight = cell_weights(land, programme, residents, draws);
        recast_small_zones(&grid, land, &weight, least * 1.25);
        lift_business(&grid, land, &mut weight, least * 1.1, residents);

        let all: Vec<u32> = (0..grid.len() as u32).collect();
        let graph = Graph {
            place: all.iter().map(|&c| centre_of(&grid, c as usize)).collect(),
            weight,
            next_to: all.iter().map(|&c| neighbours(&grid, c as usize).map(|n| n as u32).collect()).collect(),
        };
        let mut parts: Vec<(Character, Vec<u32>)> = Vec::new();
        for zone in zones(&grid, land) {
            let Use::Built(character) = land.uses[zone[0]] else { continue };
            if is_work(character) && zone.len() < OWN_AREA_CELLS {
                continue;
            }
            let mut out = Vec::new();
            graph.split(zone.iter().map(|&c| c as u32).collect(), target, least, &mut out);
            parts.extend(out.into_iter().map(|part| (character, part)));
        }
        merge_small(&grid, &graph, &mut parts, least);
        // What stays too small lies apart from all others: it is given up.
        if parts.iter().any(|(_, part)| graph.weight_of(part) >= least) {
            for (_, part) in parts.extract_if(.., |(_, part)| graph.weight_of(part) < least) {
                part.iter().for_each(|&c| land.uses[c as usize] = Use::Field);
            }
        }
        let mut hood_of_cell = vec![NO_NEIGHBOURHOOD; grid.len()];
        for (i, (_, part)) in parts.iter().enumerate() {
            for &c in part {
                hood_of_cell[c as usize] = i as u16;
            }
        }
        attach(&grid, land, &mut hood_of_cell);
        let shares: Vec<f64> = parts.iter().map(|(_, part)| graph.weight_of(part)).collect();
        let counts = apportion(config.residents, &shares);
        let mut hoods: Vec<Hood> = parts
            .iter()
            .zip(counts)
            .map(|((character, part), residents)| Hood {
                cells: Vec::new(),
                character: *character,
                residents,
                district: 0,
                centre: inhabited_centre(&graph, part),
            })
            .collect();
        for (cell, &hood) in hood_of_cell.iter().enumerate() {
            if hood != NO_NEIGHBOURHOOD {
                hoods[usize::from(hood)].cells.push(cell);
            }
        }
        group_in_districts(&grid, plan, hood_of_cell, hoods)
    }
}

fn is_work(character: Character) -> bool {
    matches!(character, Character::Business | Character::Industry)
}

/// Residents expected in each cell, `residents` in all.
fn cell_weights(land: &LandUse, programme: &Programme, residents: f64, draws: Draws) -> Vec<f64> {
    let mut weight: Vec<f64> = (0..land.uses.len())
        .map(|cell| match land.uses[cell] {
            Use::Built(character) => {
                let uneven = 0.85 + 0.3 * f64::from(draws.uniform(CELLS, cell as u64, 0));
                programme.density_of(character) * land.buildable[cell] * uneven
            }
            _ => 0.0,
        })
        .collect();
    let scale = residents / weight.iter().sum::<f64>().max(1e-9);
    weight.iter_mut().for_each(|w| *w *= scale);
    weight
}

/// Connected groups of cells of one character.
fn zones(grid: &GridRef, land: &LandUse) -> Vec<Vec<usize>> {
    super::config::BUILT
        .iter()
        .flat_map(|&character| components(grid, |c| land.uses[c] == Use::Built(character)))
        .collect()
}

/// Gives zones that are too small for a neighbourhood the character of their longest border.
fn recast_small_zones(grid: &GridRef, land: &mut LandUse, weight: &[f64], least: f64) {
    for _ in 0..4 {
        let mut changed = false;
        for zone in zones(grid, land) {
            let Use::Built(own) = land.uses[zone[0]] else { continue };
            if is_work(own) || zone.iter().map(|&c| weight[c]).sum::<f64>() >= least {
                continue;
            }
            let border = super::config::BUILT.map(|character| {
                let touches =
                    |c: &usize| neighbours(grid, *c).filter(|&n| land.uses[n] == Use::Built(character)).count();
                if character == own || is_work(character) { 0 } else { zone.iter().map(touches).sum() }
            });
            let longest = (0..border.len()).fold(0, |best, i| if border[i] > border[best] { i } else { best });
            if border[longest] > 0 {
                zone.iter().for_each(|&c| land.uses[c] = Use::Built(super::config::BUILT[longest]));
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
}

/// Business and industrial areas that are neighbourhoods have at least `least` residents, taken from all others.
fn lift_business(grid: &GridRef, land: &LandUse, weight: &mut [f64], least: f64, residents: f64) {
    for zone in zones(grid, land) {
        let Use::Built(character) = land.uses[zone[0]] else { continue };
        if !is_work(character) {
            continue;
        }
        let sum: f64 = zone.iter().map(|&c| weight[c]).sum();
        let lift = if zone.len() < OWN_AREA_CELLS { 0.0 } else { (least / sum.max(1e-9)).max(1.0) };
        zone.iter().for_each(|&c| weight[c] *= lift);
    }
    let is_home = |c: usize| matches!(land.uses[c], Use::Built(character) if !is_work(character));
    let homes: f64 = (0..weight.len()).filter(|&c| is_home(c)).map(|c| weight[c]).sum();
    let work: f64 = weight.iter().sum::<f64>() - homes;
    let scale = (residents - work).max(0.0) / homes.max(1e-9);
    (0..weight.len()).filter(|&c| is_home(c)).for_each(|c| weight[c] *= scale);
}

/// Joins parts below `least` residents to the smallest part next to them, of their own character if there is one.
fn merge_small(grid: &GridRef, graph: &Graph, parts: &mut Vec<(Character, Vec<u32>)>, least: f64) {
    loop {
        let mut owner = vec![usize::MAX; grid.len()];
        for (i, (_, part)) in parts.iter().enumerate() {
            part.iter().for_each(|&c| owner[c as usize] = i);
        }
        let weights: Vec<f64> = parts.iter().map(|(_, part)| graph.weight_of(part)).collect();
        let merge = (0..parts.len()).filter(|&i| weights[i] < least).find_map(|i| {
            let mut around: Vec<usize> = parts[i]
                .1
                .iter()
                .flat_map(|&c| graph.next_to[c as usize].iter().map(|&n| owner[n as usize]))
                .filter(|&o| o != usize::MAX && o != i && weights[o] + weights[i] <= MOST)
                .collect();
            around.sort_unstable();
            around.dedup();
            let other = |&o: &usize| u8::from(parts[o].0 != parts[i].0);
            around
                .into_iter()
                .min_by(|a, b| other(a).cmp(&other(b)).then(weights[*a].total_cmp(&weights[*b])))
                .map(|o| (i, o))
        });
        let Some((i, o)) = merge else { break };
        let character = if weights[o] >= weights[i] { parts[o].0 } else { parts[i].0 };
        let cells = std::mem::take(&mut parts[i].1);
        parts[o].0 = character;
        parts[o].1.extend(cells);
        parts[o].1.sort_unstable();
        parts.remove(i);
    }
}

/// Gives parks and small business areas to a neighbourhood next to them; what touches none becomes field.
fn attach(grid: &GridRef, land: &mut LandUse, hood_of_cell: &mut [u16]) {
    let mut front: Vec<usize> = (0..grid.len()).filter(|&c| hood_of_cell[c] != NO_NEIGHBOURHOOD).collect();
    while !front.is_empty() {
        let mut next_front = Vec::new();
        for &cell in &front {
            for next in neighbours(grid, cell) {
                let open = matches!(land.uses[next], Use::Park | Use::Built(_));
                if open && hood_of_cell[next] == NO_NEIGHBOURHOOD {
                    hood_of_cell[next] = hood_of_cell[cell];
                    next_front.push(next);
                }
            }
        }
        front = next_front;
    }
    for (&hood, land_use) in hood_of_cell.iter().zip(&mut land.uses) {
        if hood == NO_NEIGHBOURHOOD && *land_use != Use::Water {
            *land_use = Use::Field;
        }
    }
}

/// The cell centre nearest to the mean place of the residents.
fn inhabited_centre(graph: &Graph, part: &[u32]) -> Point {
    let sum = graph.weight_of(part).max(1e-9);
    let mean =
        [0, 1].map(|d| part.iter().map(|&c| graph.place[c as usize][d] * graph.weight[c as usize]).sum::<f64>() / sum);
    let far = |c: u32| super::plan::dist(graph.place[c as usize], mean);
    part.iter().copied().min_by(|&a, &b| far(a).total_cmp(&far(b))).map_or(mean, |c| graph.place[c as usize])
}

/// Groups neighbourhoods in districts and orders them by district, both from the old centre outwards.
fn group_in_districts(grid: &GridRef, plan: &Plan, hood_of_cell: Vec<u16>, hoods: Vec<Hood>) -> Partition {
    let mut graph = Graph {
        place: hoods.iter().map(|h| h.centre).collect(),
        weight: hoods.iter().map(|h| f64::from(h.residents)).collect(),
        next_to: vec![Vec::new(); hoods.len()],
    };
    for cell in 0..grid.len() {
        for next in neighbours(grid, cell) {
            let (a, b) = (hood_of_cell[cell], hood_of_cell[next]);
            if a != b && a != NO_NEIGHBOURHOOD && b != NO_NEIGHBOURHOOD {
                graph.next_to[usize::from(a)].push(u32::from(b));
            }
        }
    }
    for list in &mut graph.next_to {
        list.sort_unstable();
        list.dedup();
    }
    let residents: f64 = graph.weight.iter().sum();
    let target = (residents / 9.0).clamp(4_500.0, 32_000.0);
    let is_old = |n: &u32| hoods[*n as usize].character == Character::OldCentre;
    let (old, others): (Vec<u32>, Vec<u32>) = (0..hoods.len() as u32).partition(is_old);
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for group in graph.components(&others) {
        graph.split(group, target, 0.35 * target, &mut groups);
    }
    if residents < 12_000.0 || old.is_empty() {
        groups.extend((!old.is_empty()).then_some(old));
    } else {
        groups.insert(0, old);
    }
    join_small_districts(&graph, &mut groups, 0.3 * target, &is_old);
    let place = |group: &[u32]| {
        let sum = graph.weight_of(group).max(1e-9);
        [0, 1].map(|d| group.iter().map(|&n| graph.place[n as usize][d] * graph.weight[n as usize]).sum::<f64>() / sum)
    };
    let from_centre = |p: Point| super::plan::dist(p, plan.centre);
    groups.sort_by(|a, b| {
        is_old(&b[0]).cmp(&is_old(&a[0])).then(from_centre(place(a)).total_cmp(&from_centre(place(b))))
    });

    let mut new_index = vec![0_u16; hoods.len()];
    let mut ordered = Vec::with_capacity(hoods.len());
    let mut districts = Vec::new();
    for (d, group) in groups.iter().enumerate() {
        let mut group = group.clone();
        group.sort_by(|&a, &b| {
            from_centre(graph.place[a as usize]).total_cmp(&from_centre(graph.place[b as usize])).then(a.cmp(&b))
        });
        districts.push((place(&group), group.iter().all(is_old)));
        for n in group {
            new_index[n as usize] = ordered.len() as u16;
            ordered.push(Hood { district: d as u16, ..hoods[n as usize].clone() });
        }
    }
    let hood_of_cell =
        hood_of_cell.into_iter().map(|h| if h == NO_NEIGHBOURHOOD { h } else { new_index[usize::from(h)] }).collect();
    Partition { hood_of_cell, hoods: ordered, districts }
}

/// Joins districts below `least` residents to the nearest other one; the old centre stays on its own.
fn join_small_districts(graph: &Graph, groups: &mut Vec<Vec<u32>>, least: f64, is_old: &dyn Fn(&u32) -> bool) {
    while groups.len() > 1 {
        let Some(small) = groups
            .iter()
            .position(|g| graph.weight_of(g) < least && !(g.iter().all(is_old) && graph.weight_of(g) > 2_500.0))
        else {
            break;
        };
        let group = groups.remove(small);
        let far = |other: &Vec<u32>| {
            let pairs = group.iter().flat_map(|&a| other.iter().map(move |&b| (a, b)));
            pairs
                .map(|(a, b)| super::plan::dist(graph.place[a as usize], graph.place[b as usize]))
                .fold(f64::MAX, f64::min)
        };
        let nearest = (0..groups.len()).min_by(|&a, &b| far(&groups[a]).total_cmp(&far(&groups[b]))).unwrap_or(0);
        groups[nearest].extend(group);
        groups[nearest].sort_unstable();
    }
}
