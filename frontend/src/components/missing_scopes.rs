//! The notice that Snyk granted less than was requested, so that data may be missing.

use leptos::prelude::*;
use shared::{
    api::connection::{Connection, Status},
    route::Route,
    scope::{meaning, only_reads},
};

use super::{
    connect_button::{ConnectButton, ReturnTo},
    icon::Icon,
    notice::panel,
};
use crate::{
    api::Failure,
    connection_label::lower_first,
    messages::Tone,
    reactive::{Signal, derive, dynamic, memo},
    session::SessionContext,
};

/// The notice. Nothing is shown if all scopes that only read were granted, nor for a connection
/// that has stopped working, which has a notice of its own.
#[component]
pub fn MissingScopes(
    /// The connection.
    connection: Signal<Connection>,
    /// Receives a failure to start a login.
    failure: RwSignal<Option<Failure>>,
    /// Whether the page already says that something could not be read because of a missing scope.
    #[prop(optional, into)]
    is_told: Signal<bool>,
) -> impl IntoView {
    let session = SessionContext::get();
    let missing = memo(move |_| {
        let connection = connection.read();
        let words: Vec<_> = connection
            .missing_scopes
            .iter()
            .filter(|scope| only_reads(scope) && connection.status == Status::Active)
            .map(|scope| lower_first(meaning(scope)))
            .collect();
        words
    });
    let notice = dynamic(move || {
        let missing = missing.get();
        if missing.is_empty() || is_told.get() {
            return None;
        }
        let page = connection.with_untracked(|connection| Route::Connection(connection.id.clone()));
        let title = derive(move || {
            format!(
                "Snyk granted fewer permissions than {} asked for",
                session.name()
            )
        });
        let text = format!(
            "Some data may be missing here. Not granted: {}.",
            missing.join("; ")
        );
        let text = view! { <p>{text} " " <a href=page.to_string()>"See the permissions"</a></p> };
        let again = view! { <ConnectButton words="Ask again" class="button" return_to=ReturnTo::Here failure /> };
        let (text, acts) = (text.into_any(), Some(again.into_any()));
        Some(panel(Tone::Warn, Icon::Triangle, title, text, acts))
    });
    view! { {notice} }
}
