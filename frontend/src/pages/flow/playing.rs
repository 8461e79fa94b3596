//! How far a rehearsal has got, and which step is selected.

use std::time::Duration;

use form_urlencoded::Serializer;
use leptos::prelude::*;
use shared::route::LOGIN_OF;

use crate::{
    flow::step::{COUNT, LEAVES_AT},
    platform::media,
    reactive::{Signal, memo},
    router::Page,
};

/// The parameter with the number of the selected step.
const STEP: &str = "step";

/// Time between two steps that are shown by themselves.
const PACE: Duration = Duration::from_millis(600);

/// Returns the number of the step that the address selects.
#[must_use]
pub fn selected() -> Signal<Option<usize>> {
    let page = Page::get();
    memo(move |_| {
        let number = page.parameter(STEP)?.parse().ok()?;
        (1..=COUNT).contains(&number).then_some(number)
    })
}

/// Puts the number of a step into the address, or takes it out.
pub fn select(page: Page, number: Option<usize>) {
    let mut query = Serializer::new(String::new());
    if let Some(of) = untrack(|| page.parameter(LOGIN_OF)) {
        query.append_pair(LOGIN_OF, &of);
    }
    if let Some(number) = number {
        query.append_pair(STEP, &number.to_string());
    }
    page.set_query(&query.finish(), true);
}

/// How far a rehearsal has got.
#[derive(Clone, Copy, Debug)]
pub struct Playing {
    page: Page,
    selected: Signal<Option<usize>>,
    /// The number of steps that were shown; `None` if all are shown, and none is the current one.
    reached: RwSignal<Option<usize>>,
    /// Whether the next step comes by itself.
    runs: RwSignal<bool>,
}

impl Playing {
    /// Starts from the beginning. A step that the address selects, and a person who prefers less
    /// motion, get all steps at once.
    #[must_use]
    pub fn start() -> Self {
        let selected = selected();
        let is_still = selected.get_untracked().is_some()
            || media::matches("(prefers-reduced-motion: reduce)");
        let playing = Self {
            page: Page::get(),
            selected,
            reached: RwSignal::new((!is_still).then_some(0)),
            runs: RwSignal::new(!is_still),
        };
        if let Ok(handle) = set_interval_with_handle(move || playing.tick(), PACE) {
            on_cleanup(move || handle.clear());
        }
        playing
    }

    fn tick(self) {
        if self.runs.try_get_untracked() != Some(true) {
            return;
        }
        let reached = self.reached.get_untracked().unwrap_or(COUNT) + 1;
        self.reached.set(Some(reached));
        self.runs.set(reached < LEAVES_AT);
    }

    /// Starts from the beginning again.
    pub fn start_over(self) {
        let is_still = media::matches("(prefers-reduced-motion: reduce)");
        select(self.page, None);
        self.reached.set((!is_still).then_some(0));
        self.runs.set(!is_still);
    }

    /// Stops the steps that come by themselves.
    pub fn pause(self) {
        self.runs.set(false);
    }

    /// Shows the next step, and returns its number.
    pub fn next(self) -> usize {
        self.runs.set(false);
        let next = self.current_untracked().unwrap_or(0) % COUNT + 1;
        if self.selected.get_untracked().is_some() {
            select(self.page, Some(next));
        }
        let shown = self.reached.get_untracked().unwrap_or(COUNT);
        self.reached.set(Some(shown.max(next)));
        next
    }

    /// Shows all steps.
    pub fn show_all(self) {
        self.runs.set(false);
        select(self.page, None);
        self.reached.set(None);
    }

    fn current_untracked(self) -> Option<usize> {
        let selected = self.selected.get_untracked();
        selected.or_else(|| self.reached.get_untracked())
    }

    /// Returns whether steps come by themselves; tracked.
    #[must_use]
    pub fn runs(self) -> bool {
        self.runs.get()
    }

    /// Returns whether all steps are shown; tracked.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.reached.get().is_none_or(|reached| reached >= COUNT)
    }

    /// Returns the number of the steps that were shown.
    #[must_use]
    pub fn reached(self) -> Signal<usize> {
        memo(move |_| self.reached.get().unwrap_or(COUNT))
    }

    /// Returns the number of the current step: the selected one, or the last that was shown.
    #[must_use]
    pub fn current(self) -> Signal<Option<usize>> {
        memo(move |_| self.selected.get().or_else(|| self.reached.get()))
    }
}
