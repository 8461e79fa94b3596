//! Writes JSON.

/// A JSON text while it is being written: values with the commas that belong between them.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    /// Whether a comma is due before the next name or value.
    is_next: bool,
}

impl Writer {
    /// Writes an object, whose members `fill` writes.
    pub(super) fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.enclosed(['{', '}'], fill);
    }

    /// Writes an array, whose elements `fill` writes.
    pub(super) fn array(&mut self, fill: impl FnOnce(&mut Self)) {
        self.enclosed(['[', ']'], fill);
    }

    fn enclosed(&mut self, [open, close]: [char; 2], fill: impl FnOnce(&mut Self)) {
        self.comma();
        self.text.push(open);
        self.is_next = false;
        fill(self);
        self.text.push(close);
        self.is_next = true;
    }

    /// Writes the name of a member, whose value follows.
    pub(super) fn name(&mut self, name: &str) -> &mut Self {
        self.comma();
        self.quoted(name);
        self.text.push(':');
        self.is_next = false;
        self
    }

    /// Writes a text.
    pub(super) fn text(&mut self, text: &str) {
        self.comma();
        self.quoted(text);
        self.is_next = true;
    }

    /// Writes a whole number.
    pub(super) fn number(&mut self, number: u64) {
        self.literal(&number.to_string());
    }

    /// Writes `true` or `false`.
    pub(super) fn boolean(&mut self, value: bool) {
        self.literal(if value { "true" } else { "false" });
    }

    fn literal(&mut self, literal: &str) {
        self.comma();
        self.text.push_str(literal);
        self.is_next = true;
    }

    fn comma(&mut self) {
        if self.is_next {
            self.text.push(',');
        }
    }

    /// Returns the JSON text.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// Writes a text in quotes (RFC 8259 section 7).
    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        for letter in text.chars() {
            match letter {
                '"' | '\\' => {
                    self.text.push('\\');
                    self.text.push(letter);
                }
                '\0'..='\u{1f}' => {
                    const HEX: &[u8; 16] = b"0123456789abcdef";
                    let code = letter as usize;
                    self.text.push_str("\\u00");
                    self.text.push(char::from(HEX[code >> 4 & 15]));
                    self.text.push(char::from(HEX[code & 15]));
                }
                _ => self.text.push(letter),
            }
        }
        self.text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_reader_reads_what_is_written() {
        let odd = "a\"\\\n\u{1}\u{7f}é\u{2028}";
        let mut writer = Writer::default();
        writer.object(|writer| {
            writer.name("empty").array(|_| {});
            writer.name("list").array(|writer| {
                writer.number(1);
                writer.text(odd);
                writer.object(|_| {});
                writer.boolean(true);
            });
            writer.name(odd).boolean(false);
        });
        let read: serde_json::Value = serde_json::from_str(&writer.finish()).unwrap();
        assert_eq!(
            read,
            serde_json::json!({"empty": [], "list": [1, odd, {}, true], odd: false})
        );
    }
}
