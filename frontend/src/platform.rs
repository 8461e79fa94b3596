//! The only module of the app, beside `login`'s, that names the browser's own interfaces.

pub mod events;
pub mod focus;
pub mod geometry;
pub mod history;
pub mod media;
pub mod menu;
pub mod network;
pub mod scroll;
pub mod translated;
pub mod unicode;
pub mod web_font;

use std::cell::Cell;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{FocusOptions, HtmlElement};

use crate::times::Local;

thread_local! {
    /// Server's clock minus this computer's, in milliseconds.
    static SKEW: Cell<f64> = const { Cell::new(0.0) };
}

/// Sets our clock by the server's `Date` header. It counts whole seconds, so smaller differences
/// are left alone.
pub fn set_clock_by(date: &str) {
    let server = js_sys::Date::parse(date);
    let skew = server - js_sys::Date::now();
    if skew.is_finite() {
        SKEW.set(if skew.abs() < 2_000.0 { 0.0 } else { skew });
    }
}

/// The time in milliseconds, by the server's clock.
#[must_use]
pub fn now() -> f64 {
    js_sys::Date::now() + SKEW.get()
}

/// Milliseconds since the page began, by a clock that nobody corrects: for durations.
#[must_use]
pub fn elapsed() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or_else(js_sys::Date::now, |performance| performance.now())
}

/// An RFC 3339 time in milliseconds; not a number when it is none.
#[must_use]
pub fn millis(time: &str) -> f64 {
    js_sys::Date::parse(time)
}

/// A time as people write it, in their own time zone.
#[must_use]
pub fn exact(millis: f64) -> String {
    local(millis).words()
}

/// The day of a time, in the person's own time zone.
#[must_use]
pub fn date(millis: f64) -> String {
    local(millis).date()
}

/// A time as machines write it, RFC 3339; nothing when it is none.
#[must_use]
pub fn machine(millis: f64) -> String {
    if !millis.is_finite() {
        return String::new();
    }
    let date = js_sys::Date::new(&JsValue::from_f64(millis));
    date.to_iso_string().into()
}

/// Hours and minutes in the person's own time zone: `05:38`.
#[must_use]
pub fn clock(millis: f64) -> String {
    local(millis).hours()
}

fn local(millis: f64) -> Local {
    let date = js_sys::Date::new(&JsValue::from_f64(millis));
    Local {
        year: date.get_full_year(),
        month: date.get_month(),
        day: date.get_date(),
        clock: [date.get_hours(), date.get_minutes(), date.get_seconds()],
    }
}

/// The path and query that the page is at, to come back to.
#[must_use]
pub fn path_here() -> Option<String> {
    history::address()
}

/// The path that the page is at.
#[must_use]
pub fn path() -> Option<String> {
    history::path()
}

/// Goes back by an entry of the history.
pub fn back() {
    if let Some(history) = web_sys::window().and_then(|window| window.history().ok()) {
        let _ = history.back();
    }
}

/// Names the document.
pub fn set_title(title: &str) {
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title(title);
    }
}

/// Moves the focus to the element of that id.
pub fn focus(id: &str) {
    if let Some(element) = element(id) {
        let _ = element.focus();
    }
}

/// Moves the focus to the element of that id if it is nowhere: what had it went away.
pub fn focus_if_lost(id: &str) {
    if focus::focus_is_lost() {
        focus(id);
    }
}

/// The same, with the page scrolled as it is.
pub fn focus_unmoved(id: &str) {
    if let Some(element) = element(id) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// Whether the element of that id has the focus.
#[must_use]
pub fn has_focus(id: &str) -> bool {
    focus::active_element().is_some_and(|active| active.id() == id)
}

fn element(id: &str) -> Option<HtmlElement> {
    let document = web_sys::window()?.document()?;
    document.get_element_by_id(id)?.dyn_into().ok()
}

/// Asks for the stylesheets of the pages over Snyk's data, once.
pub fn load_data_styles() {
    let sheets = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| {
            document
                .query_selector_all("link.data-sheet[disabled]")
                .ok()
        });
    let Some(sheets) = sheets else {
        return;
    };
    for at in 0..sheets.length() {
        let sheet = sheets.get(at);
        if let Some(sheet) = sheet.and_then(|sheet| sheet.dyn_into::<web_sys::Element>().ok()) {
            // A link that is disabled is not fetched. It fails for names that are none only.
            let _ = sheet.remove_attribute("disabled");
        }
    }
}

/// Loads the page again: the one that is seen, where the address bar is behind.
pub fn reload() {
    let Some(window) = web_sys::window() else {
        return;
    };
    let _ = match history::unwritten() {
        Some(url) => window.location().replace(&url),
        None => window.location().reload(),
    };
}

/// Copies a text; `false` when the browser refuses.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    // Absent outside secure contexts.
    let clipboard = window.navigator().clipboard();
    if JsValue::from(clipboard.clone()).is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Selects everything that an element says, for a person to copy.
pub fn select(element: &web_sys::Node) {
    let selection = web_sys::window().and_then(|window| window.get_selection().ok()?);
    if let Some(selection) = selection {
        // It fails for doctypes only.
        let _ = selection.select_all_children(element);
    }
}

/// The address of the script that the document starts, which differs from build to build.
#[must_use]
pub fn script() -> Option<String> {
    let document = web_sys::window()?.document()?;
    let script = document.query_selector("link[rel=modulepreload]").ok()??;
    script.get_attribute("href")
}

/// Removes the words that stand until the app has started.
pub fn remove_starting() {
    let element = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("starting"));
    if let Some(element) = element {
        element.remove();
    }
}
