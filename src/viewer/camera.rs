//! The orbit camera: turns round a point on the ground.

use bevy::math::{Quat, Vec2, Vec3};

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
            let (eye, facing) = orbit.eye(Vec2::ZERO, height);
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

    /// Eye and orientation. `off_middle` is how far the target is to appear from the middle of the picture, in points
    /// (x to the right, y down): the middle of what the panels leave free.
    pub fn eye(&self, off_middle: Vec2, height: f32) -> (Vec3, Quat) {
        let facing = Quat::from_rotation_y(-self.heading) * Quat::from_rotation_x(-self.pitch);
        let shift = off_middle * self.m_per_point(height);
        let eye = self.target - facing * Vec3::NEG_Z * self.distance - facing * Vec3::X * shift.x
            + facing * Vec3::Y * shift.y;
        (eye, facing)
    }

    fn right(&self) -> Vec3 {
        Quat::from_rotation_y(-self.heading) * Vec3::X
    }

    fn ahead(&self) -> Vec3 {
        Quat::from_rotation_y(-self.heading) * Vec3::NEG_Z
    }
}
