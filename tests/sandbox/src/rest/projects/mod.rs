//! Projects: the filtered list, and a single project.

mod filter;
mod resource;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use serde_json::{Value, json};

use self::filter::Filter;
use self::resource::{Extras, resource};
use super::admit::{Operation, admit, check_uuid};
use super::document::{self, Problem};
use super::pagination::{self, Limits, Listing};
use super::parameters;
use crate::state::Sandbox;
use crate::world::estate::Estate;
use crate::world::id::Kind;
use crate::world::project::Project;

const SCOPES: &[&str] = &["org.project.read"];
const RELEASED: &str = "2024-05-31";

/// `GET /rest/orgs/{org_id}/projects`
pub(crate) async fn list(
    State(sandbox): State<Sandbox>,
    Path(org_id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let operation = Operation {
        scopes: SCOPES,
        released: RELEASED,
        parameters: &[
            &super::PAGING,
            &Extras::PARAMETERS,
            &Filter::PARAMETERS,
            &["meta_count"],
        ],
    };
    let caller = admit(&sandbox, &headers, &uri, &operation)?;
    let extras = Extras::read(&caller.form)?;
    let filter = Filter::read(&caller.form)?;
    let only_count = parameters::word(&caller.form, "meta_count", &["only"])?.is_some();
    let estate = sandbox.world().estate(&caller.org(&org_id)?);
    let projects = Projects {
        estate: &estate,
        filter,
    };
    if only_count {
        let count = pagination::count(&projects);
        let links = json!({"self": caller.own_link(&uri)});
        let body = json!({"meta": {"count": count}, "links": links});
        return Ok(document::answer(&caller, body));
    }
    let page = pagination::page(&caller.form, Limits::Tens, &projects)?;
    let links = page.links(&caller, &uri, || sandbox.next_form());
    let data: Value = page
        .indices
        .iter()
        .map(|index| resource(Project::new(&estate, *index), extras))
        .collect();
    let body = json!({"data": data, "links": links});
    Ok(document::answer(&caller, body))
}

/// `GET /rest/orgs/{org_id}/projects/{project_id}`
pub(crate) async fn one(
    State(sandbox): State<Sandbox>,
    Path((org_id, project_id)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let operation = Operation {
        scopes: SCOPES,
        released: RELEASED,
        parameters: &[&Extras::PARAMETERS],
    };
    let caller = admit(&sandbox, &headers, &uri, &operation)?;
    let extras = Extras::read(&caller.form)?;
    let estate = sandbox.world().estate(&caller.org(&org_id)?);
    check_uuid("project_id", &project_id)?;
    let index = estate
        .index_of(Kind::Project, &project_id)
        .ok_or_else(|| Problem::not_there("project"))?;
    let data = resource(Project::new(&estate, index), extras);
    Ok(document::one(&caller, &uri, &data))
}

struct Projects<'a> {
    estate: &'a Estate,
    filter: Filter,
}

impl Listing for Projects<'_> {
    fn len(&self) -> usize {
        self.estate.projects()
    }

    fn matches(&self, index: usize) -> bool {
        self.filter.passes(Project::new(self.estate, index))
    }

    fn id(&self, index: usize) -> String {
        Project::new(self.estate, index).id()
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.estate.index_of(Kind::Project, id)
    }
}
