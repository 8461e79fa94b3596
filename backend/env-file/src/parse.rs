//! Parses `.env` in the syntax of Node's `dotenv`, since the file of the TypeScript demo must work
//! unchanged (pure).
//!
//! A line is `NAME=value`, optionally after `export`. An unquoted value ends at the end of its
//! line, or where white space and `#` begin a comment. It may contain spaces, and nothing in it is
//! expanded, since Snyk's client secrets contain characters such as `$`, `` ` `` and `^`. A value
//! in single quotes, double quotes or backticks may span several lines. Only double quotes turn
//! `\n` and `\r` into line breaks.

use std::ops::Range;

use crate::text::trim;

/// The error for a line with invalid syntax. It holds the line number, counted from 1, and nothing
/// of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OddLine(pub usize);

/// A variable, and where it is written in the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: String,
    /// The whole line, or lines, with the line break.
    pub(crate) line: Range<usize>,
    /// The value with its quotes, without a comment.
    pub(crate) written_value: Range<usize>,
}

/// Parses the variables of a file, in order. Lines end with LF, CR LF or CR.
///
/// # Errors
///
/// Returns the number of the first line with invalid syntax.
pub fn parse(text: &str) -> Result<Vec<(String, String)>, OddLine> {
    let text = with_line_feeds(text);
    let entries = entries(&text)?.into_iter();
    Ok(entries
        .map(|entry| (entry.name.to_owned(), entry.value))
        .collect())
}

/// Returns the text with LF at the end of every line.
pub(crate) fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Parses the variables of a text whose lines end with LF.
pub(crate) fn entries(text: &str) -> Result<Vec<Entry<'_>>, OddLine> {
    let mut entries = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
        let line_end = text.len().min(start + line.len() + 1);
        // Concatenated files have a byte order mark where the next file began.
        let content = trim(line);
        if content.is_empty() || content.starts_with('#') {
            start = line_end;
            continue;
        }
        let error = OddLine(1 + text[..start].matches('\n').count());
        let (name, value) = line.split_once('=').ok_or(error)?;
        let name = parse_name(name).ok_or(error)?;
        let value_start = start + line.len() - value.len();
        let parsed = quoted(&text[value_start..]).unwrap_or_else(|| unquoted(value));
        let end = text.len().min(value_start + parsed.length + 1);
        entries.push(Entry {
            name,
            value: parsed.value,
            line: start..end,
            written_value: value_start + parsed.written.start..value_start + parsed.written.end,
        });
        start = end;
    }
    Ok(entries)
}

/// The text after `=`, up to the end of its last line.
struct Parsed {
    value: String,
    /// The value with its quotes, without a comment.
    written: Range<usize>,
    /// The length without the line break.
    length: usize,
}

/// Returns the name before `=`, optionally after `export`.
fn parse_name(text: &str) -> Option<&str> {
    let name = trim(text);
    let name = match name.strip_prefix("export") {
        Some(rest) if rest.starts_with(char::is_whitespace) => rest.trim_start(),
        _ => name,
    };
    (!name.is_empty() && name.bytes().all(is_name_byte)).then_some(name)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Parses a quoted value. Returns `None` if anything but a comment follows the closing quote.
fn quoted(text: &str) -> Option<Parsed> {
    let start = text.len() - text.trim_start_matches([' ', '\t']).len();
    let quote = text[start..]
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let inner = &text[start + 1..];
    let mut escaped = false;
    let end = inner.char_indices().find_map(|(index, c)| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(index)
    })?;
    let written = start..start + end + 2;
    let rest = &text[written.end..];
    let trailing = rest.split_once('\n').map_or(rest, |(line, _)| line);
    let comment = trailing.trim();
    if !comment.is_empty() && !comment.starts_with('#') {
        return None;
    }
    let value = &inner[..end];
    let value = match quote {
        '"' => value.replace("\\n", "\n").replace("\\r", "\r"),
        _ => value.to_owned(),
    };
    Some(Parsed {
        value,
        length: written.end + trailing.len(),
        written,
    })
}

