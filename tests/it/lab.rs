//! The lab's known answers (docs/lessons), and how it meets bad input.

use super::cli::{stderr, waterbed};
use waterbed::lab::granovetter::{self, Crowd, large_crowd_pct};
use waterbed::lab::programme::{self, Calendar};
use waterbed::lab::schelling::{self, Config, Outcome, Rule, Run, Wish};
use waterbed::lab::short::{self, Regime};
use waterbed::lab::{Spread, epstein, opinions, waterbed as guarded_square};

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

/// Granovetter 1978, his two crowds of a hundred, and where a very large crowd with mean 25 turns.
#[test]
fn granovetter_gives_his_figures() {
    let joined = |without| {
        let config = granovetter::Config { people: 100, crowd: Crowd::Ladder { without } };
        *granovetter::run(&config, 1).unwrap().last().unwrap()
    };
    assert_eq!((joined(None), joined(Some(1)), joined(Some(0)), joined(Some(50))), (100, 1, 0, 50));
    assert!(large_crowd_pct(25.0, 12.2) < 6.5 && large_crowd_pct(25.0, 12.3) > 99.9);
    // The largest crowd that the clock can count shows the same jump a little aside of it.
    let mean = |sd_pct| {
        let config = granovetter::Config { people: 50_000, crowd: Crowd::Normal { mean_pct: 25.0, sd_pct } };
        Spread::of((1..=10).map(|seed| f64::from(*granovetter::run(&config, seed).unwrap().last().unwrap()) / 500.0))
            .mean
    };
    assert_near("below the jump", mean(11.5), large_crowd_pct(25.0, 11.5), 0.5);
    assert_near("above the jump", mean(13.0), 100.0, 0.1);
}

/// Epstein 2002: long calm and bursts; they come from rounding down how many cops there are per active citizen.
#[test]
fn epsteins_crowd_bursts_and_without_rounding_it_does_not() {
    let config = epstein::Config { ticks: 300, ..epstein::Config::default() };
    for seed in 1..=3 {
        let with = epstein::run(&config, seed).unwrap();
        assert!(with.bursts >= 5 && with.peak_active > 200 && with.calm_share > 0.6, "{with:?}");
        let without = epstein::run(&epstein::Config { floor: false, ..config }, seed).unwrap();
        assert!(without.bursts == 0 && without.peak_active < 30, "{without:?}");
    }
    // With a government that everybody accepts nobody is ever active.
    let content = epstein::run(&epstein::Config { legitimacy: 1.0, ticks: 50, ..config }, 1).unwrap();
    assert_eq!(content.peak_active, 0);
}

#[test]
fn a_burst_is_counted_once_until_it_is_calm_again() {
    let outcome = epstein::Outcome::of(&[0, 60, 30, 80, 1, 50, 3, 2], 1000);
    assert_eq!((outcome.bursts, outcome.peak_active, outcome.calm_share), (2, 80, 0.5));
}

/// About ⌊1/(2ε)⌋ camps, and one from ε ≈ 0.3 (pairs) and 0.25 (all at once) on.
#[test]
fn opinions_fall_into_as_many_clusters_as_is_known() {
    let clusters = |rule, epsilon| {
        let config = opinions::Config { rule, people: 1000, epsilon, max_ticks: 2000 };
        Spread::of((1..=10).map(|seed| opinions::run(&config, seed).unwrap().clusters.into())).mean
    };
    let deffuant = opinions::Rule::Deffuant { mu: 0.5 };
    for (epsilon, known) in [(0.10, 5.0), (0.12, 4.0), (0.15, 3.0), (0.20, 2.0), (0.30, 1.0), (0.40, 1.0)] {
        assert_near("Deffuant", clusters(deffuant, epsilon), known, 1.0);
        assert_near("Hegselmann and Krause", clusters(opinions::Rule::HegselmannKrause, epsilon), known, 1.5);
    }
    assert!(clusters(deffuant, 0.22) > 1.5);
    assert_eq!(clusters(deffuant, 0.30), 1.0);
    assert!(clusters(opinions::Rule::HegselmannKrause, 0.18) > 1.5);
    assert_eq!(clusters(opinions::Rule::HegselmannKrause, 0.25), 1.0);
}

