//! The sections of the overview.

use std::sync::Arc;

use leptos::prelude::*;
use shared::route::Route;

use super::overview_readings::{Reading, Readings};
use crate::{
    components::{
        copyable::Copyable,
        empty_state::EmptyState,
        hold::Hold,
        keyed::For,
        notice::actions,
        progress::Progress,
        project::{self, count_heads},
        retry::Retry,
        severity::{self, SeverityBar},
        show::Show,
        table::{Key, stable_rows::StableRows},
    },
    data::{
        coverage, index_sort,
        lists::{Lists, Status},
        number_format::count,
        severity::Level,
        status::together,
        visible_rows::VisibleRows,
    },
    messages::Outcome,
    platform::events::while_mounted,
    reactive::{Signal, derive, dynamic, memo},
    session::SessionContext,
    snyk_links,
};

/// The scope that is required to read projects.
pub(super) const SCOPE: &str = "org.project.read";

/// The organizations that are being loaded, and the progress. Nothing is shown once all are loaded.
#[component]
pub fn StillReading(
    /// The lists of the organizations.
    readings: Readings,
) -> impl IntoView {
    // Lists that grow come first, because a reload changes nothing until it is complete.
    let growing = memo(move |_| any(readings, Status::is_growing));
    let is_reading = memo(move |_| any(readings, Status::is_reading));
    let names = memo(move |_| {
        let which = if growing.get() {
            Status::is_growing
        } else {
            Status::is_reading
        };
        readings.with_value(|all| {
            let of = all.iter().filter(|one| one.list.status.with(which));
            of.map(|one| one.org.name.clone()).collect::<Vec<_>>()
        })
    });
    let what = memo(move |_| {
        names.with(|names| match names.as_slice() {
            [one] => one.clone(),
            [one, other] => format!("{one} and {other}"),
            names => format!("{} organizations", names.len()),
        })
    });
    // The progress of all lists, so that it does not run backwards when one is complete.
    let progress = memo(move |_| {
        readings.with_value(|all| {
            let all: Vec<_> = all.iter().map(|one| one.list.status.get()).collect();
            together(&all)
        })
    });
    let [before, after] = [
        derive(move || {
            if growing.get() {
                "Still loading "
            } else {
                "Refreshing "
            }
        }),
        derive(move || {
            if growing.get() {
                "; totals will go up."
            } else {
                ". You can keep using what has loaded."
            }
        }),
    ];
    view! {
        <Show when=move || is_reading.get()>
            <div class="still-reading">
                <p>
                    {move || before.get()} <strong>
                        <bdi>{move || what.get()}</bdi>
                    </strong> {move || after.get()}
                </p>
                <Progress
                    label=derive(move || format!("Loading {}", what.get()))
                    item="project"
                    done=derive(move || progress.get().0)
                    total=derive(move || progress.get().1)
                />
            </div>
        </Show>
    }
}

fn any(readings: Readings, is: fn(&Status) -> bool) -> bool {
    // Evaluates the status of each list, so that each is tracked.
    readings.with_value(|all| {
        let of = all.iter().filter(|one| one.list.status.with(is));
        of.count() > 0
    })
}

/// The text if there are no projects, and the action.
#[component]
pub fn NoProjects(
    /// The lists of the organizations.
    readings: Readings,
) -> impl IntoView {
    let session = SessionContext::get();
    let slug = readings.with_value(|all| all.first().map(|reading| reading.org.slug.clone()));
    let title = readings.with_value(|all| match all.as_slice() {
        [one] => format!("No projects in {} yet", one.org.name),
        all => format!("No projects in any of the {} organizations yet", all.len()),
    });
    let import = move || {
        let app = session.app()?;
        let address = snyk_links::import(&app.authorization_endpoint, slug.as_deref()?)?;
        // The sandbox has no such page.
        (!app.sandbox).then(|| project::import_link(address))
    };
    view! {
        <EmptyState
            title
            text="Projects appear here once someone imports a repository or runs “snyk monitor”."
        >
            {import}
        </EmptyState>
    }
}

