//! What may be asked (pure): one parse decides *and* builds (SEC-52 to SEC-54).
//!
//! To open another endpoint, add a line to [`ROUTES`]: a path template and the query parameters of
//! the operation in Snyk's OpenAPI document.

use url::form_urlencoded;

use crate::provider::snyk::VERSION;

/// A path template of Snyk's API, and the query parameters that pass.
struct Route {
    path: &'static [Segment],
    query: &'static [&'static str],
}

/// A segment of a path template.
enum Segment {
    /// Just this word.
    Word(&'static str),
}

use Segment::Word;

/// Everything that may be asked, by `GET` only.
const ROUTES: &[Route] = &[
    Route {
        path: &[Word("rest"), Word("self")],
        query: &[],
    },
    Route {
        path: &[Word("rest"), Word("orgs")],
        query: &[
            "group_id",
            "is_personal",
            "slug",
            "name",
            "expand",
            "starting_after",
            "ending_before",
            "limit",
        ],
    },
];

/// The path and query for the provider, built anew; `None` when the request is not on the list.
///
/// `path` is the raw, still encoded path behind `…/snyk/`. Nothing is decoded: no word on the list
/// needs an encoding, so one that has any is refused.
#[must_use]
pub fn allowed(path: &str, query: Option<&str>) -> Option<String> {
    let segments: Vec<&str> = path.split('/').collect();
    let route = ROUTES.iter().find(|route| {
        route.path.len() == segments.len()
            && route
                .path
                .iter()
                .zip(&segments)
                .all(|(Word(word), segment)| word == segment)
    })?;
    let mut built = String::new();
    for Word(word) in route.path {
        built.push('/');
        built.push_str(word);
    }
    built.push('?');
    let start = built.len();
    let mut out = form_urlencoded::Serializer::for_suffix(built, start);
    // Our version wins: the answers that pages understand are those of this one.
    out.append_pair("version", VERSION);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if name == "version" {
            continue;
        }
        if !route.query.contains(&name.as_ref()) || value.chars().any(char::is_control) {
            return None;
        }
        out.append_pair(&name, &value);
    }
    Some(out.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_passes_with_our_version() {
        assert_eq!(
            allowed("rest/self", None).unwrap(),
            "/rest/self?version=2024-10-15"
        );
        assert_eq!(
            allowed(
                "rest/orgs",
                Some("limit=100&version=1999-01-01&starting_after=a%2Bb")
            )
            .unwrap(),
            "/rest/orgs?version=2024-10-15&limit=100&starting_after=a%2Bb"
        );
    }

    #[test]
    fn sec_52_53_everything_else_is_refused() {
        for path in [
            "",
            "/",
            "rest",
            "rest/",
            "rest/orgs/",
            "/rest/orgs",
            "rest//orgs",
            "rest/./orgs",
            "rest/../rest/orgs",
            "rest/orgs/..",
            "rest%2forgs",
            "rest/%6frgs",
            "rest/orgs%00",
            "rest/orgs;x",
            "rest/orgs#x",
            "REST/orgs",
            "rest/orgs%2f..%2fself",
            "//evil/rest/orgs",
            "@evil/rest/orgs",
            "http://evil/rest/orgs",
            "rest/orgs\\",
            "rest/self/apps",
            "rest/\u{ff4f}rgs",
            "rest/%c0%afself",
            "oauth2/token",
            "v1/user/me",
        ] {
            assert_eq!(allowed(path, None), None, "{path}");
        }
    }

    #[test]
    fn sec_54_unknown_parameters_are_refused() {
        for query in [
            "access_token=x",
            "limit=10&evil=1",
            "limit%00=1",
            "limit=%0d%0ax",
        ] {
            assert_eq!(allowed("rest/orgs", Some(query)), None, "{query}");
        }
        assert_eq!(allowed("rest/self", Some("limit=10")), None);
    }
}
