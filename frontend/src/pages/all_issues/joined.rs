//! The issues of all organizations together.

use std::{sync::Arc, time::Duration};

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::readings::Readings;
use crate::{
    data::{
        all_issues::{found::Found, request::Request},
        number_format::len,
    },
    platform,
    reactive::effect,
};

/// Shortest time between two updates while issues are being loaded, in milliseconds.
const SHORTEST: u64 = 100;
/// Number of issues for which this time becomes a millisecond longer. To filter, sort and group an
/// issue takes some hundredths of a millisecond, so this is a tenth of the time at most, and
/// scrolling stays smooth while thousands are being loaded.
const EACH: u64 = 10;

/// The issues of all lists, in the order of the organizations and of Snyk.
#[derive(Clone, Copy, Debug)]
pub struct Joined {
    issues: RwSignal<Arc<Vec<Arc<Found>>>>,
    /// The time before which the issues are not joined again, in milliseconds.
    next: StoredValue<f64>,
    pending: StoredValue<Option<TimeoutHandle>>,
}

impl Joined {
    /// Joins the lists now, whenever one has ended, and from time to time while one is growing.
    pub fn follow(readings: Readings) -> Self {
        let joined = Self {
            issues: RwSignal::default(),
            next: StoredValue::new(0.0),
            pending: StoredValue::new(None),
        };
        on_cleanup(move || joined.forget());
        effect(move |last: Option<Request>| {
            let request = readings.request();
            if last.is_some_and(|last| last != request) {
                // Other lists: what was joined is outdated, not only incomplete.
                joined.next.set_value(0.0);
            }
            let is_growing = readings.is_growing();
            // Tracks the rows of each list.
            readings.with(|all| all.iter().for_each(|one| one.list.with_rows(|_| ())));
            joined.forget();
            let wait = joined.next.get_value() - platform::elapsed();
            if !is_growing || wait <= 0.0 {
                joined.join(readings);
            } else {
                joined.join_after(readings, wait);
            }
            request
        });
        joined
    }

    /// Reads the issues; tracked.
    pub fn with<T>(self, look: impl FnOnce(&[Arc<Found>]) -> T) -> T {
        self.issues.with(|issues| look(issues))
    }

    fn join(self, readings: Readings) {
        let mut all = Vec::new();
        untrack(|| {
            readings.with(|readings| {
                for reading in readings {
                    reading
                        .list
                        .with_rows(|rows| all.extend(rows.iter().cloned()));
                }
            });
        });
        let pause = Duration::from_millis(SHORTEST + len(all.len()) / EACH);
        self.next
            .set_value(platform::elapsed() + pause.as_secs_f64() * 1_000.0);
        self.issues.set(Arc::new(all));
    }

    fn join_after(self, readings: Readings, wait: f64) {
        let wait = Duration::try_from_secs_f64(wait / 1_000.0).unwrap_or_default();
        let handle = set_timeout_with_handle(move || self.join(readings), wait);
        self.pending.set_value(handle.ok());
    }

    fn forget(self) {
        if let Some(Some(handle)) = self.pending.try_update_value(Option::take) {
            handle.clear();
        }
    }
}
