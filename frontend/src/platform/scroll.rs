//! The scroll position of each entry of the history, which Back restores.
//!
//! The browser's own restoration comes too early for a page whose rows are drawn later. Each entry
//! has a number in its state ([`history`]); its scroll position stays in memory.

use std::cell::{Cell, RefCell};

use leptos::prelude::request_animation_frame;

use super::{
    events::{self, EventListener},
    history, media,
};

/// Number of frames for which the page must keep its position before a restoration ends: the
/// previous content may take one or two frames to disappear.
const STANDS: u32 = 3;
/// Maximum number of frames of a restoration.
const TRIES: u32 = 120;

thread_local! {
    /// The scroll positions, by the bits of the entry's number.
    static PLACES: RefCell<Vec<(u64, f64)>> = RefCell::default();
    /// The number of the current restoration, if there is one.
    static GOING: Cell<Option<u32>> = const { Cell::new(None) };
    static RETURNS: Cell<u32> = const { Cell::new(0) };
}

/// Records and restores scroll positions, as long as the listeners are kept. A listener that drops
/// what is still to be written to the history must be registered before.
#[must_use]
pub fn keep() -> Vec<EventListener> {
    history::leave_scrolling_to_us();
    let mut listeners: Vec<_> = [
        events::on_window("popstate", go_back),
        events::on_window("scroll", note),
        // Before a click has any effect. The event of a scroll comes with the next frame, when
        // another entry may be the current one.
        events::before_all("click", note),
    ]
    .into_iter()
    .flatten()
    .collect();
    // A person who acts has chosen the position.
    let acts = ["wheel", "touchmove", "pointerdown", "keydown"];
    listeners.extend(
        acts.into_iter()
            .filter_map(|act| events::on_window(act, || GOING.set(None))),
    );
    listeners
}

/// Returns whether a scroll position is being restored.
#[must_use]
pub fn is_going_back() -> bool {
    GOING.get().is_some()
}

/// Scrolls to the element that the fragment of an address names, or else to the top of the page.
pub fn to_fragment(fragment: &str) {
    let id =
        js_sys::decode_uri_component(fragment).map_or_else(|_| fragment.to_owned(), Into::into);
    match super::element(&id) {
        Some(element) => element.scroll_into_view(),
        None => media::scroll_to(0.0),
    }
}

/// Records the scroll position of the current entry in the next frame, because an entry that is
/// never scrolled has a position too.
pub fn note_soon() {
    request_animation_frame(note);
}

fn note() {
    // During a restoration the current position means nothing.
    if is_going_back() {
        return;
    }
    if let Some(key) = history::key_bits().or_else(history::number) {
        PLACES.with_borrow_mut(|places| {
            places.retain(|(known, _)| *known != key);
            places.push((key, media::scrolled()));
        });
    }
}

fn go_back() {
    // Entries without a number come from links within the page.
    let Some(key) = history::key_bits() else {
        return;
    };
    let place = PLACES.with_borrow(|places| {
        let found = places.iter().find(|(known, _)| *known == key);
        found.map(|(_, place)| *place)
    });
    let turn = RETURNS.get().wrapping_add(1);
    RETURNS.set(turn);
    GOING.set(Some(turn));
    step(turn, place.unwrap_or_default(), 0, 0);
}

/// Restores a position in each frame, until the page has kept it for some frames.
fn step(turn: u32, place: f64, tries: u32, stood: u32) {
    request_animation_frame(move || {
        if GOING.get() != Some(turn) {
            return;
        }
        let is_there = (media::scrolled() - place).abs() < 1.0;
        if !is_there {
            media::scroll_to(place);
        }
        let stood = if is_there { stood + 1 } else { 0 };
        if stood >= STANDS || tries >= TRIES {
            GOING.set(None);
            note();
        } else {
            step(turn, place, tries + 1, stood);
        }
    });
}
