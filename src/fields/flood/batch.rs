//! Many intervals of a model on the graphics processor at once.

use super::gpu::{Batch, Pace, Planes};
use super::hydrology::Soil;
use super::interval::RATES;
use super::local_inertial::BLOCKED_M;
use super::model::{FloodModel, MAX_DEPTH_M};
use super::setup::{BoundaryKind, FloodError};
use super::stats::Stats;

/// Intervals in one batch at most: sums over edges are kept in single precision that long.
const MOST_INTERVALS: usize = 200;

impl FloodModel {
    /// True when rain, soil and maxima are all that happens at an interval's end.
    fn ends_on_device(&self) -> bool {
        self.pump_cells.is_empty() && self.drain_outlet.is_none() && self.setup.breaches.is_empty()
    }

    /// Intervals up to `until_s` on the device, if there is one. When it fails, the CPU goes on from where they began.
    pub(super) fn batch_on_gpu(&mut self, until_s: f64) -> Result<bool, FloodError> {
        let Some(mut gpu) = self.gpu.take() else { return Ok(false) };
        let start_s = self.t_s;
        let (batch, ends_s, inflow) = self.batch(until_s);
        let n = self.layout.len();
        let taken_m = if self.hydrology.soaked_m.is_empty() {
            vec![[0.0; 4]; n]
        } else {
            self.hydrology.soaked_m.iter().map(|f| [*f, 0.0, 0.0, 0.0]).collect()
        };
        let mut planes = Planes {
            state: self.state.clone(),
            owed_m: self.hydrology.owed_m.clone(),
            taken_m,
            maxima: self.stats.packed(),
        };
        let pace = Pace {
            alpha: self.alpha(),
            dt_max_s: self.setup.dt_max_s as f32,
            deepest_bits: self.report.deepest_bits,
            fastest_m_s: if self.on_faces() { 0.0 } else { self.report.speed_m_s },
        };
        let version = self.ground_version;
        let done = match gpu.run(&self.ground(), version, &self.hydrology, &batch, &mut planes, pace) {
            Ok(done) => done,
            Err(why) => {
                let line = format!("the graphics processor was lost ({why}); the CPU went on from {start_s} s");
                self.lost_gpu = Some(line);
                return Ok(false);
            }
        };
        self.gpu = Some(gpu);
        self.state = planes.state;
        self.hydrology.owed_m = planes.owed_m;
        let end_s = ends_s[(done.intervals.max(1) as usize - 1).min(ends_s.len() - 1)];
        if done.deepest_bits > MAX_DEPTH_M.to_bits() {
            self.t_s = end_s;
            let stage = if self.on_faces() { "flood.local_inertial_update" } else { "flood.shallow_water_update" };
            return Err(self.unsound(stage));
        }
        self.steps += u64::from(done.steps);
        self.shortest_dt_s = self.shortest_dt_s.min(done.shortest_dt_s);
        let area = self.area_m2();
        self.balance.edge_out_m3 += done.edge_out_m2 * self.setup.bed_m.grid.cell_m;
        self.balance.inflow_m3 += inflow * area;
        if !batch.ends_here {
            self.end_interval(end_s, end_s - start_s)?;
            return Ok(true);
        }
        let sum = |k: usize| planes.taken_m.iter().map(|t| f64::from(t[k])).sum::<f64>() * area;
        self.balance.soaked_m3 += sum(1);
        self.balance.drained_m3 += sum(2);
        self.balance.rain_m3 += self.rain_on_map(&batch) * area;
        if matches!(self.hydrology.soil, Soil::GreenAmpt { .. }) {
            self.hydrology.soaked_m = planes.taken_m.iter().map(|t| t[0]).collect();
        }
        self.stats = Stats::unpacked(&planes.maxima);
        self.t_s = end_s;
        self.report = self.scan();
        Ok(true)
    }

    /// The next intervals, their ends, and what flows in during them, as depth summed over cells.
    fn batch(&mut self, until_s: f64) -> (Batch, Vec<f64>, f64) {
        let ends_here = self.ends_on_device();
        let most = if ends_here { MOST_INTERVALS } else { 1 };
        let mut cells: Vec<usize> = self.inflow_cells.iter().flatten().copied().collect();
        cells.sort_unstable();
        cells.dedup();
        let edge_levels = self.edge_levels(RATES + cells.len());
        let (start_s, mut from_s, mut inflow) = (self.t_s, self.t_s, 0.0);
        let (mut forcing, mut ends_s) = (Vec::new(), Vec::new());
        while from_s < until_s - 1e-9 && ends_s.len() < most {
            let end_s = self.next_end(from_s, until_s);
            let span = end_s - from_s;
            // The forcing of an interval is asked of the model at its beginning.
            self.t_s = from_s;
            self.set_forcing(end_s);
            let mut rates = vec![0.0_f32; cells.len()];
            for &(cell, rate) in &self.sources {
                rates[cells.partition_point(|&c| c < cell)] += rate;
            }
            inflow += rates.iter().map(|&r| f64::from(r)).sum::<f64>() * span;
            forcing.extend([span as f32, end_s as f32, self.rain_m(from_s, end_s) as f32]);
            forcing.extend(rates);
            for boundary in &self.setup.boundaries {
                let level = match &boundary.kind {
                    BoundaryKind::Level { series } => {
                        let middle_s = 0.5 * (from_s + end_s);
                        series.at(middle_s, crate::fields::series::Outside::Hold) - self.datum_m
                    }
                    _ => 0.0,
                };
                forcing.push(level as f32);
            }
            ends_s.push(end_s);
            from_s = end_s;
        }
        self.t_s = start_s;
        let span_s = (from_s - start_s) as f32;
        let n_intervals = ends_s.len();
        (Batch { forcing, sources: cells, edge_levels, n_intervals, span_s, ends_here }, ends_s, inflow)
    }

    /// Place of each edge face's level in a row of the forcing, whose first level stands at `first`.
    fn edge_levels(&self, first: usize) -> Vec<u32> {
        let (_, faces) = self.edges.tables();
        let place = |number: &u16| {
            let of = self.edge_numbers.iter().zip(&self.setup.boundaries).position(|(n, boundary)| {
                *n == usize::from(*number) && matches!(boundary.kind, BoundaryKind::Level { .. })
            });
            of.map_or(0, |k| (first + k) as u32)
        };
        faces.iter().flat_map(|side| side.iter().map(place)).collect()
    }

    /// Rain of a batch that fell on cells of the map, as depth summed over cells.
    fn rain_on_map(&self, batch: &Batch) -> f64 {
        let width = batch.forcing.len() / batch.n_intervals.max(1);
        let rain: f64 = batch.forcing.chunks(width.max(1)).map(|row| f64::from(row[RATES - 1])).sum();
        if rain <= 0.0 {
            return 0.0;
        }
        let weight = |at: usize| self.hydrology.rain_weight.get(at).map_or(1.0, |w| f64::from(*w));
        let layout = self.layout;
        let cells = (0..layout.n_rows).flat_map(|r| (0..layout.n_cols).map(move |c| layout.idx(c, r)));
        rain * cells.filter(|&at| self.z_m[at] <= 0.5 * BLOCKED_M).map(weight).sum::<f64>()
    }
}
