//! An area in words.

use super::Lang;
use crate::city::City;
use crate::city::area::{Cadastre, Extent};

/// The neighbourhoods of `extent` by name, of each kind at most `most`, and how many cells of those that it holds in part:
/// "Centrum, Haven (+2); 12 cells in Molenhoek".
pub fn in_words(extent: &Extent, city: &City, cadastre: &Cadastre, most: usize, lang: Lang) -> String {
    let named = |whole: bool| -> Option<String> {
        let all: Vec<usize> = extent.neighbourhoods().iter().filter(|(_, w)| *w == whole).map(|(n, _)| *n).collect();
        let names: Vec<&str> = all.iter().take(most).map(|&n| city.neighbourhoods[n].name.as_str()).collect();
        let more = all.len().saturating_sub(most);
        match (all.is_empty(), more) {
            (true, _) => None,
            (_, 0) => Some(names.join(", ")),
            _ => Some(format!("{} (+{more})", names.join(", "))),
        }
    };
    let is_part = |cell: &&u32| {
        let of = cadastre.neighbourhood(**cell);
        extent.neighbourhoods().iter().any(|(n, whole)| !whole && of == Some(*n))
    };
    let parts = named(false).map(|names| match (extent.cells().iter().filter(is_part).count(), lang) {
        (1, Lang::En) => format!("1 cell in {names}"),
        (n, Lang::En) => format!("{n} cells in {names}"),
        (1, Lang::Nl) => format!("1 vak in {names}"),
        (n, Lang::Nl) => format!("{n} vakken in {names}"),
    });
    [named(true), parts].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::toy_town;
    use crate::sim::Area;

    #[test]
    fn whole_neighbourhoods_and_cells_are_told_apart() {
        let city = toy_town::city(10);
        let cadastre = Cadastre::of(&city);
        let say = |names: &[&str], lang| {
            let area = Area::Places(names.iter().map(ToString::to_string).collect());
            in_words(&cadastre.extent(&area), &city, &cadastre, 2, lang)
        };
        assert_eq!(say(&["TT02", "E1000N4498..E1002N4499"], Lang::En), "Molenhoek; 6 cells in Oude Haven");
        assert_eq!(say(&["E1000N4499"], Lang::Nl), "1 vak in Oude Haven");
        assert_eq!(say(&["TT01", "TT02", "TT03", "TT04"], Lang::En), "Oude Haven, Molenhoek (+2)");
    }
}
