//! Parses the answer of a token endpoint (RFC 6749 section 5) as leniently as possible: with
//! rotation, the presented token has been consumed, and rejecting an answer for anything but its
//! tokens would lose the connection.
//!
//! A JSON parser returns all of a document or nothing. This one finds only the members that are
//! needed, whatever surrounds them: a byte order mark, a gateway's comment, an array, duplicate
//! members, broken characters, the rest of an interrupted body. Of duplicate members in one object
//! the last usable one counts, as with nearly all parsers (RFC 8259 section 4).

mod scan;

use std::time::Duration;

use domain::vault::secret::{AccessToken, RefreshToken};
use shared::scope::Scopes;
use zeroize::Zeroizing;

use self::scan::{Member, Value, scan};

/// The content of an answer. Only the access token is required.
#[derive(Debug)]
pub(super) struct TokenAnswer {
    pub(super) access_token: AccessToken,
    /// `None` if it is missing or empty.
    pub(super) refresh_token: Option<RefreshToken>,
    pub(super) expires_in: Option<Duration>,
    /// The refresh token's lifetime, a member that only Snyk sends.
    pub(super) refresh_expires_in: Option<Duration>,
    /// `None` also if it names no scope: a token without any would be useless and is not meant.
    pub(super) scopes: Option<Scopes>,
}

const MEMBERS: &[&str] = &[
    "access_token",
    "refresh_token",
    "expires_in",
    "refresh_expires_in",
    "scope",
];

impl TokenAnswer {
    /// Parses an answer, or the part of it that arrived. Returns `None` without an access token.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        // UTF-16 has a NUL in every character of these members; JSON has none.
        let body: Zeroizing<Vec<u8>> =
            Zeroizing::new(body.iter().copied().filter(|byte| *byte != 0).collect());
        Self::of(&scan(&body, MEMBERS)).or_else(|| {
            // An unmatched quotation mark before the document would turn names into values.
            let begin = [&b"\"access_token\""[..], b"\"refresh_token\""]
                .into_iter()
                .filter_map(|name| body.windows(name.len()).position(|part| part == name))
                .min()?;
            Self::of(&scan(&body[begin..], MEMBERS))
        })
    }

    fn of(members: &[Member]) -> Option<Self> {
        let object = object_of_tokens(members)?;
        let last = |name: &'static str| {
            let is_it = move |member: &&Member| member.object == object && member.name == name;
            members.iter().rev().filter(is_it)
        };
        // From the object of the access token, or else from anywhere.
        let refresh_token = last("refresh_token")
            .find_map(refresh_token)
            .or_else(|| members.iter().rev().find_map(refresh_token));
        Some(Self {
            access_token: last("access_token").find_map(access_token)?,
            refresh_token,
            expires_in: last("expires_in").find_map(lifetime),
            refresh_expires_in: last("refresh_expires_in").find_map(lifetime),
            scopes: last("scope").find_map(scopes),
        })
    }
}

/// Returns the outermost object that has both tokens, or else the outermost with an access token.
fn object_of_tokens(members: &[Member]) -> Option<usize> {
    let objects = |has: fn(&Member) -> bool| {
        let mut objects: Vec<_> = members
            .iter()
            .filter(|member| has(member))
            .map(|member| member.object)
            .collect();
        objects.sort_unstable();
        objects
    };
    let with_access = objects(|member| access_token(member).is_some());
    let with_refresh = objects(|member| refresh_token(member).is_some());
    let both = with_access
        .iter()
        .find(|object| with_refresh.binary_search(object).is_ok());
    both.or_else(|| with_access.first()).copied()
}

/// Returns an access token that a header can carry (RFC 6750 section 2.1).
fn access_token(member: &Member) -> Option<AccessToken> {
    let token = text_of("access_token", member)?;
    let can_be_sent = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    can_be_sent.then(|| AccessToken::new(token.to_owned()))
}

