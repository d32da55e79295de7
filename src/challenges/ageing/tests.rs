//! Numbers that follow by hand.

use super::care::NeedTable;
use super::falls::{Fall, FallTable, fatal, icy_factor, icy_share};
use super::generations::{expected_complaints, liveliness_of_block};
use super::workforce::CareForce;
use super::{AgeingParameters, Levels, frailty, loneliness, start};
use crate::challenges::shared::{CareBook, CareUse};
use crate::people::rates::monthly;
use crate::sim::{Draws, Month, PersonKey};

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9 * b.abs().max(1e-9)
}

#[test]
fn the_hazard_of_falling_is_the_stated_product() {
    let p = AgeingParameters::default();
    let levels = Levels { falls_y: 0.1, ..Levels::default() };
    let table = FallTable::new(&p, &levels, 1.0);
    assert!(close(table.hazard_y(65, 0, false, 1.0), 0.1));
    // Twenty years, full frailty and stairs: 0.1 · e^{0.06·20 + 1.2 + 0.4}.
    assert!(close(table.hazard_y(85, 255, true, 1.0), 0.1 * libm::exp(2.8)));
    // Without the coupling with housing, stairs do nothing.
    let apart = FallTable::new(&p, &levels, 0.0);
    assert_eq!(apart.hazard_y(85, 100, true, 1.0), apart.hazard_y(85, 100, false, 1.0));
}

#[test]
fn falls_come_as_often_as_the_hazard_says() {
    let p = AgeingParameters::default();
    let levels = Levels { falls_y: 0.6, emergency: 0.08, fatal: 0.002, ..Levels::default() };
    let table = FallTable::new(&p, &levels, 1.0);
    let draws = Draws { seed: 3, tick: 1 };
    let n = 200_000;
    let (mut falls, mut emergencies, mut deaths) = (0, 0, 0);
    for key in 0..n {
        let [a, b, ..] = draws.block(super::month::STREAM, key, 0);
        match table.draw(0.6, 65, [a, b]) {
            Fall::None => continue,
            Fall::Light => {}
            Fall::Emergency => emergencies += 1,
            Fall::Death => {
                emergencies += 1;
                deaths += 1;
            }
        }
        falls += 1;
    }
    // Binomial counts: within four standard errors.
    let within = |count: i32, mean: f64| (f64::from(count) - mean).abs() < 4.0 * mean.sqrt();
    let expected = n as f64 * monthly(0.6);
    assert!(within(falls, expected), "{falls} falls, {expected:.0} expected");
    assert!(within(emergencies, 0.08 * expected) && within(deaths, 0.002 * expected), "{emergencies} {deaths}");
    assert_eq!(fatal(0.1, 200, &p), 0.5, "at most every second fall kills");
}

#[test]
fn ice_is_a_matter_of_winter() {
    let p = AgeingParameters::default();
    let months = (1..=12).map(|m| icy_share(Month::new(2025, m), Draws { seed: 1, tick: m as u16 }, &p));
    let icy: Vec<bool> = months.map(|share| share > 0.0).collect();
    assert_eq!(icy.iter().enumerate().filter(|(_, is)| **is).map(|(m, _)| m + 1).collect::<Vec<_>>(), [1, 2, 12]);
    assert!(close(icy_factor(1.0, &p), libm::exp(0.3)) && icy_factor(0.0, &p) == 1.0);
}

#[test]
fn frailty_grows_by_a_twentieth_a_year_however_coarse_the_byte() {
    let p = AgeingParameters::default();
    let n = 10_000;
    let mean =
        (0..n).map(|i| f64::from(frailty::year_later(40, 0, 0.0, i as f32 / n as f32, &p))).sum::<f64>() / f64::from(n);
    assert!((mean / (40.0 * libm::exp(0.05)) - 1.0).abs() < 1e-3, "{mean}");
    // No care at all: half as fast again.
    let worse =
        (0..n).map(|i| f64::from(frailty::year_later(40, 0, 1.0, i as f32 / n as f32, &p))).sum::<f64>() / f64::from(n);
    assert!((worse / (40.0 * libm::exp(0.075)) - 1.0).abs() < 1e-3, "{worse}");
}

