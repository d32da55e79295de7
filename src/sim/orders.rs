//! Orders: the only way anything outside changes a running simulation.

use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};

/// "From tick `tick` on, set `lever` to `value` in `area`."
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// First tick at which it holds, from 1.
    pub tick: u16,
    /// Name of the lever, as in `waterbed list levers`.
    pub lever: String,
    /// Value in the lever's unit.
    pub value: f64,
    /// Where.
    pub area: Area,
}

/// Where an order holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// Everywhere.
    City,
    /// In the places with these names: codes of neighbourhoods, and squares of the national grid. What they come to, the
    /// city knows.
    #[serde(alias = "neighbourhoods")]
    Places(Vec<String>),
}

/// All orders given so far, kept in (tick, order given): scenario + seed + this log is the whole session.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderLog {
    orders: Vec<Order>,
}

impl OrderLog {
    /// Adds an order behind those of the same tick.
    pub fn push(&mut self, order: Order) {
        let at = self.orders.partition_point(|o| o.tick <= order.tick);
        self.orders.insert(at, order);
    }

    /// Orders that begin to hold at `tick`, in the order given.
    pub fn starting_at(&self, tick: u16) -> &[Order] {
        let from = self.orders.partition_point(|o| o.tick < tick);
        let to = self.orders.partition_point(|o| o.tick <= tick);
        &self.orders[from..to]
    }

    /// Every order, by tick.
    pub fn all(&self) -> &[Order] {
        &self.orders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `orders.jsonl` of earlier versions has them, and as they are written now.
    #[test]
    fn places_are_read_by_their_old_name_too() {
        let read = |area: &str| -> Area { serde_json::from_str(area).unwrap() };
        let there = Area::Places(vec!["VB0102".into(), "E0204N5412..E0207N5414".into()]);
        assert_eq!(read(r#"{"neighbourhoods":["VB0102","E0204N5412..E0207N5414"]}"#), there);
        assert_eq!(read(r#"{"places":["VB0102","E0204N5412..E0207N5414"]}"#), there);
        assert_eq!(read(r#""city""#), Area::City);
        assert_eq!(serde_json::to_string(&there).unwrap(), r#"{"places":["VB0102","E0204N5412..E0207N5414"]}"#);
    }
}
