//! A row of Dutch houses by the water, below the start screen.

use bevy_egui::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke};

/// Colours of the houses: those of the tenures, paler.
const HOUSES: [[u8; 3]; 6] =
    [[232, 217, 182], [148, 178, 204], [226, 180, 150], [158, 190, 172], [196, 168, 192], [214, 206, 192]];
const WATER: [u8; 3] = [156, 190, 210];
const GLASS: [u8; 3] = [246, 246, 242];

/// A number that looks like chance, the same every time.
fn chance(i: u32, of: u32) -> u32 {
    let mut z = i.wrapping_mul(0x9E37_79B9) ^ 0x85EB_CA6B;
    z = (z ^ (z >> 15)).wrapping_mul(0x2C1B_3C6D);
    (z ^ (z >> 13)) % of
}

fn blend([r, g, b]: [u8; 3], [x, y, z]: [u8; 3], k: f32) -> Color32 {
    let mix = |a: u8, b: u8| (f32::from(a) + k * (f32::from(b) - f32::from(a))).round() as u8;
    Color32::from_rgb(mix(r, x), mix(g, y), mix(b, z))
}

/// Draws it into `rect`, of which the lowest part is water.
pub(in super::super) fn draw(painter: &Painter, rect: Rect) {
    let quay = rect.top() + 0.72 * rect.height();
    let water = Rect::from_min_max(Pos2::new(rect.left(), quay), rect.max);
    painter.rect_filled(water, 0.0, blend(WATER, WATER, 0.0));
    let (mut x, mut i) = (rect.left() - 12.0, 0);
    while x < rect.right() {
        let wide = 34.0 + chance(3 * i, 26) as f32;
        let storeys = 2 + chance(3 * i + 1, 4);
        let high = (storeys as f32 * 24.0 + 10.0).min(0.62 * rect.height());
        let colour = HOUSES[chance(3 * i + 2, HOUSES.len() as u32) as usize];
        house(painter, (x, quay, 1.0), (wide, high), (colour, 0.0), i);
        house(painter, (x, quay, -1.0), (wide, 0.45 * high), (colour, 0.68), i);
        x += wide + 1.0;
        i += 1;
    }
    painter.hline(rect.x_range(), quay, Stroke::new(3.0, Color32::from_rgb(120, 128, 130)));
    for (n, share) in [0.28f32, 0.5, 0.72, 0.92].into_iter().enumerate() {
        let y = quay + share * (rect.bottom() - quay);
        let wave = |k: i32| Pos2::new(rect.left() + 8.0 * k as f32, y + 1.6 * (0.5 * k as f32 + n as f32).sin());
        let points: Vec<Pos2> = (0..=(rect.width() / 8.0) as i32 + 1).map(wave).collect();
        painter.line(points, Stroke::new(1.0, Color32::from_rgba_unmultiplied(255, 255, 255, 110)));
    }
}

/// A house that stands at `x` on the quay, upward (1) or as its reflection (−1), tinted with the water.
fn house(
    painter: &Painter,
    (x, quay, up): (f32, f32, f32),
    (wide, high): (f32, f32),
    (colour, tint): ([u8; 3], f32),
    i: u32,
) {
    let at = |dx: f32, dy: f32| Pos2::new(x + dx, quay - up * dy);
    let wall = blend(colour, WATER, tint);
    painter.rect_filled(Rect::from_two_pos(at(0.0, 0.0), at(wide, high)), 0.0, wall);
    let roof = blend([150, 92, 74], WATER, tint.max(0.12));
    let rise = 0.42 * wide * if up > 0.0 { 1.0 } else { 0.45 };
    if chance(7 * i + 5, 3) == 0 {
        // A stepped gable.
        for step in 0..3 {
            let inset = wide * (0.12 + 0.13 * step as f32);
            let (low, top) = (high + rise * step as f32 / 3.0, high + rise * (step + 1) as f32 / 3.0);
            painter.rect_filled(Rect::from_two_pos(at(inset, low), at(wide - inset, top)), 0.0, wall);
        }
    } else {
        let corners = vec![at(-1.0, high), at(0.5 * wide, high + rise), at(wide + 1.0, high)];
        painter.add(Shape::convex_polygon(corners, roof, Stroke::NONE));
    }
    if up < 0.0 {
        return;
    }
    let n = ((wide - 8.0) / 13.0).floor().max(1.0);
    let gap = (wide - 8.0 * n) / (n + 1.0);
    let mut y = 10.0;
    while y + 14.0 < high {
        for k in 0..n as u32 {
            let left = gap + (8.0 + gap) * k as f32;
            let lit = chance(97 * i + 13 * k + y as u32, 4) == 0;
            let glass = if lit { Color32::from_rgb(250, 226, 150) } else { blend(GLASS, colour, 0.25) };
            painter.rect_filled(Rect::from_two_pos(at(left, y), at(left + 8.0, y + 12.0)), 1.0, glass);
        }
        y += 24.0;
    }
}
