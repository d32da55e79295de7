//! The list of indicators. Everything else follows from it: the columns of the run folder, their documentation, the
//! report and `waterbed list indicators`. One file per subject; each challenge has its own.

use std::sync::LazyLock;

use super::counts::{Facts, NeighbourhoodCounts};
use super::places::Places;
use crate::challenges::climate::Episodes;
use crate::challenges::diversity::Diversity;
use crate::challenges::neighbourhoods::{NeighbourhoodParameters, Neighbourhoods};
use crate::challenges::shared::{Budget, Challenge, Challenges, NeighbourhoodStates, Outcome, Outcomes, State};
use crate::people::Counts;
use crate::sim::Grade;

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// English.
    pub en: &'static str,
    /// Dutch.
    pub nl: &'static str,
}

/// Unit of an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// People.
    People,
    /// Households.
    Households,
    /// Homes.
    Homes,
    /// Events.
    Events,
    /// Years.
    Years,
    /// Days.
    Days,
    /// Millimetres of rain.
    Millimetres,
    /// People per household.
    PeoplePerHousehold,
    /// Part of a whole, 0–1.
    Share,
    /// € per month.
    EurPerMonth,
    /// Thousands of €.
    ThousandEur,
    /// Without dimension.
    Index,
    /// Moves per vacancy chain.
    Moves,
    /// Per 1,000 people and year.
    PerThousandYear,
}

impl Unit {
    /// As written in tables.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::People => "people",
            Unit::Households => "households",
            Unit::Homes => "homes",
            Unit::Events => "events",
            Unit::Years => "y",
            Unit::Days => "d",
            Unit::Millimetres => "mm",
            Unit::PeoplePerHousehold => "people per household",
            Unit::Share => "1",
            Unit::EurPerMonth => "€/month",
            Unit::ThousandEur => "k€",
            Unit::Index => "1",
            Unit::Moves => "moves",
            Unit::PerThousandYear => "per 1,000 and year",
        }
    }
}

/// What kind of number it is: says how to add it up and whether few people make it too telling to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// How many there are at the end of the month.
    Stock,
    /// How many there were during the month.
    Flow,
    /// Part of the residents or their households.
    Share,
    /// Mean over residents or their households.
    Mean,
    /// Index over residents or neighbourhoods.
    Index,
    /// Share or mean over homes: says nothing about people, so it is never suppressed.
    OfHomes,
}

/// Where an indicator is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The city only.
    City,
    /// The city and every neighbourhood.
    Both,
    /// Neighbourhoods only.
    Neighbourhood,
}

/// What an indicator may look at.
pub struct Area<'a> {
    /// Counts at the end of the month.
    pub facts: &'a Facts,
    /// Counts of the month's events.
    pub flows: &'a Counts,
}

/// What the challenges have published.
#[derive(Clone, Copy)]
pub struct Published<'a> {
    /// The month's outcomes.
    pub outcomes: &'a Outcomes,
    /// States at the end of the month.
    pub states: &'a NeighbourhoodStates,
    /// The municipal budget.
    pub budget: Option<&'a Budget>,
    /// Tipping neighbourhoods.
    pub neighbourhoods: Option<(&'a Neighbourhoods, &'a NeighbourhoodParameters)>,
    /// Superdiversity.
    pub diversity: Option<&'a Diversity>,
    /// Heat waves, cloudbursts and breaches of the month.
    pub episodes: Option<&'a Episodes>,
    /// Which challenges take part.
    pub challenges: &'a Challenges,
}

/// How an indicator is computed.
#[derive(Clone, Copy)]
pub enum Value {
    /// From the counts of one area.
    Of(fn(&Area) -> Option<f64>),
    /// From the counts of all neighbourhoods together.
    Across(fn(&NeighbourhoodCounts, &Places) -> Option<f64>),
    /// How often it happened in the month.
    Outcome(Outcome),
    /// How often it happened in the month, per 1,000 residents per year.
    Rate(Outcome),
    /// A state of the neighbourhood; in the city its mean over residents.
    State(State),
    /// From what the challenges have published; of a neighbourhood by number, or of the city.
    Published(fn(Published, &Facts, Option<usize>) -> Option<f64>),
}

/// One indicator.
#[derive(Clone, Copy)]
pub struct Indicator {
    /// Name of the column: snake case; the unit is its suffix unless it counts.
    pub id: &'static str,
    /// Unit.
    pub unit: Unit,
    /// Kind of number.
    pub kind: Kind,
    /// Where it is measured.
    pub scope: Scope,
    /// Grade of the weakest assumption that its *change* in the model rests on (models.md §0.1).
    pub grade: Grade,
    /// Where definition and mechanism come from.
    pub source: Words,
    /// Short name.
    pub title: Words,
    /// What it says.
    pub about: Words,
    /// How it is computed.
    pub value: Value,
    /// True for offending, recruitment, premises, crisis and tipping: of a real city only differences leave the
    /// program (models.md E-15), and they are never shown beside groups (E-16).
    pub guarded: bool,
    /// The challenge that it belongs to; `None`: always there.
    pub challenge: Option<Challenge>,
}

