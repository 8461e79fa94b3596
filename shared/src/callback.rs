//! Strict parser of the authorization response at the redirect URI (RFC 6749 section 4.1.2).
//!
//! Rejects repeated, empty and overlong parameters and control characters (RFC 6749 section 3.1).
//! Ignores unrecognized parameters, as section 4.1.2 requires. In particular no parameter ever
//! selects a host: Snyk's `instance` is not read.

use std::{borrow::Cow, fmt};

use crate::{login_state::LoginState, visible::is_direction_mark};

/// Maximum length of the code, in bytes. Snyk's codes are much shorter, and no known provider comes
/// near this limit.
pub const MAX_CODE: usize = 2_048;
/// Maximum length of `error` and `iss`, in bytes.
pub const MAX_WORD: usize = 512;
/// Maximum length of `error_description`, in characters. A longer text is truncated, not rejected,
/// because it is only displayed and its length alone is not an attack.
pub const MAX_DESCRIPTION: usize = 500;
/// Maximum length of the query, in bytes.
pub const MAX_QUERY: usize = 8_192;

/// A well-formed authorization response. The backend decides whether it belongs to *this* browser's
/// attempt: it compares the state before it uses anything else.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The returned state.
    pub state: LoginState,
    /// The provider's issuer identifier, if present (RFC 9207).
    pub iss: Option<String>,
    /// The result: a code or an error.
    pub answer: Answer,
}

/// The result of an authorization request.
#[derive(Clone)]
pub enum Answer {
    /// `code`: a one-time authorization code.
    Code(String),
    /// `error`, with an optional `error_description` (RFC 6749 section 4.1.2.1).
    Error {
        /// The error code.
        error: String,
        /// The provider's description. This is data, never markup.
        description: Option<String>,
    },
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(_) => f.write_str("Code(redacted)"),
            Self::Error { error, .. } => f.debug_struct("Error").field("error", error).finish(),
        }
    }
}

/// The reason why a callback is rejected. Names the parameter, never its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackError {
    /// The parameter occurs more than once.
    Repeated(&'static str),
    /// The parameter has no value.
    Empty(&'static str),
    /// The parameter exceeds its maximum length.
    TooLong(&'static str),
    /// The parameter holds a control character or bytes that are not UTF-8.
    NotText(&'static str),
    /// The state is missing or does not have the format that this product generates.
    NotOurState,
    /// The response has neither `code` nor `error`.
    NoAnswer,
    /// The response has both `code` and `error`.
    TwoAnswers,
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repeated(name) => write!(f, "`{name}` is repeated"),
            Self::Empty(name) => write!(f, "`{name}` is empty"),
            Self::TooLong(name) => write!(f, "`{name}` is too long"),
            Self::NotText(name) => write!(f, "`{name}` is not plain text"),
            Self::NotOurState => f.write_str("the state is not one of ours"),
            Self::NoAnswer => f.write_str("there is neither a code nor an error"),
            Self::TwoAnswers => f.write_str("there is a code and an error"),
        }
    }
}

impl std::error::Error for CallbackError {}

/// Parses the query or fragment of the callback URL, with or without its leading `?` or `#`.
pub fn parse(query: &str) -> Result<Callback, CallbackError> {
    let query = query.strip_prefix(['?', '#']).unwrap_or(query);
    if query.len() > MAX_QUERY {
        return Err(CallbackError::TooLong("query"));
    }
    let state = single(query, "state")?;
    let code = single(query, "code")?;
    let error = single(query, "error")?;
    let description = single(query, "error_description")?;
    let iss = single(query, "iss")?;

    let state = state
        .and_then(|text| LoginState::parse(&text).ok())
        .ok_or(CallbackError::NotOurState)?;
    let answer = match (code, error) {
        (Some(code), None) => Answer::Code(bounded(code, "code", MAX_CODE)?),
        (None, Some(error)) => Answer::Error {
            error: bounded(error, "error", MAX_WORD)?,
            description: description.map(|text| readable(&text)),
        },
        (Some(_), Some(_)) => return Err(CallbackError::TwoAnswers),
        (None, None) => return Err(CallbackError::NoAnswer),
    };
    let iss = iss.map(|text| bounded(text, "iss", MAX_WORD)).transpose()?;
    Ok(Callback { state, iss, answer })
}

/// Returns whether a query or a fragment, with or without its leading `?` or `#`, looks like an
/// authorization response: it has a state, and a code or an error. It need not be well formed.
#[must_use]
pub fn is_answer(text: &str) -> bool {
    let text = text.trim_start_matches(['?', '#']);
    let has = |name: &str| form_urlencoded::parse(text.as_bytes()).any(|(key, _)| key == name);
    has("state") && (has("code") || has("error"))
}

/// Returns a provider's text in a form that is safe to display: at most [`MAX_DESCRIPTION`]
/// characters, without control characters and without directional formatting characters, which
/// would reorder the surrounding text.
#[must_use]
pub fn readable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_direction_mark(*c))
        .take(MAX_DESCRIPTION)
        .collect()
}

