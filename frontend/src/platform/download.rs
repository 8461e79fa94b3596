//! Files that the page makes, and the browser saves.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Saves a text as a file. Returns `false` if the browser refuses.
pub fn save(name: &str, media_type: &str, text: &str) -> bool {
    saved(name, media_type, text).is_some()
}

fn saved(name: &str, media_type: &str, text: &str) -> Option<()> {
    let properties = BlobPropertyBag::new();
    properties.set_type(media_type);
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &properties).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let document = web_sys::window()?.document()?;
    let link: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(name);
    // The click starts the download, which keeps the content for itself.
    link.click();
    Url::revoke_object_url(&address).ok()
}
