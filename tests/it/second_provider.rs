//! A provider other than Snyk needs a profile and no code: the backend's token endpoint against an
//! independent authorization server that has another authentication method and other parameters.

mod profile;

use std::sync::Arc;

use domain::connection::Grant;
use shared::pkce::CodeVerifier;
use snyk_app::{
    clock::{Clock as _, SystemClock},
    config::secret_file::ClientSecret,
    oauth::{Credentials, Profile, ProviderError, TokenEndpoint},
};
use tests::{
    client::Client,
    foreign::ForeignProvider,
    registration::{CLIENT_ID, CLIENT_SECRET},
};

/// Where the app would be; nothing listens there.
const APP: &str = "http://localhost:9";

fn endpoint(profile: Profile, secret: &str) -> TokenEndpoint {
    let credentials = Credentials {
        client_id: CLIENT_ID.to_owned(),
        client_secret: ClientSecret::of_value(secret.into()),
        redirect_uri: format!("{APP}/callback"),
    };
    TokenEndpoint::new(profile, credentials, Arc::new(SystemClock)).unwrap()
}

async fn provider() -> ForeignProvider {
    ForeignProvider::start(&format!("{APP}/callback"), "client_secret_basic").await
}

/// Signs in, and exchanges the code.
async fn grant(
    provider: &ForeignProvider,
    endpoint: &TokenEndpoint,
) -> Result<Grant, ProviderError> {
    let attempt = Client::new(APP).make_attempt();
    let callback = provider.authorize(&attempt).await;
    let verifier = CodeVerifier::parse(attempt.verifier).unwrap();
    endpoint.exchange(callback.get("code"), &verifier).await
}

#[tokio::test]
async fn a_second_provider_exchanges_refreshes_and_revokes() {
    let provider = provider().await;
    let endpoint = endpoint(profile::profile(&provider.url), CLIENT_SECRET);
    let first = grant(&provider, &endpoint).await.unwrap();
    assert!(first.access_expires_at > SystemClock.now());

    let second = endpoint.refresh(&first.tokens.refresh).await.unwrap();
    assert_ne!(
        second.tokens.refresh.secret(),
        first.tokens.refresh.secret()
    );

    endpoint.revoke(&second.tokens.refresh).await.unwrap();
    let rejected = endpoint.refresh(&second.tokens.refresh).await;
    assert!(
        matches!(&rejected, Err(ProviderError::GrantRejected { error }) if error == "invalid_grant"),
        "{rejected:?}"
    );
    let seen = provider.seen().await;
    let expected = [
        "authorization.success",
        "grant.success",
        "grant.success",
        "grant.revoked",
    ];
    assert_eq!(seen[..4], expected);
    assert!(
        seen[4].starts_with("grant.error: invalid_grant"),
        "{seen:?}"
    );
}

/// The parameters and errors of a profile reach the provider, and come back with their meaning.
#[tokio::test]
async fn each_error_of_a_second_provider_means_what_its_profile_says() {
    let provider = provider().await;
    let right = || profile::profile(&provider.url);
    let other_api = Profile {
        token_parameters: vec![("resource".to_owned(), "urn:other".to_owned())],
        ..right()
    };
    let refused = grant(&provider, &endpoint(other_api, CLIENT_SECRET)).await;
    assert!(
        matches!(&refused, Err(ProviderError::Unusable(_))),
        "{refused:?}"
    );

    let refused = grant(&provider, &endpoint(right(), "another secret")).await;
    assert!(
        matches!(&refused, Err(ProviderError::ClientRejected { .. })),
        "{refused:?}"
    );
}
