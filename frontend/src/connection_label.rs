//! The label of a connection: its name, and the account that it acts as. Pure.

use shared::api::connection::{Connection, Context, Status, group_name};

/// Returns the name of a connection: that of its group or organization, or else the first one and
/// the number of others.
#[must_use]
pub fn name(connection: &Connection) -> String {
    if let Some(group) = group_name(connection.context, &connection.orgs) {
        return group.to_owned();
    }
    match connection.orgs.as_slice() {
        [] if !connection.orgs_complete => "Snyk organizations".to_owned(),
        [] => "No organization".to_owned(),
        [org] => org.name.clone(),
        [one, other] => format!("{} and {}", one.name, other.name),
        [one, rest @ ..] => format!("{} and {} more", one.name, rest.len()),
    }
}

/// Returns the kind of a connection: whose it is.
#[must_use]
pub fn whose(connection: &Connection) -> &'static str {
    match (connection.context, connection.orgs.len()) {
        (Some(Context::User), _) => "Your connection",
        (Some(Context::Tenant), 1) => "Organization connection",
        (Some(Context::Tenant), 2..) => "Group connection",
        // Until an organization is known, it may be either.
        (Some(Context::Tenant), 0) | (None, _) => "Connection",
    }
}

/// Returns the sentence that says who is signed in. Snyk tells an app no name of a person, so the
/// connections stand for one.
#[must_use]
pub fn signed_in(connections: &[Connection]) -> String {
    let names: Vec<_> = connections.iter().map(name).collect();
    match names.as_slice() {
        [] => "You are signed in on this browser.".to_owned(),
        [one] => format!("You are signed in on this browser with the connection {one}."),
        all => format!(
            "You are signed in on this browser with {} connections: {}.",
            all.len(),
            all.join("; ")
        ),
    }
}

/// Returns the stopped connections to tell on a page, and whether each is another one than the
/// page's own. If the page's own has stopped, nothing else is told above a page that is empty.
#[must_use]
pub fn stopped(connections: Vec<Connection>, of: &str) -> Vec<(bool, Connection)> {
    let (own, others): (Vec<_>, Vec<_>) = connections
        .into_iter()
        .filter(|connection| connection.status == Status::ReconnectNeeded)
        .partition(|connection| connection.id == of);
    let is_other = own.is_empty();
    let told = if is_other { others } else { own };
    told.into_iter().map(|one| (is_other, one)).collect()
}

/// Returns the number of organizations that a connection is authorized for, as a line below its
/// name.
#[must_use]
pub fn reach(connection: &Connection) -> String {
    match connection.orgs.len() {
        0 if !connection.orgs_complete => "Still loading organizations".to_owned(),
        orgs if !connection.orgs_complete => format!("{orgs} organizations so far"),
        0 => "No organizations at the moment".to_owned(),
        1 => "1 organization".to_owned(),
        orgs => format!("{orgs} organizations"),
    }
}

/// Returns the text about organizations that are not loaded yet, or `None` if all are.
#[must_use]
pub fn orgs_to_come(connection: &Connection) -> Option<&'static str> {
    if connection.orgs_complete {
        return None;
    }
    let cannot_be_read = lacks_orgs(connection);
    Some(match connection.status {
        Status::ReconnectNeeded => "Not all organizations were loaded.",
        Status::Active if cannot_be_read => {
            "Organizations can’t be loaded: Snyk didn’t grant the permission to see them."
        }
        Status::Active => "Still loading organizations; totals will go up.",
    })
}

/// Returns whether Snyk did not grant the permission to see organizations.
#[must_use]
pub fn lacks_orgs(connection: &Connection) -> bool {
    let mut missing = connection.missing_scopes.iter();
    missing.any(|scope| scope == ORG_READ)
}

/// The scope that reading organizations needs.
const ORG_READ: &str = "org.read";

/// Returns the account that it acts as: `, as a bot of the organization`.
#[must_use]
pub fn acting(connection: &Connection) -> &'static str {
    match (connection.context, connection.orgs.len()) {
        (Some(Context::User), _) => ", as you",
        (Some(Context::Tenant), 0 | 1) => ", as a bot of the organization",
        (Some(Context::Tenant), _) => ", as a bot of the group",
        (None, _) => "",
    }
}

/// Returns a sentence with a lower-case first letter, to continue after a colon.
#[must_use]
pub fn lower_first(sentence: &str) -> String {
    let mut sentence = sentence.to_owned();
    // The sentences are ours, and begin with an ASCII letter.
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    sentence
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
            group: None,
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
    fn a_connection_of_a_group_is_called_by_it() {
        let mut of_group = connection(3);
        for org in &mut of_group.orgs {
            org.group = Some("Group".to_owned());
        }
        assert_eq!(name(&of_group), "Group");
        let mut yours = of_group.clone();
        yours.context = Some(Context::User);
        assert_eq!(name(&yours), "Org 0 and 2 more");
        let mut one = of_group.clone();
        one.orgs.truncate(1);
        assert_eq!(name(&one), "Org 0");
        of_group.orgs[2].group = None;
        assert_eq!(name(&of_group), "Org 0 and 2 more");
    }

    #[test]
    fn it_is_told_whose_a_connection_is_and_who_is_signed_in() {
        assert_eq!(whose(&connection(1)), "Organization connection");
        assert_eq!(whose(&connection(6)), "Group connection");
        assert_eq!(whose(&connection(0)), "Connection");
        let mut yours = connection(6);
        yours.context = Some(Context::User);
        assert_eq!(whose(&yours), "Your connection");
        yours.context = None;
        assert_eq!(whose(&yours), "Connection");
        assert_eq!(
            signed_in(&[connection(1)]),
            "You are signed in on this browser with the connection Org 0."
        );
        assert_eq!(
            signed_in(&[connection(1), connection(6)]),
            "You are signed in on this browser with 2 connections: Org 0; Org 0 and 5 more."
        );
    }

    #[test]
    fn what_a_connection_reaches_is_counted() {
        let reaches = |orgs| reach(&connection(orgs));
        assert_eq!(reaches(0), "No organizations at the moment");
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

    #[test]
    fn one_thing_at_a_time_is_told_above_an_empty_page() {
        let one = |id: &str, status| Connection {
            id: id.to_owned(),
            status,
            ..connection(1)
        };
        let all = [
            one("a", Status::ReconnectNeeded),
            one("b", Status::Active),
            one("c", Status::ReconnectNeeded),
        ];
        let told = |of| {
            let told = stopped(all.to_vec(), of);
            told.into_iter()
                .map(|(is_other, one)| (is_other, one.id))
                .collect::<Vec<_>>()
        };
        assert_eq!(told("a"), [(false, "a".to_owned())]);
        assert_eq!(told("b"), [(true, "a".to_owned()), (true, "c".to_owned())]);
    }
}
