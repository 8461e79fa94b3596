//! The page after a disconnect.

use leptos::prelude::*;
use shared::route::Route;

use crate::{
    announcer::Announcer,
    api::connections::Revocation,
    components::{glyph::glyph, icon::Icon},
    page_heading::PageHeading,
    reactive::dynamic,
    session::SessionContext,
    snyk_links,
};

/// The page, which says what has ended and what remains to be done at Snyk.
#[component]
pub fn Disconnected(
    /// The name of the connection.
    connection: String,
    /// Whether Snyk has revoked the tokens.
    revocation: Revocation,
) -> impl IntoView {
    let session = SessionContext::get();
    let title = connection + " is disconnected";
    // The toast was about the connection that has just ended.
    Announcer::get().close_toast();
    let (name, at_snyk) = untrack(|| {
        let app = session.app().filter(|app| !app.sandbox);
        let address = app.and_then(|app| snyk_links::authorized_apps(&app.authorization_endpoint));
        (session.name(), address)
    });
    let text = match (revocation, &at_snyk) {
        (Revocation::Done, Some(_)) => {
            format!(
                "Its tokens were revoked and deleted. To remove {name} from your organization too, open Authorized apps at Snyk."
            )
        }
        (Revocation::Done, None) => "Its tokens were revoked and deleted.".to_owned(),
        (Revocation::Pending, _) => format!(
            "Its tokens were deleted here. Snyk could not be told yet; {name} keeps trying. To be sure, remove {name} at Snyk."
        ),
    };
    let link = at_snyk.map(|address| {
        view! {
            <a class="button" href=address rel="noopener external">
                "Authorized apps at Snyk"
                {Icon::Out.view()}
            </a>
        }
    });
    let goes_on = dynamic(move || {
        if session.is_someone() {
            "Overview"
        } else {
            "Start page"
        }
    });
    view! {
        <div class="outcome">
            {glyph("neutral", Icon::Check)} <PageHeading title outcome=true />
            <p class="lead">
                <bdi>{text}</bdi>
            </p>
            <div class="actions">
                <a class="button primary" href=Route::Home.to_string()>
                    {goes_on}
                </a> {link}
            </div>
        </div>
    }
}
