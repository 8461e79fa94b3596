//! The start page: welcome, or the way to the first connection.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, components::Redirect};

use crate::{
    api::Failure,
    components::{
        connect_button::ConnectButton,
        lanes::Lanes,
        layout::Waiting,
        notice::Notice,
        scope_list::{self, consequence},
    },
    paths,
    session::{SessionContext, Who},
    shell::PageHeading,
};

/// What the start page shows. Without the connections themselves, so that a change of theirs does
/// not draw it again.
#[derive(Clone, PartialEq)]
enum Start {
    Waiting,
    Welcome(Option<Failure>),
    Connection(String),
}

/// The start page.
#[component]
pub fn HomePage() -> impl IntoView {
    let session = SessionContext::get();
    let start = Memo::new(move |_| match session.who() {
        Who::Checking => Start::Waiting,
        Who::SignedOut => Start::Welcome(None),
        Who::Unreachable(failure) => Start::Welcome(Some(failure)),
        Who::SignedIn(connections) => connections.first().map_or(Start::Welcome(None), |first| {
            Start::Connection(first.id.clone())
        }),
    });
    move || match start.get() {
        Start::Waiting => view! { <Waiting /> }.into_any(),
        Start::Welcome(failure) => view! { <Welcome failure /> }.into_any(),
        Start::Connection(id) => {
            let options = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            view! { <Redirect path=paths::connection(&id) options /> }.into_any()
        }
    }
}

/// The welcome of somebody who is not signed in.
#[component]
fn Welcome(
    /// Why the server did not say who is here.
    failure: Option<Failure>,
) -> impl IntoView {
    let session = SessionContext::get();
    let failure = RwSignal::new(failure);
    let host = Signal::derive(move || {
        session.app().map_or_else(
            || "app.snyk.io".to_owned(),
            |app| paths::host(&app.authorization_endpoint).to_owned(),
        )
    });
    let name = Signal::derive(move || session.name());
    let asked = move || {
        session.app().map(|app| {
            let last = consequence(&app.scopes);
            let asked = scope_list::asked(&app.scopes);
            view! {
                <section aria-labelledby="asked">
                    <h2 id="asked">"What you will be asked to allow"</h2>
                    {asked}
                    <p class="second">{last}</p>
                </section>
            }
        })
    };
    view! {
        <div class="welcome">
            <div class="welcome-words">
                <PageHeading
                    title="See which issues matter, across your Snyk organizations"
                    class="display"
                />
                <p class="lead">
                    {move || {
                        format!(
                            "Connect once. {} reads your projects and their issues and puts the worst first.",
                            name.get(),
                        )
                    }}
                </p>
                <Notice failure=failure />
                <div class="connect">
                    <ConnectButton class="button primary large" failure />
                    <p class="second">
                        {move || {
                            format!("You go to {}, choose an organization or group, and come back.", host.get())
                        }}
                    </p>
                </div>
                {asked}
            </div>
            <Lanes app=name host />
        </div>
    }
}
