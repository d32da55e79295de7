//! The tables: one entity per person, household and dwelling, and the plain structs that they carry.
//!
//! Sizes are part of the design (architecture.md): [`Person`] 32 B, [`Work`] 16 B, [`Health`], [`Conduct`] and
//! [`Outlook`] 8 B each, [`Household`] 32 B, [`Dwelling`] 40 B. A slot with key 0 is free.

use bevy::prelude::Component;
use bytemuck::{Pod, Zeroable};

use crate::sim::{DwellingIdx, DwellingKey, HouseholdIdx, HouseholdKey, Month, PersonIdx, PersonKey};

/// A month in 16 bits: months since January 1900.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Pod, Zeroable)]
#[repr(transparent)]
pub struct ShortMonth(pub i16);

impl ShortMonth {
    /// Earlier than anything: "since birth", "always".
    pub const NEVER: ShortMonth = ShortMonth(i16::MIN);

    /// The month `m`, clamped to 16 bits.
    pub fn of(m: Month) -> ShortMonth {
        ShortMonth((m.0 - 1900 * 12).clamp(i32::from(i16::MIN) + 1, i32::from(i16::MAX)) as i16)
    }

    /// Months from `self` to `now`.
    #[inline]
    pub fn until(self, now: ShortMonth) -> i32 {
        i32::from(now.0) - i32::from(self.0)
    }
}

/// Who a person is and whom they belong to.
#[derive(Component, Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Person {
    /// Stable key; 0 = free slot.
    pub key: PersonKey,
    /// Household.
    pub household: HouseholdIdx,
    /// Next member of the household, in order of key.
    pub next: PersonIdx,
    /// Partner, in the same household.
    pub partner: PersonIdx,
    /// Mother, if she lives in the city. May point to a slot that has fallen free: see [`crate::people::Books`].
    pub mother: PersonIdx,
    /// Month of birth.
    pub born: ShortMonth,
    /// Month of arrival in the city; [`ShortMonth::NEVER`] if there since the start or born there.
    pub arrived: ShortMonth,
    /// 0 = female, 1 = male. Demography only (models.md §7.2, §15).
    pub sex: u8,
    /// Opaque origin group (models.md E-2).
    pub origin: u8,
    /// [`NewcomerType`] number + 1, or 0 for nobody's newcomer.
    pub newcomer: u8,
    /// Children born.
    pub n_children: u8,
}

impl Default for Person {
    fn default() -> Self {
        Person {
            key: PersonKey(0),
            household: HouseholdIdx::NONE,
            next: PersonIdx::NONE,
            partner: PersonIdx::NONE,
            mother: PersonIdx::NONE,
            born: ShortMonth::NEVER,
            arrived: ShortMonth::NEVER,
            sex: 0,
            origin: 0,
            newcomer: 0,
            n_children: 0,
        }
    }
}

impl Person {
    /// True unless the slot is free.
    #[inline]
    pub fn is_there(&self) -> bool {
        self.key.0 != 0
    }

    /// Age in whole years, 0–127.
    #[inline]
    pub fn age_y(&self, now: ShortMonth) -> u8 {
        (self.born.until(now).max(0) / 12).min(127) as u8
    }
}

/// What a person does by day and lives on.
#[derive(Component, Debug, Clone, Copy, PartialEq, Default, Pod, Zeroable)]
#[repr(C)]
pub struct Work {
    /// Gross personal income, € per year.
    pub income_eur_y: f32,
    /// Problem debt, €.
    pub debt_eur: f32,
    /// Workplace or school; people with the same number meet there. `u32::MAX` = none.
    pub place: u32,
    /// [`Occupation`].
    pub occupation: u8,
    /// Schooling: 0 low, 1 middle, 2 high (CBS levels).
    pub education: u8,
    /// Command of the common language, 0 (none) to 255 (full).
    pub language: u8,
    /// Lasting earning power: 128 is typical of age and schooling, 50 more is e times as much.
    pub earning: u8,
}

/// Health and care. The ageing challenge fills and changes it; all zero = not looked at yet.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq, Default, Pod, Zeroable)]
#[repr(C)]
pub struct Health {
    /// Frailty, 0–255 for 0–1.
    pub frailty: u8,
    /// Loneliness, 0–255 for 0–1.
    pub loneliness: u8,
    /// Care needed, quarters of an hour per week.
    pub care_need_qh: u8,
    /// Care received, quarters of an hour per week.
    pub care_given_qh: u8,
    /// Partner: 0 none, 1 there, 2 and more: months since the loss of one, + 2.
    pub partner: u8,
    /// Unused.
    pub spare: [u8; 3],
}

