//! Numbers that follow by hand, and a small city that grows old.
