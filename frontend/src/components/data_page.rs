//! The frame of a page of data: the notices above it, how fresh the data is, and how it is loaded
//! again.

use leptos::prelude::*;
use shared::api::connection::Connection;

use super::{
    busy_button::BusyButton,
    icon::Icon,
    missing_scopes::MissingScopes,
    notice::Notice,
    read_notice::SlowedNotice,
    reconnect::ReconnectNotices,
    show::Show,
    timestamp::{Timestamp, minutes},
};
use crate::reactive::{Signal, derive, memo};

/// A page of data: its content below the notices about connections, permissions and rate limits.
#[component]
pub fn DataPage(
    /// The connection.
    connection: Signal<Connection>,
    /// The class of the page.
    #[prop(default = "page data-page")]
    class: &'static str,
    /// Whether the page already says that something could not be read because of a missing scope.
    #[prop(optional, into)]
    is_told: Signal<bool>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let failure = RwSignal::new(None);
    let id = memo(move |_| connection.read().id.clone());
    view! {
        <div class=class>
            <ReconnectNotices of=id failure />
            <MissingScopes connection failure is_told />
            <Notice failure />
            <SlowedNotice />
            {children()}
        </div>
    }
}

/// The time at which data was loaded, between words; nothing while it is unknown.
#[component]
pub fn Updated(
    /// The time in milliseconds.
    at: Signal<Option<f64>>,
    /// The words before.
    #[prop(into)]
    before: Signal<String>,
    /// The words after.
    #[prop(optional)]
    after: &'static str,
) -> impl IntoView {
    let now = minutes();
    view! {
        <Show when=move || at.get().is_some()>
            <span>
                {move || before.get()}
                <Timestamp at=derive(move || at.get().unwrap_or_default()) now />
                {after}
            </span>
        </Show>
    }
}

/// The button that loads the data again.
#[component]
pub fn Refresh(
    /// The class.
    class: &'static str,
    /// An icon before the label.
    #[prop(optional)]
    icon: Option<Icon>,
    /// Whether there is anything to load again.
    #[prop(into)]
    when: Signal<bool>,
    /// Whether it is being loaded.
    busy: Signal<bool>,
    /// Loads it again.
    #[prop(into)]
    again: Callback<()>,
) -> impl IntoView {
    view! {
        <Show when=move || when.get()>
            <BusyButton class icon words=["Refresh", "Loading"] busy on_press=again />
        </Show>
    }
}
