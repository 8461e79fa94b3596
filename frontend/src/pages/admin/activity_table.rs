//! The tables of events.

use leptos::prelude::*;
use shared::api::admin::Event;

use super::{links::address_of, list::List};
use crate::{
    admin::{address::Place, events, words},
    components::{
        copyable::Copyable,
        keyed::For,
        show::Show,
        table::{DrawRow, Head, WindowedTable},
        timestamp::minutes,
    },
    platform,
    reactive::{Signal, derive, dynamic},
};

/// Number of placeholders while the first page is being loaded.
const WAITING: usize = 8;
/// The heads of the columns, and their classes.
const HEADS: [(&str, &str); 4] = [
    ("When", "event-when"),
    ("What", "event-what"),
    ("Install", "event-install"),
    ("Request ID", "event-request"),
];

/// All events.
#[component]
pub fn ActivityTable(
    /// The rows.
    list: List<Event>,
    /// What is shown.
    place: Signal<Place>,
) -> impl IntoView {
    let now = minutes();
    let busy = list.is_awaited();
    let heads = HEADS.map(|(label, class)| Head {
        sorts: None,
        label,
        level: None,
        class,
    });
    let draw = DrawRow::new(move |(key, tabindex)| {
        let row = list.row(key);
        dynamic(move || Some(cells(&row.get()?, Some(place), now, Some(tabindex)))).into_any()
    });
    view! {
        <WindowedTable
            name="Activity"
            class="event-table"
            heads=heads.to_vec()
            order=list.order()
            busy
            complete=list.is_whole()
            waiting=derive(move || if busy.get() { WAITING } else { 0 })
            draw
            sorted=Signal::stored(None)
            on_sort=|_| {}
            focus=list.focus
            seen=RwSignal::new(0..0)
            held=RwSignal::new(false)
        />
    }
}

/// A few events, each in a row of an ordinary table.
#[component]
pub fn EventTable(
    /// The rows.
    list: List<Event>,
    /// What is shown.
    place: Signal<Place>,
    /// Whether all are about the install whose page this is.
    is_of_one: bool,
) -> impl IntoView {
    let now = minutes();
    let (order, busy) = (list.order(), list.is_awaited());
    let place = (!is_of_one).then_some(place);
    let heads = HEADS
        .into_iter()
        .filter(|(_, class)| !is_of_one || *class != "event-install")
        .map(|(label, class)| {
            view! {
                <th scope="col" role="columnheader" class=class>
                    {label}
                </th>
            }
        })
        .collect_view();
    let row = move |key| {
        let row = list.row(key);
        let cells = dynamic(move || Some(cells(&row.get()?, place, now, None)));
        view! { <tr role="row">{cells}</tr> }
    };
    view! {
        <table
            class="events"
            role="table"
            aria-labelledby="latest"
            aria-busy=move || busy.get().then_some("true")
        >
            <thead role="rowgroup">
                <tr role="row">{heads}</tr>
            </thead>
            <tbody role="rowgroup">
                <For each=move || order.get().to_vec() key=|key| key.to_string() children=row />
                <Show when=move || busy.get()>{(0..3).map(|_| skeleton(is_of_one)).collect_view()}</Show>
            </tbody>
        </table>
    }
}

fn skeleton(is_of_one: bool) -> impl IntoView {
    let cells = (0..if is_of_one { 3 } else { 4 })
        .map(|_| view! { <td role="cell"><span class="bone"></span></td> })
        .collect_view();
    view! {
        <tr class="skeleton" role="row" aria-hidden="true">
            {cells}
        </tr>
    }
}

/// Returns the cells of an event. Without a place, that of its install is left out.
fn cells(
    event: &Event,
    place: Option<Signal<Place>>,
    now: ReadSignal<f64>,
    tabindex: Option<Signal<&'static str>>,
) -> AnyView {
    let at = platform::millis(&event.at);
    let exact = platform::exact(at);
    let when = {
        let exact = exact.clone();
        dynamic(move || events::when(&exact, &platform::exact(now.get())))
    };
    let what = events::event(event);
    let title = what.clone();
    let request = match &event.request_id {
        Some(id) => {
            let value = words::visible(id);
            match tabindex {
                Some(tabindex) => {
                    view! { <Copyable name="request ID" value tabindex /> }.into_any()
                }
                None => view! { <Copyable name="request ID" value /> }.into_any(),
            }
        }
        None => view! { <span class="second">"None"</span> }.into_any(),
    };
    let install = place.map(|place| {
        let name = events::about(event);
        let tabindex = move || tabindex.map(Signal::get);
        let install = match event.install.clone() {
            Some(id) => view! {
                <a href=move || address_of(place, &id) tabindex=move || tabindex()>
                    <bdi>{name}</bdi>
                </a>
            }
            .into_any(),
            None => name.into_any(),
        };
        view! {
            <td role="cell" class="event-install">
                {install}
            </td>
        }
    });
    view! {
        <td role="cell" class="event-when">
            <time class="stamp" datetime=event.at.clone() title=exact>
                {when}
            </time>
        </td>
        <td role="cell" class="event-what" title=title>
            <bdi>{what}</bdi>
        </td>
        {install}
        <td role="cell" class="event-request">
            {request}
        </td>
    }
    .into_any()
}
