//! The issues of organizations, over all of their projects.

use std::sync::Arc;

use leptos::prelude::*;
use shared::snyk::{Issue, Page, Read};

use super::{Lists, PLATFORM, list::List, list_cache::ListKey, reader::Source};
use crate::{
    data::{
        all_issues::{found::Found, request::Request},
        status::Status,
    },
    platform,
};

impl Lists {
    /// Returns the issues of an organization, and starts to load them if needed.
    #[must_use]
    pub fn all_issues(self, connection: &str, org: &str, request: &Request) -> List<Arc<Found>> {
        let source = self.issues_of_org(org, request);
        let start = |list: &_| self.start(connection, list, source);
        let key = key(connection, org, request);
        self.all_issues
            .try_update_value(|cache| cache.take(key, start))
            .unwrap_or_default()
    }

    /// Returns the issues of an organization, if their load has started.
    #[must_use]
    pub fn all_issues_if_read(
        self,
        connection: &str,
        org: &str,
        request: &Request,
    ) -> Option<List<Arc<Found>>> {
        let key = key(connection, org, request);
        self.all_issues
            .try_with_value(|cache| cache.look(&key))
            .flatten()
    }

    /// Returns the time at which the oldest of the lists of issues that are shown was complete, in
    /// milliseconds; `None` if one was not yet; tracked.
    #[must_use]
    pub fn all_issues_whole_at(self, connection: &str) -> Option<f64> {
        let shown = self
            .all_issues
            .try_with_value(|cache| cache.shown(connection));
        let times = shown.unwrap_or_default().into_iter();
        times
            .map(|list| list.whole_at())
            .reduce(|one, other| Some(one?.min(other?)))?
    }

    /// Loads the issues of an organization again, or continues a failed load. Rows of a complete
    /// load stay until the new load is complete.
    pub fn read_all_issues_again(self, connection: &str, org: &str, request: &Request) {
        let list = self.all_issues(connection, org, request);
        if !list.status().with_untracked(Status::is_asked_for) {
            let source = self.issues_of_org(org, request);
            self.start(connection, &list, source);
        }
    }

    /// Returns the request whose list to use: a wider one if its list is complete, which then has the
    /// issues of this one too.
    #[must_use]
    pub fn best_request(self, connection: &str, org: &str, request: &Request) -> Request {
        let wider = request.widened();
        let list = self.all_issues_if_read(connection, org, &wider);
        let is_complete = |list: List<_>| list.status().with_untracked(Status::is_complete);
        if list.is_some_and(is_complete) {
            wider
        } else {
            request.clone()
        }
    }

    fn issues_of_org(self, org: &str, request: &Request) -> AllIssues {
        AllIssues {
            org: org.into(),
            pages: request.pages(org, platform::now(), platform::machine),
            lists: self,
        }
    }
}

fn key(connection: &str, org: &str, request: &Request) -> ListKey {
    ListKey::new(connection, &format!("{org}?{}", request.word()))
}

/// The source of an organization's issues. Snyk does not say how many there are.
struct AllIssues {
    org: Arc<str>,
    pages: Read<Page<Issue>>,
    lists: Lists,
}

impl Source for AllIssues {
    type Item = Issue;
    type Row = Arc<Found>;
    const ITEMS: &'static str = "Issues";
    const ITEM: &'static str = "issue";
    const WHAT: &'static str = "organization";
    const PARKS: bool = true;

    fn pages(&self) -> Read<Page<Issue>> {
        self.pages.clone()
    }

    fn count(&self) -> Option<Read<Page<Issue>>> {
        None
    }

    fn make_room(&self, list: &List<Arc<Found>>, rows: usize) -> bool {
        let cache = self.lists.all_issues;
        cache
            .try_update_value(|cache| cache.make_room(list, rows))
            .unwrap_or_default()
    }

    fn row(&mut self, item: Issue) -> Arc<Found> {
        Arc::new(Found::of(item, &self.org, PLATFORM))
    }

    fn id(row: &Arc<Found>) -> &str {
        &row.row.id
    }
}
