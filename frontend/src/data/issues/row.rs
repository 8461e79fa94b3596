//! An issue as a row: what the table and the panel show of Snyk's answer, and nothing else.

use shared::snyk::{
    Issue,
    issue::{
        Coordinate, Cvss, Dependency, IssueKind, IssueStatus, Reachability, Representation,
        Severity, SourceLocation,
    },
};

use super::remediation::{self, Remediation};
use crate::data::{severity::Level, unknown};

/// A CVSS rating.
#[derive(Clone, Debug, PartialEq)]
pub struct Rating {
    /// Score, version and source: `7.5 (CVSS 3.1, Snyk)`.
    pub words: Box<str>,
    /// The vector, if known.
    pub vector: Option<Box<str>>,
}

/// An issue.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Snyk's id.
    pub id: Box<str>,
    /// Snyk's key, which stays the same from test to test.
    pub key: Option<Box<str>>,
    /// The title.
    pub title: Box<str>,
    /// The description, as text.
    pub description: Option<Box<str>>,
    /// The severity level; `None` for an unknown word.
    pub level: Option<Level>,
    /// The severity as Snyk writes it.
    pub severity: Severity,
    /// The kind.
    pub kind: IssueKind,
    /// The status, such as open or resolved.
    pub status: IssueStatus,
    /// Whether somebody has ignored the issue; `None` where Snyk does not say.
    pub is_ignored: Option<bool>,
    /// The time at which the issue was first seen, in milliseconds; NaN if unknown.
    pub created: f64,
    /// The time of the last change, in milliseconds; NaN if unknown.
    pub updated: f64,
    /// The best remediation.
    pub way: Remediation,
    /// The score from 0 to 1,000, where Snyk computes one.
    pub score: Option<u64>,
    /// The CVSS ratings.
    pub cvss: Box<[Rating]>,
    /// Snyk's instructions for a fix, each once.
    pub instructions: Box<[Box<str>]>,
    /// The location: a package with its version, a file with its line, or a resource.
    pub place: Option<Box<str>>,
    /// The name of the package, if the issue is in one.
    pub package: Option<Box<str>>,
    /// The file and its line, if the issue is in source code.
    pub file: Option<(Box<str>, Option<u64>)>,
    /// The reachability.
    pub reached: Option<Reachability>,
    /// CVE ids.
    pub cves: Box<[Named]>,
    /// CWE ids.
    pub cwes: Box<[Named]>,
    /// Snyk's own ids.
    pub snyk_ids: Box<[Named]>,
    /// Ids in other catalogues.
    pub others: Box<[Named]>,
    /// The kind of the resolution, and its time in milliseconds, if known.
    pub resolved: Option<(Box<str>, Option<f64>)>,
}

/// An id in a catalogue, and the address of its description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The id.
    pub id: Box<str>,
    /// The address, if it is one of a known catalogue.
    pub address: Option<Box<str>>,
}

impl Row {
    /// Creates the row of an issue. `millis` parses times.
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
                let address = class.url.or_else(|| cwe_address(&class.id));
                add(&mut weaknesses, class.id, address.as_deref());
            }
        }
        let places = attributes.coordinates;
        let package = dependency(&places).and_then(|package| package.package_name.as_deref());
        let package = package.map(Into::into);
        let severity = attributes
            .effective_severity_level
            .unwrap_or_else(|| unknown::WORD.into());
        let ratings = attributes.severities.into_iter().filter_map(rating);
        let time = |time: Option<String>| time.as_deref().map_or(f64::NAN, millis);
        Self {
            id: id.into(),
            key: attributes.key.map(Into::into),
            title: attributes
                .title
                .map_or_else(|| unknown::LABEL.into(), Into::into),
            description: attributes.description.map(|text| text.trim().into()),
            level: Level::parse(severity.as_str()),
            severity,
            kind: attributes.kind.unwrap_or_else(|| unknown::WORD.into()),
            status: attributes.status.unwrap_or_else(|| unknown::WORD.into()),
            is_ignored: attributes.ignored,
            created: time(attributes.created_at),
            updated: time(attributes.updated_at),
            way: Remediation::of(&places),
            score: attributes.score.map(|score| score.min(1_000)),
            cvss: ratings.collect(),
            instructions: instructions(&places),
            place: place(&places).map(String::into_boxed_str),
            package,
            file: source_file(&places),
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

    /// Returns the row without the texts that only the issue in full shows, which take more memory
    /// than everything else.
    #[must_use]
    pub fn without_texts(self) -> Self {
        Self {
            description: None,
            instructions: Box::default(),
            cvss: Box::default(),
            ..self
        }
    }

    /// Returns the ids of the problem behind the issue: CVE first, then Snyk's own, then others.
    pub fn problem_ids(&self) -> impl Iterator<Item = &Named> {
        let ids = [&self.cves, &self.snyk_ids, &self.others];
        ids.into_iter().flat_map(|ids| ids.iter())
    }

    /// Returns the rank of the severity, worst first. Unknown severities come last.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.level.map_or(Level::ALL.len(), |level| level as usize)
    }

    /// Returns the label of the severity.
    #[must_use]
    pub fn severity_words(&self) -> &str {
        match (self.level, self.severity.as_str()) {
            (Some(level), _) => level.label(),
            (None, unknown::WORD) => unknown::LABEL,
            (None, word) => word,
        }
    }

    /// Returns whether the issue may be open: its status is open or unknown.
    #[must_use]
    pub fn may_be_open(&self) -> bool {
        matches!(self.status.as_str(), unknown::WORD) || self.status == IssueStatus::Open
    }

    /// Returns the status in words, and whether the issue is ignored.
    #[must_use]
    pub fn status_words(&self) -> String {
        let status = status_words(&self.status);
        let ignored = match self.is_ignored {
            Some(true) => "ignored",
            Some(false) => "not ignored",
            None => "may be ignored",
        };
        format!("{status}, {ignored}")
    }
}

