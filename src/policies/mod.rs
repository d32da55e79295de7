//! The levers: what planners can change while a city runs.
//!
//! A lever is one file here and one line in [`LEVERS`]. The command line (`--set`, `waterbed list levers`), scenario
//! files, the viewer's sliders, sweep axes and the generated documentation all follow from that list. A lever does
//! nothing by itself: each month [`Controls`] says how it is set in each neighbourhood, and the challenges read that.
//!
//! Costs are per unit of the lever and grade A unless the lever says otherwise: orders of magnitude to weigh measures
//! against each other, not a budget. What a unit of a share is for (older people, rented homes, residents): [`crate::scenario::costs`].
//!
//! | Plugin | What it does |
//! |---|---|
//! | [`PoliciesPlugin`] | keeps [`Controls`] up to date with the orders given |

mod affordable_quota;
mod allocation_rule;
mod allocation_seniors_first;
mod anti_discrimination;
mod bibob_refusals;
mod build;
mod care_capacity;
mod care_worker_homes;
mod controls;
mod cool_roofs;
mod debt_help;
mod dike_height;
mod drains;
mod event_breach;
mod event_cloudburst;
mod event_heat_wave;
mod event_long_rain;
mod fall_prevention;
mod family_support;
mod focused_deterrence;
mod heat_plan;
mod individual_approach;
mod landlord_licensing;
mod language_courses;
mod liaison_officers;
mod lighting;
mod maintenance;
mod meeting_places;
mod mixed_generation_housing;
mod neighbourhood_care;
mod neighbourhood_police;
mod office_conversion;
mod overcrowding_alternatives;
mod overcrowding_enforcement;
mod pavements;
mod placebo;
mod placemaking;
mod premises_closure;
mod premises_rehousing;
mod programme;
mod programme_budget;
mod public_transport_access;
mod pumps;
mod resident_networks;
mod restructuring;
mod school_job_programme;
mod senior_homes;
mod senior_housing_clustered;
mod senior_housing_dispersed;
mod shelter;
mod social_share_new;
mod spreading;
mod street_coaches;
mod trees;
mod unpaving;
mod water_squares;
mod youth_work;

pub use controls::{Controls, Local, PoliciesPlugin};

use crate::city::area::Stock;
use crate::sim::Grade;

/// On what a lever acts, and so what it does where it holds in a part of a neighbourhood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acts {
    /// On the ground, the streets and the building sites of exactly its cells.
    Ground,
    /// On the homes in exactly its cells.
    Homes,
    /// On who lives in exactly its cells. What is counted by neighbourhood (hours of care) follows their share of its homes.
    Residents,
    /// On a neighbourhood as a whole, as much as the share of its homes that lie in its cells. What is counted (officers)
    /// comes in full.
    Neighbourhood,
    /// On the city as a whole, by its mean over neighbourhoods or residents; in a part of a neighbourhood as much as the
    /// share of the homes.
    City,
    /// A rule of the whole city, of which there cannot be a part.
    Rule,
    /// Sets something off, around the first place of its area.
    Event,
}

impl Acts {
    /// By what the share of a neighbourhood is measured that lies in an area.
    pub fn stock(self) -> Stock {
        if self == Acts::Ground { Stock::Land } else { Stock::Homes }
    }

    /// What it does where it holds in a part of a neighbourhood, in English.
    pub fn in_part_en(self) -> &'static str {
        match self {
            Acts::Ground => "ground, streets and sites of exactly its cells",
            Acts::Homes => "homes in exactly its cells",
            Acts::Residents => "who lives in exactly its cells",
            Acts::Neighbourhood => "the neighbourhood, by the share of its homes in the cells",
            Acts::City => "the city, by the share of the homes in the cells",
            Acts::Rule => "the whole city",
            Acts::Event => "an event around the first of its cells",
        }
    }
}

/// Who decides on a lever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// The municipality.
    Municipality,
    /// The national government.
    State,
    /// The police.
    Police,
    /// Housing associations.
    HousingAssociations,
    /// The water board.
    WaterBoard,
    /// Nobody: the lever exists for tests.
    Nobody,
}

