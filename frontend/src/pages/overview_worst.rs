//! The worst projects of all organizations, or all those with issues of one severity.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{
    api::connection::Org,
    route::{self, Route},
};

use super::overview_readings::{Reading, Readings};
use crate::{
    components::{
        project::{count_cells, count_heads, name_cell, updated_cell, word_cell, word_head},
        show::Show,
        table::{DrawRow, Key, WindowedTable},
        timestamp::minutes,
    },
    data::{
        facet::Facet,
        index_sort,
        number_format::count,
        order::{By, Order},
        overview_summary::OverviewSummary,
        row::Row,
        severity::Level,
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
    let held = RwSignal::new(false);
    let page = Page::get();
    let level = memo(move |_| {
        let level = Level::parse(&page.parameter(route::SEVERITY)?);
        level.filter(|level| Level::COUNTED.contains(level))
    });
    lead_to_list(level);
    let order = order(level, readings, held);
    let title = derive(move || title(level.get(), &known.get()));
    let nothing = move || match level.get() {
        Some(level) => format!("No projects with {} issues.", level.name()),
        None => known.get().without_worst(),
    };
    let note = dynamic(move || note(level.get(), connection));
    effect(move |_| {
        let held = held.get();
        readings.with_value(|all| all.iter().for_each(|one| one.list.hold(held)));
    });
    let draw = DrawRow::new(move |(key, tabindex)| {
        let found = readings.with_value(|all| find(all, key));
        let Some((org, row)) = found else {
            return ().into_any();
        };
        let href = connection.with_value(|id| Route::issues(id, &org.id, &row.id).to_string());
        let kind = Facet::Type.called(&row.kind);
        view! {
            {name_cell(&row, href, tabindex, kind.to_owned())}
            {word_cell("quiet-column org-column", &org.name)}
            {word_cell("quiet-column type-column", kind)}
            {count_cells(&row)}
            {updated_cell(&row, now)}
        }
        .into_any()
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
                    held
                />
            </Show>
            <p>{all_projects}</p>
        </section>
    }
}

/// Returns the keys of the rows. While a pointer rests on them, they keep their order.
fn order(
    level: Signal<Option<Level>>,
    readings: Readings,
    held: RwSignal<bool>,
) -> Signal<Arc<Vec<Key>>> {
    let order = memo(move |last: Option<&(Option<Level>, Arc<Vec<Key>>)>| {
        let level = level.get();
        let worst = readings.with_value(|all| worst(all, level));
        match last {
            Some((of, last)) if *of == level && held.get() && !last.is_empty() => {
                (level, Arc::clone(last))
            }
            _ => (level, Arc::new(worst)),
        }
    });
    derive(move || Arc::clone(&order.read().1))
}

fn title(level: Option<Level>, known: &OverviewSummary) -> String {
    let Some(level) = level else {
        return "Worst projects first".to_owned();
    };
    let projects = u64::from(known.totals.projects.of(level));
    let so_far = if known.growing { " so far" } else { "" };
    format!(
        "{} with {} issues{so_far}",
        count(projects, "project"),
        level.name()
    )
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

/// Returns the row of a key, and its organization.
fn find(readings: &[Reading], key: Key) -> Option<(Org, Row)> {
    let (org, row) = of_key(key)?;
    let reading = readings.get(org)?;
    let held = reading.list.held;
    let row = held.with_untracked(|held| held.rows.get(row).cloned())?;
    Some((reading.org.clone(), row))
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

/// Returns the keys of the worst rows of all lists, or of all rows with issues of a severity.
fn worst(readings: &[Reading], level: Option<Level>) -> Vec<Key> {
    if let Some(level) = level {
        return of_level(readings, level);
    }
    let order = Order::default();
    let mut worst: Vec<(Row, Key)> = Vec::new();
    for (org, reading) in readings.iter().enumerate() {
        reading.list.held.with(|held| {
            for (at, row) in held.rows.iter().enumerate() {
                if row.counted().total() == 0 {
                    continue;
                }
                let place = worst.partition_point(|(other, _)| order.compare(other, row).is_lt());
                if place < WORST {
                    worst.insert(place, (row.clone(), key(org, held.epoch, at)));
                    worst.truncate(WORST);
                }
            }
        });
    }
    worst.into_iter().map(|(_, key)| key).collect()
}

/// Returns the keys of all rows with issues of a severity, most issues first.
fn of_level(readings: &[Reading], level: Level) -> Vec<Key> {
    let order = Order::first(By::Level(level));
    let lists: Vec<_> = readings.iter().map(|one| one.list.held.read()).collect();
    let mut rows: Vec<(&Row, Key)> = Vec::new();
    for (org, held) in lists.iter().enumerate() {
        let rows_of = held.rows.iter().enumerate();
        let with_issues = rows_of.filter(|(_, row)| row.counted().of(level) > 0);
        rows.extend(with_issues.map(|(at, row)| (row, key(org, held.epoch, at))));
    }
    let mut places: Vec<_> = (0..rows.len()).collect();
    index_sort::sort(&mut places, &|one, other| {
        order.compare(rows[one].0, rows[other].0)
    });
    places.into_iter().map(|at| rows[at].1).collect()
}

/// Packs the index of the organization, the epoch of its list and the index of the row into a key,
/// so that a row of another load has another key.
fn key(org: usize, epoch: u32, row: usize) -> Key {
    let part =
        |number: usize, bits: u32| Key::try_from(number).unwrap_or_default() & ((1 << bits) - 1);
    part(org, 20) << 44 | (Key::from(epoch) & 0xfff) << 32 | part(row, 32)
}

fn of_key(key: Key) -> Option<(usize, usize)> {
    Some((
        usize::try_from(key >> 44).ok()?,
        usize::try_from(key & 0xffff_ffff).ok()?,
    ))
}
