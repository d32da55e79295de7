//! The lines of a city: canals, main roads, motorways, rails, trams and the dike.

use super::config::CityConfig;
use super::noise::Noise;
use super::plan::{Path, Plan, Point, STRETCH, along, dist, shape, urbanity};
use crate::city::{LineKind, NetworkLine};
use crate::sim::draws::Draws;

impl Plan {
    pub(super) fn dig_canals(&mut self, config: &CityConfig, draws: Draws) {
        let urban = urbanity(config.residents);
        let r = self.old_radius_m;
        if r > 190.0 {
            let n_rings = if r > 800.0 {
                4
            } else if r > 330.0 {
                3
            } else {
                2
            };
            let wobble = Noise::new(draws, 10, [1000.0, 1000.0], 90.0, 100.0);
            for ring in 0..n_rings {
                let share = 1.0 - 0.24 * ring as f64 * (3.0 / n_rings as f64).min(1.2);
                let path: Path = (0..=180)
                    .map(|i| {
                        let a = f64::from(i) * std::f64::consts::TAU / 180.0;
                        let (sin, cos) = libm::sincos(a);
                        let out = r * share * (1.0 + 0.05 * wobble.at(500.0 + 300.0 * cos, 500.0 + 300.0 * sin));
                        self.place(out * cos, out * sin)
                    })
                    .filter(|&p| self.river_distance(p) > 0.0)
                    .collect();
                self.canals.push((path, if ring == 0 { 36.0 } else { 22.0 }));
            }
        }
        if urban > 0.3 {
            // Barge canals from the moat into the polder.
            let n = 1 + (urban > 0.9) as u64 + (config.residents > 400_000) as u64;
            for i in 0..n {
                let a = std::f64::consts::PI * ((i as f64 + 0.35 + 0.3 * shape(draws, 20 + i)) / n as f64);
                let path = self.ray(a, 0.98 * r, 3.0 * self.radius_m, 0.10, 30 + i, draws);
                // It keeps to the higher land and ends at the ring canal of the lake.
                let in_lake = |p: &Point| {
                    let (s, t) = self.frame(*p);
                    let (ds, dt) = (s - self.lake[0], t - self.lake[1]);
                    (ds * ds + dt * dt).sqrt() < self.lake_shore(ds, dt) + 20.0
                };
                let runs: Vec<Path> = path.split(in_lake).filter(|run| run.len() > 1).map(<[Point]>::to_vec).collect();
                self.canals.extend(runs.into_iter().map(|run| (run, 24.0)));
            }
        }
        // Ring canal of the drained lake.
        let lake = self.lake;
        let ring: Path = (0..=240)
            .map(|i| {
                let (sin, cos) = libm::sincos(f64::from(i) * std::f64::consts::TAU / 240.0);
                let out = self.lake_shore(cos, sin) + 25.0;
                self.place(lake[0] + out * cos, lake[1] + out * sin)
            })
            .filter(|&p| self.river_distance(p) > self.dike_offset() + 60.0)
            .collect();
        if config.residents >= 30_000 {
            self.canals.push((ring, 24.0));
            // Main drains of the lake bed, straight and square.
            let n = (lake[2] / 900.0) as i32;
            for i in -n..=n {
                let offset = f64::from(i) * 1.4 * lake[2] / f64::from(2 * n + 1);
                for is_cross in [false, true] {
                    if is_cross && i % 2 != 0 {
                        continue;
                    }
                    let drain: Path = (-60..=60)
                        .map(|k| f64::from(k) * lake[2] / 50.0)
                        .map(|q| if is_cross { (q, offset) } else { (offset, q) })
                        .filter(|&(ds, dt)| (ds * ds + dt * dt).sqrt() < self.lake_shore(ds, dt) - 30.0)
                        .map(|(ds, dt)| self.place(lake[0] + ds, lake[1] + dt))
                        .filter(|&p| self.river_distance(p) > self.dike_offset() + 60.0)
                        .collect();
                    self.canals.push((drain, 18.0));
                }
            }
        }
    }

    /// A wobbly line from the market square at angle `a` in the frame, from distance `from` to `to` or the map's edge.
    fn ray(&self, a: f64, from: f64, to: f64, wobble: f64, key: u64, draws: Draws) -> Path {
        let (sin, cos) = libm::sincos(a);
        let noise = Noise::new(draws, key, [4.0 * self.radius_m + 2_000.0, 0.0], 0.5 * self.radius_m + 120.0, 0.0);
        let base = noise.at(from, 0.0);
        let mut path = Path::new();
        let mut rho = from;
        while rho <= to {
            let off =
                (noise.at(rho, 0.0) - base) * wobble * (rho - from + 0.1 * self.radius_m).min(1.2 * self.radius_m);
            let p = self.place(rho * cos - off * sin, rho * sin + off * cos);
            if p[0] < -60.0 || p[1] < -60.0 || p[0] > self.size_m[0] + 60.0 || p[1] > self.size_m[1] + 60.0 {
                break;
            }
            path.push(p);
            rho += 25.0;
        }
        path
    }

