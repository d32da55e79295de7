//! Keyed random draws.
//!
//! Every draw is a pure function of *who* asks, *what for* and *when*: Philox4x32-10 (Salmon et al. 2011, SC'11,
//! "Parallel random numbers: as easy as 1, 2, 3") with the seed as key and
//! `[key low, key high, draw, stream << 16 | tick]` as counter. Nothing draws from a shared sequence. So the number of
//! threads, the order of iteration and the switching off of a module never shift another module's draws, and twin
//! runs of one seed share their noise.

use std::convert::Infallible;

use bevy::prelude::Resource;
use multiversion::multiversion;
use rand::TryRng;

const M0: u32 = 0xD251_1F53;
const M1: u32 = 0xCD9E_8D57;
const W0: u32 = 0x9E37_79B9;
const W1: u32 = 0xBB67_AE85;

/// One Philox4x32-10 block: four independent uniform words for a `counter` under a `key`.
#[inline]
pub fn philox4x32_10(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let p0 = u64::from(M0) * u64::from(c0);
        let p1 = u64::from(M1) * u64::from(c2);
        (c0, c1, c2, c3) = ((p1 >> 32) as u32 ^ c1 ^ k0, p1 as u32, (p0 >> 32) as u32 ^ c3 ^ k1, p0 as u32);
        k0 = k0.wrapping_add(W0);
        k1 = k1.wrapping_add(W1);
    }
    [c0, c1, c2, c3]
}

/// Blocks that are drawn side by side.
pub const ABREAST: usize = 64;

/// [`ABREAST`] blocks, word by word: block `i` is `[0, 1, 2, 3].map(|w| blocks[w][i])`.
pub type Blocks = [[u32; ABREAST]; 4];

/// [`philox4x32_10`] of many counters at once, in the widest registers that the processor has; the same bits in all of them.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn philox_abreast(counters: &mut Blocks, key: [u32; 2]) {
    let [c0, c1, c2, c3] = counters;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        #[allow(clippy::needless_range_loop, reason = "four arrays go together; this form is vectorised")]
        for i in 0..ABREAST {
            let p0 = u64::from(M0) * u64::from(c0[i]);
            let p1 = u64::from(M1) * u64::from(c2[i]);
            (c0[i], c1[i], c2[i], c3[i]) =
                ((p1 >> 32) as u32 ^ c1[i] ^ k0, p1 as u32, (p0 >> 32) as u32 ^ c3[i] ^ k1, p0 as u32);
        }
        k0 = k0.wrapping_add(W0);
        k1 = k1.wrapping_add(W1);
    }
}

/// What a draw is for. Made from a name; two modules that choose names with the same number are refused when the
/// simulation is built ([`crate::sim::Simulation::new`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    /// Name, `module.purpose`.
    pub name: &'static str,
    /// Number that enters the counter.
    pub id: u16,
}

impl Stream {
    /// The stream called `name`; its number is the folded FNV-1a hash of the name.
    pub const fn named(name: &'static str) -> Stream {
        let bytes = name.as_bytes();
        let mut hash: u32 = 0x811C_9DC5;
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u32).wrapping_mul(0x0100_0193);
            i += 1;
        }
        Stream { name, id: (hash ^ (hash >> 16)) as u16 }
    }
}

/// The source of draws of one simulation at one tick. Cheap to copy.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draws {
    /// Seed of the run.
    pub seed: u64,
    /// Tick (month since the start); 0 while the city is being built.
    pub tick: u16,
}

impl Draws {
    /// Draws for building things before the first tick.
    pub fn at_start(seed: u64) -> Draws {
        Draws { seed, tick: 0 }
    }

    /// Four uniform words for (`stream`, `key`, `draw`). `draw` numbers the blocks that one key needs in one tick, or
    /// holds the low 32 bits of an alternative's key for noise keyed by (chooser, alternative).
    #[inline]
    pub fn block(self, stream: Stream, key: u64, draw: u32) -> [u32; 4] {
        let counter = [key as u32, (key >> 32) as u32, draw, u32::from(stream.id) << 16 | u32::from(self.tick)];
        philox4x32_10(counter, [self.seed as u32, (self.seed >> 32) as u32])
    }

    /// [`Draws::block`] of the keys of [`ABREAST`] rows at most, in a third of the time that they take one after the other.
    #[inline]
    pub fn blocks(self, stream: Stream, keys: impl Iterator<Item = u64>, draw: u32) -> Blocks {
        let last = u32::from(stream.id) << 16 | u32::from(self.tick);
        let mut blocks = [[0; ABREAST], [0; ABREAST], [draw; ABREAST], [last; ABREAST]];
        for (i, key) in keys.take(ABREAST).enumerate() {
            (blocks[0][i], blocks[1][i]) = (key as u32, (key >> 32) as u32);
        }
        philox_abreast(&mut blocks, [self.seed as u32, (self.seed >> 32) as u32]);
        blocks
    }

