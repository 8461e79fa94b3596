//! The strip under the bar that says that this computer is offline, and the tries to reach a server
//! that could not say who is here.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

use crate::{
    browser::{self, network},
    session::{SessionContext, Who},
    shell::Shell,
};

/// How long to wait before each try, the last one for ever; in milliseconds.
const PAUSES: [u32; 4] = [3_000, 5_000, 10_000, 20_000];

/// The strip; nothing while there is a network.
#[component]
pub fn Offline() -> impl IntoView {
    let session = SessionContext::get();
    let shell = Shell::get();
    let is_offline = RwSignal::new(!network::is_online());
    let listeners = network::listen(move |online| {
        is_offline.set(!online);
        if online {
            shell.say("You are online again");
            session.check();
        } else {
            shell.say("You are offline");
        }
    });
    // Kept as long as the component, which is as long as the app.
    StoredValue::new_local(listeners);

    let is_unreachable = Memo::new(move |_| matches!(session.who(), Who::Unreachable(_)));
    Effect::new(move |_| {
        if is_unreachable.get() {
            leptos::task::spawn_local(async move {
                let last = PAUSES[PAUSES.len() - 1];
                for pause in PAUSES.into_iter().chain(std::iter::repeat(last)) {
                    TimeoutFuture::new(pause).await;
                    if !is_unreachable.get_untracked() {
                        break;
                    }
                    session.read().await;
                }
            });
        }
    });
    view! {
        <Show when=move || is_offline.get()>
            <p class="banner" data-tone="warn">
                <strong>"You are offline."</strong>
                {browser::last_answer()
                    .map(|at| format!(" What you see was read at {}.", browser::clock(at)))}
            </p>
        </Show>
    }
}
