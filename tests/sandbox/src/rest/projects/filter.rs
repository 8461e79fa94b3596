//! Filters of the projects list.

use jiff::Timestamp;

use crate::form::Form;
use crate::rest::document::Problem;
use crate::rest::parameters::{ids, instant, list, words};
use crate::world::project::{CRITICALITIES, ENVIRONMENTS, LIFECYCLES, Project};

type List = Option<Vec<String>>;

/// The filters of a query. An absent filter accepts everything.
#[derive(Debug)]
pub(crate) struct Filter {
    target_ids: List,
    target_reference: Option<String>,
    target_file: Option<String>,
    target_runtime: Option<String>,
    ids: List,
    names: List,
    names_start_with: List,
    origins: List,
    types: List,
    tags: List,
    criticality: List,
    environment: List,
    lifecycle: List,
    importers: List,
    monitored_before: Option<Timestamp>,
    monitored_after: Option<Timestamp>,
}

impl Filter {
    /// The parameters that the filters read.
    pub(crate) const PARAMETERS: [&str; 16] = [
        "target_id",
        "target_reference",
        "target_file",
        "target_runtime",
        "ids",
        "names",
        "names_start_with",
        "origins",
        "types",
        "tags",
        "business_criticality",
        "environment",
        "lifecycle",
        "importing_user_public_id",
        "cli_monitored_before",
        "cli_monitored_after",
    ];

    /// Reads the filters of a query.
    pub(crate) fn read(form: &Form) -> Result<Self, Problem> {
        let text = |name| form.get(name).map(str::to_owned);
        let tags = list(form, "tags");
        if !tags.iter().flatten().all(|tag| is_tag(tag)) {
            return Err(Problem::parameter("tags", "must be a list of key:value"));
        }
        Ok(Self {
            target_ids: ids(form, "target_id")?,
            target_reference: text("target_reference"),
            target_file: text("target_file"),
            target_runtime: text("target_runtime"),
            ids: ids(form, "ids")?,
            names: list(form, "names"),
            names_start_with: list(form, "names_start_with"),
            origins: list(form, "origins"),
            types: list(form, "types"),
            tags,
            criticality: words(form, "business_criticality", &CRITICALITIES)?,
            environment: words(form, "environment", &ENVIRONMENTS)?,
            lifecycle: words(form, "lifecycle", &LIFECYCLES)?,
            importers: list(form, "importing_user_public_id"),
            monitored_before: instant(form, "cli_monitored_before")?,
            monitored_after: instant(form, "cli_monitored_after")?,
        })
    }

    /// Returns whether a project passes all filters. Cheap filters are checked first.
    pub(crate) fn passes(&self, project: Project<'_>) -> bool {
        any(self.types.as_ref(), |kind| kind == project.kind())
            && any(self.origins.as_ref(), |origin| origin == project.origin())
            && one(self.target_reference.as_ref(), |it| {
                it == project.reference()
            })
            && one(self.target_runtime.as_ref(), |it| {
                project.runtime() == Some(it)
            })
            && self.has_attributes(project)
            && self.is_monitored(project)
            && any(self.ids.as_ref(), |id| *id == project.id())
            && any(self.target_ids.as_ref(), |id| *id == project.target().id())
            && any(self.importers.as_ref(), |id| {
                project
                    .importer_id()
                    .is_some_and(|importer| importer == *id)
            })
            && one(self.target_file.as_ref(), |it| it == project.target_file())
            && self.is_named(project)
    }

    /// Checks the filters that require all of the given values.
    fn has_attributes(&self, project: Project<'_>) -> bool {
        all(self.criticality.as_ref(), || project.criticality())
            && all(self.environment.as_ref(), || project.environment())
            && all(self.lifecycle.as_ref(), || project.lifecycle())
            && self.tags.as_ref().is_none_or(|wanted| {
                let tags = project.tags().unwrap_or_default();
                wanted.iter().all(|tag| {
                    tags.iter()
                        .any(|(key, value)| tag.split_once(':') == Some((key, value)))
                })
            })
    }

    fn is_monitored(&self, project: Project<'_>) -> bool {
        if self.monitored_before.is_none() && self.monitored_after.is_none() {
            return true;
        }
        project.cli_monitored().is_some_and(|at| {
            self.monitored_before.is_none_or(|before| at < before)
                && self.monitored_after.is_none_or(|after| at > after)
        })
    }

    fn is_named(&self, project: Project<'_>) -> bool {
        if self.names.is_none() && self.names_start_with.is_none() {
            return true;
        }
        let name = project.name();
        any(self.names.as_ref(), |wanted| *wanted == name)
            && any(self.names_start_with.as_ref(), |begin| {
                name.starts_with(begin)
            })
    }
}

/// Returns whether a text is `key:value` with characters that Snyk permits.
fn is_tag(text: &str) -> bool {
    let made_of = |text: &str, marks: &str| {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || marks.contains(letter);
        !text.is_empty() && text.chars().all(fits)
    };
    text.split_once(':')
        .is_some_and(|(key, value)| made_of(key, "_-") && made_of(value, ":/?#@&+=%_.~-"))
}

fn one(wanted: Option<&String>, fits: impl Fn(&str) -> bool) -> bool {
    wanted.is_none_or(|wanted| fits(wanted))
}

fn any(wanted: Option<&Vec<String>>, fits: impl Fn(&String) -> bool) -> bool {
    wanted.is_none_or(|wanted| wanted.iter().any(fits))
}

fn all(wanted: Option<&Vec<String>>, given: impl Fn() -> Option<Vec<&'static str>>) -> bool {
    wanted.is_none_or(|wanted| {
        let given = given().unwrap_or_default();
        wanted.iter().all(|word| given.contains(&word.as_str()))
    })
}
