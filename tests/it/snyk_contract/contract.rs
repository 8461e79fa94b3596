//! Validates responses against Snyk's OpenAPI document.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};
use tests::client::Answer;

/// Snyk's document, with cached validators for the kinds of responses needed so far.
pub(crate) struct Contract {
    document: Value,
    validators: BTreeMap<String, Validator>,
}

impl Contract {
    /// Loads the document.
    pub(crate) fn load() -> Self {
        Self::of_document(include_str!("../../snyk-openapi/rest-2024-10-15.json"))
    }

    /// Loads the document of the endpoints for apps.
    pub(crate) fn load_apps() -> Self {
        Self::of_document(include_str!("../../snyk-openapi/apps-2024-10-15.json"))
    }

    fn of_document(text: &str) -> Self {
        let document = serde_json::from_str(text).unwrap();
        Self {
            document: json_schema(&document),
            validators: BTreeMap::new(),
        }
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self
                .document
                .pointer(reference.trim_start_matches('#'))
                .unwrap(),
            None => value,
        }
    }

    /// `operation` is a path, or another method than `get` with a path.
    fn response(&self, operation: &str, status: u16) -> &Value {
        let (method, path) = operation.split_once(' ').unwrap_or(("get", operation));
        let response = &self.document["paths"][path][method]["responses"][status.to_string()];
        if response.is_null() {
            // Every operation can answer with statuses that it does not list: none of them lists
            // 429.
            assert!(status >= 400, "{path} has no answer {status}");
            return &self.document["components"]["responses"]["400"];
        }
        self.resolved(response)
    }

    fn validator(&self, schema: &Value) -> Validator {
        let whole = json!({"allOf": [schema], "components": self.document["components"]});
        jsonschema::options()
            .with_draft(Draft::Draft4)
            .should_validate_formats(true)
            .with_format("uuid", is_uuid)
            .build(&whole)
            .unwrap()
    }

    /// Returns the validation errors of a response's body.
    pub(crate) fn complaints(&mut self, path: &str, status: u16, body: &Value) -> Vec<String> {
        let content = &self.response(path, status)["content"];
        let schema = content["application/vnd.api+json"]["schema"].clone();
        assert!(schema.is_object(), "{path} {status} has a schema");
        self.kept(&format!("{path} {status}"), &schema)
            .iter_errors(body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    /// Returns the cached validator of that name; compiling a validator takes longer than using it.
    fn kept(&mut self, name: &str, schema: &Value) -> &Validator {
        if !self.validators.contains_key(name) {
            let validator = self.validator(schema);
            self.validators.insert(name.to_owned(), validator);
        }
        &self.validators[name]
    }

    /// Fails unless a response conforms to Snyk's document.
    pub(crate) fn check(&mut self, path: &str, query: &str, answer: &Answer) {
        let status = answer.status;
        let complaints = self.complaints(path, status, &answer.json());
        let shown = &complaints[..complaints.len().min(5)];
        assert!(complaints.is_empty(), "{path}?{query} {status}: {shown:#?}");
        assert_eq!(answer.header("content-type"), "application/vnd.api+json");
        assert!(!answer.header("snyk-request-id").is_empty());
        let headers = self.response(path, status)["headers"].clone();
        for (name, header) in headers.as_object().into_iter().flatten() {
            let value = answer.header(name);
            if !value.is_empty() {
                let schema = self.resolved(header)["schema"].clone();
                let validator = self.kept(&format!("{path} {status} {name}"), &schema);
                assert!(validator.is_valid(&json!(value)), "{path} {name}: {value}");
            }
        }
    }

    /// Returns the attributes that a schema requires.
    pub(crate) fn required(&self, schema: &str) -> Vec<String> {
        let required = &self.document["components"]["schemas"][schema]["required"];
        serde_json::from_value(required.clone()).unwrap()
    }

    /// Returns the query parameters of an operation.
    pub(crate) fn parameters(&self, path: &str) -> BTreeSet<String> {
        let parameters = self.document["paths"][path]["get"]["parameters"].as_array();
        parameters
            .into_iter()
            .flatten()
            .map(|parameter| self.resolved(parameter))
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Converts an `OpenAPI` 3.0 schema to JSON Schema. `OpenAPI` has its own keywords for `nullable`
/// and for the discriminator of a `oneOf`.
fn json_schema(value: &Value) -> Value {
    let members = match value {
        Value::Object(members) => members,
        Value::Array(items) => return items.iter().map(json_schema).collect(),
        other => return other.clone(),
    };
    let mut schema = Map::new();
    for (name, member) in members {
        let member = match (name.as_str(), member) {
            ("example" | "examples", _) => continue,
            // Here the keys are the names of properties, not keywords.
            ("properties", Value::Object(properties)) => properties
                .iter()
                .map(|(name, property)| (name.clone(), json_schema(property)))
                .collect(),
            _ => json_schema(member),
        };
        schema.insert(name.clone(), member);
    }
    if let Some(discriminator) = schema.remove("discriminator") {
        let property = discriminator["propertyName"].as_str().unwrap();
        let mapping = discriminator["mapping"].as_object().unwrap();
        let branches = mapping.iter().map(|(word, reference)| {
            json!({"allOf": [{"$ref": reference}, {"properties": {property: {"enum": [word]}}}]})
        });
        schema.insert("oneOf".to_owned(), branches.collect());
    }
    if schema.remove("nullable") == Some(json!(true)) {
        return json!({"anyOf": [{"type": "null"}, schema]});
    }
    Value::Object(schema)
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|at| at == '-' || at.is_ascii_hexdigit())
}
