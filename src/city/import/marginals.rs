//! What the inhabitants of each neighbourhood must add up to, from the figures of the tables and, where these are
//! silent, from stated rules. Every use of a rule is counted in the report.
//!
//! | what | from | else |
//! |---|---|---|
//! | residents | table, rounded to fives; made to add up to the published total ([`super::counts`]) | |
//! | ages | table (counts, or percentages) | district, city, recipe |
//! | households | table; else residents ÷ household size | district, city; size by household types; recipe |
//! | household types | table (counts, or percentages) | district, city, recipe |
//! | tenure | owner and rent percentages; social share from associations' percentage | social share of rent in the recipe, falling with home value: `logit s = a − b ln(value / mean)`, `a` such that the city's share is the recipe's |
//! | home value, vacancy | table | district, city, recipe |
//! | income per household | income per inhabitant × persons per household; else per recipient, else standardised, scaled by the city's ratio | district, city; else recipe × (value / mean)^b |
//! | schooling | counts or percentages | high from its own count, the rest in the city's proportion; else recipe |
//! | origin groups | **never from data about groups**: see below | |
//!
//! **Origin.** If a table has the share `p` of residents with roots outside Europe, only its symmetric part enters: the
//! diversity level `d = 4 p (1 − p)`, which is the same for `p` and `1 − p` and so tells nothing about who is who. The
//! abstract groups get city-wide weights by keyed draws, and each neighbourhood the composition `∝ (w · noise)^t` whose
//! Simpson diversity is `0.95 d (1 − 1/n)` (grade A). Labels are exchangeable: no group is anybody (models.md E-2).

use super::config::{Fill, ImportConfig};
use super::counts::{households_by_type, reconcile, reconcile_bands, scale_bands};
use super::fields::Field;
use super::figures::{Figures, Level};
use super::report::{GapLog, Grade, ImportReport, TotalFit};
use crate::city::Marginals;
use crate::sim::draws::{Draws, Stream, mix};

const ORIGIN: Stream = Stream::named("import.origin");

const AGES: [Field; 5] = [Field::Age0, Field::Age15, Field::Age25, Field::Age45, Field::Age65];
const AGE_PCTS: [Field; 5] = [Field::AgePct0, Field::AgePct15, Field::AgePct25, Field::AgePct45, Field::AgePct65];
const TYPES: [Field; 3] = [Field::HhOne, Field::HhWithout, Field::HhWith];
const TYPE_PCTS: [Field; 3] = [Field::HhOnePct, Field::HhWithoutPct, Field::HhWithPct];
const EDUCATION: [Field; 3] = [Field::EduLow, Field::EduMiddle, Field::EduHigh];
const EDUCATION_PCTS: [Field; 3] = [Field::EduLowPct, Field::EduMiddlePct, Field::EduHighPct];

/// Share of the 65+ that is under 75 and so counts among the 15–74 year-olds (M: about 0.55 in the Netherlands).
const UNDER_75_OF_65: f64 = 0.55;

/// Persons in a household: of one person, of several without children, with children (A; with the shares of Amsterdam
/// 2025 they give 1.75 persons per household, where CBS has 1.8).
const SIZE_OF_TYPE: [f64; 3] = [1.0, 2.05, 3.3];

struct Maker<'a> {
    figures: &'a Figures,
    fill: &'a Fill,
    municipality: &'a str,
    gaps: GapLog,
}

