//! Flows in a real browser.
fn main() {}
