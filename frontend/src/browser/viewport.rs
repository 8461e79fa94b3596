//! Where an element stands in the window, and when that changes.

use std::fmt;

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Element, FocusOptions, HtmlElement, ResizeObserver, ScrollIntoViewOptions,
    ScrollLogicalPosition,
};

use super::events::{self, EventListener};
use crate::data::window::Geometry;

/// Calls back when the window scrolls or an element's size changes, until it is dropped.
pub struct Watch {
    _listeners: [Option<EventListener>; 2],
    _resized: Closure<dyn FnMut()>,
    observer: Option<ResizeObserver>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl Watch {
    /// Starts to watch.
    #[must_use]
    pub fn over(element: &Element, on_change: impl FnMut() + Clone + 'static) -> Self {
        let listeners =
            ["scroll", "resize"].map(|event| events::on_window(event, on_change.clone()));
        let resized = Closure::<dyn FnMut()>::new(on_change);
        let observer = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Self {
            _listeners: listeners,
            _resized: resized,
            observer,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// Calls back before the page is printed (`true`) and after, as long as the listeners are kept.
#[must_use]
pub fn printing(on_change: impl Fn(bool) + Clone + 'static) -> [Option<EventListener>; 2] {
    events::between(["beforeprint", "afterprint"], on_change)
}

/// Where the body of a table stands. The height of a row is that of the first one that is there.
#[must_use]
pub fn geometry(body: &Element) -> Geometry {
    let row = body
        .first_element_child()
        .map_or(f64::NAN, |row| row.get_bounding_client_rect().height());
    Geometry {
        top: body.get_bounding_client_rect().top(),
        row,
        height: window_height(),
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

/// Whether an event's target lies within `body`.
#[must_use]
pub fn contains(body: &Element, target: Option<web_sys::EventTarget>) -> bool {
    let node = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    node.is_some_and(|node| body.contains(Some(&node)))
}

/// Whether the window has the focus: an element keeps its own while another window has it.
#[must_use]
pub fn has_focus() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.has_focus().unwrap_or_default())
}

/// Gives an element the focus that it lost because it was moved within the document; not when the
/// focus has gone elsewhere. `false` when the element is no longer there.
pub fn refocus(element: &HtmlElement) -> bool {
    if is_nowhere() && element.is_connected() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
    element.is_connected()
}

/// Whether nothing has the focus, as after the element that had it was taken away.
#[must_use]
pub fn is_nowhere() -> bool {
    active_element().is_none_or(|active| active.tag_name() == "BODY")
}

/// Brings the element within `body` that matches into the middle of the window, unless it is in
/// sight.
pub fn bring_into_sight(body: &Element, selector: &str) {
    let Some(element) = body.query_selector(selector).ok().flatten() else {
        return;
    };
    let around = element.get_bounding_client_rect();
    if around.top() >= 0.0 && around.bottom() <= window_height() {
        return;
    }
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Center);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

fn window_height() -> f64 {
    web_sys::window()
        .and_then(|window| window.inner_height().ok())
        .and_then(|height| height.as_f64())
        .unwrap_or(f64::NAN)
}

/// The element with the focus.
pub(super) fn active_element() -> Option<Element> {
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
