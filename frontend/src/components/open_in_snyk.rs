//! The link to an organization, a project or an issue at Snyk.

use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    reactive::{Signal, dynamic},
    session::SessionContext,
};

/// Returns the address at Snyk of something in an organization; tracked. `address` receives the
/// address of Snyk's consent page and the slug of the organization. The sandbox has no such pages.
#[must_use]
pub fn at_snyk(
    session: SessionContext,
    connection: &str,
    org: &str,
    address: impl FnOnce(&str, &str) -> Option<String>,
) -> Option<String> {
    let app = session.app().filter(|app| !app.sandbox)?;
    let connection = session.connection(connection)?;
    let org = connection.orgs.iter().find(|one| one.id == org)?;
    address(&app.authorization_endpoint, &org.slug)
}

/// The link. Nothing is shown without an address.
#[component]
pub fn OpenInSnyk(
    /// The address at Snyk.
    #[prop(into)]
    address: Signal<Option<String>>,
) -> impl IntoView {
    dynamic(move || {
        let address = address.get()?;
        Some(view! {
            <a class="outward" href=address rel="noopener noreferrer external">
                "Open in Snyk"
                {Icon::Out.view()}
            </a>
        })
    })
}
