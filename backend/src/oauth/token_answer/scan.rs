//! Finds members of objects in text that should be JSON, but may be truncated, broken, or embedded
//! in something else.
//!
//! It relies on the three characters that reliably mark a member: quotation marks, the backslash in
//! front of them, and the colon. In a valid document it finds exactly the members that a parser
//! finds. It is linear in the length of the text, and does not recurse.

use zeroize::Zeroizing;

/// A member that was found.
pub(super) struct Member {
    /// The number of its object, in the order in which objects begin: the outermost first.
    pub(super) object: usize,
    pub(super) name: &'static str,
    pub(super) value: Value,
}

/// The decoded value of a member. Broken characters in it are U+FFFD.
pub(super) enum Value {
    /// A string.
    Text(Zeroizing<String>),
    /// A number, or a literal such as `null`.
    Bare(Zeroizing<String>),
    /// The strings of an array.
    List(Vec<Zeroizing<String>>),
}

/// Finds the members with these names, in order.
pub(super) fn scan(text: &[u8], names: &[&'static str]) -> Vec<Member> {
    let mut reader = Reader { rest: text };
    let mut found = Vec::new();
    let mut opened = 0;
    // In a document without its beginning, members outside of any object count as those of one.
    let mut objects = Vec::new();
    while let Some(byte) = reader.next() {
        match byte {
            b'{' => {
                opened += 1;
                objects.push(opened);
            }
            b'}' => {
                objects.pop();
            }
            b'"' => {
                let Some(name) = reader.string() else { break };
                if !reader.takes_colon() {
                    continue;
                }
                let name = decoded(name);
                let Some(name) = names.iter().find(|known| **known == *name) else {
                    continue;
                };
                if let Some(value) = reader.value() {
                    found.push(Member {
                        object: objects.last().copied().unwrap_or(0),
                        name,
                        value,
                    });
                }
            }
            _ => {}
        }
    }
    found
}

/// The position of a scan.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    fn takes_colon(&mut self) -> bool {
        self.skip_space();
        let Some(rest) = self.rest.strip_prefix(b":") else {
            return false;
        };
        self.rest = rest;
        self.skip_space();
        true
    }

    /// Returns the rest of a string up to its quotation mark, still escaped; `None` without an end.
    fn string(&mut self) -> Option<&'a [u8]> {
        let mut escaped = false;
        let end = self.rest.iter().position(|byte| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        });
        let Some(end) = end else {
            self.rest = &[];
            return None;
        };
        let string = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        Some(string)
    }

    /// Returns a value, unless it is an object: its members are found by the scan.
    fn value(&mut self) -> Option<Value> {
        match self.rest.first()? {
            b'"' => {
                self.next();
                self.string().map(|text| Value::Text(decoded(text)))
            }
            b'{' => None,
            b'[' => self.list(),
            _ => {
                let ends = |byte: &u8| b",}]".contains(byte) || byte.is_ascii_whitespace();
                let end = self.rest.iter().position(ends).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                Some(Value::Bare(decoded(word)))
            }
        }
    }

    /// Returns the strings of an array; `None` if it contains objects or has no end.
    fn list(&mut self) -> Option<Value> {
        let before = self.rest;
        let mut depth = 0_usize;
        let mut texts = Vec::new();
        while let Some(byte) = self.next() {
            match byte {
                b'"' => texts.extend(self.string().map(decoded)),
                b'[' => depth += 1,
                b']' if depth == 1 => return Some(Value::List(texts)),
                b']' => depth -= 1,
                b':' | b'{' | b'}' => break,
                _ => {}
            }
        }
        self.rest = &before[1..];
        None
    }
}

/// Decodes the escapes of a string.
fn decoded(text: &[u8]) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let Some((escape, after)) = rest.split_first() else {
            break;
        };
        rest = after;
        match escape {
            b'b' => bytes.push(8),
            b'f' => bytes.push(12),
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'u' => {
                let (c, after) = unicode(rest);
                rest = after;
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => bytes.push(*other),
        }
    }
    Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned())
}