/// Offending and what leads there or away from it. The crime challenge fills and changes it; all zero = nothing ever
/// happened. Never exported (models.md E-6).
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq, Default, Pod, Zeroable)]
#[repr(C)]
pub struct Conduct {
    /// Criminal group, number + 1; 0 = none.
    pub group: u16,
    /// Month of the last offence; month 0 (January 1900) = not looked at yet, −1 = never.
    pub offended: ShortMonth,
    /// Month of the last victimisation; month 0 = never.
    pub harmed: ShortMonth,
    /// Strain left by what happened, 0–255 for 0–1.
    pub strain: u8,
    /// Times harmed in this calendar year.
    pub harmed_times: u8,
}

/// Trust and belonging. The diversity challenge fills and changes it; all zero = not looked at yet.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq, Default, Pod, Zeroable)]
#[repr(C)]
pub struct Outlook {
    /// Trust in neighbours, 1–65,535 for 0–1; 0 = not looked at yet.
    pub trust_neighbours: u16,
    /// Belonging, 0–255 for 0–1.
    pub belonging: u8,
    /// What [`Work::language`] rounds off, 256ths of its unit.
    pub language_rest: u8,
    /// Unused.
    pub spare: [u8; 4],
}

/// What somebody does by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Occupation {
    /// Below school age, or at home.
    Home = 0,
    /// In school or study.
    Study = 1,
    /// At work.
    Employed = 2,
    /// Looking for work.
    Unemployed = 3,
    /// On a pension.
    Retired = 4,
}

/// Why somebody came from abroad: sets circumstances at arrival and nothing else (models.md §1, E-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum NewcomerType {
    /// Asylum status holder.
    Asylum = 0,
    /// Displaced by war.
    Displaced = 1,
    /// Labour migrant.
    Labour = 2,
    /// Knowledge migrant.
    Knowledge = 3,
    /// Student.
    Student = 4,
    /// Family migrant.
    Family = 5,
    /// Undocumented.
    Undocumented = 6,
}

impl NewcomerType {
    /// Every type, in the order of its number.
    pub const ALL: [NewcomerType; 7] = [
        NewcomerType::Asylum,
        NewcomerType::Displaced,
        NewcomerType::Labour,
        NewcomerType::Knowledge,
        NewcomerType::Student,
        NewcomerType::Family,
        NewcomerType::Undocumented,
    ];
}

/// People who share a home, or look for one together.
#[derive(Component, Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Household {
    /// Stable key; 0 = free slot.
    pub key: HouseholdKey,
    /// First member, in order of key.
    pub first: PersonIdx,
    /// Home; [`DwellingIdx::NONE`] while without one.
    pub dwelling: DwellingIdx,
    /// Disposable income of all members, € per month.
    pub income_eur_m: f32,
    /// Month of moving in, or of losing the last home.
    pub since: ShortMonth,
    /// Month of registering for social rent.
    pub queued: ShortMonth,
    /// Neighbourhood where a household without a home of its own stays with others; [`Household::NOWHERE`] if it stays
    /// nowhere in the city, or has a home.
    pub lodges: u16,
    /// Number of members.
    pub size: u8,
    /// Members under 18.
    pub n_minors: u8,
    /// Age of the oldest member, years (refreshed every month).
    pub head_age_y: u8,
    /// Share of unlike neighbours above which the neighbourhood is disliked, 0–255 for 0–1 (models.md §3, θ).
    pub threshold: u8,
    /// Origin of the head: opaque group.
    pub origin: u8,
    /// Standing in the search for a home: [`Household::URGENT`], [`Household::EXCLUDED`], [`Household::FIRST_HOME`],
    /// [`Household::SHELTERED`], [`Household::ROOFLESS`].
    pub standing: u8,
}

impl Default for Household {
    fn default() -> Self {
        Household {
            key: HouseholdKey(0),
            first: PersonIdx::NONE,
            dwelling: DwellingIdx::NONE,
            income_eur_m: 0.0,
            since: ShortMonth::NEVER,
            queued: ShortMonth::NEVER,
            lodges: Household::NOWHERE,
            size: 0,
            n_minors: 0,
            head_age_y: 0,
            threshold: 0,
            origin: 0,
            standing: 0,
        }
    }
}

impl Household {
    /// No neighbourhood: see [`Household::lodges`].
    pub const NOWHERE: u16 = u16::MAX;
    /// Goes first in the social queue (statutory placement, eviction).
    pub const URGENT: u8 = 1;
    /// Not entitled to social rent.
    pub const EXCLUDED: u8 = 2;
    /// Left the parental home in wish, and still has no home of its own.
    pub const FIRST_HOME: u8 = 4;
    /// Without a home of its own, and with a place in a shelter.
    pub const SHELTERED: u8 = 8;
    /// Put out of the last home, and taken in by nobody yet.
    pub const ROOFLESS: u8 = 16;