/// Something that planners can set.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Lever {
    /// Name in orders, files and options.
    pub id: &'static str,
    /// Unit of the value.
    pub unit: &'static str,
    /// Lowest value.
    pub min: f64,
    /// Highest value.
    pub max: f64,
    /// Value while nobody touches it.
    pub default: f64,
    /// True if a value for the city is divided over the neighbourhoods (homes), false if it holds in each (a share).
    pub divided: bool,
    /// On what it acts.
    pub acts: Acts,
    /// Cost of setting it, once, € per unit: of a share, for all that it acts on in a city of 100,000 residents
    /// ([`crate::scenario::costs`]).
    pub cost_once_eur: f64,
    /// Cost of keeping it, € per unit per year.
    pub cost_yearly_eur: f64,
    /// Months from the decision to the first effect. An order counts from its month; this much earlier it must have
    /// been decided.
    pub lead_time_months: u32,
    /// Who decides.
    pub authority: Authority,
    /// Who bears the burden.
    pub borne_by: &'static str,
    /// How well founded the effect is.
    pub grade: Grade,
    /// Where it comes from.
    pub source: &'static str,
    /// What it does, in English.
    pub what_en: &'static str,
    /// What it does, in Dutch.
    pub what_nl: &'static str,
}

/// Every lever, in the order in which it is shown.
pub const LEVERS: &[Lever] = &[
    build::LEVER,
    senior_homes::LEVER,
    social_share_new::LEVER,
    affordable_quota::LEVER,
    office_conversion::LEVER,
    allocation_seniors_first::LEVER,
    spreading::LEVER,
    placemaking::LEVER,
    maintenance::LEVER,
    programme::LEVER,
    programme_budget::LEVER,
    allocation_rule::LEVER,
    resident_networks::LEVER,
    restructuring::LEVER,
    language_courses::LEVER,
    meeting_places::LEVER,
    liaison_officers::LEVER,
    anti_discrimination::LEVER,
    mixed_generation_housing::LEVER,
    family_support::LEVER,
    debt_help::LEVER,
    trees::LEVER,
    unpaving::LEVER,
    cool_roofs::LEVER,
    water_squares::LEVER,
    drains::LEVER,
    pumps::LEVER,
    dike_height::LEVER,
    heat_plan::LEVER,
    event_heat_wave::LEVER,
    event_cloudburst::LEVER,
    event_long_rain::LEVER,
    event_breach::LEVER,
    senior_housing_clustered::LEVER,
    senior_housing_dispersed::LEVER,
    care_capacity::LEVER,
    care_worker_homes::LEVER,
    fall_prevention::LEVER,
    pavements::LEVER,
    neighbourhood_care::LEVER,
    public_transport_access::LEVER,
    neighbourhood_police::LEVER,
    street_coaches::LEVER,
    individual_approach::LEVER,
    focused_deterrence::LEVER,
    premises_closure::LEVER,
    premises_rehousing::LEVER,
    bibob_refusals::LEVER,
    lighting::LEVER,
    youth_work::LEVER,
    school_job_programme::LEVER,
    overcrowding_enforcement::LEVER,
    overcrowding_alternatives::LEVER,
    shelter::LEVER,
    landlord_licensing::LEVER,
    placebo::LEVER,
];

/// The lever called `id`.
pub fn lever(id: &str) -> Option<&'static Lever> {
    LEVERS.iter().find(|lever| lever.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levers_are_sound() {
        for (i, lever) in LEVERS.iter().enumerate() {
            assert!(LEVERS[..i].iter().all(|other| other.id != lever.id), "{} is there twice", lever.id);
            assert!(lever.id.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", lever.id);
            assert!(lever.min < lever.max && (lever.min..=lever.max).contains(&lever.default), "{}", lever.id);
            assert!(lever.cost_once_eur >= 0.0 && lever.cost_yearly_eur >= 0.0, "{}", lever.id);
            for text in [lever.unit, lever.borne_by, lever.source, lever.what_en, lever.what_nl] {
                assert!(!text.trim().is_empty(), "{} lacks a text", lever.id);
            }
            assert!(lever.what_en.ends_with('.') && lever.what_nl.ends_with('.'), "{}", lever.id);
        }
    }
}
