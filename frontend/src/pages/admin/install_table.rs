//! The table of installs.

use leptos::prelude::*;
use shared::api::admin::{Install, InstallSort};

use super::{
    links::{address_of, icon},
    list::List,
};
use crate::{
    admin::{
        address::Place,
        words::{self, Ends},
    },
    components::{
        countdown::seconds,
        table::{DrawRow, Head, Sorted, WindowedTable},
        timestamp::{minutes, short},
    },
    data::number_format::number,
    platform,
    reactive::{Signal, derive, dynamic, memo},
    router::Page,
};

/// Number of placeholders while the first page is being loaded.
const WAITING: usize = 8;

/// The table. By the end of refresh tokens, it shows these in place of those of access tokens.
#[component]
pub fn InstallTable(
    /// The rows.
    list: List<Install>,
    /// What is shown.
    place: Signal<Place>,
) -> impl IntoView {
    let now = minutes();
    let seen = RwSignal::new(0..0);
    let held = RwSignal::new(false);
    let page = Page::get();
    let sort = memo(move |_| place.with(|place| place.sort));
    let is_ending = memo(move |_| sort.get() == InstallSort::Ending);
    let busy = list.is_awaited();
    let order = list.order();
    let on_sort = Callback::new(move |key: &'static str| {
        let pressed = InstallSort::from_word(key).unwrap_or_default();
        // What is pressed again is taken back.
        let sort = if sort.get_untracked() == pressed {
            InstallSort::default()
        } else {
            pressed
        };
        let place = Place {
            sort,
            ..place.get_untracked()
        };
        page.set_query(&place.query(), false);
    });
    let sorted = derive(move || {
        let by = sort.get();
        Some(Sorted {
            by: by.as_str(),
            ascending: matches!(by, InstallSort::Name | InstallSort::Ending),
        })
    });
    let draw = DrawRow::new(move |(key, tabindex)| {
        let row = list.row(key);
        dynamic(move || Some(cells(&row.get()?, place, is_ending, now, tabindex))).into_any()
    });
    dynamic(move || {
        view! {
            <WindowedTable
                name="Installs"
                class="install-table"
                heads=heads(is_ending.get())
                order
                busy
                complete=list.is_whole()
                waiting=derive(move || if busy.get() { WAITING } else { 0 })
                draw
                sorted
                on_sort
                focus=list.focus
                seen
                held
            />
        }
    })
}

fn heads(is_ending: bool) -> Vec<Head> {
    let head = |label, class, sort: Option<InstallSort>| Head {
        sorts: sort.map(InstallSort::as_str),
        label,
        level: None,
        class,
    };
    let ends = if is_ending {
        "Refresh token ends"
    } else {
        "Token ends"
    };
    vec![
        head("Install", "install-name", Some(InstallSort::Name)),
        head("Status", "install-status", None),
        head("Context", "install-context", None),
        head("Generation", "figure-column install-generation", None),
        head(
            "Refreshed",
            "figure-column install-refreshed",
            Some(InstallSort::Refreshed),
        ),
        head(
            ends,
            "figure-column install-ends",
            Some(InstallSort::Ending),
        ),
        head("Details", "figure-column install-open", None),
    ]
}

/// Returns the cells of an install.
fn cells(
    install: &Install,
    place: Signal<Place>,
    is_ending: Signal<bool>,
    now: ReadSignal<f64>,
    tabindex: Signal<&'static str>,
) -> AnyView {
    let name = words::name(install);
    let of = format!(" {name}");
    let (id, title) = (install.id.clone(), name.clone());
    let refreshed = short(Some(platform::millis(&install.refreshed_at)), now);
    let ends = ends(install, is_ending, now);
    view! {
        <th role="rowheader" scope="row" class="install-name" title=title>
            <bdi>{name}</bdi>
            <span class="install-reach">{words::reach(install)}</span>
        </th>
        <td role="cell" class="install-status">
            {status(install)}
        </td>
        <td role="cell" class="install-context">
            {words::context(install.context)}
        </td>
        <td role="cell" class="figure-column install-generation">
            {number(install.generation)}
        </td>
        <td role="cell" class="figure-column install-refreshed">
            {refreshed}
        </td>
        <td role="cell" class="figure-column install-ends">
            {ends}
        </td>
        <td role="cell" class="figure-column install-open">
            <a href=move || address_of(place, &id) tabindex=move || tabindex.get()>
                "Open"
                <span class="hidden">{of}</span>
            </a>
        </td>
    }
    .into_any()
}

/// Returns the status of an install: an icon and words.
pub fn status(install: &Install) -> AnyView {
    let (words, tone) = words::status(install.status);
    view! {
        <p class="status" data-tone=tone>
            {icon(tone).view()}
            {words}
        </p>
    }
    .into_any()
}

/// Returns when the access token ends, or the refresh token.
pub fn ends(install: &Install, of_refresh_token: Signal<bool>, now: ReadSignal<f64>) -> AnyView {
    let at = |time: &Option<String>| time.as_deref().map(platform::millis);
    let (access, refresh) = (
        at(&install.access_token_expires_at),
        at(&install.refresh_token_expires_at),
    );
    let status = install.status;
    dynamic(move || {
        let at = if of_refresh_token.get() {
            refresh
        } else {
            access
        };
        let ends = Ends::of(status, at.map(|at| seconds(now.get(), at)));
        let words = ends.words();
        let state = match ends {
            _ if ends.is_soon() => Some("soon"),
            Ends::In(_) => Some("later"),
            _ => None,
        };
        match at {
            Some(at) if !matches!(ends, Ends::Erased) => view! {
                <time class="stamp" data-state=state datetime=platform::machine(at) title=platform::exact(at)>
                    {words}
                </time>
            }
            .into_any(),
            _ => words.into_any(),
        }
    })
    .into_any()
}
