//! A countdown to the end of a lifetime, by the server's clock.

use std::time::Duration;

use leptos::prelude::*;

use crate::components::show::Show;
use crate::{
    platform,
    reactive::{Signal, dynamic},
    times,
};

/// Returns the time in milliseconds, updated each second for as long as the owner lives.
#[must_use]
pub fn ticking() -> ReadSignal<f64> {
    let (now, set_now) = signal(platform::now());
    if let Ok(handle) =
        set_interval_with_handle(move || set_now.set(platform::now()), Duration::from_secs(1))
    {
        on_cleanup(move || handle.clear());
    }
    now
}

/// Returns the whole seconds from `from` to `to`; zero if `to` is earlier or unknown.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` is bounded here: below zero and not a number become 0"
)]
pub fn seconds(from: f64, to: f64) -> u64 {
    ((to - from) / 1_000.0) as u64
}

/// The remaining lifetime, in figures and as a bar.
#[component]
pub fn Countdown(
    /// The name of the lifetime.
    label: &'static str,
    /// The start, RFC 3339.
    #[prop(into)]
    began: Signal<String>,
    /// The end, RFC 3339; `None` if Snyk does not say.
    #[prop(into)]
    ends: Signal<Option<String>>,
    /// Whether the server renews it by itself, either before its end or at its next use.
    #[prop(optional, into)]
    renews: Signal<bool>,
    /// The current time.
    now: ReadSignal<f64>,
) -> impl IntoView {
    let left = move || {
        ends.get()
            .map(|ends| seconds(now.get(), platform::millis(&ends)))
    };
    let whole = move || {
        ends.get()
            .map(|ends| seconds(platform::millis(&began.get()), platform::millis(&ends)))
    };
    let fraction = move || match (left(), whole()) {
        (Some(left), Some(whole)) if whole > 0 => {
            // A thousandth is finer than a pixel of the bar.
            let thousandths = (left.min(whole) * 1_000 / whole).to_string();
            format!("calc({thousandths} / 1000)")
        }
        _ => "0".to_owned(),
    };
    let figures = dynamic(move || match left() {
        None => view! { <span class="unit">"Snyk does not say"</span> }.into_any(),
        // Nothing has used the token since: the server renews it at the next use.
        Some(0) if renews.get() => {
            view! { <span class="unit">"Renewed when next used"</span> }.into_any()
        }
        Some(0) => view! { <span class="unit">"Expired"</span> }.into_any(),
        Some(left) => times::figures(left)
            .into_iter()
            .map(
                |(figure, unit)| view! { {figure} <span class="unit">{format!(" {unit} ")}</span> },
            )
            .collect_view()
            .into_any(),
    });
    let state = move || match left() {
        Some(0) if !renews.get() => "ended",
        Some(1..120) => "ending",
        _ => "running",
    };
    let first = move || {
        if state() == "ending" && renews.get() {
            "Renewing soon"
        } else {
            "0"
        }
    };
    let exact = move || {
        ends.get()
            .map(|ends| platform::exact(platform::millis(&ends)))
    };
    view! {
        <div class="gauge" role="timer" aria-live="off" data-state=move || state()>
            <p class="gauge-label">{label}</p>
            <p class="figure" title=move || exact()>
                {figures}
                <span class="hidden">{move || exact().map(|exact| format!(", at {exact}"))}</span>
            </p>
            <Show when=move || ends.get().is_some()>
                <div class="strip" aria-hidden="true">
                    <div class="strip-fill" style:--v=move || fraction()></div>
                </div>
                <p class="ticks" aria-hidden="true">
                    <span>{move || first()}</span>
                    <span>{move || whole().map(times::lifetime)}</span>
                </p>
            </Show>
        </div>
    }
}
