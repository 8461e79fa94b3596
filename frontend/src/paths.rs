//! The paths of the app.

/// The start page: welcome, or the overview of the first connection.
pub const HOME: &str = "/";
/// The page to which the provider redirects the browser.
pub const CALLBACK: &str = shared::page_path::CALLBACK;

/// Returns the path of a connection's page.
#[must_use]
pub fn connection(id: &str) -> String {
    format!("/connections/{id}")
}

/// The parameter of a connection's page that names the scope which the person has just requested
/// again. It is part of the return path of the login, so that nothing has to be stored in the
/// browser.
pub const ASKED: &str = "asked";

/// Returns the path of a connection's page, after a scope was requested again.
#[must_use]
pub fn connection_asked(id: &str, scope: &str) -> String {
    format!("/connections/{id}?{ASKED}={scope}")
}

/// Returns the address of the page at Snyk on which a person removes apps. `authorize` is the
/// address of Snyk's consent page, which is on the same host.
#[must_use]
pub fn authorized_apps(authorize: &str) -> Option<String> {
    let (scheme, _) = authorize.split_once("://")?;
    Some(format!(
        "{scheme}://{}/account/manage/authorized-apps",
        host(authorize)
    ))
}

/// Returns the path of a connection's overview.
#[must_use]
pub fn overview(id: &str) -> String {
    format!("/connections/{id}/overview")
}

/// The parameter of the overview that names the severity whose projects are listed.
pub const SEVERITY: &str = "severity";

/// Returns the path of a connection's overview that lists every project with issues of a severity.
#[must_use]
pub fn overview_of(id: &str, severity: &str) -> String {
    format!("{}?{SEVERITY}={severity}", overview(id))
}

/// Returns the path of a connection's projects, which are those of its first organization.
#[must_use]
pub fn projects(id: &str) -> String {
    format!("/connections/{id}/projects")
}

/// Returns the path of an organization's projects.
#[must_use]
pub fn org_projects(id: &str, org: &str) -> String {
    format!("/connections/{id}/orgs/{org}/projects")
}

/// Returns the path of an organization's projects, with filters and order.
#[must_use]
pub fn org_projects_by(id: &str, org: &str, query: &str) -> String {
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{mark}{query}", org_projects(id, org))
}

/// Returns the path of a project's issues.
#[must_use]
pub fn project(id: &str, org: &str, project: &str) -> String {
    format!("/connections/{id}/orgs/{org}/projects/{project}")
}

/// Returns the address of an organization at Snyk.
#[must_use]
pub fn org_at_snyk(authorize: &str, slug: &str) -> Option<String> {
    let (scheme, _) = authorize.split_once("://")?;
    is_plain(slug).then(|| format!("{scheme}://{}/org/{slug}", host(authorize)))
}

/// Returns the address of an issue at Snyk: the project's page at the issue with this id of Snyk's
/// vulnerability database. Other issues have no known address.
#[must_use]
pub fn issue_at_snyk(authorize: &str, slug: &str, project: &str, issue: &str) -> Option<String> {
    let project = project_at_snyk(authorize, slug, project)?;
    let is_known = issue.starts_with("SNYK-") && is_plain(issue);
    is_known.then(|| format!("{project}#issue-{issue}"))
}

/// Returns whether a name consists only of characters that such names have. They come from outside.
fn is_plain(text: &str) -> bool {
    // A segment of dots alone would lead elsewhere.
    text.bytes().any(|byte| byte != b'.')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Returns the address of a project at Snyk. `authorize` is the address of Snyk's consent page,
/// which is on the same host, and `slug` that of the organization.
#[must_use]
pub fn project_at_snyk(authorize: &str, slug: &str, project: &str) -> Option<String> {
    let (scheme, _) = authorize.split_once("://")?;
    (is_plain(slug) && is_plain(project)).then(|| {
        format!(
            "{scheme}://{}/org/{slug}/project/{project}",
            host(authorize)
        )
    })
}

/// A part of the app with a link in the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The overview.
    Overview,
    /// Projects and their issues.
    Projects,
    /// The connection itself.
    Connection,
}

/// Returns the part to which a path belongs. The start page is the overview of a person who is
/// signed in.
#[must_use]
pub fn section(path: &str) -> Option<Section> {
    if path == HOME {
        return Some(Section::Overview);
    }
    let mut segments = path.strip_prefix("/connections/")?.split('/').skip(1);
    match segments.next() {
        None | Some("") => Some(Section::Connection),
        Some("overview") => Some(Section::Overview),
        Some("projects" | "orgs") => Some(Section::Projects),
        Some(_) => None,
    }
}

/// Returns the id of the connection that a path is about.
#[must_use]
pub fn connection_of(path: &str) -> Option<&str> {
    let id = path.strip_prefix("/connections/")?.split('/').next()?;
    (!id.is_empty()).then_some(id)
}

/// Returns the id of the organization that a path is about.
#[must_use]
pub fn org_of(path: &str) -> Option<&str> {
    after(path, "orgs")
}

/// Returns the id of the project that a path is about.
#[must_use]
pub fn project_of(path: &str) -> Option<&str> {
    org_of(path)?;
    after(path, "projects")
}

/// Returns the segment after the one with this name.
fn after<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    let mut segments = path.strip_prefix("/connections/")?.split('/').skip(1);
    segments.find(|segment| *segment == name)?;
    segments.next().filter(|segment| !segment.is_empty())
}

