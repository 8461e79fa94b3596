//! The interfaces of the browser. Apart from `login` and `door`, no other module of the app names them.

pub mod address;
pub mod download;
pub mod events;
pub mod focus;
pub mod geometry;
pub mod history;
pub mod links;
pub mod media;
pub mod menu;
pub mod network;
pub mod scroll;
pub mod tabs;
pub mod timing;
pub mod translated;
pub mod unicode;

use std::cell::Cell;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{FocusOptions, HtmlElement};

use crate::times::Local;

thread_local! {
    /// The server's clock minus this computer's, in milliseconds.
    static SKEW: Cell<f64> = const { Cell::new(0.0) };
}

/// Sets the clock by the server's `Date` header. The header counts whole seconds, so differences
/// below two seconds are ignored.
pub fn set_clock_by(date: &str) {
    let server = js_sys::Date::parse(date);
    let skew = server - js_sys::Date::now();
    if skew.is_finite() {
        SKEW.set(if skew.abs() < 2_000.0 { 0.0 } else { skew });
    }
}

/// Returns the time in milliseconds, by the server's clock.
#[must_use]
pub fn now() -> f64 {
    js_sys::Date::now() + SKEW.get()
}

/// Returns the milliseconds since the page was opened, by a clock that is never set: for durations.
#[must_use]
pub fn elapsed() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or_else(js_sys::Date::now, |performance| performance.now())
}

/// Parses an RFC 3339 time into milliseconds; NaN if invalid.
#[must_use]
pub fn millis(time: &str) -> f64 {
    js_sys::Date::parse(time)
}

/// Formats a time in the person's time zone: `24 Nov 2026, 05:41:07`.
#[must_use]
pub fn exact(millis: f64) -> String {
    local(millis).words()
}

/// Formats the date of a time in the person's time zone.
#[must_use]
pub fn date(millis: f64) -> String {
    local(millis).date()
}

/// Formats a time as RFC 3339; an empty text if it is not finite.
#[must_use]
pub fn machine(millis: f64) -> String {
    if !millis.is_finite() {
        return String::new();
    }
    let date = js_sys::Date::new(&JsValue::from_f64(millis));
    date.to_iso_string().into()
}

/// Formats hours and minutes in the person's time zone: `05:38`.
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

/// Returns path and query of the page, to return to.
#[must_use]
pub fn path_here() -> Option<String> {
    let here = history::current()?;
    let mark = if here.query.is_empty() { "" } else { "?" };
    Some(format!("{}{mark}{}", here.path, here.query))
}

/// Returns the absolute address of the page, without a fragment.
#[must_use]
pub fn address() -> Option<String> {
    let origin = web_sys::window()?.location().origin().ok()?;
    Some(format!("{origin}{}", path_here()?))
}

/// Returns the host of the page, with its port; empty if it is not known.
#[must_use]
pub fn host() -> String {
    web_sys::window()
        .and_then(|window| window.location().host().ok())
        .unwrap_or_default()
}

/// Returns the path of the page.
#[must_use]
pub fn path() -> Option<String> {
    Some(history::current()?.path)
}

/// Goes back by one entry of the history.
pub fn back() {
    if let Some(history) = web_sys::window().and_then(|window| window.history().ok()) {
        let _ = history.back();
    }
}

/// Sets the title of the document.
pub fn set_title(title: &str) {
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title(title);
    }
}

/// Moves the focus to the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = element(id) {
        let _ = element.focus();
    }
}

/// Moves the focus to the element with this id if no element has the focus, because the one that
/// had it was removed.
pub fn focus_if_lost(id: &str) {
    if focus::focus_is_lost() {
        focus(id);
    }
}

/// Moves the focus to the element with this id, without scrolling.
pub fn focus_unmoved(id: &str) {
    if let Some(element) = element(id) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// Returns whether the element with this id has the focus.
#[must_use]
pub fn has_focus(id: &str) -> bool {
    focus::active_element().is_some_and(|active| active.id() == id)
}

fn element(id: &str) -> Option<HtmlElement> {
    let document = web_sys::window()?.document()?;
    document.get_element_by_id(id)?.dyn_into().ok()
}

/// Requests the stylesheets of the pages that show Snyk's data, once.
pub fn load_data_styles() {
    load_sheets("link.data-sheet[disabled]");
}

/// Requests the stylesheet of one page, once, beside those of all data.
pub fn load_styles_of(page: &str) {
    load_data_styles();
    load_sheets(&format!("link.{page}-sheet[disabled]"));
}

fn load_sheets(selector: &str) {
    let sheets = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector_all(selector).ok());
    let Some(sheets) = sheets else {
        return;
    };
    for at in 0..sheets.length() {
        let sheet = sheets.get(at);
        if let Some(sheet) = sheet.and_then(|sheet| sheet.dyn_into::<web_sys::Element>().ok()) {
            // A disabled link is not fetched. Removing an attribute fails only for invalid names.
            let _ = sheet.remove_attribute("disabled");
        }
    }
}

/// Reloads the page that is shown, even if the address bar lags behind.
pub fn reload() {
    let Some(window) = web_sys::window() else {
        return;
    };
    let _ = match history::unwritten() {
        Some(url) => window.location().replace(&url),
        None => window.location().reload(),
    };
}

/// Copies a text. Returns `false` if the browser refuses.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    // The clipboard is absent outside secure contexts.
    let clipboard = window.navigator().clipboard();
    if JsValue::from(clipboard.clone()).is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Selects the content of an element, so that the person can copy it.
pub fn select(element: &web_sys::Node) {
    let selection = web_sys::window().and_then(|window| window.get_selection().ok()?);
    if let Some(selection) = selection {
        // It fails only for doctypes.
        let _ = selection.select_all_children(element);
    }
}

/// Returns the id of the build of this page, which differs if anything of the page does.
#[must_use]
pub fn build_id() -> Option<String> {
    let document = web_sys::window()?.document()?;
    let element = document.query_selector("meta[name=build-id]").ok()??;
    element.get_attribute("content")
}