    /// [`Draws::block`] of one key for [`ABREAST`] numbers at most.
    #[inline]
    pub fn numbered(self, stream: Stream, key: u64, numbers: impl Iterator<Item = u32>) -> Blocks {
        let last = u32::from(stream.id) << 16 | u32::from(self.tick);
        let mut blocks = [[key as u32; ABREAST], [(key >> 32) as u32; ABREAST], [0; ABREAST], [last; ABREAST]];
        blocks[2].iter_mut().zip(numbers).for_each(|(at, number)| *at = number);
        philox_abreast(&mut blocks, [self.seed as u32, (self.seed >> 32) as u32]);
        blocks
    }

    /// A uniform number in [0, 1) with 24 bits.
    #[inline]
    pub fn uniform(self, stream: Stream, key: u64, draw: u32) -> f32 {
        unit(self.block(stream, key, draw)[0])
    }

    /// `expected` as a whole number: its floor, plus one with the chance of its fraction.
    pub fn whole(self, stream: Stream, key: u64, expected: f64) -> usize {
        let floor = expected.max(0.0).floor();
        floor as usize + usize::from(f64::from(self.uniform(stream, key, u32::MAX)) < expected - floor)
    }

    /// Standard Gumbel noise, for choices keyed by (chooser, alternative).
    #[inline]
    pub fn gumbel(self, stream: Stream, chooser: u64, alternative: u64) -> f32 {
        gumbel(self.block(stream, chooser, alternative as u32)[0])
    }

    /// Who finds the alternative of the lowest noise among many; see [`Chooser`].
    #[inline]
    pub fn chooser(self, stream: Stream, key: u64) -> Chooser {
        let words = self.block(stream, key, u32::MAX);
        Chooser(u64::from(words[0]) | u64::from(words[1]) << 32)
    }

    /// A generator for `rand` and `rand_distr`, private to (`stream`, `key`).
    pub fn rng(self, stream: Stream, key: u64) -> KeyedRng {
        KeyedRng { draws: self, stream, key, draw: 0, words: [0; 4], used: 4 }
    }
}

/// Cheap noise keyed by (chooser, alternative), for comparing hundreds of alternatives: the 64 bits of a block of the
/// chooser's own, mixed with the alternative's key by the finaliser of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA'14).
/// An alternative more or less changes nothing for the others. Keys must be well spread, as all keys here are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chooser(u64);

impl Chooser {
    /// The noise of the alternative `key`: a uniform word.
    #[inline]
    pub fn noise(self, key: u64) -> u32 {
        let x = key ^ self.0;
        let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x >> 32) as u32
    }
}