/// Returns the path of the link to projects in the bar: the projects of the organization that the
/// current path is about, if that path is of the same connection.
#[must_use]
pub fn projects_from(path: &str, id: &str) -> String {
    match org_of(path) {
        Some(org) if connection_of(path) == Some(id) => org_projects(id, org),
        _ => projects(id),
    }
}

/// Returns the address of the page at Snyk on which projects are added. `authorize` is the address
/// of Snyk's consent page, which is on the same host.
#[must_use]
pub fn import(authorize: &str, slug: &str) -> Option<String> {
    let (scheme, _) = authorize.split_once("://").filter(|_| !slug.is_empty())?;
    let slug: String = form_urlencoded::byte_serialize(slug.as_bytes()).collect();
    Some(format!("{scheme}://{}/org/{slug}/add", host(authorize)))
}

/// Returns the host of an absolute address, for display: `app.snyk.io`.
#[must_use]
pub fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_are_removed_where_they_are_allowed() {
        assert_eq!(
            authorized_apps("https://app.eu.snyk.io/oauth2/authorize").unwrap(),
            "https://app.eu.snyk.io/account/manage/authorized-apps"
        );
        assert_eq!(authorized_apps("nowhere"), None);
    }

    #[test]
    fn projects_are_added_where_the_organization_is() {
        assert_eq!(
            import("https://app.eu.snyk.io/oauth2/authorize", "a/b").unwrap(),
            "https://app.eu.snyk.io/org/a%2Fb/add"
        );
        assert_eq!(import("nowhere", "a"), None);
    }

    #[test]
    fn a_scope_asked_for_again_comes_back_in_a_return_path() {
        let path = connection_asked("01JD9Z7K3M8QW4", "org.project.ignore.read");
        assert!(shared::return_path::ReturnPath::parse(&path).is_some());
    }

    #[test]
    fn a_project_at_snyk_is_of_an_organization_with_a_plain_name() {
        let at = |slug| project_at_snyk("https://app.eu.snyk.io/oauth2/authorize", slug, "0-a");
        assert_eq!(
            at("meridian").unwrap(),
            "https://app.eu.snyk.io/org/meridian/project/0-a"
        );
        assert_eq!((at("../x"), at(""), at("a/b")), (None, None, None));
    }

    #[test]
    fn an_organization_and_an_issue_are_opened_where_they_are() {
        let authorize = "https://app.eu.snyk.io/oauth2/authorize";
        assert_eq!(
            org_at_snyk(authorize, "meridian").unwrap(),
            "https://app.eu.snyk.io/org/meridian"
        );
        assert!(org_at_snyk(authorize, "me.ridian").is_some());
        for odd in ["../x", "..", ".", ""] {
            assert_eq!(org_at_snyk(authorize, odd), None, "{odd}");
        }
        let at = |issue| issue_at_snyk(authorize, "meridian", "0-a", issue);
        assert_eq!(
            at("SNYK-JS-LODASH-567746").unwrap(),
            "https://app.eu.snyk.io/org/meridian/project/0-a#issue-SNYK-JS-LODASH-567746"
        );
        assert_eq!((at("npm:lodash:1"), at("SNYK-A&b")), (None, None));
    }

    #[test]
    fn the_server_knows_every_page() {
        for path in [
            HOME.to_owned(),
            CALLBACK.to_owned(),
            connection("c"),
            overview("c"),
            projects("c"),
            org_projects("c", "o"),
            project("c", "o", "p"),
        ] {
            assert!(shared::page_path::is_page(&path), "{path}");
        }
    }

    #[test]
    fn each_path_lies_in_a_section_and_names_its_connection() {
        for (path, part) in [
            (overview("c"), Section::Overview),
            (projects("c"), Section::Projects),
            (org_projects("c", "o"), Section::Projects),
            (project("c", "o", "p"), Section::Projects),
            (connection("c"), Section::Connection),
        ] {
            assert_eq!(section(&path), Some(part), "{path}");
            assert_eq!(connection_of(&path), Some("c"), "{path}");
        }
        assert_eq!(section(HOME), Some(Section::Overview));
        assert_eq!(section(CALLBACK), None);
        assert_eq!(connection_of(HOME), None);
        assert_eq!(connection_of("/connections/"), None);
    }

    #[test]
    fn the_bar_leads_to_the_projects_of_the_same_organization() {
        assert_eq!(
            projects_from(&org_projects("c", "o"), "c"),
            org_projects("c", "o")
        );
        assert_eq!(
            projects_from(&project("c", "o", "p"), "c"),
            org_projects("c", "o")
        );
        for path in [overview("c"), projects("c"), HOME.to_owned()] {
            assert_eq!(projects_from(&path, "c"), projects("c"), "{path}");
        }
        // The path is about a connection that this session does not have.
        assert_eq!(projects_from(&org_projects("x", "o"), "c"), projects("c"));
    }

    #[test]
    fn a_path_names_its_organization_and_project() {
        let path = project("c", "o", "p");
        assert_eq!((org_of(&path), project_of(&path)), (Some("o"), Some("p")));
        let path = org_projects("c", "o");
        assert_eq!((org_of(&path), project_of(&path)), (Some("o"), None));
        assert_eq!(
            (org_of(&projects("c")), project_of(&projects("c"))),
            (None, None)
        );
    }

    #[test]
    fn the_host_is_what_stands_between_scheme_and_path() {
        assert_eq!(host("https://app.snyk.io/oauth2/authorize"), "app.snyk.io");
        assert_eq!(host("http://127.0.0.1:4010?x"), "127.0.0.1:4010");
    }
}
