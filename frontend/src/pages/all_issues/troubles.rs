//! What is missing of the issues, and the text in place of an empty list.

use leptos::prelude::*;

use super::state::AllIssuesState;
use crate::{
    components::{
        empty_state::EmptyState,
        read_notice::{ReadNotice, UnreadableNotice},
        show::Show,
    },
    data::{
        all_issues::{filters::Filters, summary},
        coverage::{Coverage, not_loaded},
        number_format::{count, len},
    },
    reactive::{derive, dynamic, memo},
    session::SessionContext,
};

/// The scope that is required to read issues.
pub(super) const SCOPE: &str = "org.project.snapshot.read";

/// The notices about issues that could not be loaded or read. If the connection has stopped working,
/// another notice says so.
#[component]
pub fn Troubles(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let session = SessionContext::get();
    let readings = state.readings;
    let on_again = Callback::new(move |()| readings.read_failed_again());
    let failed = memo(move |_| readings.failed());
    let trying = memo(move |_| readings.is_trying());
    let notice = dynamic(move || {
        let failed = failed.get().filter(|_| state.works.get())?;
        let outcome = failed.why.outcome(&session.name(), "organization", SCOPE);
        let issues = format!("Issues of {}", failed.orgs.join(", "));
        let lead = if failed.has_rows {
            format!("{issues} could not be refreshed")
        } else {
            not_loaded(&issues)
        };
        Some(view! { <ReadNotice outcome lead on_again trying /> })
    });
    let unreadable = memo(move |_| match readings.coverage() {
        Coverage::Lacking(unreadable) => unreadable,
        _ => 0,
    });
    view! {
        {notice}
        <UnreadableNotice how_many=unreadable item="issue" />
    }
}

/// The text if no issue matches.
#[component]
pub fn Nothing(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let are_chosen = memo(move |_| state.filters.read().are_chosen());
    let read = memo(move |_| state.matching.read().read);
    let in_environments = memo(move |_| state.matching.read().in_environments);
    // If nothing could be loaded, the heading and the notices say so.
    let is_known = memo(move |_| {
        let coverage = state.readings.coverage();
        read.get() > 0 || !matches!(coverage, Coverage::Part | Coverage::SoFar)
    });
    let title = derive(move || {
        let coverage = state.readings.coverage();
        match (are_chosen.get(), read.get()) {
            (_, 0) if in_environments.get() > 0 => "No issues in projects".to_owned(),
            (true, 0) => "No issues match".to_owned(),
            (true, read) => format!("None of {} match", coverage.the(&count(read, "issue"))),
            (false, _) => "No open issues".to_owned(),
        }
    });
    let text = derive(move || {
        let words = summary::words(&state.filters.read(), |id| state.org_name(id));
        if read.get() == 0 && in_environments.get() > 0 {
            let issues = count(in_environments.get(), "issue");
            format!("{issues} in environments. Include environments to see them.")
        } else if are_chosen.get() {
            format!("Filters: {words}.")
        } else {
            let orgs = state.readings.with(|all| len(all.len()));
            format!(
                "Snyk found none in {}, or all are ignored.",
                count(orgs, "organization")
            )
        }
    });
    let empty = move || {
        view! {
            <EmptyState title text>
                <Show when=move || are_chosen.get()>
                    <button
                        type="button"
                        class="button"
                        on:click=move |_| {
                            state.choose(|filters| *filters = Filters::cleared(filters));
                        }
                    >
                        "Clear filters"
                    </button>
                </Show>
            </EmptyState>
        }
    };
    view! { <Show when=move || is_known.get()>{empty()}</Show> }
}
