//! A second provider, all of it: what the backend must know about the token endpoint of npm's
//! `oidc-provider`, which differs from Snyk in each of these.

use snyk_app::oauth::{ClientAuth, ErrorRule, Meaning, Profile};

/// The API that its tokens are for (RFC 8707).
pub(super) const API: &str = "urn:api";

/// Errors that RFC 6749 does not define.
const ERRORS: &[ErrorRule] = &[ErrorRule::new("invalid_target", Meaning::Unusable)];

/// Returns the profile of a server at that address.
pub(super) fn profile(address: &str) -> Profile {
    let endpoint = |path: &str| format!("{address}{path}").parse().unwrap();
    let parameter = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Profile {
        client_auth: ClientAuth::SecretBasic,
        token_parameters: vec![parameter("resource", API)],
        revocation_parameters: vec![parameter("token_type_hint", "refresh_token")],
        errors: ERRORS,
        ..Profile::new(
            "oidc-provider",
            endpoint("/oauth2/token"),
            endpoint("/oauth2/revoke"),
        )
    }
}
