//! Holds the rows of a table in place while the pointer or the focus is on one, so that nobody
//! presses the wrong row.

use std::time::Duration;

use leptos::{
    ev::{FocusEvent, PointerEvent},
    leptos_dom::helpers::TimeoutHandle,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::platform::focus;

/// Delay of the release after a touch. The click follows only after the finger is lifted, and rows
/// must not move in between.
const AFTER_TOUCH: Duration = Duration::from_millis(500);

/// The state that holds the rows of a table in place. It handles the events of the element that
/// contains them.
#[derive(Clone, Copy, Debug)]
pub struct Hold {
    held: RwSignal<bool>,
    pointer: StoredValue<bool>,
    focus: StoredValue<bool>,
    /// The timer of the release after a touch.
    release: StoredValue<Option<TimeoutHandle>>,
}

impl Hold {
    /// Creates the state, which is written to `held`. The rows are released with the owner, because
    /// an element that is removed under the pointer receives no event for leaving.
    #[must_use]
    pub fn new(held: RwSignal<bool>) -> Self {
        on_cleanup(move || {
            if held.try_get_untracked() == Some(true) {
                held.set(false);
            }
        });
        Self {
            held,
            pointer: StoredValue::new(false),
            focus: StoredValue::new(false),
            release: StoredValue::new(None),
        }
    }

    fn tell(self) {
        let holds = [self.pointer, self.focus].map(|one| one.try_get_value());
        // The table is gone, and its cleanup has released the rows.
        if holds.contains(&None) {
            return;
        }
        let now = holds.contains(&Some(true));
        if self
            .held
            .try_get_untracked()
            .is_some_and(|last| last != now)
        {
            self.held.set(now);
        }
    }

    /// Handles the pointer's entry.
    pub fn pointer_came(self) {
        if let Some(Some(release)) = self.release.try_update_value(Option::take) {
            release.clear();
        }
        self.pointer.set_value(true);
        self.tell();
    }

    /// Handles the pointer's departure.
    pub fn pointer_left(self, event: &PointerEvent) {
        if event.pointer_type() == "mouse" {
            self.release_pointer();
        } else {
            let release = set_timeout_with_handle(move || self.release_pointer(), AFTER_TOUCH);
            self.release.set_value(release.ok());
        }
    }

    fn release_pointer(self) {
        self.pointer.set_value(false);
        self.tell();
    }

    /// Handles the focus on a row.
    pub fn focus_came(self) {
        self.focus.set_value(true);
        self.tell();
    }

    /// Handles the loss of a row's focus. Another row may take it, or the same one may get it back
    /// at once after it has moved.
    pub fn focus_left(self, event: &FocusEvent) {
        let around = event.current_target();
        let around = around.and_then(|around| around.dyn_into::<Element>().ok());
        let Some(around) = around.filter(|it| !focus::contains(it, event.related_target())) else {
            return;
        };
        request_animation_frame(move || {
            let is_here = focus::focused_within(&around).is_some() && focus::has_focus();
            self.focus.set_value(is_here);
            self.tell();
        });
    }
}
