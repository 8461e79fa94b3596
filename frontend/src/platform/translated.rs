//! Keeps a page correct that a translator has rewritten.
//!
//! Translators in browsers replace a text by a `<font>`. The view keeps the text node that it has
//! created: what it writes there is not visible, and it cannot insert anything beside the node.
//! Therefore this module puts the node back before the `<font>`, empty. When the view writes to the
//! node or removes it, the `<font>` is removed, and the translator finds a new text.
//!
//! `translate="no"` on every count would leave an English count in a translated sentence, and a
//! translator that does not know the attribute would still break it.

use std::cell::RefCell;

use js_sys::{Array, WeakMap};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, MutationObserver, MutationObserverInit, MutationRecord, Node, Text};

/// Follows translations for as long as the page lives.
pub fn follow() {
    let pairs = RefCell::new(Pairs::default());
    let on_change = Closure::<dyn FnMut(Array)>::new(move |records: Array| {
        let mut pairs = pairs.borrow_mut();
        for record in records.iter() {
            pairs.follow(&record.unchecked_into());
        }
    });
    let body = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.body());
    let observer = MutationObserver::new(on_change.as_ref().unchecked_ref());
    if let (Some(body), Ok(observer)) = (body, observer) {
        let options = MutationObserverInit::new();
        options.set_child_list(true);
        options.set_character_data(true);
        options.set_subtree(true);
        // It fails only for contradictory options.
        let _ = observer.observe_with_options(&body, &options);
        on_change.forget();
    }
}

/// The pairs of texts and their translations.
#[derive(Default)]
struct Pairs {
    /// The `<font>` of each text node.
    fonts: WeakMap,
    /// The text node of each `<font>`, and its original text: `[node, text]`.
    texts: WeakMap,
}

impl Pairs {
    fn follow(&mut self, record: &MutationRecord) {
        if record.type_() == "characterData" {
            if let Some(text) = record.target().as_ref().and_then(Node::dyn_ref::<Text>)
                && !text.data().is_empty()
            {
                self.drop_translation(text);
            }
            return;
        }
        let (added, removed) = (record.added_nodes(), record.removed_nodes());
        for at in 0..removed.length() {
            let Some(node) = removed.get(at) else {
                continue;
            };
            if node.is_connected() {
                continue;
            }
            if let Some(text) = node.dyn_ref::<Text>() {
                let fonts = (0..added.length()).filter_map(|at| added.get(at));
                let beside = [record.previous_sibling(), record.next_sibling()];
                let font = fonts
                    .chain(beside.into_iter().flatten())
                    .find(|node| is_font(node) && self.text_of(node).is_none());
                match font {
                    Some(font) => self.pair(text, font.unchecked_ref()),
                    // The view has removed the text.
                    None => self.drop_translation(text),
                }
            } else if is_font(&node)
                && let Some((text, said)) = self.text_of(&node)
            {
                self.unpair(&text, &node);
                let mut fonts = (0..added.length()).filter_map(|at| added.get(at));
                if let Some(other) = fonts.find(is_font) {
                    // The text was translated again.
                    self.note(&text, &other, &said);
                } else if text.is_connected() && text.data().is_empty() {
                    // The original is shown again.
                    text.set_data(&said);
                }
            }
        }
    }

    /// Puts a removed text back beside its translation.
    fn pair(&self, text: &Text, font: &Element) {
        if !font.is_connected() {
            return;
        }
        let said = text.data();
        text.set_data("");
        // It fails only if a node would contain itself.
        let _ = font.before_with_node_1(text);
        if self.fonts.has(text) {
            // The text already has a translation beside it, and this one is that of the empty text.
            font.remove();
        } else {
            self.note(text, font, &said);
        }
    }

    fn note(&self, text: &Text, font: &Node, said: &str) {
        self.fonts.set(text, font);
        self.texts.set(font, &Array::of2(text, &said.into()));
    }

    fn unpair(&self, text: &Text, font: &Node) {
        self.fonts.delete(text);
        self.texts.delete(font);
    }

    /// Returns the text node of a translation, and its original text.
    fn text_of(&self, font: &Node) -> Option<(Text, String)> {
        let pair: Array = self.texts.get(font).dyn_into().ok()?;
        Some((pair.get(0).dyn_into().ok()?, pair.get(1).as_string()?))
    }

    /// Removes the translation of a text that has changed or is gone.
    fn drop_translation(&self, text: &Text) {
        let font: Result<Element, JsValue> = self.fonts.get(text).dyn_into();
        if let Ok(font) = font {
            self.unpair(text, &font);
            font.remove();
        }
    }
}

fn is_font(node: &Node) -> bool {
    node.node_name() == "FONT"
}
