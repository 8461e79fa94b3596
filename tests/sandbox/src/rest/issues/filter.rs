//! Filters of the issues list.

use jiff::Timestamp;

use crate::form::Form;
use crate::rest::admit::check_uuid;
use crate::rest::document::Problem;
use crate::rest::parameters::{flag, instant, word, words};
use crate::world::estate::SEVERITIES;
use crate::world::issue::Issue;

const TYPES: [&str; 6] = [
    "package_vulnerability",
    "license",
    "cloud",
    "code",
    "custom",
    "config",
];

/// The filters of a query. An absent filter accepts everything.
#[derive(Debug)]
pub(crate) struct Filter {
    scan_item: Option<(String, bool)>,
    kind: Option<String>,
    severities: Option<Vec<String>>,
    statuses: Option<Vec<String>>,
    ignored: Option<bool>,
    created_before: Option<Timestamp>,
    created_after: Option<Timestamp>,
    updated_before: Option<Timestamp>,
    updated_after: Option<Timestamp>,
}

/// The scan item that the issues belong to.
#[derive(Debug)]
pub(crate) struct ScanItem<'a> {
    pub(crate) id: &'a str,
    /// Whether it is an environment; otherwise it is a project.
    pub(crate) is_environment: bool,
}

impl Filter {
    /// The parameters that the filters read.
    pub(crate) const PARAMETERS: [&str; 10] = [
        "scan_item.id",
        "scan_item.type",
        "type",
        "effective_severity_level",
        "status",
        "ignored",
        "created_before",
        "created_after",
        "updated_before",
        "updated_after",
    ];

    /// Reads the filters of a query. The two parameters of a scan item require each other.
    pub(crate) fn read(form: &Form) -> Result<Self, Problem> {
        let item_type = word(form, "scan_item.type", &["project", "environment"])?;
        let scan_item = match (form.get("scan_item.id"), item_type) {
            (None, None) => None,
            (Some(id), Some(item_type)) => {
                check_uuid("scan_item.id", id)?;
                Some((id.to_owned(), item_type == "environment"))
            }
            (Some(_), None) => {
                return Err(Problem::parameter(
                    "scan_item.type",
                    "must stand beside 'scan_item.id'",
                ));
            }
            (None, Some(_)) => {
                return Err(Problem::parameter(
                    "scan_item.id",
                    "must stand beside 'scan_item.type'",
                ));
            }
        };
        Ok(Self {
            scan_item,
            kind: word(form, "type", &TYPES)?.map(str::to_owned),
            severities: words(form, "effective_severity_level", &SEVERITIES)?,
            statuses: words(form, "status", &["open", "resolved"])?,
            ignored: flag(form, "ignored")?,
            created_before: instant(form, "created_before")?,
            created_after: instant(form, "created_after")?,
            updated_before: instant(form, "updated_before")?,
            updated_after: instant(form, "updated_after")?,
        })
    }

    /// Returns the query's scan item. The list is restricted to it before any other filter.
    pub(crate) fn scan_item(&self) -> Option<ScanItem<'_>> {
        self.scan_item
            .as_ref()
            .map(|(id, is_environment)| ScanItem {
                id,
                is_environment: *is_environment,
            })
    }

    /// Returns whether an issue passes all other filters.
    pub(crate) fn passes(&self, issue: &Issue<'_>) -> bool {
        let has = |list: &Option<Vec<String>>, word: &str| {
            list.as_ref()
                .is_none_or(|list| list.iter().any(|known| known == word))
        };
        has(&self.severities, issue.severity())
            && has(&self.statuses, status(issue))
            && self.ignored.is_none_or(|it| it == issue.is_ignored)
            && self.kind.as_ref().is_none_or(|it| it == issue.kind())
            && self.created_before.is_none_or(|it| issue.created() < it)
            && self.created_after.is_none_or(|it| issue.created() > it)
            && self.updated_before.is_none_or(|it| issue.updated() < it)
            && self.updated_after.is_none_or(|it| issue.updated() > it)
    }
}

/// Returns an issue's status, as Snyk writes it.
pub(crate) fn status(issue: &Issue<'_>) -> &'static str {
    if issue.is_open { "open" } else { "resolved" }
}
