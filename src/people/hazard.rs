//! What a hazard of crime, crisis, care or radicalisation may know of a person: circumstances, and nothing else
//! (models.md §15, E-3).
//!
//! A [`HazardView`] has no group, language, sex, newcomer type or date of arrival, and no way to them. Challenges that
//! compute such hazards take this view; a test reads their source for the fields that they must not name.

use super::components::{Household, Occupation, Person, ShortMonth, Work};
use crate::sim::PersonKey;

/// The circumstances of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HazardView {
    key: PersonKey,
    age_y: u8,
    occupation: u8,
    education: u8,
    in_debt: bool,
    has_partner: bool,
    lives_alone: bool,
    has_place: bool,
    household_income_eur_m: f32,
    household_size: u8,
    months_here: u16,
}

impl HazardView {
    /// The view of `person`, who does `work` and lives in `household`.
    #[inline]
    pub fn of(person: &Person, work: &Work, household: &Household, now: ShortMonth) -> HazardView {
        HazardView {
            key: person.key,
            age_y: person.age_y(now),
            occupation: work.occupation,
            education: work.education,
            in_debt: work.debt_eur > 0.0,
            has_partner: person.partner.get().is_some(),
            lives_alone: household.size <= 1,
            has_place: household.dwelling.get().is_some() || household.stands(Household::SHELTERED),
            household_income_eur_m: household.income_eur_m,
            household_size: household.size.max(1),
            months_here: household.since.until(now).clamp(0, i32::from(u16::MAX)) as u16,
        }
    }

    /// Key, for draws only.
    pub fn key(&self) -> PersonKey {
        self.key
    }

    /// Age, years.
    pub fn age_y(&self) -> u8 {
        self.age_y
    }

    /// True if looking for work.
    pub fn is_unemployed(&self) -> bool {
        self.occupation == Occupation::Unemployed as u8
    }

    /// True if at work.
    pub fn is_employed(&self) -> bool {
        self.occupation == Occupation::Employed as u8
    }

    /// True if in school or study.
    pub fn is_studying(&self) -> bool {
        self.occupation == Occupation::Study as u8
    }

    /// Schooling: 0 low, 1 middle, 2 high.
    pub fn education(&self) -> u8 {
        self.education
    }

    /// True with problem debt.
    pub fn is_in_debt(&self) -> bool {
        self.in_debt
    }

    /// True with a partner in the household.
    pub fn has_partner(&self) -> bool {
        self.has_partner
    }

    /// True in a household of one.
    pub fn lives_alone(&self) -> bool {
        self.lives_alone
    }

    /// False while without a home and without a place in a shelter.
    pub fn has_place(&self) -> bool {
        self.has_place
    }

    /// Disposable household income per member, € per month.
    pub fn income_per_head_eur_m(&self) -> f32 {
        self.household_income_eur_m / f32::from(self.household_size)
    }

    /// Members of the household.
    pub fn household_size(&self) -> u8 {
        self.household_size
    }

    /// Months in the present home, or without one.
    pub fn months_here(&self) -> u16 {
        self.months_here
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_is_the_same_whatever_the_label() {
        let person = Person { key: PersonKey(5), born: ShortMonth(1200), ..Person::default() };
        let labelled = Person { sex: 1, origin: 7, newcomer: 3, arrived: ShortMonth(1400), ..person };
        let work = Work { occupation: Occupation::Unemployed as u8, debt_eur: 10.0, language: 255, ..Work::default() };
        let household = Household { size: 2, income_eur_m: 3000.0, since: ShortMonth(1490), ..Household::default() };
        let view = HazardView::of(&person, &work, &household, ShortMonth(1500));
        let of_labelled = HazardView::of(
            &labelled,
            &Work { language: 3, ..work },
            &Household { origin: 7, threshold: 9, standing: Household::EXCLUDED, ..household },
            ShortMonth(1500),
        );
        assert_eq!(view, of_labelled);
        assert_eq!((view.age_y(), view.months_here(), view.income_per_head_eur_m()), (25, 10, 1500.0));
        assert!(view.is_unemployed() && view.is_in_debt() && !view.lives_alone() && !view.has_place());
    }
}
