//! Clicks on links that the app follows itself.

use gloo_events::EventListenerOptions;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlAnchorElement, MouseEvent};

use super::{address::Address, events::EventListener};

/// A link that was clicked.
#[derive(Clone, Debug)]
pub struct Link {
    /// The address that it leads to.
    pub to: Address,
    /// Whether it replaces the entry of the history: the element's property `replace`.
    pub replaces: bool,
    /// Whether the page is scrolled to its top: not if the link has the attribute `data-noscroll`.
    pub scrolls: bool,
}

/// Calls a function when a link within the app is clicked, in place of the browser's own
/// navigation, as long as the listener is kept. The browser follows a link in another tab, a link
/// with a `target`, a download, and a link to elsewhere, which other origins and `rel="external"`
/// are.
#[must_use]
pub fn on_click(on_link: impl Fn(&Link) + 'static) -> Option<EventListener> {
    let window = web_sys::window()?;
    let options = EventListenerOptions::enable_prevent_default();
    let listener = EventListener::new_with_options(&window, "click", options, move |event| {
        if let Some(link) = link_of(event) {
            event.prevent_default();
            on_link(&link);
        }
    });
    Some(listener)
}

fn link_of(event: &Event) -> Option<Link> {
    let click = event.dyn_ref::<MouseEvent>()?;
    let is_plain = click.button() == 0
        && !(click.meta_key() || click.alt_key() || click.ctrl_key() || click.shift_key());
    if event.default_prevented() || !is_plain {
        return None;
    }
    let clicked = event.target()?.dyn_into::<Element>().ok()?;
    let link = clicked.closest("a[href]").ok()??;
    let link = link.dyn_into::<HtmlAnchorElement>().ok()?;
    let is_elsewhere = !link.target().is_empty()
        || link.has_attribute("download")
        || link
            .rel()
            .split_ascii_whitespace()
            .any(|rel| rel == "external");
    if is_elsewhere {
        return None;
    }
    let replaces = Reflect::get(&link, &JsValue::from_str("replace"));
    Some(Link {
        to: Address::resolve(&link.href())?,
        replaces: replaces.is_ok_and(|replaces| replaces.is_truthy()),
        scrolls: !link.has_attribute("data-noscroll"),
    })
}
