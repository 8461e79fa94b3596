//! Events of the window and the document. A listener is active until it is dropped.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

pub use gloo_events::EventListener;
use gloo_events::EventListenerOptions;
use leptos::prelude::on_cleanup;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Calls a function at an event of the window.
#[must_use]
pub fn on_window(
    event: &'static str,
    mut on_event: impl FnMut() + 'static,
) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, event, move |_| on_event()))
}

/// Calls a function at an event of the window, before any element handles the event.
#[must_use]
pub fn before_all(
    event: &'static str,
    mut on_event: impl FnMut() + 'static,
) -> Option<EventListener> {
    let window = web_sys::window()?;
    let options = EventListenerOptions::run_in_capture_phase();
    let listener = EventListener::new_with_options(&window, event, options, move |_| on_event());
    Some(listener)
}

/// Ignores the repeats of an Enter key that is held on a button or a link: a person wants the
/// action once.
#[must_use]
pub fn press_once() -> Option<EventListener> {
    let window = web_sys::window()?;
    let options = EventListenerOptions {
        passive: false,
        ..EventListenerOptions::run_in_capture_phase()
    };
    let listener = EventListener::new_with_options(&window, "keydown", options, |event| {
        let is_held = event
            .dyn_ref::<KeyboardEvent>()
            .is_some_and(|event| event.repeat() && event.key() == "Enter");
        let target = event.target().filter(|_| is_held);
        let pressed = target.and_then(|target| {
            let element = target.dyn_into::<Element>().ok()?;
            element.closest("a, button, summary").ok()?
        });
        if pressed.is_some() {
            event.prevent_default();
            event.stop_propagation();
        }
    });
    Some(listener)
}

/// Wraps an event handler, so that it does nothing once its owner is gone and its signals can no
/// longer be read. The element is removed from the document only after that, and fires a last event
/// if it had the focus or the pointer.
pub fn while_mounted<E>(mut handler: impl FnMut(E) + 'static) -> impl FnMut(E) + 'static {
    let is_mounted = Arc::new(AtomicBool::new(true));
    let mounted = Arc::clone(&is_mounted);
    on_cleanup(move || mounted.store(false, Ordering::Relaxed));
    move |event| {
        if is_mounted.load(Ordering::Relaxed) {
            handler(event);
        }
    }
}

/// Calls a function with `true` at the first event of the window, and with `false` at the second.
#[must_use]
pub fn between(
    events: [&'static str; 2],
    on_change: impl Fn(bool) + Clone + 'static,
) -> [Option<EventListener>; 2] {
    let [begin, end] = events;
    [(begin, true), (end, false)].map(|(event, begins)| {
        let on_change = on_change.clone();
        on_window(event, move || on_change(begins))
    })
}

/// Calls a function when the page becomes visible: its tab is in front, and its window is no longer
/// minimized.
#[must_use]
pub fn on_return(mut on_return: impl FnMut() + 'static) -> Option<EventListener> {
    let document = web_sys::window()?.document()?;
    let now = document.clone();
    let listener = EventListener::new(&document, "visibilitychange", move |_| {
        if !now.hidden() {
            on_return();
        }
    });
    Some(listener)
}

/// Returns whether the page is visible.
#[must_use]
pub fn is_seen() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_none_or(|document| !document.hidden())
}
