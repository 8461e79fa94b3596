//! Parses queries and form bodies as browsers do. Keeps all pairs, so that a repeated parameter can
//! be detected.

/// Names and values in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Parses a query string or a form body.
    pub(crate) fn parse(text: &str) -> Self {
        Self(
            url::form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// Returns the first value of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns a name that occurs more than once.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.0
            .iter()
            .enumerate()
            .find(|(at, (key, _))| self.0[..*at].iter().any(|(other, _)| other == key))
            .map(|(_, (key, _))| key.as_str())
    }

    /// Returns whether a name occurs more than once.
    pub(crate) fn is_repeated(&self, name: &str) -> bool {
        self.0.iter().filter(|(key, _)| key == name).count() > 1
    }

    /// Iterates over all names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// Returns a URL with parameters appended to its query.
pub(crate) fn with_query(address: &str, parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_are_seen() {
        let form = Form::parse("a=1&b=2&a=3");
        assert_eq!(form.repeated(), Some("a"));
        assert_eq!(form.get("a"), Some("1"));
        assert!(form.is_repeated("a") && !form.is_repeated("b"));
        assert_eq!(Form::parse("a=1&b=1").repeated(), None);
    }

    #[test]
    fn a_query_of_the_address_itself_stays() {
        assert_eq!(
            with_query("http://localhost/cb?x=1", &[("state", "a b+c")]),
            "http://localhost/cb?x=1&state=a+b%2Bc"
        );
    }
}
