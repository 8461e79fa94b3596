//! The data of Snyk in memory, shared by all pages, so that no page loads a list twice.
//!
//! The context holds a bounded number of rows, never Snyk's answers, and drops them when the
//! session or the connection ends.

mod all_issues;
mod issues;
mod list;
mod list_cache;
mod reader;

use std::sync::Arc;

use leptos::prelude::*;
use shared::snyk::{Page, Project, Read, read, read::LARGEST_PAGE};

pub use self::{
    list::{Held, List, Look},
    list_cache::ListKey,
    reader::Source,
};
use self::{list_cache::ListCache, reader::Reader};
pub use super::{
    rate_limit::{RateLimited, RateLimits},
    status::{Stage, Status},
};
use super::{
    row::{Platform, Row, Words},
    search_text,
    viewers::Notify,
};
use crate::{
    platform::{self, events, network, unicode},
    reactive::effect,
    session::{SessionContext, SessionState},
};

/// The browser's text functions, for rows.
pub const PLATFORM: Platform = Platform {
    fold: folded,
    millis: platform::millis,
};

/// Folds a text for searching.
#[must_use]
pub fn folded(text: &str) -> String {
    search_text::fold(&unicode::lower(&unicode::nfd(text)))
}

/// The context of the lists.
#[derive(Clone, Copy, Debug)]
pub struct Lists {
    projects: StoredValue<ListCache<Arc<Row>>, LocalStorage>,
    issues: StoredValue<ListCache<Arc<super::issues::row::Row>>, LocalStorage>,
    all_issues: StoredValue<ListCache<Arc<super::all_issues::found::Found>>, LocalStorage>,
    reader: StoredValue<Reader, LocalStorage>,
    rate_limits: RwSignal<RateLimits>,
}

impl Lists {
    /// Provides the context, which follows the session.
    pub fn provide() {
        let session = SessionContext::get();
        let rate_limits = RwSignal::new(RateLimits::default());
        let (online, seen) = (Notify::default(), Notify::default());
        let lists = Self {
            projects: StoredValue::new_local(ListCache::default()),
            issues: StoredValue::new_local(ListCache::default()),
            all_issues: StoredValue::new_local(ListCache::default()),
            reader: StoredValue::new_local(Reader::new(session, rate_limits, &online, &seen)),
            rate_limits,
        };
        // The listeners live as long as the app.
        StoredValue::new_local((
            network::on_return(move || online.ring()),
            events::on_return(move || seen.ring()),
        ));
        effect(move |_| {
            let here: Vec<String> = match session.who() {
                // Without a last known session, no connection is known to have ended.
                SessionState::Unreachable { last, .. } if last.is_empty() => return,
                who => who.connections().iter().map(|one| one.id.clone()).collect(),
            };
            lists.projects.update_value(|shelf| {
                shelf.keep(|key| here.contains(&key.connection));
            });
            lists.issues.update_value(|shelf| {
                shelf.keep(|key| here.contains(&key.connection));
            });
            lists.all_issues.update_value(|shelf| {
                shelf.keep(|key| here.contains(&key.connection));
            });
        });
        provide_context(lists);
    }

    /// Returns the context of the app.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// Returns the projects of an organization, and starts to load them if needed.
    #[must_use]
    pub fn projects(self, connection: &str, org: &str) -> List<Arc<Row>> {
        let key = ListKey::new(connection, org);
        let source = self.source(org);
        self.projects
            .try_update_value(|shelf| shelf.take(key, |list| self.start(connection, list, source)))
            .unwrap_or_default()
    }

    /// Returns the projects of an organization, if their load has started.
    #[must_use]
    pub fn projects_if_read(self, connection: &str, org: &str) -> Option<List<Arc<Row>>> {
        let key = ListKey::new(connection, org);
        self.projects
            .try_with_value(|shelf| shelf.look(&key))
            .flatten()
    }

    /// Loads the projects of an organization again, or continues a failed load. Rows of a complete
    /// load stay until the new load is complete.
    pub fn read_again(self, connection: &str, org: &str) {
        let list = self.projects(connection, org);
        if list.status().with_untracked(Status::is_asked_for) {
            return;
        }
        self.start(connection, &list, self.source(org));
    }

    /// Returns the rate limit that the requests of a connection wait for; tracked.
    #[must_use]
    pub fn rate_limited(self, connection: &str) -> Option<RateLimited> {
        self.rate_limits
            .with(|limits| limits.of(connection, platform::now()))
    }

    fn source(self, org: &str) -> Projects {
        Projects {
            org: org.to_owned(),
            words: Words::default(),
            lists: self,
        }
    }

    fn start<S: Source>(self, connection: &str, list: &List<S::Row>, source: S) {
        self.reader
            .with_value(|reader| reader.start(connection, list, source));
    }
}

/// The source of an organization's projects.
struct Projects {
    org: String,
    words: Words,
    lists: Lists,
}

impl Source for Projects {
    type Item = Project;
    type Row = Arc<Row>;
    const ITEMS: &'static str = "Projects";
    const ITEM: &'static str = "project";
    const WHAT: &'static str = "organization";
    const PARKS: bool = false;

    fn pages(&self) -> Read<Page<Project>> {
        read::projects(&self.org).limit(LARGEST_PAGE).issue_counts()
    }

    fn count(&self) -> Option<Read<Page<Project>>> {
        Some(read::projects(&self.org).count_only())
    }

    fn make_room(&self, list: &List<Arc<Row>>, rows: usize) -> bool {
        let projects = self.lists.projects;
        projects
            .try_update_value(|shelf| shelf.make_room(list, rows))
            .unwrap_or_default()
    }

    fn row(&mut self, item: Project) -> Arc<Row> {
        Arc::new(Row::of(item, &mut self.words, PLATFORM))
    }

    fn id(row: &Arc<Row>) -> &str {
        &row.id
    }
}
