//! The parts of the app that the bar links to.

use shared::route::Route;

/// A part of the app with a link in the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The overview.
    Overview,
    /// The issues of all projects.
    Issues,
    /// Projects and their issues.
    Projects,
    /// The connection itself.
    Connection,
}

impl Section {
    /// Returns the part to which a page belongs. The start page is the overview of a person who is
    /// signed in.
    #[must_use]
    pub fn of(page: &Route) -> Option<Self> {
        match page {
            Route::Callback | Route::Sessions | Route::Flow | Route::Admin => None,
            Route::Home | Route::Overview(_) => Some(Self::Overview),
            Route::AllIssues(_) => Some(Self::Issues),
            Route::Projects(_) | Route::OrgProjects { .. } | Route::Issues { .. } => {
                Some(Self::Projects)
            }
            Route::Connection(_) => Some(Self::Connection),
        }
    }

    /// Returns the first page of the part, for a connection.
    #[must_use]
    pub fn first(self, connection: &str) -> Route {
        let connection = connection.to_owned();
        match self {
            Self::Overview => Route::Overview(connection),
            Self::Issues => Route::AllIssues(connection),
            Self::Projects => Route::Projects(connection),
            Self::Connection => Route::Connection(connection),
        }
    }

    /// Returns the page to which the bar links on the page `from`. The projects are those of the
    /// organization that the page is about, if it is a page of the same connection.
    #[must_use]
    pub fn from(self, from: Option<&Route>, connection: &str) -> Route {
        let from = from.filter(|from| from.connection() == Some(connection));
        match (self, from.and_then(Route::org)) {
            (Self::Projects, Some(org)) => Route::org_projects(connection, org),
            _ => self.first(connection),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_lies_in_a_section() {
        let id = || "c".to_owned();
        for (page, section) in [
            (Route::Home, Some(Section::Overview)),
            (Route::Callback, None),
            (Route::Sessions, None),
            (Route::Flow, None),
            (Route::Admin, None),
            (Route::Overview(id()), Some(Section::Overview)),
            (Route::AllIssues(id()), Some(Section::Issues)),
            (Route::Projects(id()), Some(Section::Projects)),
            (Route::org_projects("c", "o"), Some(Section::Projects)),
            (Route::issues("c", "o", "p"), Some(Section::Projects)),
            (Route::Connection(id()), Some(Section::Connection)),
        ] {
            assert_eq!(Section::of(&page), section, "{page}");
        }
    }

    #[test]
    fn the_first_page_of_a_section_lies_in_it() {
        for section in [
            Section::Overview,
            Section::Issues,
            Section::Projects,
            Section::Connection,
        ] {
            let first = section.first("c");
            assert_eq!(Section::of(&first), Some(section), "{first}");
            assert_eq!(first.connection(), Some("c"), "{first}");
        }
    }

    #[test]
    fn the_bar_leads_to_the_projects_of_the_same_organization() {
        let of_org = Route::org_projects("c", "o");
        let link = |from: Option<&Route>| Section::Projects.from(from, "c");
        assert_eq!(link(Some(&of_org)), of_org);
        assert_eq!(link(Some(&Route::issues("c", "o", "p"))), of_org);
        let first = Route::Projects("c".to_owned());
        for from in [
            Some(Route::Overview("c".to_owned())),
            Some(first.clone()),
            Some(Route::Home),
            // The page is about a connection that this session does not have.
            Some(Route::org_projects("x", "o")),
            None,
        ] {
            assert_eq!(link(from.as_ref()), first, "{from:?}");
        }
        let overview = Section::Overview.from(Some(&of_org), "c");
        assert_eq!(overview, Route::Overview("c".to_owned()));
    }
}
