//! Cursor pagination. A cursor names the item after or before which a page begins.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use serde_json::{Value, json};

use super::caller::Caller;
use super::document::Problem;
use crate::form::Form;

/// A list to paginate. Items are addressed by their index; only the items on a page are generated.
pub(crate) trait Listing {
    /// Returns the number of indices.
    fn len(&self) -> usize;
    /// Returns whether the item at an index passes the filters.
    fn matches(&self, index: usize) -> bool;
    /// Returns the id of the item at an index.
    fn id(&self, index: usize) -> String;
    /// Returns the index of the item with an id.
    fn position(&self, id: &str) -> Option<usize>;
}

/// The page sizes that an operation accepts. The default is ten.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limits {
    /// 10 to 100, in steps of ten.
    Tens,
    /// 1 to 100.
    Any,
}

impl Limits {
    fn read(self, form: &Form) -> Result<usize, Problem> {
        let Some(text) = form.get("limit") else {
            return Ok(10);
        };
        let (fits, what): (fn(usize) -> bool, _) = match self {
            Self::Tens => (
                |limit| (10..=100).contains(&limit) && limit.is_multiple_of(10),
                "must be a multiple of 10 from 10 to 100",
            ),
            Self::Any => (|limit| (1..=100).contains(&limit), "must be from 1 to 100"),
        };
        text.parse()
            .ok()
            .filter(|limit| fits(*limit))
            .ok_or_else(|| Problem::parameter("limit", what))
    }
}

/// A page of a list.
#[derive(Debug)]
pub(crate) struct Page {
    /// The indices of the items on the page.
    pub(crate) indices: Vec<usize>,
    before: Option<String>,
    after: Option<String>,
}

/// Returns the page that a query requests.
pub(crate) fn page(form: &Form, limits: Limits, list: &impl Listing) -> Result<Page, Problem> {
    let limit = limits.read(form)?;
    let index = |name: &str, cursor: &str| {
        read_cursor(cursor)
            .and_then(|id| list.position(&id))
            .ok_or_else(|| Problem::parameter(name, "is not a cursor of this list"))
    };
    let forward = |from: usize| (from..list.len()).filter(|at| list.matches(*at));
    let backward = |to: usize| (0..to).rev().filter(|at| list.matches(*at));
    let indices: Vec<usize> = match (form.get("starting_after"), form.get("ending_before")) {
        (None, None) => forward(0).take(limit).collect(),
        (Some(cursor), None) => {
            let from = index("starting_after", cursor)? + 1;
            forward(from).take(limit).collect()
        }
        (None, Some(cursor)) => {
            let to = index("ending_before", cursor)?;
            let mut indices: Vec<_> = backward(to).take(limit).collect();
            indices.reverse();
            indices
        }
        (Some(_), Some(_)) => {
            return Err(Problem::parameter(
                "ending_before",
                "cannot stand beside 'starting_after'",
            ));
        }
    };
    let cursor = |at: usize| write_cursor(&list.id(at));
    let has_more_before = |at: usize| backward(at).next().map(|_| cursor(at));
    let has_more_after = |at: usize| forward(at + 1).next().map(|_| cursor(at));
    Ok(Page {
        before: indices.first().copied().and_then(has_more_before),
        after: indices.last().copied().and_then(has_more_after),
        indices,
    })
}

/// Returns the number of items that pass the filters.
pub(crate) fn count(list: &impl Listing) -> usize {
    (0..list.len()).filter(|at| list.matches(*at)).count()
}

impl Page {
    /// Returns whether the page contains the whole list.
    pub(crate) fn is_all(&self) -> bool {
        self.before.is_none() && self.after.is_none()
    }

    /// Returns the links of the page without a host. `next` has a different form each time.
    pub(crate) fn links(
        &self,
        caller: &Caller,
        uri: &Uri,
        form: impl FnOnce() -> NextForm,
    ) -> Value {
        let mut links = json!({
            "self": caller.own_link(uri),
            "first": format!("/rest{}?{}", uri.path(), query(caller, None)),
        });
        if let Some(before) = &self.before {
            let query = query(caller, Some(("ending_before", before)));
            links["prev"] = json!(format!("/rest{}?{query}", uri.path()));
        }
        if let Some(after) = &self.after {
            let query = query(caller, Some(("starting_after", after)));
            let path = format!("{}?{query}", uri.path());
            links["next"] = match form() {
                NextForm::Bare => json!(path),
                NextForm::Prefixed => json!(format!("/rest{path}")),
                NextForm::Object => json!({"href": format!("/rest{path}"), "meta": {}}),
            };
        }
        links
    }
}

