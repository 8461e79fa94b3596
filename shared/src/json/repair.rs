//! Repairs text so that a strict JSON parser accepts it.

use std::borrow::Cow;

const REPLACEMENT: &str = "\u{fffd}";

/// Replaces everything that a strict JSON parser rejects within a string or as a number, and leaves
/// everything else unchanged:
///
/// - bytes that are not UTF-8, escapes of unpaired surrogates and unknown escapes become U+FFFD;
/// - control characters within a string are escaped;
/// - words that are not JSON (`NaN`, `undefined`) and numbers outside the range of `f64` become
///   `null`;
/// - a byte order mark at the beginning is removed.
///
/// The structure is not repaired: a truncated document stays invalid.
#[must_use]
pub fn repair(text: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(text) {
        Cow::Borrowed(text) => repair_text(text),
        Cow::Owned(text) => Cow::Owned(repair_text(&text).into_owned()),
    }
}

fn repair_text(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut repaired = Repaired {
        text,
        output: String::new(),
        copied: 0,
    };
    let mut at = 0;
    let mut in_string = false;
    while let Some(byte) = text.as_bytes().get(at) {
        at = match byte {
            b'"' => {
                in_string = !in_string;
                at + 1
            }
            b'\\' if in_string => repaired.escape(at),
            ..b' ' if in_string => {
                let escaped = format!("\\u{byte:04x}");
                repaired.replace(at, at + 1, &escaped)
            }
            _ if !in_string && is_word(*byte) => repaired.word(at),
            _ => at + 1,
        };
    }
    repaired.finish()
}

/// Returns whether a byte can belong to a number or a literal.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_')
}

/// Copy-on-write state of a repair. Every position is that of an ASCII byte or directly follows
/// one.
struct Repaired<'a> {
    text: &'a str,
    output: String,
    /// Length of the prefix of `text` that has been copied to `output`.
    copied: usize,
}

impl<'a> Repaired<'a> {
    fn replace(&mut self, from: usize, to: usize, instead: &str) -> usize {
        self.output
            .push_str(self.text.get(self.copied..from).unwrap_or_default());
        self.output.push_str(instead);
        self.copied = to;
        to
    }

    /// Skips or replaces an escape sequence and returns the position after it.
    fn escape(&mut self, at: usize) -> usize {
        match self.text.as_bytes().get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at + 2,
            Some(b'u') => match (self.unit(at), self.unit(at + 6)) {
                (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at + 12,
                (Some(0xd800..=0xdfff), _) => self.replace(at, at + 6, REPLACEMENT),
                (Some(_), _) => at + 6,
                (None, _) => self.replace(at, at + 2, REPLACEMENT),
            },
            // Replaces only the backslash; the rest is ordinary text.
            _ => self.replace(at, at + 1, REPLACEMENT),
        }
    }

    /// Returns the UTF-16 code unit of an escape sequence `\uXXXX`.
    fn unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        // `from_str_radix` accepts a sign, so the digits are checked first.
        digits
            .bytes()
            .all(|digit| digit.is_ascii_hexdigit())
            .then(|| u16::from_str_radix(digits, 16).ok())?
    }

    /// Skips or replaces a number or a literal and returns the position after it.
    fn word(&mut self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let length = rest.bytes().take_while(|byte| is_word(*byte)).count();
        let end = at + length;
        let word = rest.get(..length).unwrap_or_default();
        if matches!(word, "true" | "false" | "null") || is_finite_number(word) {
            end
        } else {
            self.replace(at, end, "null")
        }
    }

    fn finish(mut self) -> Cow<'a, str> {
        if self.copied == 0 {
            return Cow::Borrowed(self.text);
        }
        self.output
            .push_str(self.text.get(self.copied..).unwrap_or_default());
        Cow::Owned(self.output)
    }
}