/// Decodes an escape after its `\u`. Returns the character and the rest of the text.
fn unicode(text: &[u8]) -> (char, &[u8]) {
    let Some((unit, rest)) = code_unit(text) else {
        return (char::REPLACEMENT_CHARACTER, text);
    };
    let low = rest.strip_prefix(b"\\u").and_then(code_unit);
    let mut units = [Some(unit), low.map(|(low, _)| low)].into_iter().flatten();
    let first = char::decode_utf16(&mut units).next();
    match first {
        Some(Ok(c)) if c.len_utf16() == 2 => (c, low.map_or(rest, |(_, rest)| rest)),
        Some(Ok(c)) => (c, rest),
        // An unpaired surrogate.
        _ => (char::REPLACEMENT_CHARACTER, rest),
    }
}

fn code_unit(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    // `from_str_radix` accepts a sign as well.
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let unit = is_hex.then(|| u16::from_str_radix(digits, 16).ok())??;
    Some((unit, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: &[&str] = &["a", "b"];

    /// Returns the members found, as `object name=value`.
    fn found(text: &str) -> Vec<String> {
        let show = |member: Member| {
            let value = match member.value {
                Value::Text(text) => format!("{:?}", *text),
                Value::Bare(word) => (*word).clone(),
                Value::List(texts) => {
                    format!("{:?}", texts.iter().map(|t| &**t).collect::<Vec<_>>())
                }
            };
            format!("{} {}={value}", member.object, member.name)
        };
        scan(text.as_bytes(), NAMES).into_iter().map(show).collect()
    }

    #[test]
    fn members_are_found_wherever_they_stand() {
        for (text, members) in [
            (
                r#"{"a":"x","c":1,"b":2.5e3}"#,
                &["1 a=\"x\"", "1 b=2.5e3"][..],
            ),
            (r#"{"c":{"a":"x"},"a":null}"#, &["2 a=\"x\"", "1 a=null"]),
            (r#"[{"a":"x"},{"a":"y"}]"#, &["1 a=\"x\"", "2 a=\"y\""]),
            (r#"{"a":["x",["y"],5]}"#, &["1 a=[\"x\", \"y\"]"]),
            (r#"{"a":["x","b":"y"}"#, &["1 b=\"y\""]),
            (r#"{"a":[{"b":"x"}]}"#, &["2 b=\"x\""]),
            (
                r#"{"a" : "x\"y\\","b":"\/"}"#,
                &["1 a=\"x\\\"y\\\\\"", "1 b=\"/\""],
            ),
            (r#"{"c":"\"a\":\"x\"","d":"a"}"#, &[]),
            (r#"{"\u0061":"\ud83d\ude00"}"#, &["1 a=\"😀\""]),
            (
                r#"{"a":"\ud83d","b":"\ud83d\u0041\udc00"}"#,
                &["1 a=\"\u{fffd}\"", "1 b=\"\u{fffd}A\u{fffd}\""],
            ),
            (r#"{"a":"\u+123\u12"}"#, &["1 a=\"\u{fffd}+123\u{fffd}12\""]),
            (r#"{"a":"x","b":"y"#, &["1 a=\"x\""]),
            (r#""a":"x"}} "b":y"#, &["0 a=\"x\"", "0 b=y"]),
            (r#"{"a""#, &[]),
            (r#"{"a":"#, &[]),
            ("", &[]),
        ] {
            assert_eq!(found(text), members, "{text}");
        }
    }

    proptest! {
        /// In a valid document it finds what a parser finds, and no truncation or broken byte stops
        /// it.
        #[test]
        fn it_agrees_with_a_parser(value in any::<String>(), other in any::<String>(), cut in 0..200_usize) {
            let document = serde_json::json!({ "c": [other.clone(), { "d": other.clone() }], "a": value, "z": other }).to_string();
            let members = scan(document.as_bytes(), NAMES);
            prop_assert_eq!(members.len(), 1);
            prop_assert!(matches!(&members[0].value, Value::Text(text) if **text == value));
            let bytes = document.as_bytes();
            for member in scan(&bytes[..cut.min(bytes.len())], NAMES) {
                prop_assert!(matches!(&member.value, Value::Text(text) if **text == value));
            }
        }

        #[test]
        fn nothing_stops_it(bytes in any::<Vec<u8>>()) {
            scan(&bytes, NAMES);
        }
    }
}
