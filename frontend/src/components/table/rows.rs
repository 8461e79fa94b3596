//! The rows of a table that are drawn, and the focus among them.

use std::{ops::Range, sync::Arc};

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::key::Key;
use crate::{
    data::window::{self, Geometry},
    platform::{
        focus,
        geometry::{self, Watch},
        media,
    },
    reactive::{Signal, derive, effect, memo},
};

/// Maximum number of rows that are printed.
const PRINTED: usize = 500;

/// The rows of a table.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    /// All rows, in order.
    order: Signal<Arc<Vec<Key>>>,
    /// The number of rows.
    pub(super) count: Signal<usize>,
    geometry: ReadSignal<Geometry>,
    /// The row that had the focus last.
    active: RwSignal<Option<Key>>,
    /// The tab stop: the row that had the focus last, the row that is shown elsewhere, or the first
    /// one.
    stop: Signal<Option<(usize, Key)>>,
    /// The rows that are drawn.
    pub(super) drawn: Signal<Vec<(usize, Key)>>,
    /// The number of rows that the table has space for.
    pub(super) room: Signal<usize>,
    body: NodeRef<html::Tbody>,
}

impl Rows {
    pub(super) fn new(
        order: Signal<Arc<Vec<Key>>>,
        selected: Signal<Option<Key>>,
        seen: RwSignal<Range<usize>>,
        body: NodeRef<html::Tbody>,
    ) -> Self {
        let geometry = measured(body, order);
        let printing = printing();
        let active = RwSignal::new(None::<Key>);
        let count = memo(move |_| order.with(|order| order.len()));
        let room = memo(move |_| {
            if printing.get() {
                count.get().min(PRINTED)
            } else {
                count.get()
            }
        });
        let range = memo(move |_| {
            if printing.get() {
                0..room.get()
            } else {
                window::drawn(geometry.get(), count.get())
            }
        });
        effect(move |_| {
            let now = window::in_sight(geometry.get(), count.get());
            if seen.with_untracked(|last| *last != now) {
                seen.set(now);
            }
        });
        let stop = memo(move |last: Option<&Option<(usize, Key)>>| {
            let has_focus = || {
                let body = body.get_untracked();
                body.is_some_and(|body| focus::focused_within(&body).is_some())
            };
            order.with(|order| {
                let at = |at: usize| Some((at, *order.get(at)?));
                let of = |key| order.iter().position(|one| *one == key).and_then(at);
                active
                    .get()
                    .and_then(of)
                    // If the row with the focus is gone, the row that is now at its index.
                    .or_else(|| {
                        let (before, _) = last.copied().flatten().filter(|_| has_focus())?;
                        at(before.min(order.len().checked_sub(1)?))
                    })
                    .or_else(|| selected.get().and_then(of))
                    .or_else(|| at(0))
            })
        });
        let drawn = memo(move |_| order.with(|order| drawn(order, &range.get(), stop.get())));
        Self {
            order,
            count,
            geometry,
            active,
            stop,
            drawn,
            room,
            body,
        }
    }

    /// Returns the index of a row, which changes with another order or with rows inserted before
    /// it.
    pub(super) fn place(self, first: usize, key: Key) -> Signal<usize> {
        memo(move |last: Option<&usize>| {
            self.drawn.with(|rows| {
                let found = rows.iter().find(|(_, one)| *one == key);
                found.map_or_else(|| last.copied().unwrap_or(first), |(at, _)| *at)
            })
        })
    }

