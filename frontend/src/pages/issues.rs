//! The issues of a project: list and panel side by side, or one after the other in a narrow
//! viewport.

pub mod advice;
pub mod bar;
pub mod broken;
pub mod detail;
pub mod head;
pub mod list;
pub mod opened;
pub mod place;
pub mod remediation_icon;
pub mod state;

use leptos::prelude::*;
use shared::api::connection::{Connection, Status};

use self::{
    bar::FilterBar,
    detail::{DetailPage, Panel},
    head::Head,
    list::IssueList,
    opened::opened,
    state::IssuesState,
};
use super::with_connection::WithConnection;
use crate::{
    components::{data_page::DataPage, show::Show},
    data::failure::ReadFailure,
    platform,
    reactive::{Signal, derive, dynamic, memo},
    router::Page,
};

/// The issues of a project.
#[component]
pub fn IssuesPage() -> impl IntoView {
    platform::load_data_styles();
    let page = Page::get();
    let (id, org, project) = (page.connection(), page.org(), page.project());
    let draw = Callback::new(move |connection| {
        view! {
            {move || view! { <Issues connection org=org.get().unwrap_or_default() project=project.get() /> }}
        }
        .into_any()
    });
    view! { <WithConnection id draw /> }
}

/// The issues of one project, for a connection that exists.
#[component]
fn Issues(
    /// The connection.
    connection: Signal<Connection>,
    /// The organization's id.
    org: String,
    /// The project's id.
    project: String,
) -> impl IntoView {
    let id = memo(move |_| connection.read().id.clone());
    let works = memo(move |_| connection.read().status == Status::Active);
    let state = IssuesState::new(id, works, org, project);
    let is_wide = state.panel.is_wide;
    // In a narrow viewport, an issue has a page of its own.
    let is_alone = state.panel.is_alone();
    // For a connection that does not work, only what was loaded before is available.
    let has_list = memo(move |_| {
        let is_here = works.get() || state.held.with(|held| !held.rows.is_empty());
        is_here && !state.is_missing()
    });
    let is_told = derive(move || {
        state.status.with(|status| {
            matches!(status.failure(), Some(ReadFailure::Snyk(refusal)) if refusal.status == 403)
        })
    });
    let content = dynamic(move || {
        if is_alone.get() {
            return view! { <DetailPage opened=opened(state) /> }.into_any();
        }
        view! {
            <Head connection state />
            <Show when=move || has_list.get()>
                <FilterBar state />
                <div class="issues">
                    <IssueList state />
                    <Show when=move || is_wide.get() && state.has_panel()>
                        <Panel opened=opened(state) />
                    </Show>
                </div>
            </Show>
        }
        .into_any()
    });
    view! {
        <DataPage connection class="page data-page issues-page" is_told>
            {content}
        </DataPage>
    }
}
