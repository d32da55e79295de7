//! Kinds of households that look for homes in different places: age of the head × household type × income.
//!
//! 4 ages (under 25, 25–44, 45–64, 65+) × 5 types (one person; two or more without minors; one minor; more) × 3 incomes
//! (thirds of the first population, equivalised; the borders grow with wages). No origin, sex or newcomer type.

use bevy::prelude::Resource;

use crate::people::Household;

/// Classes of age, type and income.
pub const CLASSES: [usize; 3] = [4, 5, 3];
/// Number of segments.
pub const N_SEGMENTS: usize = CLASSES[0] * CLASSES[1] * CLASSES[2];
/// Number of classes of all three kinds.
pub const N_CLASSES: usize = CLASSES[0] + CLASSES[1] + CLASSES[2];

/// Borders between incomes, equivalised, € per month at the start.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
pub struct Segments {
    borders: [f32; 2],
}

/// Disposable income over the square root of the household's size.
fn equivalised(h: &Household) -> f32 {
    // A square root is exactly rounded on every machine, so std's will do.
    h.income_eur_m / f32::from(h.size.max(1)).sqrt()
}

impl Segments {
    /// Borders such that a third of `households` is below, between and above them.
    pub fn of(households: &[Household]) -> Segments {
        let mut incomes: Vec<f32> = households.iter().filter(|h| h.is_there()).map(equivalised).collect();
        if incomes.is_empty() {
            return Segments::default();
        }
        incomes.sort_unstable_by(f32::total_cmp);
        Segments { borders: [incomes[incomes.len() / 3], incomes[2 * incomes.len() / 3]] }
    }

    /// The segment of `h`, when wages have grown by the factor `wage_level` since the start.
    #[inline]
    pub fn segment(&self, h: &Household, wage_level: f32) -> usize {
        let age = usize::from(h.head_age_y >= 25) + usize::from(h.head_age_y >= 45) + usize::from(h.head_age_y >= 65);
        let kind = match (h.size, h.n_minors) {
            (0 | 1, _) => 0,
            (2, 0) => 1,
            (_, 0) => 2,
            (_, 1) => 3,
            _ => 4,
        };
        let income = equivalised(h);
        let income = self.borders.iter().filter(|&&b| income > b * wage_level).count();
        (age * CLASSES[1] + kind) * CLASSES[2] + income
    }
}

/// The classes of `segment`, numbered through: ages first, then types, then incomes.
pub fn classes(segment: usize) -> [usize; 3] {
    let (income, rest) = (segment % CLASSES[2], segment / CLASSES[2]);
    [rest / CLASSES[1], CLASSES[0] + rest % CLASSES[1], CLASSES[0] + CLASSES[1] + income]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_segment_has_its_own_classes() {
        let all: std::collections::BTreeSet<[usize; 3]> = (0..N_SEGMENTS).map(classes).collect();
        assert_eq!(all.len(), N_SEGMENTS);
        assert!(all.iter().all(|c| c[0] < 4 && (4..9).contains(&c[1]) && (9..N_CLASSES).contains(&c[2])));
    }

    #[test]
    fn incomes_are_thirds_and_grow_with_wages() {
        let household = |income| Household { size: 1, head_age_y: 30, income_eur_m: income, ..Household::default() };
        let many: Vec<Household> =
            (1..=99).map(|i| Household { key: crate::sim::HouseholdKey(i), ..household(100.0 * i as f32) }).collect();
        let segments = Segments::of(&many);
        let count = |wage| (0..3).map(|i| many.iter().filter(|h| segments.segment(h, wage) % 3 == i).count()).collect();
        let thirds: Vec<usize> = count(1.0);
        assert!(thirds.iter().all(|&n| (32..=34).contains(&n)), "{thirds:?}");
        assert_eq!(segments.segment(&household(5_000.0), 1.0), segments.segment(&household(10_000.0), 2.0));
    }
}
