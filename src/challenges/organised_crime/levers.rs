//! What the levers come to this month.

use super::CrimeParameters;
use super::cells::normal;
use super::propensity::Programmes;
use crate::policies::{Controls, Local};
use crate::sim::{Draws, Stream};

/// The draw of effects that are known only as a prior, once per seed.
pub const STREAM: Stream = Stream::named("crime.priors");

/// Levers where people live, in the terms of the hazards.
pub struct Levers {
    individual: Local<f64>,
    individual_log: f64,
    individual_stigma: f64,
    /// Fall of the log hazard and of acceptance by youth work.
    pub youth_work: Local<f64>,
    school_job: Local<f64>,
}

impl Levers {
    /// From how the levers stand.
    pub fn of(controls: &Controls, p: &CrimeParameters, seed: u64) -> Levers {
        let z = normal(Draws::at_start(seed).block(STREAM, 0, 0));
        Levers {
            individual: controls.local(["individual_approach"], |_, [share]| share),
            individual_log: (p.individual_effect_mean + p.individual_effect_sd * z) * p.individual_fidelity,
            individual_stigma: p.individual_stigma,
            youth_work: controls.local(["youth_work"], |_, [workers]| workers * p.youth_work_effect),
            school_job: controls.local(["school_job_programme"], |_, [share]| share * p.school_job_effect),
        }
    }

    /// As if nothing was done in any of `n` neighbourhoods.
    pub fn none(n: usize, p: &CrimeParameters) -> Levers {
        let none = || Local::same(0.0, n);
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