#[test]
fn frailty_at_65_has_its_mean_and_stays_with_the_person() {
    let p = AgeingParameters::default();
    let n = 20_000;
    let at = |age: u8| {
        (1..=n).map(|key| f64::from(frailty::first(PersonKey(key), age, 7, &p)) / 255.0).sum::<f64>() / n as f64
    };
    // 0.05 + 0.06 = 0.11; the exponential part has a standard error of 0.06/√n.
    assert!((at(65) - 0.11).abs() < 0.002, "{}", at(65));
    assert!((at(85) - 0.11 * libm::exp(1.0)).abs() < 0.005, "{}", at(85));
    assert!(frailty::first(PersonKey(5), 80, 7, &p) >= frailty::first(PersonKey(5), 70, 7, &p));
}

#[test]
fn the_loss_of_a_partner_is_felt_for_two_years() {
    let mut partner = loneliness::partner_month_later(1, false);
    assert_eq!(partner, 2);
    let mut months = 1;
    while partner >= 2 {
        partner = loneliness::partner_month_later(partner, false);
        months += 1;
    }
    assert_eq!(months, 25);
    assert_eq!(loneliness::partner_month_later(partner, false), 0);
    assert_eq!(loneliness::partner_month_later(9, true), 1);
    let p = AgeingParameters::default();
    let x = |alone, partner| loneliness::circumstances(alone, partner, 0, 1.0, 0.0, &p);
    assert!(close(x(true, 2) - x(false, 1), 1.9));
}

#[test]
fn loneliness_goes_a_quarter_of_the_way_in_e_fold_months() {
    let p = AgeingParameters::default();
    let n = 1_000;
    let mean =
        (0..n).map(|i| f64::from(loneliness::later(0, 0.0, i as f32 / n as f32, &p))).sum::<f64>() / f64::from(n);
    assert!((mean - 127.5 * (1.0 - libm::exp(-0.25))).abs() < 0.02, "{mean}");
}

#[test]
fn hours_of_care_are_those_of_the_sheet() {
    let table = NeedTable::new(&AgeingParameters::default());
    // 8 h · (0.5 + 1) and 2 h · 0.5 and 0.3 h · (0.5 + 51/255).
    assert_eq!([table.minutes_week(85, 255), table.minutes_week(84, 0), table.minutes_week(65, 51)], [720, 60, 13]);
    assert_eq!([65, 74, 75, 84, 85, 110].map(start::age_class), [0, 0, 1, 1, 2, 2]);
}

#[test]
fn a_workforce_at_rest_stays_and_dear_homes_drive_it_to_the_new_balance() {
    let p = AgeingParameters::default();
    let mut book = CareBook::new(1);
    book.ask(CareUse::Home, 0, 3_000);
    book.ask(CareUse::Prevention, 0, 400);
    let mut force = CareForce::at_start(50.0, &book, 30.0, &p);
    // All but half of prevention.
    assert!(close(force.hours_per_worker_day * 30.0 * 50.0, 3_200.0));
    (0..24).for_each(|_| force.month(0.0, 0.0, &p));
    assert!((force.workers - 50.0).abs() < 1e-9);
    (0..600).for_each(|_| force.month(0.0, 0.2, &p));
    let (leave, pull) = (0.01, libm::exp(0.2));
    let hire = leave * 0.95 / 0.05 / pull;
    let balance = 50.0 / 0.95 * hire / (hire + leave * pull);
    assert!((force.workers - balance).abs() < 1e-6, "{} {balance}", force.workers);
}

#[test]
fn complaints_and_liveliness_of_even_neighbourhoods() {
    let p = AgeingParameters::default();
    assert!(close(expected_complaints(2_000.0, 0.15, 0.15, 0.58, &p), 0.5), "3 per 1,000 a year");
    assert!(close(expected_complaints(2_000.0, 0.30, 0.15, 0.79, &p), 0.5), "twice as young, half as far apart");
    assert_eq!([0.2, 0.6, 1.0].map(|s| liveliness_of_block(s, &p)), [1.0, 1.0, 0.0]);
    assert!(close(liveliness_of_block(0.8, &p), 0.5));
}
