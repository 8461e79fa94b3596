//! The overview of a connection: the worst issues across its organizations.

use leptos::prelude::*;
use shared::{
    api::connection::{Connection, Status as ConnectionStatus},
    route::Route,
};

use super::{
    later,
    overview_parts::{ByOrganization, NoProjects, StillReading},
    overview_readings::{Reading, Readings},
    overview_worst::WorstProjects,
    with_connection::WithConnection,
};
use crate::{
    components::{
        data_page::{DataPage, Refresh, Updated},
        icon::Icon,
        loading_orgs::LoadingOrganizations,
        severity_chart::SeverityChart,
        show::Show,
    },
    connection_label,
    data::{
        coverage::so_far,
        lists::Lists,
        number_format::{len, number},
        overview_summary::OverviewSummary,
        row::Totals,
        severity::Level,
    },
    page_heading::PageHeading,
    platform,
    reactive::{Signal, derive, dynamic, effect, memo},
    router::Page,
};

/// The overview of a connection.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let id = Page::get().connection();
    view! { <OverviewOf id /> }
}

/// The overview of a connection with this id.
#[component]
pub fn OverviewOf(
    /// The id.
    #[prop(into)]
    id: Signal<String>,
) -> impl IntoView {
    platform::load_data_styles();
    let draw = Callback::new(move |connection| view! { <Overview connection /> }.into_any());
    view! { <WithConnection id draw /> }
}

#[component]
fn Overview(
    /// The connection.
    connection: Signal<Connection>,
) -> impl IntoView {
    let lists = Lists::get();
    let id = memo(move |_| connection.read().id.clone());
    let orgs = memo(move |_| connection.read().orgs.clone());
    let works = memo(move |_| connection.read().status == ConnectionStatus::Active);
    let lacks_orgs = memo(move |_| connection_label::lacks_orgs(&connection.read()));
    // Without any organization there is nothing to summarize yet.
    let has_none_yet = memo(move |_| {
        let connection = connection.read();
        connection.orgs.is_empty() && !connection.orgs_complete
    });
    let content = dynamic(move || {
        let (id, works) = (id.get(), works.get());
        let orgs = orgs.get();
        if has_none_yet.get() {
            // The notice above says which permission is missing, and asks for it.
            let title = if lacks_orgs.get() {
                "No organizations to show"
            } else {
                "Loading your organizations"
            };
            return view! { <PageHeading title class="verdict" /> }.into_any();
        }
        let reached = len(orgs.len());
        let readings: Vec<_> = orgs
            .into_iter()
            .filter_map(|org| {
                // Data that was loaded before the connection stopped working stays.
                let list = if works {
                    Some(lists.projects(&id, &org.id))
                } else {
                    lists.projects_if_read(&id, &org.id)
                }?;
                let list = list.look();
                let totals = memo(move |_| list.held.with(|held| Totals::of(&held.rows)));
                Some(Reading { org, list, totals })
            })
            .collect();
        let connection = StoredValue::new(id);
        view! { <Content connection reached readings=StoredValue::new(readings) works /> }
            .into_any()
    });
    view! {
        <DataPage connection>
            <Show when=move || !(has_none_yet.get() && lacks_orgs.get())>
                <LoadingOrganizations connection />
            </Show>
            {content}
        </DataPage>
    }
}

/// Returns the address of the list of what a severity's figure counts.
fn issues_of(connection: &str, level: Level) -> String {
    Route::all_issues_of(connection, level.name(), None)
}

