//! Issues: what Snyk found.

use serde::Deserialize;

use super::{lenient, word::open_words};

/// An issue.
#[derive(Clone, Debug, Deserialize)]
pub struct Issue {
    /// Snyk's id.
    pub id: String,
    /// What is known of it.
    pub attributes: IssueAttributes,
    /// Where it was found.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub relationships: IssueRelationships,
}

/// What is known of an issue.
#[derive(Clone, Debug, Deserialize)]
pub struct IssueAttributes {
    /// What it is the same issue by, from test to test.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: IssueKind,
    /// How bad it is, with policies counted in.
    pub effective_severity_level: Severity,
    /// Whether it is still there.
    pub status: IssueStatus,
    /// Whether somebody chose to ignore it.
    pub ignored: bool,
    /// When it was first seen, RFC 3339.
    pub created_at: String,
    /// When it last changed, RFC 3339.
    pub updated_at: String,
    /// What is behind it: vulnerabilities and rules by their ids in several catalogues.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub problems: Vec<Problem>,
    /// Which kinds of weakness it belongs to.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub classes: Vec<Class>,
    /// Where it is, and whether it can be fixed there.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
    pub coordinates: Vec<Coordinate>,
    /// How much it matters, where Snyk reckons that.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// How it went away.
    #[serde(default)]
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
#[derive(Clone, Debug, Deserialize)]
pub struct Problem {
    /// Its id in the catalogue: `CVE-2022-0686`, `SNYK-JS-…`.
    pub id: String,
    /// The catalogue, an open set.
    pub source: String,
    /// Where it is described.
    #[serde(default)]
    pub url: Option<String>,
}

/// A kind of weakness.
#[derive(Clone, Debug, Deserialize)]
pub struct Class {
    /// Its id in the catalogue: `CWE-79`.
    pub id: String,
    /// The catalogue, an open set.
    pub source: String,
    /// Where it is described.
    #[serde(default)]
    pub url: Option<String>,
}

/// A place of an issue. Each flag may be missing, which is not the same as no.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Coordinate {
    /// Whether a person can fix it.
    #[serde(default)]
    pub is_fixable_manually: Option<bool>,
    /// Whether Snyk can fix it.
    #[serde(default)]
    pub is_fixable_snyk: Option<bool>,
    /// Whether the package's people have fixed it.
    #[serde(default)]
    pub is_fixable_upstream: Option<bool>,
    /// Whether a patch fixes it.
    #[serde(default)]
    pub is_patchable: Option<bool>,
    /// Whether pinning a version fixes it.
    #[serde(default)]
    pub is_pinnable: Option<bool>,
    /// Whether an upgrade fixes it.
    #[serde(default)]
    pub is_upgradeable: Option<bool>,
    /// Whether the code is reached.
    #[serde(default)]
    pub reachability: Option<Reachability>,
    /// What exactly is meant.
    #[serde(default, deserialize_with = "lenient::null_is_default")]
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
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Representation {
    /// A package.
    #[serde(default)]
    pub dependency: Option<Dependency>,
    /// A place in the code.
    #[serde(default, rename = "sourceLocation")]
    pub source_location: Option<SourceLocation>,
    /// A path within a configuration.
    #[serde(default, rename = "resourcePath")]
    pub resource_path: Option<String>,
    /// A resource in a cloud.
    #[serde(default)]
    pub cloud_resource: Option<CloudResource>,
}

/// A package in one version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Dependency {
    /// Its name.
    pub package_name: String,
    /// Its version.
    pub package_version: String,
}

/// A place in the code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SourceLocation {
    /// The file.
    pub file: String,
    /// Where in the file.
    #[serde(default)]
    pub region: Option<Region>,
}

/// A stretch of a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Region {
    /// Its first character.
    pub start: Position,
}

/// A character's place, as Snyk counts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Position {
    /// The line.
    #[serde(default, deserialize_with = "lenient::count")]
    pub line: u64,
}

/// A resource in a cloud.
#[derive(Clone, Debug, Deserialize)]
pub struct CloudResource {
    /// The resource.
    #[serde(default)]
    pub resource: Option<Resource>,
}

/// What is known of a cloud's resource.
#[derive(Clone, Debug, Deserialize)]
pub struct Resource {
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// What it is.
    #[serde(default)]
    pub resource_type: Option<String>,
}

/// How much an issue matters.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Risk {
    /// The score, where there is one.
    #[serde(default)]
    pub score: Option<RiskScore>,
}

/// A risk score.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RiskScore {
    /// 0 to 1,000.
    #[serde(deserialize_with = "lenient::count")]
    pub value: u64,
}

/// How an issue went away.
#[derive(Clone, Debug, Deserialize)]
pub struct Resolution {
    /// How, an open set: `fixed`, `disappeared`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When, RFC 3339.
    #[serde(default)]
    pub resolved_at: Option<String>,
}

/// Where an issue was found.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct IssueRelationships {
    /// The project or environment.
    #[serde(default)]
    pub scan_item: Option<ScanItem>,
}

/// A project or environment.
#[derive(Clone, Debug, Deserialize)]
pub struct ScanItem {
    /// The linkage.
    pub data: ScanItemLinkage,
}

/// Which project or environment.
#[derive(Clone, Debug, Deserialize)]
pub struct ScanItemLinkage {
    /// Snyk's id.
    pub id: String,
    /// `project`, `environment`, or a word to come.
    #[serde(rename = "type")]
    pub kind: String,
}
