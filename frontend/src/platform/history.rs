//! The browser's history, which may refuse writes.
//!
//! The router itself calls `pushState` and `replaceState`, and panics if they throw. Therefore both
//! are replaced, on the one object on which everything calls them. A call never throws. If there
//! are too many calls, one is delayed and written later. Until then the address bar lags behind,
//! and [`address`] returns the address of the page.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use js_sys::{Function, Object, Reflect};
use leptos::{
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    prelude::request_animation_frame,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{History, ScrollRestoration};

use super::events::{self, EventListener};
use crate::write_queue::{Due, Write, WriteQueue};

/// The name of an entry's number in its state.
const KEY: &str = "scroll";
const PUSH: &str = "pushState";
const REPLACE: &str = "replaceState";

/// The state of an entry: the caller's state, and the number of the entry.
#[derive(Clone, Debug)]
struct State {
    given: JsValue,
    key: f64,
}

thread_local! {
    static QUEUE: RefCell<WriteQueue<State>> = RefCell::default();
    static TIMER: Cell<Option<TimeoutHandle>> = const { Cell::new(None) };
    /// The address of the router.
    static ROUTER: RefCell<String> = const { RefCell::new(String::new()) };
    /// The last number that was assigned. Numbers are times, so that none is assigned again after a
    /// reload.
    static LAST_KEY: Cell<f64> = const { Cell::new(0.0) };
    /// Whether a call is being made. Another call during that time comes from the called function.
    static IS_CALLING: Cell<bool> = const { Cell::new(false) };
    /// The functions that other scripts have set instead of `pushState` and `replaceState`.
    static OTHERS: RefCell<[Option<Function>; 2]> = const { RefCell::new([None, None]) };
}

/// Replaces the functions of the history. Must be called before there is a router, and the listener
/// must be kept.
#[must_use]
pub fn guard() -> Option<EventListener> {
    let history = history()?;
    for (at, name) in [PUSH, REPLACE].into_iter().enumerate() {
        install(&history, at, name);
    }
    // The entry that was to be written has been left.
    events::on_window("popstate", || {
        QUEUE.with_borrow_mut(WriteQueue::forget);
    })
}

/// Replaces a function of the history. If another script, such as an extension, sets a function
/// later, this one calls that function, which in turn finds this one as its predecessor.
fn install(history: &History, at: usize, name: &'static str) {
    let before = Reflect::get_own_property_descriptor(history, &JsValue::from_str(name))
        .ok()
        .filter(|descriptor| !descriptor.is_undefined())
        .and_then(|_| function(history, name));
    OTHERS.with_borrow_mut(|others| others[at] = before);
    let call = Closure::<dyn Fn(JsValue, JsValue, JsValue) -> Result<(), JsValue>>::new(
        move |state, title: JsValue, url: JsValue| on_call(at, &state, &title, &url),
    )
    .into_js_value();
    let get = Closure::<dyn Fn() -> JsValue>::new(move || call.clone()).into_js_value();
    let set = Closure::<dyn Fn(JsValue)>::new(move |other: JsValue| {
        OTHERS.with_borrow_mut(|others| others[at] = other.dyn_into().ok());
    })
    .into_js_value();
    let descriptor = Object::new();
    for (part, value) in [("get", get), ("set", set), ("configurable", JsValue::TRUE)] {
        // A plain object accepts any property.
        let _ = Reflect::set(&descriptor, &JsValue::from_str(part), &value);
    }
    // If it fails, the browser's own function remains, as without a replacement.
    let _ = Reflect::define_property(history, &JsValue::from_str(name), &descriptor);
}

fn on_call(at: usize, state: &JsValue, title: &JsValue, url: &JsValue) -> Result<(), JsValue> {
    if IS_CALLING.get() {
        // The function that another script has set calls its predecessor.
        let history = history().ok_or(JsValue::UNDEFINED)?;
        return native(&history, at)?
            .call3(&history, state, title, url)
            .map(drop);
    }
    let url = url.as_string().or_else(whole_address).unwrap_or_default();
    let Some(url) = resolve(&url) else {
        return Ok(());
    };
    offer(url, at == 0, state.clone());
    Ok(())
}

/// Queues a write, which is made at once if possible.
fn offer(url: String, adds: bool, given: JsValue) {
    if adds && whole_address().as_ref() == Some(&url) {
        return;
    }
    let key = if adds { None } else { key_bits() };
    let key = key.map_or_else(new_key, f64::from_bits);
    let state = State { given, key };
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
    let at = usize::from(!write.adds);
    let other = OTHERS.with_borrow(|others| others[at].clone());
    let Some(function) = other.or_else(|| native(&history, at).ok()) else {
        return false;
    };
    let state = Object::assign(&Object::new(), write.state.given.unchecked_ref());
    let key = JsValue::from_f64(write.state.key);
    // A plain object accepts any property.
    let _ = Reflect::set(&state, &JsValue::from_str(KEY), &key);
    IS_CALLING.set(true);
    let url = JsValue::from_str(&write.url);
    let answer = function.call3(&history, &state, &JsValue::from_str(""), &url);
    IS_CALLING.set(false);
    answer.is_ok() && written_address().as_ref() == Some(&write.url)
}

/// Returns the browser's own function, as the prototype has it now.
fn native(history: &History, at: usize) -> Result<Function, JsValue> {
    let prototype = Object::get_prototype_of(history);
    function(&prototype, [PUSH, REPLACE][at]).ok_or(JsValue::UNDEFINED)
}

fn function(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &JsValue::from_str(name))
        .ok()?
        .dyn_into()
        .ok()
}

/// Returns path and query of the page, even if they are not written yet.
#[must_use]
pub fn address() -> Option<String> {
    let url = web_sys::Url::new(&whole_address()?).ok()?;
    Some(url.pathname() + &url.search())
}

/// Returns the path of the page, even if it is not written yet.
#[must_use]
pub fn path() -> Option<String> {
    Some(web_sys::Url::new(&whole_address()?).ok()?.pathname())
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

/// Resolves an address. Returns `None` for another origin, which no entry can have.
fn resolve(url: &str) -> Option<String> {
    let location = web_sys::window()?.location();
    let url = web_sys::Url::new_with_base(url, &location.href().ok()?).ok()?;
    (url.origin() == location.origin().ok()?).then(|| url.href())
}

/// Records the router's path, query and fragment. The router omits a call if an address bar that
/// lags behind has the same address. This function makes up for such a call after two frames, in
/// which the router has had the time to call.
pub fn settle(at: String) {
    ROUTER.set(at);
    request_animation_frame(|| {
        request_animation_frame(|| {
            let Some(url) = ROUTER.with_borrow(|at| resolve(at)) else {
                return;
            };
            if whole_address().as_ref() == Some(&url) {
                return;
            }
            if written_address().as_ref() == Some(&url) {
                QUEUE.with_borrow_mut(WriteQueue::forget);
            } else {
                offer(url, true, JsValue::NULL);
            }
        });
    });
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
