//! The request for an organization's issues. Snyk filters by some of their properties itself.

use shared::snyk::{
    Issue, Page, Read,
    issue::IssueStatus,
    read::{self, LARGEST_PAGE},
};

use super::{filters::Filters, since::Since};
use crate::data::{issues, severity::Level};

/// The filters that Snyk applies. Everything else is filtered here, among the issues that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Severities, worst first; none means all.
    pub levels: Vec<Level>,
    statuses: Vec<String>,
    kind: Option<String>,
    ignored: Option<bool>,
    created: Since,
    updated: Since,
}

impl Request {
    /// Returns the request for filters.
    #[must_use]
    pub fn of(filters: &Filters) -> Self {
        let issues::filters::Filters {
            levels,
            statuses,
            kinds,
            ignored,
            ..
        } = &filters.issue;
        // Snyk refuses a status that it does not know, and takes one kind at most.
        let known = [IssueStatus::Open, IssueStatus::Resolved];
        let is_known = |status: &String| known.iter().any(|known| known.as_str() == status);
        let statuses = statuses.iter().all(is_known).then(|| statuses.clone());
        let kind = match kinds.as_slice() {
            [one] if KINDS.contains(&one.as_str()) => Some(one.clone()),
            _ => None,
        };
        Self {
            levels: levels.clone(),
            statuses: statuses.unwrap_or_default(),
            kind,
            ignored: *ignored,
            created: filters.created,
            updated: filters.updated,
        }
    }

    /// Returns the request for all severities and kinds, whose issues include those of this one.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self {
            levels: Vec::new(),
            kind: None,
            ..self.clone()
        }
    }

    /// Returns a text that differs from that of every other request.
    #[must_use]
    pub fn word(&self) -> String {
        let words = [
            Level::names(&self.levels).join(","),
            self.statuses.join(","),
            self.kind.clone().unwrap_or_default(),
            self.ignored.map_or("", ignored_word).to_owned(),
            self.created.word().to_owned(),
            self.updated.word().to_owned(),
        ];
        words.join("&")
    }

    /// Returns the pages of an organization's issues. `now` is in milliseconds, and `time` formats a
    /// time as RFC 3339.
    #[must_use]
    pub fn pages(&self, org: &str, now: f64, time: fn(f64) -> String) -> Read<Page<Issue>> {
        let mut read = read::issues(org).limit(LARGEST_PAGE);
        if !self.levels.is_empty() {
            read = read.of_severities(&Level::names(&self.levels).join(","));
        }
        if !self.statuses.is_empty() {
            read = read.of_statuses(&self.statuses.join(","));
        }
        if let Some(kind) = &self.kind {
            read = read.of_kind(kind);
        }
        if let Some(ignored) = self.ignored {
            read = read.ignored(ignored);
        }
        if let Some(start) = self.created.start(now) {
            read = read.created_after(time(start));
        }
        if let Some(start) = self.updated.start(now) {
            read = read.updated_after(time(start));
        }
        read
    }
}

const fn ignored_word(ignored: bool) -> &'static str {
    if ignored { "yes" } else { "no" }
}

/// The kinds that Snyk filters by (schema `TypeDef`).
const KINDS: [&str; 6] = [
    "package_vulnerability",
    "license",
    "cloud",
    "code",
    "custom",
    "config",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> String {
        let request = Request::of(&Filters::parse(query));
        let path = request
            .pages("o", 0.0, |at| at.to_string())
            .path_and_query();
        path.replacen("/rest/orgs/o/issues?limit=100", "", 1)
    }

    #[test]
    fn what_snyk_can_filter_it_filters() {
        assert_eq!(asked(""), "&status=open&ignored=false");
        assert_eq!(
            asked("severity=high,critical&status=open,resolved&kind=code&ignored=all"),
            "&effective_severity_level=critical%2Chigh&status=open%2Cresolved&type=code"
        );
        assert_eq!(
            asked("status=all&ignored=yes&created=7d&updated=30d"),
            "&ignored=true&created_after=-604800000&updated_after=-2592000000"
        );
    }

    #[test]
    fn what_snyk_would_refuse_is_filtered_here() {
        assert_eq!(asked("status=open,novel&kind=novel&ignored=all"), "");
        assert_eq!(asked("status=all&kind=code,cloud&ignored=all"), "");
        // These never reach Snyk.
        assert_eq!(asked("q=x&org=o&fixable=yes"), asked(""));
    }

    #[test]
    fn different_requests_have_different_words() {
        let queries = [
            "",
            "status=all",
            "severity=low",
            "kind=code",
            "ignored=yes",
            "ignored=all",
            "created=7d",
            "updated=7d",
        ];
        let words = queries.map(|query| Request::of(&Filters::parse(query)).word());
        let different: std::collections::HashSet<_> = words.iter().collect();
        assert_eq!(different.len(), queries.len());
    }

    #[test]
    fn a_wider_request_includes_the_issues_of_a_narrower_one() {
        let narrow = Request::of(&Filters::parse("severity=high&kind=code&created=7d"));
        assert_eq!(narrow.widened(), Request::of(&Filters::parse("created=7d")));
        assert_eq!(narrow.widened().widened(), narrow.widened());
    }
}
