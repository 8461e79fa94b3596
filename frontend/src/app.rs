//! The view of the app: contexts, router and routes.

use leptos::prelude::*;
use shared::route::Route;

use crate::{
    announcer::Announcer,
    api::api_base,
    components::{bar::Bar, layout::Layout},
    data::lists::Lists,
    door::{self, Door},
    loading,
    pages::{
        home::HomePage, later::Later, not_found::NotFoundPage, overview::OverviewPage,
        projects::ProjectsPage,
    },
    platform::{self, events},
    router::{self, Router},
    session::SessionContext,
};

/// Starts the app in place of the door. `connected` is the answer of the server to a login that
/// has just been finished.
pub fn start(door: Door, connected: Option<String>) {
    platform::translated::follow();
    door.leave();
    api_base::set(door.api());
    door::set(door);
    mount_to_body(move || view! { <App connected /> });
}

/// The app.
#[component]
fn App(
    /// The answer of the server to a login that has just been finished.
    connected: Option<String>,
) -> impl IntoView {
    // The listener lives as long as the app.
    StoredValue::new_local(events::press_once());
    Router::provide();
    SessionContext::provide();
    Announcer::provide();
    Lists::provide();
    Bar::provide();
    loading::follow();
    if let Some(connected) = connected {
        door::welcome_back(&connected);
    }
    view! { <Layout>{router::page(page)}</Layout> }
}

fn page(route: Option<&Route>) -> AnyView {
    match route {
        Some(Route::Home) => view! { <HomePage /> }.into_any(),
        Some(Route::Connection(_)) => {
            view! { <Later page=|pages| (pages.connection)() /> }.into_any()
        }
        Some(Route::Overview(_)) => view! { <OverviewPage /> }.into_any(),
        Some(Route::Projects(_) | Route::OrgProjects { .. }) => {
            view! { <ProjectsPage /> }.into_any()
        }
        Some(Route::AllIssues(_)) => {
            view! { <Later page=|pages| (pages.all_issues)() /> }.into_any()
        }
        Some(Route::Issues { .. }) => view! { <Later page=|pages| (pages.issues)() /> }.into_any(),
        Some(Route::Sessions) => view! { <Later page=|pages| (pages.sessions)() /> }.into_any(),
        Some(Route::Flow) => view! { <Later page=|pages| (pages.flow)() /> }.into_any(),
        Some(Route::Admin) => view! { <Later page=|pages| (pages.admin)() /> }.into_any(),
        // The door has finished the callback before the app starts.
        Some(Route::Callback) | None => view! { <NotFoundPage /> }.into_any(),
    }
}
