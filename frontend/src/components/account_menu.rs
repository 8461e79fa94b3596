//! The account menu in the bar, labelled "This browser", and signing out, which other places use
//! too.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use login::browser::tabs::Change;

use super::icon::Icon;
use crate::{
    announcer::Announcer,
    api::{self, Failure},
    platform::menu,
    session::SessionContext,
};

const MENU: &str = "this-browser";

/// The window button and its menu; nothing for who is not signed in.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let is_here = Memo::new(move |_| session.is_someone());
    // The bar has no place for a notice: it stands above the page.
    let (sign_out, _) = use_sign_out(move |why| announcer.fail(why));
    view! {
        <Show when=move || is_here.get()>
            <div class="this-browser">
                <button
                    type="button"
                    class="button square"
                    popovertarget=MENU
                    aria-label="This browser"
                    on:keydown=|event| menu::on_key(&event, MENU)
                >
                    {Icon::Window.view()}
                </button>
                <div
                    id=MENU
                    class="menu"
                    popover="auto"
                    aria-label="This browser"
                    on:keydown=|event| menu::on_key(&event, MENU)
                >
                    <p class="menu-note">"You are signed in on this browser."</p>
                    <button
                        type="button"
                        autofocus
                        on:click=move |_| {
                            menu::close(MENU);
                            sign_out.run(());
                        }
                    >
                        "Sign out"
                    </button>
                </div>
            </div>
        </Show>
    }
}

/// What signs this browser out, and whether that is under way. It leads to the start page; the
/// connections stay for other browsers. `on_failure` is told when the server did not.
pub fn use_sign_out(
    on_failure: impl Fn(Failure) + Send + Sync + 'static,
) -> (Callback<()>, RwSignal<bool>) {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let navigate = use_navigate();
    let busy = RwSignal::new(false);
    let on_failure = StoredValue::new(on_failure);
    let sign_out = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            match api::session::end().await {
                Ok(()) => {
                    session.tell(Change::SignedOut);
                    // First, or the start page would lead straight back.
                    session.forget();
                    announcer.leave_for_home(&navigate);
                    session.read().await;
                    announcer.say("Signed out");
                }
                Err(why) => {
                    announcer.say_failure(&why);
                    on_failure.try_with_value(|tell| tell(why));
                }
            }
            busy.try_set(false);
        });
    });
    (sign_out, busy)
}
