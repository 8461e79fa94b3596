//! What to do about an issue: the kind of fix, Snyk's instructions and the description.

use leptos::prelude::*;

use super::{place::Place, remediation_icon::remediation_icon};
use crate::{
    components::open_in_snyk::{OpenInSnyk, at_snyk},
    data::issues::{remediation::reached_sentence, row::Row},
    reactive::{Signal, derive},
    session::SessionContext,
    snyk_links,
};

/// Returns the fix that Snyk knows, its instructions, and the link to the issue at Snyk, which has
/// what its API leaves out: the path of the dependency and the version to upgrade to.
pub(super) fn advice(place: Signal<Place>, row: &Row) -> impl IntoView + use<> {
    let known = row.way.advice(row.package.as_deref());
    let reached = row.reached.as_ref().and_then(reached_sentence);
    let icon = remediation_icon(row.way);
    let instructions = row
        .instructions
        .iter()
        .map(|text| view! { <p class="prose"><bdi>{text.to_string()}</bdi></p> })
        .collect_view();
    let snyk_id = row.snyk_ids.first().map(|named| named.id.to_string());
    let session = SessionContext::get();
    let address = derive(move || {
        let Place {
            connection,
            org,
            project,
        } = place.get();
        at_snyk(session, &connection, &org, |authorize, slug| {
            let issue = snyk_id.as_deref()?;
            snyk_links::issue_at_snyk(authorize, slug, &project, issue)
        })
    });
    let is_empty = known.is_none() && row.instructions.is_empty();
    let fix = known.map(|(title, text)| {
        view! {
            <p>
                {icon}
                <strong>
                    <bdi>{title}</bdi>
                </strong>
            </p>
            <p class="second">{text} " " {reached}</p>
        }
    });
    let box_of = (!is_empty).then(|| view! { <div class="advice">{fix} {instructions}</div> });
    view! {
        {box_of}
        <OpenInSnyk address />
    }
}

/// Returns the description of an issue.
pub(super) fn description(row: &Row) -> Option<impl IntoView + use<>> {
    let text = row.description.as_deref()?.to_owned();
    Some(view! {
        <p class="prose">
            <bdi>{text}</bdi>
        </p>
    })
}
