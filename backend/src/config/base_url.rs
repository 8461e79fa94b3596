//! URLs to which paths are appended (pure).

use std::fmt;

use url::Url;

/// An http or https URL without query and fragment, to which paths are appended.
#[derive(Clone, Debug)]
pub struct BaseUrl {
    url: Url,
    /// The URL without slashes at the end.
    text: String,
}

impl BaseUrl {
    /// Drops the slashes at the end of a URL that has neither query nor fragment.
    #[must_use]
    pub fn of(mut url: Url) -> Self {
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        let text = url.as_str().trim_end_matches('/').to_owned();
        Self { url, text }
    }

    /// Returns the text without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the URL with a path appended, which begins with a slash.
    #[must_use]
    pub fn join(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        url
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_appended_whatever_the_base_ends_in() {
        for (base, text, joined) in [
            (
                "https://api.snyk.io",
                "https://api.snyk.io",
                "https://api.snyk.io/x",
            ),
            (
                "https://api.snyk.io//",
                "https://api.snyk.io",
                "https://api.snyk.io/x",
            ),
            (
                "http://[::1]:1/snyk/",
                "http://[::1]:1/snyk",
                "http://[::1]:1/snyk/x",
            ),
            (
                "https://a.example/b%2Fc",
                "https://a.example/b%2Fc",
                "https://a.example/b%2Fc/x",
            ),
        ] {
            let base = BaseUrl::of(Url::parse(base).unwrap());
            assert_eq!((base.as_str(), base.join("/x").as_str()), (text, joined));
            // As a parser reads the text.
            assert_eq!(Url::parse(text).as_ref(), Ok(base.url()));
        }
    }
}
