//! A page about a connection, and the pages in its place if it cannot be shown.

use leptos::prelude::*;
use shared::{api::connection::Connection, problem::Code};

use super::not_found::NotFoundPage;
use crate::{
    announcer::Announcer,
    api::Failure,
    components::{layout::Waiting, notice::outcome_page, retry::Retry},
    messages,
    reactive::{Signal, dynamic, memo},
    session::{SessionContext, SessionState},
};

/// The content of the page. It has only the id of the connection, so that a change of the
/// connection does not redraw the page.
#[derive(Clone, PartialEq)]
enum Stand {
    Waiting,
    Here(String),
    SignedOut,
    /// The connection was merged into an identical one.
    Merged,
    Missing,
    Failed(Failure),
}

/// The page that `draw` creates for a connection, once the connection is known to be this
/// browser's.
#[component]
pub fn WithConnection(
    /// The connection's id.
    #[prop(into)]
    id: Signal<String>,
    /// Creates the page.
    draw: Callback<Signal<Connection>, AnyView>,
) -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let was_loading = StoredValue::new(false);
    let stand = memo(move |last: Option<&Stand>| {
        let id = id.get();
        let here = Stand::Here(id.clone());
        let who = session.who();
        if let Some(connection) = who.connection(&id) {
            was_loading.set_value(!connection.orgs_complete);
            return here;
        }
        match who {
            SessionState::Checking => Stand::Waiting,
            // This page has ended the connection, and is being left.
            _ if last == Some(&here) && session.has_ended(&id) => here,
            SessionState::SignedOut => Stand::SignedOut,
            SessionState::Unreachable { failure, .. } => Stand::Failed(failure),
            SessionState::SignedIn(_) if last == Some(&here) && was_loading.get_value() => {
                Stand::Merged
            }
            SessionState::SignedIn(_) => Stand::Missing,
        }
    });
    dynamic(move || match stand.get() {
        Stand::Waiting => view! { <Waiting /> }.into_any(),
        Stand::Here(id) => {
            let Some(first) = untrack(|| session.connection(&id)) else {
                return view! { <NotFoundPage /> }.into_any();
            };
            // Keeps the last connection while the page is being left.
            let connection = memo(move |last: Option<&Connection>| {
                session
                    .connection(&id)
                    .or_else(|| last.cloned())
                    .unwrap_or_else(|| first.clone())
            });
            draw.run(connection)
        }
        Stand::SignedOut => {
            let failure = Failure::Problem(Box::new(messages::local(Code::NotSignedIn)));
            outcome_page(&failure, None)
        }
        Stand::Merged => {
            // In the next frame, because this page is being rendered.
            request_animation_frame(move || announcer.leave_for_home());
            view! { <Waiting /> }.into_any()
        }
        Stand::Missing => view! { <NotFoundPage /> }.into_any(),
        Stand::Failed(failure) => outcome_page(&failure, Some(Retry::of_session())),
    })
}
