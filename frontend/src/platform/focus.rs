//! The element with the focus, and moving the focus.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Moves the focus to the matching element within `body` and scrolls to it. Returns `false` if
/// there is none.
pub fn focus_within(body: &Element, selector: &str) -> bool {
    let found = body.query_selector(selector).ok().flatten();
    let Some(element) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let _ = element.focus();
    // In some browsers, the focus alone does not scroll an element out from under a sticky header.
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
    true
}

/// Returns the element with the focus, if it is within `body`.
#[must_use]
pub fn focused_within(body: &Element) -> Option<HtmlElement> {
    let active = active_element()?;
    if !body.contains(Some(&active)) {
        return None;
    }
    active.dyn_into().ok()
}

/// Returns whether an event's target is within `body`.
#[must_use]
pub fn contains(body: &Element, target: Option<web_sys::EventTarget>) -> bool {
    let node = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    node.is_some_and(|node| body.contains(Some(&node)))
}

/// Returns whether the window has the focus. An element keeps its focus while another window has
/// it.
#[must_use]
pub fn has_focus() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.has_focus().unwrap_or_default())
}

/// Gives the focus back to an element that lost it by moving within the document, unless the
/// focus has moved elsewhere. Returns `false` if the element is no longer in the document.
pub fn refocus(element: &HtmlElement) -> bool {
    if focus_is_lost() && element.is_connected() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
    element.is_connected()
}

/// Returns whether no element has the focus, as after the one that had it was removed.
#[must_use]
pub fn focus_is_lost() -> bool {
    active_element().is_none_or(|active| active.tag_name() == "BODY")
}

/// Returns the element with the focus.
pub(super) fn active_element() -> Option<Element> {
    web_sys::window()?.document()?.active_element()
}

/// Returns the value of an attribute of the nearest ancestor of an event's target that has the
/// attribute, the target included.
#[must_use]
pub fn attribute_around(target: Option<web_sys::EventTarget>, name: &str) -> Option<String> {
    let element = target?.dyn_into::<Element>().ok()?;
    element
        .closest(&format!("[{name}]"))
        .ok()??
        .get_attribute(name)
}

/// Returns whether a key that is pressed at an event's target is text.
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
