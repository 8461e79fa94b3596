//! Memos, effects and derived signals whose closures are boxed.
//!
//! Leptos compiles the whole machinery of a memo or an effect once for each closure that it is
//! given. These functions compile it once for each type of value, which makes the page 17 KB
//! smaller in brotli and costs one allocation each. `clippy.toml` forbids Leptos's own.

#![expect(
    clippy::disallowed_methods,
    reason = "the only callers of Leptos's own functions"
)]

use leptos::prelude::*;

/// Computes the value of a memo from its last value.
type Compute<T> = Box<dyn Fn(Option<&T>) -> T + Send + Sync>;

/// Creates a value that is computed from signals, and that notifies only when it has changed. The
/// function receives the last value.
pub fn memo<T>(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    let compute: Compute<T> = Box::new(compute);
    Memo::new(compute)
}

/// Runs a function now and whenever a signal that it reads has changed. The function receives what
/// it returned the last time.
pub fn effect<T: 'static>(mut run: impl FnMut(Option<T>) -> T + 'static) {
    let mut last = None;
    start(Box::new(move || last = Some(run(last.take()))));
}

fn start(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}

/// Creates a signal that is computed from others each time it is read.
pub fn derive<T>(compute: impl Fn() -> T + Send + Sync + 'static) -> Signal<T>
where
    T: Send + Sync + 'static,
{
    let compute: Box<dyn Fn() -> T + Send + Sync> = Box::new(compute);
    Signal::derive(compute)
}
