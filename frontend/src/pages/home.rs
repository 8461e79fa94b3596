//! The start page: the welcome, or the overview of the first connection that works.

use leptos::{html::Div, prelude::*};

use super::overview::OverviewOf;
use crate::{
    components::{layout::Waiting, notice::Notice, retry::Retry},
    door, page_heading,
    reactive::{Signal, derive, dynamic, effect, memo},
    session::{SessionContext, SessionState, first_usable},
};

/// The start page: the welcome if nobody is signed in. While the session is unknown it is not shown,
/// because the wrong page would flash.
#[component]
pub fn HomePage() -> impl IntoView {
    let session = SessionContext::get();
    // Only the id, so that a change of the connection does not redraw the page.
    let first = memo(move |_| {
        let connections = session.connections();
        first_usable(&connections).map(|first| first.id.clone())
    });
    let is_unknown = memo(move |_| session.who() == SessionState::Checking);
    dynamic(move || match first.get() {
        None if is_unknown.get() => view! { <Waiting /> }.into_any(),
        None => view! { <Welcome /> }.into_any(),
        Some(id) => view! { <OverviewOf id=Signal::stored(id) /> }.into_any(),
    })
}

/// The welcome for somebody who is not signed in. It is the door's: the document
/// contains it, and the door's script keeps it while other pages are shown.
#[component]
fn Welcome() -> impl IntoView {
    let session = SessionContext::get();
    let failure = derive(move || match session.who() {
        SessionState::Unreachable { failure, .. } => Some(failure),
        _ => None,
    });
    let place = NodeRef::<Div>::new();
    effect(move |_| {
        if let Some(place) = place.get() {
            door::show_welcome(&place);
        }
    });
    page_heading::arrive(
        Signal::stored("See which issues matter, across your Snyk organizations".to_owned()),
        "",
        false,
    );
    view! {
        <Notice failure retry=Retry::of_session() />
        <div node_ref=place></div>
    }
}
