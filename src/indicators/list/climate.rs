//! Water and heat.

use super::{Indicator, Kind, Published, Scope, Unit, Value, Words};
use crate::challenges::climate::Hazard;
use crate::challenges::shared::Outcome;
use crate::sim::Grade;

sources! {
    WEATHER: "the scenario, its planners, or chance (docs/challenges/climate.md)", "het scenario, de planners of het toeval (docs/challenges/climate.md)";
    WATER: "flood solver on the ground raster; damage curve of the JRC (Huizinga et al. 2017), limits of depth assumed", "overstromingsmodel op het grondraster; schadecurve van het JRC (Huizinga e.a. 2017), dieptegrenzen aangenomen";
    DROWN: "mortality functions of Jonkman (2007), people at home", "slachtofferfuncties van Jonkman (2007), mensen thuis";
    HEAT: "energy balance of the city and mortality by temperature (Huynen et al. 2001; CBS 2006)", "energiebalans van de stad en sterfte naar temperatuur (Huynen e.a. 2001; CBS 2006)";
    CALLS: "rates of falls and ambulance calls, rise in heat assumed", "aantallen valpartijen en ambulanceritten, stijging bij hitte aangenomen";
}

indicators! {
    flooded_homes: Homes, Flow, Both, A, WATER,
        en "Flooded homes", "Homes that water came into during the month.",
        nl "Ondergelopen woningen", "Woningen waar in de maand water binnenkwam.",
        Outcome Outcome::FloodedHomes;
    flood_displaced_households: Households, Flow, Both, A, WATER,
        en "Households displaced by water", "Households that had to leave their home because of water during the month.",
        nl "Huishoudens verdreven door water", "Huishoudens die in de maand hun woning uit moesten door water.",
        Outcome Outcome::FloodDisplaced;
    flood_damage_keur: ThousandEur, Flow, Both, A, WATER,
        en "Damage by water", "Damage to homes and what is in them by water during the month.",
        nl "Waterschade", "Schade aan woningen en inboedel door water in de maand.",
        Outcome Outcome::FloodDamage;
    flood_deaths: People, Flow, Both, A, DROWN,
        en "Drowned", "Residents who died in a flood during the month.",
        nl "Verdronken", "Inwoners die in de maand bij een overstroming omkwamen.",
        Outcome Outcome::FloodDeaths;
    heat_deaths: People, Flow, Both, A, HEAT,
        en "Deaths by heat", "Deaths in the month on top of those without a heat wave.",
        nl "Sterfte door hitte", "Sterfgevallen in de maand boven op die zonder hittegolf.",
        Outcome Outcome::HeatDeaths;
    heat_falls: Events, Flow, City, A, CALLS,
        en "Falls in the heat", "Falls of residents of 65 and over, seen at an emergency department, that heat waves added in the month.",
        nl "Valpartijen door hitte", "Valpartijen van 65-plussers op de spoedeisende hulp die hittegolven in de maand toevoegden.",
        Outcome Outcome::HeatFalls;
    heat_calls: Events, Flow, City, A, CALLS,
        en "Ambulance calls in the heat", "Ambulance calls that heat waves added in the month.",
        nl "Ambulanceritten door hitte", "Ambulanceritten die hittegolven in de maand toevoegden.",
        Outcome Outcome::HeatCalls;
    heat_wave_d: Days, Flow, City, A, WEATHER,
        en "Days of heat waves", "Days of heat waves in the month.",
        nl "Dagen met een hittegolf", "Dagen met een hittegolf in de maand.",
        Published |p, _, _| of_events(p, |hazard| match hazard { Hazard::HeatWave { days, .. } => f64::from(days), _ => 0.0 });
    extreme_rain_mm: Millimetres, Flow, City, A, WEATHER,
        en "Extreme rain", "Rain of cloudbursts in the month; other rain is not in the model.",
        nl "Extreme regen", "Regen van hoosbuien in de maand; andere regen zit niet in het model.",
        Published |p, _, _| of_events(p, |hazard| match hazard { Hazard::Cloudburst { mm, .. } => mm, _ => 0.0 });
    dike_breaches: Events, Flow, City, A, WEATHER,
        en "Breaches", "Breaches of the dike in the month.",
        nl "Dijkdoorbraken", "Doorbraken van de dijk in de maand.",
        Published |p, _, _| of_events(p, |hazard| f64::from(u8::from(matches!(hazard, Hazard::Breach { .. }))));
}

/// Adds up something of the month's events.
fn of_events(published: Published, size: fn(Hazard) -> f64) -> Option<f64> {
    Some(published.episodes?.events.iter().map(|event| size(event.hazard)).sum())
}
