//! Roads, rails, dikes and boundaries on a map, and their legend.

use super::outlines::Outline;
use super::page::Page;
use crate::city::{AmenityKind, LineKind};

impl Page<'_> {
    /// Neighbourhood and district boundaries. `is_light` for maps with dark fills.
    pub fn boundaries(&mut self, outlines: &[Outline], is_light: bool) {
        let (mut fine, mut bold) = (String::new(), String::new());
        for (h, outline) in outlines.iter().enumerate() {
            let district = self.city.neighbourhoods[h].district;
            for arc in outline.iter().flatten() {
                let beyond = self.city.neighbourhoods.get(usize::from(arc.beyond));
                // An inner line belongs to both sides: the first draws it.
                if arc.is_edge || (beyond.is_some() && usize::from(arc.beyond) < h) {
                    continue;
                }
                let is_bold = beyond.is_some_and(|n| n.district != district);
                self.view.path(arc.points.iter().copied(), false, if is_bold { &mut bold } else { &mut fine });
            }
        }
        let (thin, thick) = if is_light { ("#ffffff", "#ffffff") } else { ("#4d4357", "#4d4357") };
        let opacity = if outlines.len() > 150 { 0.3 } else { 0.55 };
        self.stroke(&fine, thin, 0.8, &format!("stroke-opacity=\"{opacity}\" stroke-dasharray=\"4 2.5\""));
        self.stroke(&bold, thick, 1.9, "stroke-opacity=\"0.7\" stroke-dasharray=\"9 3 2 3\"");
    }

    /// Roads, rails and dikes over the ground, with weights that follow the scale of the map.
    pub fn network(&mut self) {
        // 1 at 5 m per pixel; a map of a village may have broad roads, one of a large city needs fine ones.
        let k = (self.view.px_per_m * 5.0).clamp(0.55, 1.6);
        let dike = self.lines(LineKind::Dike);
        self.stroke(&dike, "#6f7f4a", 2.6 * k, "");
        self.stroke(
            &dike,
            "#6f7f4a",
            7.0 * k,
            &format!("stroke-dasharray=\"{:.1} {:.1}\" stroke-opacity=\"0.75\"", 1.0 * k, 5.0 * k),
        );
        let main = self.lines(LineKind::MainRoad);
        self.stroke(&main, "#a9986f", 5.2 * k, "stroke-linecap=\"round\"");
        self.stroke(&main, "#fff3c4", 3.7 * k, "stroke-linecap=\"round\"");
        let motorway = self.lines(LineKind::Motorway);
        self.stroke(&motorway, "#b4652f", 7.6 * k, "");
        self.stroke(&motorway, "#f6b26b", 5.6 * k, "");
        self.stroke(&motorway, "#b4652f", 0.8 * k, "");
        let rail = self.lines(LineKind::Rail);
        self.stroke(&rail, "#3f3f3f", 3.4 * k, "");
        self.stroke(&rail, "#ffffff", 1.8 * k, &format!("stroke-dasharray=\"{:.1} {:.1}\"", 7.0 * k, 7.0 * k));
        let tram = self.lines(LineKind::Tram);
        self.stroke(&tram, "#b02a37", 1.3 * k, "");
        for a in self.city.amenities.iter().filter(|a| matches!(a.kind, AmenityKind::TramStop | AmenityKind::Station)) {
            let (x, y) = self.view.px(f64::from(a.x_m), f64::from(a.y_m));
            let sign = if a.kind == AmenityKind::Station {
                station(x, y, (5.5 * k).max(4.0))
            } else {
                stop(x, y, (2.2 * k).max(1.3))
            };
            self.svg.push_str(&sign);
        }
    }

    fn has_line(&self, kind: LineKind) -> bool {
        self.city.lines.iter().any(|l| l.kind == kind)
    }

    /// Legend of roads, rails and boundaries that the map shows.
    pub fn network_legend(&mut self) {
        let line = |x: f64, y: f64, colour: &str, width: f64, more: &str| {
            format!("<path d=\"M{x:.1} {:.1}h28\" stroke=\"{colour}\" stroke-width=\"{width}\" {more}/>", y + 7.0)
        };
        if self.has_line(LineKind::Motorway) {
            self.entry("Motorway", |x, y| {
                line(x, y, "#b4652f", 7.0, "") + &line(x, y, "#f6b26b", 5.0, "") + &line(x, y, "#b4652f", 0.8, "")
            });
        }
        if self.has_line(LineKind::MainRoad) {
            self.entry("Main road", |x, y| line(x, y, "#a9986f", 5.4, "") + &line(x, y, "#fff3c4", 3.8, ""));
        }
        if self.has_line(LineKind::Rail) {
            self.entry("Railway, station", |x, y| {
                line(x, y, "#3f3f3f", 3.4, "")
                    + &line(x, y, "#ffffff", 1.8, "stroke-dasharray=\"7 7\"")
                    + &station(x + 14.0, y + 7.0, 5.5)
            });
        }
        if self.has_line(LineKind::Tram) {
            self.entry("Tram, stop", |x, y| line(x, y, "#b02a37", 1.4, "") + &stop(x + 14.0, y + 7.0, 2.4));
        }
        if self.has_line(LineKind::Dike) {
            self.entry("River dike", |x, y| {
                line(x, y, "#6f7f4a", 2.6, "") + &line(x, y, "#6f7f4a", 7.0, "stroke-dasharray=\"1 5\"")
            });
        }
        self.boundary_legend(false);
    }

    /// Legend of the boundaries.
    pub fn boundary_legend(&mut self, is_light: bool) {
        let ground = if is_light { "#8a8a8a" } else { "#f1efe8" };
        let colour = if is_light { "#ffffff" } else { "#4d4357" };
        let line = |x: f64, y: f64, width: f64, dash: &str| {
            format!(
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"28\" height=\"14\" fill=\"{ground}\"/>\
                 <path d=\"M{x:.1} {:.1}h28\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-dasharray=\"{dash}\"/>",
                y + 7.0
            )
        };
        if self.city.districts.len() > 1 {
            self.entry("District boundary", |x, y| line(x, y, 1.9, "9 3 2 3"));
        }
        self.entry("Neighbourhood boundary", |x, y| line(x, y, 0.9, "4 2.5"));
    }
}

fn station(x: f64, y: f64, r: f64) -> String {
    format!(
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"1.5\" fill=\"#ffffff\" stroke=\"#2b2b2b\" \
         stroke-width=\"{:.1}\"/>\n",
        x - r,
        y - r,
        2.0 * r,
        2.0 * r,
        r * 0.42
    )
}

fn stop(x: f64, y: f64, r: f64) -> String {
    format!(
        "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"#ffffff\" stroke=\"#b02a37\" stroke-width=\"{:.1}\"/>\n",
        r * 0.5
    )
}
