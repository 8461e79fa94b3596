//! The page of a connection: lifetimes, organizations and scopes, refreshing, signing out and
//! disconnecting.

use leptos::{html::Dialog, prelude::*};
use shared::api::connection::{Connection, Status};

use super::{
    change::{Change, after_failure},
    connection_parts::{Access, MayDo, Organizations, Summary},
    disconnected::Disconnected,
    with_connection::WithConnection,
};
use crate::{
    announcer::Announcer,
    api::{self, Failure, connections::Revocation},
    components::{
        account_menu::use_sign_out,
        busy_button::BusyButton,
        confirm::{self, Confirm},
        icon::Icon,
        notice::Notice,
        reconnect::ReconnectNotices,
        show::Show,
    },
    connection_label,
    reactive::{Signal, derive, dynamic, memo},
    router::Page,
    session::SessionContext,
};

/// The connection that the page has ended.
#[derive(Clone, PartialEq)]
struct Ended {
    id: String,
    name: String,
    /// Whether Snyk has revoked the tokens.
    revocation: Revocation,
}

/// The page of a connection.
#[component]
pub fn ConnectionPage() -> impl IntoView {
    let id = Page::get().connection();
    let ended = RwSignal::new(None::<Ended>);
    let ended_here = memo(move |_| ended.get().filter(|ended| ended.id == id.get()));
    // The server may have renewed the tokens since the last request.
    SessionContext::get().refresh_if_stale();
    let draw = Callback::new(move |connection| view! { <Details connection ended /> }.into_any());
    dynamic(move || match ended_here.get() {
        Some(Ended {
            name, revocation, ..
        }) => view! { <Disconnected connection=name revocation /> }.into_any(),
        None => view! { <WithConnection id draw /> }.into_any(),
    })
}

/// The page of a connection that exists.
#[component]
fn Details(
    /// The connection.
    connection: Signal<Connection>,
    /// Set when the connection has ended.
    ended: RwSignal<Option<Ended>>,
) -> impl IntoView {
    let id = connection.with_untracked(|connection| connection.id.clone());
    let failure = RwSignal::new(None::<Failure>);
    let works = memo(move |_| connection.read().status == Status::Active);
    view! {
        <div class="page">
            <ReconnectNotices of=id.clone() failure />
            <div class="title-row">
                <Summary connection />
                <Show when=move || works.get()>
                    <RefreshButton connection failure />
                </Show>
            </div>
            <Notice failure />
            <Access connection />
            <div class="columns">
                <Organizations connection />
                <MayDo connection failure />
            </div>
            <EndIt connection ended failure />
        </div>
    }
}

/// The button that replaces the token pair now.
#[component]
fn RefreshButton(
    /// The connection.
    connection: Signal<Connection>,
    /// Receives a failure.
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let change = Change::new(failure);
    let press = move |()| {
        let id = connection.with_untracked(|connection| connection.id.clone());
        let refreshed = async move { api::connections::refresh(&id).await };
        change.make("Refreshing", refreshed, move |connection| {
            announcer.toast("Access refreshed");
            session.replace(connection);
        });
    };
    view! {
        <BusyButton
            class="button refresh"
            icon=Icon::Again
            words=["Refresh now", "Refreshing"]
            busy=change.busy
            on_press=press
        />
    }
}

/// The buttons that sign out and disconnect.
#[component]
fn EndIt(
    /// The connection.
    connection: Signal<Connection>,
    /// Set when the connection has ended.
    ended: RwSignal<Option<Ended>>,
    /// Receives a failure.
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let dialog = NodeRef::<Dialog>::new();
    let busy = RwSignal::new(false);
    let name = derive(move || connection_label::name(&connection.read()));
    let (sign_out, _) = use_sign_out(move |why| {
        failure.try_set(Some(why));
    });
    let disconnect = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let id = connection.with_untracked(|connection| connection.id.clone());
        let name = name.get_untracked();
        leptos::task::spawn_local(async move {
            match api::connections::disconnect(&id).await {
                Ok(revocation) => {
                    ended.try_set(Some(Ended {
                        id: id.clone(),
                        name,
                        revocation,
                    }));
                    session.remove(&id);
                }
                Err(why) => after_failure(session, announcer, failure, why).await,
            }
            busy.try_set(false);
        });
    });
    view! {
        <section class="section" aria-labelledby="end">
            <h2 id="end">"Sign out or disconnect"</h2>
            <div class="columns">
                <div class="ending">
                    <div>
                        <h3>"Sign out of this browser"</h3>
                        <p class="second">"Your other browsers stay connected."</p>
                    </div>
                    <button type="button" class="button" on:click=move |_| sign_out.run(())>
                        "Sign out"
                    </button>
                </div>
                <div class="ending">
                    <div>
                        <h3>"Disconnect " <bdi>{move || name.get()}</bdi></h3>
                        <p class="second">
                            "Its tokens are revoked at Snyk and deleted here, for every browser."
                        </p>
                    </div>
                    <button type="button" class="button danger" on:click=move |_| confirm::open(dialog)>
                        "Disconnect…"
                    </button>
                </div>
            </div>
            <Confirm
                dialog
                question=derive(move || format!("Disconnect {}?", name.get()))
                consequence="Its tokens are revoked at Snyk and deleted here, for all browsers that use it. You can connect again later."
                keep="Cancel"
                go="Disconnect"
                on_go=disconnect
            />
        </section>
    }
}
