//! The issues of all projects of a connection: one by one, by problem, or by package.

pub mod bar;
pub mod groups;
pub mod head;
pub mod joined;
pub mod list;
pub mod opened;
pub mod projects;
pub mod readings;
pub mod save;
pub mod state;
pub mod troubles;

use leptos::prelude::*;
use shared::api::connection::Connection;

use self::{
    bar::FilterBar,
    groups::GroupTable,
    head::{Head, Views},
    list::IssueTable,
    opened::opened,
    state::AllIssuesState,
    troubles::{Nothing, Troubles},
};
use super::{
    issues::detail::{DetailPage, Panel},
    with_connection::WithConnection,
};
use crate::{
    components::{data_page::DataPage, loading_orgs::LoadingOrganizations, show::Show},
    data::all_issues::filters::View,
    platform,
    reactive::{Signal, dynamic, memo},
    router::Page,
};

/// The issues of all projects of a connection.
#[component]
pub fn AllIssuesPage() -> impl IntoView {
    platform::load_styles_of("all-issues");
    let id = Page::get().connection();
    let draw = Callback::new(move |connection| view! { <AllIssues connection /> }.into_any());
    view! { <WithConnection id draw /> }
}

#[component]
fn AllIssues(
    /// The connection.
    connection: Signal<Connection>,
) -> impl IntoView {
    let state = AllIssuesState::new(connection);
    let panel = state.panel;
    let opened = opened(state);
    // In a narrow viewport, an issue has a page of its own.
    let is_alone = panel.is_alone();
    let view = memo(move |_| state.filters.read().view);
    // A table that is made anew would lose the focus and the pointer.
    let is_empty = memo(move |_| state.is_empty());
    let table = move || {
        dynamic(move || {
            if is_empty.get() {
                return view! { <Nothing state /> }.into_any();
            }
            match view.get() {
                View::Issues => view! { <IssueTable state /> }.into_any(),
                View::Groups(grouping) => view! { <GroupTable state grouping /> }.into_any(),
            }
        })
    };
    state.keep_focus();
    let content = dynamic(move || {
        if is_alone.get() {
            return view! { <DetailPage opened /> }.into_any();
        }
        view! {
            <Head state />
            <LoadingOrganizations connection />
            <FilterBar state />
            <Views state />
            <div class="issues">
                <div class="issue-list">
                    <Troubles state />
                    {table()}
                </div>
                <Show when=move || panel.is_wide.get() && state.has_panel()>
                    <Panel opened />
                </Show>
            </div>
        }
        .into_any()
    });
    view! { <DataPage connection class="page data-page issues-page">{content}</DataPage> }
}
