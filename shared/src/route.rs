//! The addresses of the app: which paths are pages, and which page each of them is.
//!
//! The backend answers the path of a page with the HTML document, and any other path with 404. The
//! app displays the page of a path, and makes every link to a page from a [`Route`].

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode};

/// Path of the redirect URI.
pub const CALLBACK: &str = "/callback";

/// Path of the page of a person's browsers.
const SESSIONS: &str = "/sessions";

/// Path of the page that shows what happens in a login.
const FLOW: &str = "/flow";

/// The parameter of [`Route::Flow`] that names the connection whose login is shown.
pub const LOGIN_OF: &str = "connection";

/// Path of the administration. The secret of an administrator's link is the fragment.
pub const ADMIN: &str = "/admin";

/// The parameter of a connection's page that names the scope which the person has just requested
/// again. It is part of the return path of the login, so that nothing has to be stored in the
/// browser.
pub const ASKED: &str = "asked";

/// The parameter of an overview that names the severity whose projects are listed.
pub const SEVERITY: &str = "severity";

/// The characters of an id that are written as they are, in any part of a path.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A page of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The start page: welcome, or the overview of the first connection.
    Home,
    /// The page to which the provider redirects the browser.
    Callback,
    /// The browsers in which a person is signed in.
    Sessions,
    /// What happens in a login.
    Flow,
    /// The administration of all installs, which has a session of its own.
    Admin,
    /// A connection.
    Connection(String),
    /// The overview of a connection.
    Overview(String),
    /// The projects of a connection's first organization.
    Projects(String),
    /// The projects of an organization.
    OrgProjects {
        /// The connection's id.
        connection: String,
        /// The organization's id.
        org: String,
    },
    /// The issues of all projects of a connection.
    AllIssues(String),
    /// The issues of a project.
    Issues {
        /// The connection's id.
        connection: String,
        /// The organization's id.
        org: String,
        /// The project's id.
        project: String,
    },
}

impl Route {
    /// Returns the page of a path, with or without a trailing slash; `None` if the path is not that
    /// of a page.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        let path = match path.strip_suffix('/') {
            Some(rest) if !rest.is_empty() => rest,
            _ => path,
        };
        let segments: Vec<_> = path.split('/').collect();
        match *segments {
            [""] => Some(Self::Home),
            ["callback"] => Some(Self::Callback),
            ["sessions"] => Some(Self::Sessions),
            ["flow"] => Some(Self::Flow),
            ["admin"] => Some(Self::Admin),
            ["connections", id, ref rest @ ..] if !id.is_empty() => {
                let id = decode(id);
                match *rest {
                    [] => Some(Self::Connection(id)),
                    ["overview"] => Some(Self::Overview(id)),
                    ["projects"] => Some(Self::Projects(id)),
                    ["issues"] => Some(Self::AllIssues(id)),
                    ["orgs", org, "projects"] if !org.is_empty() => Some(Self::OrgProjects {
                        connection: id,
                        org: decode(org),
                    }),
                    ["orgs", org, "projects", project]
                        if !org.is_empty() && !project.is_empty() =>
                    {
                        Some(Self::Issues {
                            connection: id,
                            org: decode(org),
                            project: decode(project),
                        })
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Returns the page of an organization's projects.
    #[must_use]
    pub fn org_projects(connection: &str, org: &str) -> Self {
        Self::OrgProjects {
            connection: connection.to_owned(),
            org: org.to_owned(),
        }
    }

    /// Returns the page of a project's issues.
    #[must_use]
    pub fn issues(connection: &str, org: &str, project: &str) -> Self {
        Self::Issues {
            connection: connection.to_owned(),
            org: org.to_owned(),
            project: project.to_owned(),
        }
    }

    /// Returns the address of a connection's page, after a scope was requested again.
    #[must_use]
    pub fn asked_again(connection: &str, scope: &str) -> String {
        Self::Connection(connection.to_owned()).with_query(&format!("{ASKED}={}", encode(scope)))
    }

    /// Returns the address at which the login of a connection is shown.
    #[must_use]
    pub fn login_of(connection: &str) -> String {
        Self::Flow.with_query(&format!("{LOGIN_OF}={}", encode(connection)))
    }

    /// Returns the address of an overview that lists every project with issues of a severity.
    #[must_use]
    pub fn overview_of(connection: &str, severity: &str) -> String {
        Self::Overview(connection.to_owned()).with_query(&format!("{SEVERITY}={severity}"))
    }

    /// Returns the address of the issues of a severity in all projects, or in those of one
    /// organization.
    #[must_use]
    pub fn all_issues_of(connection: &str, severity: &str, org: Option<&str>) -> String {
        let mut query = format!("{SEVERITY}={severity}");
        if let Some(org) = org {
            query.push_str("&org=");
            query.extend(encode(org));
        }
        Self::AllIssues(connection.to_owned()).with_query(&query)
    }

    /// Returns the address of the page with a query, which may be empty.
    #[must_use]
    pub fn with_query(&self, query: &str) -> String {
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{self}{mark}{query}")
    }

    /// Returns the id of the connection that the page is about.
    #[must_use]
    pub fn connection(&self) -> Option<&str> {
        match self {
            Self::Home | Self::Callback | Self::Sessions | Self::Flow | Self::Admin => None,
            Self::Connection(connection)
            | Self::Overview(connection)
            | Self::Projects(connection)
            | Self::AllIssues(connection)
            | Self::OrgProjects { connection, .. }
            | Self::Issues { connection, .. } => Some(connection),
        }
    }

    /// Returns the id of the organization that the page is about.
    #[must_use]
    pub fn org(&self) -> Option<&str> {
        match self {
            Self::OrgProjects { org, .. } | Self::Issues { org, .. } => Some(org),
            _ => None,
        }
    }

    /// Returns the id of the project that the page is about.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        match self {
            Self::Issues { project, .. } => Some(project),
            _ => None,
        }
    }
}

/// The path of the page.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => return f.write_str("/"),
            Self::Callback => return f.write_str(CALLBACK),
            Self::Sessions => return f.write_str(SESSIONS),
            Self::Flow => return f.write_str(FLOW),
            Self::Admin => return f.write_str(ADMIN),
            _ => {}
        }
        let connection = self.connection().unwrap_or_default();
        write!(f, "/connections/{}", encode(connection))?;
        match self {
            Self::Overview(_) => f.write_str("/overview"),
            Self::Projects(_) => f.write_str("/projects"),
            Self::AllIssues(_) => f.write_str("/issues"),
            Self::OrgProjects { org, .. } => write!(f, "/orgs/{}/projects", encode(org)),
            Self::Issues { org, project, .. } => {
                write!(f, "/orgs/{}/projects/{}", encode(org), encode(project))
            }
            Self::Home
            | Self::Callback
            | Self::Sessions
            | Self::Flow
            | Self::Admin
            | Self::Connection(_) => Ok(()),
        }
    }
}

