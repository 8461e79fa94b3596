//! Snyk's token endpoint.

use std::time::Duration;

use http::StatusCode;

use crate::{
    config::provider::Provider,
    oauth::{ClientAuth, ErrorRule, Meaning, Profile},
};

/// Snyk's own errors, some of them of ORY Hydra and fosite, on which it is based.
const ERRORS: &[ErrorRule] = &[
    ErrorRule::new("token_inactive", Meaning::GrantRejected),
    ErrorRule::new("invalid_token", Meaning::GrantRejected),
    ErrorRule::new("token_expired", Meaning::GrantRejected),
    ErrorRule {
        description: Some("concurrent"),
        ..ErrorRule::new("invalid_request", Meaning::ConcurrentUse)
    },
    ErrorRule::new("request_forbidden", Meaning::Unusable),
];

/// Returns the profile of Snyk in a region.
pub(super) fn profile(region: &Provider) -> Profile {
    Profile {
        // The only method that Snyk documents.
        client_auth: ClientAuth::SecretPost,
        // Snyk documents these three.
        error_statuses: &[
            StatusCode::BAD_REQUEST,
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
        ],
        errors: ERRORS,
        // The shortest that Snyk issues.
        default_lifetime: Duration::from_hours(1),
        ..Profile::new(
            "Snyk",
            region.token_endpoint(),
            region.revocation_endpoint(),
        )
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::config::base_url::BaseUrl;

    fn error(error: &str, description: &str) -> String {
        format!(r#"{{"error":"{error}","error_description":"{description}"}}"#)
    }

    #[test]
    fn sec_44_each_error_means_what_the_table_says() {
        let profile = profile(&Provider {
            region: "us-01".to_owned(),
            sandbox: false,
            app_url: BaseUrl::of("https://app.snyk.io".parse().unwrap()),
            api_url: BaseUrl::of("https://api.snyk.io".parse().unwrap()),
            api_url_variable: None,
        });
        for (status, body, means) in [
            (400, error("invalid_grant", ""), "GrantRejected"),
            (401, error("token_inactive", ""), "GrantRejected"),
            (401, error("invalid_token", ""), "GrantRejected"),
            (401, error("token_expired", ""), "GrantRejected"),
            (401, error("invalid_client", ""), "ClientRejected"),
            (400, error("unauthorized_client", ""), "ClientRejected"),
            (
                400,
                error("invalid_request", "failed due to Concurrent access"),
                "ConcurrentUse",
            ),
            (400, error("invalid_request", "missing"), "Unusable"),
            (403, error("access_denied", ""), "Unusable"),
            (403, error("request_forbidden", ""), "Unusable"),
            (400, error("temporarily_unavailable", ""), "Later"),
            (403, error("Forbidden", ""), "Intermediary"),
            (403, r#"{"message":"Forbidden"}"#.to_owned(), "Intermediary"),
            (400, String::new(), "Intermediary"),
            (404, error("invalid_grant", ""), "Intermediary"),
            (407, error("invalid_client", ""), "Intermediary"),
            (302, error("invalid_grant", ""), "Intermediary"),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let error = profile.classify(status, &HeaderMap::new(), body.as_bytes());
            let told = format!("{error:?}");
            assert!(told.starts_with(means), "{status} {body}: {told}");
        }
    }
}
