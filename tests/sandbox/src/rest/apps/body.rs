//! The bodies of requests that create and change apps.

use http::HeaderMap;
use url::Url;

use super::members::{Attributes, pointer, required};
use crate::apps::{Changes, NewApp, SecretChange};
use crate::rest::document::Problem;
use crate::scopes;
use crate::settings::Context;

/// The permitted lifetimes of access tokens, in seconds.
const TTL: std::ops::RangeInclusive<u64> = 3_600..=86_400;
/// The scope that every app must have.
const MANDATORY: &str = "org.read";

/// Reads the app to create.
pub(super) fn new_app(headers: &HeaderMap, body: &str) -> Result<NewApp, Problem> {
    let mut attributes = Attributes::of_body(headers, body)?;
    let name = required(&pointer("name"), attributes.text("name")?)?;
    let redirect_uris = redirect_uris(&mut attributes)?;
    let redirect_uris = required(&pointer("redirect_uris"), redirect_uris)?;
    let scopes = required(&pointer("scopes"), attributes.texts("scopes")?)?;
    check_scopes(&scopes)?;
    let context = required(&pointer("context"), attributes.text("context")?)?;
    let context = match context.as_str() {
        "tenant" => Context::Tenant,
        "user" => Context::User,
        _ => {
            let what = "must be 'tenant' or 'user'";
            return Err(Problem::member(&pointer("context"), what));
        }
    };
    let access_ttl = attributes.number("access_token_ttl_seconds", TTL)?;
    attributes.end()?;
    Ok(NewApp {
        name,
        redirect_uris,
        scopes,
        context,
        access_ttl,
    })
}

/// Reads the changes of an app.
pub(super) fn changes(headers: &HeaderMap, body: &str) -> Result<Changes, Problem> {
    let mut attributes = Attributes::of_body(headers, body)?;
    if attributes.is_empty() {
        let what = "must have at least one member";
        return Err(Problem::member("/data/attributes", what));
    }
    let changes = Changes {
        name: attributes.text("name")?,
        redirect_uris: redirect_uris(&mut attributes)?,
        access_ttl: attributes.number("access_token_ttl_seconds", TTL)?,
    };
    attributes.end()?;
    Ok(changes)
}

/// Reads the change of the secrets of an app.
pub(super) fn secret_change(headers: &HeaderMap, body: &str) -> Result<SecretChange, Problem> {
    let mut attributes = Attributes::of_body(headers, body)?;
    let mode = required(&pointer("mode"), attributes.text("mode")?)?;
    let secret = attributes.text("secret")?;
    attributes.end()?;
    match mode.as_str() {
        "create" => Ok(SecretChange::Create),
        "replace" => Ok(SecretChange::Replace),
        "delete" => Ok(SecretChange::Delete(required(&pointer("secret"), secret)?)),
        _ => {
            let what = "must be one of: replace, create, delete";
            Err(Problem::member(&pointer("mode"), what))
        }
    }
}

/// Reads absolute URIs without a fragment (RFC 6749 section 3.1.2).
fn redirect_uris(attributes: &mut Attributes) -> Result<Option<Vec<String>>, Problem> {
    let uris = attributes.texts("redirect_uris")?;
    for (index, uri) in uris.iter().flatten().enumerate() {
        let is_valid = Url::parse(uri).is_ok_and(|url| url.fragment().is_none());
        if !is_valid {
            let pointer = format!("{}/{index}", pointer("redirect_uris"));
            let what = "must be an absolute URI without a fragment";
            return Err(Problem::member(&pointer, what));
        }
    }
    Ok(uris)
}

fn check_scopes(scopes: &[String]) -> Result<(), Problem> {
    let unknown = scopes
        .iter()
        .position(|scope| scopes::meaning(scope).is_none());
    if let Some(index) = unknown {
        let pointer = format!("{}/{index}", pointer("scopes"));
        let what = format!("is the unknown scope '{}'", scopes[index]);
        return Err(Problem::member(&pointer, &what));
    }
    if !scopes.iter().any(|scope| scope == MANDATORY) {
        let what = format!("must contain '{MANDATORY}'");
        return Err(Problem::member(&pointer("scopes"), &what));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;
    use serde_json::{Value, json};

    use super::*;

    fn attributes(changes: &Value) -> String {
        let mut attributes = json!({
            "name": "App",
            "redirect_uris": ["http://localhost:3000/callback"],
            "scopes": ["org.read"],
            "context": "tenant",
        });
        for (name, value) in changes.as_object().unwrap() {
            attributes[name] = value.clone();
        }
        json!({"data": {"type": "app", "attributes": attributes}}).to_string()
    }

    fn headers() -> HeaderMap {
        let mut headers = HeaderMap::new();
        let media_type = "application/vnd.api+json".parse().unwrap();
        headers.insert(CONTENT_TYPE, media_type);
        headers
    }

    #[test]
    fn only_what_snyk_documents_is_accepted() {
        let read = |body: &str| new_app(&headers(), body);
        assert!(read(&attributes(&json!({}))).is_ok());
        assert!(read(&attributes(&json!({"access_token_ttl_seconds": 86_400}))).is_ok());
        for wrong in [
            json!({"name": ""}),
            json!({"name": 7}),
            json!({"name": null}),
            json!({"redirect_uris": []}),
            json!({"redirect_uris": ["/callback"]}),
            json!({"redirect_uris": ["https://a.example/#x"]}),
            json!({"redirect_uris": "https://a.example/"}),
            json!({"scopes": []}),
            json!({"scopes": ["org.project.read"]}),
            json!({"scopes": ["org.read", "org.red"]}),
            json!({"scopes": "org.read"}),
            json!({"context": "group"}),
            json!({"access_token_ttl_seconds": 3_599}),
            json!({"access_token_ttl_seconds": "3600"}),
            json!({"colour": "red"}),
        ] {
            assert!(read(&attributes(&wrong)).is_err(), "{wrong}");
        }
        let good: Value = serde_json::from_str(&attributes(&json!({}))).unwrap();
        for member in ["name", "redirect_uris", "scopes", "context"] {
            let mut without = good.clone();
            let members = without["data"]["attributes"].as_object_mut().unwrap();
            members.remove(member);
            assert!(read(&without.to_string()).is_err(), "without {member}");
        }
        for body in [
            "",
            "[]",
            "{}",
            r#"{"data":{"type":"user","attributes":{}}}"#,
        ] {
            assert!(read(body).is_err(), "{body}");
        }
        assert!(new_app(&HeaderMap::new(), &good.to_string()).is_err());
    }

    #[test]
    fn a_change_changes_something() {
        let change = |attributes: Value| {
            let body = json!({"data": {"type": "app", "attributes": attributes}});
            changes(&headers(), &body.to_string())
        };
        assert!(change(json!({"name": "New"})).is_ok());
        for wrong in [
            json!({}),
            json!({"scopes": ["org.read"]}),
            json!({"name": ""}),
        ] {
            assert!(change(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_to_delete_is_named() {
        let change = |attributes: Value| {
            let body = json!({"data": {"type": "app", "attributes": attributes}});
            secret_change(&headers(), &body.to_string())
        };
        assert!(change(json!({"mode": "create"})).is_ok());
        assert!(change(json!({"mode": "delete", "secret": "x"})).is_ok());
        for wrong in [
            json!({"mode": "delete"}),
            json!({"mode": "rotate"}),
            json!({}),
        ] {
            assert!(change(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
