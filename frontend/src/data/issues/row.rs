//! An issue as a row: what the table and the panel show, and nothing else of Snyk's answer.

use shared::snyk::{
    Issue,
    issue::{
        Coordinate, Dependency, IssueKind, IssueStatus, Reachability, Representation, Severity,
        SourceLocation,
    },
};

use super::way::{self, Way};
use crate::data::{level::Level, unknown};

/// An issue.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Snyk's id.
    pub id: Box<str>,
    /// What it is the same issue by, from test to test.
    pub key: Option<Box<str>>,
    /// Its title.
    pub title: Box<str>,
    /// How bad it is; `None` for a word that is not known.
    pub level: Option<Level>,
    /// The same as Snyk writes it.
    pub severity: Severity,
    /// Its kind.
    pub kind: IssueKind,
    /// Whether it is still there.
    pub status: IssueStatus,
    /// Whether somebody chose to ignore it; `None` where Snyk does not say.
    pub is_ignored: Option<bool>,
    /// When it was first seen, in milliseconds; not a number when that cannot be read.
    pub created: f64,
    /// When it last changed.
    pub updated: f64,
    /// How to mend it.
    pub way: Way,
    /// 0 to 1,000, where Snyk reckons that.
    pub score: Option<u64>,
    /// Where it is: a package in its version, a file with its line.
    pub place: Option<Box<str>>,
    /// The package's name, if it is in one.
    pub package: Option<Box<str>>,
    /// Whether code reaches it.
    pub reached: Option<Reachability>,
    /// CVE numbers.
    pub cves: Box<[Named]>,
    /// Kinds of weakness.
    pub cwes: Box<[Named]>,
    /// Snyk's own ids.
    pub snyk_ids: Box<[Named]>,
    /// Ids in other catalogues.
    pub others: Box<[Named]>,
    /// How it went away, and when in milliseconds.
    pub resolved: Option<(Box<str>, Option<f64>)>,
}

/// An id in a catalogue, and where it is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The id.
    pub id: Box<str>,
    /// An address of the web, or nothing.
    pub address: Option<Box<str>>,
}

impl Row {
    /// The row of an issue. `millis` reads times.
    #[must_use]
    pub fn of(issue: Issue, millis: fn(&str) -> f64) -> Self {
        let Issue { id, attributes, .. } = issue;
        let mut cves = Vec::new();
        let mut snyk_ids = Vec::new();
        let mut others = Vec::new();
        for problem in attributes.problems {
            let source = problem.source.unwrap_or_default();
            let list = if starts_so(&problem.id, "CVE-") {
                &mut cves
            } else if source.eq_ignore_ascii_case("snyk") || starts_so(&problem.id, "SNYK-") {
                &mut snyk_ids
            } else {
                &mut others
            };
            add(list, problem.id, problem.url.as_deref());
        }
        let mut weaknesses = Vec::new();
        for class in attributes.classes {
            if starts_so(&class.id, "CWE-") {
                add(&mut weaknesses, class.id, class.url.as_deref());
            }
        }
        let places = attributes.coordinates;
        let package = dependency(&places).and_then(|package| package.package_name.as_deref());
        let package = package.map(Into::into);
        let severity = attributes
            .effective_severity_level
            .unwrap_or_else(|| unknown::WORD.into());
        let time = |time: Option<String>| time.as_deref().map_or(f64::NAN, millis);
        Self {
            id: id.into(),
            key: attributes.key.map(Into::into),
            title: attributes
                .title
                .map_or_else(|| unknown::LABEL.into(), Into::into),
            level: Level::parse(severity.as_str()),
            severity,
            kind: attributes.kind.unwrap_or_else(|| unknown::WORD.into()),
            status: attributes.status.unwrap_or_else(|| unknown::WORD.into()),
            is_ignored: attributes.ignored,
            created: time(attributes.created_at),
            updated: time(attributes.updated_at),
            way: Way::of(&places),
            score: attributes.score.map(|score| score.min(1_000)),
            place: place(&places).map(String::into_boxed_str),
            package,
            reached: way::reached(&places).cloned(),
            cves: cves.into(),
            cwes: weaknesses.into(),
            snyk_ids: snyk_ids.into(),
            others: others.into(),
            resolved: attributes.resolution.map(|resolution| {
                let at = resolution.resolved_at.as_deref().map(millis);
                let kind = resolution
                    .kind
                    .map_or_else(|| unknown::LABEL.into(), Into::into);
                (kind, at.filter(|at: &f64| at.is_finite()))
            }),
        }
    }

