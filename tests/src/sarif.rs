//! The schema of SARIF 2.1.0, as OASIS publishes it.

/// Checks a file against the schema.
///
/// # Panics
///
/// If the file is not as the schema says; each error is named.
pub fn validate(file: &str) {
    let schema = include_str!("../sarif/sarif-schema-2.1.0.json");
    // A pattern for languages has a bracket too many, which stricter readers of patterns refuse.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let file = serde_json::from_str(file).expect("the file is JSON");
    let errors: Vec<_> = validator
        .iter_errors(&file)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[cfg(test)]
mod tests {
    use super::validate;

    #[test]
    fn a_file_of_the_format_is_accepted() {
        validate(r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"a"}},"results":[]}]}"#);
    }

    #[test]
    #[should_panic(expected = "driver")]
    fn another_file_is_refused() {
        validate(r#"{"version":"2.1.0","runs":[{"tool":{},"results":[]}]}"#);
    }
}
