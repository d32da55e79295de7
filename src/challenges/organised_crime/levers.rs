//! What the levers come to this month.

use super::CrimeParameters;
use super::cells::normal;
use super::propensity::Programmes;
use crate::policies::Controls;
use crate::sim::{Draws, Stream};

/// The draw of effects that are known only as a prior, once per seed.
pub const STREAM: Stream = Stream::named("crime.priors");

/// Levers by neighbourhood, in the terms of the hazards.
pub struct Levers {
    individual: Vec<f64>,
    individual_log: f64,
    individual_stigma: f64,
    /// Fall of the log hazard and of acceptance by youth work.
    pub youth_work: Vec<f64>,
    school_job: Vec<f64>,
}

impl Levers {
    /// From how the levers stand.
    pub fn of(controls: &Controls, p: &CrimeParameters, seed: u64) -> Levers {
        let z = normal(Draws::at_start(seed).block(STREAM, 0, 0));
        Levers {
            individual: controls.get("individual_approach").to_vec(),
            individual_log: (p.individual_effect_mean + p.individual_effect_sd * z) * p.individual_fidelity,
            individual_stigma: p.individual_stigma,
            youth_work: controls.get("youth_work").iter().map(|workers| workers * p.youth_work_effect).collect(),
            school_job: controls.get("school_job_programme").iter().map(|share| share * p.school_job_effect).collect(),
        }
    }

    /// As if nothing was done in any of `n` neighbourhoods.
    pub fn none(n: usize, p: &CrimeParameters) -> Levers {
        let none = || vec![0.0; n];
        let individual_stigma = p.individual_stigma;
        Levers { individual: none(), individual_log: 0.0, individual_stigma, youth_work: none(), school_job: none() }
    }

    /// For a look at persons.
    pub fn programmes(&self) -> Programmes<'_> {
        Programmes {
            individual: &self.individual,
            individual_log: self.individual_log,
            individual_stigma: self.individual_stigma,
            youth_work: &self.youth_work,
            school_job: &self.school_job,
        }
    }
}