/// Short et al. 2008: no hotspots, hotspots that go, hotspots that stay; and as many burglaries as burglars set out.
#[test]
fn burglaries_have_three_regimes() {
    let run = |regime: Regime| {
        let config = short::Config { size: 64, ..regime.config(180) };
        let outcome = short::run(&config, 1, &mut |_| {}).unwrap();
        assert_near("burglaries per home and day", outcome.burglaries_per_day / 4096.0 / config.gamma, 1.0, 0.06);
        outcome
    };
    let (even, moving, fixed) = (run(Regime::Even), run(Regime::Moving), run(Regime::Fixed));
    assert!(even.unevenness < 0.2, "{even:?}");
    assert!(moving.unevenness > 0.25 && moving.persistence.abs() < 0.3, "{moving:?}");
    assert!(fixed.unevenness > 0.8 && fixed.persistence > 0.7, "{fixed:?}");
    // The number of burglars about in the even state follows from the equations.
    assert_near("burglars", even.burglars / 4096.0 / (0.019 / Regime::Even.config(1).even_attractiveness()), 1.0, 0.1);
}

/// Guards that do nothing have a twin that is the same to the last burglary, whatever before and after say; burglars that
/// never give up all come up elsewhere.
#[test]
fn displacement_is_measured_against_a_twin() {
    let streets = short::Config { size: 64, ..Regime::Moving.config(1) };
    let nothing =
        guarded_square::Config { streets, radius: 6, strength: 0.0, warm_up_days: 30, before_days: 60, after_days: 60 };
    let seen: Vec<f64> = (1..=4)
        .map(|seed| {
            let outcome = guarded_square::run(&nothing, seed).unwrap();
            assert_eq!(outcome.maps[0], outcome.maps[1]);
            assert_eq!(outcome.true_change(), 0.0);
            outcome.seen_change()
        })
        .collect();
    // The busiest square is busiest by chance too: it falls back without any guards.
    assert!(Spread::of(seen.clone()).mean < -0.15, "{seen:?}");

    let fixed = short::Config { size: 64, ..Regime::Fixed.config(1) };
    let guarded = guarded_square::Config { streets: fixed, strength: 0.9, warm_up_days: 90, ..nothing };
    let never = guarded_square::run(&guarded, 1).unwrap();
    assert!(never.true_change() < -0.9, "{:?}", never.true_change());
    assert_near("displaced", never.displaced_share(), 1.0, 0.1);
    let patient = short::Config { patience_days: 5.0, ..fixed };
    let some = guarded_square::run(&guarded_square::Config { streets: patient, ..guarded }, 1).unwrap();
    assert!(some.displaced_share() < never.displaced_share(), "{}", some.displaced_share());
}

/// models.md §2.4: the figures of its own run, with the defaults and with the null variant.
#[test]
fn programmes_give_the_figures_of_the_design() {
    let (uneven, even) = (programme::Config::uneven(72), programme::Config::even(72));
    let mean = |config, calendar| programme::run(config, calendar).unwrap().mean_effect();
    let (steady, on_off) = (mean(&uneven, Calendar::Steady), mean(&uneven, Calendar::OnOff(12)));
    assert_near("steady", steady, 0.215, 0.0005);
    assert_near("on and off", on_off, 0.128, 0.0005);
    assert_near("ratio", on_off / steady, 0.59, 0.005);
    let null = mean(&even, Calendar::OnOff(12)) / mean(&even, Calendar::Steady);
    assert_near("null variant", null, 1.13, 0.005);
    let stopped = programme::run(&programme::Config::uneven(120), Calendar::Stops(36)).unwrap();
    assert_near("capacity a year after", stopped.capacity[47] / stopped.capacity[35], 0.24, 0.005);
    assert_near("lowest trust", stopped.trust.iter().copied().fold(1.0, f64::min), 0.37, 0.005);
    let never = programme::run(&programme::Config::uneven(120), Calendar::Never).unwrap();
    assert!((48..120).filter(|m| stopped.trust[*m] < never.trust[*m]).count() >= 6);
}

