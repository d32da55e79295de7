//! Roads and rails: kinds, widths, and the lines that go on the map.

use std::collections::BTreeMap;

use super::ImportError;
use super::config::LayerFile;
use super::layer::{Layer, Shape};
use super::rasterise::strip;
use super::sources::{missing_property, same};
use crate::city::{LineKind, NetworkLine};
use crate::gis::GridRef;

/// Kinds of line in recipes: key, what it is on the map (or only on the ground), and width of the paved strip, m (A:
/// a motorway counts per carriageway).
pub const KINDS: [(&str, Option<LineKind>, f64); 7] = [
    ("motorway", Some(LineKind::Motorway), 12.0),
    ("main", Some(LineKind::MainRoad), 9.0),
    ("street", Some(LineKind::Street), 7.0),
    ("service", None, 4.0),
    ("path", None, 2.0),
    ("rail", Some(LineKind::Rail), 4.0),
    ("tram", Some(LineKind::Tram), 2.5),
];

/// What lines do to the ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Paths {
    /// Lines for the map.
    pub lines: Vec<NetworkLine>,
    /// Share of each pixel that is road or rail.
    pub paved: Vec<f32>,
    /// True where a street runs on which homes can stand.
    pub street: Vec<bool>,
}

impl Paths {
    /// No lines.
    pub fn none(fine: &GridRef) -> Paths {
        Paths { lines: Vec::new(), paved: vec![0.0; fine.len()], street: vec![false; fine.len()] }
    }

    /// Adds the lines of a layer. Classes that the recipe does not list are left out.
    pub fn add(
        &mut self,
        file: &LayerFile,
        layer: &Layer,
        grid: &GridRef,
        fine: &GridRef,
    ) -> Result<usize, ImportError> {
        let key = file.class.as_deref().unwrap_or_default();
        if !layer.features.iter().any(|f| f.properties.contains_key(key)) {
            return Err(missing_property(layer, key));
        }
        let kinds: BTreeMap<&str, usize> = KINDS.iter().enumerate().map(|(i, k)| (k.0, i)).collect();
        let mut used = 0;
        for feature in &layer.features {
            let Shape::Lines(lines) = &feature.shape else { continue };
            let Some(class) = feature.properties.get(key) else { continue };
            let kind = file.classes.iter().find(|(_, values)| values.iter().any(|v| same(class, v)));
            let Some(&kind) = kind.and_then(|(name, _)| kinds.get(name.as_str())) else { continue };
            let (_, on_map, width_m) = KINDS[kind];
            used += 1;
            for line in lines {
                strip(fine, line, width_m, |idx, share| {
                    self.paved[idx] += share;
                    self.street[idx] |= on_map == Some(LineKind::Street);
                });
                // Lines that leave the grid are kept as far as their points lie in it.
                let inside: Vec<[f64; 2]> =
                    line.iter().copied().filter(|p| grid.cell_at(p[0], p[1]).is_some()).collect();
                if let (Some(kind), true) = (on_map, inside.len() >= 2) {
                    let points_m = inside.iter().map(|p| relative(grid, *p)).collect();
                    self.lines.push(NetworkLine { kind, points_m });
                }
            }
        }
        Ok(used)
    }

    /// Caps what added up where strips cross.
    pub fn cap(&mut self) {
        for share in &mut self.paved {
            *share = share.min(1.0);
        }
    }
}

/// A point of RD relative to the west and south edge of `grid`.
pub fn relative(grid: &GridRef, [x, y]: [f64; 2]) -> [f32; 2] {
    [(x - grid.west_m) as f32, (y - grid.south_m()) as f32]
}

#[cfg(test)]
mod tests {
    use super::super::config::{Role, Source};
    use super::super::layer::Feature;
    use super::*;

    #[test]
    fn classes_become_kinds_and_unlisted_ones_are_left_out() {
        let grid = GridRef { west_m: 0.0, north_m: 200.0, cell_m: 100.0, n_cols: 2, n_rows: 2 };
        let fine = grid.split(5);
        let feature = |class: i64| Feature {
            shape: Shape::Lines(vec![vec![[10.0, 10.0], [110.0, 10.0]]]),
            properties: [("cls".to_string(), class.into())].into_iter().collect(),
        };
        let layer = Layer {
            file: "roads".into(),
            declared: None,
            features: vec![feature(5), feature(6), feature(9)],
            unit: "feature",
            first: 1,
        };
        let file = LayerFile {
            role: Role::Roads,
            source: Source::default(),
            height: None,
            class: Some("cls".into()),
            classes: [("street".to_string(), vec![5.into()]), ("service".to_string(), vec![6.into()])].into(),
            crown: None,
        };
        let mut paths = Paths::none(&fine);
        assert_eq!(paths.add(&file, &layer, &grid, &fine).unwrap(), 2);
        assert_eq!(paths.lines.len(), 1);
        assert_eq!(paths.lines[0].kind, LineKind::Street);
        // 100 m of 7 m street and of 4 m service road on pixels of 400 m².
        let paved_m2: f32 = paths.paved.iter().sum::<f32>() * 400.0;
        assert!((paved_m2 - 1_100.0).abs() < 0.1, "{paved_m2}");
        let wrong = LayerFile { class: Some("class".into()), ..file };
        let error = paths.add(&wrong, &layer, &grid, &fine).unwrap_err().to_string();
        assert_eq!(error, "roads: has no column `class`; did you mean `cls`?");
    }
}
