//! Splitting a connected graph into connected parts of about equal weight, by recursive bisection along the longest axis.

use super::plan::Point;

/// Things with a place and a weight, and who is next to whom.
#[derive(Debug, Clone)]
pub struct Graph {
    /// Place of each node, m.
    pub place: Vec<Point>,
    /// Weight of each node.
    pub weight: Vec<f64>,
    /// Neighbours of each node.
    pub next_to: Vec<Vec<u32>>,
}

impl Graph {
    /// Weight of some nodes.
    pub fn weight_of(&self, nodes: &[u32]) -> f64 {
        nodes.iter().map(|&n| self.weight[n as usize]).sum()
    }

    /// Connected groups among `nodes`, in order of their first node.
    pub fn components(&self, nodes: &[u32]) -> Vec<Vec<u32>> {
        let mut state = vec![0_u8; self.place.len()];
        for &n in nodes {
            state[n as usize] = 1;
        }
        let mut groups = Vec::new();
        for &start in nodes {
            if state[start as usize] != 1 {
                continue;
            }
            state[start as usize] = 2;
            let mut group = vec![start];
            let mut i = 0;
            while i < group.len() {
                for &n in &self.next_to[group[i] as usize] {
                    if state[n as usize] == 1 {
                        state[n as usize] = 2;
                        group.push(n);
                    }
                }
                i += 1;
            }
            group.sort_unstable();
            groups.push(group);
        }
        groups
    }

    /// Splits connected `nodes` into connected parts of about `target` weight, none below `least` if that can be.
    pub fn split(&self, nodes: Vec<u32>, target: f64, least: f64, out: &mut Vec<Vec<u32>>) {
        let whole = self.weight_of(&nodes);
        let n_parts = (whole / target).round().max(1.0);
        if n_parts < 2.0 || nodes.len() < 2 {
            out.push(nodes);
            return;
        }
        let share = (n_parts / 2.0).floor() / n_parts;
        let (left, right) = self.halve(&nodes, share);
        if left.is_empty() || right.is_empty() || self.weight_of(&left) < least || self.weight_of(&right) < least {
            out.push(nodes);
            return;
        }
        self.split(left, target, least, out);
        self.split(right, target, least, out);
    }

    /// Two connected parts, the first with about `share` of the weight.
    fn halve(&self, nodes: &[u32], share: f64) -> (Vec<u32>, Vec<u32>) {
        let axis = self.longest_axis(nodes);
        let along = |n: u32| {
            let p = self.place[n as usize];
            p[0] * axis[0] + p[1] * axis[1]
        };
        let mut order = nodes.to_vec();
        order.sort_by(|&a, &b| along(a).total_cmp(&along(b)).then(a.cmp(&b)));
        let want = self.weight_of(nodes) * share;
        let mut sum = 0.0;
        let cut = order
            .iter()
            .position(|&n| {
                sum += self.weight[n as usize];
                sum >= want
            })
            .map_or(order.len(), |i| i + 1);
        let (left, right) = order.split_at(cut);
        // What is cut off from the main part of its half belongs to the other half; it must touch it, because the whole
        // is connected. Doing so twice leaves both halves connected.
        let (left_main, left_rest) = self.main_and_rest(left);
        let right: Vec<u32> = right.iter().copied().chain(left_rest).collect();
        let (right_main, right_rest) = self.main_and_rest(&right);
        let mut left: Vec<u32> = left_main.into_iter().chain(right_rest).collect();
        left.sort_unstable();
        (left, right_main)
    }

    /// The heaviest connected group among `nodes`, and all others.
    fn main_and_rest(&self, nodes: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let mut groups = self.components(nodes);
        let mut best = 0;
        for i in 1..groups.len() {
            if self.weight_of(&groups[i]) > self.weight_of(&groups[best]) {
                best = i;
            }
        }
        if groups.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let main = groups.swap_remove(best);
        (main, groups.concat())
    }

    /// Unit vector of the largest spread of the nodes (first principal axis).
    fn longest_axis(&self, nodes: &[u32]) -> Point {
        let n = nodes.len() as f64;
        let mean = |d: usize| nodes.iter().map(|&i| self.place[i as usize][d]).sum::<f64>() / n;
        let (mx, my) = (mean(0), mean(1));
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for &i in nodes {
            let (dx, dy) = (self.place[i as usize][0] - mx, self.place[i as usize][1] - my);
            xx += dx * dx;
            xy += dx * dy;
            yy += dy * dy;
        }
        let angle = 0.5 * libm::atan2(2.0 * xy, xx - yy);
        [libm::cos(angle), libm::sin(angle)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grid of 12 × 5 with a wall in it.
    fn graph() -> Graph {
        let (n_cols, n_rows) = (12_i64, 5_i64);
        let open = |c: i64, r: i64| c >= 0 && r >= 0 && c < n_cols && r < n_rows && !(c == 6 && r > 0);
        let mut g = Graph { place: vec![], weight: vec![], next_to: vec![] };
        for r in 0..n_rows {
            for c in 0..n_cols {
                g.place.push([c as f64, r as f64]);
                g.weight.push(if open(c, r) { 1.0 } else { 0.0 });
                let around = [(c - 1, r), (c + 1, r), (c, r - 1), (c, r + 1)];
                let next = around.iter().filter(|&&(a, b)| open(c, r) && open(a, b));
                g.next_to.push(next.map(|&(a, b)| (b * n_cols + a) as u32).collect());
            }
        }
        g
    }

    #[test]
    fn parts_are_connected_and_cover_everything_once() {
        let g = graph();
        let nodes: Vec<u32> = (0..60).filter(|&n| g.weight[n as usize] > 0.0).collect();
        let mut parts = Vec::new();
        g.split(nodes.clone(), 9.0, 4.0, &mut parts);
        assert!(parts.len() >= 5, "{}", parts.len());
        let mut all = parts.concat();
        all.sort_unstable();
        assert_eq!(all, nodes);
        for part in &parts {
            assert_eq!(g.components(part).len(), 1);
            assert!(part.len() >= 4 && part.len() <= 18, "{}", part.len());
        }
    }
}