impl Indicator {
    /// True if the city has this column.
    pub fn in_city(&self) -> bool {
        self.scope != Scope::Neighbourhood
    }

    /// True if neighbourhoods have this column.
    pub fn in_neighbourhoods(&self) -> bool {
        self.scope != Scope::City
    }

    /// True if its challenge takes part.
    pub fn is_there(&self, challenges: &Challenges) -> bool {
        self.challenge.is_none_or(|c| challenges.has(c))
    }

    /// True for what happens and is counted, and so can be added up over months. Rates are per year already.
    pub fn adds_up(&self) -> bool {
        self.kind == Kind::Flow && self.unit != Unit::PerThousandYear
    }

    /// True if it must not be published for fewer than [`super::MIN_PEOPLE`] residents (models.md E-6).
    pub fn needs_many(&self) -> bool {
        matches!(self.kind, Kind::Share | Kind::Mean | Kind::Index)
    }
}

/// Indicators of the city, in order of [`INDICATORS`].
pub fn city_indicators() -> impl Iterator<Item = &'static Indicator> {
    INDICATORS.iter().filter(|i| i.in_city())
}

/// Indicators of neighbourhoods, in order of [`INDICATORS`].
pub fn neighbourhood_indicators() -> impl Iterator<Item = &'static Indicator> {
    INDICATORS.iter().filter(|i| i.in_neighbourhoods())
}

/// The indicator called `id`.
pub fn indicator(id: &str) -> Option<&'static Indicator> {
    INDICATORS.iter().find(|i| i.id == id)
}

/// Where definitions and mechanisms come from: `KEY: "English", "Nederlands";`.
macro_rules! sources {
    ($($key:ident: $en:literal, $nl:literal;)*) => {
        mod sources {
            use super::super::Words;
            $(pub(super) const $key: Words = Words { en: $en, nl: $nl };)*
        }
    };
}

/// `id: unit, kind, scope, grade, source, en "title", "about", nl "titel", "uitleg", how value [, guarded];`
macro_rules! indicators {
    (@) => { false };
    (@ guarded) => { true };
    ($($id:ident: $unit:ident, $kind:ident, $scope:ident, $grade:ident, $source:ident,
        en $en:literal, $en_about:literal, nl $nl:literal, $nl_about:literal, $how:ident $value:expr $(, $guarded:ident)?;)*) => {
        /// The indicators of this file, in order.
        pub(super) const LIST: &[Indicator] = &[$(Indicator {
            id: stringify!($id),
            unit: Unit::$unit,
            kind: Kind::$kind,
            scope: Scope::$scope,
            grade: Grade::$grade,
            source: sources::$source,
            title: Words { en: $en, nl: $nl },
            about: Words { en: $en_about, nl: $nl_about },
            value: Value::$how($value),
            guarded: indicators!(@ $($guarded)?),
            challenge: None,
        },)*];
    };
}

mod ageing;
mod climate;
mod crime;
mod diversity;
mod living;
mod neighbourhoods;
mod shared;

/// Every indicator, in the order of the report and of the columns.
pub static INDICATORS: LazyLock<Vec<Indicator>> = LazyLock::new(|| {
    let always = [living::LIST, shared::LIST].concat().into_iter();
    let of_challenges = [
        (Challenge::Neighbourhoods, neighbourhoods::LIST),
        (Challenge::Diversity, diversity::LIST),
        (Challenge::Ageing, ageing::LIST),
        (Challenge::Crime, crime::LIST),
        (Challenge::Climate, climate::LIST),
    ];
    let belongs =
        |(c, list): (Challenge, &'static [Indicator])| list.iter().map(move |i| Indicator { challenge: Some(c), ..*i });
    always.chain(of_challenges.into_iter().flat_map(belongs)).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_columns_with_the_suffix_of_their_unit() {
        for (i, indicator) in INDICATORS.iter().enumerate() {
            let id = indicator.id;
            assert!(id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{id}");
            assert!(INDICATORS[i + 1..].iter().all(|other| other.id != id), "{id} twice");
            let suffix = match indicator.unit {
                Unit::Share => "_share",
                Unit::Index => "_index",
                Unit::Years => "_y",
                Unit::Days => "_d",
                Unit::Millimetres => "_mm",
                Unit::EurPerMonth => "_eur_m",
                Unit::ThousandEur => "_keur",
                Unit::Moves => "_moves",
                _ => "",
            };
            assert!(id.ends_with(suffix), "{id} should end in {suffix}");
            for words in [indicator.title, indicator.about] {
                assert!(!words.en.is_empty() && !words.nl.is_empty());
            }
        }
    }

    #[test]
    fn what_needs_all_neighbourhoods_is_measured_for_the_city_alone() {
        for indicator in INDICATORS.iter() {
            if matches!(indicator.value, Value::Across(_)) {
                assert_eq!(indicator.scope, Scope::City, "{}", indicator.id);
            }
        }
    }
}
