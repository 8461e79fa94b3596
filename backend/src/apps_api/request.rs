//! Requests to the endpoints: the path with its version, and the JSON:API body (pure).

use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value as Json, json};
use shared::snyk::{VERSION, read::LARGEST_PAGE};
use zeroize::Zeroizing;

use super::id::Id;

/// Initial capacity for a body with a secret, so that it is written without reallocations that leave
/// copies in memory.
const SECRET_CAPACITY: usize = 4 * 1024;

/// The path of an organization's apps.
pub(super) fn apps(org: &Id) -> String {
    format!("/rest/orgs/{org}/apps/creations")
}

/// The path of an app.
pub(super) fn app(org: &Id, app: &Id) -> String {
    format!("{}/{app}", apps(org))
}

/// The path of an app's client secrets.
pub(super) fn secrets(org: &Id, id: &Id) -> String {
    format!("{}/secrets", app(org, id))
}

/// The query of every request.
pub(super) fn query() -> Vec<(&'static str, String)> {
    vec![("version", VERSION.to_owned())]
}

/// The query of a page of a list.
pub(super) fn page(after: Option<String>) -> Vec<(&'static str, String)> {
    let mut query = query();
    query.push(("limit", LARGEST_PAGE.to_string()));
    query.extend(after.map(|cursor| ("starting_after", cursor)));
    query
}

/// The body with an app's attributes.
pub(super) fn body(attributes: &Json) -> Bytes {
    let document = json!({"data": {"type": "app", "attributes": attributes}});
    document.to_string().into_bytes().into()
}

/// The body that deletes a secret. It is wiped after it has been sent.
pub(super) fn delete_secret(secret: &SecretString) -> Result<Bytes, serde_json::Error> {
    let mut body = Zeroizing::new(Vec::with_capacity(SECRET_CAPACITY));
    body.extend_from_slice(br#"{"data":{"type":"app","attributes":{"mode":"delete","secret":"#);
    serde_json::to_writer(&mut *body, secret.expose_secret())?;
    body.extend_from_slice(b"}}}");
    Ok(Bytes::from_owner(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_quoted_in_the_body_that_deletes_it() {
        let secret = SecretString::from("a\"b\\c^`");
        let body = delete_secret(&secret).unwrap();
        let body: Json = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            body,
            json!({"data": {"type": "app",
                "attributes": {"mode": "delete", "secret": "a\"b\\c^`"}}})
        );
    }
}
