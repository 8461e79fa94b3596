//! A project as a row of a table.

use leptos::prelude::*;
use shared::route;

use super::{dash::dash, icon::Icon, severity, table::Head, timestamp};
use crate::data::{name::Parts, row::Row, severity::Level};
use crate::reactive::Signal;

/// Returns the view of a name in its three parts. The folder is shortened first, then the target,
/// and the file never.
#[must_use]
pub fn name(parts: Parts<'_>) -> impl IntoView + use<> {
    let Parts {
        target,
        folder,
        file,
    } = parts;
    let path = (!file.is_empty()).then(|| {
        let (folder, file) = (folder.to_owned(), file.to_owned());
        view! {
            <span class="project-path">
                <span class="project-colon">":"</span>
                <bdi class="project-folder">{folder}</bdi>
                <bdi class="project-file">{file}</bdi>
            </span>
        }
    });
    view! {
        <bdi class="project-target">{target.to_owned()}</bdi>
        {path}
    }
}

/// Returns the first cell of a project: its name as a link.
#[must_use]
pub fn name_cell(
    row: &Row,
    href: String,
    tabindex: Signal<&'static str>,
    below: String,
) -> impl IntoView + use<> {
    let inactive = row
        .is_inactive()
        .then(|| view! { <span class="project-inactive">"inactive"</span> });
    view! {
        <td role="cell" class="project-cell" data-state=row.is_inactive().then_some("inactive")>
            <a class="project-name" href=href tabindex=move || tabindex.get() title=row.name().to_owned()>
                {name(row.parts())}
            </a>
            {inactive}
            // Replaces the columns in a narrow viewport.
            <span class="project-below">
                <bdi>{below}</bdi>
            </span>
        </td>
    }
}

/// Returns a cell with one of Snyk's words.
#[must_use]
pub fn word_cell(class: &'static str, word: &str) -> impl IntoView + use<> {
    let word = word.to_owned();
    view! {
        <td role="cell" class=class>
            <bdi>{word}</bdi>
        </td>
    }
}

/// Returns the cells of the four counts. Each count opens the issues that it counts; `issues` is the
/// path of the project's issues. The table is one tab stop, so the name stays the row's only link for
/// the keyboard, and the issues can be filtered from there.
#[must_use]
pub fn count_cells(row: &Row, issues: &str) -> impl IntoView + use<> {
    match row.counts {
        Some(counts) => counts
            .each()
            .map(|(level, count)| {
                let count = match count {
                    Some(count) if count > 0 => {
                        let href = format!("{issues}?{}={}", route::SEVERITY, level.name());
                        view! {
                            <a class="figure-link" href=href tabindex="-1">
                                {severity::count(level, count)}
                                <span class="hidden">{severity::issue_words(level, count)}</span>
                            </a>
                        }
                        .into_any()
                    }
                    Some(count) => severity::count(level, count).into_any(),
                    None => dash().into_any(),
                };
                view! {
                    <td role="cell" class="figure-column">
                        {count}
                    </td>
                }
            })
            .collect_view()
            .into_any(),
        None => view! {
            <td
                role="cell"
                class="figure-column uncounted"
                aria-colspan="4"
                title="Snyk has not tested it yet"
            >
                "no issue counts"
            </td>
        }
        .into_any(),
    }
}

/// Returns the cell with the time at which the issues were counted.
#[must_use]
pub fn updated_cell(row: &Row, now: ReadSignal<f64>) -> impl IntoView + use<> {
    let updated = match row.updated {
        // The issues were counted, but the time is unknown.
        None if row.counts.is_some() => dash().into_any(),
        updated => timestamp::short(updated, now).into_any(),
    };
    view! {
        <td role="cell" class="figure-column updated-column">
            {updated}
        </td>
    }
}

/// Returns the column headers of the four counts.
#[must_use]
pub fn count_heads(sortable: bool) -> [Head; 4] {
    Level::COUNTED.map(|level| Head {
        sorts: sortable.then(|| level.name()),
        label: level.label(),
        level: Some(level),
        class: "figure-column",
    })
}

/// Returns the column header of a column of words.
#[must_use]
pub const fn word_head(
    label: &'static str,
    class: &'static str,
    sorts: Option<&'static str>,
) -> Head {
    Head {
        sorts,
        label,
        level: None,
        class,
    }
}

/// Returns the link to the page at Snyk where projects are added.
#[must_use]
pub fn import_link(address: String) -> impl IntoView {
    view! {
        <a class="button" href=address rel="noopener external">
            <span>"Import in Snyk"</span>
            {Icon::Out.view()}
        </a>
    }
}
