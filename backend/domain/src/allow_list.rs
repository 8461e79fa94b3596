//! The allow-list of the proxy (pure): one parse both checks the path and builds the upstream one
//! (SEC-52 to SEC-54).
//!
//! **To allow another endpoint, add an entry to [`ROUTES`]**: a path template and the query
//! parameters of the operation in Snyk's OpenAPI document. A segment in braces is a UUID, any other
//! is literal. Only `GET` is allowed, whatever the list contains.

use shared::snyk::VERSION;
use url::form_urlencoded::{self, Serializer};

/// A path template of Snyk's API, and its allowed query parameters.
struct Route {
    path: &'static str,
    query: &'static [&'static [&'static str]],
}

const PAGING: &[&str] = &["starting_after", "ending_before", "limit"];

/// The allowed routes.
const ROUTES: &[Route] = &[
    Route {
        path: "rest/self",
        query: &[],
    },
    Route {
        path: "rest/orgs",
        query: &[
            PAGING,
            &["group_id", "is_personal", "slug", "name", "expand"],
        ],
    },
    Route {
        path: "rest/orgs/{org_id}",
        query: &[&["expand"]],
    },
    Route {
        path: "rest/orgs/{org_id}/projects",
        query: &[
            PAGING,
            &[
                "target_id",
                "target_reference",
                "target_file",
                "target_runtime",
                "meta_count",
                "ids",
                "names",
                "names_start_with",
                "origins",
                "types",
                "expand",
                "meta.latest_issue_counts",
                "meta.latest_dependency_total",
                "cli_monitored_before",
                "cli_monitored_after",
                "importing_user_public_id",
                "tags",
                "business_criticality",
                "environment",
                "lifecycle",
            ],
        ],
    },
    Route {
        path: "rest/orgs/{org_id}/projects/{project_id}",
        query: &[&[
            "expand",
            "meta.latest_issue_counts",
            "meta.latest_dependency_total",
        ]],
    },
    Route {
        path: "rest/orgs/{org_id}/issues",
        query: &[
            PAGING,
            &[
                "scan_item.id",
                "scan_item.type",
                "type",
                "updated_before",
                "updated_after",
                "created_before",
                "created_after",
                "effective_severity_level",
                "status",
                "ignored",
            ],
        ],
    },
    Route {
        path: "rest/orgs/{org_id}/issues/{issue_id}",
        query: &[],
    },
    Route {
        path: "rest/orgs/{org_id}/targets",
        query: &[
            PAGING,
            &[
                "count",
                "is_private",
                "exclude_empty",
                "url",
                "source_types",
                "display_name",
                "created_gte",
            ],
        ],
    },
    Route {
        path: "rest/orgs/{org_id}/targets/{target_id}",
        query: &[],
    },
];

/// The reasons why a request is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The path is not on the list.
    Path,
    /// The operation has no such query parameter, or its value is not text.
    Query,
}

/// Iterates over the allowed path templates, such as `rest/orgs/{org_id}`, each with the names of its
/// query parameters.
pub fn templates() -> impl Iterator<Item = (&'static str, impl Iterator<Item = &'static str>)> {
    ROUTES
        .iter()
        .map(|route| (route.path, route.query.iter().copied().flatten().copied()))
}

/// Builds the path and query for the provider.
///
/// `path` is the raw, still encoded path after `…/snyk/`. Nothing in it is decoded: no literal and
/// no id on the list needs an encoding, so a segment with one is rejected.
pub fn allowed(path: &str, query: Option<&str>) -> Result<String, Refusal> {
    let (route, mut built) = ROUTES
        .iter()
        .find_map(|route| Some((route, matched(route.path, path)?)))
        .ok_or(Refusal::Path)?;
    built.push('?');
    let start = built.len();
    let mut out = Serializer::for_suffix(built, start);
    // This version takes precedence: pages understand the answers of this one.
    out.append_pair("version", VERSION);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if name == "version" {
            continue;
        }
        if !route.query.iter().any(|names| names.contains(&&*name)) || !is_text(&value) {
            return Err(Refusal::Query);
        }
        out.append_pair(&name, &value);
    }
    Ok(out.finish())
}

/// Matches a path, and rebuilds it from the template's literals and normalized ids.
fn matched(template: &str, path: &str) -> Option<String> {
    let mut built = String::with_capacity(path.len() + 1);
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        built.push('/');
        if expected.starts_with('{') {
            built.push_str(&uuid(segment)?);
        } else if segment == expected {
            built.push_str(expected);
        } else {
            return None;
        }
    }
    segments.next().is_none().then_some(built)
}

