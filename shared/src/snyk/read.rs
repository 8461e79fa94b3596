//! Requests to Snyk's REST API, each with its response type.
//!
//! A [`Read`] is only a path and a query; it sends nothing. The backend's client and the page's
//! `api` each send it in their own way.

use std::{fmt, marker::PhantomData};

use form_urlencoded::Serializer;

use super::{Document, Identity, Issue, Org, Page, Project, Target, VERSION};

/// The maximum number of items on a page that Snyk returns.
pub const LARGEST_PAGE: u32 = 100;

/// A `GET` request to Snyk's REST API whose response is a `T`.
pub struct Read<T> {
    path: String,
    query: Vec<(&'static str, String)>,
    answer: PhantomData<fn() -> T>,
}

/// Reads the principal of the token: `GET /rest/self`.
#[must_use]
pub fn identity() -> Read<Document<Identity>> {
    Read::of("/rest/self".to_owned())
}

/// Reads the organizations that the token has access to: `GET /rest/orgs`.
#[must_use]
pub fn orgs() -> Read<Page<Org>> {
    Read::of("/rest/orgs".to_owned())
}

/// Reads an organization: `GET /rest/orgs/{org_id}`.
#[must_use]
pub fn org(org: &str) -> Read<Document<Org>> {
    Read::of(below(org, &[]))
}

/// Reads an organization's projects: `GET /rest/orgs/{org_id}/projects`.
#[must_use]
pub fn projects(org: &str) -> Read<Page<Project>> {
    Read::of(below(org, &["projects"]))
}

/// Reads a project: `GET /rest/orgs/{org_id}/projects/{project_id}`.
#[must_use]
pub fn project(org: &str, project: &str) -> Read<Document<Project>> {
    Read::of(below(org, &["projects", project]))
}

/// Reads an organization's issues: `GET /rest/orgs/{org_id}/issues`.
#[must_use]
pub fn issues(org: &str) -> Read<Page<Issue>> {
    Read::of(below(org, &["issues"]))
}

/// Reads an issue: `GET /rest/orgs/{org_id}/issues/{issue_id}`.
#[must_use]
pub fn issue(org: &str, issue: &str) -> Read<Document<Issue>> {
    Read::of(below(org, &["issues", issue]))
}

/// Reads an organization's targets: `GET /rest/orgs/{org_id}/targets`.
#[must_use]
pub fn targets(org: &str) -> Read<Page<Target>> {
    Read::of(below(org, &["targets"]))
}

/// Reads a target: `GET /rest/orgs/{org_id}/targets/{target_id}`.
#[must_use]
pub fn target(org: &str, target: &str) -> Read<Document<Target>> {
    Read::of(below(org, &["targets", target]))
}

/// Returns a path below an organization. Ids come from responses and URLs, so each id is encoded as
/// exactly one segment.
fn below(org: &str, segments: &[&str]) -> String {
    let mut path = "/rest/orgs/".to_owned();
    for (index, segment) in std::iter::once(&org).chain(segments).enumerate() {
        if index > 0 {
            path.push('/');
        }
        let encoded = form_urlencoded::byte_serialize(segment.as_bytes());
        path.extend(encoded.map(|part| part.replace('+', "%20")));
        // The segments `.` and `..` would be resolved, also if percent-encoded once (WHATWG URL,
        // "double-dot URL path segment"). No object has such an id; encoding the percent sign too
        // keeps it a segment.
        if matches!(*segment, "." | "..") {
            path.truncate(path.len() - segment.len());
            path.extend(segment.chars().map(|_| "%252E"));
        }
    }
    path
}

impl<T> Read<T> {
    fn of(path: String) -> Self {
        Self {
            path,
            query: Vec::new(),
            answer: PhantomData,
        }
    }

    /// Sets a query parameter of the operation, named as in Snyk's OpenAPI document. Replaces an
    /// existing value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.retain(|(known, _)| *known != name);
        self.query.push((name, value.into()));
        self
    }

    /// Returns the path and query without the version: the page's request to the backend.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        self.with_pairs(&[])
    }

    /// Returns the path and query with the pinned [`VERSION`]: the backend's request to Snyk.
    #[must_use]
    pub fn versioned(&self) -> String {
        self.with_pairs(&[("version", VERSION)])
    }

    fn with_pairs(&self, more: &[(&str, &str)]) -> String {
        if self.query.is_empty() && more.is_empty() {
            return self.path.clone();
        }
        let start = format!("{}?", self.path);
        let length = start.len();
        Serializer::for_suffix(start, length)
            .extend_pairs(&self.query)
            .extend_pairs(more)
            .finish()
    }
}