/// Returns whether a word is a number by JSON's grammar that `f64` can represent.
fn is_finite_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = unsigned
        .split_once(['e', 'E'])
        .map_or((unsigned, None), |(mantissa, exponent)| {
            (mantissa, Some(exponent))
        });
    let (whole, fraction) = mantissa
        .split_once('.')
        .map_or((mantissa, None), |(whole, fraction)| {
            (whole, Some(fraction))
        });
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
        && word.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn repaired(text: &str) -> Value {
        let text = repair(text.as_bytes());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    #[test]
    fn half_an_emoji_becomes_one_replacement_character() {
        for (text, read) in [
            (r#""Team \ud83d""#, "Team \u{fffd}"),
            (r#""\ude00 Team""#, "\u{fffd} Team"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
            (r#""\ud83d\n""#, "\u{fffd}\n"),
            (r#""\ud83dA""#, "\u{fffd}A"),
            (r#""\uD83D\u0041""#, "\u{fffd}A"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\\ud83d""#, "\\ud83d"),
            (r#""\\\ud83d""#, "\\\u{fffd}"),
            (r#""\ud83d\ude00""#, "\u{1f600}"),
            (r#""\ud83d\"""#, "\u{fffd}\""),
        ] {
            assert_eq!(repaired(text), json!(read), "{text}");
            let member = repaired(&format!("{{{text}:[{text}]}}"));
            assert_eq!(member[read][0], json!(read), "{text}");
        }
    }

    #[test]
    fn other_broken_text_becomes_readable_text() {
        for (text, read) in [
            (r#""\ud8""#, "\u{fffd}d8"),
            (r#""\u+123""#, "\u{fffd}+123"),
            (r#""\ud83d\u""#, "\u{fffd}\u{fffd}"),
            (r#""\uéééé""#, "\u{fffd}éééé"),
            (r#""\x41\é""#, "\u{fffd}x41\u{fffd}é"),
            ("\"a\nb\tc\u{0}\"", "a\nb\tc\u{0}"),
        ] {
            assert_eq!(repaired(text), json!(read), "{text}");
        }
        let bytes = b"\xef\xbb\xbf{\"name\":\"\xf0\x9f\x98\",\"\xff\":\"\xed\xa0\xbd\"}";
        let read: Value = serde_json::from_str(&repair(bytes)).unwrap();
        assert_eq!(read["name"], json!("\u{fffd}"));
        assert!(read["\u{fffd}"].is_string());
    }

    #[test]
    fn what_is_no_literal_and_no_number_becomes_null() {
        for text in [
            "NaN",
            "-Infinity",
            "undefined",
            "1e999",
            "01",
            "1.",
            "+1",
            ".5",
            "0x1f",
        ] {
            assert_eq!(repaired(text), Value::Null, "{text}");
            assert_eq!(
                repaired(&format!("[ {text},1]")),
                json!([null, 1]),
                "{text}"
            );
        }
        for text in [
            "0",
            "-0",
            "1.5e+3",
            "1E-9",
            "12345678901234567890123",
            "true",
            "null",
        ] {
            assert_eq!(repair(text.as_bytes()), text);
        }
    }

    proptest! {
        #[test]
        fn json_is_left_as_it_is(text in any_json().prop_map(|value| value.to_string())) {
            prop_assert!(matches!(repair(text.as_bytes()), Cow::Borrowed(same) if same == text));
        }

        #[test]
        fn any_bytes_within_a_string_are_a_string(bytes in any::<Vec<u8>>()) {
            let inner: Vec<u8> = bytes.into_iter().filter(|byte| *byte != b'"').collect();
            let mut text = b"[\"".to_vec();
            text.extend(&inner);
            // The space keeps an escape at the end from consuming the quotation mark.
            text.extend(b" \"]");
            let read: Value = serde_json::from_str(&repair(&text)).unwrap();
            prop_assert!(read[0].is_string());
        }

        #[test]
        fn no_text_is_too_odd(text in r#"[\\"u0-9a-fdD83e,\[\]{}: \n-]{0,40}"#) {
            let once = repair(text.as_bytes()).into_owned();
            prop_assert_eq!(repair(once.as_bytes()), once.as_str());
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }
}
