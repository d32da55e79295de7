//! The states of neighbourhoods that several challenges share.

use super::{Indicator, Kind, Scope, Unit, Value, Words};
use crate::challenges::shared::State;
use crate::sim::Grade;

sources! {
    SHARED: "counted from the people and homes in the model (models of the challenges, §0.6)", "geteld uit de mensen en woningen in het model (modellen van de uitdagingen, §0.6)";
}

indicators! {
    turnover_share: Share, Share, Both, A, SHARED,
        en "Moved in during the past year", "Share of households that moved into their home during the past twelve months.",
        nl "Afgelopen jaar komen wonen", "Deel van de huishoudens dat in de afgelopen twaalf maanden in de woning is getrokken.",
        State State::Turnover;
    disadvantage_share: Share, Share, Both, A, SHARED,
        en "Disadvantage", "Mean of three shares: households with a low income, unemployed people, adults with problem debt.",
        nl "Achterstand", "Gemiddelde van drie aandelen: huishoudens met een laag inkomen, werklozen, volwassenen met problematische schulden.",
        State State::Disadvantage;
}
