//! What a connection is called, and as whom it acts. Pure.

use shared::api::connection::{Connection, Context};

/// The connection's name: that of its organization; of a group, the first and how many more.
#[must_use]
pub fn name(connection: &Connection) -> String {
    match connection.orgs.as_slice() {
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
        0 => "Reaches nothing at the moment".to_owned(),
        1 => "1 organization".to_owned(),
        orgs => format!("{orgs} organizations"),
    }
}

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
    use shared::{
        api::connection::{Org, Status},
        scope::Scopes,
    };

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
}