/// Returns the only value of `name`, or `None` if the parameter is absent.
fn single<'q>(query: &'q str, name: &'static str) -> Result<Option<Cow<'q, str>>, CallbackError> {
    let mut found = None;
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if key != name {
            continue;
        }
        if found.is_some() {
            return Err(CallbackError::Repeated(name));
        }
        if value.is_empty() {
            return Err(CallbackError::Empty(name));
        }
        // A description is sanitized instead of rejected, because it is only displayed.
        let is_text = name == "error_description"
            || !value
                .chars()
                .any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER);
        if !is_text {
            return Err(CallbackError::NotText(name));
        }
        found = Some(value);
    }
    Ok(found)
}

fn bounded(value: Cow<'_, str>, name: &'static str, max: usize) -> Result<String, CallbackError> {
    if value.len() > max {
        Err(CallbackError::TooLong(name))
    } else {
        Ok(value.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STATE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn a_code_is_read() {
        let callback = parse(&format!(
            "?code=a%2Bb%21&state={STATE}&instance=evil.example"
        ))
        .unwrap();
        assert!(matches!(callback.answer, Answer::Code(code) if code == "a+b!"));
        assert_eq!(callback.state.secret(), STATE);
        assert_eq!(callback.iss, None);
    }

    #[test]
    fn an_error_is_read_with_and_without_its_text() {
        let callback = parse(&format!("error=access_denied&state={STATE}")).unwrap();
        assert!(matches!(
            callback.answer,
            Answer::Error {
                description: None,
                ..
            }
        ));
        let callback = parse(&format!(
            "error=access_denied&error_description=No+way&state={STATE}"
        ))
        .unwrap();
        assert!(
            matches!(callback.answer, Answer::Error { description: Some(text), .. } if text == "No way")
        );
    }

    #[test]
    fn sec_16_repeated_empty_overlong_and_control_parameters_are_refused() {
        use CallbackError as E;
        let long = "x".repeat(10_240);
        let code = "x".repeat(MAX_CODE + 1);
        for (query, expected) in [
            (format!("code=a&code=b&state={STATE}"), E::Repeated("code")),
            (
                format!("code=a&co%64e=b&state={STATE}"),
                E::Repeated("code"),
            ),
            (
                format!("code=a&state={STATE}&state={STATE}"),
                E::Repeated("state"),
            ),
            (format!("code=&state={STATE}"), E::Empty("code")),
            (format!("code&state={STATE}"), E::Empty("code")),
            ("code=a&state=".to_owned(), E::Empty("state")),
            (format!("code={code}&state={STATE}"), E::TooLong("code")),
            (format!("code={long}&state={STATE}"), E::TooLong("query")),
            (format!("code=a%00b&state={STATE}"), E::NotText("code")),
            (format!("code=a%0D%0Ab&state={STATE}"), E::NotText("code")),
            (format!("code=%FF&state={STATE}"), E::NotText("code")),
            (format!("error=%1B[31m&state={STATE}"), E::NotText("error")),
            (format!("code=a&error=b&state={STATE}"), E::TwoAnswers),
            (format!("state={STATE}"), E::NoAnswer),
            ("code=a".to_owned(), E::NotOurState),
            ("code=a&state=short".to_owned(), E::NotOurState),
            (String::new(), E::NotOurState),
        ] {
            assert_eq!(parse(&query).unwrap_err(), expected, "{query:.60}");
        }
    }

    #[test]
    fn an_answer_is_known_in_a_query_and_in_a_fragment() {
        for answer in [
            "?code=a&state=b",
            "#state=b&code=a&utm_source=mail",
            "error=x&state=b",
            "?co%64e=&state=",
        ] {
            assert!(is_answer(answer), "{answer}");
        }
        for other in [
            "",
            "?",
            "#_=_",
            "?code=a",
            "?state=b",
            "?q=code&status=state",
        ] {
            assert!(!is_answer(other), "{other}");
        }
    }

    #[test]
    fn sec_17_the_providers_text_is_cut_and_made_harmless() {
        let text = format!("{}\u{202E}\u{0007}\n<b>", "a".repeat(3));
        assert_eq!(readable(&text), "aaa <b>");
        assert_eq!(readable(&"x".repeat(1_000_000)).len(), MAX_DESCRIPTION);
    }

    #[test]
    fn sec_38_a_code_does_not_print() {
        let callback = parse(&format!("code=sesame&state={STATE}")).unwrap();
        let printed = format!("{callback:?}");
        assert!(
            !printed.contains("sesame") && !printed.contains(STATE),
            "{printed}"
        );
    }

    proptest! {
        #[test]
        fn sec_76_no_query_makes_it_panic(query in "\\PC{0,300}") {
            let _ = parse(&query);
        }

        #[test]
        fn whatever_the_provider_encodes_comes_back_as_it_was(
            code in "[ -~]{1,200}", description in "[ -~]{1,100}",
        ) {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("code", &code).append_pair("state", STATE).finish();
            let is_same = matches!(parse(&query).unwrap().answer, Answer::Code(got) if got == code);
            prop_assert!(is_same);
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("error", "server_error")
                .append_pair("error_description", &description)
                .append_pair("state", STATE).finish();
            let is_same = matches!(
                parse(&query).unwrap().answer,
                Answer::Error { description: Some(got), .. } if got == description
            );
            prop_assert!(is_same);
        }
    }
}
