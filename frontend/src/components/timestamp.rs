//! Times relative to now, with the exact time available.

use leptos::prelude::*;

use super::countdown::seconds;
use crate::reactive::{Signal, dynamic, memo};
use crate::{platform, times};

/// Returns the time in milliseconds, updated each half minute for as long as the owner lives: for
/// times that change by the minute.
#[must_use]
pub fn minutes() -> ReadSignal<f64> {
    let (now, set_now) = signal(platform::now());
    let half = std::time::Duration::from_secs(30);
    if let Ok(handle) = set_interval_with_handle(move || set_now.set(platform::now()), half) {
        on_cleanup(move || handle.clear());
    }
    now
}

/// A time in prose: "3 minutes ago". It can take the focus, and then shows the exact time.
#[component]
pub fn Timestamp(
    /// The time, in milliseconds.
    #[prop(into)]
    at: Signal<f64>,
    /// The current time.
    now: ReadSignal<f64>,
) -> impl IntoView {
    let exact = memo(move |_| platform::exact(at.get()));
    let words = memo(move |_| times::ago(seconds(at.get(), now.get())));
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

/// Returns a time in a table: "3 h ago", or the date after thirty days. It is no tab stop, because
/// there would be too many.
#[must_use]
pub fn short(at: Option<f64>, now: ReadSignal<f64>) -> impl IntoView {
    let Some(at) = at.filter(|at| at.is_finite()) else {
        return view! { <span class="second">"not yet"</span> }.into_any();
    };
    let words =
        dynamic(move || times::short(seconds(at, now.get())).unwrap_or_else(|| platform::date(at)));
    view! {
        <time class="stamp" datetime=platform::machine(at) title=platform::exact(at)>
            {words}
        </time>
    }
    .into_any()
}
