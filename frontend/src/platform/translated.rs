//! Keeps a page true that a translator has rewritten.
//!
//! Translators in browsers put a `<font>` in the place of a text. The view goes on with the text
//! node that it made: what it writes there is not seen any more, and what it draws beside it finds
//! no place. So the node is put back before the `<font>`, empty; when the view writes to it, or takes
//! it away, the `<font>` goes, and the translator finds a new text.
//!
//! `translate="no"` on every count would leave them in English in the middle of a translated
//! sentence, and a translator that does not know the attribute would still break them.

use std::cell::RefCell;

use js_sys::{Array, WeakMap};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, MutationObserver, MutationObserverInit, MutationRecord, Node, Text};

/// Follows what a translator does, for as long as the page.
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
        // It fails for options that contradict each other only.
        let _ = observer.observe_with_options(&body, &options);
        on_change.forget();
    }
}

/// Which translation stands for which text.
#[derive(Default)]
struct Pairs {
    /// Each text node's `<font>`.
    fonts: WeakMap,
    /// Each `<font>`'s text node, and what it said: `[node, text]`.
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
                    // The view took it away.
                    None => self.drop_translation(text),
                }
            } else if is_font(&node)
                && let Some((text, said)) = self.text_of(&node)
            {
                self.unpair(&text, &node);
                let mut fonts = (0..added.length()).filter_map(|at| added.get(at));
                if let Some(other) = fonts.find(is_font) {
                    // Translated once more.
                    self.note(&text, &other, &said);
                } else if text.is_connected() && text.data().is_empty() {
                    // The original is shown again.
                    text.set_data(&said);
                }
            }
        }
    }

    /// Puts a text that was taken out back beside its translation.
    fn pair(&self, text: &Text, font: &Element) {
        if !font.is_connected() {
            return;
        }
        let said = text.data();
        text.set_data("");
        // It fails where a node would hold itself only.
        let _ = font.before_with_node_1(text);
        if self.fonts.has(text) {
            // Its translation stands beside it, and this one is of the empty text.
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

    /// The text of a translation, and what it said.
    fn text_of(&self, font: &Node) -> Option<(Text, String)> {
        let pair: Array = self.texts.get(font).dyn_into().ok()?;
        Some((pair.get(0).dyn_into().ok()?, pair.get(1).as_string()?))
    }

    /// Removes the translation of a text that is not what was translated.
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
