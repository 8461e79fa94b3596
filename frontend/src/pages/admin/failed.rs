//! What is said about a failed request.

use leptos::prelude::*;

use crate::{
    admin::outcomes,
    api::Failure,
    components::read_notice::ReadNotice,
    reactive::{Signal, dynamic},
    session::SessionContext,
};

/// The notice about what could not be loaded or done, with a button that does it again.
#[component]
pub fn FailedNotice(
    /// Why.
    failed: Signal<Option<Failure>>,
    /// Whether it is being done again.
    trying: Signal<bool>,
    /// Does it again.
    on_again: Callback<()>,
    /// What could not be done, before the reason.
    #[prop(optional, into)]
    lead: Option<String>,
) -> impl IntoView {
    let session = SessionContext::get();
    dynamic(move || {
        let outcome = outcomes::of(&failed.get()?, &untrack(|| session.name()));
        let notice = match lead.clone() {
            Some(lead) => view! { <ReadNotice outcome lead on_again trying /> }.into_any(),
            None => view! { <ReadNotice outcome on_again trying /> }.into_any(),
        };
        Some(notice)
    })
}
