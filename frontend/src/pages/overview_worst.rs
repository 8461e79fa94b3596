//! The worst projects of all organizations, or all those with issues of one severity.

use std::sync::Arc;

use leptos::prelude::*;
use shared::route::{self, Route};

use super::overview_readings::{Reading, Readings};
use crate::{
    components::{
        project::{count_cells, count_heads, name_cell, updated_cell, word_cell, word_head},
        show::Show,
        table::{DrawRow, WindowedTable, stable_rows::StableRows},
        timestamp::minutes,
    },
    data::{
        coverage::so_far,
        facet::Facet,
        index_sort,
        number_format::count,
        order::{By, Order},
        overview_summary::OverviewSummary,
        row::Row,
        severity::Level,
        visible_rows::VisibleRows,
    },
    platform::{self, scroll},
    reactive::{Signal, derive, dynamic, effect, memo},
    router::Page,
};

/// Number of projects in the list.
const WORST: usize = 9;

/// The id of the section's heading.
const HEADING: &str = "worst";

/// The worst projects of all organizations. If the address names a severity, all projects with
/// issues of that severity.
#[component]
pub fn WorstProjects(
    /// The connection's id.
    connection: StoredValue<String>,
    /// The lists of the organizations.
    readings: Readings,
    /// The summary.
    known: Signal<OverviewSummary>,
) -> impl IntoView {
    let now = minutes();
    let page = Page::get();
    let level = memo(move |_| {
        let level = Level::parse(&page.parameter(route::SEVERITY)?);
        level.filter(|level| Level::COUNTED.contains(level))
    });
    lead_to_list(level);
    let rows = StableRows::new(move |mut keys| {
        let level = level.get();
        let worst = readings.with_value(|all| worst(all, level));
        let key = |one: Project| keys.take(&one.1.id.clone(), &Arc::new(one));
        let order = worst.into_iter().map(key).collect();
        VisibleRows::of(order, level.map_or("", Level::name).to_owned())
    });
    let order = rows.order();
    let title = derive(move || title(level.get(), &known.get()));
    let nothing = move || match level.get() {
        Some(level) => format!("No projects with {} issues.", level.name()),
        None => known.get().without_worst(),
    };
    let note = dynamic(move || note(level.get(), connection));
    let draw = DrawRow::new(move |(key, tabindex)| {
        let found = rows.steady_row(key);
        let cells = move || {
            let Project(at, row) = &*found()?;
            let org = readings.with_value(|all| all.get(*at).map(|one| one.org.clone()))?;
            let href = connection.with_value(|id| Route::issues(id, &org.id, &row.id).to_string());
            let kind = Facet::Type.called(&row.kind);
            let counts = count_cells(row, &href);
            Some(view! {
                {name_cell(row, href, tabindex, kind.to_owned())}
                {word_cell("quiet-column org-column", &org.name)}
                {word_cell("quiet-column type-column", kind)}
                {counts}
                {updated_cell(row, now)}
            })
        };
        cells.into_any()
    });
    let mut heads = vec![
        word_head("Project", "project-cell", None),
        word_head("Organization", "org-column", None),
        word_head("Type", "type-column", None),
    ];
    heads.extend(count_heads(false));
    heads.push(word_head("Updated", "figure-column updated-column", None));
    let waiting = derive(move || {
        let some = order.with(|order| order.len());
        if known.get().growing && some == 0 {
            WORST
        } else {
            0
        }
    });
    let is_empty = memo(move |_| !known.get().growing && order.with(|order| order.is_empty()));
    let all_projects = dynamic(move || all_projects(readings, known, connection));
    view! {
        <section class="section" aria-labelledby=HEADING>
            <div class="section-head">
                <h2 id=HEADING tabindex="-1">
                    {move || title.get()}
                </h2>
                {note}
            </div>
            <Show
                when=move || !is_empty.get()
                fallback=move || view! { <p class="second">{nothing}</p> }
            >
                <WindowedTable
                    name=title
                    class="worst"
                    heads=heads.clone()
                    order
                    busy=derive(move || known.get().growing)
                    complete=derive(move || !known.get().growing)
                    waiting
                    draw
                    sorted=derive(|| None)
                    on_sort=|_| {}
                    seen=RwSignal::new(0..0)
                    held=rows.held()
                />
            </Show>
            <p>{all_projects}</p>
        </section>
    }
}

