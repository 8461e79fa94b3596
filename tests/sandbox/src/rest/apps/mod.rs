//! The apps of an organization: create, list, read, change, delete, and their client secrets. Only a
//! person with an API token may use these operations.

mod body;
mod members;

use axum::extract::{Path, State};
use axum::response::Response;
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde_json::{Value, json};

use super::PAGING;
use super::admit::{Operation, admit, check_uuid};
use super::caller::Caller;
use super::document::{self, Problem};
use super::pagination::{self, Limits, Listing};
use crate::apps::{App, Denied};
use crate::data::Org;
use crate::settings::Context;
use crate::state::Sandbox;

/// The organization in which the person may only view apps.
const READ_ONLY_ORG: &str = "legacy-estate-ro";

/// A permission, as Snyk's document names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Permission {
    View,
    Create,
    Edit,
    Delete,
}

impl Permission {
    fn name(self) -> &'static str {
        match self {
            Self::View => "View Apps (org.app.read)",
            Self::Create => "Create Apps (org.app.create)",
            Self::Edit => "Edit Apps (org.app.edit)",
            Self::Delete => "Delete Apps (org.app.delete)",
        }
    }
}

/// Returns the caller and the organization, if the caller has the permission in it.
fn permitted(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    uri: &Uri,
    org_id: &str,
    permission: Permission,
    parameters: &'static [&'static [&'static str]],
) -> Result<(Caller, Org), Problem> {
    let operation = Operation {
        scopes: &[],
        released: "2023-11-03",
        parameters,
    };
    let caller = admit(sandbox, headers, uri, &operation)?;
    let org = caller.org(org_id)?;
    let is_person = caller.install.client_id.is_none();
    if !is_person || (org.slug == READ_ONLY_ORG && permission != Permission::View) {
        let detail = format!("The permission {} is missing", permission.name());
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    Ok((caller, org))
}

/// `GET /rest/orgs/{org_id}/apps/creations`
pub(crate) async fn list(
    State(sandbox): State<Sandbox>,
    Path(org_id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let view = Permission::View;
    let (caller, org) = permitted(&sandbox, &headers, &uri, &org_id, view, &[&PAGING])?;
    let apps = Listed(sandbox.apps().of_org(&org.id));
    let page = pagination::page(&caller.form, Limits::Tens, &apps)?;
    let links = page.links(&caller, &uri, || sandbox.next_form());
    let on_page = page.indices.iter().map(|index| &apps.0[*index]);
    let data: Value = on_page.map(|app| resource(app, None)).collect();
    Ok(document::answer(
        &caller,
        json!({"data": data, "links": links}),
    ))
}

/// `GET /rest/orgs/{org_id}/apps/creations/{app_id}`
pub(crate) async fn one(
    State(sandbox): State<Sandbox>,
    Path((org_id, app_id)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let (caller, org) = permitted(&sandbox, &headers, &uri, &org_id, Permission::View, &[])?;
    let app = found(&sandbox, &org, &app_id, |app| app.clone())?;
    let data = resource(&app, None);
    Ok(document::one(&caller, &uri, &data))
}

/// `POST /rest/orgs/{org_id}/apps/creations`
pub(crate) async fn create(
    State(sandbox): State<Sandbox>,
    Path(org_id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: String,
) -> Result<Response, Problem> {
    let (caller, org) = permitted(&sandbox, &headers, &uri, &org_id, Permission::Create, &[])?;
    let app = App::new(&org.id, body::new_app(&headers, &body)?);
    sandbox.grants().learn(app.newest_secret());
    let data = resource(&app, Some(app.newest_secret()));
    let location = format!("/rest{}/{}", uri.path(), app.id);
    sandbox.apps().add(app);
    let mut response = document::one(&caller, &uri, &data);
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// `PATCH /rest/orgs/{org_id}/apps/creations/{app_id}`
pub(crate) async fn update(
    State(sandbox): State<Sandbox>,
    Path((org_id, app_id)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
    body: String,
) -> Result<Response, Problem> {
    let (caller, org) = permitted(&sandbox, &headers, &uri, &org_id, Permission::Edit, &[])?;
    let changes = body::changes(&headers, &body)?;
    let app = found(&sandbox, &org, &app_id, |app| {
        app.change(changes);
        app.clone()
    })?;
    Ok(document::one(&caller, &uri, &resource(&app, None)))
}

/// `DELETE /rest/orgs/{org_id}/apps/creations/{app_id}`
pub(crate) async fn delete(
    State(sandbox): State<Sandbox>,
    Path((org_id, app_id)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let (caller, org) = permitted(&sandbox, &headers, &uri, &org_id, Permission::Delete, &[])?;
    check_uuid("app_id", &app_id)?;
    let removed = sandbox.apps().remove(&org.id, &app_id);
    let app = removed.ok_or_else(|| Problem::not_there("app"))?;
    sandbox.grants().uninstall(&app.client_id);
    Ok(document::no_content(&caller))
}

/// `POST /rest/orgs/{org_id}/apps/creations/{app_id}/secrets`
pub(crate) async fn secrets(
    State(sandbox): State<Sandbox>,
    Path((org_id, app_id)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
    body: String,
) -> Result<Response, Problem> {
    let (caller, org) = permitted(&sandbox, &headers, &uri, &org_id, Permission::Edit, &[])?;
    let change = body::secret_change(&headers, &body)?;
    let (app, changed) = found(&sandbox, &org, &app_id, |app| {
        let changed = app.change_secrets(change);
        (app.clone(), changed)
    })?;
    changed.map_err(|denied| match denied {
        Denied::Count => Problem::new(StatusCode::CONFLICT, "cannot update secrets"),
        Denied::Unknown => Problem::not_there("secret"),
    })?;
    sandbox.grants().learn(app.newest_secret());
    // The schema requires a secret in the answer, also after one was deleted.
    let data = resource(&app, Some(app.newest_secret()));
    Ok(document::one(&caller, &uri, &data))
}

/// Applies a function to an app of an organization.
fn found<T>(
    sandbox: &Sandbox,
    org: &Org,
    app_id: &str,
    apply: impl FnOnce(&mut App) -> T,
) -> Result<T, Problem> {
    check_uuid("app_id", app_id)?;
    sandbox
        .apps()
        .get_mut(&org.id, app_id)
        .map(apply)
        .ok_or_else(|| Problem::not_there("app"))
}

fn resource(app: &App, secret: Option<&str>) -> Value {
    let mut attributes = json!({
        "name": app.name,
        "client_id": app.client_id,
        "redirect_uris": app.redirect_uris,
        "scopes": app.scopes,
        "context": match app.context {
            Context::Tenant => "tenant",
            Context::User => "user",
        },
        "access_token_ttl_seconds": app.access_ttl,
        "grant_type": "authorization_code",
        "is_public": false,
        "is_confidential": true,
        "org_public_id": app.org_id,
    });
    if let Some(secret) = secret {
        attributes["client_secret"] = json!(secret);
    }
    json!({"type": "app", "id": app.id, "attributes": attributes})
}

/// Apps in the order of their creation.
struct Listed(Vec<App>);

impl Listing for Listed {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn matches(&self, _: usize) -> bool {
        true
    }

    fn id(&self, index: usize) -> String {
        self.0[index].id.clone()
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.0.iter().position(|app| app.id == id)
    }
}
