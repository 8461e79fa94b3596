//! The scopes that an app may request, with their descriptions.

const MEANINGS: [(&str, &str); 26] = [
    ("org.read", "See the organization’s details and settings"),
    ("org.edit", "Change the organization’s settings"),
    ("org.report.read", "See reports"),
    (
        "org.project.read",
        "See projects, their settings and targets",
    ),
    ("org.project.create", "Add projects"),
    ("org.project.edit", "Change projects"),
    ("org.project.delete", "Delete projects and targets"),
    ("org.project.status", "Switch projects on and off"),
    ("org.project.test", "Test projects"),
    ("org.project.ignore.read", "See ignores"),
    ("org.project.ignore.create", "Add ignores"),
    ("org.project.ignore.edit", "Change ignores"),
    ("org.project.ignore.delete", "Delete ignores"),
    ("org.project.attributes.edit", "Change projects’ attributes"),
    ("org.project.tag.edit", "Change projects’ tags"),
    ("org.project.pr.create", "Open fix pull requests"),
    (
        "org.project.pr.skip",
        "Mark failing pull request checks as passed",
    ),
    ("org.project.jira.issue.read", "See Jira issues"),
    ("org.project.jira.issue.create", "Create Jira issues"),
    (
        "org.project.snapshot.read",
        "See dependencies, vulnerabilities and other scan results",
    ),
    ("org.package.test", "Test packages"),
    ("org.container_image.read", "See container images"),
    ("org.collection.read", "See collections"),
    ("org.collection.create", "Make collections"),
    ("org.collection.edit", "Change collections"),
    ("org.collection.delete", "Delete collections"),
];

/// Returns all scopes.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    MEANINGS.into_iter().map(|(scope, _)| scope)
}

/// Returns the description of a scope, if it exists.
pub(crate) fn meaning(scope: &str) -> Option<&'static str> {
    MEANINGS
        .into_iter()
        .find_map(|(known, meaning)| (known == scope).then_some(meaning))
}