/// Forms of a link to the next page, all of which occur in Snyk's documents: a path with or without
/// the prefix `/rest`, or an object that contains it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NextForm {
    Bare,
    Prefixed,
    Object,
}

impl NextForm {
    /// Returns the form of the link with that number.
    pub(crate) fn nth(number: usize) -> Self {
        [Self::Bare, Self::Prefixed, Self::Object][number % 3]
    }
}

/// Returns the request's query with a different cursor.
fn query(caller: &Caller, cursor: Option<(&str, &str)>) -> String {
    let kept = caller
        .form
        .iter()
        .filter(|(name, _)| !matches!(*name, "starting_after" | "ending_before"));
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept.chain(cursor))
        .finish()
}

/// Encodes a cursor as `v1.` and padded base64, like Snyk's: clients must encode the `=` in a
/// query.
fn write_cursor(id: &str) -> String {
    format!("v1.{}", STANDARD.encode(json!({"id": id}).to_string()))
}

fn read_cursor(cursor: &str) -> Option<String> {
    let bytes = STANDARD.decode(cursor.strip_prefix("v1.")?).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    Some(value["id"].as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers below 100 that are multiples of a step.
    struct Numbers(usize);

    impl Listing for Numbers {
        fn len(&self) -> usize {
            100
        }

        fn matches(&self, index: usize) -> bool {
            index.is_multiple_of(self.0)
        }

        fn id(&self, index: usize) -> String {
            index.to_string()
        }

        fn position(&self, id: &str) -> Option<usize> {
            id.parse().ok().filter(|index| *index < 100)
        }
    }

    fn at(query: &str) -> Page {
        page(&Form::parse(query), Limits::Tens, &Numbers(4)).unwrap()
    }

    #[test]
    fn pages_follow_one_another_and_end() {
        let first = at("");
        assert_eq!(first.indices, [0, 4, 8, 12, 16, 20, 24, 28, 32, 36]);
        assert!(first.before.is_none());
        let second = at(&format!("starting_after={}", first.after.unwrap()));
        assert_eq!(second.indices[0], 40);
        let third = at(&format!("starting_after={}", second.after.unwrap()));
        assert_eq!(third.indices, [80, 84, 88, 92, 96]);
        assert!(third.after.is_none());
        let back = at(&format!("ending_before={}", third.before.unwrap()));
        assert_eq!(back.indices, second.indices);
        assert_eq!(count(&Numbers(4)), 25);
    }

    #[test]
    fn the_way_back_ends_at_the_beginning() {
        let cursor = write_cursor("12");
        let page = at(&format!("ending_before={cursor}"));
        assert_eq!(page.indices, [0, 4, 8]);
        assert!(page.before.is_none() && page.after.is_some());
        let nothing = at(&format!("ending_before={}", write_cursor("0")));
        assert!(nothing.indices.is_empty() && nothing.is_all());
    }

    #[test]
    fn limits_are_kept() {
        assert_eq!(at("limit=20").indices.len(), 20);
        for wrong in ["0", "5", "15", "110", "x", "-10", ""] {
            let form = Form::parse(&format!("limit={wrong}"));
            assert!(page(&form, Limits::Tens, &Numbers(1)).is_err(), "{wrong}");
        }
        for (limit, fits) in [
            ("1", true),
            ("15", true),
            ("100", true),
            ("0", false),
            ("101", false),
        ] {
            let form = Form::parse(&format!("limit={limit}"));
            assert_eq!(
                page(&form, Limits::Any, &Numbers(1)).is_ok(),
                fits,
                "{limit}"
            );
        }
        let form = Form::parse("starting_after=v1.bm8=");
        assert!(page(&form, Limits::Tens, &Numbers(1)).is_err());
    }
}
