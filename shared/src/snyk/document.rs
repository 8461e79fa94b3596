//! JSON:API documents and their pages.

use serde::Deserialize;

use super::lenient;

/// A JSON:API document: what was asked for, and where to go on.
#[derive(Clone, Debug, Deserialize)]
pub struct Document<T> {
    /// What was asked for.
    pub data: T,
    /// Where to go on. Answers may come without it.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub links: Links,
}

/// A document with one page of a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "AnyPage<T>", bound = "T: Deserialize<'de>")]
pub struct Page<T> {
    /// The items; none where only the count was asked for.
    pub data: Vec<T>,
    /// Where to go on. Answers may come without it.
    pub links: Links,
    /// Figures about the whole list.
    pub meta: Meta,
}

/// A page as it stands.
#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct AnyPage<T> {
    #[serde(default)]
    data: Option<Vec<T>>,
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    links: Links,
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    meta: Meta,
}

impl<T> TryFrom<AnyPage<T>> for Page<T> {
    type Error = &'static str;

    /// Without items there must be their number: something else altogether is no empty list.
    fn try_from(page: AnyPage<T>) -> Result<Self, Self::Error> {
        let data = match page.data {
            Some(data) => data,
            None if page.meta.count.is_some() => Vec::new(),
            None => return Err("a page without items and without their number"),
        };
        Ok(Self {
            data,
            links: page.links,
            meta: page.meta,
        })
    }
}

impl<T> Page<T> {
    /// The cursor of the next page, or `None` when this is the last one. Of the link nothing else is
    /// looked at, so that no token follows it to another host.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        self.links.next.as_ref().and_then(Link::cursor)
    }
}

/// Figures about a whole list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Meta {
    /// How many items the list has, where that was asked for.
    #[serde(default, deserialize_with = "lenient::maybe_count")]
    pub count: Option<u64>,
}

/// A document's links, of which only the next page's is used.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Links {
    /// The next page.
    #[serde(default)]
    pub next: Option<Link>,
}

/// A link in either of the forms that JSON:API gives it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Link {
    /// As text.
    Text(String),
    /// As an object.
    Object {
        /// The address, mostly without a host.
        href: String,
    },
}

impl Link {
    /// Whether it is written as a link that is not there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let (Self::Text(href) | Self::Object { href }) = self;
        href.is_empty()
    }

    /// The parameter `starting_after`, decoded.
    fn cursor(&self) -> Option<String> {
        let (Self::Text(href) | Self::Object { href }) = self;
        let (_, query) = href.split_once('?')?;
        let query = query.split('#').next().unwrap_or(query);
        form_urlencoded::parse(query.as_bytes())
            .find(|(name, cursor)| name == "starting_after" && !cursor.is_empty())
            .map(|(_, cursor)| cursor.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(links: &str) -> Option<String> {
        let text = format!(r#"{{"data":[],"links":{links},"jsonapi":{{"version":"1.0"}}}}"#);
        serde_json::from_str::<Page<u8>>(&text).unwrap().next()
    }

    #[test]
    fn sec_57_a_link_gives_its_cursor_and_nothing_else() {
        for href in [
            "/rest/orgs/o/projects?version=2024-10-15&starting_after=v1.e%2Bw%3D%3D&limit=100",
            "/orgs/o/projects?starting_after=v1.e%2Bw%3D%3D",
            "https://evil.example/?starting_after=v1.e%2Bw%3D%3D#x",
        ] {
            let cursor = Some("v1.e+w==".to_owned());
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
            "null",
            "{}",
            r#"{"next":null}"#,
            r#"{"next":"/rest/orgs"}"#,
            r#"{"next":"/rest/orgs?starting_after="}"#,
            r#"{"self":"/rest/orgs?starting_after=x"}"#,
        ] {
            assert_eq!(next(links), None, "{links}");
        }
    }

    #[test]
    fn what_is_no_page_is_no_empty_list() {
        for text in ["{}", "[]", r#"{"data":{}}"#, r#"{"errors":[]}"#, "null"] {
            assert!(serde_json::from_str::<Page<u8>>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_page_may_hold_the_count_alone() {
        let page: Page<u8> = serde_json::from_str(
            r#"{"jsonapi":{"version":"1.0"},"links":{},"meta":{"count":4012}}"#,
        )
        .unwrap();
        assert_eq!((page.data.len(), page.meta.count), (0, Some(4012)));
    }
}
