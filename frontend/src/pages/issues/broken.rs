//! The failure to load issues.

use leptos::prelude::*;

use super::state::IssuesState;
use crate::{
    components::read_notice::ReadNotice,
    data::issues::summary::Extent,
    reactive::{dynamic, memo},
    session::SessionContext,
};

/// The scope that is required to read issues.
const SCOPE: &str = "org.project.snapshot.read";

/// The notice about a failure to load issues. If the connection has stopped working, another notice
/// says so.
#[component]
pub(super) fn Broken(
    /// The state of the page.
    state: IssuesState,
) -> impl IntoView {
    let session = SessionContext::get();
    let on_again = Callback::new(move |()| state.read_again());
    let failure = memo(move |_| state.status.with(|status| status.failure().cloned()));
    dynamic(move || {
        let failure = failure.get().filter(|_| state.works.get())?;
        let outcome = failure.outcome(&session.name(), "project", SCOPE);
        // The list may be complete, incomplete or empty.
        let lead = match state.extent.get() {
            Extent::Whole | Extent::First | Extent::Lacking(_) => {
                "The issues could not be refreshed"
            }
            _ if state.read.get() > 0 => "More issues could not be loaded",
            _ => return Some(view! { <ReadNotice outcome on_again /> }.into_any()),
        };
        Some(view! { <ReadNotice outcome lead on_again /> }.into_any())
    })
}
