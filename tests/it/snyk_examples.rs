//! The types of `shared::snyk` can read every response that Snyk's own document permits.
//!
//! Prism answers from the document: each example by its name, and a few hundred responses generated
//! from the schemas. Prism also validates the requests, so that a path or parameter that Snyk does
//! not know fails here. [`odd_members`] tests how much of a response can be read if one of its
//! members is malformed.

mod odd_members;

use serde_json::Value;
use shared::{
    json::{self, FromValue},
    snyk::{ErrorDocument, Read, VERSION, read},
};
use tests::prism::{Prism, document};

/// Number of responses generated for each operation.
const MADE_UP: usize = 40;
const ID: &str = "55a348e2-c3ad-4bbc-b40e-9b232d1f4121";
const CURSOR: &str = "v1.eyJpZCI6IjEwMDAifQo=";

/// Returns the parsed responses to a request: the document's examples, and generated ones.
async fn answers<T: FromValue>(prism: &Prism, template: &str, read: Read<T>) -> Vec<T> {
    let texts = texts(prism, template, &read, "200", MADE_UP).await;
    let answer = |text: String| {
        json::read(text.as_bytes()).unwrap_or_else(|error| panic!("{template}: {error}: {text}"))
    };
    texts.into_iter().map(answer).collect()
}

/// Returns the examples of a response in the document, and `made_up` generated ones.
async fn texts<T>(
    prism: &Prism,
    template: &str,
    read: &Read<T>,
    status: &str,
    made_up: usize,
) -> Vec<String> {
    let path = path(read);
    assert_knows_parameters(template, &path);
    let mut preferences = examples(template, status);
    preferences.extend((0..made_up).map(|_| format!("code={status}, dynamic=true")));
    let mut texts = Vec::new();
    for preference in preferences {
        let (answered, text) = prism.get(&path, &preference).await;
        assert_eq!(answered.to_string(), status, "{path}, {preference}: {text}");
        texts.push(text);
    }
    texts
}

/// The document's paths begin below `/rest`, and every request contains the version.
fn path<T>(read: &Read<T>) -> String {
    let path = read.path_and_query();
    let path = path.strip_prefix("/rest").unwrap();
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}version={VERSION}")
}

/// Checks parameters against the document, because Prism ignores unknown, misspelt ones.
fn assert_knows_parameters(template: &str, path: &str) {
    let document = document();
    let known = document["paths"][template]["get"]["parameters"].as_array();
    let known = known.unwrap().iter().map(|parameter| {
        let reference = parameter["$ref"].as_str();
        let parameter = reference.map_or(parameter, |reference| {
            document.pointer(reference.trim_start_matches('#')).unwrap()
        });
        parameter["name"].as_str().unwrap()
    });
    let known = known.collect::<Vec<_>>();
    let (_, query) = path.split_once('?').unwrap();
    for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
        assert!(known.contains(&&*name), "{template} knows no {name}");
    }
}

/// Returns a preference for each named example of a response, or for the only, unnamed one.
fn examples(template: &str, status: &str) -> Vec<String> {
    let document = document();
    let response = &document["paths"][template]["get"]["responses"][status];
    assert!(response.is_object(), "{template} has no {status}");
    let content = &response["content"]["application/vnd.api+json"];
    let names = content["examples"].as_object().map(|all| all.keys());
    names.map_or_else(
        || vec![format!("code={status}")],
        |names| {
            names
                .map(|name| format!("code={status}, example={name}"))
                .collect()
        },
    )
}

#[tokio::test]
async fn who_acts_and_where_is_read() {
    let prism = Prism::start().await;
    for answer in answers(&prism, "/self", read::identity()).await {
        assert!(answer.data.id.is_some());
    }
    let list = read::orgs().limit(read::LARGEST_PAGE).after(CURSOR);
    let pages = answers(&prism, "/orgs", list).await;
    assert!(pages.iter().any(|page| page.next().is_some()));
    assert!(pages.iter().any(|page| !page.data.is_empty()));
    answers(&prism, "/orgs/{org_id}", read::org(ID)).await;
    let list = read::targets(ID).limit(100).after(CURSOR);
    let pages = answers(&prism, "/orgs/{org_id}/targets", list).await;
    assert!(pages.iter().any(|page| !page.data.is_empty()));
    answers(
        &prism,
        "/orgs/{org_id}/targets/{target_id}",
        read::target(ID, ID),
    )
    .await;
}

#[tokio::test]
async fn projects_are_read() {
    let prism = Prism::start().await;
    let list = read::projects(ID).limit(100).after(CURSOR).issue_counts();
    let pages = answers(&prism, "/orgs/{org_id}/projects", list).await;
    let counts = |page: &shared::snyk::Page<shared::snyk::Project>| {
        page.data
            .iter()
            .any(|project| project.meta.latest_issue_counts.is_some())
    };
    assert!(pages.iter().any(counts), "the figures of the overview");
    let one = read::project(ID, ID).issue_counts();
    answers(&prism, "/orgs/{org_id}/projects/{project_id}", one).await;
    answers(
        &prism,
        "/orgs/{org_id}/projects",
        read::projects(ID).count_only(),
    )
    .await;
}

#[tokio::test]
async fn issues_are_read() {
    let prism = Prism::start().await;
    let list = read::issues(ID).limit(100).after(CURSOR).of_project(ID);
    let pages = answers(&prism, "/orgs/{org_id}/issues", list).await;
    let coordinates = pages
        .iter()
        .flat_map(|page| &page.data)
        .flat_map(|issue| &issue.attributes.coordinates);
    let representations = coordinates.flat_map(|coordinate| &coordinate.representations);
    assert!(representations.count() > 0, "places were read");
    answers(
        &prism,
        "/orgs/{org_id}/issues/{issue_id}",
        read::issue(ID, ID),
    )
    .await;
}

#[tokio::test]
async fn errors_are_read() {
    let prism = Prism::start().await;
    let template = "/orgs/{org_id}/projects";
    let mut read = 0;
    for status in errors_of(template) {
        for text in texts(&prism, template, &read::projects(ID), &status, MADE_UP).await {
            let error: ErrorDocument = json::read(text.as_bytes()).unwrap();
            assert_eq!(error.errors.is_empty(), says_nothing(&text), "{text}");
            read += 1;
        }
    }
    assert!(read > MADE_UP * 4, "{read} errors");
}

/// Returns the error statuses of an operation.
fn errors_of(template: &str) -> Vec<String> {
    let document = document();
    let responses = &document["paths"][template]["get"]["responses"];
    let statuses = responses.as_object().unwrap().keys();
    statuses
        .filter(|status| status.starts_with(['4', '5']))
        .cloned()
        .collect()
}

fn says_nothing(text: &str) -> bool {
    let document: Value = serde_json::from_str(text).unwrap();
    document["errors"].as_array().is_none_or(Vec::is_empty)
}

/// Validates the other tests: a request that Snyk does not know is rejected.
#[tokio::test]
async fn a_request_outside_of_the_document_is_refused() {
    let prism = Prism::start().await;
    for (path, status) in [
        ("/orgs?version=2024-10-15&limit=many", 400),
        ("/nothing?version=2024-10-15", 404),
    ] {
        let (answered, text) = prism.get(path, "code=200").await;
        assert_eq!(answered, status, "{path}: {text}");
    }
}
