//! Changes variables in the text of a `.env` file. Comments and all other variables stay as they
//! are (pure).

use std::{collections::BTreeMap, fmt};

use crate::{
    parse::{Entry, OddLine, entries, with_line_feeds},
    quote::quote,
};

/// The error returned when a text cannot be changed. It holds nothing of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotUpdate {
    /// A line has invalid syntax.
    Line(OddLine),
    /// The value of this variable cannot be written on a line.
    Value(String),
    /// A quotation mark that nothing closes would pair with one in a new value.
    OpenQuote,
}

impl fmt::Display for CannotUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(OddLine(line)) => write!(f, "line {line} is not NAME=value"),
            Self::Value(name) => write!(
                f,
                "the value of {name} has characters that no .env file can hold"
            ),
            Self::OpenQuote => f.write_str(
                "a quotation mark is not closed, and would swallow the lines after it: close it, or \
                 write the value in other quotation marks",
            ),
        }
    }
}

impl std::error::Error for CannotUpdate {}

/// Returns the text with some variables set and others removed. Lines end with LF.
///
/// A variable that is there is changed in its place. If it appears several times, only its last
/// line stays, which is the one that counts. New variables follow at the end.
///
/// # Errors
///
/// Returns an error if a line has invalid syntax, if a value cannot be written, or if the changed
/// text would not be read as the change.
pub fn update(text: &str, set: &[(&str, &str)], remove: &[&str]) -> Result<String, CannotUpdate> {
    let text = with_line_feeds(text);
    let entries = entries(&text).map_err(CannotUpdate::Line)?;
    let written = set
        .iter()
        .map(|(name, value)| match quote(value) {
            Some(quoted) => Ok((*name, quoted.text)),
            None => Err(CannotUpdate::Value((*name).to_owned())),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let updated = replace(&text, &entries, &written, remove);
    let expected = entries
        .iter()
        .map(|entry| (entry.name, &*entry.value))
        .filter(|(name, _)| !remove.contains(name))
        .chain(set.iter().copied())
        .collect::<BTreeMap<_, _>>();
    let read = self::entries(&updated).unwrap_or_default();
    let read = read.iter().map(|entry| (entry.name, &*entry.value));
    if read.collect::<BTreeMap<_, _>>() == expected {
        Ok(updated)
    } else {
        Err(CannotUpdate::OpenQuote)
    }
}

/// Replaces values and removes lines. `set` holds the values as they are written.
fn replace(text: &str, entries: &[Entry<'_>], set: &[(&str, String)], remove: &[&str]) -> String {
    let mut updated = String::new();
    let mut copied = 0;
    for (index, entry) in entries.iter().enumerate() {
        let new = set.iter().find(|(name, _)| *name == entry.name);
        let is_last = !entries[index + 1..].iter().any(|e| e.name == entry.name);
        if let Some((_, value)) = new.filter(|_| is_last) {
            updated.push_str(&text[copied..entry.written_value.start]);
            updated.push_str(value);
            copied = entry.written_value.end;
            // Without white space before it, `#` would be part of the value.
            if text[copied..].starts_with('#') {
                updated.push(' ');
            }
        } else if new.is_some() || remove.contains(&entry.name) {
            updated.push_str(&text[copied..entry.line.start]);
            copied = entry.line.end;
        }
    }
    updated.push_str(&text[copied..]);
    for (name, value) in set {
        if entries.iter().any(|entry| entry.name == *name) {
            continue;
        }
        if !updated.is_empty() && !updated.ends_with('\n') {
            updated.push('\n');
        }
        updated.extend([name, "=", value, "\n"]);
    }
    updated
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::parse::parse;

    #[test]
    fn variables_change_in_their_place_and_everything_else_stays() {
        let text = "# The app\r\n\r\nexport CLIENT_ID=old # its id\r\nCLIENT_SECRET='old\nold' # once\n\
                    SCOPES=# none yet\nLOG=debug\nSNYK_API_URL=http://x\nLISTEN=1";
        let set = [
            ("CLIENT_ID", "new"),
            ("CLIENT_SECRET", "n^`*<]"),
            ("SCOPES", "a b"),
            ("SNYK_REGION", "eu-01"),
        ];
        assert_eq!(
            update(text, &set, &["SNYK_API_URL", "ABSENT"]).unwrap(),
            "# The app\n\nexport CLIENT_ID=new # its id\nCLIENT_SECRET='n^`*<]' # once\n\
             SCOPES='a b' # none yet\nLOG=debug\nLISTEN=1\nSNYK_REGION=eu-01\n"
        );
    }

    #[test]
    fn of_several_lines_the_last_one_stays() {
        let text = "A=1\n# between\nA=2\nB=\nA= 3\n";
        let updated = update(text, &[("A", "4")], &["B"]).unwrap();
        assert_eq!(updated, "# between\nA= 4\n");
    }

    #[test]
    fn what_cannot_be_changed_is_told_without_its_content() {
        assert_eq!(
            update("A=b\ncanary\n", &[], &[]),
            Err(CannotUpdate::Line(OddLine(2)))
        );
        assert_eq!(
            update("A='canary", &[("B", "it' # s")], &[]),
            Err(CannotUpdate::OpenQuote)
        );
        assert_eq!(
            update("", &[("A", "can\nary")], &[]),
            Err(CannotUpdate::Value("A".to_owned()))
        );
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            "(export )?[A-C] ?= ?['\"`]?[a-z #]{0,6}['\"`]?( # c)?",
            "# [a-z]{0,6}",
            "[ ]{0,2}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn a_changed_text_reads_as_the_change(
            lines in proptest::collection::vec(line(), 0..8),
            end in "(\r?\n)?",
            value in "[ -~]{0,20}",
        ) {
            let text = lines.join("\r\n") + &end;
            let (Ok(before), Some(_)) = (parse(&text), quote(&value)) else { return Ok(()) };
            let updated = update(&text, &[("A", &value), ("D", "d")], &["B"]);
            if updated == Err(CannotUpdate::OpenQuote) {
                let quotes = text.matches(['\'', '"', '`']).count();
                prop_assert!(quotes > 0, "{:?}", text);
                return Ok(());
            }
            let updated = updated.unwrap();
            let mut expected: BTreeMap<_, _> = before.into_iter().collect();
            expected.remove("B");
            expected.insert("A".to_owned(), value);
            expected.insert("D".to_owned(), "d".to_owned());
            let after: BTreeMap<_, _> = parse(&updated).unwrap().into_iter().collect();
            prop_assert_eq!(after, expected, "{:?}", updated);
            let comments = |text: &str| {
                let lines = text.lines().filter(|line| line.starts_with('#'));
                lines.map(ToOwned::to_owned).collect::<Vec<_>>()
            };
            // A comment may be part of a quoted value of several lines.
            if !text.contains(['\'', '"', '`']) {
                prop_assert_eq!(comments(&updated), comments(&text));
            }
        }
    }
}
