//! The consent page: the app's request and the person's options.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use url::Url;

use crate::authorize_request::AuthorizeRequest;
use crate::data;
use crate::pages;
use crate::scopes;
use crate::settings::{Context, Settings};

#[derive(Template)]
#[template(path = "consent.html")]
struct Page<'a> {
    app: &'a str,
    asks: String,
    client_id: &'a str,
    comes_back_to: &'a str,
    /// The query of the authorization request, which the form submits again.
    request: &'a str,
    is_user: bool,
    all: usize,
    group: &'static str,
    group_size: usize,
    orgs: Vec<Row>,
    scopes: Vec<Line<'a>>,
    person: &'a str,
}

/// An organization to choose.
struct Row {
    slug: String,
    name: String,
    projects: String,
}

/// A scope with its description.
struct Line<'a> {
    scope: &'a str,
    words: &'a str,
    reads: bool,
}

/// Returns the page for a request.
pub(crate) fn page(settings: &Settings, request: &AuthorizeRequest, query: &str) -> Response {
    let orgs = settings.orgs();
    let is_user = settings.context == Context::User;
    let scopes: Vec<Line<'_>> = request.scopes.iter().map(|scope| line(scope)).collect();
    let verb = if scopes.iter().all(|line| line.reads) {
        "read"
    } else {
        "read and change"
    };
    let object = if is_user {
        "what you can see"
    } else {
        "one organization or group"
    };
    let page = Page {
        app: &settings.app_name,
        asks: format!("{verb} {object}"),
        client_id: &settings.client_id,
        comes_back_to: without_scheme(&request.redirect_uri),
        request: query,
        is_user,
        all: orgs.len(),
        group: data::GROUP_NAME,
        group_size: orgs.iter().filter(|org| org.in_group).count(),
        orgs: orgs
            .into_iter()
            .map(|org| Row {
                slug: org.slug,
                name: org.name,
                projects: project_count(org.projects),
            })
            .collect(),
        scopes,
        person: &settings.person,
    };
    pages::html(StatusCode::OK, &page, &form_action(&request.redirect_uri))
}

/// Returns the form targets that the page's policy permits. Browsers apply the same rule to
/// redirects after a submission, so the app's own origin is included.
fn form_action(redirect_uri: &str) -> String {
    let Ok(url) = Url::parse(redirect_uri) else {
        return "'self'".to_owned();
    };
    let origin = url.origin();
    if origin.is_tuple() {
        format!("'self' {}", origin.ascii_serialization())
    } else {
        format!("'self' {}:", url.scheme())
    }
}

fn without_scheme(address: &str) -> &str {
    address
        .split_once("://")
        .map_or(address, |(_, address)| address)
}

/// Formats a count: "1,204 projects".
fn project_count(count: u32) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match count {
        0 => "No projects".to_owned(),
        1 => "1 project".to_owned(),
        _ => format!("{grouped} projects"),
    }
}

fn line(scope: &str) -> Line<'_> {
    let words = scopes::meaning(scope).unwrap_or(scope);
    Line {
        scope,
        words,
        reads: scope.rsplit('.').next() == Some("read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_easily() {
        assert_eq!(project_count(0), "No projects");
        assert_eq!(project_count(1), "1 project");
        assert_eq!(project_count(96), "96 projects");
        assert_eq!(project_count(1_204), "1,204 projects");
        assert_eq!(project_count(1_234_567), "1,234,567 projects");
    }

    #[test]
    fn the_form_may_lead_back_to_the_app() {
        assert_eq!(
            form_action("http://localhost:3000/callback"),
            "'self' http://localhost:3000"
        );
        assert_eq!(
            form_action("com.example.app:/callback"),
            "'self' com.example.app:"
        );
    }
}
