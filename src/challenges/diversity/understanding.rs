//! Who understands whom: command of the common language among neighbours (models.md §3).
//!
//! `P(i understands j) = min(ℓᵢ, ℓⱼ)`; `FRICTION = 1 − mean of it over pairs of neighbours`. Command is counted in eight
//! levels. Other languages that two neighbours may share are left out: nobody in the model has a named language (E-2).

/// Levels of command that are told apart.
pub const N_LEVELS: usize = 8;

/// Level of a command of 0–255.
#[inline]
pub fn level(language: u8) -> usize {
    (usize::from(language) * (N_LEVELS - 1) + 127) / 255
}

/// Command of a level, 0–1.
fn command(level: usize) -> f32 {
    level as f32 / (N_LEVELS - 1) as f32
}

/// For each level the mean chance to understand someone of this `mix` (people per level).
pub fn understood_by(mix: &[u32; N_LEVELS]) -> [f32; N_LEVELS] {
    let n: u32 = mix.iter().sum();
    std::array::from_fn(|mine| {
        let sum: f32 = mix.iter().enumerate().map(|(theirs, &k)| k as f32 * command(mine.min(theirs))).sum();
        sum / n.max(1) as f32
    })
}

/// 1 − the mean over pairs; 0 where nobody lives.
pub fn friction(mix: &[u32; N_LEVELS]) -> f32 {
    let n: u32 = mix.iter().sum();
    if n == 0 {
        return 0.0;
    }
    let by_level = understood_by(mix);
    1.0 - mix.iter().zip(by_level).map(|(&k, u)| k as f32 * u).sum::<f32>() / n as f32
}

/// Command after `years`, from `command` (0–1): `dℓ/dt = r (1 − ℓ)(0.3 + 0.7 contact)`, solved exactly.
pub fn grown(command: f64, growth_y: f64, contact: f64, years: f64) -> f64 {
    1.0 - (1.0 - command) * libm::exp(-growth_y * (0.3 + 0.7 * contact) * years)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understanding_is_limited_by_who_knows_less() {
        let mut mix = [0; N_LEVELS];
        mix[7] = 3;
        assert_eq!(friction(&mix), 0.0);
        mix[0] = 1;
        // Of sixteen ordered pairs, nine understand each other.
        assert!((friction(&mix) - (1.0 - 9.0 / 16.0)).abs() < 1e-6);
        assert_eq!(understood_by(&mix)[7], 0.75);
        assert_eq!(friction(&[0; N_LEVELS]), 0.0);
    }

    #[test]
    fn levels_are_the_nearest_ones() {
        assert_eq!([0, 18, 19, 127, 255].map(level), [0, 0, 1, 3, 7]);
    }

    #[test]
    fn language_grows_as_the_equation_says() {
        // From 0.1 with r = 0.15/y and contact 0.5: (0.9) exp(−0.0975 · 10) short of full command.
        assert!((grown(0.1, 0.15, 0.5, 10.0) - (1.0 - 0.9 * libm::exp(-0.975))).abs() < 1e-12);
        let in_steps = (0..40).fold(0.1, |l, _| grown(l, 0.15, 0.5, 0.25));
        assert!((in_steps - grown(0.1, 0.15, 0.5, 10.0)).abs() < 1e-12);
    }
}
