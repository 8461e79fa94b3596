//! The project in the heading of its issues.

use shared::snyk::{Project, project::ProjectStatus};

use crate::data::{
    facet::Facet,
    name::{self, Parts},
    row::Row,
    unknown,
};

/// A project, as shown above its issues.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The name as Snyk writes it.
    pub name: String,
    file: String,
    kind: String,
    origin: String,
    branch: String,
    is_inactive: bool,
    /// The time at which the issues were counted, in milliseconds.
    pub updated: Option<f64>,
}

impl Head {
    /// Converts a project that was read on its own. `millis` parses times.
    #[must_use]
    pub fn of(project: Project, millis: fn(&str) -> f64) -> Self {
        let attributes = project.attributes;
        let counts = project.meta.latest_issue_counts;
        let updated = counts.and_then(|counts| counts.updated_at);
        Self {
            name: attributes.name.unwrap_or_else(|| unknown::LABEL.to_owned()),
            file: attributes.target_file.unwrap_or_default(),
            kind: unknown::word(attributes.kind),
            origin: unknown::word(attributes.origin),
            branch: attributes.target_reference.unwrap_or_default(),
            is_inactive: attributes.status == Some(ProjectStatus::Inactive),
            updated: updated
                .as_deref()
                .map(millis)
                .filter(|at: &f64| at.is_finite()),
        }
    }

    /// Converts a row of the list of projects, which lacks the file and the branch.
    #[must_use]
    pub fn of_row(row: &Row) -> Self {
        Self {
            name: row.name().to_owned(),
            file: String::new(),
            kind: row.kind.to_string(),
            origin: row.origin.to_string(),
            branch: String::new(),
            is_inactive: row.is_inactive(),
            updated: row.updated,
        }
    }

    /// Returns the parts of the name.
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        name::split(&self.name, &self.file)
    }

    /// Returns type, source and branch: `npm, from GitHub, branch main.`
    #[must_use]
    pub fn facts(&self) -> String {
        let mut facts = match self.kind.as_str() {
            unknown::WORD => "Unknown type".to_owned(),
            kind => kind.to_owned(),
        };
        match self.origin.as_str() {
            unknown::WORD => facts.push_str(", unknown origin"),
            origin => {
                facts.push_str(", from ");
                facts.push_str(Facet::Origin.called(origin));
            }
        }
        if !self.branch.is_empty() {
            facts.push_str(", branch ");
            facts.push_str(&self.branch);
        }
        if self.is_inactive {
            facts.push_str(", inactive");
        }
        facts.push('.');
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        Head::of(shared::json::read(text.as_bytes()).unwrap(), |time| {
            time.parse().unwrap_or(f64::NAN)
        })
    }

    #[test]
    fn what_snyk_does_not_say_of_a_project_is_unknown() {
        let head = head(r#"{"id":"p","attributes":{"name":null,"read_only":null}}"#);
        assert_eq!((&*head.name, head.updated), ("Unknown", None));
        assert_eq!(head.facts(), "Unknown type, unknown origin.");
    }

    #[test]
    fn a_project_is_told_by_kind_origin_and_branch() {
        let text = r#"{"id":"p","type":"project","attributes":{"name":"meridian/web:a/pom.xml",
            "type":"maven","origin":"github","status":"inactive","created":"1","target_file":"a/pom.xml",
            "target_reference":"main"},"meta":{"latest_issue_counts":{"critical":1,"updated_at":"7"}}}"#;
        let head = head(text);
        assert_eq!(head.facts(), "maven, from GitHub, branch main, inactive.");
        assert_eq!(head.parts().folder, "a/");
        assert_eq!(head.updated, Some(7.0));
    }
}
