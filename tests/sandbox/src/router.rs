//! The route table.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use crate::state::Sandbox;
use crate::{authorize, control, pages, rest, revoke, token, v1, watch};

/// Returns the routes of the sandbox.
pub(crate) fn router(sandbox: Sandbox) -> Router {
    let rest = Router::new()
        .route("/self", get(rest::read_self))
        .route("/orgs", get(rest::orgs))
        .route("/orgs/{org_id}", get(rest::org))
        .route("/orgs/{org_id}/projects", get(rest::projects::list))
        .route(
            "/orgs/{org_id}/projects/{project_id}",
            get(rest::projects::one),
        )
        .route("/orgs/{org_id}/issues", get(rest::issues::list))
        .route("/orgs/{org_id}/issues/{issue_id}", get(rest::issues::one))
        .route("/orgs/{org_id}/targets", get(rest::targets::list))
        .route(
            "/orgs/{org_id}/targets/{target_id}",
            get(rest::targets::one),
        )
        .route(
            "/orgs/{org_id}/apps/creations",
            get(rest::apps::list).post(rest::apps::create),
        )
        .route(
            "/orgs/{org_id}/apps/creations/{app_id}",
            get(rest::apps::one)
                .patch(rest::apps::update)
                .delete(rest::apps::delete),
        )
        .route(
            "/orgs/{org_id}/apps/creations/{app_id}/secrets",
            post(rest::apps::secrets),
        )
        .fallback(rest::not_found)
        .method_not_allowed_fallback(rest::method_not_allowed)
        .layer(from_fn(rest::headers));
    let v1 = Router::new()
        .route("/orgs", get(v1::orgs))
        .route("/user/me", get(v1::me))
        .fallback(v1::not_found);
    Router::new()
        .route("/", get(pages::start))
        .route(
            "/oauth2/authorize",
            get(authorize::get).post(authorize::post),
        )
        .route("/oauth2/token", post(token::post))
        .route("/oauth2/revoke", post(revoke::post))
        .nest("/rest", rest)
        .nest("/v1", v1)
        .nest("/_sandbox", control::router())
        .route(pages::STYLE_PATH, get(pages::style))
        .route(pages::ICON_PATH, get(pages::icon))
        .fallback(pages::not_found)
        .layer(from_fn_with_state(sandbox.clone(), watch::watch))
        .with_state(sandbox)
}
