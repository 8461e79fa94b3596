//! The worst projects of all organizations.

use std::sync::Arc;

use leptos::prelude::*;
use shared::api::connection::Org;

use super::overview_readings::{Reading, Readings};
use crate::{
    components::{
        project::{count_cells, count_heads, name_cell, updated_cell, word_cell, word_head},
        table::{DrawRow, Key, WindowedTable},
        timestamp::minutes,
    },
    data::{
        facet::Facet, number_format::count, order::Order, overview_summary::OverviewSummary,
        row::Row,
    },
    paths,
};

/// Number of projects in the list.
const WORST: usize = 9;

/// The worst projects of all organizations.
#[component]
pub fn WorstProjects(
    /// The connection's id.
    connection: StoredValue<String>,
    /// The lists of the organizations.
    readings: Readings,
    /// The summary.
    known: Memo<OverviewSummary>,
) -> impl IntoView {
    let now = minutes();
    let held = RwSignal::new(false);
    let order = Memo::new(move |last: Option<&Arc<Vec<Key>>>| {
        let worst = readings.with_value(|all| worst(all));
        match last {
            Some(last) if held.get() && !last.is_empty() => Arc::clone(last),
            _ => Arc::new(worst),
        }
    });
    Effect::new(move |_| {
        let held = held.get();
        readings.with_value(|all| all.iter().for_each(|one| one.list.hold(held)));
    });
    let draw = DrawRow::new(move |(key, tabindex)| {
        let found = readings.with_value(|all| find(all, key));
        let Some((org, row)) = found else {
            return ().into_any();
        };
        let href = connection.with_value(|id| paths::project(id, &org.id, &row.id));
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
    let waiting = Signal::derive(move || {
        let some = order.with(|order| order.len());
        if known.get().growing && some == 0 {
            WORST
        } else {
            0
        }
    });
    let none = Memo::new(move |_| !known.get().growing && order.with(|order| order.is_empty()));
    // The page of projects is about one organization: here the worst one.
    let all_projects = move || {
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
        let href = connection.with_value(|id| paths::org_projects(id, &org));
        Some(view! {
            <a href=href>
                {all} {name.map(|name| view! { " in " <bdi>{name}</bdi> })}
            </a>
        })
    };
    view! {
        <section class="section" aria-labelledby="worst">
            <div class="section-head">
                <h2 id="worst">"Worst projects first"</h2>
                <p class="second">"By critical, then high, then medium"</p>
            </div>
            <Show
                when=move || !none.get()
                fallback=move || view! { <p class="second">{move || known.get().without_worst()}</p> }
            >
                <WindowedTable
                    name="Worst projects first"
                    class="worst"
                    heads=heads.clone()
                    order
                    busy=Signal::derive(move || known.get().growing)
                    complete=Signal::derive(move || !known.get().growing)
                    waiting
                    draw
                    sorted=Signal::derive(|| None)
                    on_sort=|_| {}
                    seen=RwSignal::new(0..0)
                    held
                />
            </Show>
            <p>{all_projects}</p>
        </section>
    }
}

/// Returns the row of a key, and its organization.
fn find(readings: &[Reading], key: Key) -> Option<(Org, Row)> {
    let (org, row) = of_key(key)?;
    let reading = readings.get(org)?;
    let held = reading.list.held;
    let row = held.with_untracked(|held| held.rows.get(row).cloned())?;
    Some((reading.org.clone(), row))
}

/// Returns the keys of the worst rows of all lists.
fn worst(readings: &[Reading]) -> Vec<Key> {
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
