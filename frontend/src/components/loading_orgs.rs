//! The note about organizations of a connection that are not loaded yet.

use leptos::prelude::*;
use shared::api::connection::Connection;

use crate::connection_label;
use crate::reactive::{Signal, dynamic, memo};

/// The note. Nothing is shown once all organizations are loaded.
#[component]
pub fn LoadingOrganizations(
    /// The connection.
    connection: Signal<Connection>,
) -> impl IntoView {
    let words = memo(move |_| connection_label::orgs_to_come(&connection.read()));
    dynamic(move || {
        words
            .get()
            .map(|words| view! { <p class="second">{words}</p> })
    })
}
