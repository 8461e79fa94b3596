//! A list whose elements stay while their keys stay.

use std::sync::Arc;

use leptos::{children::ViewFn, prelude::*};

/// An item of a list: its key, and its view.
struct Item {
    key: String,
    view: ViewFn,
}

/// Shows the items of a list. An item whose key was there before keeps its elements, which are
/// moved if need be. Leptos's `For` is compiled once for each list; most of this one is compiled
/// once.
#[component]
pub fn For<E, K, D, T, V>(
    /// Returns the items; tracked.
    each: E,
    /// Returns the key of an item.
    key: K,
    /// Creates the view of an item.
    children: D,
) -> impl IntoView
where
    E: Fn() -> Vec<T> + Send + 'static,
    K: Fn(&T) -> String + Send + 'static,
    D: Fn(T) -> V + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let children = Arc::new(children);
    let items = move || {
        let item = |item: T| {
            let children = Arc::clone(&children);
            Item {
                key: key(&item),
                view: ViewFn::from(move || children(item.clone())),
            }
        };
        each().into_iter().map(item).collect()
    };
    list(Box::new(items))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the only caller of Leptos's own component"
)]
fn list(items: Box<dyn Fn() -> Vec<Item> + Send>) -> AnyView {
    view! {
        <leptos::prelude::For
            each=items
            key=|item| item.key.clone()
            children=|item| item.view.run()
        />
    }
    .into_any()
}