/// Marginals of the neighbourhoods `codes`, in their order.
pub fn build(codes: &[String], figures: &Figures, config: &ImportConfig, report: &mut ImportReport) -> Vec<Marginals> {
    let mut maker = Maker { figures, fill: &config.fill, municipality: &config.municipality, gaps: GapLog::default() };
    let residents = maker.residents(codes, report);
    let ages = maker.ages(codes, &residents, report);
    let mut all: Vec<Marginals> = residents
        .iter()
        .zip(ages)
        .map(|(&residents, by_age)| Marginals { residents, by_age, ..Marginals::default() })
        .collect();
    let mut retyped = 0;
    for (code, m) in codes.iter().zip(&mut all) {
        retyped += maker.households(code, m);
        maker.values(code, m);
    }
    if retyped > 0 {
        report.note(format!(
            "{retyped} households changed type so that residents, children and household types are possible together"
        ));
    }
    maker.tenures(codes, &mut all);
    maker.incomes(codes, &mut all);
    for (code, m) in codes.iter().zip(&mut all) {
        maker.schooling(code, m);
    }
    maker.origins(codes, &mut all, Draws::at_start(config.seed));
    maker.fit(&all, report);
    report.add_gaps(maker.gaps);
    all
}

impl Maker<'_> {
    fn residents(&mut self, codes: &[String], report: &mut ImportReport) -> Vec<u32> {
        let mut residents: Vec<u32> =
            codes.iter().map(|code| self.figures.get(code, Field::Residents).unwrap_or(0.0).round() as u32).collect();
        for (code, n) in codes.iter().zip(&residents) {
            if self.figures.get(code, Field::Residents).is_none() {
                self.gaps.add("residents", "no table row: nobody lives there", Grade::A, code, *n);
            }
        }
        let empty = residents.iter().filter(|&&n| n == 0).count();
        if empty > 0 {
            report.note(format!("{empty} neighbourhoods have no residents; they stay on the map without homes"));
        }
        let published = self.figures.get(self.municipality, Field::Residents);
        let total = published.map(|p| p as u64).or(self.fill.residents_total.map(u64::from));
        let rounded: u64 = residents.iter().map(|&n| u64::from(n)).sum();
        if let Some(total) = total {
            let left = reconcile(&mut residents, total);
            let rule = if left == 0 {
                format!(
                    "sum of the rows (rounded to fives): {rounded}; {:+} spread as one or two persons each over the \
                     largest neighbourhoods",
                    total as i64 - rounded as i64
                )
            } else {
                format!("{left:+} is more than rounding explains and was not forced: are rows or polygons missing?")
            };
            let built = residents.iter().map(|&n| f64::from(n)).sum();
            report.totals.push(TotalFit { what: "residents".into(), published: total as f64, built, rule });
        } else {
            report.note(format!(
                "no table has the row {}: residents are the sum of the rows, {rounded}",
                self.municipality
            ));
        }
        residents
    }

    fn ages(&mut self, codes: &[String], residents: &[u32], report: &mut ImportReport) -> Vec<[u32; 5]> {
        let city = self.full(self.municipality, AGES).or_else(|| self.full(self.municipality, AGE_PCTS));
        let mut ages: Vec<[u32; 5]> = Vec::with_capacity(codes.len());
        for (code, &n) in codes.iter().zip(residents) {
            let own = self.full(code, AGES).or_else(|| self.full(code, AGE_PCTS));
            let bands = own.unwrap_or_else(|| {
                let district = self.full(&super::figures::district_of(code), AGES);
                let (bands, rule) = match (district, city) {
                    (Some(bands), _) => (bands, "ages of the district"),
                    (None, Some(bands)) => (bands, "ages of the city"),
                    (None, None) => (self.fill.age_shares, "age shares of the recipe"),
                };
                if n > 0 {
                    self.gaps.add("ages", rule, Grade::A, code, n);
                }
                bands
            });
            ages.push(scale_bands(n, &bands));
        }
        // Only where the residents are those of the whole municipality can its ages be met.
        let complete = report.totals.first().is_some_and(|t| t.published == t.built);
        if let (true, Some(bands)) = (complete, self.full(self.municipality, AGES)) {
            let published = bands.map(|b| b as u64);
            let left = reconcile_bands(&mut ages, &published);
            let names = [
                "residents of 0-14",
                "residents of 15-24",
                "residents of 25-44",
                "residents of 45-64",
                "residents of 65+",
            ];
            for (i, name) in names.into_iter().enumerate() {
                let built = ages.iter().map(|a| f64::from(a[i])).sum();
                let rule = if left[i] == 0 {
                    "single persons moved between bands in the largest neighbourhoods"
                } else {
                    "not met: rounding and suppression are larger than three moves per neighbourhood"
                };
                report.totals.push(TotalFit { what: name.into(), published: bands[i], built, rule: rule.into() });
            }
        }
        ages
    }

    /// Households and their types. Returns how many households changed type.
    fn households(&mut self, code: &str, m: &mut Marginals) -> u32 {
        if m.residents == 0 {
            return 0;
        }
        let n = f64::from(m.residents);
        let households = self.figures.get(code, Field::Households).filter(|h| *h > 0.0).unwrap_or_else(|| {
            let by_types = || {
                let types = self.split(code, TYPES).or_else(|| self.split(code, TYPE_PCTS))?;
                Some(types.iter().zip(SIZE_OF_TYPE).map(|(share, size)| share * size).sum::<f64>())
            };
            let (size, rule) = match self.figures.nearest(code, self.municipality, Field::HouseholdSize) {
                Some((size, level)) => (size, at_level(level, "residents ÷ household size")),
                None => match by_types() {
                    Some(size) => (size, "residents ÷ size by household types: 1, 2.05 and 3.3 persons".into()),
                    None => (self.fill.household_size, "residents ÷ household size of the recipe".into()),
                },
            };
            self.gaps.add("number of households", &rule, Grade::A, code, m.residents);
            n / size.max(1.0)
        });
        m.households = (households.round() as u32).clamp(1, m.residents);
        let own = self.split(code, TYPES).or_else(|| self.split(code, TYPE_PCTS));
        let shares = own.unwrap_or_else(|| {
            let district = super::figures::district_of(code);
            let (shares, rule) = match (self.split(&district, TYPES), self.split(self.municipality, TYPES)) {
                (Some(shares), _) => (shares, "shares of the district"),
                (None, Some(shares)) => (shares, "shares of the city"),
                (None, None) => (self.fill.household_shares, "household shares of the recipe"),
            };
            self.gaps.add("household types", rule, Grade::A, code, m.residents);
            shares
        });
        let (types, moved) = households_by_type(m.households, &shares, m.residents, m.by_age[0]);
        m.by_household = types;
        moved
    }

    /// Home value and vacancy.
    fn values(&mut self, code: &str, m: &mut Marginals) {
        let flats = self.figures.get(code, Field::Flats).map_or(self.fill.flats_share, |pct| pct / 100.0);
        let value = match self.figures.nearest(code, self.municipality, Field::HomeValue) {
            Some((value, Level::Neighbourhood)) => value * 1000.0,
            Some((value, level)) => {
                self.gap("home value", &at_level(level, "mean value"), code, m.residents);
                value * 1000.0
            }
            None => {
                let rule = "value of the recipe × exp(−value_by_flats × (share of flats − share of the recipe))";
                self.gap("home value", rule, code, m.residents);
                self.fill.home_value_eur * libm::exp(-self.fill.value_by_flats * (flats - self.fill.flats_share))
            }
        };
        m.mean_home_value_eur = value as f32;
        let vacant = match self.figures.nearest(code, self.municipality, Field::Vacant) {
            Some((pct, level)) => {
                if level != Level::Neighbourhood {
                    self.gap("vacancy", &at_level(level, "vacancy"), code, m.residents);
                }
                pct / 100.0
            }
            None => {
                self.gap("vacancy", "vacant share of the recipe", code, m.residents);
                self.fill.vacant_share
            }
        };
        // Above a third it says more about a building site than about a market.
        m.vacant_share = vacant.min(0.33) as f32;
    }

    fn tenures(&mut self, codes: &[String], all: &mut [Marginals]) {
        let mut rented: Vec<(f64, f64)> = Vec::with_capacity(codes.len());
        let mut owners = Vec::with_capacity(codes.len());
        let mean_value = weighted_mean(all, |m| f64::from(m.mean_home_value_eur));
        for (code, m) in codes.iter().zip(all.iter()) {
            let owner = self.owner_share(code, m.residents);
            owners.push(owner);
            rented.push((
                (1.0 - owner) * f64::from(m.households),
                libm::log(f64::from(m.mean_home_value_eur) / mean_value),
            ));
        }
        let (slope, target) = (self.fill.social_by_value, self.fill.social_share_of_rent);
        let social = |a: f64, log_value: f64| logistic(a - slope * log_value);
        let a = solve(-12.0, 12.0, |a| {
            let (sum, weight) = rented.iter().fold((0.0, 1e-9), |(s, w), r| (s + r.0 * social(a, r.1), w + r.0));
            sum / weight - target
        });
        for (i, m) in all.iter_mut().enumerate() {
            let (owner, rent) = (owners[i], 1.0 - owners[i]);
            let share = match self.figures.get(&codes[i], Field::SocialRent) {
                Some(pct) if rent > 0.0 => (pct / 100.0 / rent).min(1.0),
                _ => {
                    let rule = "social share of rent of the recipe, falling with the value of homes";
                    self.gap("social and private rent", rule, &codes[i], m.residents);
                    social(a, rented[i].1)
                }
            };
            m.tenure_share = [owner as f32, (rent * share) as f32, (rent * (1.0 - share)) as f32];
        }
    }

    fn owner_share(&mut self, code: &str, residents: u32) -> f64 {
        let share = |figures: &Figures, area: &str| {
            let (owner, rent) = (figures.get(area, Field::Owner)?, figures.get(area, Field::Rent));
            // Owner and rent need not add up to 100: the rest is unknown and shared out.
            let known = owner + rent.unwrap_or(100.0 - owner);
            (known > 0.0).then(|| owner / known)
        };
        if let Some(own) = share(self.figures, code) {
            return own;
        }
        let district = super::figures::district_of(code);
        if let Some(own) = share(self.figures, &district) {
            self.gap("owners and tenants", "shares of the district", code, residents);
            return own;
        }
        if let Some(own) = share(self.figures, self.municipality) {
            self.gap("owners and tenants", "shares of the city", code, residents);
            return own;
        }
        let rule = "owner share of the recipe, falling with the share of flats by owner_by_flats";
        self.gap("owners and tenants", rule, code, residents);
        let flats = self.figures.get(code, Field::Flats).map_or(self.fill.flats_share, |pct| pct / 100.0);
        let base = libm::log(self.fill.owner_share / (1.0 - self.fill.owner_share).max(1e-9));
        logistic(base - self.fill.owner_by_flats * (flats - self.fill.flats_share))
    }

    fn incomes(&mut self, codes: &[String], all: &mut [Marginals]) {
        let city = |field| self.figures.get(self.municipality, field);
        // What stands in the tables, turned into income per inhabitant by the ratios of the city.
        let ratio = |field| Some(city(Field::IncomeResident)? / city(field)?.max(1e-9));
        let (by_recipient, by_standard) = (ratio(Field::IncomeRecipient), ratio(Field::IncomeStandard));
        let per_inhabitant = |figures: &Figures, area: &str| {
            figures
                .get(area, Field::IncomeResident)
                .map(|v| (v, ""))
                .or_else(|| {
                    Some((
                        figures.get(area, Field::IncomeRecipient)? * by_recipient?,
                        "income per recipient × ratio of the city",
                    ))
                })
                .or_else(|| {
                    Some((
                        figures.get(area, Field::IncomeStandard)? * by_standard?,
                        "standardised income × ratio of the city",
                    ))
                })
        };
        let mean_value = weighted_mean(all, |m| f64::from(m.mean_home_value_eur));
        for (code, m) in codes.iter().zip(all.iter_mut()) {
            let size = if m.households > 0 {
                f64::from(m.residents) / f64::from(m.households)
            } else {
                self.fill.household_size
            };
            let own = per_inhabitant(self.figures, code);
            let district = || {
                per_inhabitant(self.figures, &super::figures::district_of(code))
                    .map(|v| (v.0, "income of the district"))
            };
            let whole = || city(Field::IncomeResident).map(|v| (v, "income of the city"));
            let income = match own.or_else(district).or_else(whole) {
                Some((keur, rule)) => {
                    if !rule.is_empty() && m.residents > 0 {
                        self.gaps.add("income", rule, Grade::A, code, m.residents);
                    }
                    keur * 1000.0 * size
                }
                None => {
                    let rule = "household income of the recipe × (home value ÷ mean)^income_by_value";
                    if m.residents > 0 {
                        self.gaps.add("income", rule, Grade::A, code, m.residents);
                    }
                    let relative = f64::from(m.mean_home_value_eur) / mean_value;
                    self.fill.household_income_eur_y * libm::pow(relative, self.fill.income_by_value)
                }
            };
            m.mean_income_eur_y = income as f32;
        }
    }

    fn schooling(&mut self, code: &str, m: &mut Marginals) {
        let city = self.split(self.municipality, EDUCATION).or_else(|| self.split(self.municipality, EDUCATION_PCTS));
        let rest = city.unwrap_or(self.fill.education_shares);
        let own = self.split(code, EDUCATION_PCTS).or_else(|| self.split(code, EDUCATION));
        let high_count = self.figures.get(code, Field::EduHigh);
        let pool = f64::from(m.by_age[1] + m.by_age[2] + m.by_age[3]) + UNDER_75_OF_65 * f64::from(m.by_age[4]);
        let shares = match (own, high_count) {
            // The count of the year itself outranks percentages of an earlier year for the high; these keep the rest.
            (own, Some(high)) if pool > 0.0 && self.figures.get(code, Field::EduLow).is_none() => {
                let rest = own.unwrap_or(rest);
                if own.is_none() {
                    let rule = "high schooling from its count; low and middle in the proportion of the city";
                    self.gap("schooling", rule, code, m.residents);
                }
                let high = (high / pool).min(0.98);
                let low = (1.0 - high) * rest[0] / (rest[0] + rest[1]).max(1e-9);
                [low, 1.0 - high - low, high]
            }
            (Some(own), _) => own,
            (None, _) => {
                let rule = if city.is_some() { "shares of the city" } else { "education shares of the recipe" };
                self.gap("schooling", rule, code, m.residents);
                rest
            }
        };
        m.education_share = shares.map(|s| s as f32);
    }

    fn origins(&mut self, codes: &[String], all: &mut [Marginals], draws: Draws) {
        let n = self.fill.origin_groups;
        let bell = |key: u64, group: usize| {
            let w = draws.block(ORIGIN, key, group as u32);
            w.iter().map(|&x| crate::sim::draws::unit(x)).sum::<f32>() - 2.0
        };
        let city: Vec<f64> = (0..n).map(|g| 1.2 * f64::from(bell(u64::MAX, g)) / 0.577).collect();
        for (i, m) in all.iter_mut().enumerate() {
            let level = match self.figures.get(&codes[i], Field::OutsideEurope) {
                // In small neighbourhoods 0 may stand for "suppressed".
                Some(pct) if pct > 0.0 || m.residents >= 100 => 4.0 * (pct / 100.0) * (1.0 - pct / 100.0),
                _ => {
                    self.gap("diversity level", "level of the recipe", &codes[i], m.residents);
                    self.fill.diversity
                }
            };
            let target = 0.95 * level * (1.0 - 1.0 / n as f64);
            let log_weights: Vec<f64> =
                (0..n).map(|g| city[g] + 0.4 * f64::from(bell(mix(ORIGIN, i as u64, 1), g)) / 0.577).collect();
            m.origin_share = with_diversity(&log_weights, target);
        }
    }

    /// City-wide means beside the published ones.
    fn fit(&self, all: &[Marginals], report: &mut ImportReport) {
        let residents: f64 = all.iter().map(|m| f64::from(m.residents)).sum();
        let households: f64 = all.iter().map(|m| f64::from(m.households)).sum();
        let percent = |value: fn(&Marginals) -> f32| 100.0 * weighted_mean(all, |m| f64::from(value(m)));
        let means = [
            ("persons per household", Field::HouseholdSize, residents / households.max(1.0)),
            ("owner-occupied, %", Field::Owner, percent(|m| m.tenure_share[0])),
            ("vacant, %", Field::Vacant, percent(|m| m.vacant_share)),
            ("home value, € 1000", Field::HomeValue, weighted_mean(all, |m| f64::from(m.mean_home_value_eur)) / 1000.0),
            (
                "income per inhabitant, € 1000",
                Field::IncomeResident,
                weighted_mean(all, |m| f64::from(m.mean_income_eur_y)) * households / residents.max(1.0) / 1000.0,
            ),
        ];
        for (what, field, built) in means {
            if let Some(published) = self.figures.get(self.municipality, field) {
                let rule = "mean over neighbourhoods; a check, nothing was moved to meet it".into();
                report.totals.push(TotalFit { what: what.into(), published, built, rule });
            }
        }
    }

    /// The values of `fields` for one area, if there is at least one and they are not all zero.
    fn full<const N: usize>(&self, code: &str, fields: [Field; N]) -> Option<[f64; N]> {
        let values = fields.map(|field| self.figures.get(code, field));
        let sum: f64 = values.iter().flatten().sum();
        (sum > 0.0).then(|| values.map(|v| v.unwrap_or(0.0)))
    }

    /// The values of `fields` as shares, if all are there.
    fn split<const N: usize>(&self, code: &str, fields: [Field; N]) -> Option<[f64; N]> {
        let all_there = fields.iter().all(|field| self.figures.get(code, *field).is_some());
        let values = self.full(code, fields).filter(|_| all_there)?;
        let sum: f64 = values.iter().sum();
        Some(values.map(|v| v / sum))
    }

    fn gap(&mut self, what: &str, rule: &str, code: &str, residents: u32) {
        if residents > 0 {
            self.gaps.add(what, rule, Grade::A, code, residents);
        }
    }
}

