//! Layers: what the colours of the blocks mean.
//!
//! Two layers are about homes ([`Kind::Tenure`], [`Kind::Vacancy`]), six about the ground in the last flood and heat wave
//! ([`Kind::Hazard`]), one about moves ([`Kind::Moves`], arcs over pale buildings); all others are indicators of neighbourhoods.
//! Colours are told apart by colour-blind readers: viridis for amounts, and a legend that names every class.

use super::words;
use crate::challenges::climate::Quantity;
use crate::city::Tenure;
use crate::city::map::Palette;
use crate::indicators::{self, Frame, Indicator, Unit, neighbourhood_indicators};
use crate::report::Lang;

/// The layer shown first.
pub const FIRST: &str = "tenure";

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// Blocks without homes.
pub const NO_HOMES: Rgb = [222, 219, 212];
/// Blocks of which a value is not available.
pub const NOT_AVAILABLE: Rgb = [186, 186, 186];
/// Homes that stand empty.
pub const EMPTY_HOME: Rgb = [196, 78, 62];
/// Homes that are lived in.
pub const LIVED_IN: Rgb = [232, 214, 178];

/// What a layer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Tenure of most homes in a block.
    Tenure,
    /// Blocks with homes that stand empty.
    Vacancy,
    /// Moves between neighbourhoods, as arcs.
    Moves,
    /// The ground in the last flood or heat wave.
    Hazard(Quantity),
    /// Neighbourhood indicator, by its place in [`neighbourhood_indicators`].
    Indicator(usize),
}

/// A layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Name on the command line.
    pub id: &'static str,
    /// Title.
    pub title: &'static str,
    /// What it shows.
    pub kind: Kind,
}

/// Every layer, in the order of the list: homes first, then indicators.
pub fn layers() -> Vec<Layer> {
    let of_places = [
        Layer { id: "tenure", title: "Tenure", kind: Kind::Tenure },
        Layer { id: "vacancy", title: "Empty homes", kind: Kind::Vacancy },
        Layer { id: "moves", title: "Moves between neighbourhoods", kind: Kind::Moves },
        Layer { id: "flood.depth", title: "Last flood: depth", kind: Kind::Hazard(Quantity::Depth) },
        Layer { id: "flood.velocity", title: "Last flood: speed", kind: Kind::Hazard(Quantity::Speed) },
        Layer { id: "flood.arrival", title: "Last flood: when it came", kind: Kind::Hazard(Quantity::Arrival) },
        Layer { id: "heat.air", title: "Last heat wave: air", kind: Kind::Hazard(Quantity::Air) },
        Layer { id: "heat.surface", title: "Last heat wave: ground and roofs", kind: Kind::Hazard(Quantity::Surface) },
        Layer { id: "heat.pet", title: "Last heat wave: how hot it feels (PET)", kind: Kind::Hazard(Quantity::Pet) },
    ];
    let indicators = neighbourhood_indicators().enumerate();
    of_places
        .into_iter()
        .chain(indicators.map(|(at, i)| Layer { id: i.id, title: i.title.en, kind: Kind::Indicator(at) }))
        .collect()
}

/// The layer called `id`, or the nearest name.
pub fn find(layers: &[Layer], id: &str) -> Result<usize, &'static str> {
    let by_nearness = |layer: &&Layer| (1000.0 * strsim::jaro_winkler(layer.id, id)) as u32;
    layers
        .iter()
        .position(|layer| layer.id == id)
        .ok_or_else(|| layers.iter().max_by_key(by_nearness).map_or("tenure", |layer| layer.id))
}

/// Colour of a tenure.
pub fn tenure_colour(tenure: Tenure) -> Rgb {
    match tenure {
        Tenure::Owner => [229, 208, 160],
        Tenure::Social => [92, 138, 178],
        Tenure::Private => [214, 142, 96],
        Tenure::Senior => [112, 160, 136],
        Tenure::Room => [164, 122, 158],
    }
}

/// Name of a tenure.
pub fn tenure_title(tenure: Tenure) -> &'static str {
    match tenure {
        Tenure::Owner => "Owner-occupied",
        Tenure::Social => "Social rent",
        Tenure::Private => "Private rent",
        Tenure::Senior => "Senior housing",
        Tenure::Room => "Rooms",
    }
}

/// The range of values that the colours of an indicator cover. It only grows, so that a colour keeps its meaning while
/// the months go by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Value of the darkest colour.
    pub low: f32,
    /// Value of the lightest colour.
    pub high: f32,
}

impl Scale {
    /// Round bounds around the values there are.
    pub fn around(values: &[f32]) -> Scale {
        let known = values.iter().copied().filter(|v| v.is_finite());
        let (low, high) = known.fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        if low > high {
            return Scale { low: 0.0, high: 1.0 };
        }
        let step = round_step((high - low).max(high.abs() * 0.02).max(1e-6) / 5.0);
        let (low, high) = ((low / step + 1e-4).floor() * step, (high / step - 1e-4).ceil() * step);
        Scale { low, high: high.max(low + step) }
    }

