//! The name of a connection and its searchable text, by which an administrator finds it (pure).

use shared::api::connection::{Context, Org, group_name};

/// Maximum number of characters of the name in the form that is sorted: an index bounds its entries.
const MAX_KEY: usize = 100;

/// The name and the searchable text of a connection, without NUL, which PostgreSQL refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The name of its group, or of its first organization; empty if nothing is known.
    pub name: String,
    /// The beginning of the name in lower case, by which connections are sorted.
    pub name_key: String,
    /// Whether the name is that of a group.
    pub is_group: bool,
    /// The number of its organizations.
    pub org_count: u32,
    /// The name and those of all organizations in lower case, a line for each.
    pub search_text: String,
}

impl Label {
    /// Returns the label of a connection with these organizations.
    #[must_use]
    pub fn of(context: Option<Context>, orgs: &[Org]) -> Self {
        let group = group_name(context, orgs);
        let first = orgs.first().map(|org| org.name.as_str());
        let name = group.or(first).unwrap_or_default();
        let mut search_text = searched(name);
        for org in orgs {
            search_text.push('\n');
            search_text.push_str(&searched(&org.name));
        }
        Self {
            name: name.replace('\0', "\u{2400}"),
            name_key: searched(name).chars().take(MAX_KEY).collect(),
            is_group: group.is_some(),
            org_count: u32::try_from(orgs.len()).unwrap_or(u32::MAX),
            search_text,
        }
    }
}

/// Returns a text in the form that is searched: in lower case, each control character a space, without
/// spaces at its ends.
#[must_use]
pub fn searched(text: &str) -> String {
    let text = text.to_lowercase().replace(char::is_control, " ");
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn org(name: &str, group: Option<&str>) -> Org {
        Org {
            id: name.to_owned(),
            name: name.to_owned(),
            slug: String::new(),
            group: group.map(str::to_owned),
        }
    }

    #[test]
    fn a_connection_is_named_by_its_group_or_first_organization() {
        let orgs = [org("Łódź", Some("Group")), org("B", Some("Group"))];
        let label = Label::of(Some(Context::Tenant), &orgs);
        assert_eq!((label.name.as_str(), label.is_group), ("Group", true));
        assert_eq!(label.search_text, "group\nłódź\nb");
        assert_eq!(label.org_count, 2);
        let label = Label::of(Some(Context::User), &orgs);
        assert_eq!((label.name.as_str(), label.is_group), ("Łódź", false));
        let none = Label::of(None, &[]);
        assert_eq!((none.name.as_str(), none.search_text.as_str()), ("", ""));
    }

    #[test]
    fn a_hostile_name_is_bounded_and_splits_no_line() {
        let name = format!("\0A\r\n\x1b[2J{}", "Ж".repeat(5_000));
        let label = Label::of(None, &[org(&name, None)]);
        assert_eq!(label.name_key.chars().count(), MAX_KEY);
        assert_eq!(label.search_text.lines().count(), 2);
        assert!(!label.name.contains('\0') && !label.search_text.contains('\0'));
    }
}