    /// Its place in the order of severities: unknown ones come last.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.level.map_or(Level::ALL.len(), |level| level as usize)
    }

    /// Its severity in words.
    #[must_use]
    pub fn severity_words(&self) -> &str {
        match (self.level, self.severity.as_str()) {
            (Some(level), _) => level.label(),
            (None, unknown::WORD) => unknown::LABEL,
            (None, word) => word,
        }
    }

    /// Whether it may be open: it is not known to be anything else.
    #[must_use]
    pub fn may_be_open(&self) -> bool {
        matches!(self.status.as_str(), unknown::WORD) || self.status == IssueStatus::Open
    }

    /// Its status in words, with whether it is ignored.
    #[must_use]
    pub fn status_words(&self) -> String {
        let status = status_words(&self.status);
        let ignored = match self.is_ignored {
            Some(true) => "ignored",
            Some(false) => "not ignored",
            None => "unknown whether ignored",
        };
        format!("{status}, {ignored}")
    }
}

/// A status in words.
#[must_use]
pub fn status_words(status: &IssueStatus) -> &str {
    match status {
        IssueStatus::Open => "Open",
        IssueStatus::Resolved => "Resolved",
        IssueStatus::Other(word) if word == unknown::WORD => unknown::LABEL,
        IssueStatus::Other(word) => word,
    }
}

/// Several ids in the room of one: `CVE-2022-0686 +2`.
#[must_use]
pub fn first_of(ids: &[Named]) -> Option<String> {
    let (first, more) = ids.split_first()?;
    Some(if more.is_empty() {
        first.id.to_string()
    } else {
        format!("{} +{}", first.id, more.len())
    })
}

/// A kind in words.
#[must_use]
pub fn kind_words(kind: &IssueKind) -> &str {
    match kind {
        IssueKind::PackageVulnerability => "Vulnerable package",
        IssueKind::License => "Licence",
        IssueKind::Cloud => "Cloud resource",
        IssueKind::Code => "Own code",
        IssueKind::Custom => "Own rule",
        IssueKind::Config => "Configuration",
        IssueKind::Other(word) if word == unknown::WORD => unknown::LABEL,
        IssueKind::Other(word) => word,
    }
}

/// Where problems are described: these hosts, and those below them.
const CATALOGUES: [&str; 5] = ["snyk.io", "nist.gov", "cve.org", "mitre.org", "github.com"];

/// The address if it is one of a known catalogue and nothing else: what Snyk sends is text, which
/// may be `javascript:`, and a link out of here should lead where people expect.
#[must_use]
pub fn catalogue_address(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_known = CATALOGUES.iter().any(|known| {
        host.strip_suffix(known)
            .is_some_and(|below| below.is_empty() || below.ends_with('.'))
    });
    // Of the host only what names are made of: no port, no user, nothing that browsers read anew.
    let is_name = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let is_plain = address
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_known && is_name && is_plain && address.len() <= 2_048).then_some(address)
}

