//! The login of a connection, as far as this browser can know it.

use leptos::prelude::*;
use shared::{api::connection::Connection, route::Route};

use super::{after::After, lifetimes::RealLifetimes, playing, sequence::Sequence};
use crate::{
    connection_label, door,
    flow::{
        signed_in::{Timings, steps},
        step::COUNT,
    },
    page_heading::PageHeading,
    pages::with_connection::WithConnection,
    platform::{self, timing},
    reactive::{Signal, derive, dynamic, memo},
    session::SessionContext,
};

/// The page about the login of a connection.
#[component]
pub fn SignedInPage(
    /// The connection's id.
    id: String,
) -> impl IntoView {
    let draw = Callback::new(|connection| view! { <Login connection /> }.into_any());
    view! { <WithConnection id=Signal::stored(id) draw /> }
}

/// Returns what this document has measured of the end of its login, if that made the connection.
fn timings(connection: &str) -> Option<Timings> {
    if door::finished().as_deref() != Some(connection) {
        return None;
    }
    let taken = timing::mark("taken")?;
    let (sent, answered) = timing::request("/api/connections")?;
    Some(Timings {
        taken,
        sent,
        answered,
    })
}

#[component]
fn Login(
    /// The connection.
    connection: Signal<Connection>,
) -> impl IntoView {
    let session = SessionContext::get();
    let measured = connection.with_untracked(|connection| timings(&connection.id));
    let steps = memo(move |_| {
        let exact = |time: &str| platform::exact(platform::millis(time));
        let connection = connection.read();
        session
            .app()
            .map(|app| steps(&app, &connection, measured, exact))
    });
    let lead = dynamic(move || {
        let connection = connection.read();
        let at = platform::exact(platform::millis(&connection.connected_at));
        let name = connection_label::name(&connection);
        view! {
            "The sign-in of "
            {at}
            ", which connected "
            <bdi>{name}</bdi>
            ", as far as this browser can know it. "
            <span class="sealed">"Hatched"</span>
            " marks a value that this page does not have."
        }
    });
    let overview = derive(move || Route::Overview(connection.read().id.clone()).to_string());
    let sequence = dynamic(move || {
        // The steps are there as soon as the app's settings are, and then change in place.
        let first = untrack(|| steps.get())?;
        let steps = memo(move |_| steps.get().unwrap_or_else(|| first.clone()));
        Some(view! {
            <Sequence steps reached=Signal::stored(COUNT) current=playing::selected() />
        })
    });
    view! {
        <div class="page flow">
            <div class="title-row">
                <div>
                    <PageHeading title=Signal::stored("What happened when you connected".to_owned()) />
                    <p class="second">{lead}</p>
                </div>
                <div class="actions">
                    <a class="button" href=Route::Flow.to_string()>
                        "Rehearse it"
                    </a>
                    <a class="button primary" href=move || overview.get()>
                        "Go to the overview"
                    </a>
                </div>
            </div>
            {sequence}
            <RealLifetimes connection />
            <After connection />
        </div>
    }
}