impl<T> Read<Page<T>> {
    /// Sets the page size: 10 to 100, in steps of ten.
    #[must_use]
    pub fn limit(self, items: u32) -> Self {
        self.with("limit", items.to_string())
    }

    /// Requests the page after a cursor returned by [`Page::next`].
    #[must_use]
    pub fn after(self, cursor: impl Into<String>) -> Self {
        self.with("starting_after", cursor)
    }
}

impl Read<Page<Project>> {
    /// Requests the number of open issues of each project.
    #[must_use]
    pub fn issue_counts(self) -> Self {
        self.with("meta.latest_issue_counts", "true")
    }

    /// Requests only the number of projects, without the projects.
    #[must_use]
    pub fn count_only(self) -> Self {
        self.with("meta_count", "only")
    }
}

impl Read<Document<Project>> {
    /// Requests the number of open issues.
    #[must_use]
    pub fn issue_counts(self) -> Self {
        self.with("meta.latest_issue_counts", "true")
    }
}

impl Read<Page<Issue>> {
    /// Restricts the list to one project.
    #[must_use]
    pub fn of_project(self, project: impl Into<String>) -> Self {
        self.with("scan_item.id", project)
            .with("scan_item.type", "project")
    }

    /// Restricts the list to severities, as Snyk writes them, joined by commas.
    #[must_use]
    pub fn of_severities(self, severities: &str) -> Self {
        self.with("effective_severity_level", severities)
    }

    /// Restricts the list to statuses, as Snyk writes them, joined by commas.
    #[must_use]
    pub fn of_statuses(self, statuses: &str) -> Self {
        self.with("status", statuses)
    }

    /// Restricts the list to issues of one kind, as Snyk writes it.
    #[must_use]
    pub fn of_kind(self, kind: &str) -> Self {
        self.with("type", kind)
    }

    /// Restricts the list to issues that are ignored, or to those that are not.
    #[must_use]
    pub fn ignored(self, ignored: bool) -> Self {
        self.with("ignored", ignored.to_string())
    }

    /// Restricts the list to issues that Snyk first saw after a time (RFC 3339).
    #[must_use]
    pub fn created_after(self, time: impl Into<String>) -> Self {
        self.with("created_after", time)
    }

    /// Restricts the list to issues that changed after a time (RFC 3339).
    #[must_use]
    pub fn updated_after(self, time: impl Into<String>) -> Self {
        self.with("updated_after", time)
    }
}

impl<T> Clone for Read<T> {
    fn clone(&self) -> Self {
        Self {
            path: self.path.clone(),
            query: self.query.clone(),
            answer: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Read<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path_and_query())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: &str = "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11";

    #[test]
    fn a_read_names_path_and_parameters() {
        let read = projects(ORG).limit(LARGEST_PAGE).issue_counts();
        assert_eq!(
            read.path_and_query(),
            format!("/rest/orgs/{ORG}/projects?limit=100&meta.latest_issue_counts=true")
        );
        assert_eq!(
            read.after("a").after("v1.e+w==").path_and_query(),
            format!(
                "/rest/orgs/{ORG}/projects?limit=100&meta.latest_issue_counts=true&starting_after=v1.e%2Bw%3D%3D"
            )
        );
        assert_eq!(identity().path_and_query(), "/rest/self");
        assert_eq!(identity().versioned(), "/rest/self?version=2024-10-15");
        assert_eq!(
            orgs().limit(10).versioned(),
            "/rest/orgs?limit=10&version=2024-10-15"
        );
    }

    #[test]
    fn an_id_stays_one_segment() {
        assert_eq!(
            project("../x", "a/b?c #%").path_and_query(),
            "/rest/orgs/..%2Fx/projects/a%2Fb%3Fc%20%23%25"
        );
        for dots in [".", ".."] {
            let path = project(dots, dots).path_and_query();
            let url = url::Url::parse(&format!("https://api.example{path}")).unwrap();
            assert_eq!(url.path_segments().unwrap().count(), 5, "{url}");
        }
    }
}