    /// A closed road round the centre at `share` of the city's radius.
    fn ring_road(&self, share: f64, key: u64, draws: Draws) -> Path {
        let wobble = Noise::new(draws, key, [1000.0, 1000.0], 260.0, 100.0);
        let n = ((share * self.radius_m * 6.3 / 30.0) as usize).max(48);
        (0..=n)
            .map(|i| {
                let (sin, cos) = libm::sincos((i % n) as f64 * std::f64::consts::TAU / n as f64);
                let out = share * self.radius_m * (1.0 + 0.16 * wobble.at(500.0 + 350.0 * cos, 500.0 + 350.0 * sin));
                self.place(out * cos * STRETCH, out * sin / STRETCH)
            })
            .collect()
    }

    fn push_line(&mut self, kind: LineKind, path: &[Point]) {
        for run in self.inside(path) {
            self.lines.push(NetworkLine { kind, points_m: run.iter().map(|p| [p[0] as f32, p[1] as f32]).collect() });
        }
    }

    /// The parts of a line that lie on the map.
    fn inside(&self, path: &[Point]) -> Vec<Path> {
        let within = |p: &Point| p[0] >= 0.0 && p[1] >= 0.0 && p[0] <= self.size_m[0] && p[1] <= self.size_m[1];
        path.split(|p| !within(p)).filter(|run| run.len() > 1).map(<[Point]>::to_vec).collect()
    }

    pub(super) fn lay_roads(&mut self, config: &CityConfig, draws: Draws) {
        let residents = f64::from(config.residents);
        let n_radials = (3.0 + 2.0 * libm::log10(residents / 1_000.0)).round() as u64;
        let first = shape(draws, 40) * std::f64::consts::TAU;
        let r = self.old_radius_m;
        let from = if r > 190.0 { r + 45.0 } else { 0.0 };
        for i in 0..n_radials {
            let mut a =
                first + (i as f64 + 0.5 * (shape(draws, 50 + i) - 0.5)) * std::f64::consts::TAU / n_radials as f64;
            // A road along the river would run in it: turn it away from the river's direction.
            let lean = libm::sin(a);
            let is_east = libm::cos(a) > 0.0;
            if (-0.3..0.05).contains(&lean) {
                a += if is_east { 0.38 } else { -0.38 };
            } else if (-0.72..-0.3).contains(&lean) {
                // Bridges are dear: cross at more than 45 degrees.
                a = if is_east { -0.8 } else { std::f64::consts::PI + 0.8 };
            }
            let mut path = self.ray(a, from, 3.0 * self.radius_m + 2_000.0, 0.12, 60 + i, draws);
            // It crosses the river once or not at all; where the river comes near, the road follows its bank.
            let stays = libm::sin(a) > -0.25;
            let (low, high) = (self.dike_offset() + 45.0, -self.river_width_m / 2.0 - 45.0);
            let mut has_crossed = false;
            for p in &mut path {
                let d = self.river_distance(*p);
                has_crossed |= !stays && d < high;
                let bank = if has_crossed { d.min(high) } else { d.max(low) };
                if (stays || has_crossed) && dist(*p, self.centre) > self.old_radius_m {
                    let (s, t) = self.frame(*p);
                    *p = self.place(s, t + bank - d);
                }
            }
            self.radials.push(path);
        }
        for i in 0..self.radials.len() {
            let path = self.radials[i].clone();
            self.push_line(LineKind::MainRoad, &path);
        }
        if from > 0.0 {
            // Road along the moat, and two streets that cross in the market square.
            let moat: Path = (0..=120)
                .map(|i| {
                    let (sin, cos) = libm::sincos(f64::from(i) * std::f64::consts::TAU / 120.0);
                    self.place((r + 45.0) * cos, (r + 45.0) * sin)
                })
                .filter(|&p| self.river_distance(p) > self.dike_offset() + 10.0)
                .collect();
            // The filter cuts the circle once; start behind the cut so that the road is one line.
            let cut = moat.windows(2).position(|w| dist(w[0], w[1]) > r * 0.3).map_or(0, |i| i + 1);
            let moat: Path = moat[cut..].iter().chain(&moat[..cut]).copied().collect();
            let ends: Vec<Point> = self.radials.iter().filter_map(|p| p.first().copied()).collect();
            self.push_line(LineKind::MainRoad, &moat);
            for (i, end) in ends.iter().enumerate() {
                // Roads that begin beyond the river need their bridge.
                if i % 2 == 0 || self.river_distance(*end) < self.dike_offset() {
                    let centre = self.centre;
                    self.push_line(LineKind::MainRoad, &[*end, centre]);
                }
            }
        }
        let mut rings = Vec::new();
        if residents >= 8_000.0 {
            rings.push(0.56);
        }
        if residents >= 300_000.0 {
            rings.push(0.8);
        }
        for (i, share) in rings.into_iter().enumerate() {
            let path = self.ring_road(share, 80 + i as u64, draws);
            self.push_line(LineKind::MainRoad, &path);
        }
        if residents >= 450_000.0 {
            let path = self.ring_road(1.02, 90, draws);
            self.push_line(LineKind::Motorway, &path);
        } else if residents >= 40_000.0 {
            let path = self.cross_line(0.98 * self.radius_m / STRETCH, 0.16, 91, draws);
            self.push_line(LineKind::Motorway, &path);
        }
        let offset = self.dike_offset();
        let n = (2.0 * self.size_m[0] / 30.0) as i32;
        let dike: Path = (-n..=n)
            .map(|i| {
                let s = f64::from(i) * 30.0;
                let slope = (self.river_axis(s + 10.0) - self.river_axis(s - 10.0)) / 20.0;
                let norm = (1.0 + slope * slope).sqrt();
                self.place(s - offset * slope / norm, self.river_axis(s) + offset / norm)
            })
            .collect();
        self.push_line(LineKind::Dike, &dike);
        // Trams follow pairs of opposite radials through the market square.
        if residents >= config.amenities.tram_from_residents {
            let n_lines = (1.0 + residents / 80_000.0).floor().min(n_radials as f64 / 2.0) as usize;
            for i in 0..n_lines {
                let there = &self.radials[i];
                let back = &self.radials[(i + self.radials.len() / 2) % self.radials.len()];
                let reach = |path: &Path| path.iter().copied().filter(|&p| self.reach(p) < 0.86).collect::<Path>();
                let mut path: Path = reach(there).into_iter().rev().collect();
                path.push(self.centre);
                path.extend(reach(back));
                let stops = along(&path, config.amenities.tram_stop_m);
                self.push_line(LineKind::Tram, &path);
                for stop in stops {
                    if self.tram_stops.iter().all(|&s| dist(s, stop) > 150.0) {
                        self.tram_stops.push(stop);
                    }
                }
            }
        }
    }

