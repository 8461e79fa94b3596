//! How long ago something was, with the exact time in reach.

use leptos::prelude::*;

use super::countdown::seconds;
use crate::{platform, times};

/// The time in milliseconds, new each half minute until its owner goes: for times that change by
/// the minute.
#[must_use]
pub fn minutes() -> ReadSignal<f64> {
    let (now, set_now) = signal(platform::now());
    let half = std::time::Duration::from_secs(30);
    if let Ok(handle) = set_interval_with_handle(move || set_now.set(platform::now()), half) {
        on_cleanup(move || handle.clear());
    }
    now
}

/// A time in prose: "3 minutes ago". It takes the focus, and then shows the exact time.
#[component]
pub fn Timestamp(
    /// When, in milliseconds.
    #[prop(into)]
    at: Signal<f64>,
    /// The time now.
    now: ReadSignal<f64>,
) -> impl IntoView {
    let exact = Memo::new(move |_| platform::exact(at.get()));
    let words = Memo::new(move |_| times::ago(seconds(at.get(), now.get())));
    view! {
        <time
            class="stamp"
            tabindex="0"
            datetime=move || platform::machine(at.get())
            data-exact=move || exact.get()
        >
            {move || words.get()}
            <span class="hidden">{move || format!(", {}", exact.get())}</span>
        </time>
    }
}

/// A time in a table: "3 h ago"; after thirty days the date. Not a tab stop, there would be too
/// many.
#[must_use]
pub fn short(at: Option<f64>, now: ReadSignal<f64>) -> impl IntoView {
    let Some(at) = at.filter(|at| at.is_finite()) else {
        return view! { <span class="second">"not yet"</span> }.into_any();
    };
    let words = move || times::short(seconds(at, now.get())).unwrap_or_else(|| platform::date(at));
    view! {
        <time class="stamp" datetime=platform::machine(at) title=platform::exact(at)>
            {words}
        </time>
    }
    .into_any()
}
