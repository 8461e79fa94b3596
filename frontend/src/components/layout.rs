//! Sandbox strip, header, main, footer, skip link, live region and toast.

use leptos::prelude::*;
use shared::route::Route;

use super::{
    account_menu::AccountMenu, bar::Bar, connection_switcher::ConnectionSwitcher, icon::mark,
    notice::Notice, offline_banner::OfflineBanner, retry::Retry, toast::Toast,
    update_banner::UpdateBanner,
};
use crate::{
    announcer::Announcer,
    api::{Failure, api_base},
    components::show::Show,
    reactive::{derive, dynamic, memo},
    router::Router,
    section::Section,
    session::{SessionContext, SessionState},
};

/// The frame of every page.
#[component]
pub fn Layout(
    /// The page.
    children: Children,
) -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    // The content stays on the screen, and a notice shows the failure. If there was no answer at
    // all, the offline banner says so.
    let trouble = derive(move || match session.who() {
        SessionState::Unreachable { failure, last }
            if !last.is_empty() && failure != Failure::Offline =>
        {
            Some(failure)
        }
        _ => None,
    });
    let page = Router::get().route();
    let is_home = move || (page.get() == Some(Route::Home)).then_some("page");
    let is_admin = memo(move |_| page.get() == Some(Route::Admin));
    let bar = Bar::get();
    let sandbox = memo(move |_| session.app().is_some_and(|app| app.sandbox));
    view! {
        <a class="skip" href="#main" rel="external">"Skip to content"</a>
        <Show when=move || sandbox.get()>
            <aside class="sandbox" aria-label="Sandbox">
                <strong class="tag">"Sandbox"</strong>
                <span>
                    "This is a practice run with a stand-in for Snyk on this computer. The organizations and issues are made up."
                </span>
            </aside>
        </Show>
        <header class="bar">
            // Until the app's name is known, the link shows only the logo.
            <a
                href=Route::Home.to_string()
                class="brand"
                aria-current=move || is_home()
                aria-label=move || session.app().is_none().then_some("Start page")
            >
                {mark()} <span>{move || session.app().map(|app| app.name)}</span>
            </a>
            // The administration has nothing to do with a person's connections.
            <Show when=move || !is_admin.get() fallback=move || bar.view()>
                <Navigation />
                <ConnectionSwitcher />
                <AccountMenu />
            </Show>
        </header>
        <OfflineBanner />
        <UpdateBanner />
        <Toast />
        <main id="main" tabindex="-1">
            <Notice failure=trouble retry=Retry::of_session() />
            <Notice failure=announcer.failed() />
            {children()}
        </main>
        <footer class="foot">{move || session.app().map(|app| footer(&app.name, &app.region, app.sandbox))}</footer>
        <div class="hidden" role="status" aria-live="polite">{move || announcer.said()}</div>
    }
}

/// Links to the parts of the app, for the current connection.
#[component]
fn Navigation() -> impl IntoView {
    let session = SessionContext::get();
    let page = Router::get().route();
    let current = memo(move |_| {
        page.with(|page| session.current(page.as_ref()))
            .map(|one| one.id)
    });
    let links = dynamic(move || {
        let id = current.get()?;
        let links = [
            (Section::Overview, "Overview"),
            (Section::Issues, "Issues"),
            (Section::Projects, "Projects"),
            (Section::Connection, "Connection"),
        ]
        .map(|(section, words)| {
            let id = id.clone();
            let href = move || page.with(|page| section.from(page.as_ref(), &id).to_string());
            let here = move || {
                let shown = page.with(|page| page.as_ref().and_then(Section::of));
                (shown == Some(section)).then_some("page")
            };
            view! {
                <a href=move || href() aria-current=move || here()>
                    {words}
                </a>
            }
        });
        Some(view! { <nav class="nav" aria-label="Main">{links}</nav> })
    });
    view! { {links} }
}

fn footer(name: &str, region: &str, sandbox: bool) -> impl IntoView + use<> {
    let words = if sandbox {
        format!("{name} reads the sandbox on this computer through its own server.")
    } else {
        format!(
            "{name} reads Snyk region {} through its own server.",
            region.to_ascii_uppercase()
        )
    };
    view! {
        <p>{words}</p>
        <a href=Route::Flow.to_string()>"How it works"</a>
        <a href=api_base::address("/api/openapi.json") rel="external">"API"</a>
    }
}

/// The page before anything is known. It is announced at once, and visible after a moment.
#[component]
pub fn Waiting(
    /// The words for the reason of the wait.
    #[prop(default = "Starting")]
    words: &'static str,
) -> impl IntoView {
    view! {
        <div class="waiting" aria-busy="true">
            <p class="late">{words}</p>
        </div>
    }
}
