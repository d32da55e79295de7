//! What can happen: heat waves, cloudbursts, breaches. They come from three sides: the scenario ([`Agenda`]), orders
//! (levers [`EVENT_HEAT_WAVE`] and the like: [`EVENTS`], so that a planner can set one off in the live city), and the weather
//! ([`super::weather`]).

use bevy::prelude::*;

use crate::city::area::Cadastre;
use crate::sim::{Area, Month, Order};

/// Lever that sets off a heat wave of five days; its value is the peak, °C.
pub const EVENT_HEAT_WAVE: &str = "event_heat_wave";
/// Lever that sets off a cloudburst of an hour; its value is what falls, mm.
pub const EVENT_CLOUDBURST: &str = "event_cloudburst";
/// Lever that sets off a rain of two days; its value is what falls, mm.
pub const EVENT_LONG_RAIN: &str = "event_long_rain";
/// Lever that breaks the dike; its value is how wide the gap may grow, m.
pub const EVENT_BREACH: &str = "event_breach";

/// Every lever that sets something off.
pub const EVENTS: [&str; 4] = [EVENT_HEAT_WAVE, EVENT_CLOUDBURST, EVENT_LONG_RAIN, EVENT_BREACH];

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hazard {
    /// Days of heat.
    HeatWave {
        /// How many.
        days: u32,
        /// Greatest temperature at the station, °C.
        peak_c: f64,
    },
    /// Rain.
    Cloudburst {
        /// How much falls, mm.
        mm: f64,
        /// In how many hours.
        hours: f64,
        /// False if the power fails: sewers and pumps stand still.
        power: bool,
    },
    /// The dike breaks.
    Breach {
        /// Greatest width of the gap, m.
        width_m: f64,
        /// Level of the river, m NAP; `None` = two metres above its usual one.
        level_m: Option<f64>,
    },
}

/// What happens, when and where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Month.
    pub month: Month,
    /// Day of the month, from 1.
    pub day: u8,
    /// What.
    pub hazard: Hazard,
    /// Neighbourhood at its centre; `None` = the whole city (a breach: the middle of the dike).
    pub place: Option<u16>,
}

/// The events that a scenario asks for, in order of time.
#[derive(Resource, Debug, Clone, PartialEq, Default)]
pub struct Agenda(pub Vec<Event>);

impl Agenda {
    /// Those of `month`.
    pub fn of(&self, month: Month) -> impl Iterator<Item = Event> + '_ {
        self.0.iter().copied().filter(move |event| event.month == month)
    }
}

/// The event that `order` sets off in `month`, if it sets one off.
pub fn ordered(order: &Order, month: Month, cadastre: &Cadastre) -> Option<Event> {
    if order.value <= 0.0 {
        return None;
    }
    if order.area == Area::Places(Vec::new()) {
        return None;
    }
    let hazard = match order.lever.as_str() {
        EVENT_HEAT_WAVE => Hazard::HeatWave { days: 5, peak_c: order.value },
        EVENT_CLOUDBURST => Hazard::Cloudburst { mm: order.value, hours: 1.0, power: true },
        EVENT_LONG_RAIN => Hazard::Cloudburst { mm: order.value, hours: 48.0, power: true },
        EVENT_BREACH => Hazard::Breach { width_m: order.value, level_m: None },
        _ => return None,
    };
    Some(Event { month, day: 15, hazard, place: cadastre.first(&order.area).map(|n| n as u16) })
}
