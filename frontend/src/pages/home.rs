//! The start page: the welcome, or the overview of the first connection that works.

use leptos::prelude::*;

use super::overview::OverviewOf;
use crate::{
    api::Failure,
    components::{
        connect_button::ConnectButton,
        flow_diagram::FlowDiagram,
        notice::Notice,
        retry::Retry,
        scope_list::{self, consequence},
    },
    page_heading::PageHeading,
    paths,
    session::{SessionContext, SessionState, first_usable},
};

/// The start page. The welcome is shown while the session is unknown, and stays if nobody is signed
/// in.
#[component]
pub fn HomePage() -> impl IntoView {
    let session = SessionContext::get();
    // Only the id, so that a change of the connection does not redraw the page.
    let first = Memo::new(move |_| {
        let connections = session.connections();
        first_usable(&connections).map(|first| first.id.clone())
    });
    move || match first.get() {
        None => view! { <Welcome /> }.into_any(),
        Some(id) => view! { <OverviewOf id=Signal::stored(id) /> }.into_any(),
    }
}

/// The welcome for somebody who is not signed in, or not known yet.
#[component]
fn Welcome() -> impl IntoView {
    let session = SessionContext::get();
    // The first of three failures: a login that did not start; a request for the session that
    // failed; an origin at which no login can be finished.
    let refused = RwSignal::new(None::<Failure>);
    let failure = Signal::derive(move || {
        refused.get().or_else(|| match session.who() {
            SessionState::Unreachable { failure, .. } => Some(failure),
            _ => session
                .app()
                .and_then(|app| login::start::wrong_origin(&app)),
        })
    });
    let of_session = Retry::of_session();
    let retry = Retry {
        run: Callback::new(move |()| {
            // The button starts another login.
            refused.set(None);
            of_session.run.run(());
        }),
        ..of_session
    };
    // Nothing is visible for a tenth of a second, because the wrong page would otherwise flash for
    // a person who is signed in.
    let state = move || (session.who() == SessionState::Checking).then_some("checking");
    let host = Signal::derive(move || {
        session.app().map_or_else(String::new, |app| {
            if app.sandbox {
                "the sandbox".to_owned()
            } else {
                paths::host(&app.authorization_endpoint).to_owned()
            }
        })
    });
    let way = move || match session.app() {
        Some(app) if app.sandbox => {
            "You go to the sandbox’s own page, choose an organization, and come back.".to_owned()
        }
        Some(_) => format!(
            "You go to {}, choose an organization or group, and come back.",
            host.get()
        ),
        None => "You go to Snyk, choose an organization or group, and come back.".to_owned(),
    };
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
        <div class="welcome" data-state=state>
            <div class="welcome-words">
                <PageHeading
                    title="See which issues matter, across your Snyk organizations"
                    class="display"
                />
                <p class="lead">
                    "Connect once. " <bdi>{move || name.get()}</bdi>
                    " reads your projects and their issues and puts the worst first."
                </p>
                <Notice failure retry />
                <div class="connect">
                    <ConnectButton class="button primary large" failure=refused />
                    <p class="second">{way}</p>
                </div>
                {asked}
            </div>
            <FlowDiagram app=name host />
        </div>
    }
}