    /// Returns the `tabindex` of a row's link.
    pub(super) fn tabindex(self, key: Key) -> Signal<&'static str> {
        let is_stop = memo(move |_| self.stop.get().is_some_and(|(_, stop)| stop == key));
        derive(move || if is_stop.get() { "0" } else { "-1" })
    }

    /// Returns the row of the tab stop, to which keys apply.
    pub(super) fn current(self) -> Option<Key> {
        self.stop.get_untracked().map(|(_, key)| key)
    }

    /// Records the row that has the focus.
    pub(super) fn focused(self, key: Option<Key>) {
        if key.is_some() {
            self.active.set(key);
        }
    }

    /// Moves the focus according to a key.
    pub(super) fn on_key(self, event: &KeyboardEvent) {
        let Some((at, _)) = self.stop.get_untracked() else {
            return;
        };
        let page = window::page(self.geometry.get_untracked());
        let to = window::target_row(&event.key(), at, page, self.count.get_untracked());
        let key = to.and_then(|to| self.order.with_untracked(|order| order.get(to).copied()));
        let Some(key) = key else {
            return;
        };
        event.prevent_default();
        self.go_to(key);
    }

    /// Moves the focus to a row and scrolls to it; to the tab stop if the table lacks the row.
    pub(super) fn go_to(self, key: Key) {
        let is_here = self.order.with_untracked(|order| order.contains(&key));
        let Some(key) = (if is_here { Some(key) } else { self.current() }) else {
            return;
        };
        self.active.set(Some(key));
        // At once if the row is drawn, so that it receives a key that follows.
        let focus = move || {
            let Some(Some(body)) = self.body.try_get_untracked() else {
                return false;
            };
            focus::focus_within(&body, &link_of(key))
        };
        if !focus() {
            request_animation_frame(move || {
                focus();
            });
        }
    }

    /// Scrolls a row to the middle of the viewport, unless it is in sight or the page has been
    /// scrolled.
    pub(super) fn bring_into_sight(self, key: Option<Key>) {
        let Some(key) = key else {
            return;
        };
        // The tab stop is drawn wherever it is, but only after a frame.
        request_animation_frame(move || {
            request_animation_frame(move || {
                if let Some(Some(body)) = self.body.try_get_untracked()
                    && media::scrolled() < 1.0
                {
                    geometry::bring_into_sight(&body, &link_of(key));
                }
            });
        });
    }

    /// Returns the rows to draw now. A row that is moved within the document loses the focus, and
    /// gets it back. If the row with the focus is removed, the tab stop gets it.
    pub(super) fn to_draw(self) -> Vec<(usize, Key)> {
        let rows = self.drawn.get();
        let focused = self
            .body
            .get_untracked()
            .and_then(|body| focus::focused_within(&body));
        if let Some(element) = focused {
            leptos::task::spawn_local(async move {
                let stop = self.stop.try_read_untracked().and_then(|stop| *stop);
                if !focus::refocus(&element)
                    && focus::focus_is_lost()
                    && let Some((_, key)) = stop
                {
                    self.go_to(key);
                }
            });
        }
        rows
    }
}

/// Returns the selector of a row's link within the table.
fn link_of(key: Key) -> String {
    format!("[data-key=\"{key}\"] a")
}

/// Returns the rows of a range, and the tab stop wherever it is.
fn drawn(order: &[Key], range: &Range<usize>, stop: Option<(usize, Key)>) -> Vec<(usize, Key)> {
    let mut rows: Vec<_> = range
        .clone()
        .filter_map(|at| Some((at, *order.get(at)?)))
        .collect();
    match stop {
        Some(stop) if stop.0 < range.start => rows.insert(0, stop),
        Some(stop) if stop.0 >= range.end => rows.push(stop),
        _ => {}
    }
    rows
}

/// Returns the geometry of the rows, which is measured again at each change.
fn measured(body: NodeRef<html::Tbody>, order: Signal<Arc<Vec<Key>>>) -> ReadSignal<Geometry> {
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
                let now = geometry::geometry(&body);
                if geometry.try_get_untracked().is_some_and(|last| last != now) {
                    set_geometry.set(now);
                }
            }
        });
    };
    let watch = StoredValue::new_local(None::<Watch>);
    effect(move |_| {
        if let Some(body) = body.get() {
            watch.set_value(Some(Watch::over(&body, measure)));
        }
    });
    effect(move |_| {
        order.track();
        measure();
    });
    geometry
}

/// Returns a signal that is `true` while the page is being printed.
fn printing() -> ReadSignal<bool> {
    let (printing, set_printing) = signal(false);
    // The guard lives as long as its owner.
    StoredValue::new_local(geometry::printing(move |now| {
        set_printing.try_set(now);
    }));
    printing
}