fn unquoted(line: &str) -> Parsed {
    let comment = line
        .match_indices('#')
        .map(|(index, _)| index)
        .find(|index| {
            line[..*index]
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace)
        });
    let value = line[..comment.unwrap_or(line.len())].trim_end();
    let start = value.len() - value.trim_start().len();
    let written = start..value.len();
    let value = value.trim_start();
    // Quotes at both ends are removed even if they do not pair as a quoted value.
    let value = ['"', '\'', '`']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value);
    Parsed {
        value: value.to_owned(),
        written,
        length: line.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> String {
        let variables = parse(text).unwrap();
        assert_eq!(variables.len(), 1, "{text}");
        assert_eq!(variables[0].0, "A", "{text}");
        variables[0].1.clone()
    }

    #[test]
    fn the_demos_file_is_read_as_it_is() {
        let text = "CLIENT_ID=0b6a1d9e\nCLIENT_SECRET=snyk_cs_a^b`c*d=e<f]g$h#i\n\
                    REDIRECT_URI=http://localhost:3000/callback\n\
                    SCOPES=org.read org.project.read\nENCRYPTION_SECRET=0f\n";
        assert_eq!(
            parse(text).unwrap(),
            [
                ("CLIENT_ID", "0b6a1d9e"),
                ("CLIENT_SECRET", "snyk_cs_a^b`c*d=e<f]g$h#i"),
                ("REDIRECT_URI", "http://localhost:3000/callback"),
                ("SCOPES", "org.read org.project.read"),
                ("ENCRYPTION_SECRET", "0f"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn values_in_every_form() {
        for (text, value) in [
            ("A=", ""),
            ("A= b c ", "b c"),
            ("  export A = b", "b"),
            ("export  A=b", "b"),
            ("export\tA=b", "b"),
            ("A=b\t# a comment", "b"),
            ("A=b\u{a0}# a comment", "b"),
            ("A=b\r# a comment\r", "b"),
            ("\u{feff}A=b", "b"),
            ("# one file\n\u{feff}A=b", "b"),
            ("A=\"b\r\nc\"\r\n", "b\nc"),
            ("A=b # a comment", "b"),
            ("A=# a comment", ""),
            ("A=b#c", "b#c"),
            ("A=\"b # c\" # a comment", "b # c"),
            ("A='b $C'", "b $C"),
            ("A=`b\"c'd`", "b\"c'd"),
            ("A=\"b\\nc\"", "b\nc"),
            ("A='b\\nc'", "b\\nc"),
            ("A=\"b\nc\"\r\n", "b\nc"),
            ("A='b", "'b"),
            ("A='b' c", "'b' c"),
            ("A='it's'", "it's"),
            ("A='b\\'", "b\\"),
            ("A=b=c", "b=c"),
            ("\u{feff}A=b\r\n\r\n# end", "b"),
            ("A=物流", "物流"),
        ] {
            assert_eq!(one(text), value, "{text}");
        }
    }

    #[test]
    fn sec_50_a_line_of_another_form_is_reported_by_its_number() {
        for (text, line) in [
            ("canary", 1),
            ("A=b\n\ncanary secret\n", 3),
            ("A=\"b\nc\"\n=canary", 3),
            ("A B=c", 1),
            ("A=b\r\n\r\ncanary\r\n", 3),
            ("A=b\rcanary", 2),
        ] {
            assert_eq!(parse(text), Err(OddLine(line)), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "(?s).{0,60}") {
            let _ = parse(&text);
        }

        #[test]
        fn a_value_in_single_quotes_comes_back(value in "[^'\\\\\r]{0,40}") {
            proptest::prop_assert_eq!(one(&format!("A='{value}'\n")), value);
        }
    }
}
