//! The issues of projects, cached like the projects.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{
    json::FromValue,
    problem::Code,
    snyk::{Issue, Page, Read, read, read::LARGEST_PAGE},
};

use super::{Lists, list::List, list_cache::ListKey, reader::Source};
use crate::{
    answer::Failure,
    data::{
        failure::ReadFailure,
        issues::row::Row,
        status::{Stage, Status},
    },
    messages, platform,
};

impl Lists {
    /// Returns the issues of a project, and starts to load them if needed.
    #[must_use]
    pub fn issues(self, connection: &str, org: &str, project: &str) -> List<Arc<Row>> {
        let source = self.issues_of(org, project);
        let start = |list: &_| self.start(connection, list, source);
        self.issues_begun(connection, org, project, start)
    }

    /// Returns the issues of a project that are loaded, for a connection that does not work.
    /// Nothing is requested: a new list fails with the answer that is already known.
    #[must_use]
    pub fn issues_at_rest(self, connection: &str, org: &str, project: &str) -> List<Arc<Row>> {
        self.issues_begun(connection, org, project, |list| {
            let failure = Failure::Problem(Box::new(messages::local(Code::ReconnectNeeded)));
            list.set_status(|status| status.stage = Stage::Failed(failure.into()));
        })
    }

    fn issues_begun(
        self,
        connection: &str,
        org: &str,
        project: &str,
        begin: impl FnOnce(&List<Arc<Row>>),
    ) -> List<Arc<Row>> {
        let key = ListKey::new(connection, &format!("{org}/{project}"));
        self.issues
            .try_update_value(|shelf| shelf.take(key, begin))
            .unwrap_or_default()
    }

    /// Returns the issues of a project, if their load has started.
    #[must_use]
    pub fn issues_if_read(
        self,
        connection: &str,
        org: &str,
        project: &str,
    ) -> Option<List<Arc<Row>>> {
        let key = ListKey::new(connection, &format!("{org}/{project}"));
        self.issues
            .try_with_value(|shelf| shelf.look(&key))
            .flatten()
    }

    /// Loads the issues of a project again, or continues a failed load. Rows of a complete load
    /// stay until the new load is complete.
    pub fn read_issues_again(self, connection: &str, org: &str, project: &str) {
        let list = self.issues(connection, org, project);
        if list.status().with_untracked(Status::is_asked_for) {
            return;
        }
        self.start(connection, &list, self.issues_of(org, project));
    }

    /// Reads one document, with the delays and retries of the lists.
    pub async fn read<T: FromValue>(
        self,
        connection: &str,
        request: &Read<T>,
    ) -> Result<T, ReadFailure> {
        let reader = self.reader.get_value();
        reader.one(connection, request).await
    }

    fn issues_of(self, org: &str, project: &str) -> Issues {
        Issues {
            org: org.to_owned(),
            project: project.to_owned(),
            lists: self,
        }
    }
}

/// The source of a project's issues. Snyk does not say how many there are.
struct Issues {
    org: String,
    project: String,
    lists: Lists,
}

impl Source for Issues {
    type Item = Issue;
    type Row = Arc<Row>;
    const ITEMS: &'static str = "Issues";
    const ITEM: &'static str = "issue";
    const WHAT: &'static str = "project";
    const PARKS: bool = true;

    fn pages(&self) -> Read<Page<Issue>> {
        read::issues(&self.org)
            .of_project(&self.project)
            .limit(LARGEST_PAGE)
    }

    fn count(&self) -> Option<Read<Page<Issue>>> {
        None
    }

    fn make_room(&self, list: &List<Arc<Row>>, rows: usize) -> bool {
        let issues = self.lists.issues;
        issues
            .try_update_value(|shelf| shelf.make_room(list, rows))
            .unwrap_or_default()
    }

    fn row(&mut self, item: Issue) -> Arc<Row> {
        Arc::new(Row::of(item, platform::millis))
    }

    fn id(row: &Arc<Row>) -> &str {
        &row.id
    }
}
