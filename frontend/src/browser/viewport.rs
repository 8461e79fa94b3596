//! Where an element stands in the window, and when that changes.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    AddEventListenerOptions, Element, FocusOptions, HtmlElement, ResizeObserver,
    ScrollIntoViewOptions, ScrollLogicalPosition, Window,
};

use crate::data::window::Geometry;

/// What moves or resizes an element.
const EVENTS: [&str; 2] = ["scroll", "resize"];

/// Calls back when the window scrolls or an element's size changes, until it is dropped.
pub struct Watch {
    window: Window,
    listener: Closure<dyn FnMut()>,
    observer: Option<ResizeObserver>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

impl Watch {
    /// Starts to watch.
    #[must_use]
    pub fn over(element: &Element, on_change: impl FnMut() + 'static) -> Option<Self> {
        let window = web_sys::window()?;
        let listener = Closure::<dyn FnMut()>::new(on_change);
        let function = listener.as_ref().unchecked_ref();
        let passive = AddEventListenerOptions::new();
        passive.set_passive(true);
        for event in EVENTS {
            window
                .add_event_listener_with_callback_and_add_event_listener_options(
                    event, function, &passive,
                )
                .ok()?;
        }
        let observer = ResizeObserver::new(function).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Some(Self {
            window,
            listener,
            observer,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let function = self.listener.as_ref().unchecked_ref();
        for event in EVENTS {
            let _ = self
                .window
                .remove_event_listener_with_callback(event, function);
        }
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

type Listener = (&'static str, Closure<dyn FnMut()>);

/// Calls back before the page is printed (`true`) and after (`false`), until it is dropped.
pub struct Printing {
    window: Window,
    listeners: [Listener; 2],
}

impl std::fmt::Debug for Printing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Printing")
    }
}

impl Printing {
    /// Starts to listen.
    #[must_use]
    pub fn listen(on_change: impl Fn(bool) + Clone + 'static) -> Option<Self> {
        let window = web_sys::window()?;
        let listeners = [("beforeprint", true), ("afterprint", false)].map(|(event, printing)| {
            let on_change = on_change.clone();
            (
                event,
                Closure::<dyn FnMut()>::new(move || on_change(printing)),
            )
        });
        for (event, listener) in &listeners {
            window
                .add_event_listener_with_callback(event, listener.as_ref().unchecked_ref())
                .ok()?;
        }
        Some(Self { window, listeners })
    }
}

impl Drop for Printing {
    fn drop(&mut self) {
        for (event, listener) in &self.listeners {
            let _ = self
                .window
                .remove_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        }
    }
}

/// Where the body of a table stands. The height of a row is that of the first one that is there.
#[must_use]
pub fn geometry(body: &Element) -> Geometry {
    let height = web_sys::window()
        .and_then(|window| window.inner_height().ok())
        .and_then(|height| height.as_f64())
        .unwrap_or(f64::NAN);
    let row = body
        .first_element_child()
        .map_or(f64::NAN, |row| row.get_bounding_client_rect().height());
    Geometry {
        top: body.get_bounding_client_rect().top(),
        row,
        height,
    }
}

/// Gives the focus to the element within `body` that matches, and brings it into sight. `false` when
/// there is none.
pub fn focus_within(body: &Element, selector: &str) -> bool {
    let found = body.query_selector(selector).ok().flatten();
    let Some(element) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let _ = element.focus();
    // Focus alone does not bring it out from under a sticky head in every browser.
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
    true
}

/// The element with the focus, if it lies within `body`.
#[must_use]
pub fn focused_within(body: &Element) -> Option<HtmlElement> {
    let active = active_element()?;
    if !body.contains(Some(&active)) {
        return None;
    }
    active.dyn_into().ok()
}

/// Gives an element the focus that it lost because it was moved within the document; not when the
/// focus has gone elsewhere.
pub fn refocus(element: &HtmlElement) {
    let nowhere = active_element().is_none_or(|active| active.tag_name() == "BODY");
    if nowhere && element.is_connected() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

fn active_element() -> Option<Element> {
    web_sys::window()?.document()?.active_element()
}

/// The value of an attribute of the nearest element around an event's target that has it.
#[must_use]
pub fn attribute_around(target: Option<web_sys::EventTarget>, name: &str) -> Option<String> {
    let element = target?.dyn_into::<Element>().ok()?;
    element
        .closest(&format!("[{name}]"))
        .ok()??
        .get_attribute(name)
}

/// A text taken apart into letters and marks.
#[must_use]
pub fn taken_apart(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let apart = js_sys::JsString::from(text).normalize("NFD");
    JsValue::from(apart).as_string().unwrap_or_default()
}

/// Whether a key that was pressed there is text.
#[must_use]
pub fn is_typing(target: Option<web_sys::EventTarget>) -> bool {
    target
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| {
            element
                .closest("input, textarea, select, [contenteditable]")
                .ok()
        })
        .is_some_and(|around| around.is_some())
}
