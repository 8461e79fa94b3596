//! The pages of projects.

use std::path::Path;

use anyhow::Result;
use bench_options::Page;
use serde_json::json;

const ORG: &str = "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11";
pub(super) const MEDIA_TYPE: &str = "application/vnd.api+json";

/// What a page contains, and where it is.
pub(crate) trait Contents {
    /// Returns the path and query at the upstream.
    fn path(self) -> String;
    /// Returns the body.
    fn body(self) -> String;
    /// Returns a title for a person.
    fn title(self) -> &'static str;
}

impl Contents for Page {
    fn path(self) -> String {
        let limit = match self {
            Self::Small => 10,
            Self::Large => 100,
        };
        format!("/rest/orgs/{ORG}/projects?limit={limit}")
    }

    fn body(self) -> String {
        let count = match self {
            Self::Small => 3,
            Self::Large => 100,
        };
        let project = json!({ "type": "project", "id": ORG,
            "attributes": { "name": "acme/web:services/checkout/package-lock.json", "type": "npm",
                "origin": "github", "status": "active", "read_only": false,
                "created": "2024-01-02T03:04:05Z",
                "target_file": "services/checkout/package-lock.json", "target_reference": "main",
                "settings": { "recurring_tests": { "frequency": "daily" } } },
            "meta": { "latest_issue_counts": { "critical": 1, "high": 2, "medium": 5, "low": 9,
                "updated_at": "2024-01-02T03:04:05Z" } },
            "relationships": {
                "target": { "data": { "type": "target", "id": ORG }, "links": {} },
                "organization": { "data": { "type": "org", "id": ORG }, "links": {} } } });
        let data = vec![project; count];
        json!({ "data": data, "jsonapi": { "version": "1.0" }, "links": {} }).to_string()
    }

    fn title(self) -> &'static str {
        match self {
            Self::Small => "3 projects, 2 KB",
            Self::Large => "100 projects, 66 KB",
        }
    }
}

/// Writes the pages where nginx finds them.
pub(super) fn write(folder: &Path) -> Result<()> {
    let folder = folder.join("pages");
    std::fs::create_dir(&folder)?;
    std::fs::write(folder.join("small"), Page::Small.body())?;
    std::fs::write(folder.join("large"), Page::Large.body())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_as_large_as_they_are_called() {
        for (page, kilobytes) in [(Page::Small, 2), (Page::Large, 66)] {
            assert_eq!((page.body().len() + 512) / 1_024, kilobytes);
        }
    }
}
