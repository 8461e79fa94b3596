//! Issues: what Snyk found.

use super::{read_id, word::open_words};
use crate::json::{FromValue, Object, Value};

/// An issue.
#[derive(Clone, Debug)]
pub struct Issue {
    /// Snyk's id.
    pub id: String,
    /// What is known of it.
    pub attributes: IssueAttributes,
    /// Where it was found.
    pub scan_item: Option<ScanItem>,
}

/// What is known of an issue.
#[derive(Clone, Debug, Default)]
pub struct IssueAttributes {
    /// What it is the same issue by, from test to test.
    pub key: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its kind.
    pub kind: Option<IssueKind>,
    /// How bad it is, with policies counted in.
    pub effective_severity_level: Option<Severity>,
    /// Whether it is still there.
    pub status: Option<IssueStatus>,
    /// Whether somebody chose to ignore it.
    pub ignored: Option<bool>,
    /// When it was first seen, RFC 3339.
    pub created_at: Option<String>,
    /// When it last changed, RFC 3339.
    pub updated_at: Option<String>,
    /// What is behind it: vulnerabilities and rules by their ids in several catalogues.
    pub problems: Vec<Problem>,
    /// Which kinds of weakness it belongs to.
    pub classes: Vec<Class>,
    /// Where it is, and whether it can be fixed there.
    pub coordinates: Vec<Coordinate>,
    /// How much it matters, 0 to 1,000, where Snyk reckons that.
    pub score: Option<u64>,
    /// How it went away.
    pub resolution: Option<Resolution>,
}

open_words! {
    /// How bad an issue is.
    pub enum Severity {
        /// Critical.
        Critical = "critical",
        /// High.
        High = "high",
        /// Medium.
        Medium = "medium",
        /// Low.
        Low = "low",
        /// For information.
        Info = "info",
    }
}

open_words! {
    /// The kind of an issue.
    pub enum IssueKind {
        /// A vulnerability of a package.
        PackageVulnerability = "package_vulnerability",
        /// A licence that a policy speaks of.
        License = "license",
        /// A weakness of a cloud resource.
        Cloud = "cloud",
        /// A weakness of the code itself.
        Code = "code",
        /// Of an organization's own making.
        Custom = "custom",
        /// A weakness of a configuration.
        Config = "config",
    }
}

open_words! {
    /// Whether an issue is still there.
    pub enum IssueStatus {
        /// It is.
        Open = "open",
        /// Not any more.
        Resolved = "resolved",
    }
}

/// A vulnerability or rule behind an issue.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Its id in the catalogue: `CVE-2022-0686`, `SNYK-JS-…`.
    pub id: String,
    /// The catalogue, an open set.
    pub source: Option<String>,
    /// Where it is described.
    pub url: Option<String>,
}

/// A kind of weakness.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its id in the catalogue: `CWE-79`.
    pub id: String,
    /// The catalogue, an open set.
    pub source: Option<String>,
    /// Where it is described.
    pub url: Option<String>,
}

/// A place of an issue. Each flag may be missing, which is not the same as no.
#[derive(Clone, Debug, Default)]
pub struct Coordinate {
    /// Whether a person can fix it.
    pub is_fixable_manually: Option<bool>,
    /// Whether Snyk can fix it.
    pub is_fixable_snyk: Option<bool>,
    /// Whether the package's people have fixed it.
    pub is_fixable_upstream: Option<bool>,
    /// Whether a patch fixes it.
    pub is_patchable: Option<bool>,
    /// Whether pinning a version fixes it.
    pub is_pinnable: Option<bool>,
    /// Whether an upgrade fixes it.
    pub is_upgradeable: Option<bool>,
    /// Whether the code is reached.
    pub reachability: Option<Reachability>,
    /// What exactly is meant.
    pub representations: Vec<Representation>,
}

open_words! {
    /// Whether code with an issue is reached.
    pub enum Reachability {
        /// A path to the function was found.
        Function = "function",
        /// A path to the package was found.
        Package = "package",
        /// No path was found.
        NoInfo = "no-info",
        /// The question does not arise.
        NotApplicable = "not-applicable",
    }
}

/// What exactly has an issue: one of these, or something that this version does not know.
#[derive(Clone, Debug, Default)]
pub struct Representation {
    /// A package.
    pub dependency: Option<Dependency>,
    /// A place in the code.
    pub source_location: Option<SourceLocation>,
    /// A path within a configuration.
    pub resource_path: Option<String>,
    /// A resource in a cloud.
    pub cloud_resource: Option<CloudResource>,
}

/// A package in one version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependency {
    /// Its name.
    pub package_name: Option<String>,
    /// Its version.
    pub package_version: Option<String>,
}

/// A place in the code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceLocation {
    /// The file.
    pub file: Option<String>,
    /// The line at which it begins, as Snyk counts.
    pub line: Option<u64>,
}

/// A resource in a cloud.
#[derive(Clone, Debug, Default)]
pub struct CloudResource {
    /// Its name.
    pub name: Option<String>,
    /// What it is.
    pub resource_type: Option<String>,
}

