//! What happened this month: counts that the month's systems add to, the accounts of people and homes are checked
//! against, and the recorder writes.

use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};

macro_rules! tally {
    ($($(#[$doc:meta])* $field:ident,)*) => {
        /// Counts of one month, for the city and for each neighbourhood.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct Counts {
            $($(#[$doc])* pub $field: u32,)*
        }

        impl Counts {
            /// Names, in order.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($field),)*];

            /// Values in order of [`Self::NAMES`].
            pub fn values(&self) -> Vec<u32> {
                vec![$(self.$field,)*]
            }

            /// Adds `other`.
            pub fn add(&mut self, other: &Counts) {
                $(self.$field += other.$field;)*
            }
        }
    };
}

tally! {
    /// Children born.
    births,
    /// People who died.
    deaths,
    /// People who came from abroad.
    immigrants,
    /// People who left for abroad.
    emigrants,
    /// People who came from elsewhere in the country.
    domestic_arrivals,
    /// People who left for elsewhere in the country.
    domestic_departures,
    /// Households that moved within the city, by destination.
    moves_within,
    /// Young people who left their parents' home for one of their own.
    left_home,
    /// Sum of their ages, whole years.
    left_home_age_y,
    /// Couples that moved in together.
    unions,
    /// Couples that separated.
    separations,
    /// Households that lost their home by eviction or closure.
    evictions,
    /// Social homes allotted.
    allotted,
    /// How long their new tenants had been registered for social rent, months in all.
    allotted_months,
    /// Homes built.
    homes_built,
    /// Homes demolished or taken out of use.
    homes_lost,
}

impl Counts {
    /// Somebody of `age_y` leaves the parental home.
    pub fn leave_home(&mut self, age_y: u32) {
        self.left_home += 1;
        self.left_home_age_y += age_y;
    }
}

/// A household's move between neighbourhoods, for flow maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Neighbourhood left, or `u16::MAX` for outside the city or without a home.
    pub from: u16,
    /// Neighbourhood moved to, or `u16::MAX` for outside the city.
    pub to: u16,
    /// People who moved.
    pub people: u8,
}

/// What happened this month.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// The whole city.
    pub city: Counts,
    /// Each neighbourhood; events of people without a home count in the city alone.
    pub neighbourhoods: Vec<Counts>,
    /// Moves, in order of household key.
    pub moves: Vec<Move>,
}

impl Tally {
    /// An empty tally for `n` neighbourhoods.
    pub fn new(n: usize) -> Tally {
        Tally { neighbourhoods: vec![Counts::default(); n], ..Tally::default() }
    }

    /// Empties the tally for a new month.
    pub fn clear(&mut self) {
        self.city = Counts::default();
        self.neighbourhoods.fill(Counts::default());
        self.moves.clear();
    }

    /// Counts something in the city and, if there is one, in a neighbourhood.
    pub fn count(&mut self, neighbourhood: Option<usize>, add: impl Fn(&mut Counts)) {
        add(&mut self.city);
        if let Some(counts) = neighbourhood.and_then(|n| self.neighbourhoods.get_mut(n)) {
            add(counts);
        }
    }
}
