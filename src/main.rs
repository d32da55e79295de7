//! Waterbed.
fn main() {}