    /// Covers what both cover.
    pub fn union(self, other: Scale) -> Scale {
        Scale { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// Colour of a value.
    pub fn colour(&self, value: f32) -> Rgb {
        if !value.is_finite() {
            return NOT_AVAILABLE;
        }
        colour_at((value - self.low) / (self.high - self.low))
    }
}

/// The largest difference, either way, that the colours of a difference reach, in round numbers.
pub fn difference_scale(differences: &[f32]) -> f32 {
    let most = differences.iter().filter(|v| v.is_finite()).fold(0.0_f32, |m, v| m.max(v.abs()));
    if most > 0.0 { round_step(most) } else { 0.0 }
}

/// Colour of a difference on a scale up to `most`.
pub fn difference_colour(difference: f32, most: f32) -> Rgb {
    if !difference.is_finite() {
        return NOT_AVAILABLE;
    }
    let k = if most > 0.0 { difference / most } else { 0.0 };
    Palette::Diverging.at(0.5 + 0.5 * f64::from(k.clamp(-1.0, 1.0)))
}

/// Colour at `k` of the way along the scale, 0 to 1.
pub fn colour_at(k: f32) -> Rgb {
    Palette::Sequential.at(f64::from(k.clamp(0.0, 1.0)))
}

/// 1, 2 or 5 times a power of ten, at least `least`.
fn round_step(least: f32) -> f32 {
    let power = 10.0_f32.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= least * 0.999).unwrap_or(10.0 * power)
}

/// The indicator of a layer.
pub fn indicator_of(kind: Kind) -> Option<&'static Indicator> {
    match kind {
        Kind::Indicator(at) => neighbourhood_indicators().nth(at),
        _ => None,
    }
}

/// Headings of the list of layers, as keys of their words, in order.
pub const THEMES: [&str; 8] = [
    "theme_homes",
    "theme_moves",
    "theme_hazards",
    "theme_liveability",
    "theme_safety",
    "theme_together",
    "theme_care",
    "theme_people",
];

/// The heading under which a layer is found.
pub fn theme(layer: &Layer) -> &'static str {
    let is = |words: &[&str]| words.iter().any(|word| layer.id.contains(word));
    match indicator_of(layer.kind) {
        None => match layer.kind {
            Kind::Hazard(_) => "theme_hazards",
            Kind::Moves => "theme_moves",
            _ => "theme_homes",
        },
        Some(_) if is(&["flood", "heat"]) => "theme_hazards",
        Some(_) if is(&["liveability"]) => "theme_liveability",
        Some(indicator) if indicator.guarded || is(&["disorder", "unsafe", "police", "victim", "eyes_on"]) => {
            "theme_safety"
        }
        Some(_) if is(&["elders", "care", "age_complaints"]) => "theme_care",
        Some(_) if is(&["home", "vacant", "rent", "overcrowded"]) => "theme_homes",
        Some(_)
            if is(&[
                "friction",
                "trust",
                "anomie",
                "diversity",
                "efficacy",
                "speaks",
                "turnover",
                "programme",
                "liveliness",
            ]) =>
        {
            "theme_together"
        }
        Some(_) => "theme_people",
    }
}

/// True for what tells of origin, newcomers or language, which is never shown beside offending or crisis.
pub fn is_of_groups(indicator: &Indicator) -> bool {
    ["origin", "newcomer", "language"].iter().any(|word| indicator.id.contains(word))
}

/// A value in the unit of its indicator, as people write it.
pub fn value_text(lang: Lang, indicator: &Indicator, value: f64) -> String {
    if !value.is_finite() {
        return words::say(lang, "not_available").into();
    }
    let text = match (indicator.unit, indicator.kind) {
        (Unit::Share, _) => format!("{:.1} %", 100.0 * value),
        (Unit::EurPerMonth, _) => format!("€ {}", thousands(value.round() as i64)),
        (Unit::ThousandEur, _) => format!("€ {} 000", thousands(value.round() as i64)),
        (Unit::PerThousandYear, _) => format!("{value:.1}"),
        (_, indicators::Kind::Stock | indicators::Kind::Flow) => thousands(value.round() as i64),
        (Unit::Index, _) => format!("{value:.2}"),
        (Unit::Years, _) => format!("{value:.1} {}", words::say(lang, "unit_years")),
        (Unit::PeoplePerHousehold | Unit::Moves, _) => format!("{value:.1}"),
        _ => format!("{value:.1} {}", indicator.unit.symbol()),
    };
    decimal(lang, text)
}

/// A number with the sign for decimals that people are used to, and a minus sign.
pub fn decimal(lang: Lang, text: String) -> String {
    let text = text.replace('-', "−");
    match lang {
        Lang::En => text,
        Lang::Nl => text.replace('.', ","),
    }
}

/// A number with spaces between thousands.
pub fn thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::from(if n < 0 { "−" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Homes of one block, as a frame has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Homes {
    /// Homes by tenure, in the order of [`Tenure::ALL`].
    pub by_tenure: [u32; 5],
    /// Homes that stand empty.
    pub empty: u32,
}

impl Homes {
    /// Counts a home, given its byte in [`Frame::dwellings`].
    pub fn count(&mut self, byte: u8) {
        if byte == Frame::EMPTY_SLOT {
            return;
        }
        self.empty += u32::from(byte < Frame::INHABITED);
        if let Some(n) = self.by_tenure.get_mut(usize::from(byte % Frame::INHABITED)) {
            *n += 1;
        }
    }

    /// Colour in the layer of tenures: that of most homes, the first of equals.
    pub fn tenure_colour(&self) -> Rgb {
        let mut most = (0, NO_HOMES);
        for (n, tenure) in self.by_tenure.into_iter().zip(Tenure::ALL) {
            if n > most.0 {
                most = (n, tenure_colour(tenure));
            }
        }
        most.1
    }

    /// Colour in the layer of empty homes: from lived in to empty by share.
    pub fn vacancy_colour(&self) -> Rgb {
        let n: u32 = self.by_tenure.iter().sum();
        if n == 0 {
            return NO_HOMES;
        }
        // A single empty flat in a block is to be seen, too.
        let k = (self.empty as f32 / n as f32).sqrt();
        std::array::from_fn(|i| {
            (f32::from(LIVED_IN[i]) + k * (f32::from(EMPTY_HOME[i]) - f32::from(LIVED_IN[i]))).round() as u8
        })
    }
}
