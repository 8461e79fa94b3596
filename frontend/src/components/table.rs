//! A long table of which only the rows in sight are drawn.
//!
//! The page scrolls, not a box. The positions of the rows are computed, since all have the same
//! height, which the stylesheet sets (`--row`) and this module measures. The table stays a table
//! and does not become a grid of cells: a row has one link, the whole table is one tab stop, and
//! the arrow keys move from link to link. The row with the focus stays drawn even when it is
//! scrolled far away, because it would otherwise lose the focus.

mod key;
pub mod row_range;
mod rows;
pub mod stable_rows;

use std::{ops::Range, sync::Arc};

use leptos::{
    ev::{FocusEvent, KeyboardEvent},
    html,
    prelude::*,
};

use self::rows::Rows;
use super::{hold::Hold, icon::Icon, keyed::For, severity};
use crate::{
    data::severity::Level,
    platform::{events::while_mounted, focus},
    reactive::{Signal, derive, dynamic, effect, memo},
};

pub use self::key::Key;
/// Draws the cells of a row. The link of the row takes the `tabindex` that the callback receives.
pub type DrawRow = Callback<(Key, Signal<&'static str>), AnyView>;

/// A column header.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// The sort key of the column, if it can be sorted.
    pub sorts: Option<&'static str>,
    /// The label.
    pub label: &'static str,
    /// A severity, drawn in place of the label.
    pub level: Option<Level>,
    /// The class of the cells.
    pub class: &'static str,
}

/// The sort key and direction of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorted {
    /// The `sorts` of a column header.
    pub by: &'static str,
    /// Whether the order is ascending.
    pub ascending: bool,
}

/// The table.
#[component]
pub fn WindowedTable(
    /// The name of the table.
    #[prop(into)]
    name: Signal<String>,
    /// The class, which sets the columns and `--row`.
    class: &'static str,
    /// The column headers.
    heads: Vec<Head>,
    /// The rows, in order.
    #[prop(into)]
    order: Signal<Arc<Vec<Key>>>,
    /// Whether the rows are being loaded for the first time. A reload keeps its rows and is not
    /// busy.
    #[prop(into)]
    busy: Signal<bool>,
    /// Whether all rows are loaded. Otherwise the table reports an unknown number of rows.
    #[prop(into)]
    complete: Signal<bool>,
    /// The number of placeholders for rows that are not loaded yet.
    #[prop(into)]
    waiting: Signal<usize>,
    /// Draws a row.
    draw: DrawRow,
    /// The sort key and direction.
    #[prop(into)]
    sorted: Signal<Option<Sorted>>,
    /// Called with the sort key of a column header that was pressed.
    #[prop(into)]
    on_sort: Callback<&'static str>,
    /// The row that is shown in full elsewhere.
    #[prop(optional, into)]
    selected: Signal<Option<Key>>,
    /// A row to focus, wherever it is. The table resets this to `None`.
    #[prop(optional)]
    focus: Option<RwSignal<Option<Key>>>,
    /// Called with a key that was pressed on a row without modifiers, before the table handles it.
    /// Returns `true` if it has handled the key.
    #[prop(optional, into)]
    on_key: Option<Callback<(Key, String), bool>>,
    /// Receives the range of rows in sight.
    seen: RwSignal<Range<usize>>,
    /// Receives whether a pointer or the focus is on the rows, so that nothing should move.
    held: RwSignal<bool>,
) -> impl IntoView {
    let body = NodeRef::<html::Tbody>::new();
    let rows = Rows::new(order, selected, seen, body);
    let count = rows.count;
    if let Some(focus) = focus {
        effect(move |_| {
            if let Some(key) = focus.get() {
                focus.set(None);
                rows.go_to(key);
            }
        });
    }
    // A link to a row shows that row. It does so once: afterwards the person decides where to
    // scroll.
    effect(move |was_shown: Option<bool>| {
        let is_shown = was_shown == Some(true) || complete.get();
        if is_shown && was_shown != Some(true) {
            rows.bring_into_sight(selected.get_untracked());
        }
        is_shown
    });
    let draw_row = move |(first, key): (usize, Key)| {
        let at = rows.place(first, key);
        let is_selected = memo(move |_| selected.get() == Some(key));
        view! {
            <tr
                role="row"
                class="row"
                data-key=key.to_string()
                // The column headers are the first row.
                aria-rowindex=move || (at.get() + 2).to_string()
                aria-current=move || is_selected.get().then_some("true")
                style:--at=move || at.get().to_string()
            >
                {draw.run((key, rows.tabindex(key)))}
            </tr>
        }
    };
    let columns = heads.clone();
    let skeletons = dynamic(move || {
        (0..waiting.get())
            .map(|place| {
                let at = derive(move || (count.get() + place).to_string());
                skeleton(&columns, at)
            })
            .collect_view()
    });
    let holder = Hold::new(held);
    let keydown = move |event: KeyboardEvent| {
        // With a modifier, the key has a meaning for the browser or the system.
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
            aria-rowcount=move || rowcount()
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
                <For each=move || rows.to_draw() key=|(_, key)| key.to_string() children=draw_row />
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
    let direction = memo(move |_| {
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

/// Returns a placeholder for a row that is not loaded yet: bars in the real columns.
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
