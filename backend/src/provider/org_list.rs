//! The organizations of a token, as far as they have been read.

use std::collections::{HashMap, HashSet};

use shared::api::connection::Org;

use super::ProviderError;

/// Maximum number of pages: 10,000 organizations at Snyk's largest page.
const MAX_PAGES: usize = 100;

/// The organizations of a token, read page by page.
#[derive(Debug, Default)]
pub struct OrgList {
    orgs: Vec<Org>,
    known: HashSet<String>,
    cursors: HashSet<String>,
    /// The ids of the groups of the organizations, as far as REST has them.
    groups: HashSet<Option<String>>,
    next: NextPage,
}

/// An organization of a page.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The organization.
    pub org: Org,
    /// The id of its group.
    pub group_id: Option<String>,
}

/// The position of the next page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NextPage {
    /// At the beginning: nothing has been read yet.
    #[default]
    First,
    /// After this cursor.
    After(String),
    /// In API v1, since REST returned no organization. REST has omitted organizations that are
    /// accessible through a group, and v1 has them.
    V1,
    /// In API v1, for the name of the group of all organizations, which REST does not have.
    GroupName,
    /// There is none: the list is complete.
    End,
}

impl OrgList {
    /// Returns the organizations that have been read, each once.
    #[must_use]
    pub fn orgs(&self) -> &[Org] {
        &self.orgs
    }

    /// Returns the position of the next page.
    #[must_use]
    pub fn next(&self) -> &NextPage {
        &self.next
    }

    /// Returns whether the list is complete.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.next == NextPage::End
    }

    /// Adds a page of REST, which is followed by `next`.
    ///
    /// # Errors
    ///
    /// If a cursor repeats or there are too many pages. What was read is kept, but is not complete.
    pub fn take(&mut self, page: Vec<Listed>, next: Option<String>) -> Result<(), ProviderError> {
        self.add(page);
        self.next = match next {
            None if self.orgs.is_empty() => NextPage::V1,
            None if self.is_of_one_group() => NextPage::GroupName,
            None => NextPage::End,
            Some(cursor)
                if self.cursors.len() + 1 >= MAX_PAGES || !self.cursors.insert(cursor.clone()) =>
            {
                return Err(ProviderError::Unusable(
                    "its list of organizations does not end".to_owned(),
                ));
            }
            Some(cursor) => NextPage::After(cursor),
        };
        Ok(())
    }

    /// Adds the whole list of v1, which completes this one.
    pub fn take_v1(&mut self, orgs: Vec<Listed>) {
        self.add(orgs);
        self.next = NextPage::End;
    }

    /// Takes the names of groups from the list of v1, if there is one. It completes this list.
    pub fn take_group_names(&mut self, orgs: Option<Vec<Listed>>) {
        let listed = orgs.unwrap_or_default().into_iter().map(|one| one.org);
        let mut names: HashMap<_, _> = listed.map(|org| (org.id, org.group)).collect();
        for org in &mut self.orgs {
            org.group = names.remove(&org.id).flatten();
        }
        self.next = NextPage::End;
    }

    /// Adds a page after which the list cannot be continued.
    pub fn take_last_known(&mut self, page: Vec<Listed>) {
        self.add(page);
    }

    /// Returns whether there are several organizations, all of one group.
    fn is_of_one_group(&self) -> bool {
        self.orgs.len() > 1 && self.groups.len() == 1 && !self.groups.contains(&None)
    }

    fn add(&mut self, page: Vec<Listed>) {
        // Items move between pages during the reads: an organization may come twice.
        for Listed { org, group_id } in page {
            if self.known.insert(org.id.clone()) {
                self.groups.insert(group_id);
                self.orgs.push(org);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn org(id: &str) -> Listed {
        let org = Org {
            id: id.to_owned(),
            name: id.to_owned(),
            slug: id.to_owned(),
            group: None,
        };
        Listed {
            org,
            group_id: None,
        }
    }

    fn in_group(id: &str, group: &str) -> Listed {
        let mut listed = org(id);
        listed.org.group = Some(format!("Group {group}"));
        listed.group_id = Some(group.to_owned());
        listed
    }

    fn ids(list: &OrgList) -> Vec<&str> {
        list.orgs().iter().map(|org| org.id.as_str()).collect()
    }

    #[test]
    fn an_organization_that_moved_between_two_pages_is_there_once() {
        let mut list = OrgList::default();
        list.take(vec![org("a"), org("b")], Some("1".to_owned()))
            .unwrap();
        assert_eq!(list.next(), &NextPage::After("1".to_owned()));
        list.take(vec![org("b"), org("c")], None).unwrap();
        assert_eq!(ids(&list), ["a", "b", "c"]);
        assert!(list.is_whole());
    }

    #[test]
    fn a_circle_and_a_list_without_end_are_never_whole() {
        let mut list = OrgList::default();
        list.take(vec![org("a")], Some("1".to_owned())).unwrap();
        list.take(vec![org("b")], Some("2".to_owned())).unwrap();
        assert!(list.take(vec![org("c")], Some("1".to_owned())).is_err());
        assert_eq!((ids(&list), list.is_whole()), (vec!["a", "b", "c"], false));

        let mut list = OrgList::default();
        let pages = (0..1_000)
            .take_while(|n| list.take(Vec::new(), Some(n.to_string())).is_ok())
            .count();
        assert_eq!((pages, list.is_whole()), (MAX_PAGES - 1, false));
    }

    #[test]
    fn where_rest_has_none_v1_has_the_last_word() {
        let mut list = OrgList::default();
        list.take(Vec::new(), None).unwrap();
        assert_eq!(list.next(), &NextPage::V1);
        list.take_v1(vec![org("a")]);
        assert!(list.is_whole());
    }

    #[test]
    fn the_name_of_a_group_is_asked_for_if_all_are_in_one() {
        let rest = |groups: &[Option<&str>]| {
            let mut list = OrgList::default();
            let ids = "abc".chars().map(|id| id.to_string());
            let page = ids.zip(groups).map(|(id, group)| Listed {
                group_id: group.map(str::to_owned),
                ..org(&id)
            });
            list.take(page.collect(), None).unwrap();
            list
        };
        for other in [
            &[Some("1")][..],
            &[None, None],
            &[Some("1"), None],
            &[Some("1"), Some("2")],
        ] {
            assert!(rest(other).is_whole(), "{other:?}");
        }
        let mut list = rest(&[Some("1"), Some("1"), Some("1")]);
        assert_eq!(
            (list.next(), list.is_whole()),
            (&NextPage::GroupName, false)
        );
        // One organization is new, and one is not in the answer.
        list.take_group_names(Some(vec![
            in_group("b", "1"),
            in_group("a", "1"),
            in_group("new", "1"),
        ]));
        let names: Vec<_> = list.orgs().iter().map(|org| org.group.as_deref()).collect();
        assert_eq!(names, [Some("Group 1"), Some("Group 1"), None]);
        assert_eq!((ids(&list), list.is_whole()), (vec!["a", "b", "c"], true));

        let mut list = rest(&[Some("1"), Some("1")]);
        list.take_group_names(None);
        assert_eq!((ids(&list), list.is_whole()), (vec!["a", "b"], true));
    }
}
