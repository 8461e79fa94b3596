//! Micro-benchmarks, run by `cargo xtask bench micro`. They are in `benches/`: `host` measures parts
//! of the backend with criterion, and `pkce` measures PKCE in a browser.
