//! Which element has the focus, and giving it to another one.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

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
    if focus_is_lost() && element.is_connected() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
    element.is_connected()
}

/// Whether nothing has the focus, as after the element that had it was taken away.
#[must_use]
pub fn focus_is_lost() -> bool {
    active_element().is_none_or(|active| active.tag_name() == "BODY")
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
