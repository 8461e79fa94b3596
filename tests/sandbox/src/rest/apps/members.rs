//! Reads the attributes of a JSON:API request body, strictly: an unknown or missing member and a
//! wrong type are errors. Snyk's document closes some objects against unknown members and not others;
//! here all are closed, so that a client cannot rely on a member that Snyk ignores.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::rest::document::{MEDIA_TYPE, Problem};

/// The attributes that have not been read yet.
#[derive(Debug)]
pub(super) struct Attributes(Map<String, Value>);

impl Attributes {
    /// Parses a body.
    pub(super) fn of_body(headers: &HeaderMap, body: &str) -> Result<Self, Problem> {
        let media_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .unwrap_or_default();
        if !media_type.trim().eq_ignore_ascii_case(MEDIA_TYPE) {
            return Err(Problem::member(
                "",
                &format!("must be sent as {MEDIA_TYPE}, and was '{media_type}'"),
            ));
        }
        let document = serde_json::from_str(body)
            .map_err(|error| Problem::member("", &format!("must be JSON: {error}")))?;
        let mut document = object("", document)?;
        let data = required("/data", document.remove("data"))?;
        closed("", &document)?;
        let mut data = object("/data", data)?;
        let kind = required("/data/type", data.remove("type"))?;
        if kind != "app" {
            return Err(Problem::member("/data/type", "must be 'app'"));
        }
        let attributes = required("/data/attributes", data.remove("attributes"))?;
        closed("/data", &data)?;
        Ok(Self(object("/data/attributes", attributes)?))
    }

    /// Returns whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns a text that is not empty.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        self.read(name, "must be a text that is not empty", |value| {
            text(&value)
        })
    }

    /// Returns a list of at least one text.
    pub(super) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Problem> {
        self.read(name, "must be a list of texts that is not empty", |value| {
            let texts: Option<Vec<String>> = value.as_array()?.iter().map(text).collect();
            texts.filter(|texts| !texts.is_empty())
        })
    }

    /// Returns a whole number in a range.
    pub(super) fn number(
        &mut self,
        name: &str,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, Problem> {
        let what = format!(
            "must be a whole number from {} to {}",
            range.start(),
            range.end()
        );
        self.read(name, &what, |value| {
            value.as_u64().filter(|number| range.contains(number))
        })
    }

    fn read<T>(
        &mut self,
        name: &str,
        what: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(value) = self.0.remove(name) else {
            return Ok(None);
        };
        let read = read(value).ok_or_else(|| Problem::member(&pointer(name), what))?;
        Ok(Some(read))
    }

    /// Rejects attributes that have not been read.
    pub(super) fn end(self) -> Result<(), Problem> {
        closed("/data/attributes", &self.0)
    }
}

/// Returns the JSON pointer of an attribute.
pub(super) fn pointer(name: &str) -> String {
    format!("/data/attributes/{name}")
}

/// Rejects a missing member.
pub(super) fn required<T>(pointer: &str, value: Option<T>) -> Result<T, Problem> {
    value.ok_or_else(|| Problem::member(pointer, "is required"))
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| !text.is_empty())?;
    Some(text.to_owned())
}

fn object(pointer: &str, value: Value) -> Result<Map<String, Value>, Problem> {
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(Problem::member(pointer, "must be an object")),
    }
}

fn closed(pointer: &str, members: &Map<String, Value>) -> Result<(), Problem> {
    match members.keys().next() {
        Some(name) => {
            let pointer = format!("{pointer}/{name}");
            Err(Problem::member(&pointer, "is not a known member"))
        }
        None => Ok(()),
    }
}
