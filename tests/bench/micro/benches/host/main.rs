//! The parts of the backend that every proxied request passes, and the vault.
#![cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")
)]

#[cfg(not(target_arch = "wasm32"))]
mod allow_list;
#[cfg(not(target_arch = "wasm32"))]
mod head_scanner;
#[cfg(not(target_arch = "wasm32"))]
mod session_lookup;
#[cfg(not(target_arch = "wasm32"))]
mod vault;

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let mut criterion = criterion::Criterion::default().configure_from_args();
    allow_list::all(&mut criterion);
    head_scanner::all(&mut criterion);
    session_lookup::all(&mut criterion);
    vault::all(&mut criterion);
    criterion.final_summary();
}

#[cfg(target_arch = "wasm32")]
fn main() {}
