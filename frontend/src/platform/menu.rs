//! The keys of a menu: a popover whose items are links and buttons.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::unicode;

/// Moves the focus among the items of the menu with this id: up, down, first, last, or by a first
/// letter. On the menu's button, which is outside the menu, the down key opens it.
pub fn on_key(event: &KeyboardEvent, id: &str) {
    // With a modifier, the key has a meaning for the browser: Ctrl+R is not a letter.
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let Some(menu) = element(id) else {
        return;
    };
    let key = event.key();
    let is_open = menu.matches(":popover-open").unwrap_or(false);
    if !is_open {
        if key == "ArrowDown" {
            event.prevent_default();
            // The button opens the menu, so that the menu is positioned below it. `autofocus` moves
            // the focus.
            if let Some(button) = event.current_target().and_then(|it| it.dyn_into().ok()) {
                HtmlElement::click(&button);
            }
        }
        return;
    }
    let items = items(&menu);
    let active = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.active_element());
    let at = items
        .iter()
        .position(|item| active.as_ref() == Some(item.unchecked_ref::<Element>()));
    let last = items.len().saturating_sub(1);
    let next = match (key.as_str(), at) {
        ("ArrowDown", Some(at)) if at < last => at + 1,
        ("ArrowDown" | "Home", _) => 0,
        ("ArrowUp", Some(at)) if at > 0 => at - 1,
        ("ArrowUp" | "End", _) => last,
        // A letter moves to the next item that begins with it.
        (letter, at) if letter.chars().count() == 1 && letter != " " => {
            let after = at.map_or(0, |at| at + 1);
            let begins = |at: &usize| begins_with(items.get(*at), letter);
            match (after..items.len()).chain(0..after).find(begins) {
                Some(found) => found,
                None => return,
            }
        }
        _ => return,
    };
    event.prevent_default();
    if let Some(item) = items.get(next) {
        let _ = item.focus();
    }
}

/// Closes the menu with this id. The focus returns to its button.
pub fn close(id: &str) {
    if let Some(menu) = element(id) {
        // It fails if the menu is closed already.
        let _ = menu.hide_popover();
    }
}

fn element(id: &str) -> Option<HtmlElement> {
    let document = web_sys::window()?.document()?;
    document.get_element_by_id(id)?.dyn_into().ok()
}

fn begins_with(item: Option<&HtmlElement>, letter: &str) -> bool {
    // The text of a checkbox is in the label around it.
    let around = item.and_then(|item| item.closest("label").ok().flatten());
    let words = around.map_or_else(
        || item.map(HtmlElement::inner_text),
        |label| label.text_content(),
    );
    words.is_some_and(|words| {
        unicode::lower(words.trim_start()).starts_with(&unicode::lower(letter))
    })
}

fn items(menu: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(found) = menu.query_selector_all("a, button, input") else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|at| found.get(at)?.dyn_into().ok())
        .collect()
}
