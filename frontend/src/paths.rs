//! Every path of the app.

/// The start page: welcome, or the way to the first connection.
pub const HOME: &str = "/";
/// Where the provider sends the browser back to.
pub const CALLBACK: &str = "/callback";

/// The page of a connection.
#[must_use]
pub fn connection(id: &str) -> String {
    format!("/connections/{id}")
}

/// The host of an absolute address, for people to read: `app.snyk.io`.
#[must_use]
pub fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_stands_between_scheme_and_path() {
        assert_eq!(host("https://app.snyk.io/oauth2/authorize"), "app.snyk.io");
        assert_eq!(host("http://127.0.0.1:4010?x"), "127.0.0.1:4010");
    }
}
