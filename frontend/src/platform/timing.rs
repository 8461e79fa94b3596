//! What the browser has measured of this document.

use wasm_bindgen::JsCast;
use web_sys::{Performance, PerformanceEntry, PerformanceResourceTiming};

fn performance() -> Option<Performance> {
    web_sys::window()?.performance()
}

/// Returns the time of a mark, in milliseconds since the document was opened.
#[must_use]
pub fn mark(name: &str) -> Option<f64> {
    let marks = performance()?.get_entries_by_name_with_entry_type(name, "mark");
    let last: PerformanceEntry = marks.iter().next_back()?.dyn_into().ok()?;
    Some(last.start_time())
}

/// Returns when the last request to this path of our server was sent, and when its answer had come,
/// in milliseconds since the document was opened.
#[must_use]
pub fn request(path: &str) -> Option<(f64, f64)> {
    let requests = performance()?.get_entries_by_type("resource");
    let last = requests
        .iter()
        .rev()
        .filter_map(|entry| entry.dyn_into::<PerformanceResourceTiming>().ok())
        .find(|entry| entry.name().ends_with(path))?;
    Some((last.start_time(), last.response_end()))
}
