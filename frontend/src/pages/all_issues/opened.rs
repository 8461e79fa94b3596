//! The issue that is shown in full. The list keeps the short form of each; the whole is read when
//! the issue is opened.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{route::Route, snyk::read};

use super::state::AllIssuesState;
use crate::{
    components::{
        open_in_snyk::{OpenInSnyk, at_snyk},
        project,
        read_notice::ReadNotice,
        table::Key,
    },
    data::{
        all_issues::found::Found, coverage::Coverage, failure::ReadFailure, issues::row::Row,
        lists::Lists,
    },
    pages::issues::{detail::Opened, place::Place},
    platform,
    reactive::{Signal, derive, dynamic, effect, memo},
    session::SessionContext,
    snyk_links,
};

/// The answer about an issue: its id, and the whole of it or a failure.
type Answer = Option<(Box<str>, Result<Arc<Row>, ReadFailure>)>;

/// Returns the issue that is shown in full, for the panel or its page.
pub fn opened(state: AllIssuesState) -> Opened {
    let panel = state.panel;
    let found = memo(move |_| state.rows.row_now(panel.selected.get()?));
    let answer = RwSignal::new(None);
    // The issue that was asked for last, as the list has it.
    let asked = StoredValue::new(None::<Arc<Found>>);
    let read = Callback::new(move |()| {
        if let Some(found) = found.get_untracked() {
            read_whole(state.id.get_untracked(), found, asked, answer);
        }
    });
    effect(move |_| {
        // The list that is loaded again has another row for it, which may have changed.
        let is_new = found.with(|found| {
            let asked = asked.get_value();
            let pair = found.as_ref().zip(asked.as_ref());
            found.is_some() && pair.is_none_or(|(found, asked)| !Arc::ptr_eq(found, asked))
        });
        if is_new && state.works.get() {
            read.run(());
        }
    });
    let row = memo(move |_| {
        let found = found.get()?;
        let whole = answer.with(|answer: &Answer| match answer {
            Some((id, Ok(row))) if *id == found.row.id => Some(Arc::clone(row)),
            _ => None,
        });
        Some(whole.unwrap_or_else(|| Arc::new(found.row.clone())))
    });
    let neighbour = move |key: Option<Key>| {
        let found = state.rows.row(key?)?;
        Some((found.row.id.to_string(), found.row.title.to_string()))
    };
    Opened {
        panel,
        row,
        absent: memo(move |_| absent(state)),
        place: memo(move |_| Place {
            connection: state.id.get(),
            ..found.get().map(|found| place(&found)).unwrap_or_default()
        }),
        list: memo(|_| "All issues".to_owned()),
        neighbours: memo(move |_| {
            let (before, after) = panel.neighbours();
            [neighbour(before), neighbour(after)]
        }),
        below_title: Callback::new(move |()| {
            view! { <WayToProject state found /> <NotWhole found answer again=read /> }.into_any()
        }),
        broken: Callback::new(|()| ().into_any()),
    }
}

fn place(found: &Found) -> Place {
    Place {
        connection: String::new(),
        org: found.org.to_string(),
        project: found.project.as_deref().unwrap_or_default().to_owned(),
    }
}

/// Reads the whole of an issue.
fn read_whole(
    connection: String,
    found: Arc<Found>,
    asked: StoredValue<Option<Arc<Found>>>,
    answer: RwSignal<Answer>,
) {
    asked.set_value(Some(Arc::clone(&found)));
    let lists = Lists::get();
    leptos::task::spawn_local(async move {
        let request = read::issue(&found.org, &found.row.id);
        let whole = lists.read(&connection, &request).await;
        let whole = whole.map(|document| Arc::new(Row::of(document.data, platform::millis)));
        // Another issue may have been opened meanwhile, and its answer may be here already.
        let last = asked.try_get_value().flatten();
        if last.is_some_and(|last| Arc::ptr_eq(&last, &found)) {
            answer.try_set(Some((found.row.id.clone(), whole)));
        }
    });
}

/// Returns why the list lacks the issue that the address names; tracked.
fn absent(state: AllIssuesState) -> (&'static str, String) {
    match state.readings.coverage() {
        _ if state.readings.is_reading() => ("Loading the issue", String::new()),
        Coverage::Part | Coverage::Lacking(_) => (
            "This issue could not be loaded",
            "It may be among those that could not be loaded.".to_owned(),
        ),
        _ => (
            "This issue is not in the list",
            "It may have been fixed or ignored, or it does not match the filters.".to_owned(),
        ),
    }
}

/// The project of the issue, as a link to its issues, with its organization.
#[component]
fn WayToProject(
    /// The state of the page.
    state: AllIssuesState,
    /// The issue.
    found: Signal<Option<Arc<Found>>>,
) -> impl IntoView {
    let session = SessionContext::get();
    let address = derive(move || {
        let found = found.get()?;
        let project = found.project.as_deref()?;
        at_snyk(session, &state.id.read(), &found.org, |authorize, slug| {
            snyk_links::project_at_snyk(authorize, slug, project)
        })
    });
    dynamic(move || {
        let found = found.get()?;
        let id = found.project.as_deref()?;
        let href = Route::issues(&state.id.read(), &found.org, id).to_string();
        let name = match state.projects.of(&found) {
            Some(row) => project::name(row.parts()).into_any(),
            None => "Its project".into_any(),
        };
        Some(view! {
            <p class="issue-project">
                <a href=href>{name}</a>
                <span class="second">
                    "in " <bdi>{state.org_name(&found.org)}</bdi> " "
                    <OpenInSnyk address />
                </span>
            </p>
        })
    })
}

/// The notice that only the short form of the issue is shown, because the whole could not be read.
#[component]
fn NotWhole(
    /// The issue.
    found: Signal<Option<Arc<Found>>>,
    /// The answer about an issue.
    answer: RwSignal<Answer>,
    /// Reads it again.
    again: Callback<()>,
) -> impl IntoView {
    let session = SessionContext::get();
    let failure = memo(move |_| {
        let found = found.get()?;
        answer.with(|answer| match answer {
            Some((id, Err(failure))) if *id == found.row.id => Some(failure.clone()),
            _ => None,
        })
    });
    dynamic(move || {
        let outcome = failure
            .get()?
            .outcome(&session.name(), "issue", super::troubles::SCOPE);
        let lead = "The details could not be loaded";
        Some(view! { <ReadNotice outcome lead on_again=again /> })
    })
}
