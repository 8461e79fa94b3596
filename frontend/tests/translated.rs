//! Tests in a real browser: the content of a page after a translator has rewritten it.
#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml's leave covers `#[test]`, not `#[wasm_bindgen_test]`"
)]

use frontend::{components::show::Show, platform::translated};
use gloo_timers::future::TimeoutFuture;
use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Document, HtmlElement, Node};

wasm_bindgen_test_configure!(run_in_browser);

thread_local! {
    /// The tests share one page.
    static FOLLOWS: () = translated::follow();
}

fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

fn place() -> HtmlElement {
    let place = document().create_element("main").unwrap();
    document().body().unwrap().append_child(&place).unwrap();
    place.dyn_into().unwrap()
}

/// Waits until observers have been notified and a change is drawn.
async fn drawn() {
    TimeoutFuture::new(50).await;
}

fn texts(node: &Node, found: &mut Vec<Node>) {
    let children = node.child_nodes();
    for at in 0..children.length() {
        let child = children.get(at).unwrap();
        if child.node_type() == Node::TEXT_NODE {
            found.push(child);
        } else {
            texts(&child, found);
        }
    }
}

/// Rewrites each text as the translator in Chromium does: replaces it by nested `<font>` elements.
fn translate(place: &HtmlElement, by_steps: bool) {
    let mut found = Vec::new();
    texts(place, &mut found);
    for text in &found {
        let words = text.text_content().unwrap_or_default();
        let font = document().create_element("font").unwrap();
        let inner = document().create_element("font").unwrap();
        inner.set_text_content(Some(&words.to_uppercase()));
        font.append_child(&inner).unwrap();
        let parent = text.parent_node().unwrap();
        if by_steps {
            parent.insert_before(&font, Some(text)).unwrap();
            parent.remove_child(text).unwrap();
        } else {
            parent.replace_child(&font, text).unwrap();
        }
    }
}

fn says(place: &HtmlElement) -> String {
    place.text_content().unwrap_or_default()
}

#[wasm_bindgen_test]
async fn counts_go_on_and_nothing_old_stays_after_a_translation() {
    FOLLOWS.with(|()| ());
    for by_steps in [false, true] {
        let place = place();
        let count = RwSignal::new(1);
        let note = RwSignal::new(Some("a note"));
        let is_shown = RwSignal::new(true);
        let mounted = mount_to(place.clone(), move || {
            view! {
                <h1>{move || format!("{} issues", count.get())} " in 2 projects"</h1>
                <p>"Now " {move || count.get()} {move || note.get()} " end"</p>
                <Show when=move || is_shown.get()>
                    <p>"shown " {move || count.get()}</p>
                </Show>
            }
        });
        drawn().await;
        assert_eq!(says(&place), "1 issues in 2 projectsNow 1a note endshown 1");
        translate(&place, by_steps);
        drawn().await;
        assert_eq!(says(&place), "1 ISSUES IN 2 PROJECTSNOW 1A NOTE ENDSHOWN 1");

        count.set(2);
        drawn().await;
        assert_eq!(says(&place), "2 issues IN 2 PROJECTSNOW 2A NOTE ENDSHOWN 2");
        // The translator runs again over its own result.
        translate(&place, by_steps);
        drawn().await;
        count.set(3);
        note.set(None);
        drawn().await;
        assert_eq!(says(&place), "3 issues IN 2 PROJECTSNOW 3 ENDSHOWN 3");
        note.set(Some("another"));
        is_shown.set(false);
        drawn().await;
        assert_eq!(says(&place), "3 issues IN 2 PROJECTSNOW 3another END");
        is_shown.set(true);
        drawn().await;
        assert_eq!(
            says(&place),
            "3 issues IN 2 PROJECTSNOW 3another ENDshown 3"
        );
        drop(mounted);
        place.remove();
    }
}

#[wasm_bindgen_test]
async fn the_original_is_shown_again_as_it_was() {
    FOLLOWS.with(|()| ());
    let place = place();
    let count = RwSignal::new(1);
    let mounted = mount_to(place.clone(), move || {
        view! { <p>{move || format!("{} issues", count.get())}</p> }
    });
    drawn().await;
    let mut originals = Vec::new();
    texts(&place, &mut originals);
    translate(&place, false);
    drawn().await;
    assert_eq!(says(&place), "1 ISSUES");
    let font = place.query_selector("font").unwrap().unwrap();
    font.parent_node()
        .unwrap()
        .replace_child(&originals[0], &font)
        .unwrap();
    drawn().await;
    assert_eq!(says(&place), "1 issues");
    count.set(2);
    drawn().await;
    assert_eq!(says(&place), "2 issues");
    drop(mounted);
}