/// Parses a UUID and normalizes it: lower case, with hyphens.
fn uuid(segment: &str) -> Option<String> {
    let is_uuid = segment.len() == 36
        && segment
            .bytes()
            .enumerate()
            .all(|(index, byte)| match index {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            });
    is_uuid.then(|| segment.to_ascii_lowercase())
}

/// Returns whether a value has no control character, and was UTF-8 before it was decoded.
fn is_text(value: &str) -> bool {
    !value
        .chars()
        .any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: &str = "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11";
    const OTHER: &str = "0b6a1d9e-0000-4b3e-8a53-1d2f8f0f6a22";

    #[test]
    fn what_is_listed_passes_with_our_version() {
        for (path, query, built) in [
            (
                "rest/self",
                None,
                "/rest/self?version=2024-10-15".to_owned(),
            ),
            (
                "rest/orgs",
                Some("limit=100&version=1999-01-01&starting_after=a%2Bb"),
                "/rest/orgs?version=2024-10-15&limit=100&starting_after=a%2Bb".to_owned(),
            ),
            (
                &format!("rest/orgs/{}/projects", ORG.to_uppercase()),
                Some("meta.latest_issue_counts=true&origins=github%2Cgitlab"),
                format!(
                    "/rest/orgs/{ORG}/projects?version=2024-10-15&meta.latest_issue_counts=true&origins=github%2Cgitlab"
                ),
            ),
            (
                &format!("rest/orgs/{ORG}/issues/{OTHER}"),
                Some(""),
                format!("/rest/orgs/{ORG}/issues/{OTHER}?version=2024-10-15"),
            ),
        ] {
            assert_eq!(allowed(path, query), Ok(built));
        }
    }

    #[test]
    fn every_read_that_the_shared_code_names_is_listed() {
        use shared::snyk::read;
        let reads = [
            read::identity().path_and_query(),
            read::orgs().limit(100).path_and_query(),
            read::org(ORG).path_and_query(),
            read::projects(ORG).count_only().path_and_query(),
            read::projects(ORG)
                .issue_counts()
                .after("c")
                .path_and_query(),
            read::project(ORG, OTHER).issue_counts().path_and_query(),
            read::issues(ORG).of_project(OTHER).path_and_query(),
            read::issue(ORG, OTHER).path_and_query(),
            read::targets(ORG).limit(100).path_and_query(),
            read::target(ORG, OTHER).path_and_query(),
        ];
        for read in &reads {
            let (path, query) = match read.split_once('?') {
                Some((path, query)) => (path, Some(query)),
                None => (read.as_str(), None),
            };
            assert!(allowed(&path[1..], query).is_ok(), "{read}");
        }
        // Each entry of the list is used by one of them.
        let used = ROUTES.iter().filter(|route| {
            reads.iter().any(|read| {
                let path = read.split('?').next().unwrap_or_default();
                matched(route.path, &path[1..]).is_some()
            })
        });
        assert_eq!(used.count(), ROUTES.len());
    }

    #[test]
    fn sec_52_53_everything_else_is_refused() {
        let fixed = [
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
            "rest/orgs/me",
            "rest/orgs/{org_id}",
            "rest/orgs/{org_id}/projects",
        ];
        for path in fixed {
            assert_eq!(allowed(path, None), Err(Refusal::Path), "{path}");
        }
        for id in [
            "..",
            ".",
            "",
            "4f9ce4a12f5c4b3e8a531d2f8f0f6a11",
            "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a1",
            "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a1g",
            "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a1%31",
            "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11%2f",
            "4f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6a11;x=1",
            "\u{ff14}f9ce4a1-2f5c-4b3e-8a53-1d2f8f0f6",
        ] {
            for path in [
                format!("rest/orgs/{id}/projects"),
                format!("rest/orgs/{ORG}/projects/{id}"),
                format!("rest/orgs/{ORG}/projects/{OTHER}/{id}"),
            ] {
                assert_eq!(allowed(&path, None), Err(Refusal::Path), "{path}");
            }
        }
    }

    #[test]
    fn sec_54_unknown_parameters_are_refused() {
        for query in [
            "access_token=x",
            "limit=10&evil=1",
            "limit%00=1",
            "limit=%0d%0ax",
            "limit=%c0%af",
            "Limit=10",
            "scan_item.id=x",
        ] {
            assert_eq!(
                allowed("rest/orgs", Some(query)),
                Err(Refusal::Query),
                "{query}"
            );
        }
        assert_eq!(allowed("rest/self", Some("limit=10")), Err(Refusal::Query));
    }
}
