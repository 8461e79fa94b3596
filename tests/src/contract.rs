//! Holds every answer of the app against its own `OpenAPI` document, `docs/openapi.json`: status,
//! media type, body, request id, and the code of a problem.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use jsonschema::{Draft, Validator};
use reqwest::{Method, header::HeaderMap};
use serde_json::{Map, Value, json};

#[cfg(test)]
mod tests;

/// The prefix of the proxy's paths behind the connection's id.
const PROXY: &str = "/snyk/";
/// A path that the proxy has. Others below its prefix are answered like it when they are rejected.
const SOME_PROXIED: &str = "/api/connections/{id}/snyk/rest/self";

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let document: Value =
        serde_json::from_str(include_str!("../../docs/openapi.json")).expect("JSON");
    Contract {
        schemas: closed(&document["components"]["schemas"]),
        document,
        validators: Mutex::default(),
    }
});

/// The document, and the validators that were needed so far.
struct Contract {
    document: Value,
    /// The schemas, without members that they do not name.
    schemas: Value,
    validators: Mutex<HashMap<String, Validator>>,
}

/// An answer of the app.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The method of the request.
    pub method: &'a Method,
    /// The path of the request, without the query.
    pub path: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// The headers of the answer.
    pub headers: &'a HeaderMap,
    /// The body of the answer.
    pub body: &'a str,
}

impl Exchange<'_> {
    /// Fails unless the answer is documented. Files and documents of the page are not in the
    /// document, and neither are the answers of other programs of the tests, which have no path of
    /// the API.
    ///
    /// # Panics
    ///
    /// If it is not, with the request and the reason.
    pub fn check(&self) {
        if let Err(why) = CONTRACT.check(self) {
            let Self {
                method,
                path,
                status,
                headers,
                body,
            } = self;
            panic!(
                "docs/openapi.json does not have this answer: {why}\n{method} {path} → {status}\n\
                 {headers:#?}\n{body}"
            );
        }
    }

    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Returns whether `Content-Type` is this media type.
    fn is(&self, media_type: &str) -> bool {
        self.header("content-type") == media_type
    }
}

impl Contract {
    fn check(&self, answer: &Exchange<'_>) -> Result<(), String> {
        let is_api = answer.path.split('/').nth(1) == Some("api");
        let Some(template) = self.template(answer.path) else {
            return if is_api {
                self.check_unknown(answer)
            } else {
                self.check_problem(answer)
            };
        };
        check_headers(answer)?;
        let operations = &self.document["paths"][template];
        let method = match *answer.method {
            Method::HEAD => "get".to_owned(),
            ref method => method.as_str().to_lowercase(),
        };
        let operation = &operations[&method];
        if operation.is_null() {
            return self.check_other_method(answer, operations);
        }
        self.check_response(answer, operation)
    }

    /// Returns the path template that a path matches.
    fn template(&self, path: &str) -> Option<&str> {
        let paths = self.document["paths"].as_object()?;
        let matches = |template: &str| {
            let (mut ours, mut theirs) = (template.split('/'), path.split('/'));
            loop {
                match (ours.next(), theirs.next()) {
                    (None, None) => return true,
                    (Some(one), Some(other))
                        if one == other || one.starts_with('{') && !other.is_empty() => {}
                    _ => return false,
                }
            }
        };
        // A template without parameters is the better match.
        let mut found: Vec<_> = paths.keys().filter(|template| matches(template)).collect();
        found.sort_by_key(|template| template.matches('{').count());
        found.first().map(|template| template.as_str())
    }

    /// Checks the answer to a path of the API that is not documented: not found, or rejected before
    /// any route.
    fn check_unknown(&self, answer: &Exchange<'_>) -> Result<(), String> {
        check_headers(answer)?;
        let is_proxied =
            answer.path.starts_with("/api/connections/") && answer.path.contains(PROXY);
        if is_proxied {
            if answer.status < 400 && *answer.method != Method::OPTIONS {
                return Err("the path is not documented, and is answered".to_owned());
            }
            let operations = &self.document["paths"][SOME_PROXIED];
            return if *answer.method == Method::GET {
                self.check_response(answer, &operations["get"])
            } else {
                self.check_other_method(answer, operations)
            };
        }
        if answer.status == 404 {
            return self.check_problem_with(answer, &["not_found"]);
        }
        self.check_rejected(answer)
    }

    /// Checks the answer to a method that a path does not have.
    fn check_other_method(&self, answer: &Exchange<'_>, operations: &Value) -> Result<(), String> {
        if *answer.method == Method::OPTIONS && answer.status == 204 {
            let is_preflight = answer.headers.contains_key("access-control-allow-methods");
            return (is_preflight && answer.body.is_empty())
                .then_some(())
                .ok_or_else(|| "it is no answer to a preflight".to_owned());
        }
        if answer.status == 405 {
            let names = operations.as_object().map(Map::keys).into_iter().flatten();
            for name in names {
                if !answer.header("allow").contains(&name.to_uppercase()) {
                    return Err(format!("Allow does not name {name}"));
                }
            }
            return self.check_problem_with(answer, &["bad_request"]);
        }
        self.check_rejected(answer)
    }