fn encode(id: &str) -> PercentEncode<'_> {
    percent_encoding::utf8_percent_encode(id, UNRESERVED)
}

fn decode(segment: &str) -> String {
    let bytes = percent_encoding::percent_decode_str(segment);
    bytes.decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_route(id: &str) -> [Route; 11] {
        [
            Route::Home,
            Route::Callback,
            Route::Sessions,
            Route::Flow,
            Route::Admin,
            Route::Connection(id.to_owned()),
            Route::Overview(id.to_owned()),
            Route::Projects(id.to_owned()),
            Route::AllIssues(id.to_owned()),
            Route::org_projects(id, "o"),
            Route::issues(id, "o", "p"),
        ]
    }

    #[test]
    fn the_path_of_a_route_leads_to_that_route() {
        for id in ["01JD9Z7K3M8QW4", "0-a_b.c~d", "a/b?c#d", "50 %", "é"] {
            for route in every_route(id) {
                let path = route.to_string();
                assert_eq!(Route::parse(&path).as_ref(), Some(&route), "{path}");
                let slash = format!("{path}/");
                let expected = (route != Route::Home).then_some(route);
                assert_eq!(Route::parse(&slash), expected, "{slash}");
            }
        }
    }

    #[test]
    fn every_page_has_the_path_that_links_from_outside_have() {
        assert_eq!(
            every_route("c").map(|route| route.to_string()),
            [
                "/",
                "/callback",
                "/sessions",
                "/flow",
                "/admin",
                "/connections/c",
                "/connections/c/overview",
                "/connections/c/projects",
                "/connections/c/issues",
                "/connections/c/orgs/o/projects",
                "/connections/c/orgs/o/projects/p",
            ]
        );
    }

    #[test]
    fn what_looks_like_a_probe_is_no_page() {
        for other in [
            "",
            "//",
            "callback",
            "/healthz/",
            "/readyz/",
            "/READYZ",
            "/livez",
            "/metrics",
            "/health",
            "/status",
            "/ping",
            "/Callback",
            "/callback//",
            "/callback/x",
            "/%63allback",
            "/sessions/x",
            "/flow/x",
            "/Sessions",
            "/admin/x",
            "/Admin",
            "/administrator",
            "/admin.php",
            "/connections",
            "/connections/",
            "/connections//overview",
            "/connections/x/health",
            "/connections/x/orgs/o",
            "/connections/x/orgs//projects",
            "/connections/x/orgs/o/projects//",
            "/connections/x/orgs/o/projects/p/q",
        ] {
            assert_eq!(Route::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_route_names_connection_organization_and_project() {
        let named = |route: &Route| {
            let ids = [route.connection(), route.org(), route.project()];
            ids.map(|id| id.map(str::to_owned))
                .map(Option::unwrap_or_default)
        };
        assert_eq!(
            every_route("c").map(|route| named(&route).join(",")),
            [
                ",,", ",,", ",,", ",,", ",,", "c,,", "c,,", "c,,", "c,,", "c,o,", "c,o,p"
            ]
        );
    }

    #[test]
    fn a_scope_asked_for_again_comes_back_in_a_return_path() {
        let address = Route::asked_again("01JD9Z7K3M8QW4", "org.project.ignore.read");
        assert_eq!(
            address,
            "/connections/01JD9Z7K3M8QW4?asked=org.project.ignore.read"
        );
        assert!(crate::return_path::ReturnPath::parse(&address).is_some());
    }
}
