//! Whether this computer has a network, as far as the browser knows.

use super::events::{self, EventListener};

/// Whether there may be a network. Browsers are sure only when they say no.
#[must_use]
pub fn is_online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// Calls back when the network comes (`true`) or goes, as long as the listeners are kept.
#[must_use]
pub fn listen(on_change: impl Fn(bool) + Clone + 'static) -> [Option<EventListener>; 2] {
    events::between(["online", "offline"], on_change)
}
