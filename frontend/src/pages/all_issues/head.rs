//! The answer above the list, what can be done with all of it, and the links to the three views.

use leptos::prelude::*;

use super::{
    save::{CopyLink, Save},
    state::AllIssuesState,
};
use crate::{
    announcer::Announcer,
    components::{
        data_page::{Refresh, Updated},
        icon::Icon,
    },
    connection_label,
    data::{
        all_issues::{filters::View, summary},
        coverage::Coverage,
        number_format::{count, len, number},
    },
    page_heading::PageHeading,
    reactive::{derive, dynamic, effect, memo},
};

/// The heading, which counts what is shown, and the actions.
#[component]
pub fn Head(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let announcer = Announcer::get();
    let readings = state.readings;
    let is_reading = memo(move |_| readings.is_reading());
    let is_growing = memo(move |_| readings.is_growing());
    let title = memo(move |_| {
        let size = state.matching.read().size;
        if size.issues == 0 && !is_growing.get() {
            let connection = state.connection.read();
            let knows_none = connection.orgs.is_empty() && !connection.orgs_complete;
            // The notice above says which permission is missing, and asks for it.
            if knows_none && connection_label::lacks_orgs(&connection) {
                return "No organizations to show".to_owned();
            }
            if knows_none {
                return "Loading your organizations".to_owned();
            }
            if readings.coverage() == Coverage::Part {
                return "No issues could be loaded".to_owned();
            }
        }
        summary::heading(&state.filters.read(), size, is_growing.get())
    });
    // Announced at the start and at the end, but not for each page: Snyk gives no total from which
    // quarters could be computed.
    effect(move |before: Option<bool>| {
        let now = is_reading.get();
        if now {
            announcer.say("Loading issues");
        } else if before == Some(true) {
            announcer.say(title.get_untracked());
        }
        now
    });
    let whole_at = memo(move |_| readings.whole_at());
    let at = memo(move |_| whole_at.get().filter(|_| !is_reading.get()));
    let size = dynamic(move || {
        let orgs = count(readings.with(|all| len(all.len())), "organization");
        match readings.coverage() {
            Coverage::SoFar => format!("{orgs}. Loading; Snyk gives no total. "),
            Coverage::First => {
                let read = number(state.matching.read().read);
                format!(
                    "{orgs}. The first {read} issues; more do not fit into this browser’s memory. "
                )
            }
            // A notice says why.
            Coverage::Part if readings.with(<[_]>::is_empty) => String::new(),
            Coverage::Part => format!("{orgs}, not all of which could be loaded. "),
            Coverage::Whole | Coverage::Lacking(_) => format!("{orgs}. "),
        }
    });
    view! {
        <div class="title-row">
            <div>
                <PageHeading title class="verdict" />
                <p class="second">{size} <Updated at before="Updated " after="." /></p>
            </div>
            <div class="actions">
                <CopyLink />
                <Save state />
                <Refresh
                    class="button"
                    icon=Icon::Again
                    when=derive(move || state.works.get() && whole_at.get().is_some())
                    busy=is_reading
                    again=move |()| readings.read_again()
                />
            </div>
        </div>
    }
}

/// The links to the three views.
#[component]
pub fn Views(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let links = View::ALL.map(|view| {
        let href = move || {
            let filters = state.filters.read().in_view(view);
            state.href(&filters)
        };
        let here = move || (state.filters.read().view == view).then_some("page");
        view! {
            <a href=move || href() data-noscroll="true" aria-current=move || here()>
                {view.label()}
            </a>
        }
    });
    view! {
        <nav class="tabs" aria-label="Views">
            {links}
        </nav>
    }
}
