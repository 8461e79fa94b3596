//! The failure to load issues.

use leptos::prelude::*;

use super::state::IssuesState;
use crate::{
    components::read_notice::ReadNotice,
    data::coverage::consequence,
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
    let lead = memo(move |_| {
        let read = state.read.get();
        state
            .status
            .with(|status| consequence(status, read, "issue"))
    });
    dynamic(move || {
        let failure = failure.get().filter(|_| state.works.get())?;
        let outcome = failure.outcome(&session.name(), "project", SCOPE);
        Some(match lead.get() {
            Some(lead) => view! { <ReadNotice outcome lead on_again /> }.into_any(),
            None => view! { <ReadNotice outcome on_again /> }.into_any(),
        })
    })
}