/// Returns a status in words.
#[must_use]
pub fn status_words(status: &IssueStatus) -> &str {
    match status {
        IssueStatus::Open => "Open",
        IssueStatus::Resolved => "Resolved",
        IssueStatus::Other(word) if word == unknown::WORD => unknown::LABEL,
        IssueStatus::Other(word) => word,
    }
}

/// Returns the first id and the number of the others: `CVE-2022-0686 +2`.
#[must_use]
pub fn first_of(ids: &[Named]) -> Option<String> {
    let (first, more) = ids.split_first()?;
    Some(if more.is_empty() {
        first.id.to_string()
    } else {
        format!("{} +{}", first.id, more.len())
    })
}

/// Returns a kind in words.
#[must_use]
pub fn kind_words(kind: &IssueKind) -> &str {
    match kind {
        IssueKind::PackageVulnerability => "Vulnerable package",
        IssueKind::License => "License",
        IssueKind::Cloud => "Cloud resource",
        IssueKind::Code => "Code",
        IssueKind::Custom => "Custom rule",
        IssueKind::Config => "Configuration",
        IssueKind::Other(word) if word == unknown::WORD => unknown::LABEL,
        IssueKind::Other(word) => word,
    }
}

/// The hosts of the catalogues. Their subdomains count too.
const CATALOGUES: [&str; 5] = ["snyk.io", "nist.gov", "cve.org", "mitre.org", "github.com"];

/// Returns an address if it is one of a known catalogue. Snyk sends text, which may be
/// `javascript:`, and a link out of the app should lead where people expect.
#[must_use]
pub fn catalogue_address(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_known = CATALOGUES.iter().any(|known| {
        host.strip_suffix(known)
            .is_some_and(|below| below.is_empty() || below.ends_with('.'))
    });
    // The host consists only of characters of names: no port, no user name, nothing that browsers
    // interpret differently.
    let is_name = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let is_plain = address
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_known && is_name && is_plain && address.len() <= 2_048).then_some(address)
}

/// Returns the address of a weakness in MITRE's catalogue, where Snyk gives none.
fn cwe_address(id: &str) -> Option<String> {
    let number = id.get("CWE-".len()..)?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("https://cwe.mitre.org/data/definitions/{number}.html"))
}

/// Returns a rating in words, and its vector.
fn rating(cvss: Cvss) -> Option<Rating> {
    let tenths = cvss.tenths?;
    let version = cvss
        .version
        .map_or_else(|| "CVSS".to_owned(), |version| format!("CVSS {version}"));
    let source = cvss
        .source
        .map_or_else(String::new, |source| format!(", {source}"));
    let words = format!("{}.{} ({version}{source})", tenths / 10, tenths % 10);
    Some(Rating {
        words: words.into(),
        vector: cvss.vector.map(Into::into),
    })
}

fn instructions(places: &[Coordinate]) -> Box<[Box<str>]> {
    let mut each: Vec<Box<str>> = Vec::new();
    let all = places.iter().flat_map(|place| &place.remedies);
    for text in all.filter_map(|remedy| remedy.description.as_deref()) {
        if !each.iter().any(|known| **known == *text.trim()) {
            each.push(text.trim().into());
        }
    }
    each.into()
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
        // A version without a package is no location.
        (None, _) => None,
    }
}

fn source_file(places: &[Coordinate]) -> Option<(Box<str>, Option<u64>)> {
    representations(places).find_map(|one| {
        let location = one.source_location.as_ref()?;
        let file = location.file.as_deref()?;
        Some((file.into(), location.line.filter(|line| *line > 0)))
    })
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
pub(in crate::data) mod tests;
