//! An issue of any project, as the list over all projects keeps it.

use std::{borrow::Borrow, sync::Arc};

use shared::snyk::Issue;

use crate::data::{issues::row::Row, row::Platform};

/// An issue, with the place where Snyk found it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The id of the organization.
    pub org: Arc<str>,
    /// The id of the project; `None` for an issue of an environment, or if Snyk does not say.
    pub project: Option<Box<str>>,
    /// Whether the issue is one of an environment, which no project counts.
    pub is_in_environment: bool,
    /// The issue, without its long texts: twenty thousand of them must fit into memory, and the
    /// panel reads the one that it shows.
    pub row: Row,
    /// Title, place and ids, folded for the search.
    folded: Box<str>,
}

impl Found {
    /// Creates the row of an issue that was read from an organization.
    #[must_use]
    pub fn of(issue: Issue, org: &Arc<str>, platform: Platform) -> Self {
        let item = issue.scan_item.as_ref();
        let is_a = |kind| item.is_some_and(|item| item.kind.as_deref() == Some(kind));
        let (is_in_project, is_in_environment) = (is_a("project"), is_a("environment"));
        let project = item
            .filter(|_| is_in_project)
            .and_then(|item| item.id.as_deref())
            .map(Into::into);
        let row = Row::of(issue, platform.millis).without_texts();
        let ids = [&row.cves, &row.snyk_ids, &row.cwes, &row.others];
        let ids = ids
            .into_iter()
            .flat_map(|ids| ids.iter().map(|named| &*named.id));
        let mut searched = row.title.to_string();
        for part in row.place.as_deref().into_iter().chain(ids) {
            searched.push(' ');
            searched.push_str(part);
        }
        Self {
            org: Arc::clone(org),
            project,
            is_in_environment,
            folded: (platform.fold)(&searched).into(),
            row,
        }
    }

    /// Returns whether title, place or ids contain a folded text.
    #[must_use]
    pub fn has(&self, folded: &str) -> bool {
        self.folded.contains(folded)
    }

    /// Returns what identifies the project, if it is known: its organization and its id.
    #[must_use]
    pub fn project_key(&self) -> Option<(&str, &str)> {
        Some((&self.org, self.project.as_deref()?))
    }
}

impl Borrow<Row> for Found {
    fn borrow(&self) -> &Row {
        &self.row
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) const PLATFORM: Platform = Platform {
        fold: str::to_lowercase,
        millis: |time| time.parse().unwrap_or(f64::NAN),
    };

    /// Returns the issue `id` of a project of an organization, with attributes as Snyk writes them.
    pub(in super::super) fn found(org: &str, project: &str, id: &str, attributes: &str) -> Found {
        let text = format!(
            r#"{{"id":"{id}","attributes":{{"effective_severity_level":"high","status":"open",
            "ignored":false{attributes}}},
            "relationships":{{"scan_item":{{"data":{{"type":"project","id":"{project}"}}}}}}}}"#
        );
        read(org, &text)
    }

    fn read(org: &str, text: &str) -> Found {
        let issue: Issue = shared::json::read(text.as_bytes()).unwrap();
        Found::of(issue, &Arc::from(org), PLATFORM)
    }

    /// Returns attributes of a vulnerability of a package, with the flag of an upgrade.
    pub(in super::super) fn package(id: &str, name: &str, version: &str, upgrade: bool) -> String {
        format!(
            r#","title":"Title of {id}","problems":[{{"id":"{id}"}}],"coordinates":[{{
            "is_upgradeable":{upgrade},"representations":[{{"dependency":{{
            "package_name":"{name}","package_version":"{version}"}}}}]}}]"#
        )
    }

    #[test]
    fn an_issue_is_found_by_title_package_and_ids() {
        let found = found(
            "o",
            "p",
            "i",
            r#","title":"Prototype Pollution","classes":[{"id":"CWE-1321"}],
            "problems":[{"id":"CVE-2020-8203"},{"id":"SNYK-JS-LODASH-567746","source":"SNYK"}],
            "coordinates":[{"representations":[{"dependency":{
                "package_name":"lodash","package_version":"4.17.15"}}]}]"#,
        );
        for text in [
            "pollution",
            "lodash 4",
            "cve-2020-8203",
            "snyk-js-lodash",
            "cwe-1321",
        ] {
            assert!(found.has(text), "{text}");
        }
        assert!(!found.has("express"));
        assert_eq!(found.project_key(), Some(("o", "p")));
    }

    #[test]
    fn long_texts_are_not_kept() {
        let found = found("o", "p", "i", r#","description":"long""#);
        assert_eq!(found.row.description, None);
    }

    #[test]
    fn what_was_not_found_in_a_project_names_none() {
        let environment =
            r#"{"id":"i","relationships":{"scan_item":{"data":{"type":"environment","id":"e"}}}}"#;
        for (text, is_in_environment) in [(environment, true), (r#"{"id":"i"}"#, false)] {
            let found = read("o", text);
            assert_eq!(found.project, None, "{text}");
            assert_eq!(found.is_in_environment, is_in_environment, "{text}");
        }
    }
}
