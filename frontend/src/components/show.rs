//! Content that depends on a condition.

use leptos::{children::ViewFn, prelude::*};

use crate::reactive::{Signal, memo};

/// Shows its children while a condition holds, and else the fallback. Leptos's `Show` is compiled
/// once for each condition and each content; most of this one is compiled once.
#[component]
pub fn Show<W>(
    /// The condition; tracked.
    when: W,
    /// The content while the condition holds.
    children: ChildrenFn,
    /// The content while it does not.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> impl IntoView
where
    W: Fn() -> bool + Send + Sync + 'static,
{
    show(memo(move |_| when()), children, fallback)
}

fn show(when: Signal<bool>, children: ChildrenFn, fallback: ViewFn) -> AnyView {
    let content = move || {
        if when.get() {
            children()
        } else {
            fallback.run()
        }
    };
    content.into_any()
}