fn at_level(level: Level, what: &str) -> String {
    match level {
        Level::Neighbourhood => format!("{what} of the neighbourhood"),
        Level::District => format!("{what} of the district"),
        Level::Municipality => format!("{what} of the city"),
    }
}

fn weighted_mean(all: &[Marginals], value: impl Fn(&Marginals) -> f64) -> f64 {
    let (sum, weight) = all.iter().fold((0.0, 0.0), |(s, w), m| {
        let h = f64::from(m.households);
        (s + h * value(m), w + h)
    });
    if weight > 0.0 { sum / weight } else { 1.0 }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// The zero of the rising function `f` between `low` and `high`, by halving.
fn solve(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if f(middle) < 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Shares `∝ exp(t · log_weights)` whose Simpson diversity `1 − Σ s²` is `target`.
fn with_diversity(log_weights: &[f64], target: f64) -> Vec<f32> {
    let shares = |t: f64| {
        let top = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let raw: Vec<f64> = log_weights.iter().map(|w| libm::exp(t * (w - top))).collect();
        let sum: f64 = raw.iter().sum();
        raw.into_iter().map(|r| r / sum).collect::<Vec<f64>>()
    };
    // Diversity falls as t rises.
    let t = solve(0.0, 50.0, |t| target - (1.0 - shares(t).iter().map(|s| s * s).sum::<f64>()));
    shares(t).into_iter().map(|s| s as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compositions_have_the_diversity_asked_for() {
        for target in [0.1, 0.4, 0.7] {
            let shares = with_diversity(&[0.3, -0.5, 1.0, 0.0, -1.2, 0.4], target);
            let diversity = 1.0 - shares.iter().map(|s| f64::from(s * s)).sum::<f64>();
            assert!((diversity - target).abs() < 1e-4, "{diversity} for {target}");
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }
}
