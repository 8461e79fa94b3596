//! The filters, the sentence that repeats them, and the table.

use std::sync::Arc;

use leptos::prelude::*;
use shared::api::connection::Org;

use super::{
    overview_parts::SCOPE, projects_sentence::Sentence, projects_table::ProjectTable,
    projects_visible::VisibleProjects,
};
use crate::{
    components::{
        chips::{ChoiceChip, SeverityToggles, choices},
        data_page::{Refresh, Updated},
        empty_state::EmptyState,
        progress::Progress,
        project,
        read_notice::{ReadNotice, UnreadableNotice},
        search::SearchField,
        show::Show,
    },
    data::{
        coverage::{Coverage, consequence, not_loaded},
        facet::Facet,
        lists::{Look, Stage, Status, folded},
        number_format::len,
        row::Row,
        severity::Level,
    },
    reactive::{derive, dynamic, memo},
    session::SessionContext,
    snyk_links,
};

/// The list with its filters, its failures and its empty state.
#[component]
pub fn ProjectList(
    /// The connection's id.
    connection: String,
    /// The organization.
    org: Org,
    /// The projects of the organization.
    list: Look<Arc<Row>>,
    /// Loads the list again.
    again: Callback<()>,
    /// Whether the connection works. If not, a notice says why, once.
    works: bool,
) -> impl IntoView {
    let session = SessionContext::get();
    let shown = VisibleProjects::new(list);
    let told = memo(move |_| {
        let failure = list.status.with(|status| status.failure().cloned())?;
        works.then(|| failure.outcome(&session.name(), "organization", SCOPE))
    });
    let trying = memo(move |_| list.status.with(|status| status.trying));
    let is_out_of_reach = memo(move |_| !works && shown.all.get() == 0);
    let is_done = memo(move |_| list.status.with(|status| status.stage == Stage::Done));
    let unreadable = memo(move |_| list.status.with(|status| status.unreadable));
    let is_empty = memo(move |_| is_done.get() && shown.all.get() == 0);
    let only_failed = memo(move |_| told.with(Option::is_some) && shown.all.get() == 0);
    let lead = move |all: u64| {
        let missing = list
            .status
            .with_untracked(|status| consequence(status, all, "project"));
        missing.unwrap_or_else(|| not_loaded("The projects"))
    };
    let failure = move || {
        let all = shown.all.get_untracked();
        told.get()
            .map(|outcome| view! { <ReadNotice outcome lead=lead(all) on_again=again trying /> })
    };
    let name = org.name.clone();
    let slug = StoredValue::new(org.slug.clone());
    let import = move || {
        let app = session.app()?;
        let address = snyk_links::import(&app.authorization_endpoint, &slug.get_value())?;
        // The sandbox has no such page.
        (!app.sandbox).then(|| project::import_link(address))
    };
    let body = dynamic(move || {
        if is_out_of_reach.get() {
            return ().into_any();
        }
        if only_failed.get() {
            return failure().into_any();
        }
        if is_empty.get() && unreadable.get() > 0 {
            return view! { <UnreadableNotice how_many=unreadable item="project" /> }.into_any();
        }
        if is_empty.get() {
            return view! {
                    <EmptyState
                        title=format!("No projects in {name} yet")
                        text="Projects appear here once someone imports a repository or runs “snyk monitor”."
                    >
                        {import}
                    </EmptyState>
                }
                .into_any();
        }
        view! {
            <Bar shown list />
            {failure}
            <UnreadableNotice how_many=unreadable item="project" />
            <ProjectTable
                connection=connection.clone()
                org=org.id.clone()
                list
                shown
            />
        }
        .into_any()
    });
    view! { <div class="list">{body}</div> }
}

/// The number of projects, when they were loaded, the reload button, and the progress.
#[component]
pub fn Freshness(
    /// The projects.
    list: Look<Arc<Row>>,
    /// Loads the list again.
    again: Callback<()>,
    /// Whether the connection works.
    works: bool,
) -> impl IntoView {
    let at = memo(move |_| list.status.with(|status| status.whole_at));
    let reading = memo(move |_| list.status.with(Status::is_reading));
    let asked = memo(move |_| list.status.with(Status::is_asked_for));
    let done = derive(move || list.status.with(|status| status.done));
    let total = derive(move || list.status.with(|status| status.total));
    let coverage = memo(move |_| list.status.with(Coverage::of));
    let all = memo(move |_| list.held.with(|held| len(held.rows.len())));
    let size = derive(move || {
        format!(
            "{}, updated ",
            coverage.get().shown(None, all.get(), "project")
        )
    });
    view! {
        <div class="freshness second">
            <Updated at before=size />
            <Show when=move || reading.get()>
                <Progress label="Loading projects" item="project" done total />
            </Show>
            <Refresh
                class="button quiet"
                when=derive(move || works && at.get().is_some())
                busy=asked
                again
            />
        </div>
    }
}

/// Search and filters, and the sentence that repeats them.
#[component]
fn Bar(
    /// The visible projects.
    shown: VisibleProjects,
    /// The projects.
    list: Look<Arc<Row>>,
) -> impl IntoView {
    let chips = Facet::ALL.map(|facet| {
        // The occurring values change only with pages, but the selected ones with each press.
        let occurring = memo(move |_| list.held.with(|held| facet.occurring(&held.rows)));
        let choices = derive(move || {
            let called = |value: &str| facet.called(value).to_owned();
            choices(occurring.get(), shown.filters.read().chosen(facet), called)
        });
        view! {
            <ChoiceChip
                id=facet.key()
                label=facet.label()
                choices
                on_toggle=move |value: String| shown.change(|filters| filters.toggle(facet, &value))
            />
        }
    });
    let filters = shown.filters;
    let counts = memo(move |_| {
        list.held
            .with(|held| filters.read().of_each_level(&held.rows, folded))
    });
    view! {
        <div class="filters" role="search">
            <SearchField
                label="Search projects"
                hint="Name, file or target"
                value=derive(move || filters.read().search.clone())
                on_search=move |text| shown.search(text)
                on_leave=move |()| shown.focus_first()
            />
            <div class="filter-chips">
                <SeverityToggles
                    levels=&Level::COUNTED
                    on=derive(move || filters.read().levels.clone())
                    count=Callback::new(move |level: Level| {
                        counts.read().get(level as usize).copied()
                    })
                    on_toggle=move |level| shown.change(|filters| filters.toggle_level(level))
                />
                {chips}
            </div>
        </div>
        <Sentence shown list />
    }
}
