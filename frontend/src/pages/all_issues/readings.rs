//! The lists from which the page is computed: one for each organization.

use std::sync::Arc;

use leptos::prelude::*;
use shared::api::connection::{Connection, Org};

use crate::{
    data::{
        all_issues::{filters::Filters, found::Found, request::Request},
        coverage::Coverage,
        failure::ReadFailure,
        lists::{List, Lists, Status},
    },
    reactive::{Signal, effect, memo},
};

/// An organization and its issues.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The organization.
    pub org: Org,
    /// Its issues.
    pub list: List<Arc<Found>>,
    /// What was requested: what the filters need, or more.
    request: Request,
}

/// The lists of the organizations that the filters choose; `None` until the first have begun.
#[derive(Clone, Copy, Debug)]
pub struct Readings {
    all: RwSignal<Option<Vec<Reading>>>,
    /// The number of organizations whose list could not begin.
    lacking: RwSignal<usize>,
    /// Whether all organizations of the connection are known.
    knows_all: Signal<bool>,
    connection: Signal<String>,
    request: Signal<Request>,
}

impl Readings {
    /// Begins the lists that filters need, and others whenever they need others. Of a connection
    /// that does not work, only what was loaded before is available.
    pub fn follow(
        connection: Signal<Connection>,
        works: Signal<bool>,
        filters: Signal<Filters>,
    ) -> Self {
        let lists = Lists::get();
        let all = RwSignal::new(None);
        let id = memo(move |_| connection.read().id.clone());
        let request = memo(move |_| Request::of(&filters.read()));
        let orgs = memo(move |_| {
            let chosen = &filters.read().orgs;
            let connection = connection.read();
            let orgs = connection.orgs.iter();
            let is_chosen = |org: &&Org| chosen.is_empty() || chosen.contains(&org.id);
            orgs.filter(is_chosen).cloned().collect::<Vec<_>>()
        });
        let lacking = RwSignal::new(0);
        let knows_all = memo(move |_| connection.read().orgs_complete);
        effect(move |_| {
            let (id, request, works) = (id.get(), request.get(), works.get());
            let orgs = orgs.get();
            let wanted = orgs.len();
            let readings = orgs.into_iter().filter_map(|org| {
                let request = lists.best_request(&id, &org.id, &request);
                let list = if works {
                    lists.all_issues(&id, &org.id, &request)
                } else {
                    lists.all_issues_if_read(&id, &org.id, &request)?
                };
                list.view();
                if works && untrack(|| list.with_status(Status::has_stopped)) {
                    // The connection works again, perhaps after a login in another tab.
                    lists.read_all_issues_again(&id, &org.id, &request);
                }
                Some(Reading { org, list, request })
            });
            let readings: Vec<_> = readings.collect();
            lacking.set(wanted - readings.len());
            all.set(Some(readings));
        });
        Self {
            all,
            lacking,
            knows_all,
            connection: id,
            request,
        }
    }

    /// Reads the lists; tracked.
    pub fn with<T>(self, look: impl FnOnce(&[Reading]) -> T) -> T {
        self.all
            .with(|all| look(all.as_deref().unwrap_or_default()))
    }

    /// Returns what is requested from Snyk; tracked.
    pub fn request(self) -> Request {
        self.request.get()
    }

    /// Returns whether any list is being loaded, or none has begun yet; tracked.
    pub fn is_reading(self) -> bool {
        self.is_any(Status::is_reading)
    }

    /// Returns whether any list is being loaded for the first time; tracked.
    pub fn is_growing(self) -> bool {
        self.is_any(Status::is_growing)
    }

    fn is_any(self, is: fn(&Status) -> bool) -> bool {
        let has_begun = self.all.with(Option::is_some);
        // Each status is evaluated, so that each is tracked.
        let those = self.with(|all| all.iter().filter(|one| one.list.with_status(is)).count());
        !has_begun || those > 0
    }

    /// Returns how much of all lists together is here; tracked.
    pub fn coverage(self) -> Coverage {
        self.with(|all| {
            let each = all.iter().map(|one| one.list.with_status(Coverage::of));
            let lacking = (self.lacking.get() > 0).then_some(Coverage::Part);
            let unknown = (!self.knows_all.get()).then_some(Coverage::SoFar);
            Coverage::together(each.chain(lacking).chain(unknown))
        })
    }

    /// Returns the time at which the oldest list was complete, if all are; tracked.
    pub fn whole_at(self) -> Option<f64> {
        self.with(|all| {
            let times = all.iter().map(|one| one.list.whole_at());
            times.reduce(|one, other| Some(one?.min(other?)))?
        })
    }

    /// Returns what could not be loaded, or not again; tracked.
    pub fn failed(self) -> Option<Failed> {
        self.with(|all| {
            let mut found: Option<Failed> = None;
            for one in all {
                one.list.with_status(|status| {
                    let Some(why) = status.failure() else {
                        return;
                    };
                    let failed = found.get_or_insert_with(|| Failed {
                        orgs: Vec::new(),
                        has_rows: true,
                        why: why.clone(),
                    });
                    failed.orgs.push(one.org.name.clone());
                    failed.has_rows &= status.whole_at.is_some();
                });
            }
            found
        })
    }

    /// Returns whether a person has retried a failed load; tracked.
    pub fn is_trying(self) -> bool {
        self.is_any(|status| status.trying)
    }

    /// Loads all lists again, or continues those whose load failed.
    pub fn read_again(self) {
        self.read_those(|_| true);
    }

    /// Loads those lists again whose load failed, or continues it.
    pub fn read_failed_again(self) {
        self.read_those(|reading| {
            reading
                .list
                .with_status(|status| status.failure().is_some())
        });
    }

    fn read_those(self, which: fn(&Reading) -> bool) {
        let lists = Lists::get();
        let connection = self.connection.get_untracked();
        let all = untrack(|| {
            self.with(|all| {
                let those = all.iter().filter(|one| which(one));
                those.cloned().collect::<Vec<_>>()
            })
        });
        for Reading { org, request, .. } in all {
            lists.read_all_issues_again(&connection, &org.id, &request);
        }
    }
}

/// What could not be loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Failed {
    /// The names of the organizations.
    pub orgs: Vec<String>,
    /// Whether an earlier load of each was complete.
    pub has_rows: bool,
    /// The first failure.
    pub why: ReadFailure,
}