/// Returns a refresh token, unless it is empty or has lost a character.
fn refresh_token(member: &Member) -> Option<RefreshToken> {
    let token = text_of("refresh_token", member)?;
    let is_whole = |c: char| !c.is_control() && c != char::REPLACEMENT_CHARACTER;
    let is_token = !token.is_empty() && token.chars().all(is_whole);
    is_token.then(|| RefreshToken::new(token.to_owned()))
}

fn text_of<'a>(name: &str, member: &'a Member) -> Option<&'a str> {
    match &member.value {
        Value::Text(text) if member.name == name => Some(text.trim()),
        _ => None,
    }
}

/// Parses a number of seconds in any form. Anything else, and anything not positive, is unknown.
fn lifetime(member: &Member) -> Option<Duration> {
    let (Value::Text(text) | Value::Bare(text)) = &member.value else {
        return None;
    };
    let seconds: f64 = text.trim().parse().ok()?;
    (seconds > 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// Parses scopes separated by spaces or commas, or a list of such texts; `None` without any scope.
/// A word with a broken character is not a scope (RFC 6749 section 3.3).
fn scopes(member: &Member) -> Option<Scopes> {
    let text = match &member.value {
        Value::Text(text) => (**text).clone(),
        Value::List(texts) => {
            let texts: Vec<_> = texts.iter().map(|text| text.as_str()).collect();
            texts.join(" ")
        }
        Value::Bare(_) => return None,
    };
    let words: Vec<_> = text
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|word| word.bytes().all(|byte| byte.is_ascii_graphic()))
        .collect();
    let scopes = Scopes::parse(&words.join(" "));
    (!scopes.is_empty()).then_some(scopes)
}

/// An OAuth error (RFC 6749 section 5.2).
#[derive(Debug)]
pub(super) struct OAuthError {
    pub(super) error: String,
    pub(super) description: String,
}

impl OAuthError {
    /// Parses an error. Only an object is accepted, since an error can end a connection.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        if !body.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        let members = scan(body, &["error", "error_description"]);
        let text = |name| {
            let mut outermost = members.iter().rev().filter(|member| member.object == 1);
            outermost.find_map(|member| text_of(name, member))
        };
        Some(Self {
            error: text("error")?.to_owned(),
            description: text("error_description").unwrap_or_default().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn read(name: &str, value: &Json) -> Option<TokenAnswer> {
        let mut answer = json!({ "access_token": "access", "refresh_token": "refresh" });
        answer[name] = value.clone();
        TokenAnswer::read(answer.to_string().as_bytes())
    }

    fn pair(text: &str) -> Option<(String, Option<String>)> {
        let answer = TokenAnswer::read(text.as_bytes())?;
        let refresh = answer.refresh_token.map(|token| token.secret().to_owned());
        Some((answer.access_token.secret().to_owned(), refresh))
    }

    #[test]
    fn sec_43_no_form_of_a_lifetime_costs_the_pair() {
        for (value, seconds) in [
            (json!(15_552_000), Some(15_552_000)),
            (json!(15_552_000.5), Some(15_552_000)),
            (json!("60"), Some(60)),
            (json!(" 6e1 "), Some(60)),
            (json!(1e18), Some(1_000_000_000_000_000_000)),
            (json!(1e300), Some(u64::MAX)),
            (json!("inf"), Some(u64::MAX)),
            (json!(0), None),
            (json!(-1), None),
            (json!(null), None),
            (json!(true), None),
            (json!("soon"), None),
            (json!("NaN"), None),
            (json!([60]), None),
            (json!({ "seconds": 60 }), None),
        ] {
            let answer = read("expires_in", &value).unwrap();
            let lifetime = answer.expires_in.map(|lifetime| lifetime.as_secs());
            assert_eq!(lifetime, seconds, "{value}");
            let answer = read("refresh_expires_in", &value).unwrap();
            let lifetime = answer.refresh_expires_in.map(|lifetime| lifetime.as_secs());
            assert_eq!(lifetime, seconds, "{value}");
        }
    }

    #[test]
    fn sec_43_no_form_of_what_stands_beside_the_tokens_costs_the_pair() {
        for name in ["token_type", "bot_id"] {
            for value in [json!("mac"), json!(5), json!(null), json!({ "x": [1] })] {
                assert!(read(name, &value).is_some(), "{name} {value}");
            }
        }
        for (value, scopes) in [
            (json!("org.read  org.edit"), Some(2)),
            (json!("org.read,org.edit, org.x"), Some(3)),
            (json!(["org.read", 5, "org.edit org.x"]), Some(3)),
            (json!("org.read \u{fffd} \u{a0}org.edit"), Some(2)),
            (json!(""), None),
            (json!(" , "), None),
            (json!([]), None),
            (json!(["", " "]), None),
            (json!("\u{fffd}"), None),
            (json!(null), None),
            (json!(5), None),
        ] {
            let answer = read("scope", &value).unwrap();
            assert_eq!(answer.scopes.map(|scopes| scopes.len()), scopes, "{value}");
        }
    }

    #[test]
    fn what_is_no_token_is_not_kept_as_one() {
        let odd = [
            json!(""),
            json!(" "),
            json!("a\nb"),
            json!(null),
            json!(5),
            json!(["a"]),
        ];
        for value in &odd {
            assert!(read("access_token", value).is_none(), "{value}");
            let answer = read("refresh_token", value).unwrap();
            assert!(answer.refresh_token.is_none(), "{value}");
        }
        assert!(read("access_token", &json!("å")).is_none());
        assert!(pair(r#"{"access_token":"\ud83d","refresh_token":"r"}"#).is_none());
    }

    #[test]
    fn sec_43_the_tokens_are_found_where_they_belong_together() {
        let both = Some(("a".to_owned(), Some("r".to_owned())));
        for text in [
            r#"{"access_token":"a","refresh_token":"r"}"#,
            r#"{"access_token":"x","refresh_token":"x","access_token":"a","refresh_token":"r"}"#,
            r#"{"access_token":"a","refresh_token":"r","access_token":null,"refresh_token":""}"#,
            r#"{"old":{"access_token":"x","refresh_token":"x"},"refresh_token":"r","access_token":"a"}"#,
            r#"{"old":{"access_token":"x"},"data":{"access_token":"a","refresh_token":"r"}}"#,
            r#"{"access_token":"a","more":[{"refresh_token":"r"}]}"#,
            r#"12" screens: {"access_token":"a","refresh_token":"r"}"#,
            r#""access_token":"a","refresh_token":"r""#,
            "{\"access_token\":\"a\\n\",\"refresh_token\":\" r\"}",
        ] {
            assert_eq!(pair(text), both, "{text}");
        }
        assert_eq!(
            pair(r#"{"access_token":"a"}"#),
            Some(("a".to_owned(), None))
        );
        for none in [
            "",
            "null",
            "[]",
            "<html>",
            r#"{"error":"\"access_token\":\"x\""}"#,
        ] {
            assert_eq!(pair(none), None, "{none}");
        }
        let utf_16: Vec<u8> = "\u{feff}{\"access_token\":\"a\",\"refresh_token\":\"r\"}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(TokenAnswer::read(&utf_16).is_some_and(|answer| answer.refresh_token.is_some()));
    }

    #[test]
    fn sec_44_only_an_object_with_a_word_is_an_error_of_oauth() {
        let error = |text: &str| OAuthError::read(text.as_bytes()).map(|error| error.error);
        for text in [
            r#"{"error":"invalid_grant"}"#,
            "\u{feff} {\"error\":\"invalid_grant\",\"error_description\":null}",
            r#"{"error":"x","error":"invalid_grant","error_description":"\ud83d"} trailing"#,
            r#"{"error_hint":{"error":"x"},"error":"invalid_grant"}"#,
        ] {
            assert_eq!(error(text).as_deref(), Some("invalid_grant"), "{text}");
        }
        for text in [
            "",
            "error=invalid_grant",
            r#"[{"error":"invalid_grant"}]"#,
            r#"<p>{"error":"invalid_grant"}"#,
            r#"{"error":{"error":"invalid_grant"}}"#,
            r#"{"message":"Forbidden"}"#,
        ] {
            assert_eq!(error(text), None, "{text}");
        }
    }
}
