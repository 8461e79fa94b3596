//! Issues that Snyk found.

use super::{read_id, word::open_words};
use crate::json::{FromValue, Object, Value};

/// An issue.
#[derive(Clone, Debug)]
pub struct Issue {
    /// Snyk's id of the issue.
    pub id: String,
    /// The attributes of the issue.
    pub attributes: IssueAttributes,
    /// The project or environment where the issue was found.
    pub scan_item: Option<ScanItem>,
}

/// The attributes of an issue.
#[derive(Clone, Debug, Default)]
pub struct IssueAttributes {
    /// The key that identifies the same issue across tests.
    pub key: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The description, in Markdown without links.
    pub description: Option<String>,
    /// The kind of issue.
    pub kind: Option<IssueKind>,
    /// The severity after policies have been applied.
    pub effective_severity_level: Option<Severity>,
    /// Whether the issue is open or resolved.
    pub status: Option<IssueStatus>,
    /// Whether the issue is ignored.
    pub ignored: Option<bool>,
    /// Time of the first detection, RFC 3339.
    pub created_at: Option<String>,
    /// Time of the last change, RFC 3339.
    pub updated_at: Option<String>,
    /// The vulnerabilities and rules behind the issue, with their ids in several catalogues.
    pub problems: Vec<Problem>,
    /// The classes of weakness that the issue belongs to.
    pub classes: Vec<Class>,
    /// The locations of the issue, and whether it can be fixed there.
    pub coordinates: Vec<Coordinate>,
    /// The risk score, 0 to 1,000, where Snyk computes one.
    pub score: Option<u64>,
    /// The CVSS ratings, by source.
    pub severities: Vec<Cvss>,
    /// How the issue was resolved.
    pub resolution: Option<Resolution>,
}

/// A CVSS rating of an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cvss {
    /// Who rated the issue: `Snyk`, `NVD`.
    pub source: Option<String>,
    /// The score in tenths, 0 to 100.
    pub tenths: Option<u64>,
    /// The vector: `CVSS:3.1/AV:N/…`.
    pub vector: Option<String>,
    /// The version of CVSS: `3.1`.
    pub version: Option<String>,
}

open_words! {
    /// The severity of an issue.
    pub enum Severity {
        /// Critical.
        Critical = "critical",
        /// High.
        High = "high",
        /// Medium.
        Medium = "medium",
        /// Low.
        Low = "low",
        /// Informational.
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
        /// A licence that violates a policy.
        Code = "code",
        /// Defined by an organization itself.
        Custom = "custom",
        /// A weakness of a configuration.
        Config = "config",
    }
}

open_words! {
    /// The status of an issue.
    pub enum IssueStatus {
        /// The issue is still present.
        Open = "open",
        /// The issue is no longer present.
        Resolved = "resolved",
    }
}

/// A vulnerability or rule behind an issue.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The id in the catalogue: `CVE-2022-0686`, `SNYK-JS-…`.
    pub id: String,
    /// The catalogue; an open set.
    pub source: Option<String>,
    /// URL of the description.
    pub url: Option<String>,
}

/// A class of weakness.
#[derive(Clone, Debug)]
pub struct Class {
    /// The id in the catalogue: `CWE-79`.
    pub id: String,
    /// The catalogue; an open set.
    pub source: Option<String>,
    /// URL of the description.
    pub url: Option<String>,
}

/// A location of an issue. Each flag may be missing, which is not the same as `false`.
#[derive(Clone, Debug, Default)]
pub struct Coordinate {
    /// Whether the issue can be fixed manually.
    pub is_fixable_manually: Option<bool>,
    /// Whether Snyk can fix the issue automatically.
    pub is_fixable_snyk: Option<bool>,
    /// Whether the package's maintainers have fixed the issue.
    pub is_fixable_upstream: Option<bool>,
    /// Whether a patch fixes the issue.
    pub is_patchable: Option<bool>,
    /// Whether pinning a version fixes the issue.
    pub is_pinnable: Option<bool>,
    /// Whether an upgrade fixes the issue.
    pub is_upgradeable: Option<bool>,
    /// Whether the vulnerable code is reachable.
    pub reachability: Option<Reachability>,
    /// The packages, source locations or resources at this location.
    pub representations: Vec<Representation>,
    /// The ways to fix the issue, in Markdown without links.
    pub remedies: Vec<Remedy>,
}

/// A way to fix an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// The instructions.
    pub description: Option<String>,
}

open_words! {
    /// The reachability of vulnerable code.
    pub enum Reachability {
        /// A path to the function was found.
        Function = "function",
        /// A path to the package was found.
        Package = "package",
        /// No path was found.
        NoInfo = "no-info",
        /// Reachability does not apply to this kind of issue.
        NotApplicable = "not-applicable",
    }
}

/// The object that has an issue: one of these members, or something that this version does not
/// know.
#[derive(Clone, Debug, Default)]
pub struct Representation {
    /// A package.
    pub dependency: Option<Dependency>,
    /// A location in the source code.
    pub source_location: Option<SourceLocation>,
    /// A path within a configuration file.
    pub resource_path: Option<String>,
    /// A cloud resource.
    pub cloud_resource: Option<CloudResource>,
}

/// A package at one version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependency {
    /// The name of the package.
    pub package_name: Option<String>,
    /// The version of the package.
    pub package_version: Option<String>,
}

/// A location in the source code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceLocation {
    /// The path of the file.
    pub file: Option<String>,
    /// The first line, as numbered by Snyk.
    pub line: Option<u64>,
}

/// A cloud resource.
#[derive(Clone, Debug, Default)]
pub struct CloudResource {
    /// The name of the resource.
    pub name: Option<String>,
    /// The type of the resource.
    pub resource_type: Option<String>,
}

/// The resolution of an issue.
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    /// The kind of resolution, an open set: `fixed`, `disappeared`.
    pub kind: Option<String>,
    /// Time of the resolution, RFC 3339.
    pub resolved_at: Option<String>,
}

/// The project or environment where an issue was found.
#[derive(Clone, Debug, Default)]
pub struct ScanItem {
    /// Snyk's id of the project or environment.
    pub id: Option<String>,
    /// `project`, `environment`, or an unknown kind.
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
            description: attributes.take_text("description"),
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
            severities: attributes.take("severities").unwrap_or_default(),
            resolution: attributes.take("resolution"),
        })
    }
}

impl FromValue for Cvss {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked, and the number is whole"
    )]
    fn from_value(value: Value) -> Option<Self> {
        let mut rating = value.into_object()?;
        let tenths = match rating.take_any("score") {
            Some(Value::Number(score)) if (0.0..=10.0).contains(&score) => {
                Some((score * 10.0).round() as u64)
            }
            _ => None,
        };
        Some(Self {
            source: rating.take_text("source"),
            tenths,
            vector: rating.take_text("vector"),
            version: rating.take_text("version"),
        })
    }
}

impl FromValue for Remedy {
    fn from_value(value: Value) -> Option<Self> {
        Some(Self {
            description: value.into_object()?.take_text("description"),
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
            remedies: coordinate.take("remedies").unwrap_or_default(),
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