fn starts_so(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

fn add(list: &mut Vec<Named>, id: String, url: Option<&str>) {
    if list.iter().any(|known| *known.id == *id) {
        return;
    }
    let address = url.and_then(catalogue_address).map(Into::into);
    list.push(Named {
        id: id.into(),
        address,
    });
}

fn representations(places: &[Coordinate]) -> impl Iterator<Item = &Representation> {
    places.iter().flat_map(|place| &place.representations)
}

fn dependency(places: &[Coordinate]) -> Option<&Dependency> {
    representations(places).find_map(|one| one.dependency.as_ref())
}

fn in_package(package: &Dependency) -> Option<String> {
    match (&package.package_name, &package.package_version) {
        (Some(name), Some(version)) => Some(format!("{name} {version}")),
        (Some(name), None) => Some(name.clone()),
        // A version of what nobody knows is no place.
        (None, _) => None,
    }
}

fn place(places: &[Coordinate]) -> Option<String> {
    if let Some(package) = dependency(places).and_then(in_package) {
        return Some(package);
    }
    representations(places).find_map(|one| {
        let file = one.source_location.as_ref().and_then(in_file);
        let cloud = || {
            let resource = one.cloud_resource.as_ref()?;
            resource
                .name
                .clone()
                .or_else(|| resource.resource_type.clone())
        };
        file.or_else(|| one.resource_path.clone()).or_else(cloud)
    })
}

fn in_file(location: &SourceLocation) -> Option<String> {
    let file = location.file.as_ref()?;
    Some(match location.line {
        Some(line) if line > 0 => format!("{file}, line {line}"),
        _ => file.clone(),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A row of an answer like Snyk's.
    pub(in crate::data::issues) fn row(attributes: &str) -> Row {
        let text = format!(
            r#"{{"id":"i","type":"issue","attributes":{{"key":"k","title":"Prototype pollution",
            "type":"package_vulnerability","effective_severity_level":"critical","status":"open",
            "ignored":false,"created_at":"1","updated_at":"2"{attributes}}}}}"#
        );
        row_of(&text)
    }

    fn row_of(text: &str) -> Row {
        Row::of(shared::json::read(text.as_bytes()).unwrap(), |time| {
            time.parse().unwrap_or(f64::NAN)
        })
    }

    fn ids(named: &[Named]) -> Vec<&str> {
        named.iter().map(|one| &*one.id).collect()
    }

    #[test]
    fn an_issue_of_which_nothing_optional_is_said_is_a_row() {
        let row = row("");
        assert_eq!(row.level, Some(Level::Critical));
        assert_eq!((row.created, row.updated), (1.0, 2.0));
        assert_eq!((row.score, row.place.as_deref()), (None, None));
        assert_eq!((row.way, &row.reached), (Way::Unsaid, &None));
        assert!(row.cves.is_empty() && row.cwes.is_empty() && row.snyk_ids.is_empty());
        assert_eq!(row.status_words(), "Open, not ignored");
    }

    #[test]
    fn what_snyk_does_not_say_of_an_issue_is_unknown() {
        for nothing in [
            "",
            r#","attributes":5"#,
            r#","attributes":{"title":"","ignored":"no"}"#,
        ] {
            let row = row_of(&format!(r#"{{"id":"i"{nothing}}}"#));
            assert_eq!(&*row.title, "Unknown");
            assert_eq!((row.level, row.severity_words()), (None, "Unknown"));
            assert_eq!(kind_words(&row.kind), "Unknown");
            assert_eq!(row.status_words(), "Unknown, unknown whether ignored");
            assert!(row.may_be_open());
            assert!(row.created.is_nan() && row.updated.is_nan());
            assert_eq!((row.key, row.is_ignored), (None, None));
        }
        let went = row(r#","resolution":{"type":null,"resolved_at":null}"#);
        assert_eq!(went.resolved, Some(("Unknown".into(), None)));
    }

    #[test]
    fn ids_are_told_apart_by_catalogue_each_once() {
        let row = row(
            r#","problems":[{"id":"SNYK-JS-LODASH-567746","source":"SNYK","url":"https://security.snyk.io/vuln/SNYK-JS-LODASH-567746"},
            {"id":"CVE-2020-8203","source":"NVD","url":"javascript:alert(1)"},
            {"id":"CVE-2020-8203","source":"CVE"},{"id":"cve-2021-1","source":"NVD"},
            {"id":"GHSA-p6mc-m468-83gw","source":"GHSA"},{"id":"npm:lodash:1","source":"snyk"}],
            "classes":[{"id":"CWE-1321","source":"CWE"},{"id":"data","source":"snyk-cloud"},
            {"id":"CIS-AWS_v1.4.0_2.1.2","source":"CIS-AWS_v1.4.0"}]"#,
        );
        assert_eq!(ids(&row.cves), ["CVE-2020-8203", "cve-2021-1"]);
        assert_eq!(
            ids(&row.snyk_ids),
            ["SNYK-JS-LODASH-567746", "npm:lodash:1"]
        );
        assert_eq!(ids(&row.others), ["GHSA-p6mc-m468-83gw"]);
        assert_eq!(ids(&row.cwes), ["CWE-1321"]);
        assert_eq!(row.cves[0].address, None);
        assert!(row.snyk_ids[0].address.is_some());
        assert_eq!(first_of(&row.cves).unwrap(), "CVE-2020-8203 +1");
        assert_eq!(first_of(&row.cwes).unwrap(), "CWE-1321");
        assert_eq!(first_of(&[]), None);
    }

    #[test]
    fn a_place_is_a_package_a_file_a_path_or_a_resource() {
        let place = |representation: &str| {
            row(&format!(
                r#","coordinates":[{{"representations":[{representation}]}}]"#
            ))
            .place
            .map(String::from)
        };
        for (representation, words) in [
            (
                r#"{"dependency":{"package_name":"lodash","package_version":"4.17.15"}}"#,
                Some("lodash 4.17.15"),
            ),
            (
                r#"{"sourceLocation":{"file":"a.rs","region":{"start":{"line":7,"column":1},"end":{"line":7,"column":2}}}}"#,
                Some("a.rs, line 7"),
            ),
            (r#"{"sourceLocation":{"file":"a.rs"}}"#, Some("a.rs")),
            (
                r#"{"sourceLocation":{"file":"a.rs","region":{"start":{"line":null}}}}"#,
                Some("a.rs"),
            ),
            (r#"{"sourceLocation":{"file":null}}"#, None),
            (
                r#"{"dependency":{"package_name":"lodash","package_version":null}}"#,
                Some("lodash"),
            ),
            (r#"{"dependency":{"package_version":"4.17.15"}}"#, None),
            (r#"{"resourcePath":"spec.x"}"#, Some("spec.x")),
            (
                r#"{"cloud_resource":{"resource":{"name":"bucket"}}}"#,
                Some("bucket"),
            ),
            (r#"{"cloud_resource":{}}"#, None),
            (r#"{"something":"new"}"#, None),
        ] {
            assert_eq!(place(representation).as_deref(), words, "{representation}");
        }
    }

    #[test]
    fn sec_64_only_addresses_of_known_catalogues_become_links() {
        for fine in [
            "https://nvd.nist.gov/vuln/detail/CVE-2020-8203",
            "https://security.snyk.io/vuln/SNYK-JS-LODASH-567746",
            "https://github.com/advisories/GHSA-p6mc-m468-83gw",
            "https://www.cve.org/CVERecord?id=CVE-2020-8203#x",
        ] {
            assert_eq!(catalogue_address(fine), Some(fine));
        }
        for odd in [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "http://nvd.nist.gov/",
            " https://nvd.nist.gov/",
            "https://nvd.nist.gov/ y",
            "https://nvd.nist.gov/\u{0}",
            "https://nvd.nist.gov/é",
            "https://evil.example/",
            "https://evilsnyk.io/",
            "https://snyk.io.evil.example/",
            "https://snyk.io@evil.example/",
            "https://evil.example\\.snyk.io/",
            "https://snyk.io:8443/",
            "https://snyk.io\\@evil.example/",
            "https://",
            "//snyk.io/",
            "data:text/html,x",
            "",
        ] {
            assert_eq!(catalogue_address(odd), None, "{odd:?}");
        }
        let long = format!("https://snyk.io/{}", "x".repeat(2_048));
        assert_eq!(catalogue_address(&long), None);
    }

    #[test]
    fn words_that_are_not_known_stay_as_they_came() {
        let mut row = row("");
        row.status = IssueStatus::from("paused");
        row.is_ignored = Some(true);
        assert_eq!(row.status_words(), "paused, ignored");
        assert_eq!(kind_words(&IssueKind::from("quantum")), "quantum");
        row.level = None;
        assert_eq!(row.rank(), 5);
    }

    #[test]
    fn a_score_stays_on_its_scale() {
        let score = |value: &str| {
            row(&format!(
                r#","risk":{{"score":{{"value":{value},"model":"v1"}}}}"#
            ))
            .score
        };
        assert_eq!(score("874"), Some(874));
        assert_eq!(score("5000"), Some(1_000));
        assert_eq!(row(r#","risk":{"factors":[]}"#).score, None);
    }
}
