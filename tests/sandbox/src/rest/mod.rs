//! The REST API: JSON:API documents, a version in every request, cursor pagination.

pub(crate) mod admit;
pub(crate) mod apps;
pub(crate) mod caller;
pub(crate) mod document;
pub(crate) mod issues;
pub(crate) mod pagination;
mod parameters;
pub(crate) mod projects;
pub(crate) mod rate_limit;
pub(crate) mod targets;
mod version;

use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde_json::{Value, json};

use self::admit::{Operation, admit};
use self::document::Problem;
use self::pagination::{Limits, Listing};
use crate::data::{self, Org};
use crate::random;
use crate::settings::Context;
use crate::state::Sandbox;

const REQUEST_ID: HeaderName = HeaderName::from_static("snyk-request-id");
/// Maximum length of a slug or name in a query.
const MAX_FILTER_LENGTH: usize = 100;
const PAGING: [&str; 3] = ["starting_after", "ending_before", "limit"];

/// Adds the headers of every response: the request id, which a client may choose.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let sent = request
        .headers()
        .get(REQUEST_ID)
        .filter(|id| id.to_str().is_ok_and(random::is_uuid))
        .cloned();
    let mut response = next.run(request).await;
    let id = sent.or_else(|| HeaderValue::from_str(&random::uuid()).ok());
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// `GET /rest/self`
pub(crate) async fn read_self(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let operation = Operation {
        scopes: &[],
        released: "2024-04-22",
        parameters: &[&[]],
    };
    let caller = admit(&sandbox, &headers, &uri, &operation)?;
    let first_org = caller
        .install
        .reach
        .orgs(&caller.settings)
        .into_iter()
        .next()
        .map(|org| org.id);
    let data = match caller.install.context {
        Context::Tenant => json!({
            "type": "app_instance",
            "id": caller.install.bot_id,
            "attributes": {"name": caller.settings.app_name, "default_org_context": first_org},
        }),
        Context::User => json!({
            "type": "user",
            "id": caller.install.user_id,
            "attributes": {
                "name": data::USER_NAME,
                "username": caller.settings.person,
                "email": caller.settings.person,
                "avatar_url": "https://snyk.example.test/avatar.png",
                "default_org_context": first_org,
            },
        }),
    };
    Ok(document::one(&caller, &uri, &data))
}

/// `GET /rest/orgs`
pub(crate) async fn orgs(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let operation = Operation {
        scopes: &["org.read"],
        released: "2024-02-28",
        parameters: &[
            &PAGING,
            &["group_id", "is_personal", "slug", "name", "expand"],
        ],
    };
    let caller = admit(&sandbox, &headers, &uri, &operation)?;
    let mut orgs = caller.install.reach.orgs(&caller.settings);
    if let Some(group) = caller.form.get("group_id") {
        admit::check_uuid("group_id", group)?;
        orgs.retain(|org| org.in_group && group == data::group_id());
    }
    if let Some(slug) = caller.form.get("slug") {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
        if slug.is_empty() || slug.len() > MAX_FILTER_LENGTH || !slug.chars().all(is_plain) {
            return Err(Problem::parameter("slug", "must match ^[\\w.-]+$"));
        }
        orgs.retain(|org| org.slug == slug);
    }
    if let Some(name) = caller.form.get("name") {
        if name.chars().count() > MAX_FILTER_LENGTH {
            return Err(Problem::parameter(
                "name",
                "must have at most 100 characters",
            ));
        }
        let name = name.to_lowercase();
        orgs.retain(|org| org.name.to_lowercase().contains(&name));
    }
    if let Some(personal) = parameters::flag(&caller.form, "is_personal")? {
        orgs.retain(|org| org.is_personal == personal);
    }
    let with_role = parameters::words(&caller.form, "expand", &["member_role"])?.is_some();
    let orgs = Orgs(orgs);
    let page = pagination::page(&caller.form, Limits::Tens, &orgs)?;
    let links = page.links(&caller, &uri, || sandbox.next_form());
    let on_page = page.indices.iter().map(|index| &orgs.0[*index]);
    let data: Value = on_page
        .map(|org| {
            let mut resource = resource(org);
            // Only lists contain this attribute.
            resource["attributes"]["access_requests_enabled"] = json!(false);
            if with_role {
                resource["relationships"] = json!({"member_role": {"data": {
                    "type": "org_role",
                    "id": data::id_of("role", "viewer"),
                    "attributes": {"name": "Org Viewer"},
                }}});
            }
            resource
        })
        .collect();
    Ok(document::answer(
        &caller,
        json!({"data": data, "links": links}),
    ))
}

/// `GET /rest/orgs/{org_id}`
pub(crate) async fn org(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let operation = Operation {
        scopes: &["org.read"],
        released: "2023-05-29",
        parameters: &[&["expand"]],
    };
    let caller = admit(&sandbox, &headers, &uri, &operation)?;
    let with_tenant = parameters::words(&caller.form, "expand", &["tenant"])?.is_some();
    let mut data = resource(&caller.org(&id)?);
    if with_tenant {
        let tenant = json!({"type": "tenant", "id": data::id_of("tenant", data::GROUP_NAME)});
        data["relationships"] = json!({"tenant": {"data": tenant}});
    }
    Ok(document::one(&caller, &uri, &data))
}

/// Answers any other path under `/rest`.
pub(crate) async fn not_found(State(sandbox): State<Sandbox>) -> Problem {
    sandbox.stats().rest += 1;
    Problem::new(StatusCode::NOT_FOUND, "There is no such path")
}

/// Answers any other method.
pub(crate) async fn method_not_allowed(State(sandbox): State<Sandbox>) -> Problem {
    sandbox.stats().rest += 1;
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
}

/// Organizations, in their order.
struct Orgs(Vec<Org>);

impl Listing for Orgs {
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
        self.0.iter().position(|org| org.id == id)
    }
}

fn resource(org: &Org) -> Value {
    let mut attributes = json!({
        "name": org.name,
        "slug": org.slug,
        "is_personal": org.is_personal,
        "created_at": data::CREATED_AT,
        "updated_at": data::CREATED_AT,
    });
    if org.in_group {
        attributes["group_id"] = json!(data::group_id());
    }
    json!({"type": "org", "id": org.id, "attributes": attributes})
}