    /// Checks an answer that is given before any route: those that an operation without a session
    /// has, since it adds none of its own.
    fn check_rejected(&self, answer: &Exchange<'_>) -> Result<(), String> {
        let own = &self.document["paths"]["/api/openapi.json"]["get"];
        let status = answer.status.to_string();
        if answer.status < 400 || own["responses"][&status].is_null() {
            return Err("no path or method that is not documented has this status".to_owned());
        }
        self.check_response(answer, own)
    }

    fn check_response(&self, answer: &Exchange<'_>, operation: &Value) -> Result<(), String> {
        let responses = &operation["responses"];
        let response = match &responses[answer.status.to_string()] {
            Value::Null => &responses["default"],
            response => response,
        };
        if response.is_null() {
            return Err("the status is not documented".to_owned());
        }
        let response = self.resolved(response);
        self.check_documented_headers(answer, response)?;
        let Some(content) = response["content"].as_object() else {
            return answer
                .body
                .is_empty()
                .then_some(())
                .ok_or_else(|| "no body is documented".to_owned());
        };
        let found = content.iter().find(|(kind, _)| answer.is(kind));
        let Some((kind, content)) = found else {
            // An empty body of Snyk's has no media type.
            if responses["default"].is_object() && answer.body.is_empty() {
                return Ok(());
            }
            return Err("the media type is not documented".to_owned());
        };
        if *answer.method == Method::HEAD || !kind.ends_with("json") {
            return Ok(());
        }
        self.check_body(answer, &content["schema"])
    }

    fn check_documented_headers(
        &self,
        answer: &Exchange<'_>,
        response: &Value,
    ) -> Result<(), String> {
        let headers = response["headers"].as_object();
        for (name, header) in headers.into_iter().flatten() {
            let header = self.resolved(header);
            let text = answer.header(name);
            if text.is_empty() {
                if header["required"] == true {
                    return Err(format!("it has no {name}"));
                }
                continue;
            }
            let schema = &header["schema"];
            let value = match text.parse::<u64>() {
                Ok(number) if schema["type"] == "integer" => json!(number),
                _ => json!(text),
            };
            self.check_value(&value, schema)
                .map_err(|why| format!("{name}: {why}"))?;
        }
        Ok(())
    }

    /// Checks that what says that it is a problem is one. Nothing else of a path outside of the API
    /// is documented.
    fn check_problem(&self, answer: &Exchange<'_>) -> Result<(), String> {
        if !answer.is("application/problem+json") || *answer.method == Method::HEAD {
            return Ok(());
        }
        self.check_body(answer, &json!({"$ref": "#/components/schemas/Problem"}))
    }

    fn check_problem_with(&self, answer: &Exchange<'_>, codes: &[&str]) -> Result<(), String> {
        if !answer.is("application/problem+json") {
            return Err("it is no problem document".to_owned());
        }
        if *answer.method == Method::HEAD {
            return Ok(());
        }
        self.check_body(
            answer,
            &json!({"allOf": [
                {"$ref": "#/components/schemas/Problem"},
                {"properties": {"status": {"const": answer.status}, "code": {"enum": codes}}},
            ]}),
        )
    }

    fn check_body(&self, answer: &Exchange<'_>, schema: &Value) -> Result<(), String> {
        let body = serde_json::from_str(answer.body).map_err(|error| error.to_string())?;
        self.check_value(&body, schema)
    }

    /// Compiles each schema once.
    fn check_value(&self, value: &Value, schema: &Value) -> Result<(), String> {
        let mut validators = self
            .validators
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let validator = validators.entry(schema.to_string()).or_insert_with(|| {
            let whole = json!({"allOf": [schema], "components": {"schemas": self.schemas}});
            jsonschema::options()
                .with_draft(Draft::Draft202012)
                .should_validate_formats(true)
                .build(&whole)
                .expect("a schema")
        });
        let complaints: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        if complaints.is_empty() {
            Ok(())
        } else {
            Err(complaints.join("\n"))
        }
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self
                .document
                .pointer(reference.trim_start_matches('#'))
                .expect("a component"),
            None => value,
        }
    }
}

/// Checks the headers of every answer: the request id, and the delay where a client has to know it.
fn check_headers(answer: &Exchange<'_>) -> Result<(), String> {
    if answer.header("x-request-id").len() != 26 {
        return Err("it has no request id".to_owned());
    }
    let is_ours = answer.is("application/problem+json");
    if is_ours && matches!(answer.status, 429 | 503) && answer.header("retry-after").is_empty() {
        return Err("it has no Retry-After".to_owned());
    }
    Ok(())
}

/// Returns the schemas without members that they do not name. The document itself permits these,
/// since a client has to ignore members that it does not know.
fn closed(schemas: &Value) -> Value {
    let mut closed = schemas.clone();
    for schema in closed.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if schema["properties"].is_object() {
            schema["additionalProperties"] = json!(false);
        }
    }
    closed
}
