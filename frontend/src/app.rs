//! The view of the app: contexts, router and routes.

use leptos::prelude::*;
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};

use crate::{
    announcer::Announcer,
    callback_query::CallbackQuery,
    components::layout::Layout,
    data::lists::Lists,
    loading,
    pages::{
        callback::CallbackPage, connection::ConnectionPage, home::HomePage, issues::IssuesPage,
        not_found::NotFoundPage, overview::OverviewPage, projects::ProjectsPage,
    },
    platform::{self, events, history},
    session::SessionContext,
};

/// Starts the app. `returned` is the query of the callback, if the page is the callback.
pub fn start(returned: Option<String>) {
    platform::remove_starting();
    mount_to_body(move || view! { <App returned /> });
}

/// The app.
#[component]
fn App(
    /// The query of the callback.
    returned: Option<String>,
) -> impl IntoView {
    CallbackQuery::provide(returned);
    // Before the router, which calls the history and listens to it. The listeners live as long as
    // the app.
    StoredValue::new_local((history::guard(), events::press_once()));
    SessionContext::provide();
    Announcer::provide();
    Lists::provide();
    loading::follow();
    view! {
        <Router>
            <Layout>
                <Routes fallback=|| view! { <NotFoundPage /> }>
                    <Route path=path!("/") view=HomePage />
                    <Route path=path!("/callback") view=CallbackPage />
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
