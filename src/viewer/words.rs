//! The words of the window, Dutch and English (`assets/locale`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::indicators::Words;
use crate::policies::Lever;
use crate::report::Lang;

type Table = BTreeMap<String, String>;

static EN: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../assets/locale/en.toml")));
static NL: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../assets/locale/nl.toml")));

static NL_LEVERS: LazyLock<Table> = LazyLock::new(|| read(include_str!("../../assets/locale/nl-levers.toml")));

fn read(text: &str) -> Table {
    // The files are part of the program; a test reads them.
    toml::from_str(text).unwrap_or_default()
}

fn table(lang: Lang) -> &'static Table {
    match lang {
        Lang::En => &EN,
        Lang::Nl => &NL,
    }
}

/// The words for `key`; the key itself if there are none.
pub fn say(lang: Lang, key: &'static str) -> &'static str {
    table(lang).get(key).map_or(key, String::as_str)
}

/// The words for `key`, with what is to be filled in at `{}`.
pub fn fill(lang: Lang, key: &'static str, with: &[&str]) -> String {
    let mut text = String::new();
    let mut parts = say(lang, key).split("{}");
    text.push_str(parts.next().unwrap_or_default());
    let mut with = with.iter();
    for part in parts {
        text.push_str(with.next().unwrap_or(&""));
        text.push_str(part);
    }
    text
}

/// The unit of a lever, or who bears it, given in English.
pub fn phrase(lang: Lang, english: &'static str) -> &'static str {
    match lang {
        Lang::En => english,
        Lang::Nl => NL_LEVERS.get(english).map_or(english, String::as_str),
    }
}

/// The words in one language.
pub fn pick(lang: Lang, words: Words) -> &'static str {
    match lang {
        Lang::En => words.en,
        Lang::Nl => words.nl,
    }
}

/// Name of a lever, as people read it.
pub fn lever_title(lang: Lang, lever: &Lever) -> String {
    table(lang).get(lever.id).cloned().unwrap_or_else(|| capital(&lever.id.replace('_', " ")))
}

/// Name of who decides on a lever.
pub fn authority_title(lang: Lang, lever: &Lever) -> String {
    let name = format!("{:?}", lever.authority);
    let key = format!("authority_{name}");
    table(lang).get(&key).cloned().unwrap_or_else(|| {
        let mut words = String::new();
        for c in name.chars() {
            if c.is_uppercase() && !words.is_empty() {
                words.push(' ');
            }
            words.extend(c.to_lowercase());
        }
        capital(&words)
    })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// A month, in words.
pub fn month(lang: Lang, month: crate::sim::Month) -> String {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = say(lang, NAMES[(month.month() - 1) as usize]);
    format!("{name} {}", month.year())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Keys in `t("…")` and its like, in all sources of the viewer.
    fn used() -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/viewer")];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = fs::read_to_string(&path).unwrap();
                for call in [".t(\"", ".t2(\"", "words::say(lang, \"", "words::fill(lang, \""] {
                    for (at, _) in text.match_indices(call) {
                        let rest = &text[at + call.len()..];
                        keys.insert(rest[..rest.find('"').unwrap()].to_string());
                    }
                }
            }
        }
        keys
    }

    #[test]
    fn every_word_that_is_used_is_there_in_both_languages() {
        assert!(EN.len() > 60, "the file is read");
        assert_eq!(EN.keys().collect::<Vec<_>>(), NL.keys().collect::<Vec<_>>());
        for key in used() {
            assert!(EN.contains_key(&key), "`{key}` has no words");
        }
        for (key, text) in EN.iter() {
            assert_eq!(text.matches("{}").count(), NL[key].matches("{}").count(), "{key}");
        }
    }

    #[test]
    fn units_of_levers_and_who_bears_them_are_there_in_dutch() {
        let said: BTreeSet<&str> = crate::policies::LEVERS.iter().flat_map(|l| [l.unit, l.borne_by]).collect();
        let known: BTreeSet<&str> = NL_LEVERS.keys().map(String::as_str).collect();
        let lacking: Vec<_> = said.difference(&known).collect();
        assert!(lacking.is_empty(), "add to assets/locale/nl-levers.toml: {lacking:?}");
    }

    #[test]
    fn blanks_are_filled_in_order() {
        assert_eq!(fill(Lang::En, "{} of {}", &["a", "b"]), "a of b");
        assert_eq!(fill(Lang::En, "{} of {}", &["a"]), "a of ");
    }
}
