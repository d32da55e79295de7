//! What is compared, read from the tables of a year and counted in a simulation.

use std::collections::BTreeSet;

use crate::city::import::fields::Field;
use crate::city::import::figures::{Codes, Figures, read};
use crate::city::import::sources::Opener;
use crate::city::import::{Format, ImportConfig, ImportError};
use crate::indicators::Words;
use crate::indicators::counts::Facts;

/// A quantity that is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// Name in files.
    pub id: &'static str,
    /// Name for people.
    pub name: Words,
    /// Unit for people.
    pub unit: Words,
    /// What to multiply by for that unit.
    pub factor: f64,
    /// Decimals in that unit.
    pub decimals: usize,
}

const fn words(en: &'static str, nl: &'static str) -> Words {
    Words { en, nl }
}

const fn age(id: &'static str, en: &'static str, nl: &'static str) -> Quantity {
    Quantity { id, name: words(en, nl), unit: words("% of residents", "% van de inwoners"), factor: 100.0, decimals: 2 }
}

/// Number of quantities.
pub const N_QUANTITIES: usize = 8;

/// Everything that is compared. Residents come first: they are the weights of the rest.
pub const QUANTITIES: [Quantity; N_QUANTITIES] = [
    Quantity {
        id: "residents",
        name: words("Residents", "Inwoners"),
        unit: words("people", "personen"),
        factor: 1.0,
        decimals: 0,
    },
    age("share_0_14", "Aged 0–14", "0–14 jaar"),
    age("share_15_24", "Aged 15–24", "15–24 jaar"),
    age("share_25_44", "Aged 25–44", "25–44 jaar"),
    age("share_45_64", "Aged 45–64", "45–64 jaar"),
    age("share_65", "Aged 65 and over", "65 jaar en ouder"),
    Quantity {
        id: "household_size",
        name: words("Persons per household", "Personen per huishouden"),
        unit: words("persons", "personen"),
        factor: 1.0,
        decimals: 3,
    },
    Quantity {
        id: "home_value_keur",
        name: words("Mean home value (WOZ)", "Gemiddelde WOZ-waarde"),
        unit: words("thousand €", "duizend €"),
        factor: 1.0,
        decimals: 1,
    },
];

/// Values of one area, in the order of [`QUANTITIES`]; shares 0–1, home values in thousands of €.
pub type Values = [Option<f64>; N_QUANTITIES];

const AGES: [Field; 5] = [Field::Age0, Field::Age15, Field::Age25, Field::Age45, Field::Age65];

/// Means of an area stand for it if its parts with a value hold this share of its residents (A).
const LEAST_COVERED: f64 = 0.9;

/// The tables of one year, in its own codes.
pub(super) struct Division {
    figures: Figures,
}

impl Division {
    /// Reads the tables of `config` without any crosswalk.
    pub(super) fn read(config: &ImportConfig, opener: &mut Opener) -> Result<Division, ImportError> {
        Ok(Division { figures: read(config, &Codes::default(), opener)? })
    }

    /// Codes of the neighbourhoods that have a number of residents: tables of other years may be in other codes.
    pub(super) fn codes(&self) -> BTreeSet<String> {
        let counted = |code: &&str| self.figures.get(code, Field::Residents).is_some();
        self.figures.neighbourhoods().filter(counted).map(String::from).collect()
    }

    /// Values of the neighbourhoods `codes` together.
    pub(super) fn values(&self, codes: &[String]) -> Values {
        let get = |code: &String, field| self.figures.get(code, field);
        let of = |code: &String| get(code, Field::Residents).unwrap_or(0.0);
        let residents: f64 = codes.iter().map(of).sum();
        let mut out = [None; N_QUANTITIES];
        // The sum of no areas is −0.
        out[0] = Some(residents.abs());
        if residents <= 0.0 {
            return out;
        }
        let enough = |covered: f64| covered >= LEAST_COVERED * residents;

        // Ages are rounded to fives one by one: shares are of their own sum.
        let mut ages = [0.0; 5];
        let mut covered = 0.0;
        for code in codes {
            if AGES.iter().all(|field| get(code, *field).is_some()) {
                covered += of(code);
                AGES.iter().zip(&mut ages).for_each(|(field, sum)| *sum += get(code, *field).unwrap_or(0.0));
            }
        }
        let total: f64 = ages.iter().sum();
        if enough(covered) && total > 0.0 {
            ages.iter().enumerate().for_each(|(i, n)| out[1 + i] = Some(n / total));
        }

        let (mut covered, mut households) = (0.0, 0.0);
        for code in codes {
            if let Some(size) = get(code, Field::HouseholdSize).filter(|s| *s >= 1.0) {
                covered += of(code);
                households += of(code) / size;
            }
        }
        if enough(covered) && households > 0.0 {
            out[6] = Some(covered / households);
        }

        let (mut covered, mut value) = (0.0, 0.0);
        for code in codes {
            if let Some(keur) = get(code, Field::HomeValue).filter(|v| *v > 0.0) {
                covered += of(code);
                value += of(code) * keur;
            }
        }
        if enough(covered) && covered > 0.0 {
            out[7] = Some(value / covered);
        }
        out
    }
}

/// Pairs of an old and a new code that the recipe's crosswalk names.
pub(super) fn pairs(config: &ImportConfig, opener: &mut Opener) -> Result<Vec<(String, String)>, ImportError> {
    let Some(crosswalk) = &config.crosswalk else { return Ok(Vec::new()) };
    let mut pairs = Vec::new();
    let by_hand: BTreeSet<&String> = crosswalk.groups.iter().flat_map(|g| &g.from).collect();
    if let Some(file) = &crosswalk.file {
        let table = opener.table(file, Format::Csv, "crosswalk of codes")?;
        let (from, to) = (table.require(&crosswalk.from)?, table.require(&crosswalk.to)?);
        // As in the importer, what is matched by hand goes before the file.
        let rows =
            table.rows.iter().filter(|r| !r[from].is_empty() && !r[to].is_empty() && !by_hand.contains(&r[from]));
        pairs.extend(rows.map(|row| (row[from].clone(), row[to].clone())));
    }
    for group in &crosswalk.groups {
        for from in &group.from {
            pairs.extend(group.to.iter().map(|to| (from.clone(), to.clone())));
        }
    }
    Ok(pairs)
}

/// Values of an area of a simulation.
///
/// Registers count whoever lodges with others as a household of its own, but adult children at home with their parents:
/// `lodging` households of the first kind.
pub(super) fn of_facts(facts: &Facts, lodging: u64) -> Values {
    let ratio = |a: u64, b: u64| (b > 0).then(|| a as f64 / b as f64);
    let mut out = [None; N_QUANTITIES];
    out[0] = Some(facts.residents as f64);
    for (i, n) in facts.by_age.iter().enumerate() {
        out[1 + i] = ratio(*n, facts.residents);
    }
    out[6] = ratio(facts.residents, facts.households + lodging);
    out[7] = ratio(facts.value_eur.iter().sum(), 1000 * facts.homes);
    out
}
