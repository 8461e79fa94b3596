//! A long table of which only the rows in sight are drawn.
//!
//! The page scrolls, not a box. The rows lie one below the other by arithmetic, since all are of one
//! height, which the stylesheet sets (`--row`) and this measures. It stays a table and does not
//! become a grid of cells: a row has one link, the whole table is one tab stop, and the arrow keys
//! go from link to link. The row with the focus stays where it is even when it is scrolled far away,
//! or the focus would be lost with it.

use std::{ops::Range, sync::Arc};

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::{icon::Icon, severity};
use crate::{
    browser::viewport::{self, Printing, Watch},
    data::{
        level::Level,
        window::{self, Geometry},
    },
};

/// What a row is known by: it must differ from row to row, and stay with its row.
pub type Key = u64;
/// Draws the cells of a row. Its link takes the `tabindex` that it is given.
pub type DrawRow = Arc<dyn Fn(Key, Signal<&'static str>) -> AnyView + Send + Sync>;

/// So many rows are printed at most.
const PRINTED: usize = 500;

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
    /// Whether these are all, or more are still to come.
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
    /// A key that was pressed on a row, before the table looks at it. `true`: it was meant for you.
    #[prop(optional, into)]
    on_key: Option<Callback<(Key, String), bool>>,
    /// Is told which rows are in sight.
    seen: RwSignal<Range<usize>>,
    /// Is told whether a pointer or the focus is on the rows, so that nothing should move.
    held: RwSignal<bool>,
) -> impl IntoView {
    let body = NodeRef::<html::Tbody>::new();
    let geometry = measured(body, order);
    let printing = printing();
    let active = RwSignal::new(None::<Key>);
    let count = Memo::new(move |_| order.with(|order| order.len()));
    let range = Memo::new(move |_| {
        if printing.get() {
            0..count.get().min(PRINTED)
        } else {
            window::drawn(geometry.get(), count.get())
        }
    });
    Effect::new(move |_| {
        let now = window::in_sight(geometry.get(), count.get());
        if seen.with_untracked(|last| *last != now) {
            seen.set(now);
        }
    });
    // The tab stop: where the focus was last, or the first row.
    let stop = Memo::new(move |_| {
        order.with(|order| {
            active
                .get()
                .and_then(|key| Some((order.iter().position(|one| *one == key)?, key)))
                .or_else(|| order.first().map(|key| (0, *key)))
        })
    });
    let drawn = Memo::new(move |_| {
        order.with(|order| {
            let range = range.get();
            let mut rows: Vec<(usize, Key)> = range
                .clone()
                .filter_map(|at| Some((at, *order.get(at)?)))
                .collect();
            match stop.get() {
                Some(stop) if stop.0 < range.start => rows.insert(0, stop),
                Some(stop) if stop.0 >= range.end => rows.push(stop),
                _ => {}
            }
            rows
        })
    });
    let rows = move || drawn.get();
    let row = move |(first, key): (usize, Key)| {
        // Where the row lies can change under it: by a new order, or rows that came in before.
        let at = Memo::new(move |last: Option<&usize>| {
            drawn.with(|rows| {
                let found = rows.iter().find(|(_, one)| *one == key);
                found.map_or_else(|| last.copied().unwrap_or(first), |(at, _)| *at)
            })
        });
        let tabindex = Signal::derive(move || {
            if stop.get().is_some_and(|(_, stop)| stop == key) {
                "0"
            } else {
                "-1"
            }
        });
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
                {draw(key, tabindex)}
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
    let keydown = move |event: KeyboardEvent| {
        let Some((at, key)) = stop.get_untracked() else {
            return;
        };
        if on_key.is_some_and(|on_key| on_key.run((key, event.key()))) {
            event.prevent_default();
            return;
        }
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let page = seen.with_untracked(|seen| seen.len().saturating_sub(2)).max(1);
        let last = count.get_untracked().saturating_sub(1);
        let to = match event.key().as_str() {
            "ArrowDown" => at.saturating_add(1),
            "ArrowUp" => at.saturating_sub(1),
            "PageDown" => at.saturating_add(page),
            "PageUp" => at.saturating_sub(page),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        let key = order.with_untracked(|order| order.get(to.min(last)).copied());
        active.set(key);
        // Once it is drawn, should it not have been.
        request_animation_frame(move || {
            if let (Some(key), Some(body)) = (key, body.try_get_untracked().flatten()) {
                viewport::focus_within(&body, &format!("[data-key=\"{key}\"] a"));
            }
        });
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
            aria-busy=move || (!complete.get()).then_some("true")
        >
            <thead role="rowgroup">
                <tr role="row" aria-rowindex="1">
                    {heads.into_iter().map(|one| head(one, sorted, on_sort)).collect_view()}
                </tr>
            </thead>
            <tbody
                role="rowgroup"
                node_ref=body
                style:--rows=move || (drawn_rows(count.get(), printing.get()) + waiting.get()).to_string()
                on:keydown=keydown
                on:focusin=move |event| {
                    held.set(true);
                    let key = viewport::attribute_around(event.target(), "data-key");
                    if let Some(key) = key.and_then(|key| key.parse().ok()) {
                        active.set(Some(key));
                    }
                }
                on:focusout=move |_| held.set(false)
                on:pointerenter=move |_| held.set(true)
                on:pointerleave=move |_| held.set(false)
            >
                <For each=rows key=|(_, key)| *key children=row />
                {skeletons}
            </tbody>
        </table>
    }
}

/// How many rows the table has room for.
fn drawn_rows(count: usize, printing: bool) -> usize {
    if printing { count.min(PRINTED) } else { count }
}

/// Where the rows stand, measured again at each change.
fn measured(
    body: NodeRef<html::Tbody>,
    order: Signal<Arc<Vec<Key>>>,
) -> ReadSignal<Geometry> {
    let unknown = Geometry {
        top: f64::NAN,
        row: f64::NAN,
        height: f64::NAN,
    };
    let (geometry, set_geometry) = signal(unknown);
    let asked = StoredValue::new(false);
    // Once a frame, however often the page scrolls.
    let measure = move || {
        if asked.try_get_value() != Some(false) {
            return;
        }
        asked.set_value(true);
        request_animation_frame(move || {
            asked.try_set_value(false);
            if let Some(Some(body)) = body.try_get_untracked() {
                let now = viewport::geometry(&body);
                if geometry.try_get_untracked().is_some_and(|last| last != now) {
                    set_geometry.set(now);
                }
            }
        });
    };
    let watch = StoredValue::new_local(None::<Watch>);
    Effect::new(move |_| {
        if let Some(body) = body.get() {
            watch.set_value(Watch::over(&body, measure));
        }
    });
    Effect::new(move |_| {
        order.track();
        measure();
    });
    geometry
}

/// Whether the page is being printed.
fn printing() -> ReadSignal<bool> {
    let (printing, set_printing) = signal(false);
    let guard = StoredValue::new_local(Printing::listen(move |now| {
        set_printing.try_set(now);
    }));
    on_cleanup(move || guard.dispose());
    printing
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
