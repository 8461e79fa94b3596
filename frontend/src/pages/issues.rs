//! The issues of a project: list and panel side by side, or one after the other in a narrow
//! viewport.

pub mod advice;
pub mod bar;
pub mod broken;
pub mod detail;
pub mod head;
pub mod list;
pub mod remediation_icon;
pub mod state;

use leptos::prelude::*;
use shared::api::connection::{Connection, Status};

use self::{
    bar::FilterBar,
    detail::{DetailPage, Panel},
    head::Head,
    list::IssueList,
    state::IssuesState,
};
use super::with_connection::WithConnection;
use crate::{
    components::{data_page::DataPage, show::Show},
    data::failure::ReadFailure,
    platform::{self, focus, media},
    reactive::{Signal, derive, dynamic, effect, memo},
    router::Page,
};

/// Media query for viewports that are wide enough for list and panel side by side.
const WIDE: &str = "(width >= 1081px)";

/// The issues of a project.
#[component]
pub fn IssuesPage() -> impl IntoView {
    platform::load_data_styles();
    let page = Page::get();
    let (id, org, project) = (page.connection(), page.org(), page.project());
    let draw = Callback::new(move |connection| {
        view! {
            {move || view! { <Issues connection org=org.get().unwrap_or_default() project=project.get() /> }}
        }
        .into_any()
    });
    view! { <WithConnection id draw /> }
}

/// The issues of one project, for a connection that exists.
#[component]
fn Issues(
    /// The connection.
    connection: Signal<Connection>,
    /// The organization's id.
    org: String,
    /// The project's id.
    project: String,
) -> impl IntoView {
    let id = memo(move |_| connection.read().id.clone());
    let works = memo(move |_| connection.read().status == Status::Active);
    let is_wide = wide();
    let state = IssuesState::new(id, works, org, project, is_wide);
    // In a narrow viewport, an issue has a page of its own.
    let is_alone = memo(move |_| !is_wide.get() && state.filters.read().issue.is_some());
    effect(move |was_alone: Option<bool>| {
        let is_alone = is_alone.get();
        match was_alone {
            Some(false) if is_alone => media::scroll_to(0.0),
            // This runs after the heading has taken the focus, and the rows are drawn some frames
            // later.
            Some(true) if !is_alone => after_frames(
                2,
                Box::new(move || {
                    state.scroll_back();
                    after_frames(
                        3,
                        Box::new(move || {
                            // The focus of a person who has moved on meanwhile stays.
                            if focus::focus_is_lost() || platform::has_focus("heading") {
                                state.focus_last();
                            }
                        }),
                    );
                }),
            ),
            _ => {}
        }
        is_alone
    });
    // For a connection that does not work, only what was loaded before is available.
    let has_list = memo(move |_| {
        let is_here = works.get() || state.held.with(|held| !held.rows.is_empty());
        is_here && !state.is_missing()
    });
    let is_told = derive(move || {
        state.status.with(|status| {
            matches!(status.failure(), Some(ReadFailure::Snyk(refusal)) if refusal.status == 403)
        })
    });
    let content = dynamic(move || {
        if is_alone.get() {
            return view! { <DetailPage state /> }.into_any();
        }
        view! {
            <Head connection state />
            <Show when=move || has_list.get()>
                <FilterBar state />
                <div class="issues">
                    <IssueList state />
                    <Show when=move || is_wide.get() && state.has_panel()>
                        <Panel state />
                    </Show>
                </div>
            </Show>
        }
        .into_any()
    });
    view! {
        <DataPage connection class="page data-page issues-page" is_told>
            {content}
        </DataPage>
    }
}

/// Calls a function after a number of frames.
fn after_frames(frames: u32, then: Box<dyn FnOnce()>) {
    if frames == 0 {
        then();
    } else {
        request_animation_frame(move || after_frames(frames - 1, then));
    }
}

/// Returns a signal that is `true` while list and panel fit side by side into the viewport.
fn wide() -> ReadSignal<bool> {
    let (is_wide, set_wide) = signal(media::matches(WIDE));
    // The guard lives as long as its owner.
    StoredValue::new_local(media::listen(WIDE, move |now| {
        set_wide.try_set(now);
    }));
    is_wide
}
