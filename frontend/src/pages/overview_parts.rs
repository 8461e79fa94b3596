//! What the overview consists of.

use std::cmp::Reverse;

use leptos::prelude::*;

use super::overview::{Reading, Readings};
use crate::{
    components::{
        copyable::Copyable,
        empty::Empty,
        progress::Progress,
        project::{self, count_heads},
        read_notice::Remedy,
        severity::{self, SeverityBar},
    },
    data::{
        failure::Told,
        figures::{count, number},
        level::Level,
        lists::{Lists, Stage, Status},
    },
    paths,
    session::SessionContext,
};

/// What it takes to read projects.
pub(super) const SCOPE: &str = "org.project.read";

/// What is still being read, and how far it is. Nothing when all is.
#[component]
pub fn StillReading(
    /// What is read.
    readings: Readings,
) -> impl IntoView {
    let reading = Memo::new(move |_| {
        let (mut names, mut done, mut total) = (Vec::new(), 0, Some(0));
        readings.with_value(|readings| {
            for reading in readings {
                reading.list.status.with(|status| {
                    if status.is_reading() {
                        names.push(reading.org.name.clone());
                        done += status.done;
                        total = total.zip(status.total).map(|(sum, total)| sum + total);
                    }
                });
            }
        });
        (names, done, total)
    });
    let is_reading = Memo::new(move |_| reading.with(|(names, ..)| !names.is_empty()));
    let what = Memo::new(move |_| {
        reading.with(|(names, ..)| match names.as_slice() {
            [one] => one.clone(),
            [one, other] => format!("{one} and {other}"),
            names => format!("{} organizations", names.len()),
        })
    });
    view! {
        <Show when=move || is_reading.get()>
            <div class="still-reading">
                <p>
                    "Still reading " <strong>
                        <bdi>{move || what.get()}</bdi>
                    </strong> ". Totals below will rise."
                </p>
                <Progress
                    label=Signal::derive(move || format!("Reading {}", what.get()))
                    items="projects"
                    done=Signal::derive(move || reading.with(|(_, done, _)| *done))
                    total=Signal::derive(move || reading.with(|(.., total)| *total))
                />
            </div>
        </Show>
    }
}

/// Nothing to show, and what to do.
#[component]
pub fn NoProjects(
    /// What is read.
    readings: Readings,
) -> impl IntoView {
    let session = SessionContext::get();
    let slug = readings.with_value(|all| all.first().map(|reading| reading.org.slug.clone()));
    let title = readings.with_value(|all| match all.as_slice() {
        [one] => format!("Nothing is imported into {}", one.org.name),
        all => format!(
            "Nothing is imported into any of the {} organizations",
            all.len()
        ),
    });
    let import = move || {
        let app = session.app()?;
        let address = paths::import(&app.authorization_endpoint, slug.as_deref()?)?;
        // The sandbox has no such page.
        (!app.sandbox).then(|| project::import_link(address))
    };
    view! {
        <Empty
            title
            text="Projects appear here once someone imports a repository or runs “snyk monitor”."
        >
            {import}
        </Empty>
    }
}

/// A row for each organization, the worst first; the bars share one scale.
#[component]
pub fn ByOrganization(
    /// The connection's id.
    connection: StoredValue<String>,
    /// What is read.
    readings: Readings,
    /// Whether anything can be read; else the page says why not, once.
    works: bool,
) -> impl IntoView {
    let held = RwSignal::new(false);
    let order = Memo::new(move |last: Option<&Vec<usize>>| {
        // Asked for in any case, so that this is drawn anew when they change.
        let order = readings.with_value(|all| worst_first(all));
        match last {
            Some(last) if held.get() => last.clone(),
            _ => order,
        }
    });
    let whole = Memo::new(move |_| {
        let most = readings.with_value(|all| {
            let totals = all.iter().map(|one| one.totals.get().issues.total());
            totals.max()
        });
        u64::from(most.unwrap_or_default()).max(1)
    });
    let row = move |at: usize| {
        readings.with_value(|all| {
            all.get(at)
                .map(|one| org_row(connection, one, whole.into(), works))
        })
    };
    view! {
        <section class="section" aria-labelledby="by-organization">
            <div class="section-head">
                <h2 id="by-organization">"By organization"</h2>
                <p class="second">"Bars share one scale"</p>
            </div>
            <table role="table" class="organizations" aria-labelledby="by-organization">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">
                            "Organization"
                        </th>
                        <td role="cell" class="org-bar"></td>
                        {count_heads(false)
                            .map(|head| {
                                view! {
                                    <th role="columnheader" scope="col" class="figure-column">
                                        {head.level.map(severity::head)}
                                    </th>
                                }
                            })}
                    </tr>
                </thead>
                <tbody
                    role="rowgroup"
                    on:pointerenter=move |_| held.set(true)
                    on:pointerleave=move |_| held.set(false)
                >
                    <For each=move || order.get() key=|at| *at children=row />
                </tbody>
            </table>
        </section>
    }
}

