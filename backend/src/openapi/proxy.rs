//! Describes the proxy: each path that the allow-list has.

use domain::allow_list;
use shared::{
    problem::{Code, MEDIA_TYPE},
    snyk::VERSION,
};
use utoipa::openapi::{
    Content, Ref, Response,
    schema::{ObjectBuilder, SchemaFormat, Type},
};

use super::{
    components::response_with_optional_delay,
    connections::of_connection,
    operation::{Operation, text},
    problems::{SNYK_JSON, Variant, with_snyk},
};

const TAG: &str = "Snyk";

/// Describes `GET /api/connections/{id}/snyk/…` for each path of the allow-list. Another path is
/// answered like an unknown one.
pub fn each() -> impl Iterator<Item = (String, Operation)> {
    allow_list::templates().map(|(template, query)| {
        let operation = query.fold(of_template(template), |operation, name| {
            operation.query_parameter(name, "As in Snyk’s document.", text())
        });
        (
            format!("/api/connections/{{id}}/snyk/{template}"),
            operation,
        )
    })
}

fn of_template(template: &str) -> Operation {
    let summary = format!("Snyk’s `GET /{template}`");
    let mut operation = of_connection(&operation_id(template), TAG, &summary)
        .description(format!(
            "Sends `GET /{template}` to Snyk’s REST API, with a valid token of the connection and the \
             version `{VERSION}`, and passes on status and body. Both are described by Snyk’s own \
             OpenAPI document of that version. Only the listed parameters are passed on; `version` is \
             ignored, and any other is answered with 400. A problem document is this server’s own \
             answer; of an error that is not JSON, only the status and `Retry-After` are used."
        ))
        .body(200, "Snyk’s own document.", SNYK_JSON, ObjectBuilder::new())
        .body(200, "", "application/json", ObjectBuilder::new())
        .asks_provider()
        .problems(&[
            (408, Code::ProviderUnavailable),
            (409, Code::ReconnectNeeded),
            (500, Code::ProviderUnavailable),
        ])
        .query_parameter("version", "Ignored.", text())
        .with_variant(Variant::OrSnyk)
        .passes_on(passed_on());
    for name in segments(template) {
        let id = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("uuid".to_owned())));
        operation = operation.path_parameter(name, "Snyk’s id of it.", id);
    }
    operation
}

/// Iterates over the names of a template's parameters.
fn segments(template: &str) -> impl Iterator<Item = &str> {
    template
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// Returns for instance `readSnykOrgsOrgId` for `rest/orgs/{org_id}`.
fn operation_id(template: &str) -> String {
    let words = template.split(['/', '{', '}', '_']).skip(1);
    words.fold("readSnyk".to_owned(), |mut id, word| {
        id.extend(word.chars().take(1).map(|first| first.to_ascii_uppercase()));
        id.extend(word.chars().skip(1));
        id
    })
}

/// Describes every other status, such as one that Snyk adds, or that a gateway in front of it sends.
fn passed_on() -> Response {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    with_snyk(response_with_optional_delay(
        "Any other answer of Snyk’s, passed on; or a problem in place of one that is not JSON.",
    ))
    .content(MEDIA_TYPE, problem)
    .build()
}
