//! Targets: the filtered list, and a single target.

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::admit::{Operation, admit, check_uuid};
use super::document::{self, Problem};
use super::pagination::{self, Limits, Listing};
use super::parameters::{flag, instant, words};
use crate::form::Form;
use crate::state::Sandbox;
use crate::world::estate::Estate;
use crate::world::id::Kind;
use crate::world::target::Target;

const SCOPES: &[&str] = &["org.project.read"];
const RELEASED: &str = "2024-02-21";
#[rustfmt::skip]
const SOURCE_TYPES: [&str; 33] = [
    "bitbucket-server", "gitlab", "github-enterprise", "bitbucket-cloud", "bitbucket-connect-app",
    "azure-repos", "github", "github-cloud-app", "github-server-app", "cli", "docker-hub",
    "in-memory-fs", "acr", "ecr", "gcr", "artifactory-cr", "harbor-cr", "quay-cr", "github-cr",
    "nexus-cr", "nexus-private-repo", "digitalocean-cr", "gitlab-cr", "google-artifact-cr",
    "heroku", "kubernetes", "api", "aws-lambda", "azure-functions", "cloud-foundry", "pivotal",
    "ibm-cloud", "terraform-cloud",
];

/// `GET /rest/orgs/{org_id}/targets`
pub(crate) async fn list(
    State(sandbox): State<Sandbox>,
    Path(org_id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let operation = Operation {
        scopes: SCOPES,
        released: RELEASED,
        parameters: &[&super::PAGING, &Filter::PARAMETERS, &["count"]],
    };
    let caller = admit(&sandbox, &headers, &uri, &operation)?;
    let filter = Filter::read(&caller.form)?;
    let wants_count = flag(&caller.form, "count")?.unwrap_or_default();
    let estate = sandbox.world().estate(&caller.org(&org_id)?);
    let targets = Targets {
        estate: &estate,
        filter,
    };
    let page = pagination::page(&caller.form, Limits::Any, &targets)?;
    let links = page.links(&caller, &uri, || sandbox.next_form());
    let data: Value = page
        .indices
        .iter()
        .map(|index| resource(&estate, Target::new(&estate, *index)))
        .collect();
    let mut body = json!({"data": data, "links": links});
    if wants_count {
        body["meta"] = json!({"count": pagination::count(&targets)});
    }
    Ok(document::answer(&caller, body))
}

/// `GET /rest/orgs/{org_id}/targets/{target_id}`
pub(crate) async fn one(
    State(sandbox): State<Sandbox>,
    Path((org_id, target_id)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let operation = Operation {
        scopes: SCOPES,
        released: RELEASED,
        parameters: &[],
    };
    let caller = admit(&sandbox, &headers, &uri, &operation)?;
    let estate = sandbox.world().estate(&caller.org(&org_id)?);
    check_uuid("target_id", &target_id)?;
    let index = estate
        .index_of(Kind::Target, &target_id)
        .ok_or_else(|| Problem::not_there("target"))?;
    let data = resource(&estate, Target::new(&estate, index));
    Ok(document::one(&caller, &uri, &data))
}

struct Targets<'a> {
    estate: &'a Estate,
    filter: Filter,
}

impl Listing for Targets<'_> {
    fn len(&self) -> usize {
        self.estate.targets()
    }

    fn matches(&self, index: usize) -> bool {
        self.filter.passes(Target::new(self.estate, index))
    }

    fn id(&self, index: usize) -> String {
        Target::new(self.estate, index).id()
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.estate.index_of(Kind::Target, id)
    }
}

/// The filters of a query. An absent filter accepts everything.
#[derive(Debug)]
struct Filter {
    is_private: Option<bool>,
    exclude_empty: bool,
    url: Option<String>,
    source_types: Option<Vec<String>>,
    display_name: Option<String>,
    created_gte: Option<Timestamp>,
}

impl Filter {
    const PARAMETERS: [&str; 6] = [
        "is_private",
        "exclude_empty",
        "url",
        "source_types",
        "display_name",
        "created_gte",
    ];

    fn read(form: &Form) -> Result<Self, Problem> {
        Ok(Self {
            is_private: flag(form, "is_private")?,
            exclude_empty: flag(form, "exclude_empty")?.unwrap_or(true),
            url: form.get("url").map(str::to_owned),
            source_types: words(form, "source_types", &SOURCE_TYPES)?,
            display_name: form.get("display_name").map(str::to_owned),
            created_gte: instant(form, "created_gte")?,
        })
    }

    fn passes(&self, target: Target<'_>) -> bool {
        let origin = || target.origin().0.to_owned();
        !(self.exclude_empty && target.is_empty())
            && self.is_private.is_none_or(|it| it == target.is_private())
            && self.created_gte.is_none_or(|from| target.created() >= from)
            && self
                .source_types
                .as_ref()
                .is_none_or(|it| it.contains(&origin()))
            && self
                .url
                .as_ref()
                .is_none_or(|it| target.url().as_ref() == Some(it))
            && self
                .display_name
                .as_ref()
                .is_none_or(|it| target.display_name().starts_with(it))
    }
}

fn resource(estate: &Estate, target: Target<'_>) -> Value {
    json!({
        "type": "target",
        "id": target.id(),
        "attributes": {
            "display_name": target.display_name(),
            "url": target.url(),
            "is_private": target.is_private(),
            "created_at": target.created(),
        },
        "relationships": {
            "integration": {"data": {
                "type": "integration",
                "id": target.integration_id(),
                "attributes": {"integration_type": target.origin().0},
            }},
            "organization": {"data": {"type": "org", "id": estate.org.id}},
        },
    })
}
