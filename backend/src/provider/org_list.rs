//! The organizations of a token, as far as they have been read.

use std::collections::HashSet;

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
    next: NextPage,
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
    pub fn take(&mut self, page: Vec<Org>, next: Option<String>) -> Result<(), ProviderError> {
        self.add(page);
        self.next = match next {
            None if self.orgs.is_empty() => NextPage::V1,
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
    pub fn take_v1(&mut self, orgs: Vec<Org>) {
        self.add(orgs);
        self.next = NextPage::End;
    }

    /// Adds a page after which the list cannot be continued.
    pub fn take_last_known(&mut self, page: Vec<Org>) {
        self.add(page);
    }

    fn add(&mut self, page: Vec<Org>) {
        // Items move between pages during the reads: an organization may come twice.
        let known = &mut self.known;
        self.orgs
            .extend(page.into_iter().filter(|org| known.insert(org.id.clone())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn org(id: &str) -> Org {
        Org {
            id: id.to_owned(),
            name: id.to_owned(),
            slug: id.to_owned(),
        }
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
}
