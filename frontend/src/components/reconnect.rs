//! Notices about connections that have stopped working, on their own pages and on those of others.

use leptos::{html::Dialog, prelude::*};
use shared::api::connection::Connection;

use super::{
    confirm::{self, Confirm},
    connect_button::{ConnectButton, Reconnect, ReturnTo},
    icon::Icon,
    keyed::For,
    notice::panel,
};
use crate::{
    announcer::Announcer,
    api::{self, Failure},
    connection_label,
    messages::Tone,
    reactive::{Signal, memo},
    session::SessionContext,
};

/// The notice that the connection with this id must be reconnected, or else one for each other
/// connection that must be, which names it.
#[component]
pub fn ReconnectNotices(
    /// The id of the connection that the page is about.
    #[prop(into)]
    of: Signal<String>,
    /// Receives a failure.
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let session = SessionContext::get();
    let stopped = memo(move |_| connection_label::stopped(session.connections(), &of.read()));
    view! {
        <For
            each=move || stopped.get()
            key=|(is_other, one)| format!("{is_other} {}", one.id)
            let((is_other, connection))
        >
            <ReconnectNotice connection is_other failure />
        </For>
    }
}

/// The notice that a connection must be reconnected or removed.
#[component]
fn ReconnectNotice(
    /// The connection.
    connection: Connection,
    /// Whether the page is about another connection.
    is_other: bool,
    /// Receives a failure.
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let name = connection_label::name(&connection);
    let reconnect = Reconnect::Id(connection.id.clone());
    let id = connection.id;
    let dialog = NodeRef::<Dialog>::new();
    let (title, text) = if is_other {
        (
            format!("Another connection, {name}, has stopped working"),
            "Snyk no longer accepts its permission. Connect it again to see its projects. Your other connections are not affected.",
        )
    } else {
        (
            "This connection has stopped working".to_owned(),
            "Snyk no longer accepts its permission. Connect it again; it takes under a minute.",
        )
    };
    let question = format!("Remove {name}?");
    let remove = Callback::new(move |()| {
        let id = id.clone();
        leptos::task::spawn_local(async move {
            match api::connections::disconnect(&id).await {
                Ok(_) => {
                    if !is_other {
                        // The subject of this page is gone; the start page shows the remaining
                        // connections.
                        announcer.leave_for_home();
                    }
                    session.remove(&id);
                    announcer.toast("Connection removed");
                }
                Err(why) => {
                    announcer.say_failure(&why);
                    failure.try_set(Some(why));
                }
            }
        });
    });
    let text = view! { <p>{text}</p> };
    let acts = view! {
        <ConnectButton words="Reconnect" return_to=ReturnTo::Here reconnect failure />
        <button type="button" class="button" on:click=move |_| confirm::open(dialog)>
            "Remove…"
        </button>
    };
    let (text, acts) = (text.into_any(), Some(acts.into_any()));
    view! {
        {panel(Tone::Warn, Icon::Triangle, title.into(), text, acts)}
        <Confirm
            dialog
            question
            consequence="Snyk has already ended it. What this server still keeps of it is deleted, for all browsers that use it. You can connect again later."
            keep="Cancel"
            go="Remove"
            on_go=remove
        />
    }
}
