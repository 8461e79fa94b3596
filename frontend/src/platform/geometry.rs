//! The position of an element in the viewport, and its changes.

use std::fmt;

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, ResizeObserver, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::events::{self, EventListener};
use crate::data::window::Geometry;

/// Calls a function when the window is scrolled or resized, or when the size of an element changes,
/// until it is dropped.
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
    /// Starts to watch an element.
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

/// Calls a function before (`true`) and after (`false`) printing, as long as the listeners are
/// kept.
#[must_use]
pub fn printing(on_change: impl Fn(bool) + Clone + 'static) -> [Option<EventListener>; 2] {
    events::between(["beforeprint", "afterprint"], on_change)
}

/// Measures the body of a table. The first row determines the height of all rows.
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

/// Scrolls the matching element within `body` to the middle of the viewport, unless it is in sight.
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
