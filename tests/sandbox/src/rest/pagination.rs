//! Pages by cursor. A cursor names the item that it stands after or before.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use serde_json::{Value, json};

use super::admit::Caller;
use super::document::Problem;
use crate::form::Form;

const LIMITS: std::ops::RangeInclusive<usize> = 10..=100;

/// A part of a list.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    before: Option<String>,
    after: Option<String>,
}

/// The page that the query asks for. `limit` is 10 to 100 by tens, and 10 when left out.
pub(crate) fn page<T>(
    form: &Form,
    mut all: Vec<T>,
    id: impl Fn(&T) -> &str,
) -> Result<Page<T>, Problem> {
    let limit = match form.get("limit").map(str::parse::<usize>) {
        None => 10,
        Some(Ok(limit)) if LIMITS.contains(&limit) && limit % 10 == 0 => limit,
        Some(_) => {
            return Err(Problem::parameter(
                "limit",
                "must be a multiple of 10 from 10 to 100",
            ));
        }
    };
    let place = |name: &str, cursor: &str| {
        read_cursor(cursor)
            .and_then(|wanted| all.iter().position(|item| id(item) == wanted))
            .ok_or_else(|| Problem::parameter(name, "is not a cursor of this list"))
    };
    let start = match (form.get("starting_after"), form.get("ending_before")) {
        (None, None) => 0,
        (Some(cursor), None) => place("starting_after", cursor)? + 1,
        (None, Some(cursor)) => place("ending_before", cursor)?.saturating_sub(limit),
        (Some(_), Some(_)) => {
            return Err(Problem::parameter(
                "ending_before",
                "cannot stand beside 'starting_after'",
            ));
        }
    };
    let end = match form.get("ending_before") {
        Some(cursor) => place("ending_before", cursor)?,
        None => (start + limit).min(all.len()),
    };
    let has_more = end < all.len();
    all.truncate(end);
    let items = all.split_off(start);
    let cursor = |item: Option<&T>| item.map(|item| write_cursor(id(item)));
    Ok(Page {
        before: cursor(items.first()).filter(|_| start > 0),
        after: cursor(items.last()).filter(|_| has_more),
        items,
    })
}

impl<T> Page<T> {
    /// The links of the page, without a host. `next` comes with or without the prefix `/rest`.
    pub(crate) fn links(
        &self,
        caller: &Caller,
        uri: &Uri,
        prefixed: impl FnOnce() -> bool,
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
            let prefix = if prefixed() { "/rest" } else { "" };
            let query = query(caller, Some(("starting_after", after)));
            links["next"] = json!(format!("{prefix}{}?{query}", uri.path()));
        }
        links
    }
}

/// The request's query with another cursor.
fn query(caller: &Caller, cursor: Option<(&str, &str)>) -> String {
    let kept = caller
        .form
        .iter()
        .filter(|(name, _)| !matches!(*name, "starting_after" | "ending_before"));
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept.chain(cursor))
        .finish()
}

/// `v1.` and base64 with padding, as Snyk's are: the `=` must survive the way through a query.
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

    fn items() -> Vec<String> {
        (0..25).map(|number| format!("item {number}")).collect()
    }

    fn at(query: &str) -> Page<String> {
        page(&Form::parse(query), items(), |item| item).unwrap()
    }

    #[test]
    fn pages_follow_one_another_and_end() {
        let first = at("");
        assert_eq!(first.items.len(), 10);
        assert!(first.before.is_none());
        let second = at(&format!("starting_after={}", first.after.unwrap()));
        assert_eq!(second.items[0], "item 10");
        let third = at(&format!("starting_after={}", second.after.unwrap()));
        assert_eq!(third.items.len(), 5);
        assert!(third.after.is_none());
        let back = at(&format!("ending_before={}", third.before.unwrap()));
        assert_eq!(back.items[0], "item 10");
        assert_eq!(back.items.len(), 10);
    }

    #[test]
    fn limits_go_by_tens() {
        assert_eq!(at("limit=20").items.len(), 20);
        for wrong in ["0", "5", "15", "110", "x", "-10", ""] {
            let form = Form::parse(&format!("limit={wrong}"));
            assert!(page(&form, items(), |item| item).is_err(), "{wrong}");
        }
        assert!(page(&Form::parse("starting_after=v1.bm8="), items(), |item| item).is_err());
    }
}
