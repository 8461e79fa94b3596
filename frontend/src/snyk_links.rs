//! The addresses of Snyk's own pages that the app links to.

/// Returns the address of the page at Snyk on which a person removes apps. `authorize` is the
/// address of Snyk's consent page, which is on the same host.
#[must_use]
pub fn authorized_apps(authorize: &str) -> Option<String> {
    let (scheme, _) = authorize.split_once("://")?;
    Some(format!(
        "{scheme}://{}/account/manage/authorized-apps",
        host(authorize)
    ))
}

/// Returns the address of an organization at Snyk.
#[must_use]
pub fn org_at_snyk(authorize: &str, slug: &str) -> Option<String> {
    let (scheme, _) = authorize.split_once("://")?;
    is_plain(slug).then(|| format!("{scheme}://{}/org/{slug}", host(authorize)))
}

/// Returns the address of an issue at Snyk: the project's page at the issue with this id of Snyk's
/// vulnerability database. Other issues have no known address.
#[must_use]
pub fn issue_at_snyk(authorize: &str, slug: &str, project: &str, issue: &str) -> Option<String> {
    let project = project_at_snyk(authorize, slug, project)?;
    let is_known = issue.starts_with("SNYK-") && is_plain(issue);
    is_known.then(|| format!("{project}#issue-{issue}"))
}

/// Returns whether a name consists only of characters that such names have. They come from outside.
fn is_plain(text: &str) -> bool {
    // A segment of dots alone would lead elsewhere.
    text.bytes().any(|byte| byte != b'.')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Returns the address of a project at Snyk. `authorize` is the address of Snyk's consent page,
/// which is on the same host, and `slug` that of the organization.
#[must_use]
pub fn project_at_snyk(authorize: &str, slug: &str, project: &str) -> Option<String> {
    let (scheme, _) = authorize.split_once("://")?;
    (is_plain(slug) && is_plain(project)).then(|| {
        format!(
            "{scheme}://{}/org/{slug}/project/{project}",
            host(authorize)
        )
    })
}

/// Returns the address of the page at Snyk on which projects are added. `authorize` is the address
/// of Snyk's consent page, which is on the same host.
#[must_use]
pub fn import(authorize: &str, slug: &str) -> Option<String> {
    let (scheme, _) = authorize.split_once("://").filter(|_| !slug.is_empty())?;
    let slug: String = form_urlencoded::byte_serialize(slug.as_bytes()).collect();
    Some(format!("{scheme}://{}/org/{slug}/add", host(authorize)))
}

/// Returns the host of an absolute address, for display: `app.snyk.io`.
#[must_use]
pub fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_are_removed_where_they_are_allowed() {
        assert_eq!(
            authorized_apps("https://app.eu.snyk.io/oauth2/authorize").unwrap(),
            "https://app.eu.snyk.io/account/manage/authorized-apps"
        );
        assert_eq!(authorized_apps("nowhere"), None);
    }

    #[test]
    fn projects_are_added_where_the_organization_is() {
        assert_eq!(
            import("https://app.eu.snyk.io/oauth2/authorize", "a/b").unwrap(),
            "https://app.eu.snyk.io/org/a%2Fb/add"
        );
        assert_eq!(import("nowhere", "a"), None);
    }

    #[test]
    fn a_project_at_snyk_is_of_an_organization_with_a_plain_name() {
        let at = |slug| project_at_snyk("https://app.eu.snyk.io/oauth2/authorize", slug, "0-a");
        assert_eq!(
            at("meridian").unwrap(),
            "https://app.eu.snyk.io/org/meridian/project/0-a"
        );
        assert_eq!((at("../x"), at(""), at("a/b")), (None, None, None));
    }

    #[test]
    fn an_organization_and_an_issue_are_opened_where_they_are() {
        let authorize = "https://app.eu.snyk.io/oauth2/authorize";
        assert_eq!(
            org_at_snyk(authorize, "meridian").unwrap(),
            "https://app.eu.snyk.io/org/meridian"
        );
        assert!(org_at_snyk(authorize, "me.ridian").is_some());
        for odd in ["../x", "..", ".", ""] {
            assert_eq!(org_at_snyk(authorize, odd), None, "{odd}");
        }
        let at = |issue| issue_at_snyk(authorize, "meridian", "0-a", issue);
        assert_eq!(
            at("SNYK-JS-LODASH-567746").unwrap(),
            "https://app.eu.snyk.io/org/meridian/project/0-a#issue-SNYK-JS-LODASH-567746"
        );
        assert_eq!((at("npm:lodash:1"), at("SNYK-A&b")), (None, None));
    }

    #[test]
    fn the_host_is_what_stands_between_scheme_and_path() {
        assert_eq!(host("https://app.snyk.io/oauth2/authorize"), "app.snyk.io");
        assert_eq!(host("http://127.0.0.1:4010?x"), "127.0.0.1:4010");
    }
}
