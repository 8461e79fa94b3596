//! The account menu in the bar, labelled "This browser": who is signed in, where else, and the action
//! that signs out.

use leptos::prelude::*;
use shared::route::Route;

use super::icon::Icon;
use crate::{
    announcer::Announcer,
    api::{self, Failure},
    components::show::Show,
    connection_label,
    platform::{menu, tabs::Change},
    reactive::memo,
    session::SessionContext,
};

const MENU: &str = "this-browser";

/// The button and its menu. Nothing is shown unless somebody is signed in.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let is_here = memo(move |_| session.is_someone());
    // The bar has no space for a notice: it is shown above the page.
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
                    {Icon::Person.view()}
                </button>
                <div
                    id=MENU
                    class="menu"
                    popover="auto"
                    aria-label="This browser"
                    on:keydown=|event| menu::on_key(&event, MENU)
                >
                    <p class="menu-note">
                        <bdi>{move || connection_label::signed_in(&session.connections())}</bdi>
                    </p>
                    <a href=Route::Sessions.to_string() autofocus on:click=|_| menu::close(MENU)>
                        "Where you are signed in"
                    </a>
                    <button
                        type="button"
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

/// Returns the action that signs this browser out, and whether it is running. It opens the start
/// page; the connections stay for other browsers. `on_failure` receives the failure of the server
/// to sign out.
pub fn use_sign_out(
    on_failure: impl Fn(Failure) + Send + Sync + 'static,
) -> (Callback<()>, RwSignal<bool>) {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let busy = RwSignal::new(false);
    let on_failure = StoredValue::new(on_failure);
    let sign_out = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            match api::session::end().await {
                Ok(()) => {
                    session.tell(Change::SignedOut);
                    // This comes first, because the start page would otherwise show the overview
                    // again.
                    session.forget();
                    announcer.leave_for_home();
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
