use super::*;

#[test]
fn smoke() {
    let t = std::time::Instant::now();
    for n in [1_000, 10_000, 100_000] {
        let city = generate(&CityConfig { residents: n, ..CityConfig::default() }, 1).unwrap();
        let s = city.summary();
        assert_eq!(s.residents, u64::from(n));
        eprintln!("{s:?} {:?}", t.elapsed());
    }
}
