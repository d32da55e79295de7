//! The lab's known answers (docs/lessons), and how it meets bad input.

use waterbed::lab::Spread;
use waterbed::lab::schelling::{self, Config, Outcome, Rule, Run, Wish};

const SMALL: Config = Config {
    rule: Rule::AbmComparison,
    size: 40,
    torus: false,
    agents: 1000,
    radius: 1,
    wish: Wish::Count(3),
    max_ticks: 20,
};
const LARGE: Config = Config { size: 100, agents: 8000, radius: 2, wish: Wish::Count(8), ..SMALL };
const NETLOGO: Config = Config {
    rule: Rule::Netlogo,
    size: 51,
    torus: true,
    agents: 2471,
    radius: 1,
    wish: Wish::Share(0.30),
    max_ticks: 500,
};

fn outcomes(config: &Config, n_seeds: u64) -> Vec<Outcome> {
    (1..=n_seeds).map(|seed| schelling::run(config, seed).unwrap()).collect()
}

fn like_and_happy(config: &Config, n_seeds: u64) -> (Spread, Spread) {
    let outcomes = outcomes(config, n_seeds);
    let spread = |of: fn(&Outcome) -> f64| Spread::of(outcomes.iter().map(of));
    (spread(|o| o.like_share), spread(|o| o.happy_share))
}

fn assert_near(what: &str, got: f64, want: f64, band: f64) {
    assert!((got - want).abs() <= band, "{what}: {got:.4}, expected {want} ± {band}");
}

/// Means and standard deviations published with the framework comparison; with 20 seeds the mean is known to sd/√20.
#[test]
fn schelling_gives_the_comparisons_figures() {
    for (name, config, happy, like) in
        [("small", SMALL, (0.998, 0.001), (0.874, 0.013)), ("large", LARGE, (0.9996, 0.0005), (0.831, 0.011))]
    {
        let (got_like, got_happy) = like_and_happy(&config, 20);
        assert_near(&format!("{name}: happy"), got_happy.mean, happy.0, happy.1);
        assert_near(&format!("{name}: like"), got_like.mean, like.0, like.1 / 2.0);
        assert_near(&format!("{name}: sd of like"), got_like.sd, like.1, 0.006);
    }
}

/// What the NetLogo model says of itself: wanting 30 % gives about 75 % similar, 50 % about 86 %, 80 % never settles.
#[test]
fn schelling_gives_netlogos_figures() {
    for (wanted, similar) in [(0.30, 0.75), (0.50, 0.86)] {
        let config = Config { wish: Wish::Share(wanted), ..NETLOGO };
        let (like, happy) = like_and_happy(&config, 20);
        assert_near("like", like.mean, similar, 0.015);
        assert_eq!(happy.mean, 1.0);
    }
    let restless = Config { wish: Wish::Share(0.80), max_ticks: 120, ..NETLOGO };
    for outcome in outcomes(&restless, 3) {
        assert_eq!(outcome.ticks, 120);
        assert!(outcome.happy_share < 0.2 && outcome.like_share < 0.55, "{outcome:?}");
    }
}

/// With up to eight neighbours 30 % and a third ask for the same number of them, whatever their number.
#[test]
fn thresholds_between_the_same_eighths_are_the_same_run() {
    let mut a = Run::new(&NETLOGO, 7).unwrap();
    let mut b = Run::new(&Config { wish: Wish::Share(1.0 / 3.0), ..NETLOGO }, 7).unwrap();
    while !a.is_over() {
        a.step().unwrap();
        b.step().unwrap();
        assert_eq!(a.cells(), b.cells());
        assert_eq!(a.simulation().digest(), b.simulation().digest());
    }
    assert!(b.is_over() && a.ticks() > 5);
    assert_ne!(schelling::run(&NETLOGO, 8).unwrap(), a.outcome());
}

/// Nobody is lost, no cell holds two, and a look that is kept up to date says the same as counting anew.
#[test]
fn a_town_counts_its_neighbours_right() {
    for config in [Config { torus: true, radius: 2, ..SMALL }, SMALL, NETLOGO] {
        let mut run = Run::new(&config, 3).unwrap();
        (0..5).for_each(|_| run.step().unwrap());
        let cells = run.cells();
        assert_eq!(cells.iter().filter(|c| **c > 0).count(), config.agents as usize);
        let (n, r) = (config.size as i64, i64::from(config.radius));
        let (mut like, mut all, mut shares, mut n_shares) = (0u32, 0u32, 0.0, 0u32);
        for at in 0..n * n {
            let own = cells[at as usize];
            let (mut l, mut a) = (0u32, 0u32);
            for (dy, dx) in (-r..=r).flat_map(|dy| (-r..=r).map(move |dx| (dy, dx))).filter(|d| *d != (0, 0)) {
                let (mut y, mut x) = (at / n + dy, at % n + dx);
                if config.torus {
                    (y, x) = (y.rem_euclid(n), x.rem_euclid(n));
                }
                if (0..n).contains(&y) && (0..n).contains(&x) && cells[(y * n + x) as usize] > 0 {
                    a += 1;
                    l += u32::from(cells[(y * n + x) as usize] == own);
                }
            }
            if own > 0 {
                (like, all) = (like + l, all + a);
                if a > 0 {
                    (shares, n_shares) = (shares + f64::from(l) / f64::from(a), n_shares + 1);
                }
            }
        }
        let want = match config.rule {
            Rule::Netlogo => f64::from(like) / f64::from(all),
            Rule::AbmComparison => shares / f64::from(n_shares),
        };
        assert_near("like share", run.outcome().like_share, want, 1e-9);
    }
}

#[test]
fn a_restored_town_goes_on_as_if_nothing_had_happened() {
    for config in [NETLOGO, LARGE] {
        let mut run = Run::new(&config, 2).unwrap();
        (0..4).for_each(|_| run.step().unwrap());
        let snapshot = run.simulation().snapshot();
        (0..4).for_each(|_| run.step().unwrap());
        let mut other = Run::new(&config, 2).unwrap();
        other.simulation().restore(&snapshot).unwrap();
        (0..4).for_each(|_| other.step().unwrap());
        assert_eq!(run.simulation().digest(), other.simulation().digest());
    }
}
