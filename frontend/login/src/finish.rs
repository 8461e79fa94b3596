//! The end of a login: hands Snyk's answer to the backend, which returns the connection.

use shared::{
    api::connection::{Connected, LoginFinish},
    callback::{Answer, Callback},
};
use zeroize::Zeroize;

use crate::{
    browser::fetch::{self, Within},
    failure::Failure,
};

/// Hands over the provider's answer. This can be done once: a second time fails with `login_used`.
pub async fn finish(callback: Callback) -> Result<Connected, Failure> {
    let mut handed_over = body_of(callback);
    let body = serde_json::to_string(&handed_over);
    handed_over.code.zeroize();
    let mut body = body.map_err(|_| Failure::Unreadable)?;
    let answer = fetch::send("POST", "/api/connections", Some(&body), Within::Change).await;
    body.zeroize();
    answer?.json()
}

/// Returns the body of the request, with either the code or the error.
fn body_of(callback: Callback) -> LoginFinish {
    let state = callback.state.secret().to_owned();
    let (code, error, error_description) = match callback.answer {
        Answer::Code(code) => (Some(code), None, None),
        Answer::Error { error, description } => (None, Some(error), description),
    };
    LoginFinish {
        state,
        code,
        error,
        error_description,
        iss: callback.iss,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn body(query: &str) -> String {
        let callback = shared::callback::parse(query).unwrap();
        serde_json::to_string(&body_of(callback)).unwrap()
    }

    #[test]
    fn a_code_is_handed_over_alone() {
        assert_eq!(
            body(&format!("?code=abc&state={STATE}")),
            format!(r#"{{"state":"{STATE}","code":"abc"}}"#)
        );
    }

    #[test]
    fn an_error_is_handed_over_with_its_text() {
        assert_eq!(
            body(&format!(
                "?error=access_denied&error_description=no&state={STATE}"
            )),
            format!(r#"{{"state":"{STATE}","error":"access_denied","error_description":"no"}}"#)
        );
    }
}