/// Organizations with the most critical issues first, then high, then medium, then low.
fn worst_first(readings: &[Reading]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..readings.len()).collect();
    order.sort_by_cached_key(|at| {
        readings
            .get(*at)
            .map(|one| Reverse(one.totals.get().issues))
    });
    order
}

fn org_row(
    connection: StoredValue<String>,
    reading: &Reading,
    whole: Signal<u64>,
    works: bool,
) -> impl IntoView + use<> {
    let session = SessionContext::get();
    let lists = Lists::get();
    let org = reading.org.clone();
    let totals = reading.totals;
    let status = reading.list.status;
    let counts = Signal::derive(move || totals.get().issues);
    let href = connection.with_value(|id| paths::org_projects(id, &org.id));
    let told = Memo::new(move |_| {
        let failure = status.with(|status| status.failure().cloned())?;
        works.then(|| failure.told(&session.name(), "organization", SCOPE))
    });
    let note = move || {
        let rows = totals.get().rows;
        if works {
            status.with(|status| note(status, rows))
        } else {
            count(rows, "project")
        }
    };
    let org_id = org.id.clone();
    let on_again =
        Callback::new(move |()| connection.with_value(|id| lists.read_again(id, &org_id)));
    let failed = move || told.get().map(|told| org_failure(told, on_again));
    // None is a number only of what was read.
    let is_known = Memo::new(move |_| {
        totals.get().rows > 0 || status.with(|status| status.whole_at.is_some())
    });
    let cells = Level::COUNTED.map(|level| {
        let figure = move || {
            is_known
                .get()
                .then(|| severity::count(level, counts.get().of(level)))
        };
        view! {
            <td role="cell" class="figure-column">
                {figure}
            </td>
        }
    });
    view! {
        <tr role="row" class="org" data-state=move || told.with(Option::is_some).then_some("failed")>
            <th role="rowheader" scope="row">
                <a class="org-name" href=href>
                    <bdi>{org.name}</bdi>
                </a>
                <span class="org-note">{note}</span>
            </th>
            <td role="cell" class="org-bar">
                <SeverityBar counts whole />
            </td>
            {cells}
            <td role="cell" class="org-failure">{failed}</td>
        </tr>
    }
}

/// How far an organization is read, in words; `rows` are here.
fn note(status: &Status, rows: u64) -> String {
    let projects = count(rows, "project");
    let again = status.whole_at.is_some();
    match (&status.stage, status.total) {
        (Stage::Reading, _) if again => format!("{projects}, being read again"),
        (Stage::Reading, Some(0)) => "Reading".to_owned(),
        (Stage::Reading, Some(total)) => {
            format!("{} of {} read", number(rows), count(total, "project"))
        }
        (Stage::Reading, None) if rows == 0 => "Reading".to_owned(),
        (Stage::Reading, None) => format!("{projects} so far"),
        (Stage::Failed(_), _) if again => format!("{projects}, could not be read again"),
        (Stage::Failed(_), _) if rows == 0 => "Could not be read".to_owned(),
        (Stage::Failed(_), Some(total)) => format!(
            "{} of {}, the rest could not be read",
            number(rows),
            count(total, "project")
        ),
        (Stage::Failed(_), None) => format!("{projects}, the rest could not be read"),
        (Stage::Done, _) if status.cut => format!("The first {projects}"),
        (Stage::Done, _) if rows == 0 => "No projects".to_owned(),
        (Stage::Done, _) => projects,
    }
}

/// Why an organization could not be read, and what to do, within its row.
fn org_failure(told: Told, on_again: Callback<()>) -> impl IntoView {
    let Told {
        title,
        offer,
        request_id,
        ..
    } = told;
    view! {
        <div class="org-failed">
            <p class="small">
                <bdi>{title}</bdi>
                "."
                {request_id
                    .map(|id| view! { " Request id " <Copyable name="request id" value=id /> })}
            </p>
            <Remedy offer on_again />
        </div>
    }
}