    /// True if the household's standing has `flag`.
    #[inline]
    pub fn stands(&self, flag: u8) -> bool {
        self.standing & flag != 0
    }

    /// Lets the household go first in the social queue.
    pub fn make_urgent(&mut self) {
        self.standing |= Household::URGENT;
    }

    /// True if the household goes first in the social queue.
    #[inline]
    pub fn is_urgent(&self) -> bool {
        self.stands(Household::URGENT)
    }

    /// Where a household without a home of its own stays with others, if in the city.
    #[inline]
    pub fn lodging(&self) -> Option<usize> {
        (self.lodges != Household::NOWHERE).then_some(usize::from(self.lodges))
    }

    /// True unless the slot is free.
    #[inline]
    pub fn is_there(&self) -> bool {
        self.key.0 != 0
    }
}

/// A home.
#[derive(Component, Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Dwelling {
    /// Stable key; 0 = free slot.
    pub key: DwellingKey,
    /// Cell of the social grid.
    pub cell: u32,
    /// Who lives there.
    pub household: HouseholdIdx,
    /// Rent, or an owner's monthly cost of buying now, € per month.
    pub cost_eur_m: f32,
    /// Value, thousands of €.
    pub value_keur: f32,
    /// Neighbourhood.
    pub neighbourhood: u16,
    /// Floor area, m².
    pub area_m2: u16,
    /// Year of construction.
    pub built_year: u16,
    /// Month since which it stands empty.
    pub vacant_since: ShortMonth,
    /// [`crate::city::DwellingKind`].
    pub kind: u8,
    /// [`crate::city::Tenure`].
    pub tenure: u8,
    /// 1 if an older person with limited mobility can live there.
    pub step_free: u8,
    /// Moves that this vacancy has already set off, since the new home or departure that began the chain.
    pub chain: u8,
    /// [`DwellingStatus`].
    pub status: u8,
    /// Unused; keeps the size a multiple of 8.
    pub spare: [u8; 3],
}

/// Whether a home can be lived in (models.md §13.2: every home has exactly one state).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum DwellingStatus {
    /// In use or to be had.
    Normal = 0,
    /// Used for something illicit: not to be had.
    Illicit = 1,
    /// Closed by the mayor: not to be had.
    Closed = 2,
    /// Damaged: not to be had until repaired.
    Damaged = 3,
    /// Kept empty: second homes, homes under repair or not yet handed over. Not to be had.
    Withheld = 4,
}

impl Default for Dwelling {
    fn default() -> Self {
        Dwelling {
            key: DwellingKey(0),
            cell: 0,
            household: HouseholdIdx::NONE,
            cost_eur_m: 0.0,
            value_keur: 0.0,
            neighbourhood: 0,
            area_m2: 0,
            built_year: 0,
            vacant_since: ShortMonth::NEVER,
            kind: 0,
            tenure: 0,
            step_free: 0,
            chain: 0,
            status: 0,
            spare: [0; 3],
        }
    }
}

impl Dwelling {
    /// True unless the slot is free.
    #[inline]
    pub fn is_there(&self) -> bool {
        self.key.0 != 0
    }

    /// True if nobody lives there.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.is_there() && self.household == HouseholdIdx::NONE
    }

    /// True if somebody could move in.
    #[inline]
    pub fn is_vacant(&self) -> bool {
        self.is_empty() && self.status == DwellingStatus::Normal as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_keep_their_sizes() {
        let sizes = [size_of::<Person>(), size_of::<Work>(), size_of::<Household>(), size_of::<Dwelling>()];
        assert_eq!(sizes, [32, 16, 32, 40]);
        let facts = [size_of::<Health>(), size_of::<Conduct>(), size_of::<Outlook>()];
        assert_eq!(facts, [8; 3]);
        assert!(
            size_of::<Person>() + size_of::<Work>() + facts.iter().sum::<usize>() <= 96,
            "≤ 96 B of component data per person"
        );
    }

    #[test]
    fn ages_count_whole_years() {
        let person = Person { born: ShortMonth::of(Month::new(2000, 6)), ..Person::default() };
        assert_eq!(person.age_y(ShortMonth::of(Month::new(2025, 5))), 24);
        assert_eq!(person.age_y(ShortMonth::of(Month::new(2025, 6))), 25);
        assert_eq!(person.age_y(ShortMonth::of(Month::new(1999, 1))), 0);
    }
}
