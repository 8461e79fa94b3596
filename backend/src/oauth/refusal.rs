//! Classifies unsuccessful answers of a token endpoint by their effect on what was presented: the
//! OAuth errors (RFC 6749 section 5.2, and the provider's own), and everything else.

use http::{HeaderMap, StatusCode, header};

use super::{Meaning, Profile, ProviderError, token_answer::OAuthError};

impl Profile {
    /// Returns whether a refusal with that status can be an OAuth error. Only then its body is
    /// read, and only then it can end a connection.
    pub(super) fn may_be_oauth_error(&self, status: StatusCode) -> bool {
        self.error_statuses.contains(&status)
    }

    /// Classifies a refusal with that body. What is not an OAuth error, such as a gateway's
    /// `"error": "Forbidden"`, comes from an intermediary.
    pub(crate) fn classify(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> ProviderError {
        OAuthError::read(body)
            .filter(|_| self.may_be_oauth_error(status))
            .and_then(|error| self.oauth_error(error))
            .unwrap_or_else(|| ProviderError::Intermediary {
                status: status.as_u16(),
                from: origin(headers),
            })
    }

    fn oauth_error(&self, error: OAuthError) -> Option<ProviderError> {
        let OAuthError { error, description } = error;
        Some(match self.meaning(&error, &description)? {
            Meaning::GrantRejected => ProviderError::GrantRejected { error },
            Meaning::ClientRejected => ProviderError::ClientRejected { error },
            Meaning::ConcurrentUse => ProviderError::ConcurrentUse,
            Meaning::Later => ProviderError::Later {
                status: 503,
                after: None,
            },
            Meaning::Unusable => ProviderError::Unusable(format!("the error {error}")),
        })
    }
}

/// Describes the origin of an answer for the operator: short, and without control characters.
fn origin(headers: &HeaderMap) -> String {
    let header = |name| {
        let text = headers.get(name)?.to_str().ok()?;
        let text: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
        (!text.is_empty()).then_some(text)
    };
    let kind = header(header::CONTENT_TYPE).unwrap_or_else(|| "no content type".to_owned());
    let by = [header::SERVER, header::VIA]
        .into_iter()
        .filter_map(|name| Some(format!(", {name}: {}", header(name.clone())?)));
    std::iter::once(kind).chain(by).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::ErrorRule;

    fn profile() -> Profile {
        let url: url::Url = "https://provider.example/token".parse().unwrap();
        Profile::new("A provider", url.clone(), url)
    }

    fn is(profile: &Profile, status: u16, body: &str) -> String {
        let status = StatusCode::from_u16(status).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "text/html".parse().unwrap());
        headers.insert(header::SERVER, "gate\tway".parse().unwrap());
        format!("{:?}", profile.classify(status, &headers, body.as_bytes()))
    }

    #[test]
    fn a_profile_adds_errors_and_statuses_to_those_of_the_rfc() {
        const STATUSES: &[StatusCode] = &[StatusCode::BAD_REQUEST, StatusCode::GONE];
        const ERRORS: &[ErrorRule] = &[
            ErrorRule::new("expired", Meaning::GrantRejected),
            ErrorRule {
                description: Some("busy"),
                ..ErrorRule::new("invalid_grant", Meaning::Later)
            },
        ];
        let own = Profile {
            error_statuses: STATUSES,
            errors: ERRORS,
            ..profile()
        };
        for (status, error, description, standard, its) in [
            (400, "invalid_grant", "", "GrantRejected", "GrantRejected"),
            (400, "invalid_grant", "So Busy", "GrantRejected", "Later"),
            (410, "invalid_grant", "", "Intermediary", "GrantRejected"),
            (401, "invalid_client", "", "ClientRejected", "Intermediary"),
            (400, "expired", "", "Intermediary", "GrantRejected"),
            (400, "server_error", "", "Later", "Later"),
            (400, "invalid_scope", "", "Unusable", "Unusable"),
            (400, "Forbidden", "", "Intermediary", "Intermediary"),
        ] {
            let body = format!(r#"{{"error":"{error}","error_description":"{description}"}}"#);
            for (profile, means) in [(&profile(), standard), (&own, its)] {
                let error = is(profile, status, &body);
                assert!(error.starts_with(means), "{status} {body}: {error}");
            }
        }
    }

    #[test]
    fn the_log_of_an_intermediary_is_one_short_line() {
        let told = is(&profile(), 403, "<script>");
        assert!(told.contains("text/html, server: gateway"), "{told}");
        assert!(!told.contains("script"), "{told}");
        let mut headers = HeaderMap::new();
        headers.insert(header::SERVER, "x".repeat(5_000).parse().unwrap());
        assert!(origin(&headers).len() < 200);
    }
}
