//! A value that can be copied.

use leptos::prelude::*;

use super::icon::Icon;
use crate::{browser, shell::Shell};

/// A value in mono beside a button that copies it.
#[component]
pub fn Copyable(
    /// What it is called: `request id`.
    name: &'static str,
    /// The value.
    value: String,
) -> impl IntoView {
    let shell = Shell::get();
    let copied = RwSignal::new(false);
    let text = value.clone();
    let press = move |_| {
        let text = text.clone();
        leptos::task::spawn_local(async move {
            if browser::copy(&text).await {
                shell.say("Copied");
                copied.set(true);
                gloo_timers::future::TimeoutFuture::new(2_000).await;
                copied.try_set(false);
            } else {
                shell.say("Select the text and press Ctrl+C");
            }
        });
    };
    view! {
        <span class="copyable">
            <code>{value}</code>
            <button type="button" aria-label=format!("Copy {name}") on:click=press>
                {move || if copied.get() { Icon::Check.view() } else { Icon::Copy.view() }}
            </button>
        </span>
    }
}
