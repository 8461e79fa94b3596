//! The project above its issues: the link back, its full name, and its properties.

use leptos::prelude::*;
use shared::{api::connection::Connection, route::Route};

use super::state::IssuesState;
use crate::{
    components::{
        open_in_snyk::{OpenInSnyk, at_snyk},
        project,
        read_notice::ReadNotice,
        timestamp::{Timestamp, minutes},
    },
    page_heading::PageHeading,
    reactive::{Signal, derive, dynamic, memo},
    session::SessionContext,
    snyk_links,
};

/// The link back, the name and the properties.
#[component]
pub fn Head(
    /// The connection.
    connection: Signal<Connection>,
    /// The state of the page.
    state: IssuesState,
) -> impl IntoView {
    let title = derive(move || match state.head.get() {
        Some(Ok(head)) => head.name,
        Some(Err(_)) if state.is_missing() => {
            "This project doesn’t exist, or this connection can’t see it".to_owned()
        }
        _ => "Issues of a project".to_owned(),
    });
    let name = dynamic(move || match state.head.get() {
        Some(Ok(head)) => project::name(head.parts()).into_any(),
        _ => title.get().into_any(),
    });
    view! {
        <div class="issues-head">
            <WayBack connection state />
            <PageHeading title class="project-title">
                {name}
            </PageHeading>
            <Facts state />
        </div>
    }
}

#[component]
fn WayBack(
    /// The connection.
    connection: Signal<Connection>,
    /// The state of the page.
    state: IssuesState,
) -> impl IntoView {
    let href = move || {
        let page = Route::org_projects(&state.connection.read(), &state.org.read_value());
        page.to_string()
    };
    let org = move || {
        let connection = connection.read();
        let org = state.org.read_value();
        let found = connection.orgs.iter().find(|one| one.id == *org);
        found.map(|org| org.name.clone())
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            {move || {
                org()
                    .map(|name| {
                        view! {
                            <a href=move || href()>
                                <bdi>{name}</bdi>
                            </a>
                            " / "
                        }
                    })
            }} <a href=move || href()>"Projects"</a>
        </nav>
    }
}

#[component]
fn Facts(
    /// The state of the page.
    state: IssuesState,
) -> impl IntoView {
    let session = SessionContext::get();
    let now = minutes();
    let address = derive(move || {
        let project = state.project.get_value();
        at_snyk(
            session,
            &state.connection.read(),
            &state.org.get_value(),
            |authorize, slug| snyk_links::project_at_snyk(authorize, slug, &project),
        )
    });
    let again = Callback::new(move |()| state.read_again());
    // The list already shows a failure.
    let told = memo(move |_| state.status.with(|status| status.failure().is_some()));
    dynamic(move || match state.head.get() {
        None | Some(Err(_)) if !state.works.get() => ().into_any(),
        Some(Err(_)) if told.get() && !state.is_missing() => ().into_any(),
        None => view! { <p class="second">"Loading"</p> }.into_any(),
        Some(Ok(head)) => {
            let updated = head.updated.map(|at| {
                view! { " Updated " <Timestamp at now /> "." }
            });
            view! {
                <p class="second">
                    <bdi>{head.facts()}</bdi>
                    {updated}
                    " "
                    <OpenInSnyk address />
                </p>
            }
            .into_any()
        }
        Some(Err(_)) if state.is_missing() => view! {
            <p class="second">"It may have been removed at Snyk, or the link is incomplete."</p>
        }
        .into_any(),
        Some(Err(failure)) => {
            let outcome = failure.outcome(&session.name(), "project", "org.project.read");
            let lead = "The details of the project could not be loaded";
            view! { <ReadNotice outcome lead on_again=again /> }.into_any()
        }
    })
}
