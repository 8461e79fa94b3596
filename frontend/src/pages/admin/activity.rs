//! What happened: the latest of it beside other things, and all of it.

use leptos::prelude::*;
use shared::api::admin::{Event, EventKind};

use super::{
    activity_table::{ActivityTable, EventTable},
    failed::FailedNotice,
    list::List,
    more::More,
    state::Administration,
};
use crate::{
    admin::{
        address::{Place, Tab},
        events as told,
        pages::Part,
    },
    api,
    components::{
        chips::{Choice, ChoiceChip},
        show::Show,
    },
    data::number_format::count,
    reactive::{Signal, derive, effect, memo},
    router::Page,
};

/// How many events are shown beside other things.
const LATEST: u32 = 5;

/// The events of an address, or of the page of an install.
fn events(
    admin: Administration,
    place: Signal<Place>,
    limit: Option<u32>,
    kept: RwSignal<Option<u32>>,
) -> List<Event> {
    // What stands beside other things is not announced.
    let item = limit.is_none().then_some("event");
    List::new(admin, item, move |cursor| {
        let place = place.get_untracked();
        async move {
            let activity = api::admin::activity(&place, cursor.as_deref(), limit).await?;
            kept.try_set(Some(activity.kept_days));
            Ok(Part {
                rows: activity.events,
                next: activity.next,
            })
        }
    })
}

/// The part of the page: all events, of the kinds that are chosen.
#[component]
pub fn Activities(
    /// The state of the page.
    admin: Administration,
    /// What is shown.
    place: Signal<Place>,
) -> impl IntoView {
    let kept = RwSignal::new(None);
    let list = events(admin, place, None, kept);
    let kinds = memo(move |_| place.with(|place| place.kinds.clone()));
    effect(move |_| {
        // As in `installs`: what was never evaluated depends on nothing.
        let _ = kinds.get();
        list.reload();
    });
    let page = Page::get();
    let choices = memo(move |_| {
        let choice = |kind: EventKind| Choice {
            value: kind.as_str().to_owned(),
            called: told::kind(kind).to_owned(),
            count: None,
            chosen: kinds.with(|kinds| kinds.contains(&kind)),
        };
        EventKind::ALL.iter().copied().map(choice).collect()
    });
    let on_toggle = move |kind: String| {
        if let Some(kind) = EventKind::from_word(&kind) {
            page.set_query(&place.get_untracked().toggling(kind).query(), true);
        }
    };
    let is_filtering = memo(move |_| kinds.with(|kinds| !kinds.is_empty()));
    let is_empty = list.is_empty();
    let retry = Callback::new(move |()| list.more());
    let kept = move || {
        let days = count(u64::from(kept.get()?), "day");
        Some(format!("Newest first. Kept for {days}."))
    };
    let all = move || {
        let place = Place {
            kinds: Vec::new(),
            ..place.get()
        };
        place.address()
    };
    let title = derive(move || {
        if is_filtering.get() {
            "No activity of these kinds".to_owned()
        } else {
            "Nothing happened yet".to_owned()
        }
    });
    view! {
        <section class="section plain" aria-label="Activity">
            <div class="activity-bar">
                <ChoiceChip id="kinds" label="Kind" choices on_toggle />
                <Show when=move || is_filtering.get()>
                    <a href=all data-noscroll="">
                        "All kinds"
                    </a>
                </Show>
                <p class="second small">{kept}</p>
            </div>
            <FailedNotice failed=list.failed() trying=list.is_loading() on_again=retry />
            <Show
                when=move || !is_empty.get()
                fallback=move || nothing(title)
            >
                <ActivityTable list place />
                <More list item="event" />
            </Show>
        </section>
    }
}

/// The latest events, of all installs or of one.
#[component]
pub fn Latest(
    /// The state of the page.
    admin: Administration,
    /// What is shown.
    place: Signal<Place>,
    /// The id of the install that they are about; `None` for those of all.
    install: Option<String>,
    /// Changes when something has happened that is to be shown.
    #[prop(optional, into)]
    changes: Signal<u32>,
) -> impl IntoView {
    let is_of_one = install.is_some();
    let of = Signal::stored(Place {
        install,
        ..Place::default()
    });
    let limit = if is_of_one { None } else { Some(LATEST) };
    let list = events(admin, of, limit, RwSignal::new(None));
    effect(move |_| {
        let _ = changes.get();
        list.reload();
    });
    let retry = Callback::new(move |()| list.more());
    let all = move || place.with(|place| place.at(Tab::Activity).address());
    let is_empty = list.is_empty();
    let (title, link) = if is_of_one {
        ("Activity", "Activity of all installs")
    } else {
        ("Latest activity", "All activity")
    };
    view! {
        <section class="section" aria-labelledby="latest">
            <div class="section-head">
                <h2 id="latest">{title}</h2>
                <a class="small" href=all>
                    {link}
                </a>
            </div>
            <FailedNotice failed=list.failed() trying=list.is_loading() on_again=retry />
            <Show
                when=move || !is_empty.get()
                fallback=|| view! { <p class="second">"Nothing happened yet."</p> }
            >
                <EventTable list place is_of_one />
                <Show when=move || is_of_one>
                    <More list item="event" />
                </Show>
            </Show>
        </section>
    }
}

/// Returns the place of a list without events.
fn nothing(title: Signal<String>) -> AnyView {
    let text = "Sign-ins, refreshes and their failures, and what administrators do appear here.";
    view! {
        <div class="empty">
            <h2>{move || title.get()}</h2>
            <p class="second">{text}</p>
        </div>
    }
    .into_any()
}
