//! How far down each entry of the history was scrolled, so that Back leads to where a person was.
//!
//! The browser's own way of doing so comes too early for a page whose rows are drawn later. Each
//! entry carries a number in its state; how far down it was stays in memory.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use js_sys::{Object, Reflect};
use leptos::prelude::request_animation_frame;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{History, ScrollRestoration};

use super::{
    events::{self, EventListener},
    media,
};

/// The entry's number within its state.
const KEY: &str = "scroll";
/// For so many frames the page has stood where it should before it is let go: what was there before
/// may take one or two to go.
const STANDS: u32 = 3;
/// For so many frames at most it is tried.
const TRIES: u32 = 120;

thread_local! {
    /// By the bits of the entry's number.
    static PLACES: RefCell<HashMap<u64, f64>> = RefCell::default();
    /// The number given out last. Numbers are times, so that none is given out again after a reload.
    static LAST: Cell<f64> = const { Cell::new(0.0) };
    /// Which return is under way, if one is.
    static GOING: Cell<Option<u32>> = const { Cell::new(None) };
    static RETURNS: Cell<u32> = const { Cell::new(0) };
}

/// Remembers and returns, as long as the listeners are kept.
#[must_use]
pub fn keep() -> Vec<EventListener> {
    if let Some(history) = history() {
        // Refused in documents that are not shown only.
        let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
    }
    let mut listeners: Vec<_> = [
        events::on_window("popstate", go_back),
        events::on_window("scroll", note),
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
    if let Some(key) = key().or_else(mark) {
        PLACES.with_borrow_mut(|places| places.insert(key, media::scrolled()));
    }
}

fn go_back() {
    // Entries without a number are those of a link within the page.
    let Some(key) = key() else {
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

/// The number of the entry that the page is at.
fn key() -> Option<u64> {
    let state = history()?.state().ok()?;
    // Fails for what is no object.
    let key = Reflect::get(&state, &JsValue::from_str(KEY)).ok()?;
    key.as_f64().map(f64::to_bits)
}

/// Gives the entry a number.
fn mark() -> Option<u64> {
    let history = history()?;
    let state = history.state().ok()?;
    // What else is in it stays.
    let marked = Object::assign(&Object::new(), state.unchecked_ref());
    let key = js_sys::Date::now().max(LAST.get() + 1.0);
    LAST.set(key);
    Reflect::set(&marked, &JsValue::from_str(KEY), &JsValue::from_f64(key)).ok()?;
    history.replace_state(&marked, "").ok()?;
    Some(key.to_bits())
}

fn history() -> Option<History> {
    web_sys::window()?.history().ok()
}