/// A row for each organization, the worst first. The bars share one scale.
#[component]
pub fn ByOrganization(
    /// The connection's id.
    connection: StoredValue<String>,
    /// The lists of the organizations.
    readings: Readings,
    /// Whether the connection works. If not, a notice says why, once.
    works: bool,
) -> impl IntoView {
    let rows = StableRows::new(move |mut keys| {
        readings.with_value(|all| {
            let key = |at: usize| keys.take(&all[at].org.id, &Arc::new(at));
            let order = worst_first(all).into_iter().map(key).collect();
            VisibleRows::of(order, String::new())
        })
    });
    let order = rows.order();
    let holder = Hold::new(rows.held());
    let whole = memo(move |_| {
        let most = readings.with_value(|all| {
            let totals = all.iter().map(|one| one.totals.get().issues.total());
            totals.max()
        });
        u64::from(most.unwrap_or_default()).max(1)
    });
    let row = move |key: Key| {
        let at = rows.row(key)?;
        readings.with_value(|all| {
            all.get(*at)
                .map(|one| org_row(connection, one, whole, works))
        })
    };
    view! {
        <section class="section" aria-labelledby="by-organization">
            <div class="section-head">
                <h2 id="by-organization">"By organization"</h2>
                <p class="second">"All bars use the same scale"</p>
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
                    on:focusin=while_mounted(move |_| holder.focus_came())
                    on:focusout=while_mounted(move |event| holder.focus_left(&event))
                    on:pointerenter=while_mounted(move |_| holder.pointer_came())
                    on:pointerleave=while_mounted(move |event| holder.pointer_left(&event))
                >
                    <For each=move || order.get().to_vec() key=Key::to_string children=row />
                </tbody>
            </table>
        </section>
    }
}

/// Returns the indexes of the organizations, ordered by critical issues, then high, then medium,
/// then low.
fn worst_first(readings: &[Reading]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..readings.len()).collect();
    let issues: Vec<_> = readings.iter().map(|one| one.totals.get().issues).collect();
    index_sort::sort(&mut order, &|one, other| issues[other].cmp(&issues[one]));
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
    let counts = derive(move || totals.get().issues);
    let href = connection.with_value(|id| Route::org_projects(id, &org.id).to_string());
    let told = memo(move |_| {
        let failure = status.with(|status| status.failure().cloned())?;
        works.then(|| failure.outcome(&session.name(), "organization", SCOPE))
    });
    let note = dynamic(move || {
        let rows = totals.get().rows;
        if works {
            status.with(|status| coverage::note(status, rows))
        } else {
            count(rows, "project")
        }
    });
    let org_id = org.id.clone();
    let on_again =
        Callback::new(move |()| connection.with_value(|id| lists.read_again(id, &org_id)));
    let trying = memo(move |_| status.with(|status| status.trying));
    let name_id = format!("org-{}", org.id);
    let retry = Retry::of_part(on_again, trying, name_id.clone());
    let failed = dynamic(move || {
        told.get()
            .map(|outcome| org_failure(outcome, retry.clone()))
    });
    // Zero is shown only if the projects have been read and counted.
    let is_known = memo(move |_| {
        let totals = totals.get();
        let is_whole = status.with(Status::is_complete);
        totals.counted() > 0 || (is_whole && totals.rows == 0)
    });
    let cells = Level::COUNTED.map(|level| {
        let href = connection.with_value(|id| Route::all_issues_of(id, level.name(), Some(&org.id)));
        let shown = move || severity::count(level, counts.get().of(level));
        let counts_some = memo(move |_| is_known.get() && counts.get().of(level) > 0);
        // A link to what the figure counts; zero counts nothing.
        let figure = view! {
            <Show
                when=move || counts_some.get()
                fallback=move || { move || is_known.get().then(shown) }
            >
                <a class="figure-link" href=href.clone()>
                    {shown}
                    <span class="hidden">{move || severity::issue_words(level, counts.get().of(level))}</span>
                </a>
            </Show>
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
                <a class="org-name" id=name_id href=href>
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

/// Returns the failure of an organization and the action, for its row.
fn org_failure(outcome: Outcome, retry: Retry) -> impl IntoView {
    let acts = actions(&outcome, Some(retry));
    let id = Some(outcome.request_id).filter(|id| !id.is_empty());
    view! {
        <div class="org-failed">
            <p class="small">
                <bdi>{outcome.title}</bdi>
                "."
                {id.map(|id| view! { " Request ID " <Copyable name="request ID" value=id /> })}
            </p>
            {acts}
        </div>
    }
}