/// How an issue went away.
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    /// How, an open set: `fixed`, `disappeared`.
    pub kind: Option<String>,
    /// When, RFC 3339.
    pub resolved_at: Option<String>,
}

/// The project or environment where an issue was found.
#[derive(Clone, Debug, Default)]
pub struct ScanItem {
    /// Snyk's id.
    pub id: Option<String>,
    /// `project`, `environment`, or a word to come.
    pub kind: Option<String>,
}

impl FromValue for Issue {
    fn from_value(value: Value) -> Option<Self> {
        let mut issue = value.into_object()?;
        Some(Self {
            id: read_id(&mut issue)?,
            attributes: issue.take("attributes").unwrap_or_default(),
            scan_item: issue
                .take("relationships")
                .and_then(|mut relationships: Object| relationships.take("scan_item"))
                .and_then(|mut scan_item: Object| scan_item.take("data")),
        })
    }
}

impl FromValue for IssueAttributes {
    fn from_value(value: Value) -> Option<Self> {
        let mut attributes = value.into_object()?;
        Some(Self {
            key: attributes.take_text("key"),
            title: attributes.take_text("title"),
            kind: attributes.take("type"),
            effective_severity_level: attributes.take("effective_severity_level"),
            status: attributes.take("status"),
            ignored: attributes.take("ignored"),
            created_at: attributes.take_text("created_at"),
            updated_at: attributes.take_text("updated_at"),
            problems: attributes.take("problems").unwrap_or_default(),
            classes: attributes.take("classes").unwrap_or_default(),
            coordinates: attributes.take("coordinates").unwrap_or_default(),
            score: attributes
                .take("risk")
                .and_then(|mut risk: Object| risk.take("score"))
                .and_then(|mut score: Object| score.take("value")),
            resolution: attributes.take("resolution"),
        })
    }
}

impl FromValue for Problem {
    fn from_value(value: Value) -> Option<Self> {
        let mut problem = value.into_object()?;
        Some(Self {
            id: read_id(&mut problem)?,
            source: problem.take_text("source"),
            url: problem.take_text("url"),
        })
    }
}

impl FromValue for Class {
    fn from_value(value: Value) -> Option<Self> {
        let mut class = value.into_object()?;
        Some(Self {
            id: read_id(&mut class)?,
            source: class.take_text("source"),
            url: class.take_text("url"),
        })
    }
}

impl FromValue for Coordinate {
    fn from_value(value: Value) -> Option<Self> {
        let mut coordinate = value.into_object()?;
        Some(Self {
            is_fixable_manually: coordinate.take("is_fixable_manually"),
            is_fixable_snyk: coordinate.take("is_fixable_snyk"),
            is_fixable_upstream: coordinate.take("is_fixable_upstream"),
            is_patchable: coordinate.take("is_patchable"),
            is_pinnable: coordinate.take("is_pinnable"),
            is_upgradeable: coordinate.take("is_upgradeable"),
            reachability: coordinate.take("reachability"),
            representations: coordinate.take("representations").unwrap_or_default(),
        })
    }
}

impl FromValue for Representation {
    fn from_value(value: Value) -> Option<Self> {
        let mut representation = value.into_object()?;
        Some(Self {
            dependency: representation.take("dependency"),
            source_location: representation.take("sourceLocation"),
            resource_path: representation.take_text("resourcePath"),
            cloud_resource: representation
                .take("cloud_resource")
                .and_then(|mut cloud: Object| cloud.take("resource")),
        })
    }
}

impl FromValue for Dependency {
    fn from_value(value: Value) -> Option<Self> {
        let mut dependency = value.into_object()?;
        Some(Self {
            package_name: dependency.take_text("package_name"),
            package_version: dependency.take_text("package_version"),
        })
    }
}

impl FromValue for SourceLocation {
    fn from_value(value: Value) -> Option<Self> {
        let mut location = value.into_object()?;
        Some(Self {
            file: location.take_text("file"),
            line: location
                .take("region")
                .and_then(|mut region: Object| region.take("start"))
                .and_then(|mut start: Object| start.take("line")),
        })
    }
}

impl FromValue for CloudResource {
    fn from_value(value: Value) -> Option<Self> {
        let mut resource = value.into_object()?;
        Some(Self {
            name: resource.take_text("name"),
            resource_type: resource.take_text("resource_type"),
        })
    }
}

impl FromValue for Resolution {
    fn from_value(value: Value) -> Option<Self> {
        let mut resolution = value.into_object()?;
        Some(Self {
            kind: resolution.take_text("type"),
            resolved_at: resolution.take_text("resolved_at"),
        })
    }
}

impl FromValue for ScanItem {
    fn from_value(value: Value) -> Option<Self> {
        let mut linkage = value.into_object()?;
        Some(Self {
            id: linkage.take_text("id"),
            kind: linkage.take_text("type"),
        })
    }
}
