//! The installs: how many have which status, and each of them.

use leptos::prelude::*;
use shared::{
    api::admin::{ENDING_WITHIN_DAYS, InstallSort, Totals},
    route::Route,
};

use super::{
    activity::Latest, failed::FailedNotice, install_table::InstallTable, links::icon, list::List,
    more::More, state::Administration,
};
use crate::{
    admin::{address::Place, pages::Part, words},
    api,
    components::{
        empty_state::EmptyState, icon::Icon, notice::panel, search::SearchField, show::Show,
    },
    data::number_format::number,
    messages::Tone,
    reactive::{Signal, derive, dynamic, effect, memo},
    router::Page,
};

/// The part of the page.
#[component]
pub fn AllInstalls(
    /// The state of the page.
    admin: Administration,
    /// What is shown.
    place: Signal<Place>,
) -> impl IntoView {
    let totals = RwSignal::new(None::<Totals>);
    let list = List::new(admin, Some("install"), move |cursor| {
        let place = place.get_untracked();
        async move {
            let installs = api::admin::installs(&place, cursor.as_deref()).await?;
            totals.try_set(Some(installs.totals));
            Ok(Part {
                rows: installs.installs,
                next: installs.next,
            })
        }
    });
    // What the server searches, filters and sorts by.
    let asked = memo(move |_| place.with(|place| (place.search.clone(), place.status, place.sort)));
    effect(move |_| {
        // A memo that was never evaluated depends on nothing: tracking alone would not do.
        let _ = asked.get();
        list.reload();
    });
    let page = Page::get();
    let search = memo(move |_| place.with(|place| place.search.clone()));
    let on_search = move |text: String| {
        let place = Place {
            search: text,
            ..place.get_untracked()
        };
        page.set_query(&place.query(), true);
    };
    let is_empty = list.is_empty();
    let retry = Callback::new(move |()| list.more());
    view! {
        <Ending totals place />
        <section class="section plain" aria-label="Installs">
            <div class="install-bar">
                <Figures totals place />
                <SearchField
                    label="Search installs"
                    hint="Organization or ID"
                    value=search
                    on_search
                    on_leave=move |()| list.focus.set(Some(0))
                />
            </div>
            <FailedNotice failed=list.failed() trying=list.is_loading() on_again=retry />
            <Show
                when=move || !is_empty.get()
                fallback=move || view! { <Nothing place /> }
            >
                <InstallTable list place />
                <More list item="install" />
            </Show>
        </section>
        <Latest admin place install=None />
    }
}

/// How many installs have which status. Each figure lists what it counts.
#[component]
fn Figures(
    /// The figures, once they are known.
    totals: RwSignal<Option<Totals>>,
    /// What is shown.
    place: Signal<Place>,
) -> impl IntoView {
    // Links that are made anew would lose the focus.
    let figures = memo(move |_| {
        let shown = place.with(|place| place.status);
        let mut figures = words::figures(totals.get()?);
        figures.retain(|(count, _, status)| *count > 0 || *status == shown || status.is_none());
        Some(figures)
    });
    let links = dynamic(move || {
        let links: Vec<_> = figures
            .get()?
            .into_iter()
            .map(|(count, words, status)| {
                let href = move || place.with(|place| place.of_status(status).address());
                let here = move || place.with(|place| place.status == status).then_some("true");
                let mark = status.map(|status| {
                    let (_, tone) = words::status(status);
                    view! { <span class="status" data-tone=tone>{icon(tone).view()} {words}</span> }
                });
                let plain = status.is_none().then_some(words);
                view! {
                    <a class="total" href=move || href() aria-current=move || here() data-noscroll="">
                        <span class="figure">{number(count)}</span>
                        " "
                        {mark}
                        {plain}
                    </a>
                }
            })
            .collect();
        Some(links)
    });
    view! {
        <nav class="totals" aria-label="Installs by status">
            {links}
        </nav>
    }
}

/// The notice about installs whose refresh tokens end soon.
#[component]
fn Ending(
    /// The figures, once they are known.
    totals: RwSignal<Option<Totals>>,
    /// What is shown.
    place: Signal<Place>,
) -> impl IntoView {
    let ending = memo(move |_| totals.get().map_or(0, |totals| totals.ending));
    dynamic(move || {
        let ending = Some(ending.get()).filter(|ending| *ending > 0)?;
        let title = words::ending(ending, ENDING_WITHIN_DAYS);
        let href = move || {
            let place = Place {
                sort: InstallSort::Ending,
                ..place.with(|place| place.of_status(None))
            };
            place.address()
        };
        let text = view! {
            <p>
                "After that, people have to connect again. A connection that is used is refreshed in time; "
                <code>"REFRESH_UNUSED_CONNECTIONS=on"</code>
                " does that for those that nobody uses."
            </p>
        };
        let act = view! {
            <a class="button" href=move || href() data-noscroll="">
                "Sort by expiry"
            </a>
        };
        Some(panel(
            Tone::Warn,
            Icon::Clock,
            title.into(),
            text.into_any(),
            Some(act.into_any()),
        ))
    })
}

/// The page without installs, or without any that match.
#[component]
fn Nothing(
    /// What is shown.
    place: Signal<Place>,
) -> impl IntoView {
    let is_filtering = memo(move |_| place.with(Place::is_filtering));
    let title =
        derive(move || place.with(|place| words::nothing_matches(&place.search, place.status)));
    let text = derive(move || {
        if is_filtering.get() {
            "Search looks in the names of installs and of their organizations, and for an ID."
        } else {
            "Installs appear here as soon as somebody connects an organization or group."
        }
        .to_owned()
    });
    view! {
        <EmptyState title text>
            <Show when=move || is_filtering.get()>
                <a class="button" href=Route::Admin.to_string() data-noscroll="">
                    "Clear filters"
                </a>
            </Show>
        </EmptyState>
    }
}
