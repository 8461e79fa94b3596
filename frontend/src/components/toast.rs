//! A toast: one sentence that confirms something that is visible elsewhere too.

use std::time::Duration;

use leptos::prelude::*;

use crate::announcer::Announcer;
use crate::reactive::{dynamic, effect};

/// Time that a toast stays unless it is held.
const STAYS: Duration = Duration::from_secs(8);

/// The latest toast, in a live region. It stays while the pointer or the focus is on it.
#[component]
pub fn Toast() -> impl IntoView {
    let announcer = Announcer::get();
    let held = RwSignal::new(false);
    let close = move || {
        held.set(false);
        announcer.close_toast();
    };
    effect(move |_| {
        if announcer.toasted().is_none() {
            // If it was removed under the pointer, no event for leaving followed.
            held.set(false);
        } else if !held.get()
            && let Ok(timer) = set_timeout_with_handle(close, STAYS)
        {
            on_cleanup(move || timer.clear());
        }
    });
    let toast = dynamic(move || {
        let words = announcer.toasted()?;
        let toast = view! {
            <div
                class="toast"
                on:pointerenter=move |_| held.set(true)
                on:pointerleave=move |_| held.set(false)
                on:focusin=move |_| held.set(true)
                on:focusout=move |_| held.set(false)
            >
                <bdi>{words}</bdi>
                <button type="button" class="toast-close" on:click=move |_| close()>
                    "Close"
                </button>
            </div>
        };
        Some(toast.into_any())
    });
    view! {
        <div role="status" class="toasts">
            {toast}
        </div>
    }
}
