//! Events of the window and the document. A listener listens until it is dropped.

pub use gloo_events::EventListener;

/// Calls back at an event of the window's.
#[must_use]
pub fn on_window(
    event: &'static str,
    mut on_event: impl FnMut() + 'static,
) -> Option<EventListener> {
    let window = web_sys::window()?;
    Some(EventListener::new(&window, event, move |_| on_event()))
}

/// Calls back with `true` at the first event of the window's, and with `false` at the second.
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

/// Calls back when the page is seen again: its tab is in front, its window no longer minimized.
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

/// Whether the page is seen.
#[must_use]
pub fn is_seen() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_none_or(|document| !document.hidden())
}
