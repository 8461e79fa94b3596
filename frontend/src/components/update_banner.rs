//! The banner that says that the server has a newer version of the page.

use leptos::prelude::*;

use crate::{
    announcer::Announcer,
    api,
    components::show::Show,
    platform::{self, events},
};

/// The banner. Nothing is shown while this page is the newest version. The check runs when a person
/// returns to the tab, because nobody would see the banner before.
#[component]
pub fn UpdateBanner() -> impl IntoView {
    let announcer = Announcer::get();
    let is_newer = RwSignal::new(false);
    let listener = events::on_return(move || {
        if is_newer.get_untracked() {
            return;
        }
        leptos::task::spawn_local(async move {
            if let Some(build) = platform::build_id()
                && let Ok(document) = api::document().await
                && !document.contains(&build)
            {
                is_newer.set(true);
                announcer.say("A newer version is ready");
            }
        });
    });
    // The listener lives as long as the component, which lives as long as the app.
    StoredValue::new_local(listener);
    view! {
        <Show when=move || is_newer.get()>
            <aside class="banner" aria-label="A newer version">
                <strong>"A newer version is ready."</strong>
                " Reload when it suits you. "
                <button type="button" class="link" on:click=move |_| platform::reload()>
                    "Reload"
                </button>
            </aside>
        </Show>
    }
}