    /// A line across the whole map at distance about `t` on the low side, roughly along the river.
    fn cross_line(&self, t: f64, wobble: f64, key: u64, draws: Draws) -> Path {
        let noise = Noise::new(draws, key, [2.0 * self.size_m[0], 0.0], 0.9 * self.radius_m + 200.0, self.size_m[0]);
        let base = noise.at(0.0, 0.0);
        let n = (self.size_m[0] / 30.0) as i32;
        (-n..=n)
            .map(|i| {
                let s = f64::from(i) * 30.0;
                self.place(s, t + wobble * self.radius_m * (noise.at(s, 0.0) - base))
            })
            .collect()
    }

    pub(super) fn lay_rails(&mut self, config: &CityConfig, draws: Draws) {
        let residents = config.residents;
        if residents < 15_000 {
            return;
        }
        let t_main = self.old_radius_m + 150.0;
        let main = self.cross_line(t_main, 0.12, 95, draws);
        self.push_line(LineKind::Rail, &main);
        self.add_stations(&main);
        if residents >= 300_000 {
            // A branch to the high side, over the river.
            let a = -std::f64::consts::FRAC_PI_2 + (shape(draws, 96) - 0.5) * 0.8;
            let start = self.place(0.45 * self.radius_m, t_main);
            let mut branch = self.ray(a, 0.5 * self.radius_m, 3.0 * self.radius_m, 0.1, 97, draws);
            let shift = [0.42 * self.radius_m * self.along[0], 0.42 * self.radius_m * self.along[1]];
            for p in &mut branch {
                *p = [p[0] + shift[0], p[1] + shift[1]];
            }
            let first = branch[0];
            let mut path: Path = (0..20)
                .map(|i| {
                    let k = f64::from(i) / 20.0;
                    [start[0] + (first[0] - start[0]) * k, start[1] + (first[1] - start[1]) * k]
                })
                .collect();
            path.extend(branch);
            self.push_line(LineKind::Rail, &path);
            self.add_stations(&path);
        }
    }

    /// Stations along a line, from the one nearest to the centre outwards, at least 1.7 km apart, inside the city.
    fn add_stations(&mut self, line: &Path) {
        let mut near: Vec<Point> = line.iter().copied().filter(|&p| self.reach(p) < 0.92).collect();
        near.sort_by(|&a, &b| dist(a, self.centre).total_cmp(&dist(b, self.centre)));
        for p in near {
            if self.stations.iter().all(|&s| dist(s, p) > 1_700.0) {
                self.stations.push(p);
            }
        }
    }
}
