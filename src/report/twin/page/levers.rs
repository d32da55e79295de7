//! Names, units and bearers of levers in both languages.
//!
//! All words are those of the live session (`assets/locale`): names, and the Dutch for units and for who bears a lever, which are
//! written in English in the levers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::policies::{Authority, Lever};
use crate::report::Lang;

/// Names of levers, English and Dutch.
static NAMES: LazyLock<[BTreeMap<String, String>; 2]> = LazyLock::new(|| {
    [include_str!("../../../../assets/locale/en.toml"), include_str!("../../../../assets/locale/nl.toml")].map(|text| {
        let words: toml::Table = toml::from_str(text).expect("the words are valid");
        let name = |(id, name): (&String, &toml::Value)| Some((id.clone(), name.as_str()?.to_string()));
        words.iter().filter_map(name).collect()
    })
});

/// Dutch of units and bearers, by their English.
static NL: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../../assets/locale/nl-levers.toml")).expect("the words are valid")
});

/// What people call `lever`.
pub(super) fn name(lever: &Lever, lang: Lang) -> String {
    let names = &NAMES[lang.pick(0, 1)];
    names.get(lever.id).cloned().unwrap_or_else(|| lever.id.replace('_', " "))
}

/// The unit of its value.
pub(super) fn unit(lever: &Lever, lang: Lang) -> &'static str {
    lang.pick(lever.unit, dutch(lever.unit))
}

/// Who bears it.
pub(super) fn borne_by(lever: &Lever, lang: Lang) -> &'static str {
    lang.pick(lever.borne_by, dutch(lever.borne_by))
}

/// Who decides on it.
pub(super) fn authority(authority: Authority, lang: Lang) -> &'static str {
    match authority {
        Authority::Municipality => lang.pick("the municipality", "de gemeente"),
        Authority::State => lang.pick("the State", "het Rijk"),
        Authority::Police => lang.pick("the police", "de politie"),
        Authority::HousingAssociations => lang.pick("housing associations", "woningcorporaties"),
        Authority::WaterBoard => lang.pick("the water board", "het waterschap"),
        Authority::Nobody => lang.pick("nobody", "niemand"),
    }
}

fn dutch(text: &'static str) -> &'static str {
    NL.get(text).map_or(text, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::LEVERS;

    #[test]
    fn every_lever_has_its_words_in_both_languages() {
        for lever in LEVERS {
            for text in [lever.unit, lever.borne_by] {
                assert!(NL.contains_key(text), "{}: no Dutch for `{text}`", lever.id);
            }
            for (names, lang) in NAMES.iter().zip(["en", "nl"]) {
                assert!(names.contains_key(lever.id) || lever.id == "placebo", "{}: no name in {lang}.toml", lever.id);
            }
        }
    }
}
