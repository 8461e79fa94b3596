//! JSON:API documents and pagination.

use crate::json::{FromValue, Object, Value};

/// A JSON:API document with its primary data.
#[derive(Clone, Debug)]
pub struct Document<T> {
    /// The requested resource.
    pub data: T,
}

impl<T: FromValue> FromValue for Document<T> {
    fn from_value(value: Value) -> Option<Self> {
        let mut document = value.into_object()?;
        let data = document.take("data")?;
        Some(Self { data })
    }
}

/// A document that contains one page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items; empty if only the count was requested.
    pub data: Vec<T>,
    /// Number of items on the page that could not be read.
    pub unreadable: u64,
    /// Total number of items in the list, if requested.
    pub count: Option<u64>,
    next: Next,
}

/// The link of a page to the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Next {
    /// There is a next page, after this cursor.
    After(String),
    /// There is no next page.
    None,
    /// There is a next page, but its link cannot be read.
    Lost,
    /// The page has no links.
    Unsaid,
}

impl<T: FromValue> FromValue for Page<T> {
    /// Requires either the items or their count, so that an unrelated document is not read as an
    /// empty list.
    fn from_value(value: Value) -> Option<Self> {
        let mut document = value.into_object()?;
        let count = document
            .take("meta")
            .and_then(|mut meta: Object| meta.take("count"));
        let items = match document.take_any("data") {
            Some(Value::Array(items)) => items,
            None | Some(Value::Null) if count.is_some() => Vec::new(),
            _ => return None,
        };
        let mut data = Vec::with_capacity(items.len());
        let mut unreadable = 0;
        for item in items {
            match T::from_value(item) {
                Some(item) => data.push(item),
                None => unreadable += 1,
            }
        }
        Some(Self {
            data,
            unreadable,
            count,
            next: Next::of(document.take_any("links")),
        })
    }
}

impl<T> Page<T> {
    /// Returns the cursor of the next page, or `None` if there is no next page or its link cannot
    /// be read. Only the cursor of the link is used, so that no token follows the link to another
    /// host.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        match &self.next {
            Next::After(cursor) => Some(cursor.clone()),
            Next::None | Next::Lost | Next::Unsaid => None,
        }
    }

    /// Returns whether there is a next page that cannot be read, because its link is unreadable.
    #[must_use]
    pub fn is_next_lost(&self) -> bool {
        self.next == Next::Lost
    }

    /// Returns whether the page is known to be the last one. A page without any links does not
    /// indicate this.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.next == Next::None
    }
}

impl Next {
    fn of(links: Option<Value>) -> Self {
        let mut links = match links {
            Some(Value::Object(links)) => links,
            None | Some(Value::Null) => return Self::Unsaid,
            Some(_) => return Self::Lost,
        };
        // JSON:API permits a link to be a string, or an object with the member `href`.
        let href = match links.take_any("next") {
            None | Some(Value::Null) => return Self::None,
            Some(Value::Object(mut link)) => link.take("href"),
            Some(link) => String::from_value(link),
        };
        match href {
            // An empty link is equivalent to a missing one.
            Some(href) if href.is_empty() => Self::None,
            href => href
                .and_then(|href| cursor(&href))
                .map_or(Self::Lost, Self::After),
        }
    }
}

/// Returns the decoded parameter `starting_after` of a link.
fn cursor(href: &str) -> Option<String> {
    let (_, query) = href.split_once('?')?;
    let query = query.split('#').next().unwrap_or(query);
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, cursor)| name == "starting_after" && !cursor.is_empty())
        .map(|(_, cursor)| cursor.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json::read, snyk::read_id};

    /// An item that consists only of an id.
    #[derive(Debug, PartialEq)]
    struct Id(String);

    impl FromValue for Id {
        fn from_value(value: Value) -> Option<Self> {
            read_id(&mut value.into_object()?).map(Self)
        }
    }

    fn page(text: &str) -> Option<Page<Id>> {
        read(text.as_bytes()).ok()
    }

    fn with_links(links: &str) -> Page<Id> {
        let text = format!(r#"{{"data":[],"links":{links},"jsonapi":{{"version":"1.0"}}}}"#);
        page(&text).unwrap()
    }

    #[test]
    fn sec_57_a_link_gives_its_cursor_and_nothing_else() {
        for href in [
            "/rest/orgs/o/projects?version=2024-10-15&starting_after=v1.e%2Bw%3D%3D&limit=100",
            "/orgs/o/projects?starting_after=v1.e%2Bw%3D%3D",
            "https://evil.example/?starting_after=v1.e%2Bw%3D%3D#x",
        ] {
            let cursor = Some("v1.e+w==".to_owned());
            let next = |links: &str| with_links(links).next();
            assert_eq!(next(&format!(r#"{{"next":"{href}"}}"#)), cursor, "{href}");
            assert_eq!(
                next(&format!(r#"{{"next":{{"href":"{href}","meta":{{}}}}}}"#)),
                cursor
            );
        }
    }

    #[test]
    fn without_a_next_link_the_list_ends() {
        for links in [
            "{}",
            r#"{"next":null}"#,
            r#"{"next":""}"#,
            r#"{"next":{"href":""}}"#,
            r#"{"self":"/rest/orgs?starting_after=x"}"#,
        ] {
            let page = with_links(links);
            assert_eq!(page.next(), None, "{links}");
            assert!(page.is_last() && !page.is_next_lost(), "{links}");
        }
        for page in [with_links("null"), page(r#"{"data":[]}"#).unwrap()] {
            assert!(!page.is_last() && !page.is_next_lost() && page.next().is_none());
        }
    }

    #[test]
    fn a_next_link_that_cannot_be_read_is_no_end_of_the_list() {
        for links in [
            "5",
            "[]",
            r#""x""#,
            r#"{"next":5}"#,
            r#"{"next":true}"#,
            r#"{"next":[]}"#,
            r#"{"next":{}}"#,
            r#"{"next":{"href":null}}"#,
            r#"{"next":"/rest/orgs"}"#,
            r#"{"next":"/rest/orgs?starting_after="}"#,
        ] {
            let page = with_links(links);
            assert_eq!(page.next(), None, "{links}");
            assert!(page.is_next_lost() && !page.is_last(), "{links}");
        }
    }

    #[test]
    fn what_is_no_page_is_no_empty_list() {
        for text in [
            "{}",
            "[]",
            r#"{"data":{}}"#,
            r#"{"data":{},"meta":{"count":1}}"#,
            r#"{"data":null}"#,
            r#"{"errors":[]}"#,
            "null",
        ] {
            assert!(page(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_page_may_hold_the_count_alone() {
        let page = page(r#"{"jsonapi":{"version":"1.0"},"links":{},"meta":{"count":4012}}"#);
        let page = page.unwrap();
        assert_eq!((page.data.len(), page.count), (0, Some(4012)));
    }

    #[test]
    fn an_item_without_an_id_costs_itself_alone_and_is_counted() {
        let text = r#"{"data":[{"id":"a"},{"id":null},null,{},{"id":""},"x",{"id":"b"}]}"#;
        let page = page(text).unwrap();
        assert_eq!(page.data, [Id("a".to_owned()), Id("b".to_owned())]);
        assert_eq!(page.unreadable, 5);
    }

    #[test]
    fn broken_meta_costs_the_count_alone() {
        for meta in ["null", "5", "[]", r#"{"count":null}"#, r#"{"count":"3"}"#] {
            let page = page(&format!(r#"{{"data":[{{"id":"a"}}],"meta":{meta}}}"#)).unwrap();
            assert_eq!((page.data.len(), page.count), (1, None), "{meta}");
        }
    }
}
