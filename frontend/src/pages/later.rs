//! The pages that few people open first: a Wasm module of their own, which is loaded once, when
//! the first of them is opened.
//!
//! # Design
//!
//! There is one split point and one module. What only these pages use is in that
//! module; after it has come, everything is synchronous. To move a page there, add it to [`Pages`]
//! and name it nowhere else. The split is made from the linked Wasm of a release
//! (`xtask/src/spa/split.rs`). A page for development is not split: without `--cfg split_page` the
//! function is called directly.

use std::cell::{Cell, OnceCell};

use leptos::{prelude::*, wasm_split::SplitLoaderError};

use super::{
    admin::AdminPage, all_issues::AllIssuesPage, connection::ConnectionPage, flow::FlowPage,
    issues::IssuesPage, sessions::SessionsPage,
};
use crate::{
    announcer::Announcer,
    components::{layout::Waiting, notice::page_about, retry::Retry},
    door,
    messages::{Action, Outcome, TRY_AGAIN, Tone},
    platform::{self, network},
    reactive::dynamic,
    session::SessionContext,
};

/// The pages of the module.
#[derive(Clone, Copy, Debug)]
pub struct Pages {
    /// The issues of all projects.
    pub all_issues: fn() -> AnyView,
    /// A connection.
    pub connection: fn() -> AnyView,
    /// What happens in a login.
    pub flow: fn() -> AnyView,
    /// The issues of a project.
    pub issues: fn() -> AnyView,
    /// The browsers that are signed in.
    pub sessions: fn() -> AnyView,
    /// The administration.
    pub admin: fn() -> AnyView,
}

impl Pages {
    const ALL: Self = Self {
        all_issues: || view! { <AllIssuesPage /> }.into_any(),
        connection: || view! { <ConnectionPage /> }.into_any(),
        flow: || view! { <FlowPage /> }.into_any(),
        issues: || view! { <IssuesPage /> }.into_any(),
        sessions: || view! { <SessionsPage /> }.into_any(),
        admin: || view! { <AdminPage /> }.into_any(),
    };
}

#[cfg(split_page)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "a load fails, and the function returns what the load does"
)]
mod split_point {
    use leptos::wasm_split::{SplitLoaderError, wasm_split};

    use super::Pages;

    /// Loads the module and returns its pages. A failed load is not remembered, so the next call
    /// tries again.
    #[wasm_split(later, wasm_split_path = ::leptos::wasm_split, fallible)]
    pub(super) fn pages() -> Result<Pages, SplitLoaderError> {
        Ok(Pages::ALL)
    }
}

#[cfg(not(split_page))]
mod split_point {
    use std::future::{Ready, ready};

    use leptos::wasm_split::SplitLoaderError;

    use super::Pages;

    pub(super) fn pages() -> Ready<Result<Pages, SplitLoaderError>> {
        ready(Ok(Pages::ALL))
    }
}

thread_local! {
    static LOADED: OnceCell<Pages> = const { OnceCell::new() };
    static IS_AHEAD: Cell<bool> = const { Cell::new(false) };
}

/// Puts the module into the browser's cache, once, when the browser has nothing else to do.
pub fn load_ahead() {
    let is_needed = LOADED.with(|loaded| loaded.get().is_none());
    if cfg!(split_page) && is_needed && !IS_AHEAD.replace(true) {
        door::load_ahead();
    }
}

async fn load() -> Result<Pages, SplitLoaderError> {
    let pages = split_point::pages().await?;
    LOADED.with(|loaded| *loaded.get_or_init(|| pages));
    Ok(pages)
}

/// What is known of the module.
#[derive(Clone, Copy, Debug)]
enum Stand {
    Waiting,
    Here(Pages),
    Failed,
}

/// A page of the module. It is shown at once if the module is loaded.
#[component]
pub fn Later(
    /// Chooses the page.
    page: fn(Pages) -> AnyView,
) -> impl IntoView {
    if let Some(pages) = LOADED.with(|loaded| loaded.get().copied()) {
        return page(pages);
    }
    // They come together with the module. A heading without them is hidden, and cannot take the
    // focus.
    platform::load_data_styles();
    let announcer = Announcer::get();
    let session = SessionContext::get();
    let stand = RwSignal::new(Stand::Waiting);
    let is_loading = RwSignal::new(false);
    let words = move || format!("This part of {} could not be loaded", session.name());
    let run = move |is_pressed: bool| {
        if is_loading.try_set(true).is_some() {
            return;
        }
        leptos::task::spawn_local(async move {
            let loaded = load().await;
            // The page may have been left.
            if is_loading.try_set(false).is_some() {
                return;
            }
            if let Ok(pages) = loaded {
                if is_pressed {
                    // The heading of the page takes the focus of the button, which is removed.
                    announcer.expect_page();
                }
                stand.set(Stand::Here(pages));
            } else {
                // A repeated failure changes nothing that is visible, so that the focus stays.
                if !has_failed(stand) {
                    stand.set(Stand::Failed);
                }
                announcer.say(untrack(words));
            }
        });
    };
    run(false);
    StoredValue::new_local(network::on_return(move || {
        if has_failed(stand) && is_loading.try_get_untracked() == Some(false) {
            run(false);
        }
    }));
    dynamic(move || match stand.get() {
        Stand::Waiting => view! { <Waiting words="Loading" /> }.into_any(),
        Stand::Here(pages) => untrack(|| page(pages)),
        Stand::Failed => {
            let text = "Check your connection and try again.".to_owned();
            let outcome = Outcome::new(Tone::Warn, untrack(words), text)
                .offering(vec![TRY_AGAIN, Action::Reload]);
            let retry = Retry::of_part(
                Callback::new(move |()| run(true)),
                is_loading.into(),
                "heading",
            );
            page_about(outcome, Some(retry))
        }
    })
    .into_any()
}

fn has_failed(stand: RwSignal<Stand>) -> bool {
    matches!(stand.try_get_untracked(), Some(Stand::Failed))
}
