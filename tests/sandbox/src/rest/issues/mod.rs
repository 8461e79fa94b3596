//! Issues: the filtered list, and a single issue.

mod filter;
mod resource;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use serde_json::{Value, json};

use self::filter::Filter;
use self::resource::resource;
use super::admit::{Operation, admit, check_uuid};
use super::document::{self, Problem};
use super::pagination::{self, Limits, Listing};
use crate::state::Sandbox;
use crate::world::estate::Estate;
use crate::world::id::Kind;
use crate::world::issue::Issue;

const SCOPES: &[&str] = &["org.read", "org.project.read", "org.project.snapshot.read"];
const RELEASED: &str = "2024-01-23";

/// `GET /rest/orgs/{org_id}/issues`
pub(crate) async fn list(
    State(sandbox): State<Sandbox>,
    Path(org_id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    read_list(&sandbox, &org_id, &headers, &uri).map_err(Problem::without_links)
}

fn read_list(
    sandbox: &Sandbox,
    org_id: &str,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Response, Problem> {
    let operation = Operation {
        scopes: SCOPES,
        released: RELEASED,
        parameters: &[&super::PAGING, &Filter::PARAMETERS],
    };
    let caller = admit(sandbox, headers, uri, &operation)?;
    let filter = Filter::read(&caller.form)?;
    let estate = sandbox.world().estate(&caller.org(org_id)?);
    let (first, end) = match filter.scan_item() {
        None => (0, estate.issues()),
        Some(item) => range(&estate, item.id, item.is_environment),
    };
    let issues = Issues {
        estate: &estate,
        filter: &filter,
        first,
        end,
    };
    let page = pagination::page(&caller.form, Limits::Tens, &issues)?;
    let data: Value = page
        .indices
        .iter()
        .map(|index| resource(Issue::new(&estate, first + index)))
        .collect();
    let mut body = json!({"data": data});
    // Links are optional here, and omitted if there are no further pages.
    if !page.is_all() {
        body["links"] = page.links(&caller, uri, || sandbox.next_form());
    }
    Ok(document::answer(&caller, body))
}

/// `GET /rest/orgs/{org_id}/issues/{issue_id}`
pub(crate) async fn one(
    State(sandbox): State<Sandbox>,
    Path((org_id, issue_id)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    read_one(&sandbox, &org_id, &issue_id, &headers, &uri).map_err(Problem::without_links)
}

fn read_one(
    sandbox: &Sandbox,
    org_id: &str,
    issue_id: &str,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Response, Problem> {
    let operation = Operation {
        scopes: SCOPES,
        released: RELEASED,
        parameters: &[],
    };
    let caller = admit(sandbox, headers, uri, &operation)?;
    let estate = sandbox.world().estate(&caller.org(org_id)?);
    check_uuid("issue_id", issue_id)?;
    let index = estate
        .index_of(Kind::Issue, issue_id)
        .ok_or_else(|| Problem::not_there("issue"))?;
    let data = resource(Issue::new(&estate, index));
    Ok(document::one(&caller, uri, &data))
}

/// Returns the issues of a project or an environment; empty if it does not exist.
fn range(estate: &Estate, id: &str, is_environment: bool) -> (usize, usize) {
    let range = if is_environment {
        estate
            .index_of(Kind::Environment, id)
            .map(|environment| estate.issues_of_environment(environment))
    } else {
        estate.index_of(Kind::Project, id).map(|project| {
            let slot = estate.slot(project);
            slot.first_issue..slot.first_issue + slot.issues()
        })
    };
    range.map_or((0, 0), |range| (range.start, range.end))
}

struct Issues<'a> {
    estate: &'a Estate,
    filter: &'a Filter,
    first: usize,
    end: usize,
}

impl Listing for Issues<'_> {
    fn len(&self) -> usize {
        self.end - self.first
    }

    fn matches(&self, index: usize) -> bool {
        self.filter
            .passes(&Issue::new(self.estate, self.first + index))
    }

    fn id(&self, index: usize) -> String {
        Issue::new(self.estate, self.first + index).id()
    }

    fn position(&self, id: &str) -> Option<usize> {
        let index = self.estate.index_of(Kind::Issue, id)?;
        (self.first..self.end)
            .contains(&index)
            .then(|| index - self.first)
    }
}
