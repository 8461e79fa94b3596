//! An issue as a row: what the table and the panel show, and nothing else of Snyk's answer.

use shared::snyk::{
    Issue,
    issue::{
        Coordinate, Dependency, IssueKind, IssueStatus, Reachability, Representation, Severity,
        SourceLocation,
    },
};

use super::remediation::{self, Remediation};
use crate::data::{severity::Level, unknown};

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
    pub way: Remediation,
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
            way: Remediation::of(&places),
            score: attributes.score.map(|score| score.min(1_000)),
            place: place(&places).map(String::into_boxed_str),
            package,
            reached: remediation::reached(&places).cloned(),
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
pub(super) mod tests;
