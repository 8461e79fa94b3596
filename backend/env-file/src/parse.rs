//! The form of `.env`: that of Node's `dotenv`, since the TypeScript demo's file must work unchanged
//! (pure).
//!
//! `NAME=value`, perhaps after `export`. A value without quotes ends with its line, or where white
//! space and `#` begin a comment, and may hold spaces; nothing in it is replaced, since Snyk's client
//! secrets hold characters such as `$`, `` ` `` and `^`. A value in single, double or back quotes may
//! go over several lines; only in double quotes are `\n` and `\r` line breaks.

use crate::text::trim;

/// A line that is not of the form; its number, counted from 1, and nothing of what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OddLine(pub usize);

/// The variables of a file, in its order. Lines end as on any system: LF, CR LF or CR.
pub fn parse(text: &str) -> Result<Vec<(String, String)>, OddLine> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut variables = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        // Files that were put together have a byte order mark where the next one began.
        let content = trim(line);
        if content.is_empty() || content.starts_with('#') {
            rest = after;
            continue;
        }
        let at = OddLine(1 + text[..text.len() - rest.len()].matches('\n').count());
        let (name, value) = line.split_once('=').ok_or(at)?;
        let name = name_of(name).ok_or(at)?;
        let from_value = &rest[line.len() - value.len()..];
        let (value, after) = match quoted(from_value) {
            Some(quoted) => quoted,
            None => (unquoted(value).to_owned(), after),
        };
        variables.push((name.to_owned(), value));
        rest = after;
    }
    Ok(variables)
}

/// The name before `=`, perhaps after `export`.
fn name_of(text: &str) -> Option<&str> {
    let name = trim(text);
    let name = match name.strip_prefix("export") {
        Some(rest) if rest.starts_with(char::is_whitespace) => rest.trim_start(),
        _ => name,
    };
    (!name.is_empty() && name.bytes().all(is_of_a_name)).then_some(name)
}

fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// A value in quotes with what comes after its last line, if it is one: behind the closing quote
/// nothing but a comment may stand.
fn quoted(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let inner = &text[1..];
    let mut escaped = false;
    let end = inner.char_indices().find_map(|(index, c)| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(index)
    })?;
    let (behind, after) = inner[end + 1..]
        .split_once('\n')
        .unwrap_or((&inner[end + 1..], ""));
    let behind = behind.trim();
    if !behind.is_empty() && !behind.starts_with('#') {
        return None;
    }
    let value = &inner[..end];
    let value = match quote {
        '"' => value.replace("\\n", "\n").replace("\\r", "\r"),
        _ => value.to_owned(),
    };
    Some((value, after))
}

fn unquoted(value: &str) -> &str {
    let comment = value
        .match_indices('#')
        .map(|(index, _)| index)
        .find(|index| {
            value[..*index]
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace)
        });
    let value = value[..comment.unwrap_or(value.len())].trim();
    // Quotes that did not pair as such are taken off all the same where they stand at both ends.
    ['"', '\'', '`']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value)
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
    fn sec_50_a_line_of_another_form_is_told_by_its_number() {
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
