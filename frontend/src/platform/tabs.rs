//! Messages from other tabs of this browser, and returns from the back-forward cache.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent, PageTransitionEvent, Window};

const CHANNEL: &str = "session";

/// A message to the other tabs. It has no data: each tab sends a request of its own to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A connection was added.
    SignedIn,
    /// A connection has ended, and the session continues with the others.
    Connections,
    /// The session has ended.
    SignedOut,
}

impl Change {
    fn word(self) -> &'static str {
        match self {
            Self::SignedIn => "signed in",
            Self::Connections => "connections",
            Self::SignedOut => "signed out",
        }
    }

    fn read(word: &JsValue) -> Option<Self> {
        let word = word.as_string()?;
        [Self::SignedIn, Self::Connections, Self::SignedOut]
            .into_iter()
            .find(|change| change.word() == word)
    }
}

/// Listens to the other tabs until it is dropped.
pub struct Tabs {
    channel: BroadcastChannel,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

impl std::fmt::Debug for Tabs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tabs")
    }
}

impl Tabs {
    /// Opens the channel. Returns `None` in a browser without channels, where each tab learns of a
    /// change at its next request to the server.
    #[must_use]
    pub fn listen(mut on_change: impl FnMut(Change) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(CHANNEL).ok()?;
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(change) = Change::read(&event.data()) {
                on_change(change);
            }
        });
        channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Some(Self {
            channel,
            _listener: listener,
        })
    }

    /// Notifies the other tabs, but not this one.
    pub fn tell(&self, change: Change) {
        // It fails only on a closed channel, and this one is closed when it is dropped.
        let _ = self.channel.post_message(&JsValue::from_str(change.word()));
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

/// Calls a function when the page returns from the back-forward cache, until it is dropped.
pub struct Restored {
    window: Window,
    listener: Closure<dyn FnMut(PageTransitionEvent)>,
}

impl std::fmt::Debug for Restored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Restored")
    }
}

impl Restored {
    /// Starts to listen.
    #[must_use]
    pub fn listen(mut on_restore: impl FnMut() + 'static) -> Option<Self> {
        let window = web_sys::window()?;
        let listener =
            Closure::<dyn FnMut(PageTransitionEvent)>::new(move |event: PageTransitionEvent| {
                if event.persisted() {
                    on_restore();
                }
            });
        window
            .add_event_listener_with_callback("pageshow", listener.as_ref().unchecked_ref())
            .ok()?;
        Some(Self { window, listener })
    }
}

impl Drop for Restored {
    fn drop(&mut self) {
        let _ = self.window.remove_event_listener_with_callback(
            "pageshow",
            self.listener.as_ref().unchecked_ref(),
        );
    }
}
