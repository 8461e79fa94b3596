//! A long table of which only the rows in sight are drawn.
//!
//! The page scrolls, not a box. The rows lie one below the other by arithmetic, since all are of one
//! height, which the stylesheet sets (`--row`) and this measures. It stays a table and does not
//! become a grid of cells: a row has one link, the whole table is one tab stop, and the arrow keys
//! go from link to link. The row with the focus stays where it is even when it is scrolled far away,
//! or the focus would be lost with it.

mod key;
pub mod row_range;
mod rows;

use std::{ops::Range, sync::Arc};

use leptos::{
    ev::{FocusEvent, KeyboardEvent},
    html,
    prelude::*,
};

use self::rows::Rows;
use super::{hold::Hold, icon::Icon, severity};
use crate::{
    data::severity::Level,
    platform::{events::while_mounted, focus},
};

pub use self::key::Key;
/// Draws the cells of a row. Its link takes the `tabindex` that it is given.
pub type DrawRow = Callback<(Key, Signal<&'static str>), AnyView>;

/// The head of a column.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// What the column is sorted by, if it can be.
    pub sorts: Option<&'static str>,
    /// Its words.
    pub label: &'static str,
    /// A severity, drawn instead of the words.
    pub level: Option<Level>,
    /// The class of its cells.
    pub class: &'static str,
}

/// By what a table is sorted, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorted {
    /// A head's `sorts`.
    pub by: &'static str,
    /// From small to large.
    pub ascending: bool,
}

/// The table.
#[component]
pub fn WindowedTable(
    /// What it is called.
    #[prop(into)]
    name: Signal<String>,
    /// Its class, which sets columns and `--row`.
    class: &'static str,
    /// The heads of its columns.
    heads: Vec<Head>,
    /// Its rows, in order.
    #[prop(into)]
    order: Signal<Arc<Vec<Key>>>,
    /// Whether they are being read for the first time: what is read again stays and is not busy.
    #[prop(into)]
    busy: Signal<bool>,
    /// Whether all rows are here, or how many there will be is not known.
    #[prop(into)]
    complete: Signal<bool>,
    /// How many rows to leave room for that are not here yet.
    #[prop(into)]
    waiting: Signal<usize>,
    /// Draws a row.
    draw: DrawRow,
    /// How it is sorted.
    #[prop(into)]
    sorted: Signal<Option<Sorted>>,
    /// What a press on a head asks for.
    #[prop(into)]
    on_sort: Callback<&'static str>,
    /// The row that is shown elsewhere in full.
    #[prop(optional, into)]
    selected: Signal<Option<Key>>,
    /// A row to put the focus on, wherever it lies; taken as soon as that is done.
    #[prop(optional)]
    focus: Option<RwSignal<Option<Key>>>,
    /// A key that was pressed on a row, by itself, before the table looks at it. `true`: it was
    /// meant for you.
    #[prop(optional, into)]
    on_key: Option<Callback<(Key, String), bool>>,
    /// Is told which rows are in sight.
    seen: RwSignal<Range<usize>>,
    /// Is told whether a pointer or the focus is on the rows, so that nothing should move.
    held: RwSignal<bool>,
) -> impl IntoView {
    let body = NodeRef::<html::Tbody>::new();
    let rows = Rows::new(order, selected, seen, body);
    let count = rows.count;
    if let Some(focus) = focus {
        Effect::new(move |_| {
            if let Some(key) = focus.get() {
                focus.set(None);
                rows.go_to(key);
            }
        });
    }
    // Who comes by a link to a row sees it. Once: where one scrolls to later is one's own affair.
    Effect::new(move |was_shown: Option<bool>| {
        let is_shown = was_shown == Some(true) || complete.get();
        if is_shown && was_shown != Some(true) {
            rows.bring_into_sight(selected.get_untracked());
        }
        is_shown
    });
    let draw_row = move |(first, key): (usize, Key)| {
        let at = rows.place(first, key);
        let is_selected = Memo::new(move |_| selected.get() == Some(key));
        view! {
            <tr
                role="row"
                class="row"
                data-key=key.to_string()
                // The heads are the first row.
                aria-rowindex=move || (at.get() + 2).to_string()
                aria-current=move || is_selected.get().then_some("true")
                style:--at=move || at.get().to_string()
            >
                {draw.run((key, rows.tabindex(key)))}
            </tr>
        }
    };
    let columns = heads.clone();
    let skeletons = move || {
        (0..waiting.get())
            .map(|place| {
                let at = Signal::derive(move || (count.get() + place).to_string());
                skeleton(&columns, at)
            })
            .collect_view()
    };
    let holder = Hold::new(held);
    let keydown = move |event: KeyboardEvent| {
        // Together with another key it means something to the browser, or to the system.
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
            return;
        }
        let taken = on_key
            .zip(rows.current())
            .is_some_and(|(on_key, key)| on_key.run((key, event.key())));
        if taken {
            event.prevent_default();
        } else {
            rows.on_key(&event);
        }
    };
    let rowcount = move || {
        if complete.get() {
            (count.get() + 1).to_string()
        } else {
            "-1".to_owned()
        }
    };
    view! {
        <table
            role="table"
            class=format!("windowed {class}")
            aria-label=move || name.get()
            aria-rowcount=rowcount
            aria-busy=move || busy.get().then_some("true")
        >
            <thead role="rowgroup">
                <tr role="row" aria-rowindex="1">
                    {heads.into_iter().map(|one| head(one, sorted, on_sort)).collect_view()}
                </tr>
            </thead>
            <tbody
                role="rowgroup"
                node_ref=body
                style:--rows=move || (rows.room.get() + waiting.get()).to_string()
                on:keydown=while_mounted(keydown)
                on:focusin=while_mounted(move |event: FocusEvent| {
                    holder.focus_came();
                    let key = focus::attribute_around(event.target(), "data-key");
                    rows.focused(key.and_then(|key| key.parse().ok()));
                })
                on:focusout=while_mounted(move |event| holder.focus_left(&event))
                on:pointerenter=while_mounted(move |_| holder.pointer_came())
                on:pointerleave=while_mounted(move |event| holder.pointer_left(&event))
            >
                <For each=move || rows.to_draw() key=|(_, key)| *key children=draw_row />
                {skeletons}
            </tbody>
        </table>
    }
}

fn head(head: Head, sorted: Signal<Option<Sorted>>, on_sort: Callback<&'static str>) -> AnyView {
    let words = match head.level {
        Some(level) => severity::head(level).into_any(),
        None => head.label.into_any(),
    };
    let Some(by) = head.sorts else {
        return view! {
            <th role="columnheader" scope="col" class=head.class>
                {words}
            </th>
        }
        .into_any();
    };
    let direction = Memo::new(move |_| {
        let sorted = sorted.get().filter(|sorted| sorted.by == by)?;
        Some(if sorted.ascending {
            "ascending"
        } else {
            "descending"
        })
    });
    view! {
        <th role="columnheader" scope="col" class=head.class aria-sort=move || direction.get()>
            <button type="button" class="sort" on:click=move |_| on_sort.run(by)>
                {Icon::Down.view()} {words}
            </button>
        </th>
    }
    .into_any()
}

/// A row that is not here yet: bars in the real columns.
fn skeleton(heads: &[Head], at: Signal<String>) -> impl IntoView + use<> {
    let cells = heads
        .iter()
        .map(|head| view! { <td class=head.class><span class="bone"></span></td> })
        .collect_view();
    view! {
        <tr class="row skeleton" aria-hidden="true" style:--at=move || at.get()>
            {cells}
        </tr>
    }
}
