//! Whatever Snyk's own document allows to come back, the types of `shared::snyk` read.
//!
//! Prism answers from the document: each example by its name, and a few hundred answers that it
//! makes up from the schemas. It also checks the requests against the document, so that a path or
//! parameter that Snyk does not know fails here.

use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::snyk::{ErrorDocument, Read, VERSION, read};
use tests::prism::{Prism, document};

/// How many answers are made up for each operation.
const MADE_UP: usize = 40;
const ID: &str = "55a348e2-c3ad-4bbc-b40e-9b232d1f4121";
const CURSOR: &str = "v1.eyJpZCI6IjEwMDAifQo=";

/// Every answer to a request: the examples in the document, and made-up ones.
async fn answers<T>(prism: &Prism, template: &str, read: Read<T>) -> Vec<T>
where
    T: DeserializeOwned,
{
    let path = path(&read);
    assert_knows_parameters(template, &path);
    let mut wishes = examples(template, "200");
    wishes.extend((0..MADE_UP).map(|_| "code=200, dynamic=true".to_owned()));
    let mut answers = Vec::new();
    for wish in wishes {
        let (status, text) = prism.get(&path, &wish).await;
        assert_eq!(status, 200, "{path}, {wish}: {text}");
        let answer = serde_json::from_str(&text);
        answers.push(answer.unwrap_or_else(|error| panic!("{path}, {wish}: {error}: {text}")));
    }
    answers
}

/// The document's paths begin below `/rest`, and every request names the version.
fn path<T>(read: &Read<T>) -> String {
    let path = read.path_and_query();
    let path = path.strip_prefix("/rest").unwrap();
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}version={VERSION}")
}

/// Prism passes over parameters that the document does not know; here they are misspelt ones.
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

/// A wish for each named example of a response; for the only one where none has a name.
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
        assert!(!answer.data.id.is_empty());
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
    let representations = coordinates.flat_map(|place| &place.representations);
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
    let path = path(&read::projects(ID));
    let template = "/orgs/{org_id}/projects";
    let document = document();
    let responses = &document["paths"][template]["get"]["responses"];
    let errors = responses.as_object().unwrap().keys();
    let errors = errors.filter(|status| status.starts_with(['4', '5']));
    let mut read = 0;
    for status in errors {
        let made_up = (0..MADE_UP).map(|_| format!("code={status}, dynamic=true"));
        for wish in examples(template, status).into_iter().chain(made_up) {
            let (answered, text) = prism.get(&path, &wish).await;
            assert_eq!(answered.to_string(), *status, "{text}");
            let error: ErrorDocument = serde_json::from_str(&text).unwrap();
            assert_eq!(
                error.errors.is_empty(),
                says_nothing(&text),
                "{wish}: {text}"
            );
            read += 1;
        }
    }
    assert!(read > MADE_UP * 4, "{read} errors");
}

fn says_nothing(text: &str) -> bool {
    let document: Value = serde_json::from_str(text).unwrap();
    document["errors"].as_array().is_none_or(Vec::is_empty)
}

/// What makes the other tests mean something: a request that Snyk does not know is refused.
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
