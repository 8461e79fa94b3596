//! Organizations of a connection that are still to come.

use leptos::prelude::*;
use shared::api::connection::Connection;

use crate::connection_label;

/// Says that not all organizations of a connection are here yet. Nothing when all are.
#[component]
pub fn LoadingOrganizations(
    /// The connection.
    connection: Signal<Connection>,
) -> impl IntoView {
    let words = Memo::new(move |_| connection_label::orgs_to_come(&connection.read()));
    move || {
        words
            .get()
            .map(|words| view! { <p class="second">{words}</p> })
    }
}