/// The command line of contracts.md, and what it says to nonsense: 2 and a hint, or 4 and how large it would be.
#[test]
fn the_lab_speaks_as_the_contract_says() {
    let dir = tempfile::tempdir().unwrap();
    let lab =
        |arguments: &str| waterbed(dir.path(), &[&["lab"], &arguments.split(' ').collect::<Vec<_>>()[..]].concat());
    let json = |arguments: &str| -> serde_json::Value {
        let output = lab(arguments);
        assert!(output.status.success(), "{arguments}: {}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let netlogo = json("schelling --rule netlogo --size 51 --torus --density 0.95 --wanted 0.30 --seeds 20 --json");
    let comparison =
        "schelling --rule abm-comparison --size 100 --agents 8000 --radius 2 --min-like 8 --steps 20 --json";
    for value in [&netlogo, &json(comparison)] {
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["happy_share", "like_share", "moves", "ticks"]);
        assert!(value.as_object().unwrap().values().all(|v| v["mean"].is_f64() && v["sd"].is_f64()));
    }
    assert_near("like", netlogo["like_share"]["mean"].as_f64().unwrap(), 0.75, 0.015);
    assert_eq!(netlogo, json("schelling --wanted 1/3 --seeds 20 --json"));
    for (arguments, code, says) in [
        ("schelling --density 0", 2, "hint: "),
        ("schelling --density 1", 2, "empty cell"),
        ("schelling --density -0.5", 2, "--density -0.5"),
        ("schelling --density NaN", 2, "--density NaN"),
        ("schelling --size 0", 2, "--size 0"),
        ("schelling --size 4000000", 4, "GB of memory"),
        ("schelling --size 20 --agents 400", 2, "more than 400 cells"),
        ("schelling --size 20 --radius 20", 2, "--radius 20"),
        ("schelling --seeds 0", 2, "--seeds"),
        ("schelling --wanted NaN", 2, "--wanted NaN"),
        ("granovetter --people 0", 2, "--people 0"),
        ("granovetter --sd NaN", 2, "--sd NaN"),
        ("epstein --vision 20", 2, "--vision 20"),
        ("epstein --cops 0.4", 2, "no cell empty"),
        ("epstein --size 60000 --vision 100", 4, "GB of memory"),
        ("deffuant --epsilon NaN", 2, "--epsilon NaN"),
        ("deffuant --mu 0.9", 2, "--mu 0.9"),
        ("short --gamma -1", 2, "--gamma -1"),
        ("short --days 0", 2, "--days 0"),
        ("waterbed --radius 60", 2, "--radius 60"),
        ("programme --decay 0", 2, "--decay 0"),
        ("schelling --seeds 1 --picture no/such/folder.png", 1, "no/such/folder.png"),
    ] {
        let output = lab(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments}: {}", stderr(&output));
        assert!(stderr(&output).starts_with("error: ") && stderr(&output).contains(says), "{}", stderr(&output));
    }
    let drawn = lab("schelling --seeds 1 --picture town.png --gif town.gif");
    assert!(drawn.status.success(), "{}", stderr(&drawn));
    assert_eq!(std::fs::read(dir.path().join("town.png")).unwrap()[1..4], *b"PNG");
    assert_eq!(std::fs::read(dir.path().join("town.gif")).unwrap()[..6], *b"GIF89a");
}

/// Every command of the lessons runs, and prints the block that follows it in the page.
#[test]
fn lessons_show_what_the_program_prints() {
    let dir = tempfile::tempdir().unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lessons");
    let (mut n, mut stale) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "md") {
            continue;
        }
        let page = std::fs::read_to_string(&path).unwrap();
        let blocks: Vec<&str> = page.split("```").skip(1).step_by(2).collect();
        for pair in blocks.windows(2) {
            let (Some(command), Some(shown)) = (pair[0].strip_prefix("sh\nwaterbed "), pair[1].strip_prefix("text\n"))
            else {
                continue;
            };
            n += 1;
            let output = waterbed(dir.path(), &command.split_whitespace().collect::<Vec<_>>());
            assert!(output.status.success(), "{command}: {}", stderr(&output));
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            if printed != shown {
                stale.push(format!("{}: {command}{printed}", path.display()));
            }
        }
    }
    assert!(n >= 15, "only {n} commands with their output were found: the reader of this test is broken");
    assert!(stale.is_empty(), "\n{}", stale.join("\n"));
}
