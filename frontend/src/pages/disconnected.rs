//! After a disconnect.

use leptos::prelude::*;

use crate::{
    api::connections::Revocation,
    components::{icon::Icon, layout::glyph},
    paths,
    session::SessionContext,
    shell::PageHeading,
};

/// Says what has ended, and what is left to do at Snyk.
#[component]
pub fn Disconnected(
    /// Whether Snyk knows.
    revocation: Revocation,
) -> impl IntoView {
    let session = SessionContext::get();
    let name = untrack(|| session.name());
    let text = match revocation {
        Revocation::Done => {
            format!("To remove {name} from your organization too, open Authorized apps at Snyk.")
        }
        Revocation::Pending => format!(
            "Erased here. Snyk could not be told yet; we keep trying. To be sure, remove {name} at Snyk."
        ),
    };
    view! {
        <div class="outcome">
            {glyph("neutral", Icon::Check)} <PageHeading title="Disconnected." outcome=true />
            <p class="lead">{text}</p>
            <div class="actions">
                <a class="button primary" href=paths::HOME>
                    "Start page"
                </a>
            </div>
        </div>
    }
}
