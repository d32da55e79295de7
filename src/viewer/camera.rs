//! The orbit camera: turns round a point on the ground.

use bevy::math::{Quat, Rect, Vec2, Vec3};

use crate::session::View;

/// Vertical angle of view, radians: narrow, so that far blocks stay legible.
pub const FOV: f32 = 0.55;

/// Lowest and highest pitch, radians above the horizon.
const PITCH: (f32, f32) = (0.15, 1.553);

/// Nearest, m.
const NEAREST: f32 = 60.0;

/// Where the camera looks, and from where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Orbit {
    /// The point on the ground that stays in the middle of the picture, m.
    pub target: Vec3,
    /// Direction of view on the map, radians clockwise from north.
    pub heading: f32,
    /// Angle above the horizon, radians.
    pub pitch: f32,
    /// Distance to the target, m.
    pub distance: f32,
    /// Farthest distance and farthest target from the middle, m.
    pub reach: f32,
}

impl Orbit {
    /// Sees `points` on the ground (x east, y south) within the part `free` of a picture that is `height` points high.
    pub fn over(points: &[Vec2], free: Vec2, height: f32) -> Orbit {
        let none = (Vec2::INFINITY, Vec2::NEG_INFINITY);
        let (low, high) = points.iter().fold(none, |(l, h), p| (l.min(*p), h.max(*p)));
        let (middle, size) = if low.x <= high.x { ((low + high) / 2.0, high - low) } else { (Vec2::ZERO, Vec2::ZERO) };
        let distance = 3.0 * size.length().max(200.0);
        let target = Vec3::new(middle.x, 0.0, middle.y);
        let mut orbit = Orbit { target, heading: 5.83, pitch: 0.66, distance, reach: 3.0 * distance };
        let room = (FOV / 2.0).tan() * free.max(Vec2::splat(50.0)) / height.max(1.0) * 0.95;
        // What is nearer looks larger, so middle and distance are approached in turn.
        for _ in 0..if points.is_empty() { 0 } else { 16 } {
            let (eye, facing) = orbit.eye();
            let seen = points.iter().map(|p| {
                let p = facing.inverse() * (Vec3::new(p.x, 0.0, p.y) - eye);
                Vec2::new(p.x, p.y) / (-p.z).max(1.0)
            });
            let (low, high) = seen.fold(none, |(l, h), p| (l.min(p), h.max(p)));
            let (middle, half) = ((low + high) / 2.0 * orbit.distance, (high - low) / 2.0);
            orbit.target += orbit.right() * middle.x + orbit.ahead() * middle.y / orbit.pitch.sin();
            orbit.distance = (orbit.distance * (half / room).max_element()).max(NEAREST);
        }
        orbit.reach = 3.0 * orbit.distance;
        orbit
    }

    /// Looks from where a session file says.
    pub fn look(&mut self, view: &View) {
        let [east, south] = view.camera_target_m;
        let target = Vec3::new(east, 0.0, south);
        self.target = target.clamp(Vec3::splat(-self.reach), Vec3::splat(self.reach));
        self.heading = view.camera_heading_deg.to_radians().rem_euclid(std::f32::consts::TAU);
        self.pitch = view.camera_pitch_deg.to_radians().clamp(PITCH.0, PITCH.1);
        self.distance = view.camera_distance_m.clamp(NEAREST, self.reach.max(NEAREST));
    }

    /// Writes where it looks from, as [`Orbit::look`] reads it.
    pub fn write(&self, view: &mut View) {
        // A tenth of a metre or a degree is close enough, and easier to read.
        let round = |v: f32| (10.0 * v).round() / 10.0;
        view.camera_target_m = [round(self.target.x), round(self.target.z)];
        view.camera_heading_deg = round(self.heading.to_degrees());
        view.camera_pitch_deg = round(self.pitch.to_degrees());
        view.camera_distance_m = round(self.distance);
    }

    /// Turns by a drag in picture points.
    pub fn turn(&mut self, drag: Vec2) {
        self.heading = (self.heading + drag.x * 0.006).rem_euclid(std::f32::consts::TAU);
        self.pitch = (self.pitch + drag.y * 0.004).clamp(PITCH.0, PITCH.1);
    }

    /// Moves the ground along with a drag in picture points, of which the picture is `height` high.
    pub fn pan(&mut self, drag: Vec2, height: f32) {
        let m = drag * self.m_per_point(height);
        let (right, ahead) = (self.right(), self.ahead());
        // Ground seen at a slant is foreshortened.
        let target = self.target - right * m.x + ahead * m.y / self.pitch.sin();
        self.target = target.clamp(Vec3::splat(-self.reach), Vec3::splat(self.reach)).with_y(0.0);
    }

    /// Comes nearer by `steps` of the wheel, or goes away.
    pub fn zoom(&mut self, steps: f32) {
        self.distance = (self.distance * 0.87_f32.powf(steps)).clamp(NEAREST, self.reach.max(NEAREST));
    }

    /// Metres at the target that a point of the picture covers.
    pub fn m_per_point(&self, height: f32) -> f32 {
        2.0 * self.distance * (FOV / 2.0).tan() / height.max(1.0)
    }

    /// Eye and orientation.
    pub fn eye(&self) -> (Vec3, Quat) {
        let facing = Quat::from_rotation_y(-self.heading) * Quat::from_rotation_x(-self.pitch);
        (self.target - facing * Vec3::NEG_Z * self.distance, facing)
    }

    fn right(&self) -> Vec3 {
        Quat::from_rotation_y(-self.heading) * Vec3::X
    }

    fn ahead(&self) -> Vec3 {
        Quat::from_rotation_y(-self.heading) * Vec3::NEG_Z
    }
}

/// A view through a rectangle of the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lens {
    /// Where the eye is.
    pub eye: Vec3,
    /// Where it looks.
    pub facing: Quat,
    /// Part of the window, points.
    pub rect: Rect,
}

impl Lens {
    /// The view of `orbit` through `rect`.
    pub fn new(orbit: &Orbit, rect: Rect) -> Lens {
        let (eye, facing) = orbit.eye();
        Lens { eye, facing, rect }
    }

    /// Points per unit of the tangent of the angle from the middle.
    fn scale(&self) -> f32 {
        self.rect.height() / 2.0 / (FOV / 2.0).tan()
    }

    /// Where a place appears in the window; `None` if it lies behind the eye.
    pub fn project(&self, place: Vec3) -> Option<Vec2> {
        let p = self.facing.inverse() * (place - self.eye);
        if p.z > -1.0 {
            return None;
        }
        Some(self.rect.center() + Vec2::new(p.x, -p.y) / -p.z * self.scale())
    }

    /// Direction in which a point of the window lies, seen from the eye.
    pub fn direction(&self, point: Vec2) -> Vec3 {
        let off = (point - self.rect.center()) / self.scale();
        (self.facing * Vec3::new(off.x, -off.y, -1.0)).normalize()
    }
}
