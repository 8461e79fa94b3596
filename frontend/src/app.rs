//! The view of the app: contexts, router and routes.

use leptos::prelude::*;
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};

use crate::{
    announcer::Announcer,
    components::layout::Layout,
    data::lists::Lists,
    door::{self, Door},
    loading,
    pages::{
        connection::ConnectionPage, home::HomePage, issues::IssuesPage, not_found::NotFoundPage,
        overview::OverviewPage, projects::ProjectsPage,
    },
    platform::{self, events, history},
    session::SessionContext,
};

/// Starts the app in place of the door. `connected` is the answer of the server to a login that
/// has just been finished.
pub fn start(door: Door, connected: Option<String>) {
    platform::translated::follow();
    door.leave();
    door::set(door);
    mount_to_body(move || view! { <App connected /> });
}

/// The app.
#[component]
fn App(
    /// The answer of the server to a login that has just been finished.
    connected: Option<String>,
) -> impl IntoView {
    // Before the router, which calls the history and listens to it. The listeners live as long as
    // the app.
    StoredValue::new_local((history::guard(), events::press_once()));
    SessionContext::provide();
    Announcer::provide();
    Lists::provide();
    loading::follow();
    if let Some(connected) = connected {
        door::welcome_back(&connected);
    }
    view! {
        <Router>
            <Layout>
                <Routes fallback=|| view! { <NotFoundPage /> }>
                    <Route path=path!("/") view=HomePage />
                    <Route path=path!("/connections/:id") view=ConnectionPage />
                    <Route path=path!("/connections/:id/overview") view=OverviewPage />
                    <Route path=path!("/connections/:id/projects") view=ProjectsPage />
                    <Route
                        path=path!("/connections/:id/orgs/:org_id/projects")
                        view=ProjectsPage
                    />
                    <Route
                        path=path!("/connections/:id/orgs/:org_id/projects/:project_id")
                        view=IssuesPage
                    />
                </Routes>
            </Layout>
        </Router>
    }
}
