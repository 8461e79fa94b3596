//! Whether this computer has a network, as far as the browser knows.

use std::fmt;

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, Window};

/// Whether there may be a network. Browsers are sure only when they say no.
#[must_use]
pub fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// Calls back when the network goes or comes, until it is dropped.
pub struct Listener {
    window: Window,
    listener: Closure<dyn FnMut(Event)>,
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

impl Listener {
    /// Starts to listen.
    #[must_use]
    pub fn listen(mut on_change: impl FnMut(bool) + 'static) -> Option<Self> {
        let window = web_sys::window()?;
        let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            on_change(event.type_() == "online");
        });
        for name in ["online", "offline"] {
            window
                .add_event_listener_with_callback(name, listener.as_ref().unchecked_ref())
                .ok()?;
        }
        Some(Self { window, listener })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        for name in ["online", "offline"] {
            let _ = self
                .window
                .remove_event_listener_with_callback(name, self.listener.as_ref().unchecked_ref());
        }
    }
}