/// `word` as a uniform number in [0, 1) with 24 bits.
#[inline]
pub fn unit(word: u32) -> f32 {
    (word >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// `word` as standard Gumbel noise, −ln(−ln u).
#[inline]
pub fn gumbel(word: u32) -> f32 {
    let u = ((word >> 8) as f32 + 0.5) * (1.0 / 16_777_216.0);
    -libm::logf(-libm::logf(u))
}

/// The threshold below which a uniform word falls with probability `p`: `word < threshold(p)`. A comparison of
/// integers is exact and faster than making a float of every draw.
#[inline]
pub fn threshold(p: f64) -> u32 {
    (p.clamp(0.0, 1.0) * 4_294_967_296.0).min(4_294_967_295.0) as u32
}

/// Shows `each` every row with its place in `rows` and its block, drawn [`ABREAST`] at a time.
#[inline]
pub fn with_blocks<T>(
    draws: Draws,
    stream: Stream,
    rows: &[T],
    key: impl Fn(&T) -> u64,
    mut each: impl FnMut(usize, &T, [u32; 4]),
) {
    for (c, some) in rows.chunks(ABREAST).enumerate() {
        let blocks = draws.blocks(stream, some.iter().map(&key), 0);
        for (i, row) in some.iter().enumerate() {
            each(c * ABREAST + i, row, [0, 1, 2, 3].map(|w| blocks[w][i]));
        }
    }
}

/// A 64-bit key from parts: Philox with a fixed key, so that keys of different origin do not collide by pattern.
pub fn mix(domain: Stream, a: u64, b: u64) -> u64 {
    let w =
        philox4x32_10([a as u32, (a >> 32) as u32, b as u32, (b >> 32) as u32], [0x5742_4544, u32::from(domain.id)]);
    u64::from(w[0]) | u64::from(w[1]) << 32
}

/// A random number generator for [`rand`] that is private to one (stream, key, tick).
#[derive(Debug, Clone)]
pub struct KeyedRng {
    draws: Draws,
    stream: Stream,
    key: u64,
    draw: u32,
    words: [u32; 4],
    used: usize,
}

impl TryRng for KeyedRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        if self.used == 4 {
            self.words = self.draws.block(self.stream, self.key, self.draw);
            self.draw = self.draw.wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        Ok(self.words[self.used - 1])
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = self.try_next_u32()?;
        Ok(u64::from(low) | u64::from(self.try_next_u32()?) << 32)
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(4) {
            let word = self.try_next_u32()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    /// Known answers of the Random123 library (`kat_vectors`, philox4x32 with 10 rounds).
    #[test]
    fn philox_gives_the_known_answers() {
        let cases = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, want) in cases {
            assert_eq!(philox4x32_10(counter, key), want);
        }
    }

    #[test]
    fn a_draw_depends_on_each_part_of_its_key() {
        let a = Stream::named("test.a");
        let draws = Draws { seed: 7, tick: 3 };
        let base = draws.block(a, 11, 0);
        assert_eq!(base, draws.block(a, 11, 0));
        assert_ne!(base, draws.block(Stream::named("test.b"), 11, 0));
        assert_ne!(base, draws.block(a, 12, 0));
        assert_ne!(base, draws.block(a, 11 | 1 << 40, 0));
        assert_ne!(base, draws.block(a, 11, 1));
        assert_ne!(base, Draws { seed: 8, tick: 3 }.block(a, 11, 0));
        assert_ne!(base, Draws { seed: 7, tick: 4 }.block(a, 11, 0));
    }

    /// Side by side and one after the other, in whatever registers this processor has: the same words.
    #[test]
    fn blocks_abreast_are_those_of_one_after_the_other() {
        let (stream, draws) = (Stream::named("test.abreast"), Draws { seed: 0xDEAD_BEEF_0123_4567, tick: 9 });
        let keys: Vec<u64> = (0..ABREAST as u64 - 3).map(|i| mix(stream, i, 3)).collect();
        let blocks = draws.blocks(stream, keys.iter().copied(), 5);
        for (i, &key) in keys.iter().enumerate() {
            assert_eq!([0, 1, 2, 3].map(|w: usize| blocks[w][i]), draws.block(stream, key, 5), "{i}");
        }
        let numbered = draws.numbered(stream, keys[7], (0..40).map(|i| 3 * i));
        let [a, b, c, d] = &numbered;
        for (i, (((&a, &b), &c), &d)) in a.iter().zip(b).zip(c).zip(d).take(40).enumerate() {
            assert_eq!([a, b, c, d], draws.block(stream, keys[7], 3 * i as u32), "{i}");
        }
    }

    #[test]
    fn the_generator_hands_out_the_blocks_in_order() {
        let stream = Stream::named("test.rng");
        let draws = Draws::at_start(1);
        let mut rng = draws.rng(stream, 5);
        let got: Vec<u32> = (0..8).map(|_| rng.next_u32()).collect();
        let want = [draws.block(stream, 5, 0), draws.block(stream, 5, 1)].concat();
        assert_eq!(got, want);
    }

    /// Every alternative is the lowest equally often, and what one chooser finds says nothing of the next: 7 choosers'
    /// lowest of 8 keys, 40,000 months.
    #[test]
    fn choosers_find_every_alternative_equally_often_and_each_for_themselves() {
        let stream = Stream::named("test.chooser");
        let keys: Vec<u64> = (0..8).map(|i| mix(stream, i, 7)).collect();
        let lowest = |chooser: Chooser| {
            let noise = |i: &usize| chooser.noise(keys[*i]);
            (0..8).min_by_key(noise).unwrap_or(0)
        };
        let (mut found, mut same) = ([0u32; 8], 0u32);
        let n = 40_000u64;
        for i in 0..n {
            let draws = Draws { seed: 5, tick: (i % 1_000) as u16 };
            let mine = lowest(draws.chooser(stream, i / 1_000));
            found[mine] += 1;
            same += u32::from(mine == lowest(draws.chooser(stream, i / 1_000 + 1)));
        }
        // An eighth each; standard error √(40,000 · 7/64) = 66.
        assert!(found.iter().all(|n| n.abs_diff(5_000) < 265), "{found:?}");
        assert!(same.abs_diff(5_000) < 265, "{same}");
    }

    #[test]
    fn thresholds_cover_the_unit_interval() {
        assert_eq!(threshold(0.0), 0);
        assert_eq!(threshold(0.5), 1 << 31);
        assert_eq!(threshold(1.0), u32::MAX);
        assert_eq!(threshold(-1.0), 0);
    }

    #[test]
    fn gumbel_noise_has_the_textbook_mean() {
        let draws = Draws::at_start(9);
        let stream = Stream::named("test.gumbel");
        let n = 100_000;
        let mean = (0..n).map(|i| f64::from(draws.gumbel(stream, 1, i))).sum::<f64>() / n as f64;
        // Euler–Mascheroni constant; standard error π/√6/√n = 0.0041.
        assert!((mean - 0.577_216).abs() < 0.016, "{mean}");
    }
}
