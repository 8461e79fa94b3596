//! The browser's history, which may refuse writes.
//!
//! If there are too many writes, one is delayed and made later. Until then the address bar lags
//! behind, and [`current`] returns the address of the page.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use js_sys::{Function, Object, Reflect};
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{History, ScrollRestoration};

use super::address::Address;
use crate::write_queue::{Due, Write, WriteQueue};

/// The name of an entry's number in its state.
const KEY: &str = "scroll";

/// The state of an entry: the former state, and the number of the entry.
#[derive(Clone, Debug)]
struct State {
    former: JsValue,
    key: f64,
}

thread_local! {
    static QUEUE: RefCell<WriteQueue<State>> = RefCell::default();
    static TIMER: Cell<Option<TimeoutHandle>> = const { Cell::new(None) };
    /// The last number that was assigned. Numbers are times, so that none is assigned again after a
    /// reload.
    static LAST_KEY: Cell<f64> = const { Cell::new(0.0) };
}

/// Writes an address: as a new entry, or in place of the current one.
pub fn write(url: &str, adds: bool) {
    if unwritten().is_some() && written_address().as_deref() == Some(url) {
        // The page is back where the address bar has stayed.
        forget();
    } else if !adds || whole_address().as_deref() != Some(url) {
        offer(url.to_owned(), adds, JsValue::NULL);
    }
}

/// Drops a write that is still to be made, because its entry has been left.
pub fn forget() {
    QUEUE.with_borrow_mut(WriteQueue::forget);
}

/// Queues a write, which is made at once if possible.
fn offer(url: String, adds: bool, former: JsValue) {
    let key = if adds { None } else { key_bits() };
    let key = key.map_or_else(new_key, f64::from_bits);
    let state = State { former, key };
    QUEUE.with_borrow_mut(|queue| queue.offer(Write { url, adds, state }));
    pump();
}

fn pump() {
    if let Some(timer) = TIMER.take() {
        timer.clear();
    }
    let wait = loop {
        match QUEUE.with_borrow_mut(|queue| queue.due(super::elapsed())) {
            Due::Nothing => return,
            Due::In(wait) => break wait,
            Due::Now(write) => {
                let is_written = call(&write);
                QUEUE.with_borrow_mut(|queue| {
                    if is_written {
                        queue.written();
                    } else {
                        queue.refused(super::elapsed());
                    }
                });
            }
        }
    };
    let wait = Duration::from_secs_f64(wait.ceil() / 1_000.0);
    TIMER.set(set_timeout_with_handle(pump, wait).ok());
}

/// Writes an entry, and returns whether the browser has done so. Chromium does not report a
/// refusal.
fn call(write: &Write<State>) -> bool {
    let Some(history) = history() else {
        return false;
    };
    let name = if write.adds {
        "pushState"
    } else {
        "replaceState"
    };
    // Another script, such as an extension, may have set a function of its own, which may throw.
    let function = Reflect::get(&history, &JsValue::from_str(name));
    let Some(function) = function.ok().and_then(|it| it.dyn_into::<Function>().ok()) else {
        return false;
    };
    let state = Object::assign(&Object::new(), write.state.former.unchecked_ref());
    let key = JsValue::from_f64(write.state.key);
    // A plain object accepts any property.
    let _ = Reflect::set(&state, &JsValue::from_str(KEY), &key);
    let url = JsValue::from_str(&write.url);
    let answer = function.call3(&history, &state, &JsValue::from_str(""), &url);
    answer.is_ok() && written_address().as_ref() == Some(&write.url)
}

/// Takes the fragment out of the address and of its entry. Returns `None` if there is none, or if the
/// browser does not remove it: what cannot be removed is not used.
#[must_use]
pub fn take_fragment() -> Option<String> {
    let whole = written_address()?;
    let (rest, fragment) = whole.split_once('#')?;
    write(rest, false);
    (written_address().as_deref() == Some(rest)).then(|| fragment.to_owned())
}

/// Returns the address of the page, even if it is not written yet.
#[must_use]
pub fn current() -> Option<Address> {
    Address::resolve(&whole_address()?)
}

/// Returns the address of the page if it is not written yet.
#[must_use]
pub fn unwritten() -> Option<String> {
    let pending = QUEUE.with_borrow(|queue| queue.pending().map(|write| write.url.clone()));
    pending.filter(|url| written_address().as_ref() != Some(url))
}

fn whole_address() -> Option<String> {
    unwritten().or_else(written_address)
}

fn written_address() -> Option<String> {
    web_sys::window()?.location().href().ok()
}

/// Returns the number of the current entry, as bits; `None` for an entry that another script has
/// added.
#[must_use]
pub fn key_bits() -> Option<u64> {
    let pending = QUEUE.with_borrow(|queue| queue.pending().map(|write| write.state.key));
    let key = if let Some(key) = pending {
        key
    } else {
        let state = history()?.state().ok()?;
        // This fails if the state is not an object.
        Reflect::get(&state, &JsValue::from_str(KEY))
            .ok()?
            .as_f64()?
    };
    Some(key.to_bits())
}

/// Assigns a number to the current entry, and returns its bits.
pub fn number() -> Option<u64> {
    let url = whole_address()?;
    // The rest of the state stays.
    let state = history()?.state().ok()?;
    offer(url, false, state);
    key_bits()
}

/// Disables the browser's scroll restoration, because the app restores scroll positions itself.
pub fn leave_scrolling_to_us() {
    if let Some(history) = history() {
        // Only documents that are not active refuse this.
        let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
    }
}

fn new_key() -> f64 {
    let key = js_sys::Date::now().max(LAST_KEY.get() + 1.0);
    LAST_KEY.set(key);
    key
}

fn history() -> Option<History> {
    web_sys::window()?.history().ok()
}
