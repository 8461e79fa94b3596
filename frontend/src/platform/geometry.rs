//! Where an element stands in the window, and when that changes.

use std::fmt;

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, ResizeObserver, ScrollIntoViewOptions, ScrollLogicalPosition};

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