fn title(level: Option<Level>, known: &OverviewSummary) -> String {
    let Some(level) = level else {
        return "Worst projects first".to_owned();
    };
    let projects = u64::from(known.totals.projects.of(level));
    let projects = count(projects, "project");
    let words = format!("{projects} with {} issues", level.name());
    so_far(words, known.growing)
}

/// Returns the sentence beside the heading, with the way back from the list of a severity.
fn note(level: Option<Level>, connection: StoredValue<String>) -> AnyView {
    let Some(level) = level else {
        return view! { <p class="second">"By critical, then high, then medium"</p> }.into_any();
    };
    let href = connection.with_value(|id| Route::Overview(id.clone()).to_string());
    view! {
        <p class="second">
            {format!("Most {} issues first. ", level.name())} <a href=href>"Show the worst of all"</a>
        </p>
    }
    .into_any()
}

/// Returns the link to all projects of an organization: the page of projects is about one, here the
/// worst one.
fn all_projects(
    readings: Readings,
    known: Signal<OverviewSummary>,
    connection: StoredValue<String>,
) -> Option<impl IntoView + use<>> {
    let (name, org, all) = readings.with_value(|all| {
        let worst = all.iter().rev().max_by_key(|one| one.totals.get().issues)?;
        let rows = worst.totals.get().rows;
        let (total, lacks) = worst
            .list
            .status
            .with(|status| (status.total, status.cut || status.unreadable > 0));
        let all = match total {
            Some(total) if !lacks => format!("All {}", count(total.max(rows), "project")),
            _ => "All projects".to_owned(),
        };
        let name = (known.get().orgs > 1).then(|| worst.org.name.clone());
        Some((name, worst.org.id.clone(), all))
    })?;
    let href = connection.with_value(|id| Route::org_projects(id, &org).to_string());
    Some(view! {
        <a href=href>
            {all} {name.map(|name| view! { " in " <bdi>{name}</bdi> })}
        </a>
    })
}

/// Moves the focus to the list when the address begins to name a severity: a number that counts
/// something leads to what it counts.
fn lead_to_list(level: Signal<Option<Level>>) {
    effect(move |before: Option<Option<Level>>| {
        let level = level.get();
        let is_new = level.is_some() && before.flatten() != level;
        if is_new && !scroll::is_going_back() {
            // After the heading of the page, which takes the focus in the next frame.
            request_animation_frame(|| request_animation_frame(|| platform::focus(HEADING)));
        }
        level
    });
}

/// A project, with the index of its organization.
#[derive(Clone, Debug, PartialEq)]
struct Project(usize, Arc<Row>);

/// Returns the worst projects of all lists, or all with issues of a severity.
fn worst(readings: &[Reading], level: Option<Level>) -> Vec<Project> {
    if let Some(level) = level {
        return of_level(readings, level);
    }
    let order = Order::default();
    let mut worst: Vec<Project> = Vec::new();
    for (org, reading) in readings.iter().enumerate() {
        reading.list.held.with(|held| {
            for row in held.rows.iter().filter(|row| row.counted().total() > 0) {
                let place = worst.partition_point(|other| order.compare(&other.1, row).is_lt());
                if place < WORST {
                    worst.insert(place, Project(org, Arc::clone(row)));
                    worst.truncate(WORST);
                }
            }
        });
    }
    worst
}

/// Returns all projects with issues of a severity, most issues first.
fn of_level(readings: &[Reading], level: Level) -> Vec<Project> {
    let order = Order::first(By::Level(level));
    let mut rows: Vec<Project> = Vec::new();
    for (org, reading) in readings.iter().enumerate() {
        reading.list.held.with(|held| {
            let with_issues = held.rows.iter().filter(|row| row.counted().of(level) > 0);
            rows.extend(with_issues.map(|row| Project(org, Arc::clone(row))));
        });
    }
    let mut places: Vec<_> = (0..rows.len()).collect();
    index_sort::sort(&mut places, &|one, other| {
        order.compare(&rows[one].1, &rows[other].1)
    });
    places.into_iter().map(|at| rows[at].clone()).collect()
}
