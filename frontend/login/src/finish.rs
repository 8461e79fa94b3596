//! The end of a login: what hands Snyk's answer to the backend.

use shared::{
    callback::{Answer, Callback, CallbackError},
    problem::Code,
};
use zeroize::Zeroize;

use crate::json::{Object, longest};

/// Returns the body of `POST /api/connections`, a
/// [`LoginFinish`](shared::api::connection::LoginFinish), from the query or the fragment of the
/// callback. It has either the code or the error. The backend accepts it once: a second time fails
/// with `login_used`.
///
/// # Errors
///
/// Returns the code of the problem if the answer is not to a login of this app. The query is empty
/// after a reload or Back: then the missing state is the first error.
pub fn body(query: &str) -> Result<String, Code> {
    match shared::callback::parse(query) {
        Ok(callback) => Ok(body_of(callback)),
        Err(CallbackError::NotOurState) => Err(Code::StateMismatch),
        Err(_) => Err(Code::BadRequest),
    }
}

fn body_of(callback: Callback) -> String {
    let (mut code, error, description) = match callback.answer {
        Answer::Code(code) => (Some(code), None, None),
        Answer::Error { error, description } => (None, Some(error), description),
    };
    let given = [&code, &error, &description, &callback.iss];
    let given = given.into_iter().flatten().map(|text| longest(text));
    let mut body = Object::with_capacity(256 + given.sum::<usize>());
    body.add("state", Some(callback.state.secret()));
    body.add("code", code.as_deref());
    body.add("error", error.as_deref());
    body.add("error_description", description.as_deref());
    body.add("iss", callback.iss.as_deref());
    code.zeroize();
    body.finish()
}

#[cfg(test)]
mod tests {
    use shared::api::connection::LoginFinish;

    use super::*;

    const STATE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn a_code_is_handed_over_alone() {
        assert_eq!(
            body(&format!("?code=abc&state={STATE}")),
            Ok(format!(r#"{{"state":"{STATE}","code":"abc"}}"#))
        );
    }

    #[test]
    fn an_error_is_handed_over_with_its_text() {
        assert_eq!(
            body(&format!(
                "?error=access_denied&error_description=no&state={STATE}"
            )),
            Ok(format!(
                r#"{{"state":"{STATE}","error":"access_denied","error_description":"no"}}"#
            ))
        );
    }

    #[test]
    fn the_body_is_what_the_backend_reads() {
        for query in [
            format!("code=a%22b%5Cc&state={STATE}&iss=https://id.example"),
            format!("error=x&error_description=%3Cb%3E%22%C3%BC&state={STATE}"),
        ] {
            let body = body(&query).unwrap();
            let read: LoginFinish = serde_json::from_str(&body).unwrap();
            assert_eq!(body, serde_json::to_string(&read).unwrap());
        }
    }

    #[test]
    fn what_is_no_answer_to_a_login_of_ours_is_a_problem() {
        for (query, code) in [
            (String::new(), Code::StateMismatch),
            ("?code=x&state=short".to_owned(), Code::StateMismatch),
            (format!("?code=x&error=y&state={STATE}"), Code::BadRequest),
            (format!("?code=x&code=y&state={STATE}"), Code::BadRequest),
            (format!("?state={STATE}"), Code::BadRequest),
        ] {
            assert_eq!(body(&query), Err(code), "{query}");
        }
    }
}
