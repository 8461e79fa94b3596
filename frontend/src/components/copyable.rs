//! A value that can be copied.

use leptos::{html, prelude::*};

use super::icon::Icon;
use crate::components::show::Show;
use crate::{announcer::Announcer, platform, reactive::Signal};

/// If the browser does not allow copying, the text is selected, and the person can copy it.
const BY_HAND: &str = "Press Ctrl+C";

/// A value in a monospaced font beside a button that copies it.
#[component]
pub fn Copyable(
    /// The name of the value: `request id`.
    name: &'static str,
    /// The value.
    value: String,
    /// The place of the button in the order of the Tab key, in a table that is one stop.
    #[prop(optional)]
    tabindex: Option<Signal<&'static str>>,
) -> impl IntoView {
    let announcer = Announcer::get();
    let copied = RwSignal::new(false);
    let refused = RwSignal::new(false);
    let code = NodeRef::<html::Code>::new();
    let text = value.clone();
    let press = move |_| {
        let text = text.clone();
        leptos::task::spawn_local(async move {
            if platform::copy(&text).await {
                announcer.say("Copied");
                refused.set(false);
                copied.set(true);
                gloo_timers::future::TimeoutFuture::new(2_000).await;
                copied.try_set(false);
            } else if let Some(Some(code)) = code.try_get_untracked() {
                platform::select(&code);
                refused.set(true);
                announcer.say(BY_HAND);
            }
        });
    };
    view! {
        <span class="copyable">
            <code node_ref=code>{value}</code>
            <button
                type="button"
                aria-label=format!("Copy {name}")
                tabindex=move || tabindex.map(Signal::get)
                on:click=press
            >
                {move || if copied.get() { Icon::Check.view() } else { Icon::Copy.view() }}
            </button>
        </span>
        <Show when=move || refused.get()>
            <span class="small by-hand">{BY_HAND}</span>
        </Show>
    }
}
