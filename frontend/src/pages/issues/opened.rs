//! The issue of a project's list that is shown in full.

use leptos::prelude::*;

use super::{broken::Broken, detail::Opened, place::Place, state::IssuesState};
use crate::{
    components::table::Key,
    data::{issues::summary::Absent, name::Parts},
    reactive::memo,
};

/// Returns the issue that is shown in full, for the panel or its page.
pub fn opened(state: IssuesState) -> Opened {
    let row = memo(move |_| {
        state.held.track();
        let selected = state.panel.selected.get();
        selected.and_then(|key| state.rows.row_now(key))
    });
    let absent = memo(move |_| {
        let read = state.read.get();
        state.status.with(|status| Absent::of(status, read)).told()
    });
    let place = memo(move |_| Place {
        connection: state.connection.get(),
        org: state.org.get_value(),
        project: state.project.get_value(),
    });
    let list = memo(move |_| match state.head.get() {
        Some(Ok(head)) => short_name(head.parts()),
        _ => "All issues".to_owned(),
    });
    let neighbour = move |key: Option<Key>| {
        let row = state.rows.row(key?)?;
        Some((row.id.to_string(), row.title.to_string()))
    };
    Opened {
        panel: state.panel,
        row,
        absent,
        place,
        list,
        neighbours: memo(move |_| {
            let (before, after) = state.panel.neighbours();
            [neighbour(before), neighbour(after)]
        }),
        below_title: Callback::new(|()| ().into_any()),
        broken: Callback::new(move |()| view! { <Broken state /> }.into_any()),
    }
}

/// Returns a project's name without its folders.
fn short_name(parts: Parts<'_>) -> String {
    let path = match (parts.folder.is_empty(), parts.file) {
        (_, "") => String::new(),
        (true, file) => format!(":{file}"),
        (false, file) => format!(":…/{file}"),
    };
    format!("{}{path}", parts.target)
}