#[component]
fn Content(
    /// The connection's id.
    connection: StoredValue<String>,
    /// The number of organizations that the connection is authorized for.
    reached: u64,
    /// The lists of the organizations.
    readings: Readings,
    /// Whether the connection works.
    works: bool,
) -> impl IntoView {
    let lists = Lists::get();
    let known = memo(move |_| {
        readings.with_value(|readings| {
            let start = OverviewSummary::nothing(reached);
            readings.iter().fold(start, |known, reading| {
                let totals = reading.totals.get();
                reading.list.status.with(|status| known.and(status, totals))
            })
        })
    });
    let title = derive(move || known.get().verdict());
    // A link that is drawn again would lose the focus.
    let worst = memo(move |_| known.get().worst());
    let heading = dynamic(move || {
        let words = view! { <bdi>{move || title.get()}</bdi> };
        match worst.get() {
            Some(level) => {
                let href = connection.with_value(|id| issues_of(id, level));
                view! {
                    <a class="figure-link" href=href>
                        {words}
                    </a>
                }
                .into_any()
            }
            None => words.into_any(),
        }
    });
    let again = move |()| {
        readings.with_value(|readings| {
            for reading in readings {
                connection.with_value(|id| lists.read_again(id, &reading.org.id));
            }
        });
    };
    let is_empty = memo(move |_| known.get().is_empty());
    let reading = memo(move |_| known.get().reading);
    effect(move |_| {
        if !reading.get() {
            later::load_ahead();
        }
    });
    // If there is neither a working connection nor any data, the notice says why, and no tables are
    // shown.
    let has_parts = works || readings.with_value(|readings| !readings.is_empty());
    let parts = move || {
        view! {
            <Show when=move || !is_empty.get() fallback=move || view! { <NoProjects readings /> }>
                <Parts connection readings known works />
            </Show>
        }
    };
    view! {
        <div class="title-row">
            <div>
                <PageHeading title class="verdict">
                    {heading}
                </PageHeading>
                <Freshness readings known works />
            </div>
            <Refresh class="button" icon=Icon::Again when=works busy=reading again />
        </div>
        <StillReading readings />
        {has_parts.then(parts)}
    }
}

/// Chart, organizations and worst projects.
#[component]
fn Parts(
    /// The connection's id.
    connection: StoredValue<String>,
    /// The lists of the organizations.
    readings: Readings,
    /// The summary.
    known: Signal<OverviewSummary>,
    /// Whether the connection works.
    works: bool,
) -> impl IntoView {
    let issues = derive(move || known.get().totals.issues);
    let projects = derive(move || known.get().totals.projects);
    let has_figures = memo(move |_| known.get().has_figures());
    let sum = dynamic(move || {
        let known = known.get();
        let sum = number(u64::from(known.totals.issues.total()));
        known.has_figures().then(|| so_far(sum, known.growing))
    });
    view! {
        <div class="overview">
            <section class="section" aria-labelledby="by-severity">
                <div class="section-head">
                    <h2 id="by-severity">"Open issues by severity"</h2>
                    <p class="second">{sum}</p>
                </div>
                <SeverityChart
                    label="Open issues by severity"
                    issues
                    projects
                    known=has_figures
                    hrefs=Callback::new(move |level: Level| {
                        connection
                            .with_value(|id| [
                                issues_of(id, level),
                                Route::overview_of(id, level.name()),
                            ])
                    })
                />
            </section>
            <ByOrganization connection readings works />
        </div>
        <WorstProjects connection readings known />
    }
}

/// The number of organizations and projects, and when they were loaded.
#[component]
fn Freshness(
    /// The lists of the organizations.
    readings: Readings,
    /// The summary.
    known: Signal<OverviewSummary>,
    /// Whether the connection works.
    works: bool,
) -> impl IntoView {
    let size = dynamic(move || format!("{} ", known.get().size()));
    // The overview is as old as its oldest list.
    let at = memo(move |_| {
        readings.with_value(|readings| {
            let at = |reading: &Reading| reading.list.status.with(|status| status.whole_at);
            readings.iter().filter_map(at).reduce(f64::min)
        })
    });
    // Shown only after all lists are complete: some may be complete while others are growing.
    let updated = memo(move |_| at.get().filter(|_| works && !known.get().growing));
    view! {
        <p class="second">
            {size}
            <Updated at=updated before="Updated " after="." />
            {move || (!works).then(|| at.get().map(|at| format!("As of {}.", platform::clock(at))))}
        </p>
    }
}
