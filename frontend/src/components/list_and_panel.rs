//! A list of issues and the panel with one of them: what is selected, and where focus and scroll
//! position go when a person moves between the two.

use std::sync::Arc;

use leptos::prelude::*;

use super::table::Key;
use crate::{
    data::issues::neighbours,
    platform::{self, focus::focus_is_lost, media},
    reactive::{Signal, effect, memo},
    router::Page,
};

/// Media query for viewports that are wide enough for list and panel side by side.
const WIDE: &str = "(width >= 1081px)";

/// The state that list and panel share. The address stores the issue that is selected.
#[derive(Clone, Copy, Debug)]
pub struct ListAndPanel {
    /// The keys of the visible rows, in order.
    pub order: Signal<Arc<Vec<Key>>>,
    /// The issue that is shown in full, if it is loaded.
    pub selected: Signal<Option<Key>>,
    /// Whether the address names an issue.
    pub is_open: Signal<bool>,
    /// The row that is to take the focus.
    pub focus: RwSignal<Option<Key>>,
    /// Whether the viewport has space for the panel beside the list.
    pub is_wide: ReadSignal<bool>,
    kept: StoredValue<Kept>,
}

/// The state that lasts from one move of a person to the next.
#[derive(Clone, Copy, Debug)]
struct Kept {
    page: Page,
    /// The query of the address that shows an issue, or the list alone.
    query: Callback<Option<String>, String>,
    /// The issue that was last shown in full.
    last: Option<Key>,
    /// The scroll position of the list before an issue was opened.
    scrolled: f64,
}

impl ListAndPanel {
    /// Creates the state. `query` returns the query of the address that shows an issue, or the list
    /// alone; tracked.
    pub fn new(
        order: Signal<Arc<Vec<Key>>>,
        selected: Signal<Option<Key>>,
        is_open: Signal<bool>,
        query: Callback<Option<String>, String>,
    ) -> Self {
        let kept = StoredValue::new(Kept {
            page: Page::get(),
            query,
            last: None,
            scrolled: 0.0,
        });
        effect(move |_| {
            if let Some(selected) = selected.get() {
                kept.update_value(|kept| kept.last = Some(selected));
            }
        });
        Self {
            order,
            selected,
            is_open,
            focus: RwSignal::new(None),
            is_wide: wide(),
            kept,
        }
    }

    /// Returns a signal of whether the issue has a page of its own, as in a narrow viewport, and
    /// moves focus and scroll position whenever that page opens or closes.
    pub fn is_alone(self) -> Signal<bool> {
        let is_alone = memo(move |_| !self.is_wide.get() && self.is_open.get());
        effect(move |was_alone: Option<bool>| {
            let is_alone = is_alone.get();
            match was_alone {
                Some(false) if is_alone => media::scroll_to(0.0),
                // This runs after the heading has taken the focus, and the rows are drawn some
                // frames later.
                Some(true) if !is_alone => after_frames(
                    2,
                    Box::new(move || {
                        self.scroll_back();
                        after_frames(
                            3,
                            Box::new(move || {
                                // The focus of a person who has moved on meanwhile stays.
                                if focus_is_lost() || platform::has_focus("heading") {
                                    self.focus_last();
                                }
                            }),
                        );
                    }),
                ),
                _ => {}
            }
            is_alone
        });
        is_alone
    }

    /// Shows an issue in full, or none. A change from one issue to another replaces the entry of
    /// the history, and so does closing the panel.
    pub fn show(self, issue: Option<&str>) {
        let is_open = self.is_open.get_untracked();
        let replace = is_open && (issue.is_some() || self.is_wide.get_untracked());
        let Kept { page, query, .. } = self.kept.get_value();
        let query = untrack(|| query.run(issue.map(str::to_owned)));
        page.set_query(&query, replace);
    }

    /// Returns the address that shows an issue in full, or the list alone; tracked.
    pub fn href(self, issue: Option<&str>) -> String {
        let Kept { page, query, .. } = self.kept.get_value();
        page.with_query(&query.run(issue.map(str::to_owned)))
    }

    /// Returns whether a link to an issue replaces an address that already shows one; tracked.
    pub fn replaces(self) -> bool {
        self.is_open.get()
    }

    /// Returns whether the viewport has space for the panel beside the list.
    pub fn is_beside(self) -> bool {
        self.is_wide.get_untracked()
    }

    /// Returns the keys before and after the issue that is shown in full; tracked.
    pub fn neighbours(self) -> (Option<Key>, Option<Key>) {
        match self.selected.get() {
            Some(selected) => neighbours::of(&self.order.read(), selected),
            None => (None, None),
        }
    }

    /// Handles a key that was pressed on a row: the right arrow, and Enter on the issue that is
    /// shown, move the focus into the panel. `id` returns the id of the issue of a row.
    pub fn on_key(self, key: Key, pressed: &str, id: impl FnOnce() -> Option<String>) -> bool {
        let into = match pressed {
            "ArrowRight" => true,
            // Enter opens an issue that is not open yet, which the link itself does.
            "Enter" => self.selected.get_untracked() == Some(key),
            _ => false,
        };
        if !into || !self.is_beside() {
            return false;
        }
        if let Some(id) = id() {
            self.show(Some(&id));
        }
        request_animation_frame(|| platform::focus(TITLE));
        true
    }

    /// Records the scroll position of the list before it may be left.
    pub fn note_scroll(self) {
        self.kept
            .update_value(|kept| kept.scrolled = media::scrolled());
    }

    /// Restores the scroll position of the list.
    fn scroll_back(self) {
        if let Some(kept) = self.kept.try_get_value() {
            media::scroll_to(kept.scrolled);
        }
    }

    /// Moves the focus to the row of the issue that is or was last shown in full; else to the first
    /// row, or to the heading of an empty list.
    pub fn focus_last(self) {
        let Some(Kept { last, .. }) = self.kept.try_get_value() else {
            return;
        };
        let shown = self.order.get_untracked();
        match last.or_else(|| shown.first().copied()) {
            Some(key) if !shown.is_empty() => self.focus.set(Some(key)),
            _ => platform::focus("heading"),
        }
    }
}

/// The id of the title in the panel, which takes the focus.
pub const TITLE: &str = "issue-title";

/// Calls a function after a number of frames.
fn after_frames(frames: u32, then: Box<dyn FnOnce()>) {
    if frames == 0 {
        then();
    } else {
        request_animation_frame(move || after_frames(frames - 1, then));
    }
}

/// Returns a signal that is `true` while list and panel fit side by side into the viewport.
fn wide() -> ReadSignal<bool> {
    let (is_wide, set_wide) = signal(media::matches(WIDE));
    // The guard lives as long as its owner.
    StoredValue::new_local(media::listen(WIDE, move |now| {
        set_wide.try_set(now);
    }));
    is_wide
}
