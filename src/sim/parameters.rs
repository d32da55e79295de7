//! Parameters with a pedigree: value, unit, range, grade and source stand in one place, in the code that uses them.

use serde::{Deserialize, Serialize};

/// How well a number is founded (models.md §0.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// In the report *Veilige stad*, section given.
    R,
    /// Literature or statistics, found and read.
    L,
    /// A well-known published value, quoted from memory.
    M,
    /// An assumption, to be calibrated or swept, never to be presented as fact.
    A,
}

/// What is known about a parameter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParameterInfo {
    /// Full name, `group.name`.
    pub id: &'static str,
    /// Default value.
    pub default: f64,
    /// Lowest value allowed.
    pub min: f64,
    /// Highest value allowed.
    pub max: f64,
    /// Unit.
    pub unit: &'static str,
    /// How well founded.
    pub grade: Grade,
    /// Where it comes from.
    pub source: &'static str,
    /// What it is.
    pub what: &'static str,
}

/// Declares a group of parameters: a struct of `f64` fields with defaults, and the list of what is known about each.
///
/// ```ignore
/// parameters! {
///     /// Births, deaths and households.
///     pub struct DemographyParameters in "demography" {
///         fertility_total: 1.4, 0.0..=8.0, "children per woman", M, "CBS 2023", "Total fertility rate";
///     }
/// }
/// ```
#[macro_export]
macro_rules! parameters {
    ($(#[$doc:meta])* pub struct $name:ident in $group:literal {
        $($field:ident: $default:expr, $min:literal ..= $max:literal, $unit:literal, $grade:ident, $source:literal, $what:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(bevy::prelude::Resource, Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $(#[doc = concat!($what, ". Unit: ", $unit, ". Grade ", stringify!($grade), ", ", $source, ".")] pub $field: f64,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $name {
            /// Name of the group, the part of a parameter's id before the dot.
            pub const GROUP: &'static str = $group;

            /// What is known about each parameter, in order of declaration.
            pub const LIST: &'static [$crate::sim::ParameterInfo] = &[$($crate::sim::ParameterInfo {
                id: concat!($group, ".", stringify!($field)),
                default: $default,
                min: $min,
                max: $max,
                unit: $unit,
                grade: $crate::sim::Grade::$grade,
                source: $source,
                what: $what,
            },)*];

            /// The parameter called `id` (`group.name`), to read or set.
            pub fn get_mut(&mut self, id: &str) -> Option<&mut f64> {
                match id {
                    $(concat!($group, ".", stringify!($field)) => Some(&mut self.$field),)*
                    _ => None,
                }
            }

            /// Values in order of [`Self::LIST`].
            pub fn values(&self) -> Vec<f64> {
                vec![$(self.$field,)*]
            }
        }
    };
}
