//! What a connection is called, and as whom it acts. Pure.

use shared::api::connection::{Connection, Context, Status};

/// The connection's name: that of its organization; of a group, the first and how many more.
#[must_use]
pub fn name(connection: &Connection) -> String {
    match connection.orgs.as_slice() {
        [] if !connection.orgs_complete => "Snyk organizations".to_owned(),
        [] => "No organization".to_owned(),
        [org] => org.name.clone(),
        [one, other] => format!("{} and {}", one.name, other.name),
        [one, rest @ ..] => format!("{} and {} more", one.name, rest.len()),
    }
}

/// What a connection reaches, in a line below its name.
#[must_use]
pub fn reach(connection: &Connection) -> String {
    match connection.orgs.len() {
        0 if !connection.orgs_complete => "Still loading organizations".to_owned(),
        orgs if !connection.orgs_complete => format!("{orgs} organizations so far"),
        0 => "Reaches nothing at the moment".to_owned(),
        1 => "1 organization".to_owned(),
        orgs => format!("{orgs} organizations"),
    }
}

/// What is said of organizations that are not here yet; `None` when all are.
#[must_use]
pub fn orgs_to_come(connection: &Connection) -> Option<&'static str> {
    if connection.orgs_complete {
        return None;
    }
    let cannot_be_read = connection
        .missing_scopes
        .iter()
        .any(|scope| scope == ORG_READ);
    Some(match connection.status {
        Status::ReconnectNeeded => "Not all organizations were loaded.",
        Status::Active if cannot_be_read => {
            "Organizations can’t be loaded: Snyk didn’t grant the permission to see them."
        }
        Status::Active => "Still loading organizations; totals will go up.",
    })
}

/// What it takes to read organizations.
const ORG_READ: &str = "org.read";

/// As whom it acts: `, as a bot of the organization`.
#[must_use]
pub fn acting(connection: &Connection) -> &'static str {
    match (connection.context, connection.orgs.len()) {
        (Some(Context::User), _) => ", as you",
        (Some(Context::Tenant), 0 | 1) => ", as a bot of the organization",
        (Some(Context::Tenant), _) => ", as a bot of the group",
        (None, _) => "",
    }
}

/// A sentence with its first letter small, to go on after a colon.
#[must_use]
pub fn lower_first(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use shared::{api::connection::Org, scope::Scopes};

    use super::*;

    fn connection(orgs: usize) -> Connection {
        let org = |n| Org {
            id: format!("{n}"),
            name: format!("Org {n}"),
            slug: format!("org-{n}"),
        };
        Connection {
            id: "c".to_owned(),
            status: Status::Active,
            context: Some(Context::Tenant),
            orgs: (0..orgs).map(org).collect(),
            orgs_complete: true,
            scopes: Scopes::default(),
            missing_scopes: Scopes::default(),
            connected_at: String::new(),
            access_token_expires_at: String::new(),
            refresh_token_expires_at: None,
            refreshed_at: String::new(),
            generation: 1,
        }
    }

    #[test]
    fn a_connection_is_called_by_its_organizations() {
        let name = |orgs| name(&connection(orgs));
        assert_eq!(name(0), "No organization");
        assert_eq!(name(1), "Org 0");
        assert_eq!(name(2), "Org 0 and Org 1");
        assert_eq!(name(6), "Org 0 and 5 more");
        assert_eq!(acting(&connection(3)), ", as a bot of the group");
    }

    #[test]
    fn what_a_connection_reaches_is_counted() {
        let reaches = |orgs| reach(&connection(orgs));
        assert_eq!(reaches(0), "Reaches nothing at the moment");
        assert_eq!(reaches(1), "1 organization");
        assert_eq!(reaches(6), "6 organizations");
    }

    #[test]
    fn a_sentence_goes_on_after_a_colon() {
        assert_eq!(lower_first("See ignores"), "see ignores");
    }

    #[test]
    fn what_is_still_to_come_is_not_told_as_nothing() {
        let mut none = connection(0);
        assert_eq!(orgs_to_come(&none), None);
        none.orgs_complete = false;
        assert_eq!(name(&none), "Snyk organizations");
        assert_eq!(reach(&none), "Still loading organizations");
        let said = orgs_to_come(&none).unwrap();
        assert!(said.starts_with("Still loading organizations"), "{said}");
        none.missing_scopes = Scopes::parse("org.read");
        let said = orgs_to_come(&none).unwrap();
        assert!(said.contains("permission"), "{said}");
        none.status = Status::ReconnectNeeded;
        let said = orgs_to_come(&none).unwrap();
        assert!(!said.contains("Still loading"), "{said}");
        let mut some = connection(3);
        some.orgs_complete = false;
        assert_eq!(reach(&some), "3 organizations so far");
    }
}
