//! The browser's history, which may refuse to be written.
//!
//! The router calls `pushState` and `replaceState` itself and panics when they throw. So these two are
//! guarded, on the one object that everything calls them on: a call never throws, it waits when there
//! are too many of them, and what waits is written later. Until then the address bar is behind, and
//! [`address`] says where the page is.

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

/// The number of an entry, within its state.
const KEY: &str = "scroll";
const PUSH: &str = "pushState";
const REPLACE: &str = "replaceState";

/// What goes with an entry: what the caller gave, and the entry's number.
#[derive(Clone, Debug)]
struct State {
    given: JsValue,
    key: f64,
}

thread_local! {
    static QUEUE: RefCell<WriteQueue<State>> = RefCell::default();
    static TIMER: Cell<Option<TimeoutHandle>> = const { Cell::new(None) };
    /// Where the router is.
    static ROUTER: RefCell<String> = const { RefCell::new(String::new()) };
    /// The number given out last. Numbers are times, so that none is given out again after a reload.
    static LAST_KEY: Cell<f64> = const { Cell::new(0.0) };
    /// A call is under way, so one that comes now is its own.
    static IS_CALLING: Cell<bool> = const { Cell::new(false) };
    /// What others have put in the place of `pushState` and `replaceState`.
    static OTHERS: RefCell<[Option<Function>; 2]> = const { RefCell::new([None, None]) };
}

/// Guards the history from here on. For a start, before there is a router. The listener has to be
/// kept.
#[must_use]
pub fn guard() -> Option<EventListener> {
    let history = history()?;
    for (at, name) in [PUSH, REPLACE].into_iter().enumerate() {
        install(&history, at, name);
    }
    // The entry that something was to be written into has been left.
    events::on_window("popstate", || {
        QUEUE.with_borrow_mut(WriteQueue::forget);
    })
}

/// Puts the guard in the place of a function of the history. What others put there later, an
/// extension say, is called by it, and finds it as what was there before.
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
        // A plain object takes any property.
        let _ = Reflect::set(&descriptor, &JsValue::from_str(part), &value);
    }
    // Where it fails, the browser's own stays, as if there were no guard.
    let _ = Reflect::define_property(history, &JsValue::from_str(name), &descriptor);
}

fn on_call(at: usize, state: &JsValue, title: &JsValue, url: &JsValue) -> Result<(), JsValue> {
    if IS_CALLING.get() {
        // What others put in our place calls what it found there.
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

/// Asks for a write, which comes at once where it can.
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

/// Writes, and says whether the browser has. Chromium says nothing when it refuses.
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
    // A plain object takes any property.
    let _ = Reflect::set(&state, &JsValue::from_str(KEY), &key);
    IS_CALLING.set(true);
    let url = JsValue::from_str(&write.url);
    let answer = function.call3(&history, &state, &JsValue::from_str(""), &url);
    IS_CALLING.set(false);
    answer.is_ok() && written_address().as_ref() == Some(&write.url)
}

/// The browser's own function, as the prototype has it now.
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

/// The path and the query that the page is at, whether they are written or not.
#[must_use]
pub fn address() -> Option<String> {
    let url = web_sys::Url::new(&whole_address()?).ok()?;
    Some(url.pathname() + &url.search())
}

/// The same of the path.
#[must_use]
pub fn path() -> Option<String> {
    Some(web_sys::Url::new(&whole_address()?).ok()?.pathname())
}

/// Where the page is, if that is not written yet.
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

/// The whole of an address; none for one that lies elsewhere, which no entry can have.
fn resolve(url: &str) -> Option<String> {
    let location = web_sys::window()?.location();
    let url = web_sys::Url::new_with_base(url, &location.href().ok()?).ok()?;
    (url.origin() == location.origin().ok()?).then(|| url.href())
}

/// The router is at this path, query and fragment. It compares with an address bar that may have
/// been behind, and then leaves out a call: this makes up for it, once it has had the time to call.
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

/// The number of the entry that the page is at, as bits; none for one that somebody else made.
#[must_use]
pub fn key_bits() -> Option<u64> {
    let pending = QUEUE.with_borrow(|queue| queue.pending().map(|write| write.state.key));
    let key = if let Some(key) = pending {
        key
    } else {
        let state = history()?.state().ok()?;
        // Fails for what is no object.
        Reflect::get(&state, &JsValue::from_str(KEY))
            .ok()?
            .as_f64()?
    };
    Some(key.to_bits())
}

/// Gives the entry that the page is at a number.
pub fn number() -> Option<u64> {
    let url = whole_address()?;
    // What else is in its state stays.
    let state = history()?.state().ok()?;
    offer(url, false, state);
    key_bits()
}

/// Has the browser leave it to us where an entry is scrolled to.
pub fn leave_scrolling_to_us() {
    if let Some(history) = history() {
        // Refused in documents that are not shown only.
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
