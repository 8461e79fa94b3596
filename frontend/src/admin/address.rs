//! The query of an address of the administration, which alone keeps what a person has chosen there.

use shared::{
    api::admin::{EventKind, InstallSort, InstallStatus},
    route::Route,
};

use crate::data::query::Query;

/// A part of the administration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// The installs.
    #[default]
    Installs,
    /// The activity log.
    Activity,
    /// What the server uses.
    Settings,
}

impl Tab {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Installs, Self::Activity, Self::Settings];

    /// Returns the name in the address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Installs => "installs",
            Self::Activity => "activity",
            Self::Settings => "settings",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.name() == name)
    }

    /// Returns the label.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Installs => "Installs",
            Self::Activity => "Activity",
            Self::Settings => "App settings",
        }
    }
}

/// What is shown, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The part.
    pub tab: Tab,
    /// The id of the install that is open.
    pub install: Option<String>,
    /// The text that installs are searched for.
    pub search: String,
    /// The status of the installs that are listed.
    pub status: Option<InstallStatus>,
    /// The order of the installs.
    pub sort: InstallSort,
    /// The kinds of the events that are listed; empty for all.
    pub kinds: Vec<EventKind>,
}

impl Place {
    /// Parses the query of an address. What is unknown is ignored.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let query = Query::parse(query);
        let word = |name| query.text(name).unwrap_or_default();
        let kinds = query.list("kinds").unwrap_or_default();
        let kinds = kinds.iter().filter_map(|kind| EventKind::from_word(kind));
        Self {
            tab: Tab::from_name(word("tab")).unwrap_or_default(),
            install: Some(word("install").to_owned()).filter(|id| !id.is_empty()),
            search: word("q").to_owned(),
            status: InstallStatus::from_word(word("status")),
            sort: InstallSort::from_word(word("sort")).unwrap_or_default(),
            kinds: kinds.collect(),
        }
    }

    /// Returns the query. What is the default is left out.
    #[must_use]
    pub fn query(&self) -> String {
        let mut query = Query::default();
        if self.tab != Tab::default() {
            query.add("tab", self.tab.name());
        }
        if let Some(install) = &self.install {
            query.add("install", install);
        }
        if !self.search.is_empty() {
            query.add("q", &self.search);
        }
        if let Some(status) = self.status {
            query.add("status", status.as_str());
        }
        if self.sort != InstallSort::default() {
            query.add("sort", self.sort.as_str());
        }
        let kinds = self.kinds.iter().map(|kind| kind.as_str().to_owned());
        query.add_list("kinds", &kinds.collect::<Vec<_>>());
        query.to_string()
    }

    /// Returns the address.
    #[must_use]
    pub fn address(&self) -> String {
        Route::Admin.with_query(&self.query())
    }

    /// Returns this place with another part, and no install open.
    #[must_use]
    pub fn at(&self, tab: Tab) -> Self {
        Self {
            tab,
            install: None,
            ..self.clone()
        }
    }

    /// Returns this place with an install open.
    #[must_use]
    pub fn opening(&self, install: &str) -> Self {
        Self {
            install: Some(install.to_owned()),
            ..self.clone()
        }
    }

    /// Returns this place with the installs of a status, or of any.
    #[must_use]
    pub fn of_status(&self, status: Option<InstallStatus>) -> Self {
        Self {
            status,
            ..self.at(Tab::Installs)
        }
    }

    /// Returns this place after a kind of event was pressed.
    #[must_use]
    pub fn toggling(&self, kind: EventKind) -> Self {
        let mut place = self.clone();
        match place.kinds.iter().position(|one| *one == kind) {
            Some(at) => {
                place.kinds.remove(at);
            }
            None => place.kinds.push(kind),
        }
        place
    }

    /// Returns whether installs are filtered.
    #[must_use]
    pub fn is_filtering(&self) -> bool {
        !self.search.is_empty() || self.status.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_in_the_address_and_comes_back_from_it() {
        for (query, address) in [
            ("", "/admin"),
            ("tab=activity", "/admin?tab=activity"),
            (
                "tab=activity&kinds=connected,admin_left",
                "/admin?tab=activity&kinds=connected,admin_left",
            ),
            (
                "install=01J&q=%C5%81%C3%B3d%C5%BA&status=refresh_failing&sort=ending",
                "/admin?install=01J&q=%C5%81%C3%B3d%C5%BA&status=refresh_failing&sort=ending",
            ),
            // Defaults, and what nobody knows.
            ("tab=installs&sort=name&q=&install=", "/admin"),
            (
                "tab=x&sort=x&status=x&kinds=x,connected",
                "/admin?kinds=connected",
            ),
        ] {
            let place = Place::parse(query);
            assert_eq!(place.address(), address);
            assert_eq!(Place::parse(&place.query()), place);
        }
    }

    #[test]
    fn a_part_keeps_what_was_chosen_in_another() {
        let place = Place::parse("q=a&status=active&install=01J");
        assert_eq!(
            place.at(Tab::Activity).query(),
            "tab=activity&q=a&status=active"
        );
        assert_eq!(place.of_status(None).query(), "q=a");
        assert_eq!(place.opening("02J").install.as_deref(), Some("02J"));
    }

    #[test]
    fn a_kind_that_is_pressed_twice_is_no_filter() {
        let place = Place::default().toggling(EventKind::Swept);
        assert_eq!(place.kinds, [EventKind::Swept]);
        assert_eq!(place.toggling(EventKind::Swept), Place::default());
    }
}
