//! Colours and small parts that all panels share.

use std::sync::atomic::{AtomicBool, Ordering};

use bevy_egui::egui::{
    self, Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Response, RichText, Stroke, Ui,
};

use super::super::layers::{self, Rgb};
use crate::report::Lang;

/// Text.
pub const INK: Color32 = Color32::from_rgb(46, 54, 62);
/// Text that may be passed over.
pub const FAINT: Color32 = Color32::from_rgb(104, 112, 120);
/// Panels.
pub const PAPER: Color32 = Color32::from_rgb(250, 250, 248);
/// Fine lines round what can be pressed.
pub const LINE: Color32 = Color32::from_rgb(208, 212, 208);
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

/// Height of a row with buttons, points: words before a button stand in its middle.
pub const ROW: f32 = 24.0;

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
    visuals.text_edit_bg_color = Some(Color32::WHITE);
    visuals.slider_trailing_fill = true;
    // What cannot be pressed is still to be read.
    visuals.disabled_alpha = 0.75;
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(6);
    visuals.window_stroke = Stroke::new(1.0, LINE);
    // What can be pressed is white with a fine line; what is pressed or pointed at is tinted.
    let widgets = &mut visuals.widgets;
    for (widget, fill, line) in [
        (&mut widgets.inactive, Color32::WHITE, LINE),
        (&mut widgets.hovered, Color32::from_rgb(236, 243, 246), ACCENT),
        (&mut widgets.active, Color32::from_rgb(206, 226, 236), ACCENT),
        (&mut widgets.open, Color32::from_rgb(236, 243, 246), LINE),
    ] {
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, line);
        widget.corner_radius = CornerRadius::same(5);
        widget.expansion = 0.0;
    }
    // Rails of sliders, boxes and rings to tick.
    widgets.inactive.bg_fill = Color32::from_rgb(226, 229, 225);
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, Color32::from_rgb(226, 228, 224));
    ctx.set_visuals(visuals);
    ctx.all_styles_mut(|style| {
        style.spacing.button_padding = egui::vec2(7.0, 3.0);
        style.spacing.scroll = egui::style::ScrollStyle::thin();
    });
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

/// A field to search in; true if Enter was pressed in it. `seek` puts the cursor there.
pub fn search_field(ui: &mut Ui, field: egui::TextEdit, seek: bool) -> bool {
    let response = ui.add(field);
    if seek {
        response.request_focus();
    }
    ui.add_space(4.0);
    response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter))
}

/// What the lines of a plot are, above it: within it they would lie behind.
pub fn line_key(ui: &mut Ui, lines: &[(&str, Color32)]) {
    const ROW: f32 = 15.0;
    let texts = lines.iter().map(|(name, colour)| {
        let galley = ui.painter().layout_no_wrap((*name).into(), FontId::proportional(11.5), INK);
        (galley, *colour)
    });
    let (mut place, mut placed) = (egui::Vec2::ZERO, Vec::new());
    for (galley, colour) in texts {
        let wide = 20.0 + galley.size().x;
        if place.x > 0.0 && place.x + wide > ui.available_width() {
            place = egui::vec2(0.0, place.y + ROW);
        }
        placed.push((place, galley, colour));
        place.x += wide + 10.0;
    }
    let size = egui::vec2(ui.available_width(), place.y + ROW + 3.0);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    for (place, galley, colour) in placed {
        let left = rect.min + place;
        ui.painter().hline(left.x..=left.x + 15.0, left.y + 0.5 * ROW, Stroke::new(2.5, colour));
        let y = left.y + 0.5 * (ROW - galley.size().y);
        ui.painter().galley(egui::pos2(left.x + 20.0, y), galley, INK);
    }
}

/// The button that does what the page is for.
pub fn strong_button(ui: &mut Ui, text: &str) -> Response {
    // White fades into nothing where it cannot be pressed.
    let (ink, fill) = if ui.is_enabled() { (Color32::WHITE, ACCENT) } else { (INK, LINE) };
    // Given its size, a button puts its text in the middle.
    ui.add_sized(egui::vec2(136.0, 28.0), egui::Button::new(bold(text).color(ink)).fill(fill))
}

/// Euros, short: € 1.2 M.
pub fn euros(lang: Lang, eur: f64) -> String {
    let sign = if eur < 0.0 { "−" } else { "" };
    let eur = eur.abs();
    let [k, m, bn] = match lang {
        Lang::En => ["k", "M", "bn"],
        Lang::Nl => ["dzd", "mln", "mld"],
    };
    let text = match eur {
        e if e >= 1e9 => format!("{sign}€ {:.1} {bn}", e / 1e9),
        e if e >= 1e6 => format!("{sign}€ {:.1} {m}", e / 1e6),
        e if e >= 1e4 => format!("{sign}€ {:.0} {k}", e / 1e3),
        e => format!("{sign}€ {}", layers::thousands(e.round() as i64)),
    };
    layers::decimal(lang, text)
}
