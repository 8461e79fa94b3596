//! Signals, effects and parts of views that are compiled once.
//!
//! Leptos compiles the whole machinery of a memo, an effect, a signal or a part of a view once for
//! each closure and each type that it is given. Here closures are boxed and types are erased, so
//! that most of it is compiled once, which makes the page a tenth smaller and costs an allocation
//! each. `clippy.toml` forbids Leptos's own.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the only users of Leptos's own"
)]

mod signal;

use std::sync::{Arc, Mutex};

use leptos::{
    prelude::{AnyView, Effect, IntoAny as _, IntoView, Memo},
    tachys::reactive_graph::SharedReactiveFunction,
};

pub use self::signal::{Signal, derive};
use crate::erased::Value;

/// Computes the value of a memo from its last value.
type Compute = Box<dyn Fn(Option<&Value>) -> Value + Send + Sync>;

/// Creates a value that is computed from signals, and that notifies only when it has changed. The
/// function receives the last value.
pub fn memo<T>(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Signal<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    fn erased(compute: Compute) -> leptos::prelude::Signal<Value> {
        Memo::new(compute).into()
    }

    let compute =
        move |last: Option<&Value>| Value::comparable(Arc::new(compute(last.and_then(Value::get))));
    Signal::new(erased(Box::new(compute)))
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

/// Creates a part of a view that is computed from signals, and computed again when one of them has
/// changed.
pub fn dynamic<V: IntoView + 'static>(view: impl Fn() -> V + Send + 'static) -> Dynamic {
    Arc::new(Mutex::new(move || view().into_any()))
}

/// A part of a view that changes with signals.
pub type Dynamic = SharedReactiveFunction<AnyView>;
