//! Colours and small parts that all panels share.

use std::sync::atomic::{AtomicBool, Ordering};

use bevy_egui::egui::{self, Color32, Context, FontData, FontDefinitions, FontFamily, Response, RichText, Ui};

use super::super::layers::{self, Rgb};

/// Text.
pub const INK: Color32 = Color32::from_rgb(46, 54, 62);
/// Text that may be passed over.
pub const FAINT: Color32 = Color32::from_rgb(104, 112, 120);
/// Panels.
pub const PAPER: Color32 = Color32::from_rgb(250, 250, 248);
/// What is chosen.
pub const ACCENT: Color32 = Color32::from_rgb(0, 98, 136);
/// What was placed, on the map.
pub const PLACED: Color32 = Color32::from_rgb(200, 92, 20);
/// What went wrong.
pub const ALARM: Color32 = Color32::from_rgb(166, 48, 38);
/// The variant, in charts.
pub const VARIANT: Color32 = Color32::from_rgb(0, 98, 136);
/// Floods, on the time bar.
pub const WATER: Color32 = Color32::from_rgb(49, 130, 189);
/// Heat waves, on the time bar.
pub const HEAT: Color32 = Color32::from_rgb(186, 54, 85);
/// The twin, in charts.
pub const TWIN: Color32 = Color32::from_rgb(140, 140, 140);

/// The look of everything.
pub fn apply(ctx: &Context) {
    let known = egui::Id::new("fonts are there");
    if !ctx.data(|data| data.get_temp::<bool>(known).unwrap_or(false)) {
        ctx.data_mut(|data| data.insert_temp(known, true));
        ctx.set_fonts(fonts());
        // Where a frame takes a second, press and release lie in two frames: still a click.
        ctx.options_mut(|options| options.input_options.max_click_duration = 5.0);
        ctx.request_repaint();
    } else {
        // Letters that were set are there from the next frame on.
        BOLD.store(true, Ordering::Relaxed);
    }
    let mut visuals = egui::Visuals::light();
    visuals.override_text_color = Some(INK);
    visuals.panel_fill = PAPER;
    visuals.window_fill = PAPER;
    visuals.selection.bg_fill = Color32::from_rgb(206, 226, 236);
    visuals.selection.stroke.color = INK;
    visuals.widgets.open.weak_bg_fill = PAPER;
    ctx.set_visuals(visuals);
}

/// The project's own letters; egui's for the signs that they lack.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let regular = FontData::from_static(include_bytes!("../../../assets/fonts/OpenSans-Regular.ttf"));
    fonts.font_data.insert("Open Sans".into(), regular.into());
    let semibold = FontData::from_static(include_bytes!("../../../assets/fonts/OpenSans-Semibold.ttf"));
    fonts.font_data.insert("Open Sans Semibold".into(), semibold.into());
    if let Some(family) = fonts.families.get_mut(&FontFamily::Proportional) {
        family.insert(0, "Open Sans".into());
        let mut bold = family.clone();
        bold.insert(0, "Open Sans Semibold".into());
        fonts.families.insert(FontFamily::Name("bold".into()), bold);
    }
    fonts
}

/// True once there are bold letters.
static BOLD: AtomicBool = AtomicBool::new(false);

/// Text that stands out.
pub fn bold(text: impl Into<String>) -> RichText {
    let text = RichText::new(text);
    if BOLD.load(Ordering::Relaxed) { text.family(FontFamily::Name("bold".into())) } else { text.strong() }
}

/// A colour of a layer.
pub fn colour([r, g, b]: Rgb) -> Color32 {
    Color32::from_rgb(r, g, b)
}

/// A heading.
pub fn heading(ui: &mut Ui, text: &str) {
    ui.label(bold(text).size(15.0));
    ui.add_space(2.0);
}

/// A remark.
pub fn small(ui: &mut Ui, text: impl Into<String>) -> Response {
    ui.label(RichText::new(text).size(11.5).color(FAINT))
}

/// The button that does what the page is for.
pub fn strong_button(ui: &mut Ui, text: &str) -> Response {
    let text = bold(text).color(Color32::WHITE);
    // Given its size, a button puts its text in the middle.
    ui.add_sized(egui::vec2(136.0, 28.0), egui::Button::new(text).fill(ACCENT))
}

/// Euros, short: € 1.2 M.
pub fn euros(eur: f64) -> String {
    let sign = if eur < 0.0 { "−" } else { "" };
    let eur = eur.abs();
    match eur {
        e if e >= 1e9 => format!("{sign}€ {:.1} bn", e / 1e9),
        e if e >= 1e6 => format!("{sign}€ {:.1} M", e / 1e6),
        e if e >= 1e4 => format!("{sign}€ {:.0} k", e / 1e3),
        e => format!("{sign}€ {}", layers::thousands(e.round() as i64)),
    }
}
