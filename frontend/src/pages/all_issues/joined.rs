//! The issues of all organizations together.

use std::{sync::Arc, time::Duration};

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::readings::Readings;
use crate::{
    data::{
        all_issues::{found::Found, request::Request, throttle::Throttle},
        number_format::len,
    },
    platform::{self, events},
    reactive::effect,
};

/// The issues of all lists, in the order of the organizations and of Snyk.
#[derive(Clone, Copy, Debug)]
pub struct Joined {
    issues: RwSignal<Arc<Vec<Arc<Found>>>>,
    throttle: StoredValue<Throttle>,
    pending: StoredValue<Option<TimeoutHandle>>,
}

impl Joined {
    /// Joins the lists now, whenever one has ended, and from time to time while one is growing.
    pub fn follow(readings: Readings) -> Self {
        let joined = Self {
            issues: RwSignal::default(),
            throttle: StoredValue::default(),
            pending: StoredValue::new(None),
        };
        let scrolled = events::on_window("scroll", move || {
            let now = platform::elapsed();
            joined
                .throttle
                .try_update_value(|throttle| throttle.scroll(now));
        });
        StoredValue::new_local(scrolled);
        on_cleanup(move || joined.forget());
        effect(move |last: Option<Request>| {
            let request = readings.request();
            if last.is_some_and(|last| last != request) {
                // Other lists: what was joined is outdated, not only incomplete.
                joined.throttle.update_value(Throttle::begin);
            }
            let is_growing = readings.is_growing();
            // Tracks the rows of each list.
            readings.with(|all| all.iter().for_each(|one| one.list.with_rows(|_| ())));
            joined.forget();
            if is_growing {
                joined.join_when_due(readings);
            } else {
                joined.join(readings);
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
        let now = platform::elapsed();
        self.throttle
            .update_value(|throttle| throttle.update(now, len(all.len())));
        self.issues.set(Arc::new(all));
    }

    fn join_when_due(self, readings: Readings) {
        let wait = self.throttle.get_value().wait(platform::elapsed());
        if wait <= 0.0 {
            self.join(readings);
            return;
        }
        let wait = Duration::try_from_secs_f64(wait / 1_000.0).unwrap_or_default();
        // A person may scroll meanwhile.
        let handle = set_timeout_with_handle(move || self.join_when_due(readings), wait);
        self.pending.set_value(handle.ok());
    }

    fn forget(self) {
        if let Some(Some(handle)) = self.pending.try_update_value(Option::take) {
            handle.clear();
        }
    }
}
