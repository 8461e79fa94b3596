//! How far down each entry of the history was scrolled, so that Back leads to where a person was.
//!
//! The browser's own way of doing so comes too early for a page whose rows are drawn later. Each
//! entry carries a number in its state ([`history`]); how far down it was stays in memory.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use leptos::prelude::request_animation_frame;

use super::{
    events::{self, EventListener},
    history, media,
};

/// For so many frames the page has stood where it should before it is let go: what was there before
/// may take one or two to go.
const STANDS: u32 = 3;
/// For so many frames at most it is tried.
const TRIES: u32 = 120;

thread_local! {
    /// By the bits of the entry's number.
    static PLACES: RefCell<HashMap<u64, f64>> = RefCell::default();
    /// Which return is under way, if one is.
    static GOING: Cell<Option<u32>> = const { Cell::new(None) };
    static RETURNS: Cell<u32> = const { Cell::new(0) };
}

/// Remembers and returns, as long as the listeners are kept.
#[must_use]
pub fn keep() -> Vec<EventListener> {
    history::leave_scrolling_to_us();
    let mut listeners: Vec<_> = [
        events::on_window("popstate", go_back),
        events::on_window("scroll", note),
        // Before anything that a click leads to: the event of a scroll comes with the next frame, when
        // the entry may be another one.
        events::before_all("click", note),
    ]
    .into_iter()
    .flatten()
    .collect();
    // Whoever acts is where they want to be.
    let acts = ["wheel", "touchmove", "pointerdown", "keydown"];
    listeners.extend(
        acts.into_iter()
            .filter_map(|act| events::on_window(act, || GOING.set(None))),
    );
    listeners
}

/// Whether the page is on its way back to where it was scrolled to.
#[must_use]
pub fn is_going_back() -> bool {
    GOING.get().is_some()
}

/// Notes how far down the entry is, in the next frame: an entry that is never scrolled begins
/// somewhere too.
pub fn note_soon() {
    request_animation_frame(note);
}

fn note() {
    // On the way back, what is not yet there says nothing.
    if is_going_back() {
        return;
    }
    if let Some(key) = history::key_bits().or_else(history::number) {
        PLACES.with_borrow_mut(|places| places.insert(key, media::scrolled()));
    }
}

fn go_back() {
    // Entries without a number are those of a link within the page.
    let Some(key) = history::key_bits() else {
        return;
    };
    let place = PLACES.with_borrow(|places| places.get(&key).copied());
    let turn = RETURNS.get().wrapping_add(1);
    RETURNS.set(turn);
    GOING.set(Some(turn));
    step(turn, place.unwrap_or_default(), 0, 0);
}

/// Once a frame, until the page has stood there for some.
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
