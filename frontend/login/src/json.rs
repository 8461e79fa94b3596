//! Writes small JSON objects of texts. Pure.

use zeroize::Zeroize;

/// An object whose members are texts. It is zeroized when it is dropped, because it contains
/// secrets.
pub(crate) struct Object(String);

impl Object {
    /// Creates an empty object. A buffer that grew would leave copies of a secret behind, so the
    /// capacity must suffice for the whole object.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(String::with_capacity(capacity))
    }

    /// Adds a member, if it has a value.
    pub(crate) fn add(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value else {
            return;
        };
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.text(name);
        self.0.push(':');
        self.text(value);
    }

    /// Returns the object as JSON.
    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        std::mem::take(&mut self.0)
    }

    /// Writes a text in quotes (RFC 8259 section 7).
    fn text(&mut self, text: &str) {
        const HEX: [char; 16] = [
            '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
        ];
        self.0.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => {
                    self.0.push('\\');
                    self.0.push(c);
                }
                '\0'..='\u{1f}' => {
                    let code = c as usize;
                    self.0.push_str("\\u00");
                    self.0.push(HEX[code >> 4 & 15]);
                    self.0.push(HEX[code & 15]);
                }
                _ => self.0.push(c),
            }
        }
        self.0.push('"');
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Returns an upper limit of the length of a text in JSON.
pub(crate) fn longest(text: &str) -> usize {
    6 * text.len() + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_a_parser_reads() {
        let every_control: String = (0..=0x20_u8).map(char::from).collect();
        for text in [
            "",
            "plain",
            "\"quoted\" and \\ escaped\\",
            "ünïcödé, 漢字, \u{10ffff}, \u{2028}, \u{7f}",
            &every_control,
        ] {
            let capacity = 1 + longest(text) + 1 + longest(text) + 1;
            let mut object = Object::with_capacity(capacity);
            object.add(text, Some(text));
            let written = object.finish();
            assert!(written.len() <= capacity, "{text}: the buffer grew");
            let read: serde_json::Value = serde_json::from_str(&written).unwrap();
            assert_eq!(read, serde_json::json!({ text: text }), "{written}");
        }
    }

    #[test]
    fn a_member_without_a_value_is_left_out() {
        let mut object = Object::with_capacity(100);
        object.add("a", None);
        object.add("b", Some("1"));
        object.add("c", None);
        object.add("d", Some("2"));
        assert_eq!(object.finish(), r#"{"b":"1","d":"2"}"#);
    }
}
