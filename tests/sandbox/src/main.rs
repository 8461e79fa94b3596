//! snyk-sandbox
fn main() {}
