//! An untyped JSON value, and typed access to its members.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// Maximum nesting depth. Values nested deeper are read as `null`, because `serde_json` rejects the
/// whole document at 128.
const MAX_DEPTH: usize = 64;

/// A JSON value. Every JSON text can be read as one.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Self>),
    /// An object.
    Object(Object),
}

/// A JSON object. Keeps its members in document order, with repetitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(String, Value)>);

/// A type that can be read from a [`Value`].
pub trait FromValue: Sized {
    /// Converts a value; returns `None` if it is of another type, including `null`.
    fn from_value(value: Value) -> Option<Self>;
}

impl Value {
    /// Returns the object, if the value is one.
    #[must_use]
    pub fn into_object(self) -> Option<Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl Object {
    /// Removes and returns a member. If a member is repeated, the last one counts, as in every
    /// browser's `JSON.parse`. Returns `None` if the member is missing, `null` or of another type.
    pub fn take<T: FromValue>(&mut self, name: &str) -> Option<T> {
        T::from_value(self.take_any(name)?)
    }

    /// Removes and returns a string. Returns `None` also for a blank string, which carries no
    /// information.
    pub fn take_text(&mut self, name: &str) -> Option<String> {
        self.take(name)
            .filter(|text: &String| !text.trim().is_empty())
    }

    /// Removes and returns a list of strings, without blank elements and elements of other types.
    pub fn take_texts(&mut self, name: &str) -> Vec<String> {
        let mut texts: Vec<String> = self.take(name).unwrap_or_default();
        texts.retain(|text| !text.trim().is_empty());
        texts
    }

    /// Removes and returns a member of any type; returns `None` if it is missing.
    pub fn take_any(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().rposition(|(known, _)| known == name)?;
        Some(std::mem::replace(&mut self.0.get_mut(at)?.1, Value::Null))
    }
}

impl FromValue for Value {
    fn from_value(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl FromValue for Object {
    fn from_value(value: Value) -> Option<Self> {
        value.into_object()
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }
}

/// Reads a count. Snyk's schemas use the type `number` for counts, so `3.0` is read as three.
/// Negative numbers are rejected.
impl FromValue for u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, and a count has no fraction"
    )]
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Number(number) if number >= 0.0 => Some(number as Self),
            _ => None,
        }
    }
}

/// Reads the elements that are of type `T` and skips the others.
impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Array(all) => Some(all.into_iter().filter_map(T::from_value).collect()),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Reader { depth: 0 }.deserialize(from)
    }
}

/// A deserializer of values that tracks the nesting depth.
#[derive(Clone, Copy)]
struct Reader {
    depth: usize,
}

impl Reader {
    fn deeper(self) -> Option<Self> {
        (self.depth < MAX_DEPTH).then_some(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    #[expect(clippy::cast_precision_loss, reason = "as every browser reads it")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "as every browser reads it")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let Some(deeper) = self.deeper() else {
            while elements.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        };
        let mut all = Vec::new();
        while let Some(element) = elements.next_element_seed(deeper)? {
            all.push(element);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let Some(deeper) = self.deeper() else {
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        };
        let mut all = Vec::new();
        while let Some(name) = members.next_key()? {
            all.push((name, members.next_value_seed(deeper)?));
        }
        Ok(Value::Object(Object(all)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read;

    fn object(text: &str) -> Object {
        read(text.as_bytes()).unwrap()
    }

    #[test]
    fn of_repeated_members_the_last_one_counts() {
        let mut twice = object(r#"{"name":"a","id":1,"name":"b"}"#);
        assert_eq!(twice.take_text("name").as_deref(), Some("b"));
        let mut unknown = object(r#"{"name":"a","name":null}"#);
        assert_eq!(unknown.take_text("name"), None);
        let mut inner = object(r#"{"a":{"x":1,"x":2},"a":{"x":3,"x":4}}"#);
        let mut a: Object = inner.take("a").unwrap();
        assert_eq!(a.take("x"), Some(4_u64));
    }

    #[test]
    fn a_member_of_another_form_is_as_good_as_missing() {
        for value in [
            "null",
            "true",
            "5",
            "\"x\"",
            "[]",
            "{}",
            "[\"x\"]",
            "{\"x\":1}",
            "\" \"",
        ] {
            let text = format!("{{\"member\":{value}}}");
            let read = object(&text).take_text("member");
            assert_eq!(read.is_some(), value == "\"x\"", "{value}");
            let read = object(&text).take::<bool>("member");
            assert_eq!(read.is_some(), value == "true", "{value}");
            let read = object(&text).take::<u64>("member");
            assert_eq!(read.is_some(), value == "5", "{value}");
            let read = object(&text).take::<Object>("member");
            assert_eq!(read.is_some(), value.starts_with('{'), "{value}");
            let read = object(&text).take::<Vec<String>>("member");
            assert_eq!(read.is_some(), value.starts_with('['), "{value}");
        }
        assert_eq!(object("{}").take_text("member"), None);
    }

    #[test]
    fn an_element_that_cannot_be_read_costs_itself_alone() {
        let mut list = object(r#"{"all":["a",null,5,["b"],"c"]}"#);
        assert_eq!(list.take::<Vec<String>>("all").unwrap(), ["a", "c"]);
    }

    #[test]
    fn a_count_may_be_written_as_any_number_that_is_not_below_nothing() {
        for (text, count) in [
            ("3", Some(3)),
            ("3.0", Some(3)),
            ("1e3", Some(1000)),
            ("-0", Some(0)),
            ("-2", None),
            ("1e999", None),
            ("\"3\"", None),
        ] {
            let mut object = object(&format!("{{\"count\":{text}}}"));
            assert_eq!(object.take::<u64>("count"), count, "{text}");
        }
    }

    #[test]
    fn a_member_that_is_too_deep_costs_itself_alone() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}null{}", open.repeat(5_000), close.repeat(5_000));
            let mut around = object(&format!("{{\"id\":\"x\",\"name\":{deep},\"n\":1}}"));
            assert_eq!(around.take_text("id").as_deref(), Some("x"));
            assert_eq!(around.take("n"), Some(1_u64));
            assert_eq!(around.take_text("name"), None);
        }
    }
}
